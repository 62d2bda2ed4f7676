"""Making and reading of notices: the changes of a store to which an owner has subscribed.

Notices are made from the change feed as the owner sees it (`resolver.check.change_feed`), so a
hidden record leads to no notice, and changes none. When they are read, the owner's present rights
count: a notice is left out if the owner may no longer see its records, and names are the present
names.

| subscription | notices |
|---|---|
| `entity` ID | it changed, merged, was split or decided |
| `source`, `country`, `crime`, `words` | the same of each entity with such a record |
| `search` WORDS country:… crime:… source:… | the same of each entity that has all of these |
| `joined` | a record of another agency joined an entity with a record of ours |
| `watch` NAME | a hit of a watched subject is new or lost, has another band, or returned |
| `checked` | somebody of an agency that allows it checked a record of ours |
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from resolver.check.change_feed import ChangeEvent, read_changes
from resolver.check.visible_history import was_ever_visible
from resolver.errors import UsageError
from resolver.hub.hub import Hub
from resolver.names.folding import letters
from resolver.records import Activity, Record, concat
from resolver.records.properties import COUNTRIES, FULL_NAMES, NAME_PARTS
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from resolver.screening.clearances import owner_of
from resolver.screening.watch import read_subject_names
from resolver.store import Store, StoreView
from resolver.store.notices import Notice, Subscription
from resolver.values.normal_values import country_code

KINDS = {
    "entity": "id of an entity or a record",
    "source": "name of a source",
    "country": "country",
    "crime": "crime, as the facet of groups names it",
    "words": "words that a name has",
    "search": "words of a name, country:iq, crime:terrorism or source:NAME, or several of them",
    "joined": "",
    "watch": "name of a watch",
    "checked": "",
}
"""What one can subscribe to, and what the value of each is."""
MANY = 500
"""Number of notices of one subscription from one revision. More of them are one notice with their
number: a list of 100,000 new entries is one event for its reader.
"""
_EVENTS_AT_ONCE = 20_000
_MAX_VALUE = 200
_NAMES = (*FULL_NAMES, *NAME_PARTS)


@dataclass(frozen=True, slots=True)
class _Event:
    """Change of an entity as a viewer sees it."""

    revision: int
    at: str
    kind: str
    entity: str
    other: str


@dataclass
class _Changes:
    """Changes from a revision on, as a viewer sees them, up to `until`: of many revisions, or all
    changes of one revision, however many these are.
    """

    hub: Hub
    viewer: Viewer
    since: int
    until: int = 0
    events: list[_Event] = field(default_factory=list)
    _records: tuple[int, Mapping[str, Sequence[Record]]] | None = None

    @classmethod
    def read(cls, hub: Hub, viewer: Viewer, since: int) -> _Changes:
        """Read the changes after a revision."""
        feed = read_changes(hub, since, _EVENTS_AT_ONCE, viewer)
        is_cut = feed.has_more and feed.until <= since
        changes = cls(hub, viewer, since, feed.events[0].revision if is_cut else feed.until)
        changes._add(feed.events)
        while feed.has_more and feed.until < changes.until:
            # the rest of a long revision
            feed = read_changes(hub, feed.until, _EVENTS_AT_ONCE, viewer, skip=feed.skip)
            changes._add(feed.events)
        changes.events += changes._read_decisions()
        changes.events.sort(key=lambda event: event.revision)
        return changes

    def _add(self, events: Iterable[ChangeEvent]) -> None:
        self.events += [
            _Event(row.revision, row.at, row.kind, row.entity, row.other)
            for row in events
            if row.revision <= self.until
        ]

    def _read_decisions(self) -> Iterator[_Event]:
        """Yield the decisions in effect on pairs of records that the viewer may see."""
        with self.hub.store.view(self.until) as view:
            times = {row.revision: row.committed_at for row in view.revisions(self.since)}
            own = view.seen_by(self.viewer)
            for revision, at in times.items():
                for stored in view.decisions_in_revision(revision):
                    pair = (stored.decision.left_id, stored.decision.right_id)
                    if stored.decision.needs_two or len(_visible_ids(view, pair, self.viewer)) < 2:
                        continue
                    found = [own.entity(record_id) for record_id in pair]
                    ids = [row.id for row in found if row is not None]
                    if len(ids) == 2:
                        yield _Event(revision, at, "decided", ids[0], ids[1])

    def _parts(self) -> Iterator[tuple[Sequence[_Event], Mapping[str, Sequence[Record]]]]:
        """Yield the events in parts, each with the records that the viewer sees of its entities, by
        their ids. The records of one part are in memory.
        """
        for start in range(0, len(self.events), _EVENTS_AT_ONCE):
            events = self.events[start : start + _EVENTS_AT_ONCE]
            if self._records is None or self._records[0] != start:
                ids = sorted({row for event in events for row in (event.entity, event.other)})
                with self.hub.store.view(self.until) as view:
                    known = [row for row in ids if row]
                    self._records = start, read_visible_records(view, known, self.viewer)
            yield events, self._records[1]

    @cached_property
    def agencies(self) -> Mapping[str, str]:
        """Agency of each source."""
        with self.hub.store.view(self.until) as view:
            return {source.name: source.agency for source in view.sources()}

    def find(self, subscription: Subscription) -> Iterator[Notice]:
        """Yield the notices of a subscription."""
        kind, value = subscription.kind, subscription.value
        if kind == "joined":
            yield from self._find_joined(subscription)
            return
        if kind == "entity":
            with self.hub.store.view(self.until) as view:
                stored = view.seen_by(self.viewer).entity(value)
            names = {value, stored.id} if stored is not None else {value}
            for event in self.events:
                if event.entity in names or event.other in names:
                    yield _notice(subscription, event)
            return
        tests = [_RECORD_TESTS[part](text) for part, text in _search_parts(kind, value)]
        for events, records in self._parts():
            about = {
                name
                for name, rows in records.items()
                if all(any(map(is_match, rows)) for is_match in tests)
            }
            for event in events:
                if event.entity in about or event.other in about:
                    yield _notice(subscription, event)

    def _find_joined(self, subscription: Subscription) -> Iterator[Notice]:
        """Yield the entities in which records of other agencies join records of the owner's, if
        they were not together before.
        """
        mine = {name for name, agency in self.agencies.items() if agency == subscription.agency}
        shown: set[tuple[int, str, tuple[str, ...]]] = set()
        with self.hub.store.view(self.until) as view:
            own = view.seen_by(self.viewer)
            pairs = ((event, records) for events, records in self._parts() for event in events)
            for event, records in pairs:
                for entity in (event.entity, event.other):
                    sources = {row.source for row in records.get(entity, ())}
                    if entity and sources & mine and sources - mine:
                        joined = _find_new_company(own, entity, event.revision, mine, self.viewer)
                        key = event.revision, entity, tuple(joined)
                        if joined and key not in shown:
                            shown.add(key)
                            joining = _Event(event.revision, event.at, "joined", entity, "")
                            yield _notice(subscription, joining, records=joined)


def _find_new_company(
    view: StoreView, entity: str, revision: int, mine: Collection[str], viewer: Viewer
) -> list[str]:
    """Return the ids of the other agencies' records that an entity has after a revision and that
    were not together with a record of the owner's before it.
    """
    number = view.entity_numbers([entity])[entity]
    spans = view.membership_spans([number])
    there = [row for row in spans if row[2] <= revision and (row[3] is None or row[3] > revision)]
    records = [row[0] for row in there]
    ids = view.record_ids(records)
    hidden = _hidden(view, records, viewer)
    present = {ids[record] for record in records if record not in hidden}
    ours = sorted(record_id for record_id in present if record_id.partition(":")[0] in mine)
    versions = [row for rows in view.record_numbers(ours).values() for row in rows]
    _, homes, _ = view.memberships(versions, include_ended=True)
    before = [
        row
        for row in view.membership_spans(np.unique(homes).tolist())
        if row[2] < revision and (row[3] is None or row[3] >= revision)
    ]
    # a record that was there but hidden counts as joining when it becomes visible
    unseen = _hidden(view, [row[0] for row in before], viewer)
    old_ids = view.record_ids([row[0] for row in before])
    companies: dict[int, set[str]] = {}
    for record, home, _, _ in before:
        if record not in unseen:
            companies.setdefault(home, set()).add(old_ids[record])
    known = {
        record_id
        for company in companies.values()
        if not company.isdisjoint(ours)
        for record_id in company
    }
    return sorted(present - known - set(ours))


def _hidden(view: StoreView, records: Sequence[int], viewer: Viewer) -> set[int]:
    """Return which versions of records a viewer may not see."""
    stated = view.handling_of(sorted(set(records)))
    return {number for number, handling in stated.items() if not is_visible(handling, viewer)}


def _visible_ids(view: StoreView, record_ids: Iterable[str], viewer: Viewer) -> set[str]:
    """Return the ids of the records that are present and that a viewer may see."""
    numbers = {row: found[0] for row, found in view.numbers_of(sorted(set(record_ids))).items()}
    hidden = _hidden(view, list(numbers.values()), viewer)
    return {record_id for record_id, number in numbers.items() if number not in hidden}


def read_visible_records(
    view: StoreView, ids: Sequence[str], viewer: Viewer
) -> dict[str, list[Record]]:
    """Return the records that a viewer sees of some entities, by id of the entity; empty for an
    entity that no longer exists.
    """
    numbers = view.seen_by(viewer).entity_numbers(ids)
    record, entity, _ = view.members(sorted(set(numbers.values())))
    hidden = _hidden(view, record.tolist(), viewer)
    order = np.argsort(record)
    batch = concat([part.batch for part in view.batches_of(record[order])])
    by_number: dict[int, list[Record]] = {}
    pairs = zip(record[order].tolist(), entity[order].tolist(), batch.to_records(), strict=True)
    for number, owner, row in pairs:
        if number not in hidden:
            by_number.setdefault(owner, []).append(row)
    return {name: by_number[number] for name, number in numbers.items() if number in by_number}


def _notice(
    subscription: Subscription, event: _Event, *, subject: str = "", **detail: Any
) -> Notice:
    return Notice(
        0,
        subscription.number,
        event.revision,
        event.at,
        event.kind,
        event.entity,
        event.other,
        subject,
        detail,
    )


def _test_source(value: str) -> Callable[[Record], bool]:
    return lambda record: record.source == value


def _test_country(value: str) -> Callable[[Record], bool]:
    code = country_code(value)
    return lambda record: any(country_code(text) == code for text in record.texts(*COUNTRIES))


def _test_crime(value: str) -> Callable[[Record], bool]:
    # a crime that a victim or a witness states is not their own
    return lambda record: (
        not record.handling.is_vulnerable
        and any(activity.value == value for activity in record.activities)
    )


def _test_words(value: str) -> Callable[[Record], bool]:
    words = {letters(word) for word in value.split()}

    def has_words(record: Record) -> bool:
        stated = {letters(word) for text in record.texts(*_NAMES) for word in text.split()}
        return words <= stated

    return has_words


_RECORD_TESTS: Mapping[str, Callable[[str], Callable[[Record], bool]]] = {
    "source": _test_source,
    "country": _test_country,
    "crime": _test_crime,
    "words": _test_words,
}


def _search_parts(kind: str, value: str) -> list[tuple[str, str]]:
    """Return what a subscription asks of the records of an entity: kinds of `_RECORD_TESTS`, each
    with its value. The parts of a search may be met by different records.
    """
    if kind != "search":
        return [(kind, value)]
    words, parts = list[str](), list[tuple[str, str]]()
    for word in value.split():
        part, colon, text = word.partition(":")
        if colon and part.lower() in _SEARCH_FILTERS:
            name = part.lower()
            # sources are written as they are called, and activities in small letters
            parts.append((name, text.lower() if name == "crime" else text))
        else:
            words.append(word)
    return [*([("words", " ".join(words))] if words else ()), *parts]


_SEARCH_FILTERS = ("source", "country", "crime")
"""Parts of a search that are written as `country:iq` or `Country:IQ`; everything else is a word of
a name.
"""


def viewer_of_subscription(subscription: Subscription) -> Viewer:
    """Return the viewer with whose rights the notices of a subscription are made."""
    if not subscription.owner:
        return OPERATOR
    return viewer_of_owner(subscription.agency, subscription.sender)


def viewer_of_owner(agency: str, sender: str) -> Viewer:
    """Return the viewer with whose rights the notices of an owner (other than the operator) are
    made and read. This viewer sees what every user of the agency may see.
    """
    if not sender and not agency:
        return STRANGER
    return Viewer(sender or "notices", agency, frozenset({"submit"}))


def subscribe(hub: Hub, viewer: Viewer, kind: str, value: str) -> Subscription:
    """Subscribe a viewer's agency to something. Raises `UsageError`."""
    text = " ".join(value.split())
    if kind not in KINDS:
        raise UsageError(
            f"nobody can subscribe to {kind[:40]!r}", hint=f"choose one of {', '.join(KINDS)}"
        )
    if bool(text) != bool(KINDS[kind]) or len(text) > _MAX_VALUE:
        need = f"give the {KINDS[kind]}" if KINDS[kind] else "give no value"
        raise UsageError(f"a subscription to {kind} has a wrong value", hint=need)
    for part, wanted in _search_parts(kind, text):
        _check_part(part, wanted)
    if "\x00" in text:
        raise UsageError("a subscription holds no NUL character", hint="leave it out")
    if kind in ("joined", "checked") and not viewer.agency:
        raise UsageError(f"only an agency can subscribe to {kind}", hint="name the agency")
    is_operator = viewer == OPERATOR
    return hub.store.notices.subscribe(
        "" if is_operator else owner_of(viewer),
        kind,
        text,
        agency=viewer.agency,
        sender="" if is_operator else viewer.name,
    )


