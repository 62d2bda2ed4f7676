"""What processors do that `numba` has no name for: asking for memory ahead of its use, and eight numbers compared at
once.

For kernels alone. LLVM writes either for the processor that it compiles for, so neither asks for a particular one.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import extending, types

_BYTE, _WORD, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_EIGHT = ir.VectorType(_WORD, 8)
_READ, _KEPT, _DATA = ir.Constant(_WORD, 0), ir.Constant(_WORD, 3), ir.Constant(_WORD, 1)


def _ahead(_typing: Any, rows: Any, place: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        spot = builder.bitcast(_begins(context, builder, signature, values, 0), _BYTE.as_pointer())
        told = ir.FunctionType(ir.VoidType(), [spot.type, _WORD, _WORD, _WORD])
        asks = builder.module.declare_intrinsic("llvm.prefetch", [spot.type], told)
        builder.call(asks, [spot, _READ, _KEPT, _DATA])
        return context.get_dummy_value()

    return types.void(rows, place), code


def _same_of_eight(_typing: Any, rows: Any, place: Any, others: Any, other: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        sides = []
        for first in (0, 2):
            begins = _begins(context, builder, signature, values, first)
            side = builder.load(builder.bitcast(begins, _EIGHT.as_pointer()))
            # arrays of files begin anywhere
            side.align = 4
            sides.append(side)
        bits = builder.bitcast(builder.icmp_signed("==", *sides), _BYTE)
        return builder.zext(bits, _LONG)

    return types.int64(rows, place, others, other), code


def _begins(context: Any, builder: Any, signature: Any, values: Any, first: int) -> Any:
    """Where a row begins: argument `first` is the array, the next one the number of the row."""
    kind = signature.args[first]
    if kind.layout != "C":
        raise TypeError("rows must lie one after the other")
    array = context.make_array(kind)(context, builder, values[first])
    place = context.cast(builder, values[first + 1], signature.args[first + 1], types.intp)
    width = ir.Constant(_LONG, 1)
    for axis in range(1, kind.ndim):
        width = builder.mul(width, builder.extract_value(array.shape, axis))
    return builder.gep(array.data, [builder.mul(place, width)])


ahead: Any = extending.intrinsic(_ahead)
"""`ahead(rows, place)`: ask for the memory in which a row of an array begins, and do not wait for it. A place beyond
the array does no harm."""
same_of_eight: Any = extending.intrinsic(_same_of_eight)
"""`same_of_eight(rows, place, others, other)`: which of the eight 32-bit numbers in a row of one array are the same in
a row of another, a bit each."""
