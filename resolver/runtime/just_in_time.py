"""Kernels compiled with numba on their first call, and the types that they are compiled for.

numba identifies cached code by the source of one module, so it would not notice a change in another
module. Here code is identified by the stamp of all sources that it was made from.

`signatures.json` states the types of the arguments with which kernels are called. Machine code is
made for these types: one set for each kernel that code outside of kernels calls. Tests refuse other
types. `pytest --record-kernels` writes the types of a new kernel.

A type is one of:

- the name of a number's type (`int64`);
- an array (`int32[:, :]`). `const` stands before it if the kernel only reads it, `strided` if its
  items need not follow each other. A structured array has a reference in place of the number's
  type. A reference is `module:name`;
- a list: the class of a tuple, or "tuple", and the items of the tuple.
"""

from __future__ import annotations

import fcntl
import json
import re
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numba
import numpy as np
from llvmlite import ir
from numba import extending
from numba.core import event
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.registry import cpu_target
from numba.core.typeconv.castgraph import Conversion
from numba.np.numpy_support import from_dtype

from resolver.runtime.machine_code import TOP, stamp

WATCHERS: list[Callable[[Callable[..., Any], list[Any]], None]] = []
"""Called with a kernel's function and numba's types of its arguments, before it is compiled."""

FIRST_REPORT, REPORT_SECONDS = 2.0, 10.0
"""Seconds of compiling after which a line says so for the first time, and between two lines. A run
that finds most kernels compiled says nothing.
"""


class CompilationReport(event.Listener):
    """Says on standard error that kernels are compiled: the first run waits minutes for it."""

    def __init__(self) -> None:
        self._depth, self._began, self._spent, self._next = 0, 0.0, 0.0, FIRST_REPORT

    def on_start(self, event: Any) -> None:
        """Note when a kernel begins to be compiled; those that it calls are compiled meanwhile."""
        if self._depth == 0:
            self._began = time.monotonic()
        self._depth += 1

    def on_end(self, event: Any) -> None:
        """Write a line if enough time has passed."""
        self._depth -= 1
        spent = self._spent + time.monotonic() - self._began
        if self._depth == 0:
            self._spent = spent
        if spent >= self._next:
            self._next = spent + REPORT_SECONDS
            print(
                f"compiling kernels for {spent:.0f} s (only on the first run, about two minutes)",
                file=sys.stderr,
                flush=True,
            )


def _report_compilation() -> None:
    register: Any = event.register
    register("numba:compile", CompilationReport())


_report_compilation()


def compiled_when_called(
    function: Callable[..., Any], *, inline: bool, nogil: bool, allocates: bool
) -> Any:
    """Return numba's dispatcher of a function; see `resolver.runtime.compiler.compiled`."""
    # numba has no documented name for the last option, which exists for other targets.
    njit: Any = numba.njit
    kernel: Any = njit(nogil=nogil, forceinline=inline, _nrt=allocates)(function)
    kernel._cache = _SourceCache(function)
    kernel._compile_for_args = _watched(function, kernel._compile_for_args)
    return kernel


class _SourceCache(FunctionCache):
    """Cache of the compiled code of one function, identified by sources."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        self._cache_file = CodeFiles(
            self.cache_path,
            self._impl.filename_base,
            stamp(Path(function.__code__.co_filename).resolve(), TOP),
        )


class CodeFiles(IndexDataCacheFile):
    """Files of one function's code, which several processes may read and write at once.

    numba numbers the files, and writes that there is one before it writes the file: another process
    could load code of other types or other sources in its place. Here a name belongs to one code.
    """

    def __init__(self, folder: str, base: str, source_stamp: str) -> None:
        super().__init__(folder, base, source_stamp)  # type: ignore[no-untyped-call]
        self._folder, self._base = Path(folder), base

    def _load_index(self) -> Any:
        """Return the names of files by key: none where the index names modules that are gone."""
        files: Any = super()
        try:
            return files._load_index()
        except (ImportError, AttributeError):
            return {}

    def save(self, key: Any, data: Any) -> None:
        """Keep the code for a key (types, processor, function)."""
        files: Any = self
        name = f"{self._base}.{self._digest(self._source_stamp)}-{self._digest(repr(key))}.nbc"
        files._save_data(name, data)
        places = files._load_index()
        if not places:
            self._remove_former()
        files._save_index({**places, key: name})

    def _remove_former(self) -> None:
        """Remove code of other sources; a process that still runs it has loaded it."""
        for path in self._folder.glob(f"{self._base}.*.nbc"):
            if not path.name.startswith(f"{self._base}.{self._digest(self._source_stamp)}-"):
                path.unlink(missing_ok=True)

    @staticmethod
    def _digest(text: str) -> str:
        return blake2b(text.encode(), digest_size=8).hexdigest()


def _watched(function: Callable[..., Any], compile_for_args: Any) -> Any:
    """Return numba's method that compiles a function for arguments, with the watchers before it."""

    def compile_for_watched(*args: Any, **words: Any) -> Any:
        type_of: Any = numba.typeof
        for watch in WATCHERS:
            watch(function, list(map(type_of, args)))
        return compile_for_args(*args, **words)

    return compile_for_watched


