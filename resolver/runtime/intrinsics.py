"""Processor instructions that numba has no function for: prefetch, and eight comparisons at once.

Only for kernels. LLVM generates either for the processor that it compiles for. Where the kernels
are machine code already, nothing calls these.
"""

from __future__ import annotations

from typing import Any

from resolver.runtime.compiler import compiling_module
from resolver.runtime.machine_code import machine_code


def _intrinsic(name: str) -> Any:
    return None if machine_code() else getattr(compiling_module("intrinsic_code"), name)


ahead: Any = _intrinsic("ahead")
"""`ahead(rows, place)`: request the memory where a row of an array begins, without waiting for it.
A place outside the array is harmless.
"""
same_of_eight: Any = _intrinsic("same_of_eight")
"""`same_of_eight(rows, place, others, other)`: return a bit for each of the eight 32-bit numbers of
a row that is the same in a row of another array.
"""
