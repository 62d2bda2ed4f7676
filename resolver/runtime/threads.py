"""Threads for kernels, which release the interpreter lock, the cores there are for them, and
properties that threads compute without a lock.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Generic, Protocol, Self, TypeVar, overload

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Value = TypeVar("_Value")


class Threads(Protocol):
    """Runner of a function over items; results come in the order of the items."""

    def map(self, run: Callable[[_Item], _Result], items: Iterable[_Item], /) -> Iterator[_Result]:
        """Run over all items."""
        ...


class _CallerThread:
    def map(self, run: Callable[[_Item], _Result], items: Iterable[_Item], /) -> Iterator[_Result]:
        """Run over the items one after the other, as their results are read."""
        return map(run, items)


@contextmanager
def threads(workers: int) -> Iterator[Threads]:
    """Return a pool of threads, or for one worker a runner in the calling thread.

    Starting a thread takes longer than a small batch.
    """
    if workers < 2:
        yield _CallerThread()
        return
    with ThreadPoolExecutor(workers) as pool:
        yield pool


def map_values(
    run: Callable[[_Item], _Result], items: Mapping[str, _Item], workers: int
) -> dict[str, _Result]:
    """Return the results of a function over the values of a mapping, under the names of these."""
    with threads(min(workers, len(items))) as pool:
        return dict(zip(items, pool.map(run, items.values()), strict=True))


def available_cores() -> int:
    """Return the number of cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class lazy_property(Generic[_Value]):  # noqa: N801 - a decorator, as `property` is
    """Property whose value an object keeps from its first reading on.

    In Python 3.11 `functools.cached_property` holds one lock for all objects of a class while it
    computes, so that threads that each work on an object of their own wait for each other. Here
    threads that share an object may compute its value twice.
    """

    def __init__(self, compute: Callable[[Any], _Value]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> _Value: ...

    def __get__(self, instance: object | None, owner: type) -> Self | _Value:
        """Return the value, or this descriptor where a class is asked."""
        if instance is None:
            return self
        value = self._compute(instance)
        instance.__dict__[self._name] = value
        return value