def _check_part(kind: str, text: str) -> None:
    """Raise `UsageError` where a part of a subscription can never be met."""
    if kind == "crime" and text not in set(Activity):
        crimes = ", ".join(Activity)
        raise UsageError(f"{text[:40]!r} is no crime that is told apart", hint=f"use {crimes}")
    if kind == "country" and not country_code(text):
        raise UsageError(f"{text[:40]!r} is no country", hint="write a code such as iq, or a name")
    if kind == "source" and not text:
        raise UsageError("a search for a source names none", hint="write source:NAME")


def make_notices(hub: Hub) -> int:
    """Follow all subscriptions to the present revision, and remind of deadlines of requests. Return
    the number of notices. Notices of watches are made when watches are run. Raises `StoreError`.
    """
    store, made = hub.store, hub.store.contacts.remind()
    current = store.revision
    rows = store.notices.subscriptions()
    read: dict[tuple[Viewer, int], _Changes] = {}
    for row in rows:
        if row.kind in ("watch", "checked"):
            continue
        since = row.revision
        while since < current:
            viewer = viewer_of_subscription(row)
            # all users of an agency see the same
            key = Viewer("notices", viewer.agency, viewer.scopes) if viewer.agency else viewer
            changes = read.get((key, since))
            if changes is None:
                changes = read[key, since] = _Changes.read(hub, viewer, since)
            found = _limit(row, list(changes.find(row)))
            position = replace(row, revision=since)
            if not store.notices.add(position, found, revision=changes.until, event=row.event):
                break
            made += len(found)
            since = changes.until
    return made + sum(_follow_checks(store, row) for row in rows if row.kind == "checked")


