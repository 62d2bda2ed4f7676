"""Changes that a revision made, or that a list would make, as a `change_report.Report`.

`read_report` reads a revision of a store. `plan_report` describes an increment that is not
committed. Both compare two states: the records that the viewer may see before the change, and those
after it, each with its entity. Nothing else goes into a report, so it is the same whether or not
the store has records that are hidden from the viewer.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import orjson

from resolver.check.change_feed import ChangedField, compare_versions, name_entities
from resolver.errors import InputError
from resolver.hub.committer import CommitResult
from resolver.hub.entity_preview import (
    EntityPreview,
    find_touched_entities,
    load_links_between,
    restrict_store,
)
from resolver.hub.hub import Hub
from resolver.hub.increment import Increment
from resolver.hub.increment_candidates import IncrementContext
from resolver.hub.job_worker import CHANGES, RESULT, Job
from resolver.hub.list_updates import ListUpdate
from resolver.hub.shared_relations import build_context
from resolver.matching.scoring import scores
from resolver.records import Batch, Record, concat
from resolver.records.results.resolution import Outcome
from resolver.records.visibility import (
    OPERATOR,
    Viewer,
    may_read_all,
    viewer_classes,
    visible_rows,
)
from resolver.review.change_report import (
    ENTITY_CHANGES,
    MAX_ROWS,
    ChangeKind,
    EntityEffect,
    NewPair,
    RecordChange,
    Report,
)
from resolver.review.queue_filters import NO_FILTERS, build_queue_filter
from resolver.review.queue_refresh import refresh_queue
from resolver.store import LinkTable, StoreView, waiting_queue
from resolver.store.waiting_queue import WaitingRow

Numbers = npt.NDArray[np.int64]
_Load = Callable[[Numbers], Batch]
_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _State:
    """Visible records of the entities in question at one moment.

    By record id, `versions` has the number of the version, and `owners` the id of the entity.
    `load` returns some versions as a batch in the order of their numbers.
    """

    versions: Mapping[str, int]
    owners: Mapping[str, str]
    load: _Load

    def members(self) -> dict[str, list[str]]:
        """Return the records of each entity."""
        members = defaultdict[str, list[str]](list)
        for record_id in sorted(self.owners):
            members[self.owners[record_id]].append(record_id)
        return members

    def records(self, record_ids: Iterable[str]) -> dict[str, Record]:
        """Return some of the records by id."""
        numbers = sorted(self.versions[record_id] for record_id in record_ids)
        batch = self.load(np.array(numbers, dtype=np.int64)) if numbers else None
        return {} if batch is None else {record.id: record for record in batch.to_records()}

    def captions(self, entity_ids: Collection[str]) -> dict[str, str]:
        """Return the captions of some entities."""
        wanted = set(entity_ids)
        numbers = sorted(
            self.versions[record_id] for record_id, owner in self.owners.items() if owner in wanted
        )
        if not numbers:
            return {}
        batch = self.load(np.array(numbers, dtype=np.int64))
        return name_entities(batch, [self.owners[end] for end in batch.ids.to_pylist()])


def _build_report(before: _State, after: _State, pairs: Sequence[NewPair], head: Report) -> Report:
    """Return the report on a change between two states; `head` has its other fields."""
    kinds = {
        **dict.fromkeys(after.versions.keys() - before.versions.keys(), ChangeKind.ADDED),
        **dict.fromkeys(before.versions.keys() - after.versions.keys(), ChangeKind.REMOVED),
        **{
            end: ChangeKind.CHANGED
            for end in before.versions.keys() & after.versions.keys()
            if before.versions[end] != after.versions[end]
        },
    }
    by_source = defaultdict[str, Counter[str]](Counter)
    for record_id, kind in kinds.items():
        by_source[record_id.partition(":")[0]][kind] += 1
    effects = list(_find_effects(before, after))
    counts = Counter[str](kinds.values()) + Counter(effect.change for effect in effects)
    counts[ChangeKind.WAITING] = len(pairs)
    entities = effects[:MAX_ROWS]
    names = before.captions({row.entity for row in entities} | {row.other for row in entities})
    names |= after.captions({row.entity for row in entities} | {row.other for row in entities})
    return replace(
        head,
        counts={change: counts[change] for change in ChangeKind if counts[change]},
        sources={name: dict(by_source[name]) for name in sorted(by_source)},
        records=_describe_records(before, after, kinds),
        entities=tuple(
            replace(row, name=names.get(row.entity, ""), other_name=names.get(row.other, ""))
            for row in entities
        ),
        pairs=tuple(pairs[:MAX_ROWS]),
    )


def _describe_records(
    before: _State, after: _State, kinds: Mapping[str, ChangeKind]
) -> tuple[RecordChange, ...]:
    shown = sorted(kinds)[:MAX_ROWS]
    old = before.records(end for end in shown if kinds[end] is not ChangeKind.ADDED)
    new = after.records(end for end in shown if kinds[end] is not ChangeKind.REMOVED)
    rows = []
    for record_id in shown:
        record = new.get(record_id) or old[record_id]
        owners = after.owners if record_id in new else before.owners
        fields: tuple[ChangedField, ...] = ()
        if kinds[record_id] is ChangeKind.CHANGED:
            fields = compare_versions(old[record_id], new[record_id])
        rows.append(
            RecordChange(
                kinds[record_id],
                record_id,
                record.caption,
                record.source,
                owners[record_id],
                fields,
            )
        )
    return tuple(rows)


def _find_effects(before: _State, after: _State) -> Iterator[EntityEffect]:
    """Yield the effects on entities, without their names, by kind and entity."""
    was, now = before.members(), after.members()
    heirs = {name: _find_heir(was[name], after) for name in was.keys() - now.keys()}
    rows = [
        *(row for name, heir in heirs.items() for row in _end_entity(name, was[name], heir)),
        *(
            row
            for name in now.keys() - was.keys()
            for row in _begin_entity(name, now[name], before, heirs)
        ),
        *(
            row
            for name in was.keys() & now.keys()
            for row in _change_entity(name, was, now, before, after, heirs)
        ),
    ]
    order: dict[ChangeKind, int] = {change: index for index, change in enumerate(ENTITY_CHANGES)}
    yield from sorted(rows, key=lambda row: (order[row.change], row.entity, row.other))


def _find_heir(record_ids: Sequence[str], after: _State) -> str:
    """Return the entity that now has most of some records; "" if all of them are gone."""
    targets = Counter(after.owners[end] for end in record_ids if end in after.owners)
    return min(targets, key=lambda other: (-targets[other], other), default="")


def _end_entity(name: str, record_ids: Sequence[str], heir: str) -> Iterator[EntityEffect]:
    """Yield how an entity ended: merged into its heir, or gone."""
    if heir:
        yield EntityEffect(ChangeKind.MERGED, name, "", tuple(record_ids), heir)
    elif len(record_ids) > 1:
        yield EntityEffect(ChangeKind.ENDED, name, "", tuple(record_ids))


def _begin_entity(
    name: str, record_ids: Sequence[str], before: _State, heirs: Mapping[str, str]
) -> Iterator[EntityEffect]:
    """Yield where the records of a new entity came from: they were split off other entities, or are
    all new. The entity that it is the heir of is told at its end.
    """
    moved = defaultdict[str, list[str]](list)
    for record_id in record_ids:
        origin = before.owners.get(record_id, "")
        if origin and heirs.get(origin) != name:
            moved[origin].append(record_id)
    for origin, parts in moved.items():
        yield EntityEffect(ChangeKind.SPLIT, origin, "", tuple(parts), name)
    if not moved and len(record_ids) > 1:
        yield EntityEffect(ChangeKind.NEW, name, "", tuple(record_ids))


def _change_entity(
    name: str,
    was: Mapping[str, Sequence[str]],
    now: Mapping[str, Sequence[str]],
    before: _State,
    after: _State,
    heirs: Mapping[str, str],
) -> Iterator[EntityEffect]:
    """Yield which records joined and left an entity that stays. Records that come or go by a merge
    or a split are told there.
    """
    joined, left = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for record_id in now[name]:
        origin = before.owners.get(record_id, "")
        if origin != name and heirs.get(origin) != name:
            joined[origin].append(record_id)
    for record_id in was[name]:
        target = after.owners.get(record_id, "")
        if target != name and (not target or target in was):
            left[target].append(record_id)
    for change, moved in ((ChangeKind.JOINED, joined), (ChangeKind.LEFT, left)):
        for other, record_ids in moved.items():
            yield EntityEffect(change, name, "", tuple(record_ids), other)


_MAX_REPORTS = 32
"""Maximum number of reports of a store that are kept: one for each batch and class of viewers at
work. Each has at most some thousand rows.
"""


class _KeptReports:
    """Reports that were built at the present revision of a store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision, self._reports = 0, OrderedDict[tuple[int, Viewer], Report]()

    def find(self, present: int, key: tuple[int, Viewer]) -> Report | None:
        """Return a report; None if it was not built at the present revision."""
        with self._lock:
            if self._revision != present:
                # the pairs that wait have changed, and a record may have been erased
                self._revision = present
                self._reports.clear()
            return self._reports.get(key)

    def keep(self, present: int, key: tuple[int, Viewer], report: Report) -> None:
        """Keep a report, and drop the oldest one if there are too many."""
        with self._lock:
            if self._revision == present:
                self._reports[key] = report
                if len(self._reports) > _MAX_REPORTS:
                    self._reports.popitem(last=False)


