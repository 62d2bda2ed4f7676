"""Results that one process hands to another on this machine, with arrays in memory both can map.

A pipe holds 64 KiB, and what goes through it is copied four times; arrays of a batch take hundreds
of megabytes.
"""

from __future__ import annotations

import mmap
import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_ALIGNMENT = 64
"""Bytes of which the place of each array is a multiple."""


def open_memory() -> int:
    """Return the descriptor of a file in memory, which is gone with the last process that has it
    open; of a temporary file without a name where the system has none in memory.
    """
    with suppress(OSError, AttributeError):
        return os.memfd_create("result")
    # few systems need it
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def send_result(sender: Connection, memory: int, result: Any) -> None:
    """Send an object: its arrays in the memory of a descriptor, everything else by a pipe.

    Raises `MemoryError` or `OSError` where there is no memory left, and `BrokenPipeError` where
    nobody receives.
    """
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(result, protocol=5, buffer_callback=buffers.append)
    arrays = [buffer.raw() for buffer in buffers]
    sizes = [array.nbytes for array in arrays]
    for array, start in zip(arrays, _places(sizes), strict=False):
        _write(memory, array, start)
    sender.send((content, sizes))


def receive_result(receiver: Connection, memory: int) -> Any:
    """Return the object that was sent; what is written to its arrays is seen by no other process.

    Raises `EOFError` where the sender is gone without having sent one.
    """
    content, sizes = receiver.recv()
    *starts, total = _places(sizes)
    if not total:
        return pickle.loads(content, buffers=[bytearray() for _ in sizes])
    # the mapping lives as long as one of the arrays
    mapped = memoryview(mmap.mmap(memory, total, access=mmap.ACCESS_COPY))
    arrays = [mapped[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    return pickle.loads(content, buffers=arrays)


def _places(sizes: Sequence[int]) -> Iterator[int]:
    """Yield where each array begins, and at last the end of all."""
    start = 0
    for size in sizes:
        yield start
        start += -(-size // _ALIGNMENT) * _ALIGNMENT
    yield start


def _write(memory: int, array: memoryview, start: int) -> None:
    """Write an array to a place; the end of the last one is filled up to the alignment."""
    padded = -(-len(array) // _ALIGNMENT) * _ALIGNMENT
    if padded > len(array):
        os.pwrite(memory, b"\0", start + padded - 1)
    while len(array):
        written = os.pwrite(memory, array, start)
        array, start = array[written:], start + written
