"""Ranges of items in copies of the process."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from resolver.errors import OutputError
from resolver.runtime.processes import (
    Ranges,
    compute_both,
    map_equal_parts,
    map_ranges,
    pausing,
    share_ranges,
)
from tests.check_process import run_check


def check_order() -> None:
    """Check that ranges cover the items in their order."""
    for workers in (1, 2, 3):
        parts = map_equal_parts(lambda start, stop: list(range(start, stop)), 10, workers, 2)
        assert len(parts) == workers
        assert [item for part in parts for item in part] == list(range(10))


def test_few_items_stay_in_this_process() -> None:
    assert map_equal_parts(lambda start, stop: os.getpid(), 3, 2, 2) == [os.getpid()]
    assert map_equal_parts(lambda start, stop: (start, stop), 0, 2, 2) == [(0, 0)]


def check_shared_ranges() -> None:
    """Check that a process takes ranges while another is slow, and that they cover the items."""
    read, write = os.pipe()

    def run(ranges: Ranges) -> list[int]:
        """Return the items of ranges; whoever has the first one waits for the other process."""
        items = list[int]()
        for start, stop in ranges:
            items.extend(range(start, stop))
            if not start:
                os.read(read, 1)
        os.write(write, b".")
        return items

    shares = sorted(share_ranges(run, 100, 2, 40))
    assert shares == [list(range(5)), list(range(5, 100))]
    os.close(read)
    os.close(write)


def check_work_meanwhile() -> None:
    """Check that copies take all ranges while this process works, even a single one."""
    read, write = os.pipe()

    def run(ranges: Ranges) -> tuple[int, list[tuple[int, int]]]:
        """Return the process and the ranges that it takes, and tell the work here of each."""
        return os.getpid(), [bounds for bounds in ranges if os.write(write, b".")]

    def wait() -> None:
        """Wait until each range is taken."""
        for _ in range(parts):
            assert os.read(read, 1) == b"."

    for count, workers, parts in ((1, 1, 1), (1, 2, 1), (2, 2, 2)):
        (own, ranges), *others = share_ranges(run, count, workers, 1, wait)
        assert own == os.getpid() not in {process for process, _ in others}
        assert len(others) == parts
        assert not ranges
        places = sorted(bounds for _, ranges in others for bounds in ranges)
        assert places == [(place, place + 1) for place in range(parts)]


def check_error_meanwhile() -> None:
    """Check that an error of the work here is raised, and no copy outlives it."""
    read, write = os.pipe()

    def run(ranges: Ranges) -> None:
        """Wait in the copy."""
        os.close(read)
        signal.pause()

    def fail() -> None:
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        share_ranges(run, 1, 1, 1, fail)
    os.close(write)
    # the end of the file: nobody else holds the other end any more
    assert os.read(read, 1) == b""
    os.close(read)


def test_work_comes_first_where_no_copy_is_made() -> None:
    steps: list[str] = []
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        share_ranges(
            lambda ranges: steps.append(str(list(ranges))), 4, 2, 2, lambda: steps.append("work")
        )
        assert steps == ["work", "[(0, 4)]"]
    finally:
        end.set()
        other.join()


def check_order_of_shared_ranges() -> None:
    """Check that results of many ranges come in the order of the items."""
    for count, workers, least in ((100, 2, 40), (1_000, 3, 1), (7, 4, 1), (0, 2, 1)):
        parts = map_ranges(lambda start, stop: list(range(start, stop)), count, workers, least)
        assert [item for part in parts for item in part] == list(range(count))


def check_copies() -> None:
    """Check that copies do the later ranges."""
    first, second = map_equal_parts(lambda start, stop: os.getpid(), 4, 2, 2)
    assert first == os.getpid() != second


def test_no_copy_is_made_while_another_thread_runs() -> None:
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        assert map_equal_parts(lambda start, stop: os.getpid(), 4, 2, 2) == [os.getpid()]
    finally:
        end.set()
        other.join()


def check_errors() -> None:
    """Check that errors of a copy are raised."""

    def fail(start: int, stop: int) -> None:
        """Fail in the copy alone."""
        if start:
            raise OutputError("cannot write the results: no space", place="out", hint="free some")

    with pytest.raises(OutputError) as caught:
        map_equal_parts(fail, 4, 2, 2)
    assert caught.value.line() == "out: cannot write the results: no space (free some)"


def check_killed_copy() -> None:
    """Check that a killed copy is a lack of memory."""

    def die(start: int, stop: int) -> None:
        """Let the system kill the copy."""
        if start:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(MemoryError):
        map_equal_parts(die, 4, 2, 2)


def check_both() -> None:
    """Check that a copy computes the second of two results, and only where it may."""
    first, second = compute_both(os.getpid, os.getpid, parallel=True)
    assert first == os.getpid() != second
    assert compute_both(os.getpid, os.getpid, parallel=False) == (os.getpid(), os.getpid())


def check_paused_thread() -> None:
    """Check that copies are made while a thread runs that pauses for them."""
    runs, end = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def start() -> None:
        end.clear()
        threads.append(threading.Thread(target=end.wait))
        threads[-1].start()

    @contextmanager
    def pause() -> Iterator[None]:
        end.set()
        threads[-1].join()
        yield
        start()
        runs.set()

    start()
    with pausing(pause):
        first, second = map_equal_parts(lambda start, stop: os.getpid(), 4, 2, 2)
        assert first == os.getpid() != second
        assert runs.is_set()
        assert threads[-1].is_alive()
        # beside one more thread that does not pause there are none
        other = threading.Thread(target=end.wait)
        other.start()
        assert map_equal_parts(lambda start, stop: os.getpid(), 4, 2, 2) == [os.getpid()]
        end.set()


def check_error_of_the_original() -> None:
    """Check that no copy outlives an error of this process."""
    read, write = os.pipe()

    def run(start: int, stop: int) -> None:
        """Fail here, and wait in the copy."""
        if start:
            os.close(read)
            signal.pause()
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        map_equal_parts(run, 4, 2, 2)
    os.close(write)
    # the end of the file: nobody else holds the other end any more
    assert os.read(read, 1) == b""
    os.close(read)


class TooLarge:
    """Result for whose pickle there is no memory."""

    def __reduce__(self) -> str:
        raise MemoryError


def check_large_result() -> None:
    """Check that a result that cannot be sent for want of memory is a `MemoryError` alone."""
    read, write = os.pipe()
    os.dup2(write, 2)
    os.close(write)
    with pytest.raises(MemoryError):
        map_equal_parts(lambda start, stop: TooLarge(), 4, 2, 2)
    os.close(2)
    assert os.read(read, 1) == b""


def check_full_memory() -> None:
    """Check that arrays for which the system has no room are a `MemoryError`."""

    def fill(start: int, stop: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return an array, which the copy may not write to any file."""
        if start:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        return np.arange(1000)

    with pytest.raises(MemoryError):
        map_equal_parts(fill, 4, 2, 2)


@pytest.mark.parametrize(
    "check",
    [
        check_order,
        check_copies,
        check_shared_ranges,
        check_work_meanwhile,
        check_error_meanwhile,
        check_order_of_shared_ranges,
        check_errors,
        check_killed_copy,
        check_large_result,
        check_full_memory,
        check_both,
        check_paused_thread,
        check_error_of_the_original,
    ],
)
def test_in_a_process_without_other_threads(check: Callable[[], None], root: Path) -> None:
    run_check(check, root)


SCRIPT = """
import os, signal
from resolver.runtime.processes import map_equal_parts

def run(start, stop):
    if start:
        print("copy", flush=True)
        signal.pause()
    else:
        input()

map_equal_parts(run, 4, 2, 2)
"""


def test_no_copy_outlives_a_killed_original() -> None:
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as original:
        assert original.stdout is not None
        assert original.stdout.readline() == b"copy\n"
        original.kill()
        # the end of the file: the copy, which has the other end too, is gone
        assert original.stdout.read() == b""