types: Any = numba.types
Stated: TypeAlias = "str | list[Stated]"
"""A type as the file states it."""
FILE = Path(__file__).with_name("signatures.json")
_PACKAGE = "resolver."
_ARRAY = re.compile(r"(const )?(strided )?([\w.:]+)\[([:, ]+)\]")


@cache
def stated_signatures() -> Mapping[str, Sequence[Stated]]:
    """Return the stated types by kernel, `module.name` without `resolver`."""
    content: dict[str, list[Stated]] = json.loads(FILE.read_text("utf-8"))
    return content


def signatures(only: Collection[str] = ()) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Yield module, name and numba's types of the arguments of stated kernels.

    `only`: keys of the kernels that are wanted; all if empty.
    """
    for key, stated in stated_signatures().items():
        if only and key not in only:
            continue
        module, _, name = key.rpartition(".")
        yield _PACKAGE + module, name, tuple(map(as_type, stated))


def refuse_unstated(function: Callable[..., Any], kinds: Sequence[Any]) -> None:
    """Raise `TypeError` if a kernel's machine code takes no arguments of numba's types `kinds`.

    Functions outside the package take all.
    """
    key = key_of(function)
    if key is None or _are_stated(key, kinds):
        return
    called_with = ", ".join(str(as_stated(kind, {})) for kind in kinds)
    raise TypeError(
        f"{key} is called with ({called_with}), which signatures.json lacks"
        " (add it: pytest --record-kernels)"
    )


def _are_stated(key: str, kinds: Sequence[Any]) -> bool:
    stated = stated_signatures().get(key)
    if stated is None or len(stated) != len(kinds):
        return False
    try:
        return list(map(joined, map(as_type, stated), kinds)) == list(map(as_type, stated))
    except TypeError:
        return False


def record(function: Callable[..., Any], kinds: Sequence[Any]) -> None:
    """Add the types of a kernel's arguments to the file; several processes may do so at once."""
    key = key_of(function)
    if key is None:
        return
    with FILE.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = json.load(file)
        before = content.get(key)
        both = kinds if before is None else map(joined, map(as_type, before), kinds)
        content[key] = [as_stated(kind, _structured_types()) for kind in both]
        file.seek(0)
        file.truncate()
        file.write(as_text(content))


def as_text(content: Mapping[str, Sequence[Stated]]) -> str:
    """Return the text of the file, a line for each kernel."""
    lines = (f"  {json.dumps(key)}: {json.dumps(content[key])}" for key in sorted(content))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def key_of(function: Callable[..., Any]) -> str | None:
    """Return the key of a kernel in the file; None for functions outside the package."""
    if not _holds_kernels(function.__module__):
        return None
    return f"{function.__module__.removeprefix(_PACKAGE)}.{function.__name__}"


def _holds_kernels(module: str) -> bool:
    return module.startswith(_PACKAGE) and bool({"kernels", "runtime"} & set(module.split(".")))


def joined(left: Any, right: Any) -> Any:
    """Return the type that values of both types can be handed over as, unchanged.

    Raises `TypeError` if there is none.
    """
    left, right = types.unliteral(left), types.unliteral(right)
    if left == right:
        return left
    if isinstance(left, types.BaseTuple) and isinstance(right, types.BaseTuple):
        cls = getattr(left, "instance_class", None)
        if cls is getattr(right, "instance_class", None) and len(left) == len(right):
            items = tuple(map(joined, left, right))
            return types.BaseTuple.from_types(items, *([cls] if cls else []))
    if isinstance(left, types.Array) and (left.dtype, left.ndim) == (
        getattr(right, "dtype", None),
        getattr(right, "ndim", None),
    ):
        layout = "C" if left.layout == right.layout == "C" else "A"
        written = left.mutable and right.mutable
        return types.Array(left.dtype, left.ndim, layout, readonly=not written)
    if isinstance(left, types.Number) and isinstance(right, types.Number):
        for wide, narrow in ((left, right), (right, left)):
            how = cpu_target.typing_context.can_convert(narrow, wide)
            if how is not None and how <= Conversion.safe:
                return wide
    raise TypeError(f"no type holds both {left} and {right}")


