"""Tasks that a thread repeats beside the work."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.runtime.processes import RepeatedTask, map_equal_parts
from tests.check_process import run_check

_SOON = 30


def test_it_is_repeated_within_its_context() -> None:
    calls = threading.Semaphore(0)

    def call() -> bool:
        calls.release()
        return True

    with RepeatedTask(call, 0.001, "task"):
        for _ in range(3):
            assert calls.acquire(timeout=_SOON)
    assert not any(thread.name == "task" for thread in threading.enumerate())


def test_it_ends_when_its_function_says_so() -> None:
    calls: list[int] = []
    is_last = threading.Event()

    def call() -> bool:
        calls.append(len(calls))
        if len(calls) == 2:
            is_last.set()
        return len(calls) < 2

    with RepeatedTask(call, 0.001, "task"):
        assert is_last.wait(_SOON)
        is_last.wait(0.05)
    assert calls == [0, 1]


def test_it_is_not_called_before_its_time() -> None:
    with RepeatedTask(lambda: pytest.fail("called"), 3600, "task"):
        pass


def _pids() -> list[int]:
    return map_equal_parts(lambda start, stop: os.getpid(), 4, 2, 2)


def check_copies_and_tasks() -> None:
    """Check that copies are made beside tasks, which go on after, also beside one that is over."""
    calls, is_over = threading.Semaphore(0), threading.Event()

    def call() -> bool:
        calls.release()
        return True

    def end() -> bool:
        is_over.set()
        return False

    with RepeatedTask(call, 0.01, "first"), RepeatedTask(end, 0.01, "second"):
        assert is_over.wait(_SOON)
        first, second = _pids()
        assert first == os.getpid() != second
        while calls.acquire(blocking=False):
            pass
        assert calls.acquire(timeout=_SOON)
    assert len(set(_pids())) == 2


def check_frequent_copies() -> None:
    """Check that a task is called in time while copies are made all the time."""
    is_called = threading.Event()

    def call() -> bool:
        is_called.set()
        return True

    with RepeatedTask(call, 0.05, "task"):
        for _ in range(1000):
            _pids()
            if is_called.is_set():
                return
    raise AssertionError("the task was never called")


@pytest.mark.parametrize("check", [check_copies_and_tasks, check_frequent_copies])
def test_in_a_process_without_other_threads(check: Callable[[], None], root: Path) -> None:
    run_check(check, root)
