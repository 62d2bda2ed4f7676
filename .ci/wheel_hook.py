"""Build hook of hatchling: a wheel for one platform, with what `make wheels` has compiled.

RESOLVER_COMPILED names a folder with `kernels` (see `resolver/kernels/compiler.py`) and `words`
(see `resolver/normalize/lexicons/symbols.py`). Without it the wheel is for every platform, and both
are made on the first run.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACES = {"kernels": "resolver/kernels/compiled", "words": "resolver/reference/data"}


class CompiledHook(BuildHookInterface[Any]):
    """Adds compiled files, the tag of the platform, and the version of numba that can read them."""

    def initialize(self, version_name: str, build_data: dict[str, Any]) -> None:
        """Change what is built, unless it is an editable installation."""
        folder = os.environ.get("RESOLVER_COMPILED")
        if not folder or version_name == "editable":
            return
        for name, place in PLACES.items():
            if not any(Path(folder, name).iterdir()):
                raise ValueError(f"{folder}/{name} is empty")
            build_data["force_include"][str(Path(folder, name).resolve())] = place
        python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
        build_data["pure_python"] = False
        build_data["tag"] = f"{python}-{python}-{_platform()}"
        # another version compiles anew
        build_data["dependencies"] += [f"{name}=={version(name)}" for name in ("numba", "llvmlite")]


def _platform() -> str:
    """Return the platform that the compiled files run on: they use no library but Python's."""
    machine = platform.machine()
    if sys.platform == "darwin":
        return f"macosx_11_0_{machine}"
    return f"manylinux_2_28_{machine}" if sys.platform == "linux" else "any"
