"""Values computed in threads, and lazy properties: computed once for each object, and by several
threads at the same time.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from resolver.runtime.threads import lazy_property, map_values


class Square:
    def __init__(self, side: int, barrier: threading.Barrier | None = None) -> None:
        self.side = side
        self.barrier = barrier
        self.readings = 0

    @lazy_property
    def area(self) -> int:
        """Area of the square."""
        self.readings += 1
        if self.barrier is not None:
            self.barrier.wait(10)
        return self.side**2


def test_a_value_is_computed_when_first_read_and_kept() -> None:
    square = Square(3)
    assert square.readings == 0
    assert (square.area, square.area, square.readings) == (9, 9, 1)
    assert Square.area.__doc__ == "Area of the square."


def test_threads_with_an_object_each_do_not_wait_for_each_other() -> None:
    """Each waits inside for the other: with a lock of the class neither would arrive."""
    barrier = threading.Barrier(2)
    squares = [Square(side, barrier) for side in (2, 3)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda square: square.area, squares)) == [4, 9]


def test_values_are_computed_under_their_names_side_by_side() -> None:
    barrier = threading.Barrier(2)

    def double(number: int) -> int:
        """Return twice a number, once a second thread is here."""
        barrier.wait(10)
        return 2 * number

    assert list(map_values(double, {"b": 1, "a": 2}, 2).items()) == [("b", 2), ("a", 4)]
    assert map_values(str, {"one": 1}, 1) == {"one": "1"}
    assert map_values(str, {}, 2) == {}
