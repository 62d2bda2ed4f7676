"""Functions in machine code: the kernels.

They are Python, in the part of it that numba compiles. A wheel for one platform (`make wheels`)
brings the machine code of all of them and needs no numba; elsewhere a kernel is compiled on its
first call, and cached beside its source. For kernels only: two processor instructions that numba
has no function for. LLVM generates them for the processor that it compiles for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, TypeVar, cast

from resolver.runtime.machine_code import machine_code, symbol

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(
    *, inline: Literal["never", "always"] = "never", nogil: bool = True, allocates: bool = True
) -> Callable[[_Function], _Function]:
    """Make the decorated function a kernel.

    `inline`: "always" lets LLVM inline the function into its callers. (numba's own inlining infers
    the types of each copy again: kernels took a third longer to compile, and ran no faster.)
    `nogil`: other threads run meanwhile. `allocates`: False for functions that create no arrays;
    they need not count references to arrays, which takes longer than a short kernel's work.

    Kernels that only other kernels call have no machine code of their own: where all code is
    machine code they stay as they are. Raises `ImportError` where there is neither machine code
    nor numba.
    """

    def decorate(function: _Function) -> _Function:
        code = machine_code()
        if code is not None:
            name = symbol(function.__module__, function.__name__)
            return cast(_Function, getattr(code, name, function))
        jit = compiling_module("just_in_time").compiled_when_called
        return cast(
            _Function, jit(function, inline=inline == "always", nogil=nogil, allocates=allocates)
        )

    return decorate


def compiling_module(name: str) -> ModuleType:
    """Return a module of this package that imports numba.

    Raises `ImportError` if there is no numba.
    """
    try:
        return import_module(f"resolver.runtime.{name}")
    except ModuleNotFoundError as error:
        raise ImportError(
            "this installation has no machine code for this processor, and no numba to make it"
            " (run: pip install numba)"
        ) from error


def _instruction(name: str) -> Any:
    """Return a function that is one processor instruction; None where nothing calls it."""
    return None if machine_code() else getattr(compiling_module("just_in_time"), name)


ahead: Any = _instruction("ahead")
"""`ahead(rows, place)`: request the memory where a row of an array begins, without waiting for it.
A place outside the array is harmless.
"""
same_of_eight: Any = _instruction("same_of_eight")
"""`same_of_eight(rows, place, others, other)`: return a bit for each of the eight 32-bit numbers of
a row that is the same in a row of another array.
"""
