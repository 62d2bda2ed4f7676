"""Build hook of hatchling: a wheel for one platform, with what `make wheels` has compiled.

RESOLVER_COMPILED names a folder with `kernels` (see `resolver/kernels/compilation/machine_code.py`)
and `words` (see `resolver/normalize/lexicons/symbols.py`). Without it the wheel is for every
platform, requires numba, and makes both on the first run.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACES = {"kernels": "resolver/kernels/compiled", "words": "resolver/reference/data"}


class CompiledHook(BuildHookInterface[Any]):
    """Adds compiled files and the tag of their platform, or else what is needed to compile them."""

    def initialize(self, version_name: str, build_data: dict[str, Any]) -> None:
        """Change what is built."""
        folder = os.environ.get("RESOLVER_COMPILED")
        if not folder or version_name == "editable":
            project = tomllib.loads(Path(self.root, "pyproject.toml").read_text("utf-8"))["project"]
            build_data["dependencies"] += project["optional-dependencies"]["source"]
            return
        for name, place in PLACES.items():
            if not any(Path(folder, name).iterdir()):
                raise ValueError(f"{folder}/{name} is empty")
            build_data["force_include"][str(Path(folder, name).resolve())] = place
        python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
        build_data["pure_python"] = False
        build_data["tag"] = f"{python}-{python}-{_platform(Path(folder, 'kernels'))}"


def _platform(kernels: Path) -> str:
    """Return the platform that the compiled files run on: they use no library but C's."""
    machine = platform.machine()
    if sys.platform == "darwin":
        return f"macosx_11_0_{machine}"
    return f"manylinux_2_{max(28, _c_library(kernels))}_{machine}"


def _c_library(kernels: Path) -> int:
    """Return the minor version of the C library that the files ask for, as the linker wrote it."""
    codes = (path.read_bytes() for path in kernels.rglob("*.so"))
    return max(
        (int(found) for code in codes for found in re.findall(rb"GLIBC_2\.(\d+)", code)), default=0
    )
