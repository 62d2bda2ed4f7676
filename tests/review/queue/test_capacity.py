"""Cut of the queue by a daily capacity, on both databases."""

from __future__ import annotations

import pytest

from resolver.hub.hub import Hub
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review import (
    DecisionRequest,
    QueueItem,
    Steward,
    StewardVerdict,
    decide_pair,
    forecast_queue,
    list_waiting,
)
from tests.review.queue.test_queue_access import OUTSIDER, guard
from tests.review.tables import items

pytestmark = pytest.mark.slow
KIM = Steward("kim")


def test_cut_is_by_rank_and_drops_nothing(hub: Hub) -> None:
    whole = items(hub)
    cut = forecast_queue(hub, 3)
    below = [cut.is_below(item) for item in whole]
    assert below == [False] * 3 + [True] * (len(whole) - 3)
    forecast = cut.forecast
    assert (forecast.reviews, forecast.reviews_today) == (len(whole), 3)
    assert forecast.days == -(-len(whole) // 3)
    assert forecast.matches == pytest.approx(sum(item.score for item in whole))
    assert forecast.matches_left == pytest.approx(sum(item.score for item in whole[3:]))
    assert forecast.wrong_merge_costs == 20
    assert [item.key for item in items(hub)] == [item.key for item in whole]


def test_capacity_unset_zero_and_beyond_the_queue(hub: Hub) -> None:
    whole = items(hub)
    for capacity, below, days in ((None, 0, None), (0, len(whole), None), (10_000, 0, 1)):
        cut = forecast_queue(hub, capacity)
        assert sum(map(cut.is_below, whole)) == below
        assert (cut.forecast.reviews_left, cut.forecast.days) == (below, days)


def test_reviews_of_today_use_up_the_capacity(hub: Hub) -> None:
    first = items(hub)[0]
    decide_pair(hub, DecisionRequest(KIM, first.left.id, first.right.id, StewardVerdict.SAME))
    cut = forecast_queue(hub, 2)
    assert (cut.forecast.done_today, cut.forecast.reviews_today) == (1, 1)
    item = next(item for item in items(hub) if not cut.is_below(item))
    decide_pair(hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.DIFFERENT))
    cut = forecast_queue(hub, 2)
    assert (cut.forecast.done_today, cut.forecast.reviews_today) == (2, 0)
    assert all(map(cut.is_below, items(hub)))
    assert forecast_queue(hub, 1).forecast.reviews_today == 0


def test_hidden_pairs_do_not_count(hub: Hub) -> None:
    hidden = guard(hub, "H3")
    everything = items_of(hub, OPERATOR)
    place = [item.key for item in everything].index(hidden.key) + 1
    assert forecast_queue(hub, place, OPERATOR).forecast.reviews == len(everything)
    for viewer in (STRANGER, OUTSIDER.viewer):
        visible = items_of(hub, viewer)
        cut = forecast_queue(hub, place, viewer)
        assert cut.forecast.reviews == len(visible) < len(everything)
        assert cut.forecast.matches == pytest.approx(sum(item.score for item in visible))
        assert sum(not cut.is_below(item) for item in visible) == min(place, len(visible))


def items_of(hub: Hub, viewer: Viewer) -> list[QueueItem]:
    return list(list_waiting(hub, limit=10_000, viewer=viewer).items)
