"""Copies of this process that share its work, and the memory of the process.

- *Ranges of items on several cores*, for work that holds Python's interpreter lock. Threads share
  one interpreter, so loops in Python gain nothing from a second core. Copies of this process
  (`fork`) see all of its data without sending it, and return only results.
- *Results that one process hands to another* on this machine: arrays go through a file in memory. A
  pipe holds 64 KiB, and both of its ends copy everything that goes through it. The arrays of a
  batch take hundreds of megabytes.
- *A task that a thread repeats* beside the work, without keeping a core from the work.
- *Search for reference cycles*, which Python would repeat for every generation of new objects.
- *Heaps of the C library*, where that is glibc: kept in batch runs, bounded in a service. A batch
  makes and frees arrays of hundreds of megabytes. By default each array takes new pages from the
  system and gives them back, and the system clears the pages again. This takes a tenth of the
  processor time of a million records. A kept heap gives the pages to the next array. The gaps in a
  heap grow with the arrays, so a heap above 2 GiB is no longer kept.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import cache, partial
from itertools import pairwise
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

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


_PR_SET_PDEATHSIG = 1
_Result = TypeVar("_Result")
_First = TypeVar("_First")
_Second = TypeVar("_Second")
Run = Callable[[int, int], _Result]
Ranges = Iterator[tuple[int, int]]
"""Ranges of items, as their first and the one after their last."""
Pause = Callable[[], AbstractContextManager[None]]
"""Context in which a thread does not run."""
_PAUSES: list[Pause] = []
_RANGES_PER_LEAST, _MOST_RANGES = 8, 250
"""Ranges in as many items as are worth a process, and of all items: their numbers are bytes."""


def map_equal_parts(run: Run[_Result], count: int, workers: int, least: int) -> list[_Result]:
    """Return `run(start, stop)` for ranges that cover 0 … `count`, in their order.

    At most `workers` ranges, of `least` items or more: a copy takes some hundredths of a second.
    The first range runs in this process and each other one in a copy of it, whose result is sent as
    a pickle, but for its arrays (`sent_results`). There is one range where a copy would not be
    safe: beside other threads, and on systems other than Linux. What the caller makes of all
    results must not depend on the cuts.

    Raises what `run` raises, and `MemoryError` where the system killed a copy.
    """
    parts = _count_processes(count, workers, least)
    bounds = [count * part // parts for part in range(parts + 1)]
    return _run_in_copies([partial(run, *bound) for bound in pairwise(bounds)])


def share_ranges(
    run: Callable[[Ranges], _Result],
    count: int,
    workers: int,
    least: int,
    meanwhile: Callable[[], None] | None = None,
) -> list[_Result]:
    """Return what `run` makes of the ranges that each process takes, that of this process first.

    `run` is called once in each process (see `map_equal_parts`), which takes the next of the ranges
    that cover 0 … `count` whenever it is done with one, so that none waits long for a slower one.
    `meanwhile`: what this process does before it takes ranges; as many copies as there would be
    processes take them from the start, even if that is one.
    """
    processes = _count_processes(count, workers, least)
    copies = processes if meanwhile is not None and _may_fork() else processes - 1
    if not copies:
        if meanwhile is not None:
            meanwhile()
        return [run(iter([(0, count)]))]
    parts = min(-(-count // max(least // _RANGES_PER_LEAST, 1)), _MOST_RANGES)
    bounds = [count * part // parts for part in range(parts + 1)]
    with _numbers_to_take(parts) as reader:

        def run_own() -> _Result:
            """Run the ranges that this process takes."""
            numbers = (byte[0] for byte in iter(partial(os.read, reader, 1), b""))
            return run((bounds[number], bounds[number + 1]) for number in numbers)

        def run_here() -> _Result:
            """Run what this process does first, and the ranges that are left."""
            if meanwhile is not None:
                meanwhile()
            return run_own()

        return _run_in_copies([run_here, *[run_own] * copies])


def map_ranges(run: Run[_Result], count: int, workers: int, least: int) -> list[_Result]:
    """Return `run(start, stop)` for the ranges of `share_ranges`, in their order."""

    def run_all(ranges: Ranges) -> list[tuple[int, _Result]]:
        """Return the results of the ranges that one process takes, each with its start."""
        return [(start, run(start, stop)) for start, stop in ranges]

    results = [result for part in share_ranges(run_all, count, workers, least) for result in part]
    return [result for _, result in sorted(results, key=itemgetter(0))]


@contextmanager
def _numbers_to_take(count: int) -> Iterator[int]:
    """Return a pipe from which processes read one byte each: numbers from 0 to `count` - 1."""
    reader, writer = os.pipe()
    try:
        with os.fdopen(writer, "wb") as file:
            file.write(bytes(range(count)))
        yield reader
    finally:
        os.close(reader)


def _count_processes(count: int, workers: int, least: int) -> int:
    """Return the number of processes for some items, `least` of which are worth one."""
    processes = max(min(workers, count // max(least, 1)), 1)
    return processes if processes == 1 or _may_fork() else 1


def _run_in_copies(tasks: Sequence[Callable[[], _Result]]) -> list[_Result]:
    """Return the results of tasks: the first runs here, each other one in a copy."""
    if len(tasks) == 1:
        return [tasks[0]()]
    copies: list[_Copy] = []
    try:
        with ExitStack() as paused:
            for pause in _PAUSES:
                paused.enter_context(pause())
            for task in tasks[1:]:
                copies.append(_start_copy(task))
        return [tasks[0](), *map(_receive, copies)]
    finally:
        for copy in copies:
            copy.receiver.close()
            copy.memory.close()
            copy.process.terminate()
            copy.process.join()


@contextmanager
def pausing(pause: Pause) -> Iterator[None]:
    """Let a thread run that does not prevent copies: it ends before one is made (`pause`), and
    begins anew after.
    """
    _PAUSES.append(pause)
    try:
        yield
    finally:
        _PAUSES.remove(pause)


class _Copy(NamedTuple):
    """Copy of this process, the end of a pipe to read from, and the file of its arrays."""

    process: Any
    receiver: Connection
    memory: IO[bytes]


def _start_copy(task: Callable[[], Any]) -> _Copy:
    """Start a copy of this process that runs a task."""
    # takes longer to load than a single check may
    import multiprocessing

    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    memory = open_memory()
    process = context.Process(
        target=_run_and_send,
        args=(task, sender, memory, os.getpid()),
        daemon=True,
    )
    process.start()
    sender.close()
    return _Copy(process, receiver, memory)


def compute_both(
    first: Callable[[], _First], second: Callable[[], _Second], *, parallel: bool
) -> tuple[_First, _Second]:
    """Return the results of two functions; if `parallel`, the second runs in a copy of the process.

    Where a copy would not be safe, one runs after the other. Raises as `map_equal_parts` does.
    """
    if not parallel or not _may_fork():
        return first(), second()
    functions: tuple[Callable[[], Any], ...] = (first, second)
    first_result, second_result = _run_in_copies(functions)
    return first_result, second_result


def _may_fork() -> bool:
    # another thread may hold a lock, which nobody would release in the copy; in a copy, in which
    # paused threads are missing, no further one is made
    return sys.platform == "linux" and threading.active_count() == 1 + len(_PAUSES)


def end_with_parent() -> None:
    """Ask the system to end this process with its parent (on Linux; elsewhere it continues)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _run_and_send(
    task: Callable[[], Any], sender: Connection, memory: IO[bytes], original: int
) -> None:
    """Run a task in a copy of the process `original`, and send its result or its error."""
    # the original ends its copies; they keep its locks on files, so none may outlive it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent()
    if os.getppid() != original:
        return
    # a collection would write to, and so copy, every object of the original
    gc.disable()
    answer: tuple[bool, Any]
    try:
        answer = True, task()
    except Exception as error:
        answer = False, error
    # without an answer the original raises `MemoryError`
    with suppress(OSError, MemoryError):
        send_result(sender, memory, answer)


