"""Garbage collection during batch runs and while a service loads."""

from __future__ import annotations

import gc

NEW_OBJECTS = 100_000


def collect_rarely() -> None:
    """Search for reference cycles after every 100,000 new objects only.

    Reading lists, splitting names and loading dictionaries creates millions of objects without
    cycles, and Python's default is to search after every few hundred.
    """
    gc.set_threshold(NEW_OBJECTS, 20, 50)
