"""Filters of the queue: their translation to marks of queue rows, and filters saved by users.

Who may see a row is also a filter: the rules of access (`records.visibility`) become conditions on
queue rows. A row rests on all records of its two entities, so it waits only for viewers who may see
all of these records. Other viewers have rows of their own, as if the records that they may not see
did not exist.

The counts beside the filters say how many visible pairs each value would select.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.visibility import STRANGER, Viewer, may_read_all, viewer_classes
from resolver.review.entity_sides import SCRIPTS
from resolver.review.models import Filters, QueueReason, Steward
from resolver.store import QueueFilter, StoredSource, StoreView, WaitingRow, utc_text, waiting_queue

_SIGNED_IN, _STEWARDS, _OWNERS = "u1", "u2", "u3"
_CODE_MARKS = {"H1": _SIGNED_IN, "H2": _STEWARDS}


def guard_marks(restrictions: Iterable[tuple[str, str]]) -> list[str]:
    """Return the marks of a queue row that state its restrictions and, if only one agency owns the
    restricted records, this agency.
    """
    marks: set[str] = set()
    owners: dict[str, set[str]] = {_STEWARDS: set(), _OWNERS: set()}
    for code, agency in restrictions:
        mark = _CODE_MARKS.get(code, _OWNERS)
        marks.add(mark)
        if mark != _SIGNED_IN:
            owners[mark].add(agency)
    all_owners = owners[_STEWARDS] | owners[_OWNERS]
    for mark, agencies in ((_STEWARDS, all_owners), (_OWNERS, owners[_OWNERS])):
        if len(agencies) == 1 and min(agencies):
            marks.add(_owner_mark(mark, min(agencies)))
    return sorted(marks)


def excluded_marks(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """Return the marks that exclude pairs for a viewer, each with the mark that lifts the exclusion
    (or empty).
    """
    if may_read_all(viewer):
        return ()
    if not viewer.name:
        return (_SIGNED_IN, ""), (_STEWARDS, ""), (_OWNERS, "")
    owner = (_OWNERS, _owner_mark(_OWNERS, viewer.agency) if viewer.agency else "")
    if "review" in viewer.scopes:
        return (owner,)
    return (_STEWARDS, _owner_mark(_STEWARDS, viewer.agency) if viewer.agency else ""), owner


def _owner_mark(mark: str, agency: str) -> str:
    return f"{mark}:{hashlib.sha256(agency.encode()).hexdigest()[:10]}"


def readers_of(viewer: Viewer) -> str:
    """Return the name of the class of viewers whose rows a viewer gets; empty for viewers who may
    read everything.
    """
    if may_read_all(viewer):
        return ""
    own = viewer_classes(viewer)[-1]
    text = repr((own.name, own.agency, sorted(own.scopes)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def visible_rows_filter(viewer: Viewer) -> QueueFilter:
    """Return the filter that selects the rows that wait for a viewer."""
    return QueueFilter(excluded_marks=excluded_marks(viewer), readers=readers_of(viewer))


def visible_row(view: StoreView, pair: tuple[int, int], viewer: Viewer) -> WaitingRow | None:
    """Return the queue row of two entities (lower number first) if it waits for the viewer too."""
    return waiting_queue.waiting_row(view.connection, *pair, visible_rows_filter(viewer))


UNASSIGNED = "nobody"
"""Value of the filter `assigned` that selects pairs without an assignment."""
NO_FILTERS = Filters()
MARK_OF_KIND = {"person": "kp", "group": "kg", "asset": "ka"}


def list_saved_filters(hub: Hub, user: str) -> dict[str, Filters]:
    """Return the saved filters of a user, by name."""
    return {
        name: _read_filters(fields) for name, fields in hub.store.steward_work.filters(user).items()
    }


def save_filters(hub: Hub, user: str, name: str, filters: Filters) -> None:
    """Save filters under a name; filters with the same name are replaced. Raises `InputError`
    unless the name has 1 to 100 characters.
    """
    if not name.strip() or len(name) > 100:
        raise InputError(
            "the name of saved filters is empty or too long", hint="use 1 to 100 characters"
        )
    hub.store.steward_work.save_filters(user, name.strip(), asdict(filters))


def delete_filters(hub: Hub, user: str, name: str) -> None:
    """Delete saved filters."""
    hub.store.steward_work.save_filters(user, name, None)


def _read_filters(fields: Mapping[str, Any]) -> Filters:
    present = {name: fields[name] for name in asdict(NO_FILTERS) if name in fields}
    return Filters(**present)


def build_queue_filter(
    view: StoreView, filters: Filters, steward: Steward | None, viewer: Viewer
) -> QueueFilter:
    """Translate filters into marks of queue rows. Raises `InputError` for an unknown value."""
    assignee = "" if filters.assigned == UNASSIGNED else filters.assigned or None
    latest = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=filters.waiting_days)
    return QueueFilter(
        build_mark_groups(view.sources(), filters),
        filters.score_from,
        filters.score_to,
        assignee,
        steward.name if steward else None,
        excluded_marks(viewer),
        utc_text(latest) if filters.waiting_days else "",
        readers_of(viewer),
    )


def build_mark_groups(
    sources: Sequence[StoredSource], filters: Filters
) -> tuple[tuple[str, ...], ...]:
    """Return groups of marks. A row passes the filters if it has a mark of each group.

    Raises `InputError` for an unknown value.
    """
    groups: list[tuple[str, ...]] = []
    if filters.kind:
        groups.append((_check_choice(MARK_OF_KIND, filters.kind, "kind"),))
    if filters.reason:
        reasons = {str(reason): f"r{reason}" for reason in QueueReason}
        groups.append((_check_choice(reasons, filters.reason, "reason"),))
    if filters.script:
        groups.append((_check_choice({code: code for code in SCRIPTS}, filters.script, "script"),))
    if filters.source or filters.agency:
        # no row has the mark `s-`, so an unknown list selects nothing
        groups.append(_source_marks(sources, filters) or ("s-",))
    return tuple(groups)


def _source_marks(sources: Sequence[StoredSource], filters: Filters) -> tuple[str, ...]:
    return tuple(
        f"s{source.number}"
        for source in sources
        if filters.source in ("", source.name)
        and filters.agency in ("", source.agency, source.name)
    )


def _check_choice(choices: Mapping[str, str], value: str, filter_name: str) -> str:
    if value not in choices:
        raise InputError(
            f"there is no {filter_name} {value[:40]!r}", hint=f"one of {', '.join(choices)}"
        )
    return choices[value]


AGE_DAYS = (1, 7, 30)
"""Limits of the classes of age of waiting pairs, in days."""
_NAMES = ("kind", "reason", "script", "source", "agency")
Marks = frozenset[str]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """Value of a filter, and the number of pairs that it selects together with the other
    filters.
    """

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
        rows = waiting_queue.count_marks(
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
    """Count the visible pairs by how long they have waited, under all filters except the filter of
    age.

    There is a count for each limit of `AGE_DAYS`: the pairs that have waited less than this limit,
    but not less than the limit before. The last count has the pairs that have waited longer than
    all limits.
    """
    now = datetime.datetime.now(datetime.UTC)
    times = [utc_text(now - datetime.timedelta(days=days)) for days in AGE_DAYS]
    with hub.store.view() as view:
        limits = build_queue_filter(view, replace(filters, waiting_days=0), None, viewer)
        counts = waiting_queue.count_since(view.connection, limits, ["", *reversed(times)])
    total, *since = counts
    return tuple(int(part) for part in np.diff([0, *reversed(since), total]))