_KEPT: WeakKeyDictionary[Hub, _KeptReports] = WeakKeyDictionary()


def read_report(hub: Hub, revision: int, viewer: Viewer = OPERATOR) -> Report:
    """Return the report on a revision of a store, limited to what the viewer may know.

    The page of a batch asks for its report again and again, so reports are kept until the next
    commit. Raises `InputError` for a revision that the store does not have.
    """
    kept, present = _KEPT.setdefault(hub, _KeptReports()), hub.store.revision
    key = revision, viewer_classes(viewer)[-1]
    report = kept.find(present, key)
    if report is None:
        report, is_current = _read_report(hub, revision, viewer)
        if is_current:
            kept.keep(present, key, report)
    return report


def _read_report(hub: Hub, revision: int, viewer: Viewer) -> tuple[Report, bool]:
    """Return the report on a revision, and whether the queue that it was read from is current."""
    touched, is_current = None, True
    if not may_read_all(viewer):
        is_current = refresh_queue(hub, complete=False, viewer=viewer).is_current
        touched = _find_touched(hub, revision, viewer)
    with hub.store.view() as present:
        if not 1 <= revision <= present.revision:
            raise InputError(
                f"the store has no revision {revision}",
                hint=f"it has the revisions 1 to {present.revision}",
            )
        view, earlier = (
            StoreView(present.connection, number).seen_by(viewer)
            for number in (revision, revision - 1)
        )
        (row,) = view.revisions(revision - 1)
        numbers = view.changed_entities(revision - 1).tolist()
        spans = view.visible_spans(numbers)
        ids = view.record_ids(sorted({record for record, *_ in spans}))
        before = _read_state(
            earlier,
            ids,
            [
                (record, entity)
                for record, entity, since, until in spans
                if since < revision and (until is None or until >= revision)
            ],
        )
        after = _read_state(view, ids, [(row[0], row[1]) for row in spans if row[3] is None])
        pairs = (
            _find_logged_pairs(view, earlier)
            if touched is None
            else _find_visible_pairs(present.seen_by(viewer), touched, revision, viewer)
        )
        actor = row.actor if may_read_all(viewer) else ""
        head = Report(revision, row.committed_at, row.kind, actor)
        return _build_report(before, after, pairs, head), is_current


