"""Functions compiled to machine code with numba, and cached beside their source.

numba compiles a kernel together with the kernels that it calls and the tables that it reads from
its module, but identifies the cached code by the source of that one module, so that a change in
another module would go unnoticed. Here cached code is identified by the sources of every module
of this package that the kernel's module imports, directly or not: a changed line in any of them
compiles anew, a copy of the same sources elsewhere does not.

A wheel for one platform (`make wheels`) brings code that was compiled when it was built, for levels
of processors instead of one of them. What it lacks is compiled on its first call, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import llvmlite.binding
import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

_Function = TypeVar("_Function", bound=Callable[..., Any])

_TOP = Path(__file__).resolve().parent.parent
_KERNELS = Path(__file__).resolve().parent
SHIPPED = _KERNELS / "compiled"
"""Folder of the code that a wheel brings: one folder for each level, laid out as this package."""
LEVELS = {
    "x86-64-v3": ("avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"),
    "x86-64-v2": ("cx16", "popcnt", "sse4.2", "ssse3"),
    "generic": ("neon",),
}
"""Levels of processors as LLVM names them, the best first, and the features that each needs.

The last one is that of every 64-bit ARM processor.
"""
_IMPORT = re.compile(
    r"^(?:from|import)[ ]+([\w.]+)(?:[ ]+import[ ]+(\([^)]*\)|[^\n]*))?", re.MULTILINE
)


def compiled(
    *, inline: Literal["never", "always"] = "never", nogil: bool = True, allocates: bool = True
) -> Callable[[_Function], _Function]:
    """Compile the decorated function on its first call with given types, or load it from the cache.

    `inline`: "always" lets LLVM inline the function into its callers. (numba's own inlining infers
    the types of each copy again: kernels took a third longer to compile, and ran no faster.)
    `nogil`: other threads run meanwhile. `allocates`: False for functions that create no arrays;
    they need not count references to arrays, which takes longer than a short kernel's work.
    """

    def decorate(function: _Function) -> _Function:
        # numba has no documented name for the last option, which exists for other targets.
        njit: Any = numba.njit
        kernel: Any = njit(nogil=nogil, forceinline=inline == "always", _nrt=allocates)(function)
        kernel._cache = _SourceCache(function)
        return cast(_Function, kernel)

    return decorate


class _SourceCache(FunctionCache):
    """Cache of the compiled code of one function, identified by sources."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        path = Path(function.__code__.co_filename).resolve()
        self._cache_file = self._file_in(self.cache_path, path)
        self._shipped: IndexDataCacheFile | None = None
        level = processor_level()
        if level and SHIPPED.is_dir() and path.is_relative_to(_KERNELS):
            folder = SHIPPED / level / path.parent.relative_to(_KERNELS)
            self._shipped = self._file_in(str(folder), path)

    def _file_in(self, folder: str, source: Path) -> IndexDataCacheFile:
        return IndexDataCacheFile(  # type: ignore[no-untyped-call]
            cache_path=folder,
            filename_base=self._impl.filename_base,
            source_stamp=stamp(source, _TOP),
        )

    def _load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code for some types: what was compiled here, else what the wheel brings."""
        code = super()._load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        if code is not None or self._shipped is None:
            return code
        types, (triple, *_), sources = self._index_key(  # type: ignore[no-untyped-call]
            sig, target_context.codegen()
        )
        key = (types, (triple, processor_level(), ""), sources)
        shipped = self._shipped.load(key)  # type: ignore[no-untyped-call]
        return None if shipped is None else self._impl.rebuild(target_context, shipped)


@cache
def processor_level() -> str:
    """Return the best level of this processor; empty if it has none of the table."""
    features = llvmlite.binding.get_host_cpu_features()
    return next((level for level, needed in LEVELS.items() if all(map(features.get, needed))), "")


@cache
def stamp(source: Path, top: Path) -> str:
    """Return 32 hexadecimal digits that identify `source` and all modules that it imports.

    Modules count if they lie below the package folder `top`, imported directly or not. Only imports
    that begin a line count: names that a kernel uses are imported by its module.
    """
    digest = blake2b(digest_size=16)
    for path in sorted(_import_closure(source, top)):
        text = _read(path)
        digest.update(f"{path.name}:{len(text)}:".encode() + text)
    return digest.hexdigest()


def _import_closure(source: Path, top: Path) -> set[Path]:
    closure, pending = {source}, [source]
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
        yield from _module_files(module, top)
        for name in re.findall(r"\w+", names or ""):
            yield from _module_files(f"{module}.{name}", top)


def _module_files(module: str, top: Path) -> Iterator[Path]:
    base = top.joinpath(*module.split(".")[1:])
    paths = (base.with_suffix(".py"), base / "__init__.py")
    yield from (path for path in paths if path.exists())


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()
