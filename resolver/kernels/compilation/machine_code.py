"""Machine code of the kernels that a wheel for one platform brings, made when it was built.

It is an extension module for each level of processors, in folders named after them. The name of its
file ends in the stamp of the sources that it was made from: code of other sources is not loaded.
"""

from __future__ import annotations

import platform
import sys
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from resolver.kernels.compilation.source_stamps import KERNELS, stamp_of_kernels

FOLDER = KERNELS / "compiled"
MODULE = "machine_code"
LEVELS = {
    "x86-64-v3": frozenset("abm avx2 bmi1 bmi2 f16c fma movbe".split()),
    "x86-64-v2": frozenset("cx16 popcnt sse4_2 ssse3".split()),
}
"""Levels of x86 processors as LLVM names them, the best first, and the features that each needs,
as Linux names them.
"""
ARM_LEVEL = "generic"
"""Level of every 64-bit ARM processor."""


@cache
def machine_code() -> ModuleType | None:
    """Return the compiled kernels of these sources for this processor; None if there are none."""
    if not FOLDER.is_dir():
        return None
    for level in processor_levels():
        path = code_file(FOLDER / level)
        if path.exists():
            return _load(path)
    return None


def code_file(folder: Path) -> Path:
    """Return the file in a level's folder that machine code of the present sources is kept in."""
    return folder / f"{MODULE}-{stamp_of_kernels()}{EXTENSION_SUFFIXES[0]}"


def symbol(module: str, name: str) -> str:
    """Return the name by which the machine code knows the kernel `name` of a module."""
    return f"{module.removeprefix('resolver.kernels.').replace('.', '_')}__{name}"


@cache
def processor_levels() -> tuple[str, ...]:
    """Return the levels that this processor has, the best first; none for other processors."""
    machine = platform.machine().lower()
    if machine in ("aarch64", "arm64"):
        return (ARM_LEVEL,)
    if machine not in ("x86_64", "amd64"):
        return ()
    features = _processor_features()
    return tuple(level for level, needed in LEVELS.items() if needed <= features)


def _processor_features() -> frozenset[str]:
    if sys.platform == "darwin":
        return LEVELS["x86-64-v2"]
    try:
        lines = Path("/proc/cpuinfo").read_text("ascii", errors="replace").splitlines()
    except OSError:
        return frozenset()
    words = next((line for line in lines if line.startswith("flags")), "").partition(":")[2]
    # one name for what two makers call differently
    return frozenset(words.replace("lzcnt", "abm").split())


def _load(path: Path) -> ModuleType:
    spec = spec_from_file_location(MODULE, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