def read_job_report(hub: Hub, job: Job, jobs: Path, viewer: Viewer = OPERATOR) -> Report | None:
    """Return the report on a batch, limited to what the viewer may know; None if there is none.

    A batch that is committed has the report of its revision. A dry run, and a batch on hold, have
    the report that their worker wrote into the folder `jobs` for their sender.
    """
    revision = (job.result or {}).get("version")
    if job.state == "done" and not job.params.get("dry_run"):
        return read_report(hub, int(revision), viewer) if revision else None
    path = jobs / str(job.params.get("folder", "")) / RESULT / CHANGES
    if job.state not in ("done", "held") or not path.is_file():
        return None
    return Report.from_json(orjson.loads(path.read_bytes()))


def _read_state(
    view: StoreView, ids: Mapping[int, str], members: Sequence[tuple[int, int]]
) -> _State:
    names = view.entity_ids(sorted({entity for _, entity in members}))
    return _State(
        {ids[record]: record for record, _ in members},
        {ids[record]: names[entity] for record, entity in members},
        lambda numbers: concat([part.batch for part in view.batches_of(numbers)]),
    )


def _find_logged_pairs(view: StoreView, earlier: StoreView) -> list[NewPair]:
    """Return the pairs of entities that wait at a revision and did not wait before it."""
    links = view.queued_in_revision()
    if not len(links):
        return []
    ends = np.unique(np.concatenate([links.left, links.right])).tolist()
    entities = np.unique(view.memberships(ends)[1])
    record, entity, _ = view.members(entities.tolist())
    ids = view.record_ids(record.tolist())
    owner_of = {
        ids[end]: owner for end, owner in zip(record.tolist(), entity.tolist(), strict=True)
    }
    versions = {number: end for end, (number, _) in earlier.numbers_of(sorted(owner_of)).items()}
    waited = _queued_pairs(earlier.links_of(sorted(versions)), versions, owner_of)
    found = _strongest(links, ids, owner_of, waited)
    names = view.entity_ids(entities.tolist())
    return _name_pairs(view, found, names, record, entity)


