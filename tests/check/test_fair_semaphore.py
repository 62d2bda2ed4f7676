"""Fair semaphore: limited concurrency in order of arrival."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from resolver.check.screener import FairSemaphore


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_threads_enter_in_order_of_arrival() -> None:
    turns, came = FairSemaphore(1), list[int]()

    def take(number: int) -> None:
        with turns:
            came.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(5)]
    with turns:
        for number, thread in enumerate(threads):
            thread.start()
            until(lambda number=number: len(turns._waiting) > number)  # type: ignore[misc]
        assert not came
    # this thread enters again, after the others
    take(9)
    for thread in threads:
        thread.join()
    assert came == [0, 1, 2, 3, 4, 9]


@pytest.mark.parametrize("at_once", [1, 3])
def test_concurrency_is_limited(at_once: int) -> None:
    turns, inside, most = FairSemaphore(at_once), list[int](), list[int]()

    def take() -> None:
        for _ in range(20):
            with turns:
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.0001)
                inside.pop()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= at_once
    assert turns._free == at_once


@pytest.mark.parametrize("at_once", [1, 3])
def test_allowed_threads_are_inside_together(at_once: int) -> None:
    turns, barrier = FairSemaphore(at_once), threading.Barrier(at_once)

    def enter() -> None:
        with turns:
            barrier.wait(20)

    threads = [threading.Thread(target=enter) for _ in range(2 * at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not barrier.broken


def test_error_releases_the_semaphore() -> None:
    turns = FairSemaphore(1)
    with pytest.raises(ValueError, match="wrong"), turns:
        raise ValueError("wrong")
    with turns:
        assert not turns._free
