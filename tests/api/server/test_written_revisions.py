"""Revisions that callers have written: the last of each caller, in all processes."""

from __future__ import annotations

import os

from resolver.api.service import WrittenRevisions


def test_the_last_revision_of_each_caller_counts() -> None:
    written = WrittenRevisions()
    assert written.last_of("coast") == 0
    written.note("coast", 12)
    written.note("coast", 11)
    written.note("river", 3)
    assert (written.last_of("coast"), written.last_of("river")) == (12, 3)


def test_no_revision_is_lost_among_forked_processes() -> None:
    """More processes than there are cores write at once; the highest revision stays."""
    written = WrittenRevisions()
    written.note("coast", 1)
    children = []
    for number in range(4):
        child = os.fork()
        if not child:
            for revision in range(number, 4_000, 4):
                written.note("coast", revision)
                if written.last_of("coast") < revision:
                    os._exit(1)
            os._exit(0)
        children.append(child)
    codes = [os.waitpid(child, 0)[1] for child in children]
    assert codes == [0] * 4
    assert written.last_of("coast") == 3_999