def _queued_pairs(
    links: LinkTable, ids: Mapping[int, str], owner_of: Mapping[str, int]
) -> set[_Pair]:
    """Return the pairs of present entities that have a link between them that waits."""
    queued = links.outcome == Outcome.QUEUED
    pairs = set()
    for ends in zip(links.left[queued].tolist(), links.right[queued].tolist(), strict=True):
        owners = [owner_of.get(ids.get(end, ""), 0) for end in ends]
        pairs.add((min(owners), max(owners)))
    return pairs


@dataclass(frozen=True, slots=True)
class _FoundPair:
    """Pair of entities, by number, with its strongest records, by id, and log-odds."""

    entities: _Pair
    records: tuple[str, str]
    logodds: int


def _strongest(
    links: LinkTable,
    ids: Mapping[int, str],
    owner_of: Mapping[str, int],
    waited: Collection[_Pair],
) -> list[_FoundPair]:
    """Return the pairs of entities that some links connect, each with its strongest link."""
    found: dict[_Pair, _FoundPair] = {}
    columns = (links.left.tolist(), links.right.tolist(), links.logodds.tolist())
    for left, right, logodds in zip(*columns, strict=True):
        ends = sorted((owner_of[ids[end]], ids[end]) for end in (left, right))
        pair = ends[0][0], ends[1][0]
        known = found.get(pair)
        is_new = pair not in waited and pair[0] != pair[1]
        if is_new and (known is None or logodds > known.logodds):
            found[pair] = _FoundPair(pair, (ends[0][1], ends[1][1]), logodds)
    return [found[pair] for pair in sorted(found)]


def _name_pairs(
    view: StoreView,
    found: Sequence[_FoundPair],
    names: Mapping[int, str],
    records: Numbers,
    entities: Numbers,
) -> list[NewPair]:
    """Return pairs with the ids and captions of their entities. `entities` has the entity of each
    of the `records`, and `names` the id of each entity.
    """
    owner = dict(zip(records.tolist(), entities.tolist(), strict=True))
    shown = {number for pair in found for number in pair.entities}
    numbers = np.array([end for end in records.tolist() if owner[end] in shown], dtype=np.int64)
    parts = list(view.batches_of(np.sort(numbers)))
    captions = name_entities(
        concat([part.batch for part in parts]),
        [names[owner[number]] for part in parts for number in part.numbers.tolist()],
    )
    return _order_pairs(_new_pair(pair, names, captions) for pair in found)


def _new_pair(pair: _FoundPair, names: Mapping[int, str], captions: Mapping[str, str]) -> NewPair:
    left, right = (names[number] for number in pair.entities)
    score = float(scores(np.array([pair.logodds]))[0])
    return NewPair(
        *pair.records, left, right, captions.get(left, ""), captions.get(right, ""), score
    )


