"""Threads for kernels, which release the interpreter lock, and the cores there are for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


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


def available_cores() -> int:
    """Return the number of cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
