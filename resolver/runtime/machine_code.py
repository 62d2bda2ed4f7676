"""Machine code of the kernels that a wheel for one platform brings, made when it was built.

It is an extension module for each level of processors, in folders named after them. The name of its
file ends in the stamp of the sources that it was made from: code of other sources is not loaded.

Stamps that identify kernels by their sources.

A kernel is compiled together with the kernels that it calls and the tables that it reads from its
module, so that a stamp covers every module of this package that a kernel's module imports, directly
or not: a changed line in any of them gives another stamp, a copy of the same sources elsewhere does
not.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

RUNTIME = Path(__file__).resolve().parent
TOP = RUNTIME.parent
"""Folder of the package."""
_INIT = "__init__.py"
_IMPORT = re.compile(
    r"^(?:from|import)[ ]+([\w.]+)(?:[ ]+import[ ]+(\([^)]*\)|[^\n]*))?", re.MULTILINE
)


@cache
def stamp(source: Path, top: Path) -> str:
    """Return 32 hexadecimal digits that identify `source` and all modules that it imports.

    Modules count if they lie below the package folder `top`, imported directly or not. Only imports
    that begin a line count: names that a kernel uses are imported by its module.
    """
    return _stamp_of([source], top)


@cache
def stamp_of_kernels() -> str:
    """Return 32 hexadecimal digits that identify all kernels and what they import."""
    return _stamp_of(sorted([*RUNTIME.glob("*.py"), *TOP.glob("*/kernels/*.py")]), TOP)


def _stamp_of(sources: Iterable[Path], top: Path) -> str:
    digest = blake2b(digest_size=16)
    for path in sorted(_import_closure(sources, top)):
        text = _read(path)
        digest.update(f"{path.name}:{len(text)}:".encode() + text)
    return digest.hexdigest()


def _import_closure(sources: Iterable[Path], top: Path) -> set[Path]:
    pending = list(sources)
    closure = set(pending)
    while pending:
        new = set(_imports_of(pending.pop(), top)) - closure
        closure |= new
        pending += new
    return closure


@cache
def _imports_of(source: Path, top: Path) -> tuple[Path, ...]:
    return tuple(_imported_files(_read(source).decode("utf-8"), top))


def _imported_files(text: str, top: Path) -> Iterator[Path]:
    for match in _IMPORT.finditer(text):
        module, names = match.groups()
        if module.split(".")[0] != top.name:
            continue
        files = _module_files(module, top)
        yield from files
        if _is_package(files):
            for name in re.findall(r"\w+", names or ""):
                yield from _module_files(f"{module}.{name}", top)


def _is_package(files: Sequence[Path]) -> bool:
    """Return whether names imported from a module may be modules: of a folder, not of a file."""
    return not files or files[0].name == _INIT


@cache
def _module_files(module: str, top: Path) -> tuple[Path, ...]:
    base = top.joinpath(*module.split(".")[1:])
    paths = (base.with_suffix(".py"), base / _INIT)
    return tuple(path for path in paths if path.exists())


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()


FOLDER = RUNTIME / "compiled"
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
    return f"{module.removeprefix('resolver.').replace('.', '_')}__{name}"


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
