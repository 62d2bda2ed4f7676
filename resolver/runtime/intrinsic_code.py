"""Code of the functions of `resolver.runtime.intrinsics`, as LLVM is handed it."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import extending, types

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