def _structured_types() -> Mapping[str, str]:
    """Return the reference of every structured type in the kernels, by the text numba gives it."""
    return {
        str(from_dtype(value)): f"{module.__name__}:{name}"
        for module in list(sys.modules.values())
        if _holds_kernels(module.__name__)
        for name, value in vars(module).items()
        if isinstance(value, np.dtype) and value.names
    }


def _referred(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def as_type(stated: Stated) -> Any:
    """Return numba's type for a stated one."""
    if isinstance(stated, list):
        head, *items = stated
        kinds = tuple(map(as_type, items))
        if head == "tuple":
            return types.BaseTuple.from_types(kinds)
        return types.BaseTuple.from_types(kinds, _referred(str(head)))
    match = _ARRAY.fullmatch(stated)
    if match is None:
        return getattr(types, stated)
    constant, strided, item, axes = match.groups()
    dtype = from_dtype(_referred(item)) if ":" in item else getattr(types, item)
    return types.Array(dtype, axes.count(":"), "A" if strided else "C", readonly=bool(constant))


def as_stated(kind: Any, references: Mapping[str, str]) -> Stated:
    """Return how the file states one of numba's types.

    `references`: the reference of every structured type, by the text that numba gives it.
    """
    kind = types.unliteral(kind)
    if isinstance(kind, types.BaseTuple):
        cls = getattr(kind, "instance_class", None)
        head = "tuple" if cls is None else f"{cls.__module__}:{cls.__qualname__}"
        return [head, *(as_stated(item, references) for item in kind)]
    if not isinstance(kind, types.Array):
        return str(kind)
    item = str(kind.dtype)
    words = ("" if kind.mutable else "const ") + ("" if kind.layout == "C" else "strided ")
    return f"{words}{references.get(item, item)}[{', '.join(':' * kind.ndim)}]"


_BYTE, _WORD, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_EIGHT = ir.VectorType(_WORD, 8)
_READ, _LOCAL, _DATA = ir.Constant(_WORD, 0), ir.Constant(_WORD, 3), ir.Constant(_WORD, 1)
"""Arguments of `llvm.prefetch`: for reading, to be kept in all caches, data."""


def _ahead(_typing: Any, rows: Any, place: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        row = _row_address(context, builder, signature, values, 0)
        address = builder.bitcast(row, _BYTE.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [address.type, _WORD, _WORD, _WORD])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
        builder.call(prefetch, [address, _READ, _LOCAL, _DATA])
        return context.get_dummy_value()

    return types.void(rows, place), code


def _same_of_eight(_typing: Any, rows: Any, place: Any, others: Any, other: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        sides = []
        for first in (0, 2):
            row = _row_address(context, builder, signature, values, first)
            side = builder.load(builder.bitcast(row, _EIGHT.as_pointer()))
            # Arrays in mapped files may begin anywhere.
            side.align = 4
            sides.append(side)
        bits = builder.bitcast(builder.icmp_signed("==", *sides), _BYTE)
        return builder.zext(bits, _LONG)

    return types.int64(rows, place, others, other), code


def _row_address(context: Any, builder: Any, signature: Any, values: Any, first: int) -> Any:
    """Return the address of a row: argument `first` is the array, the next one the row."""
    kind = signature.args[first]
    if kind.layout != "C":
        raise TypeError("the array is not contiguous")
    array = context.make_array(kind)(context, builder, values[first])
    place = context.cast(builder, values[first + 1], signature.args[first + 1], types.intp)
    width = ir.Constant(_LONG, 1)
    for axis in range(1, kind.ndim):
        width = builder.mul(width, builder.extract_value(array.shape, axis))
    return builder.gep(array.data, [builder.mul(place, width)])


ahead: Any = extending.intrinsic(_ahead)
same_of_eight: Any = extending.intrinsic(_same_of_eight)