def _order_pairs(pairs: Iterable[NewPair]) -> list[NewPair]:
    """Return the pairs, the strongest first; the two ends of a pair are ordered by record id."""
    ordered = [
        pair
        if pair.left <= pair.right
        else NewPair(
            pair.right,
            pair.left,
            pair.right_entity,
            pair.left_entity,
            pair.right_name,
            pair.left_name,
            pair.score,
        )
        for pair in pairs
    ]
    return sorted(ordered, key=lambda pair: (-pair.score, pair.left, pair.right))


@dataclass(frozen=True, slots=True)
class _Touched:
    """Entities that a revision changed, and entities that its records are related to. `later` are
    entities that are related to records of later revisions.
    """

    changed: Numbers
    related: Numbers
    later: Numbers


def _find_touched(hub: Hub, revision: int, viewer: Viewer) -> _Touched:
    """Return those entities touched by a revision that a viewer may know."""
    nothing = np.zeros(0, dtype=np.int64)
    if not 1 <= revision <= hub.store.revision:
        return _Touched(nothing, nothing, nothing)
    with hub.indexed_view() as (present, index):
        view, visible_index = restrict_store(present, index, viewer)
        context = build_context(hub, view, visible_index)
        changed = present.changed_entities(revision - 1)
        spans = present.seen_by(viewer).visible_spans(changed.tolist())
        own, later = set[int](), set[int]()
        for record, _, since, until in spans:
            moments = {since, until or 0}
            if revision in moments:
                own.add(record)
            if max(moments) > revision:
                later.add(record)
        related, related_later = (
            find_touched_entities(context, np.array(sorted(records), dtype=np.int64))
            for records in (own, later)
        )
    owners = sorted({entity for record, entity, *_ in spans if record in own})
    return _Touched(np.array(owners, dtype=np.int64), related, related_later)


def find_waiting_entities(hub: Hub, result: CommitResult, viewer: Viewer) -> Numbers:
    """Return the numbers of the entities that wait for a steward because of a commit, limited to
    what a viewer may know. Empty for a dry run, whose preview has these entities.
    """
    if result.preview is not None:
        return np.zeros(0, dtype=np.int64)
    if may_read_all(viewer):
        with hub.store.view() as view:
            return np.unique(view.memberships(result.waiting_records.tolist())[1])
    refresh_queue(hub, viewer=viewer)
    touched = _find_touched(hub, result.revision, viewer)
    with hub.store.view() as view:
        rows, _ = _find_visible_rows(view.seen_by(viewer), touched, result.revision, viewer)
    return np.array(sorted({end for row in rows for end in (row.low, row.high)}), dtype=np.int64)


def _find_visible_rows(
    view: StoreView, touched: _Touched, revision: int, viewer: Viewer
) -> tuple[list[WaitingRow], list[tuple[int, int, int, int | None]]]:
    """Return the rows of the queue that a viewer has because of a revision, and the spans in which
    their entities' records are visible.

    A row counts if the visible records of its entities last changed in the revision. It also counts
    if they changed earlier, but a visible record that they are related to changed in it. The
    function does not look up whether the pair waited before. The store keeps earlier states only
    with all records, so it cannot tell what a viewer of some records would have seen.
    """
    condition = build_queue_filter(view, NO_FILTERS, None, viewer)
    numbers = np.union1d(touched.changed, touched.related).tolist()
    rows = waiting_queue.rows_of_entities(view.connection, condition, numbers)
    ends = sorted({number for row in rows for number in (row.low, row.high)})
    spans = view.visible_spans(ends)
    last = dict.fromkeys(ends, 0)
    for _, entity, since, until in spans:
        last[entity] = max(last[entity], since, until or 0)
    related, later = set(touched.related.tolist()), set(touched.later.tolist())
    found = []
    for row in rows:
        pair, moment = {row.low, row.high}, max(last[row.low], last[row.high])
        is_related = not related.isdisjoint(pair) and later.isdisjoint(pair)
        if moment == revision or (moment < revision and is_related):
            found.append(row)
    return found, spans


