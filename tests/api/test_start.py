"""Test that a process of the service loads nothing that no request needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

# learning runs in a worker, and a server loads its own library
UNNEEDED = ("sklearn", "pandas", "joblib", "gunicorn", "waitress")


@pytest.mark.slow
def test_the_application_loads_no_learning_and_no_server() -> None:
    code = (
        "import sys; from resolver.api import create_app;"
        f"print(*(name for name in {UNNEEDED!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
