"""History of entities, limited to what a viewer may know.

If the viewer may see all records that an entity ever had, all of its events are shown. Otherwise
the events are computed again from the visible records alone. For the viewer, the entity is born
with the first visible record, grows and shrinks with these records, and ends with the last one. So
neither a feed nor a history reveals that a hidden record exists, or existed.

An entity that has only restricted records is named by the id of its eldest visible record
(`resolver.store.record_contents`). So its events are derived from these ids before and after each
revision, and do not depend on the entities in the store.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain

from resolver.records.visibility import Viewer, is_visible, may_read_all
from resolver.store import EntityEvent, StoreView
from resolver.store.bulk_rows import EventKind
from resolver.store.record_contents import INTERNAL_PREFIX, RestrictedId

_ENDED, _LOST = 1, 5
_ORDER = {
    EventKind.BORN: 0,
    EventKind.MERGED: _ENDED,
    EventKind.DISSOLVED: _ENDED,
    EventKind.REVIVED: 2,
    EventKind.SPLIT: 3,
    EventKind.SHRANK: 3,
    EventKind.GREW: 4,
}
"""Order of the events of a revision; records that an entity lost to no other entity come last."""


@dataclass(slots=True)
class _EntityView:
    """Entity as a viewer sees it: its number, whether the viewer sees all of it, and the visible
    versions of records that came and left, by revision.
    """

    number: int = 0
    is_complete: bool = True
    came: dict[int, list[int]] = field(default_factory=dict)
    left: dict[int, list[int]] = field(default_factory=dict)
    _sizes: tuple[list[int], list[int]] | None = None

    @property
    def is_known(self) -> bool:
        """Whether the viewer may know the entity."""
        return self.is_complete or bool(self.came)

    def add(self, record: int, came: int, left: int | None) -> None:
        """Add a version that was in the entity between two revisions (None: it still is)."""
        self.came.setdefault(came, []).append(record)
        if left is not None:
            self.left.setdefault(left, []).append(record)

    def exists(self, revision: int) -> bool:
        """Return whether a visible version was in the entity after a revision."""
        if self._sizes is None:
            revisions = sorted({*self.came, *self.left})
            changes = (len(self.came.get(at, ())) - len(self.left.get(at, ())) for at in revisions)
            self._sizes = revisions, list(accumulate(changes))
        revisions, sizes = self._sizes
        place = bisect_right(revisions, revision)
        return place > 0 and sizes[place - 1] > 0


def visible_events(
    view: StoreView, events: Sequence[EntityEvent], viewer: Viewer
) -> list[EntityEvent]:
    """Return the events that a viewer may know, by revision."""
    shown = list(events)
    if not may_read_all(viewer) and events:
        ids = {event.entity for event in events} | {event.other for event in events} - {""}
        history = _VisibleHistory.load(view, ids, viewer)
        shown = sorted(history.reduce(events), key=history.order)
    if not any(_is_restricted(event) for event in events):
        return shown
    restricted = _RestrictedHistory.load(view.seen_by(viewer), events)
    common = [
        replace(event, other=restricted.rename(event.other, event.revision))
        for event in shown
        if not event.entity.startswith(INTERNAL_PREFIX)
    ]
    own = sorted({*restricted.tell()}, key=lambda event: (event.entity, event.other))
    return sorted([*common, *own], key=lambda event: (event.revision, _rank(event)))


def _rank(event: EntityEvent) -> int:
    """Return the rank of an event among the events of its revision."""
    is_loss = event.kind is EventKind.SHRANK and not event.other
    return _LOST if is_loss else _ORDER[event.kind]


def _is_restricted(event: EntityEvent) -> bool:
    return event.entity.startswith(INTERNAL_PREFIX) or event.other.startswith(INTERNAL_PREFIX)


def visible_history(view: StoreView, entity_id: str, viewer: Viewer) -> list[EntityEvent]:
    """Return the history of one entity that a viewer may know: the events of which it is the
    subject or the other entity.
    """
    view = view.seen_by(viewer)
    events = visible_events(view, view.history(entity_id), viewer)
    # if only hidden records moved between the two entities, the remaining events are the other
    # entity's
    return [event for event in events if entity_id in (event.entity, event.other)]


def was_ever_visible(view: StoreView, entity_id: str, viewer: Viewer) -> bool:
    """Return whether a viewer may see any record that an entity ever had, even if the entity is
    retired.
    """
    if may_read_all(viewer):
        return True
    view = view.seen_by(viewer)
    entity_view = _load_views(view, {entity_id}, viewer).get(entity_id)
    return entity_view is None or entity_view.is_known


@dataclass(frozen=True, slots=True)
class _VisibleHistory:
    """Entities as a viewer sees them, by id, and the record ids of their visible versions."""

    entities: Mapping[str, _EntityView]
    record_ids: Mapping[int, str]

    @classmethod
    def load(cls, view: StoreView, ids: Iterable[str], viewer: Viewer) -> _VisibleHistory:
        """Load the parts of some entities that a viewer may see."""
        entities = _load_views(view, ids, viewer)
        is_partial = any(not entity.is_complete for entity in entities.values())
        if not is_partial:
            return cls(entities, {})
        # records that leave came before
        came = (records for entity in entities.values() for records in entity.came.values())
        return cls(entities, view.record_ids(sorted({*chain.from_iterable(came)})))

    def order(self, event: EntityEvent) -> tuple[int, int, int, int]:
        """Return the sort key of an event in the history."""
        rank = _rank(event)
        if rank == _ENDED:
            # in the order of the store's log, which does not depend on hidden records
            return event.revision, rank, 0, 0
        subject, other = self._view(event.entity), self._view(event.other)
        return event.revision, rank, subject.number, other.number

    def reduce(self, events: Sequence[EntityEvent]) -> Iterator[EntityEvent]:
        """Yield the events that the viewer may know, those of one entity and revision together."""
        groups: dict[tuple[str, int], list[EntityEvent]] = {}
        for event in events:
            groups.setdefault((event.entity, event.revision), []).append(event)
        for (entity_id, revision), group in groups.items():
            own = self._view(entity_id)
            targets = [event for event in group if event.other and self._view(event.other).is_known]
            if own.is_complete and all(self._view(event.other).is_complete for event in group):
                yield from group
            elif not own.exists(revision - 1):
                if own.exists(revision):
                    first = min(own.came) == revision
                    kind = EventKind.BORN if first else EventKind.REVIVED
                    yield EntityEvent(revision, kind, entity_id, "")
            elif own.exists(revision):
                yield from self._tell_changes(entity_id, revision, targets)
            else:
                merged = [event for event in targets if event.kind is EventKind.MERGED]
                yield from merged or [EntityEvent(revision, EventKind.DISSOLVED, entity_id, "")]

    def _view(self, entity_id: str) -> _EntityView:
        return self.entities.get(entity_id, _EntityView())

    def _tell_changes(
        self, entity_id: str, revision: int, targets: Sequence[EntityEvent]
    ) -> Iterator[EntityEvent]:
        """Yield how the visible records of an entity that stays changed: which went to other
        entities (of some events), whether others came, and whether some were withdrawn.
        """
        left = self._name(self._view(entity_id).left.get(revision, ()))
        came = self._name(self._view(entity_id).came.get(revision, ()))
        staying = set(came)
        for event in targets:
            arrived = self._name(self._view(event.other).came.get(revision, ()))
            if event.kind in (EventKind.SPLIT, EventKind.SHRANK) and left & arrived:
                yield event
            staying |= arrived
        if came:
            yield EntityEvent(revision, EventKind.GREW, entity_id, "")
        if left - staying:
            yield EntityEvent(revision, EventKind.SHRANK, entity_id, "")

    def _name(self, records: Sequence[int]) -> set[str]:
        return {self.record_ids[record] for record in records}


@dataclass(frozen=True, slots=True)
class _Span:
    """Visible version of a record in an entity: its record, and the revisions between which it was
    there.
    """

    record: RestrictedId
    version: int
    since: int
    until: int | None

    def is_there(self, revision: int) -> bool:
        """Return whether it was there after a revision."""
        return self.since <= revision and (self.until is None or revision < self.until)


@dataclass(frozen=True, slots=True)
class _RestrictedHistory:
    """Visible versions of records in entities, by internal ids. `involved` has, for each revision
    that names entities of restricted records, the entities that its events name.

    `first`: the revision since when each id has a record.
    """

    spans: Mapping[str, Sequence[_Span]]
    involved: Mapping[int, Set[str]]
    first: Mapping[str, int]

    @classmethod
    def load(cls, view: StoreView, events: Sequence[EntityEvent]) -> _RestrictedHistory:
        """Load the parts, visible to the viewer of a view, of the entities of some events."""
        involved: dict[int, set[str]] = {}
        for event in events:
            if _is_restricted(event):
                involved.setdefault(event.revision, set()).update(
                    {event.entity, event.other} - {""}
                )
        named = view.entity_numbers(sorted({*chain.from_iterable(involved.values())}))
        versions = sorted({span[0] for span in view.visible_spans(sorted(named.values()))})
        # and the entities from which their records came or to which they went
        others = view.record_numbers(sorted(set(view.record_ids(versions).values())))
        numbers = sorted({*chain.from_iterable(others.values())})
        _, holders, _ = view.memberships(numbers, include_ended=True)
        id_of = view.internal_ids(sorted({*named.values(), *holders.tolist()}))
        visible = view.visible_spans(sorted(id_of))
        record_ids = view.record_ids(sorted({span[0] for span in visible}))
        restricted = view.restricted_ids(sorted(set(record_ids.values())))
        spans: dict[str, list[_Span]] = {}
        first: dict[str, int] = {}
        for version, entity, since, until in visible:
            record_id = record_ids[version]
            record = restricted.get(record_id) or RestrictedId(since, record_id, "")
            spans.setdefault(id_of[entity], []).append(_Span(record, version, since, until))
            first[record.id] = min(since, first.get(record.id, since))
        return cls(spans, involved, first)

    def rename(self, entity_id: str, revision: int) -> str:
        """Return the id by which the viewer knows an entity after a revision; if there is none,
        before it.
        """
        return self._name(entity_id, revision) or self._name(entity_id, revision - 1) or entity_id

    def tell(self) -> Iterator[EntityEvent]:
        """Yield the events of the entities of restricted records."""
        for revision, entity_ids in self.involved.items():
            before, after = self._place(revision - 1), self._place(revision)
            names = [self._names(self.spans, at) for at in (revision - 1, revision)]
            own = [self._names(entity_ids, at) for at in (revision - 1, revision)]
            for name in own[0] | own[1]:
                for kind, other in self._changes(name, revision, names, before, after):
                    yield EntityEvent(revision, kind, name, other)

    def _changes(
        self,
        name: str,
        revision: int,
        names: Sequence[Set[str]],
        before: Mapping[str, tuple[str, int]],
        after: Mapping[str, tuple[str, int]],
    ) -> Iterator[tuple[EventKind, str]]:
        """Yield what happened to one entity, by its id, and the other entity involved."""
        if name not in names[0]:
            is_new = self.first.get(name, revision) >= revision
            yield EventKind.BORN if is_new else EventKind.REVIVED, ""
            return
        own = [record for record, (holder, _) in before.items() if holder == name]
        targets = Counter(after[record][0] for record in own if record in after)
        if name not in names[1]:
            if targets:
                yield EventKind.MERGED, min(targets, key=lambda row: (-targets[row], row))
            else:
                yield EventKind.DISSOLVED, ""
            return
        for target in targets.keys() - {name}:
            is_new = target not in names[0] and target in names[1]
            yield EventKind.SPLIT if is_new else EventKind.SHRANK, target
        present = {record: version for record, (holder, version) in after.items() if holder == name}
        if any(before.get(record) != (name, version) for record, version in present.items()):
            yield EventKind.GREW, ""
        if any(record not in after for record in own):
            yield EventKind.SHRANK, ""

    def _name(self, entity_id: str, revision: int) -> str:
        """Return the id of an entity after a revision; empty if the viewer sees none of its
        records.
        """
        present = [span.record for span in self.spans.get(entity_id, ()) if span.is_there(revision)]
        if not entity_id.startswith(INTERNAL_PREFIX):
            return entity_id
        return min(present).id if present else ""

    def _names(self, entity_ids: Iterable[str], revision: int) -> Set[str]:
        """Return the ids of the entities that have only restricted records."""
        restricted = (row for row in entity_ids if row.startswith(INTERNAL_PREFIX))
        return {self._name(row, revision) for row in restricted} - {""}

    def _place(self, revision: int) -> dict[str, tuple[str, int]]:
        """Return, for each record, its entity (by id) and its version after a revision."""
        return {
            span.record.record_id: (self._name(entity_id, revision), span.version)
            for entity_id, spans in self.spans.items()
            for span in spans
            if span.is_there(revision)
        }


def _load_views(view: StoreView, ids: Iterable[str], viewer: Viewer) -> dict[str, _EntityView]:
    """Load the parts of some entities that a viewer may see, by the ids of the entities."""
    numbers = view.entity_numbers(sorted(ids))
    spans = view.membership_spans(sorted(numbers.values()))
    handling = view.handling_of(sorted({record for record, _, _, _ in spans}))
    hidden_numbers = {number for number, item in handling.items() if not is_visible(item, viewer)}
    by_number = {number: _EntityView(number) for number in numbers.values()}
    for record, entity, came, left in spans:
        if record in hidden_numbers:
            by_number[entity].is_complete = False
        else:
            by_number[entity].add(record, came, left)
    return {entity_id: by_number[number] for entity_id, number in numbers.items()}
