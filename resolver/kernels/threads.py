"""Threads for kernels, which hold no interpreter lock; none where one would do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


class Threads(Protocol):
    """Who runs a function over items; the answers come in the order of the items."""

    def map(self, run: Callable[[_Item], _Answer], items: Iterable[_Item], /) -> Iterator[_Answer]:
        """Run over all items."""
        ...


class _Here:
    def map(self, run: Callable[[_Item], _Answer], items: Iterable[_Item], /) -> Iterator[_Answer]:
        """Run over all items, one after the other, as the answers are asked for."""
        return map(run, items)


@contextmanager
def threads(workers: int) -> Iterator[Threads]:
    """So many threads. With one, whoever asks does the work: to start a thread takes longer than a small batch does."""
    if workers < 2:
        yield _Here()
        return
    with ThreadPoolExecutor(workers) as pool:
        yield pool