def _limit(subscription: Subscription, found: list[Notice]) -> list[Notice]:
    """Return notices; if a revision has very many notices, a single notice replaces them."""
    by_revision: dict[int, list[Notice]] = {}
    for notice in found:
        by_revision.setdefault(notice.revision, []).append(notice)
    limited: list[Notice] = []
    for rows in by_revision.values():
        if len(rows) > MANY:
            event = _Event(rows[0].revision, rows[0].at, "many", "", "")
            limited.append(_notice(subscription, event, count=len(rows), more=False))
        else:
            limited += rows
    return limited


def _follow_checks(store: Store, subscription: Subscription) -> int:
    """Make the notices of checks of the owner's records; return their number."""
    rows = store.notices.audit_rows(subscription.event, 1_000)
    if not rows:
        return 0
    telling = store.notices.telling_agencies() - {subscription.agency}
    checks = [row for row in rows if row.agency in telling and row.action in _CHECKS]
    found: list[Notice] = []
    if checks:
        with store.view() as view:
            agencies = {source.name: source.agency for source in view.sources()}
            viewer = viewer_of_subscription(subscription)
            for row in checks:
                ids = sorted(_seen_ids(row.answer))
                for name, records in read_visible_records(view, ids, viewer).items():
                    if any(agencies.get(r.source) == subscription.agency for r in records):
                        event = _Event(view.revision, row.at, "checked", name, "")
                        found.append(_notice(subscription, event, by=row.agency))
    is_made = store.notices.add(
        subscription, found, revision=subscription.revision, event=rows[-1].number
    )
    return len(found) if is_made else 0


