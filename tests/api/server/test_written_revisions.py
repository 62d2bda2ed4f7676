"""Revisions that callers have written: the last of each caller, in all processes."""

from __future__ import annotations

import os

from resolver.api.server.written_revisions import WrittenRevisions


def test_the_last_revision_of_each_caller_counts() -> None:
    written = WrittenRevisions()
    assert written.last_of("coast") == 0
    written.note("coast", 12)
    written.note("coast", 11)
    written.note("river", 3)
    assert (written.last_of("coast"), written.last_of("river")) == (12, 3)


def test_forked_processes_share_them() -> None:
    written = WrittenRevisions()
    written.note("coast", 1)
    child = os.fork()
    if not child:
        written.note("coast", 2)
        os._exit(0)
    os.waitpid(child, 0)
    assert written.last_of("coast") == 2
