"""Results that one process hands to another on this machine, with arrays in a file in memory.

A pipe holds 64 KiB, and both ends hold a copy of all that goes through it besides; arrays of a
batch take hundreds of megabytes.
"""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def open_memory() -> IO[bytes]:
    """Open a file in memory, which is gone with the last process that has it open; a temporary file
    without a name where the system has none in memory.
    """
    with suppress(OSError, AttributeError):
        return open(os.memfd_create("result"), "w+b", buffering=0)
    # few systems need it
    import tempfile

    return tempfile.TemporaryFile(buffering=0)


def send_result(sender: Connection, memory: IO[bytes], result: Any) -> None:
    """Send an object: its arrays by a file in memory, everything else by a pipe.

    Raises `MemoryError` or `OSError` where there is no memory left, and `BrokenPipeError` where
    nobody receives.
    """
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(result, protocol=5, buffer_callback=buffers.append)
    arrays = [buffer.raw() for buffer in buffers]
    start = 0
    for array in arrays:
        _write(memory.fileno(), array, start)
        start += array.nbytes
    sender.send((content, [array.nbytes for array in arrays]))


def receive_result(receiver: Connection, memory: IO[bytes]) -> Any:
    """Return the object that was sent, with arrays of its own.

    Raises `EOFError` where the sender is gone without having sent one.
    """
    # the help of a command needs no arrays, but loads this module
    import numpy as np

    content, sizes = receiver.recv()
    arrays: list[Any] = []
    start = 0
    for size in sizes:
        arrays.append(np.empty(size, dtype=np.uint8))
        _read(memory.fileno(), memoryview(arrays[-1]), start)
        start += size
    return pickle.loads(content, buffers=arrays)


def _write(descriptor: int, array: memoryview, start: int) -> None:
    """Write an array from a place on; the system may write less at once."""
    while len(array):
        written = os.pwrite(descriptor, array, start)
        array, start = array[written:], start + written


def _read(descriptor: int, array: memoryview, start: int) -> None:
    """Fill an array from a place on. Raises `EOFError` where the file ends before."""
    while len(array):
        count = os.preadv(descriptor, [array], start)
        if not count:
            raise EOFError
        array, start = array[count:], start + count