_CHECKS = frozenset(("check", "match", "entity"))


def _seen_ids(answer: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of the entities that an answer has shown."""
    seen = answer.get("seen") or ()
    yield from (str(row[0] if isinstance(row, list | tuple) else row) for row in seen)


@dataclass(frozen=True, slots=True)
class ReadNotices:
    """Notices as a reader may see them, and the position after which to go on."""

    notices: list[dict[str, Any]]
    cursor: int
    has_more: bool


def read_notices(hub: Hub, viewer: Viewer, after: int = 0, limit: int = 100) -> ReadNotices:
    """Return the notices of a viewer's agency after a position, limited to what all of its users
    may see now.
    """
    rows = hub.store.notices.list(owner_of_notices(viewer), after=after, limit=limit + 1)
    shown = describe_notices(hub.store, viewer, rows[:limit])
    cursor = rows[:limit][-1].place if rows else after
    return ReadNotices(shown, cursor, len(rows) > limit)


def owner_of_notices(viewer: Viewer) -> str:
    """Return the owner of the notices that a viewer gets."""
    return "" if viewer == OPERATOR else owner_of(viewer)


def describe_notices(store: Store, viewer: Viewer, rows: Sequence[Notice]) -> list[dict[str, Any]]:
    """Return the notices that may be seen now, as JSON, in their order."""
    reader = viewer if viewer == OPERATOR else viewer_of_owner(viewer.agency, viewer.name)
    labels = {row.number: row for row in store.notices.subscriptions(owner_of_notices(viewer))}
    subjects = read_subject_names(store, owner_of_notices(viewer), {row.subject for row in rows})
    described = []
    with store.view() as view:
        ids = sorted({name for row in rows for name in (row.entity, row.other)} - {""})
        known = {name for name in ids if was_ever_visible(view, name, reader)}
        records = read_visible_records(view, ids, reader)
        for row in rows:
            if not known.issuperset({row.entity, row.other} - {""}):
                continue
            detail = dict(row.detail)
            if "records" in detail:
                detail["records"] = sorted(_visible_ids(view, detail["records"], reader))
                if not detail["records"]:
                    continue
            label = labels.get(row.subscription)
            described.append(
                {
                    "cursor": row.place,
                    "kind": row.kind,
                    "at": row.at,
                    "version": row.revision,
                    "entity": row.entity,
                    "caption": _caption(records.get(row.entity, ())),
                    "other": row.other,
                    "other_caption": _caption(records.get(row.other, ())),
                    "subscription": "" if label is None else f"{label.kind} {label.value}".strip(),
                    **({"subject": subjects.get(row.subject)} if row.subject else {}),
                    **detail,
                    "read": bool(row.read),
                }
            )
    return described


def _caption(records: Sequence[Record]) -> str:
    return records[0].caption if records else ""
