"""Functions compiled to machine code (`numba`), kept on disk beside their source and thrown away when anything that
went into them changes.

`numba` compiles a kernel together with the kernels it calls and with the tables it reads from its module, but knows
what it kept by the source of that one module. A table changed next door would leave the old answers standing. Here
what is kept is known by the sources of every module of this package that the kernel's module imports, directly or
not: a changed line anywhere in them compiles anew, a copy of the same sources elsewhere does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

Inline = Literal["never", "always"]

_TOP = Path(__file__).resolve().parent.parent
_IMPORT = re.compile(
    r"^(?:from|import)[ ]+([\w.]+)(?:[ ]+import[ ]+(\([^)]*\)|[^\n]*))?", re.MULTILINE
)


def compiled(
    *, inline: Literal["never", "always"] = "never", nogil: bool = True, allocates: bool = True
) -> Callable[[Callable[..., Any]], Any]:
    """Compile the decorated function on its first call with given types, or take it from disk.

    `inline`: "always" has LLVM lay the function into its callers (`numba`'s own way to do that infers the types of each
    copy again: kernels took a third longer to compile, and ran no faster). `nogil`: other threads run meanwhile.
    `allocates`: False for what makes no arrays. It need not count who holds the arrays that it was given, and such
    counts, two for every array that a function within is called with, take longer than a short kernel's work.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        # numba documents no name for the last, and has had it for as long as it compiles for other machines
        njit: Any = numba.njit
        kernel: Any = njit(nogil=nogil, forceinline=inline == "always", _nrt=allocates)(function)
        kernel._cache = _Kept(function)
        return kernel

    return decorate


class _Kept(FunctionCache):
    """Where `numba` keeps what it compiled of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        path = Path(function.__code__.co_filename).resolve()
        self._cache_file = IndexDataCacheFile(  # type: ignore[no-untyped-call]
            cache_path=self.cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=stamp(path, _TOP),
        )


@cache
def stamp(source: Path, top: Path) -> str:
    """32 hexadecimal digits that change with `source` or with any module below the package folder `top` that it
    imports, directly or not. Only imports that begin a line count: what a kernel uses stands in its module."""
    digest = blake2b(digest_size=16)
    for path in sorted(_reached(source, top)):
        text = _text(path)
        digest.update(f"{path.name}:{len(text)}:".encode() + text)
    return digest.hexdigest()


def _reached(source: Path, top: Path) -> set[Path]:
    found, open_ = {source}, [source]
    while open_:
        new = set(_imported(open_.pop(), top)) - found
        found |= new
        open_ += new
    return found


@cache
def _imported(source: Path, top: Path) -> tuple[Path, ...]:
    return tuple(_modules(_text(source).decode("utf-8"), top))


def _modules(text: str, top: Path) -> Iterator[Path]:
    for match in _IMPORT.finditer(text):
        module, names = match.groups()
        if module.split(".")[0] != top.name:
            continue
        yield from _files(module, top)
        for name in re.findall(r"\w+", names or ""):
            yield from _files(f"{module}.{name}", top)


def _files(module: str, top: Path) -> Iterator[Path]:
    bare = top.joinpath(*module.split(".")[1:])
    yield from (path for path in (bare.with_suffix(".py"), bare / "__init__.py") if path.exists())


@cache
def _text(path: Path) -> bytes:
    return path.read_bytes()
