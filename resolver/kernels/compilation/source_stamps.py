"""Stamps that identify kernels by their sources.

A kernel is compiled together with the kernels that it calls and the tables that it reads from its
module, so that a stamp covers every module of this package that a kernel's module imports, directly
or not: a changed line in any of them gives another stamp, a copy of the same sources elsewhere does
not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

KERNELS = Path(__file__).resolve().parent.parent
TOP = KERNELS.parent
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
    return _stamp_of(sorted(KERNELS.rglob("*.py")), TOP)


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
