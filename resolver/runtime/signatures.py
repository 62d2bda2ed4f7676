"""Types of the arguments that kernels are called with, as `signatures.json` states them.

Machine code is made for stated types, one set for each kernel that is called from elsewhere than a
kernel. Tests refuse others; for a new kernel, `pytest --record-kernels` writes them.

A type is the name of a number's type (`int64`), an array (`int32[:, :]`; `const` before it where
the kernel only reads it, `strided` where its items need not follow each other, a reference in place
of the number's type for a structured array), or a list: a tuple's class, or "tuple", and its items.
A reference is `module:name`.
"""

from __future__ import annotations

import fcntl
import json
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numba
import numpy as np
from numba.core.registry import cpu_target
from numba.core.typeconv.castgraph import Conversion
from numba.np.numpy_support import from_dtype

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
