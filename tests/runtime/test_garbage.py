"""Search for reference cycles after many new objects only."""

from __future__ import annotations

import gc

from resolver.runtime.processes import BATCH_OBJECTS, SERVED_OBJECTS, collect_rarely, keep_survivors


def test_batches_search_more_rarely_than_services() -> None:
    before = gc.get_threshold()
    try:
        # a test before this one may have started a batch
        gc.set_threshold(700)
        collect_rarely()
        assert gc.get_threshold()[0] == SERVED_OBJECTS > 700
        collect_rarely(BATCH_OBJECTS)
        assert gc.get_threshold()[0] == BATCH_OBJECTS > SERVED_OBJECTS
    finally:
        gc.set_threshold(*before)


def test_survivors_are_not_searched() -> None:
    survivor = [object()]
    survivor.append(survivor)
    before = gc.get_freeze_count()
    try:
        keep_survivors()
        assert gc.get_freeze_count() > before
        assert all(each is not survivor for each in gc.get_objects())
    finally:
        gc.unfreeze()