def _receive(copy: _Copy) -> Any:
    try:
        is_result, answer = receive_result(copy.receiver, copy.memory)
    except EOFError:
        raise MemoryError("a copy of the process was killed") from None
    if is_result:
        return answer
    raise answer


class RepeatedTask:
    """Thread that calls `run` every `seconds` within a context, until that returns False.

    Beside other threads no copies of the process can be made, so that the thread ends before copies
    are made (`processes.pausing`) and begins anew after; a call that was due meanwhile follows at
    once.
    """

    def __init__(self, run: Callable[[], bool], seconds: float, name: str) -> None:
        self._run, self._seconds, self._name = run, seconds, name
        self._next = 0.0
        self._is_done = False
        self._pause = threading.Event()
        self._context = ExitStack()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._next = time.monotonic() + self._seconds
        self._start()
        self._context.callback(self._stop)
        self._context.enter_context(pausing(self._paused))
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    @contextmanager
    def _paused(self) -> Iterator[None]:
        """Call nothing within the context."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    def _start(self) -> None:
        self._pause.clear()
        self._thread = threading.Thread(target=self._repeat, name=self._name, daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        """End the thread, after a call that has begun."""
        self._pause.set()
        if self._thread is not None:
            self._thread.join()

    def _repeat(self) -> None:
        while not self._pause.wait(self._seconds_left()):
            self._next = time.monotonic() + self._seconds
            self._is_done = not self._run()

    def _seconds_left(self) -> float | None:
        """Return the time until the next call; None after the last."""
        return None if self._is_done else max(self._next - time.monotonic(), 0.0)


SERVED_OBJECTS, BATCH_OBJECTS = 100_000, 2_000_000
"""New objects after which a service, and a batch, searches for reference cycles."""


def collect_rarely(objects: int = SERVED_OBJECTS) -> None:
    """Search for reference cycles only after so many new objects.

    Reading lists, splitting names and loading dictionaries creates millions of objects without
    cycles, and Python's default is to search after every few hundred.
    """
    gc.set_threshold(objects, 20, 50)


def keep_survivors() -> None:
    """Leave the objects that are there now out of all later searches, as they are there to stay.

    They are still freed when nothing refers to them any more, unless they refer to each other.
    """
    gc.freeze()


_ARENAS, _TRIM, _OWN_PAGES, _MAPPED = -8, -1, -3, -4
"""Parameters of `mallopt`: number of heaps, bytes at the end that a heap keeps, bytes from which an
array gets pages of its own, which go back to the system with it, and how many such arrays there may
be.
"""
_NEVER = 1 << 30
_USUAL_TRIM, _USUAL_MAPPED = 128 << 10, 65_536
_MOST_KEPT = 2 << 30
"""Bytes of a heap up to which it is kept."""
_CHECK_BYTES, _OWN_BYTES = 4 << 20, 1 << 20
"""More than the arrays of a check take together, and than its largest: pages that go back and come
again for each check take a tenth of its time.
"""


class _HeapUse(ctypes.Structure):
    """Answer of `mallinfo2`; `arena` are the bytes of the heap."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


