"""Search for reference cycles, which Python repeats for ever new objects."""

from __future__ import annotations

import gc

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
