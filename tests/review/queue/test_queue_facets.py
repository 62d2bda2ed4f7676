"""Counts of the queue's filters and ages, against a count of the items one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review import Filters, Party, QueueItem, count_ages, count_facets, list_waiting
from resolver.store import utc_text
from tests.review.queue.test_queue_access import OUTSIDER, guard
from tests.review.tables import items

pytestmark = pytest.mark.slow

WORDS: dict[str, Callable[[QueueItem], Iterable[str]]] = {
    "reason": lambda item: [str(item.reason)],
    "script": lambda item: {code for side in sides(item) for code in side.scripts},
    "source": lambda item: {name for side in sides(item) for name in side.sources},
}


def sides(item: QueueItem) -> tuple[Party, Party]:
    return item.left, item.right


def count_slowly(hub: Hub, name: str, filters: Filters, viewer: Viewer) -> Counter[str]:
    """Count the values of a filter by listing the pairs under the other filters."""
    cleared: dict[str, Any] = {name: ""}
    page = list_waiting(hub, replace(filters, **cleared), limit=10_000, viewer=viewer)
    return Counter(word for item in page.items for word in WORDS[name](item))


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER, OUTSIDER.viewer])
def test_counts_are_those_of_the_listed_pairs(hub: Hub, viewer: Viewer) -> None:
    hidden = guard(hub, "H3")
    source, reason = hidden.left.sources[0], str(hidden.reason)
    for filters in (
        Filters(),
        Filters(kind="person"),
        Filters(source=source, reason=reason),
        Filters(script="Latn", score_from=0.3, score_to=0.8),
    ):
        facets = count_facets(hub, filters, viewer)
        for name in ("reason", "script", "source"):
            counted = {item.value: item.count for item in facets[name]}
            assert counted == count_slowly(hub, name, filters, viewer), (filters, name)
            assert [item.count for item in facets[name]] == sorted(counted.values(), reverse=True)


def test_kinds_are_counted_and_unknown_values_refused(hub: Hub) -> None:
    counted = {item.value: item.count for item in count_facets(hub)["kind"]}
    for kind, count in counted.items():
        assert count == list_waiting(hub, Filters(kind=kind), limit=1).total
    with pytest.raises(InputError, match="there is no kind"):
        count_facets(hub, Filters(kind="ship"))


def test_pairs_of_an_agency_count_once(hub: Hub) -> None:
    item = items(hub)[0]
    names = {*item.left.sources, *item.right.sources}
    with hub.store.view() as view:
        every = [source.name for source in view.sources()]
    for name in every:
        hub.store.describe_source(name, agency="Harbor office" if name in names else "")
    (agency,) = count_facets(hub)["agency"]
    assert agency.value == "Harbor office"
    assert agency.count == list_waiting(hub, Filters(agency="Harbor office"), limit=1).total > 0


def test_ages_fall_into_their_classes(hub: Hub) -> None:
    whole = items(hub)
    ages = [timedelta(hours=1), timedelta(days=3), timedelta(days=20), timedelta(days=90)]
    now = datetime.now(UTC)
    with hub.store.engine.begin() as connection:
        for number, item in enumerate(whole):
            since = utc_text(now - ages[number % 4])
            connection.execute(
                text("UPDATE waiting SET since = :since WHERE low = :low AND high = :high"),
                {"since": since, "low": item.position[1], "high": item.position[2]},
            )
    expected = Counter(number % 4 for number in range(len(whole)))
    assert count_ages(hub) == tuple(expected[place] for place in range(4))
    for days, place in ((1, 1), (7, 2), (30, 3)):
        page = list_waiting(hub, Filters(waiting_days=days), limit=10_000)
        assert page.total == len(page.items) == sum(count_ages(hub)[place:])
    reason = str(whole[0].reason)
    assert sum(count_ages(hub, Filters(reason=reason, waiting_days=7))) == sum(
        str(item.reason) == reason for item in whole
    )
    hidden = guard(hub, "H3")
    assert sum(count_ages(hub)) < sum(count_ages(hub, viewer=OPERATOR))
    assert hidden.key