def _find_visible_pairs(
    view: StoreView, touched: _Touched, revision: int, viewer: Viewer
) -> list[NewPair]:
    """Return the pairs that wait now for a viewer because of a revision."""
    found, spans = _find_visible_rows(view, touched, revision, viewer)
    ends = sorted({number for row in found for number in (row.low, row.high)})
    ids = view.record_ids(sorted({end for row in found for end in (row.left, row.right)}))
    present = [(record, entity) for record, entity, _, until in spans if until is None]
    owner = dict(present)
    pairs = []
    for row in found:
        left, right = sorted((row.left, row.right), key=lambda end: owner.get(end, 0) != row.low)
        pairs.append(_FoundPair((row.low, row.high), (ids[left], ids[right]), row.logodds))
    records, entities = (
        np.array([item[side] for item in present], dtype=np.int64) for side in (0, 1)
    )
    return _name_pairs(view, pairs, view.entity_ids(ends), records, entities)


def plan_report(
    context: IncrementContext,
    update: ListUpdate,
    increment: Increment,
    preview: EntityPreview,
    *,
    viewer: Viewer = OPERATOR,
) -> Report:
    """Return the report on an increment that is not committed.

    The context has the records that the viewer may see. New records that the viewer may not see
    are left out.
    """
    view = context.view
    changed = increment.changed_members[1]
    stored = changed[changed <= view.head.last_entity]
    record, entity, _ = view.members(np.unique(stored).tolist())
    ids, names = view.record_ids(record.tolist()), view.entity_ids(np.unique(entity).tolist())
    members = list(zip(record.tolist(), entity.tolist(), strict=True))
    before = _State(
        {ids[number]: number for number, _ in members},
        {ids[number]: names[owner] for number, owner in members},
        context.index.batch,
    )
    visible = visible_rows(preview.batch, viewer)
    if visible is not None:
        preview = replace(
            preview,
            records=preview.records[visible],
            batch=preview.batch.take(np.flatnonzero(visible)),
            entities=preview.entities[visible],
        )
    shown_ids = preview.batch.ids.to_pylist()
    owners = preview.ids_for(preview.batch, preview.entities)
    rows = np.flatnonzero(np.isin(preview.entities, changed)).tolist()
    after = _State(
        {shown_ids[row]: int(preview.records[row]) for row in rows},
        {shown_ids[row]: owners[row] for row in rows},
        lambda numbers: preview.batch.take(np.searchsorted(preview.records, numbers)),
    )
    pairs = _find_planned_pairs(context, preview, owners)
    head = Report(view.revision, kind="batch", is_planned=True, alarms=update.alarms)
    return _build_report(before, after, pairs, head)


def _find_planned_pairs(
    context: IncrementContext, preview: EntityPreview, owners: Sequence[str]
) -> list[NewPair]:
    """Return the pairs of entities that would begin to wait."""
    view, links = context.view, preview.links
    inside = np.isin(links.left, preview.records) & np.isin(links.right, preview.records)
    chosen = (links.outcome == Outcome.QUEUED) & inside
    queued = LinkTable(*(getattr(links, column.name)[chosen] for column in fields(LinkTable)))
    if not len(queued):
        return []
    shown = preview.batch.ids.to_pylist()
    ids = dict(zip(preview.records.tolist(), shown, strict=True))
    owner_of = dict(zip(shown, preview.entities.tolist(), strict=True))
    versions = {number: end for end, (number, _) in view.numbers_of(sorted(owner_of)).items()}
    entities = np.unique(view.memberships(sorted(versions))[1])
    record, entity, _ = view.members(entities.tolist())
    waited = _queued_pairs(load_links_between(context, (record, entity)), versions, owner_of)
    found = _strongest(queued, ids, owner_of, waited)
    names = dict(zip(preview.entities.tolist(), owners, strict=True))
    ends = {number for pair in found for number in pair.entities}
    rows = np.flatnonzero(np.isin(preview.entities, sorted(ends)))
    captions = name_entities(preview.batch.take(rows), [owners[row] for row in rows.tolist()])
    return _order_pairs(_new_pair(pair, names, captions) for pair in found)