@cache
def _library() -> ctypes.CDLL | None:
    """Return the C library, None where it has no `mallopt`."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
        return library
    return None


_KEPT: list[ctypes.CDLL] = []
"""The C library, while its heap is kept."""


def keep_heap() -> None:
    """Keep freed memory in one heap for the arrays to come, where the library (glibc 2.33 or later)
    tells how large it is.
    """
    library = _library()
    if library is not None and hasattr(library, "mallinfo2") and not _KEPT:
        library.mallinfo2.restype = _HeapUse
        library.mallopt(_ARENAS, 1)
        library.mallopt(_MAPPED, 0)
        library.mallopt(_TRIM, _NEVER)
        _KEPT.append(library)


def bound_heaps() -> None:
    """Let the C library share two heaps among threads, and give back what a check does not need.

    By default each thread may have a heap of its own, whose gaps stay with the process, and arrays
    of up to 32 MiB come from heaps once such an array has been freed.
    """
    library = _library()
    if library is not None:
        library.mallopt(_ARENAS, 2)
        library.mallopt(_TRIM, _CHECK_BYTES)
        library.mallopt(_OWN_PAGES, _OWN_BYTES)


def release_large_heap() -> None:
    """Give the free memory of a kept heap back to the system if it is large, and from now on as it
    becomes free.

    The library visits all free parts of its heap to tell the size. So it is only asked if the
    process has ever been that large.
    """
    if not _KEPT or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss <= _MOST_KEPT >> 10:
        return
    if _KEPT[0].mallinfo2().arena > _MOST_KEPT:
        library = _KEPT.pop()
        library.mallopt(_MAPPED, _USUAL_MAPPED)
        library.mallopt(_TRIM, _USUAL_TRIM)
        library.malloc_trim(ctypes.c_size_t(0))
