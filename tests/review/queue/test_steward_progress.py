"""Progress of a steward: acts of late, without those taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resolver.hub.hub import Hub
from resolver.review import (
    DecisionRequest,
    Steward,
    StewardProgress,
    StewardVerdict,
    decide_pair,
    measure_progress,
    undo_decision,
)
from tests.review.tables import items

pytestmark = pytest.mark.slow

KIM, LEE = Steward("kim"), Steward("lee")


def decide(hub: Hub, steward: Steward) -> str:
    """Decide the first pair as different, and return the id of the decision."""
    item = items(hub)[0]
    verdict = StewardVerdict.DIFFERENT
    return decide_pair(hub, DecisionRequest(steward, item.left.id, item.right.id, verdict)).ids[0]


def test_progress_counts_own_decisions_that_still_count(hub: Hub) -> None:
    assert measure_progress(hub, KIM) == StewardProgress()
    decision_ids = [decide(hub, KIM) for _ in range(4)]
    decide(hub, LEE)
    progress = measure_progress(hub, KIM)
    assert (progress.recent, progress.minutes, progress.undoable) == (4, 1, decision_ids[-1])
    taken_back = undo_decision(hub, KIM, decision_ids[-1]).ids[0]
    progress = measure_progress(hub, KIM)
    assert (progress.recent, progress.undoable) == (3, decision_ids[-2])
    # an undo that is itself taken back leaves the decision as it was
    undo_decision(hub, KIM, taken_back)
    assert measure_progress(hub, KIM).recent == 4


def test_pace_is_that_of_the_last_minutes(hub: Hub) -> None:
    for _ in range(3):
        decide(hub, KIM)
    now = datetime.now(UTC)
    later = measure_progress(hub, KIM, now + timedelta(minutes=9, seconds=30))
    assert (later.recent, later.minutes) == (3, 10)
    assert later.minutes_for(6) == 20
    much_later = measure_progress(hub, KIM, now + timedelta(minutes=30))
    assert (much_later.recent, much_later.minutes_for(6)) == (0, None)
    assert StewardProgress(recent=2, minutes=5).minutes_for(10) is None
