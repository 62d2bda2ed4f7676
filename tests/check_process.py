"""Checks that run in a process of their own.

A worker of the test runner may have threads, beside which no copies of a process are made.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_RUN = "import sys; from pathlib import Path; from {} import {} as check; check({})"


def run_check(check: Callable[..., None], root: Path, *folders: Path) -> None:
    """Call a function of a test module with some folders; `root`: that of the project.

    Raises `CalledProcessError` if the function raises.
    """
    arguments = "*map(Path, sys.argv[1:])"
    code = _RUN.format(check.__module__, check.__name__, arguments)
    command = [sys.executable, "-c", code, *map(str, folders)]
    subprocess.run(command, cwd=root, check=True, timeout=120)
