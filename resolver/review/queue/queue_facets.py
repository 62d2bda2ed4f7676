"""Counts beside the filters of the queue: how many visible pairs each value would leave."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from resolver.hub.hub import Hub
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.models import Filters, QueueReason
from resolver.review.queue.entity_summary import SCRIPTS
from resolver.review.queue.queue_filters import (
    MARK_OF_KIND,
    NO_FILTERS,
    build_mark_groups,
    build_queue_filter,
)
from resolver.store import StoredSource, utc_text
from resolver.store.desk import waiting_pairs

AGE_DAYS = (1, 7, 30)
"""Limits of the classes of age of waiting pairs, in days."""
_NAMES = ("kind", "reason", "script", "source", "agency")
Marks = frozenset[str]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """Value of a filter, and the number of pairs that it leaves beside the other filters."""

    value: str
    count: int


def count_facets(
    hub: Hub, filters: Filters = NO_FILTERS, viewer: Viewer = STRANGER
) -> dict[str, tuple[FacetValue, ...]]:
    """Count the visible pairs of each value of the filters kind, reason, script, source and agency,
    the most frequent first, without values that no pair has.

    A filter that is set does not limit its own counts, so that another value can be chosen. Raises
    `InputError` for invalid filters.
    """
    unmarked = replace(filters, kind="", reason="", script="", source="", agency="")
    with hub.store.view() as view:
        sources = view.sources()
        rows = waiting_pairs.count_marks(
            view.connection, build_queue_filter(view, unmarked, None, viewer)
        )
    counted = [(frozenset(marks.split()), count) for marks, count in rows]
    words_of = _words_by_mark(sources)
    return {name: _count_values(name, counted, words_of[name], sources, filters) for name in _NAMES}


def _count_values(
    name: str,
    counted: Iterable[tuple[Marks, int]],
    word_of: Mapping[str, str],
    sources: Sequence[StoredSource],
    filters: Filters,
) -> tuple[FacetValue, ...]:
    cleared: dict[str, Any] = {name: ""}
    groups = build_mark_groups(sources, replace(filters, **cleared))
    counts: Counter[str] = Counter()
    for marks, count in counted:
        if all(not marks.isdisjoint(group) for group in groups):
            # lists of one agency are one value of the filter by agency
            for word in {word_of[mark] for mark in marks if mark in word_of}:
                counts[word] += count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetValue(word, count) for word, count in ordered)


def _words_by_mark(sources: Sequence[StoredSource]) -> dict[str, dict[str, str]]:
    """Return, by filter, the value that each mark stands for."""
    return {
        "kind": {mark: kind for kind, mark in MARK_OF_KIND.items()},
        "reason": {f"r{reason}": str(reason) for reason in QueueReason},
        "script": {code: code for code in SCRIPTS},
        "source": {f"s{source.number}": source.name for source in sources},
        "agency": {f"s{source.number}": source.agency for source in sources if source.agency},
    }


def count_ages(
    hub: Hub, filters: Filters = NO_FILTERS, viewer: Viewer = STRANGER
) -> tuple[int, ...]:
    """Count the visible pairs under the other filters by the time they wait: under each limit of
    `AGE_DAYS` (and not under the one before), and longer than all.
    """
    now = datetime.datetime.now(datetime.UTC)
    times = [utc_text(now - datetime.timedelta(days=days)) for days in AGE_DAYS]
    with hub.store.view() as view:
        limits = build_queue_filter(view, replace(filters, waiting_days=0), None, viewer)
        counts = waiting_pairs.count_since(view.connection, limits, ["", *reversed(times)])
    total, *since = counts
    return tuple(int(part) for part in np.diff([0, *reversed(since), total]))
