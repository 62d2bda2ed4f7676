"""Watched subjects: they are screened again when the store changes, if the change can affect them.

A change can affect a subject if an entity that changed counts for it, either before the change or
after it. An entity counts for a subject if its own evidence reaches the review threshold, or if it
has the name of the subject. So the changed entities are looked up among the subjects in the same
way as a check looks up a subject among the entities: first by words of names and by keys, then by
comparison. The subjects that are found are screened again, and all others keep their hits.

Scores also depend on how many entities there are. A watch keeps the numbers of its last full
screening until the store has grown or shrunk by `MAX_DRIFT`; then all subjects are screened again.
The same happens after a refresh of the population, and with another model.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
from sqlalchemy import Connection

from resolver.check.entity_index import IndexSnapshot, all_active
from resolver.check.index_segment import EntityContent, RevisionRange, build_index_segment
from resolver.check.queries import comparable_record
from resolver.check.ranking import FIRST_ROUND_SIZE, compare_round, is_single_word
from resolver.check.retrieval import MAX_PREFILTERED, CandidateFinder
from resolver.check.screener import IndexRevision, MatchQuery, Screener
from resolver.data import digest_tables
from resolver.errors import ResolverError, UsageError
from resolver.hub.hub import Hub
from resolver.matching.blocking.keys import identity_tokens
from resolver.matching.pipeline import normalize
from resolver.matching.scoring import scores, threshold_logodds
from resolver.names.row_gathering import name_material
from resolver.records import Batch, Kind, Record, concat
from resolver.records.packing import pack, unpack
from resolver.records.prepared.assembly import LazyBatch, assemble
from resolver.records.prepared.batch import PreparedBatch, build_profiles
from resolver.records.prepared.population import DEFAULT_DATED_LISTED, DEFAULT_LISTED
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.progress import SILENT, Progress
from resolver.records.record import kind_variants
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible, visible_rows
from resolver.runtime.processes import RepeatedTask
from resolver.screening.clearances import apply_verdicts, owner_of, read_expiry, recognize
from resolver.screening.result_files import describe_hit, hit_from_json
from resolver.screening.screen import Screening, ScreeningHit, Subject, screen_subjects
from resolver.store import HitVerdict, Store, StoreView, utc_text
from resolver.store.jobs import LeaseError
from resolver.store.notices import Notice, insert_notices, watch_subscriptions
from resolver.store.watches import LEASE_SECONDS, NEVER, SubjectRow
from resolver.store.watches import Watch as Watch

Numbers = npt.NDArray[np.int64]
MAX_DRIFT = 0.02
"""If the number of entities has changed by more than this share, all subjects are screened again.
Up to then, a score differs by at most 0.02 nats from a score with new counts. With a smaller share,
a growing store would be screened as a whole more often.
"""
MAX_HITS = 10
"""Maximum number of hits that are kept of one subject, as of a subject of `POST /screenings`."""
_MAX_NAME = 80
"""Maximum number of characters in the name of a watch."""
_MARGIN = 2_000
"""A changed entity counts for a subject from this distance (thousandths of log-odds) below the
review threshold on, because the comparison from the side of the entity may differ a little from
that of a check.
"""
_FIRST_CHUNK = 128
"""Number of subjects that a changed entity is compared with first; mostly none of them is like it.
"""
_FULL_SHARE, _FULL_LEAST = 3, 300
"""The look-up of one changed entity costs as much as the screening of about this many subjects. So
if there are more changed entities, beyond a few hundred, everything is screened.
"""
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 600.0
"""Seconds until a watch that failed is tried again; the pause doubles with each failure in a row. A
shorter one would spend the time of a worker on a watch that cannot be read.
"""
_KEPT_WATCHES = 4
"""Number of watches whose subjects stay in memory between two runs."""
_MIN_COUNT = 256
"""Number of entities below which the number does not count (`Population`)."""


def read_watch_end(text: str, now: datetime | None = None) -> str:
    """Return the end of a watch, in the form of `read_expiry`. Raises `UsageError`, also if no day
    is given.
    """
    if not text.strip():
        raise UsageError("a watch needs an end", hint="give its last day, as 2027-06-30")
    return read_expiry(text, now)


def read_watch_name(text: str) -> str:
    """Return the name of a watch. Raises `UsageError` for one that is empty or too long."""
    name = " ".join(text.split())
    if not name or len(name) > _MAX_NAME or not name.isprintable():
        raise UsageError(
            f"{text[:40]!r} cannot name a watch", hint=f"use 1 to {_MAX_NAME} characters"
        )
    return name


def viewer_of_watch(watch: Watch) -> Viewer:
    """Return the viewer with whose rights a watch is screened."""
    if not watch.owner:
        return OPERATOR
    if not watch.sender:
        return STRANGER
    return Viewer(watch.sender, watch.agency, frozenset({"submit"}))


def add_watch(
    store: Store, viewer: Viewer, name: str, expires: str, screening: Screening
) -> tuple[Watch, int]:
    """Keep the subjects of a screening with their hits in a watch of the viewer; return the watch
    and the number of subjects.

    If the watch already has a subject with the same caller's id (without an id, with the same
    values), the new subject replaces it. A worker keeps the hits up to date.
    """
    is_operator = viewer == OPERATOR
    watch = store.watches.add(
        "" if is_operator else owner_of(viewer),
        name,
        agency=viewer.agency,
        sender="" if is_operator else viewer.name,
        expires=expires,
    )
    hits: dict[int, list[ScreeningHit]] = {}
    for hit in (*screening.hits, *screening.cleared):
        hits.setdefault(id(hit.subject), []).append(hit)
    cipher = store.watches.cipher(watch)
    with store.view() as view:
        secret = view.head.id_secret

    def key_of(subject: Subject) -> str:
        """Return the key of a subject: the key of the caller's id, or the key of its values."""
        known = recognize(subject, secret)
        text = f"id {subject.source} {known.id}" if known.id else f"values {known.digest}"
        return cipher.key_of(text)

    rows = {
        (key := key_of(subject)): SubjectRow(
            0, key, _encode_subject(subject), _encode_hits(hits.get(id(subject), ())), NEVER
        )
        for subject in screening.subjects
    }
    return watch, store.watches.put_subjects(watch, rows.values())


def _encode_subject(subject: Subject) -> bytes:
    record = subject.record
    return orjson.dumps(
        {
            "id": subject.id,
            "name": subject.name,
            "source": subject.source,
            "notes": subject.notes,
            "record": (record.id, record.source, int(record.kind), record.schema),
            "values": pack(record),
        }
    )


def _decode_subject(content: bytes) -> Subject:
    data = orjson.loads(content)
    record_id, source, kind, schema = data["record"]
    fields: Any = unpack([tuple(row) for row in data["values"]])
    record = Record(record_id, source, Kind(kind), schema, **fields)
    return Subject(data["id"], data["name"], data["source"], record, tuple(data["notes"]))


def _encode_hits(hits: Iterable[ScreeningHit]) -> bytes:
    rows = [describe_hit(replace(hit, status="", changes=())) for hit in hits]
    return orjson.dumps(rows) if rows else b""


def _decode_hits(content: bytes, subject: Subject) -> tuple[ScreeningHit, ...]:
    rows = orjson.loads(content) if content else ()
    return tuple(replace(hit_from_json(row), subject=subject) for row in rows)


@dataclass(frozen=True, slots=True)
class HitChange:
    """Change of a hit between two runs of a watch: `new`, `lost`, `returned` (it was cleared, and
    its evidence changed) or `changed` (its band changed). `hit` is the earlier hit if it was lost.
    `number` is the number of the subject.
    """

    kind: str
    number: int
    hit: ScreeningHit


@dataclass(frozen=True, slots=True)
class WatchRun:
    """Result of a run: the watch, the revision for which its hits now hold, how many subjects were
    screened, whether these were all subjects, and the changes.
    """

    watch: Watch
    revision: int
    screened: int
    is_full: bool
    changes: tuple[HitChange, ...]


def read_watch(store: Store, watch: Watch) -> tuple[Screening, list[Subject]]:
    """Return the hits of a watch with the verdicts that hold now, and its subjects.

    A hit is left out if one of its records is gone since, or if the viewer may no longer see it.
    """
    viewer = viewer_of_watch(watch)
    kept = _Kept.load(store, watch)
    hits = [hit for own in kept.hits.values() for hit in own]
    record_ids = sorted({record for hit in hits for record in hit.records})
    with store.view() as view:
        number_of = {row: found[0] for row, found in view.numbers_of(record_ids).items()}
        handling = view.handling_of(sorted(number_of.values()))
    shown = {
        record
        for record, number in number_of.items()
        if number not in handling or is_visible(handling[number], viewer)
    }
    visible = tuple(hit for hit in hits if shown.issuperset(hit.records))
    subjects = list(kept.subjects.values())
    screening = Screening(tuple(subjects), visible, IndexRevision(watch.revision, ""))
    return apply_verdicts(screening, store.verdicts.list(watch.owner), store), subjects


@dataclass
class _Kept:
    """Subjects of a watch by number, their hits, and the subjects that are not screened yet.
    `edition` and `revision` are those of the watch. `index` finds the subjects for which an entity
    counts.
    """

    edition: int
    revision: int
    subjects: dict[int, Subject]
    hits: dict[int, tuple[ScreeningHit, ...]]
    contents: dict[int, bytes]
    keys: dict[int, str]
    waiting: set[int]
    index: _SubjectIndex | None = None

    @classmethod
    def load(cls, store: Store, watch: Watch) -> _Kept:
        """Load the subjects of a watch. Raises `StoreError`."""
        rows = store.watches.subjects(watch)
        subjects = {row.number: _decode_subject(row.content) for row in rows}
        with_hits = [row for row in rows if row.hits]
        return cls(
            watch.edition,
            watch.revision,
            subjects,
            {row.number: _decode_hits(row.hits, subjects[row.number]) for row in with_hits},
            {row.number: row.hits for row in with_hits},
            {row.number: row.key for row in rows},
            {row.number for row in rows if row.screened == NEVER},
        )


@dataclass
class WatchRunner:
    """Runs the watches of a hub. It keeps the entity index and the subjects in memory, so the next
    run reads only what has changed. `listed`: share of subjects who are
    listed (None: as in checks).
    """

    hub: Hub
    listed: float | None
    workers: int = 1
    max_drift: float = MAX_DRIFT
    _screener: Screener | None = None
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _pauses: dict[str, tuple[float, float]] = field(default_factory=dict)
    """For each watch that failed: the time until which it is not run, and the length of its next
    pause in seconds.
    """
    _name: str = field(default_factory=lambda: uuid.uuid4().hex)

    def run_due(
        self,
        progress: Progress = SILENT,
        on_error: Callable[[Watch, Exception], None] | None = None,
    ) -> list[WatchRun]:
        """Erase the watches that have ended, and run those that are not up to date. Raises
        `StoreError`.

        With `on_error`, a watch that fails is reported to this function, and the other watches are
        run. The watch that failed is left out until its pause is over.
        """
        self.hub.store.watches.erase_expired()
        runs = []
        for watch in self.hub.store.watches.due():
            end, pause = self._pauses.get(watch.id, (0.0, _FIRST_PAUSE / 2))
            if time.monotonic() < end:
                continue
            try:
                run = self.run(watch, progress=progress)
            except (ResolverError, OSError, MemoryError) as error:
                if on_error is None:
                    raise
                pause = min(2 * pause, _LONGEST_PAUSE)
                self._pauses[watch.id] = (time.monotonic() + pause, pause)
                on_error(watch, error)
                continue
            self._pauses.pop(watch.id, None)
            if run is not None:
                runs.append(run)
        return runs

    def run(
        self, watch: Watch, *, full: bool = False, progress: Progress = SILENT
    ) -> WatchRun | None:
        """Bring a watch up to date; `full` screens all of its subjects again. Return None if
        another worker has it. Raises `StoreError`.
        """
        watches = self.hub.store.watches
        leased = watches.lease(watch, self._name)
        if leased is None:
            return None
        try:
            with RepeatedTask(partial(self._extend, leased), LEASE_SECONDS / 4, "watch"):
                return self._run(leased, full, progress)
        except LeaseError:
            # its subjects may have changed: the watch is still due, and runs again at once
            watches.release(leased, self._name)
            return None
        except BaseException:
            watches.release(leased, self._name)
            raise

    def _extend(self, watch: Watch) -> bool:
        """Extend a lease; return whether this runner still has it."""
        try:
            return self.hub.store.watches.lease(watch, self._name) is not None
        except ResolverError:
            # the database may be available again before the lease is over
            return True

    def _run(self, watch: Watch, full: bool, progress: Progress) -> WatchRun:
        if self._screener is None:
            self._screener = Screener(self.hub, self.listed)
        viewer, store = viewer_of_watch(watch), self.hub.store
        kept = self._load(watch)
        snapshot, stamp, is_same = self._pin(watch, self._screener.snapshot_for(viewer))
        affected: set[int] | None = None
        if is_same and not full:
            affected = self._find_affected(watch, kept, snapshot, viewer)
        is_full = affected is None
        numbers = sorted(kept.subjects) if affected is None else sorted(affected | kept.waiting)
        screened = screen_subjects(
            self._screener,
            [kept.subjects[number] for number in numbers],
            MatchQuery(MAX_HITS, viewer=viewer),
            workers=self.workers,
            progress=progress,
            snapshot=snapshot,
        )
        by_subject: dict[int, list[ScreeningHit]] = {}
        for hit in screened.hits:
            by_subject.setdefault(id(hit.subject), []).append(hit)
        hits = {number: tuple(by_subject.get(id(kept.subjects[number]), ())) for number in numbers}
        contents = {number: _encode_hits(own) for number, own in hits.items()}
        changes = self._compare(watch, kept, hits)
        changed = {
            number: content
            for number, content in contents.items()
            if number in kept.waiting or content != kept.contents.get(number, b"")
        }
        store.watches.finish(
            watch,
            self._name,
            revision=snapshot.revision,
            stamp=stamp,
            hits=changed,
            tell=partial(_tell_changes, watch, snapshot.revision, kept.keys, changes),
        )
        for number, content in contents.items():
            if content:
                kept.hits[number], kept.contents[number] = hits[number], content
            else:
                kept.hits.pop(number, None)
                kept.contents.pop(number, None)
        kept.waiting.clear()
        kept.revision = snapshot.revision
        return WatchRun(watch, snapshot.revision, len(numbers), is_full, changes)

    def _load(self, watch: Watch) -> _Kept:
        kept = self._kept.pop(watch.id, None)
        if kept is None or (kept.edition, kept.revision) != (watch.edition, watch.revision):
            kept = _Kept.load(self.hub.store, watch)
        while len(self._kept) >= _KEPT_WATCHES:
            self._kept.pop(next(iter(self._kept)))
        self._kept[watch.id] = kept
        return kept

    def _pin(
        self, watch: Watch, snapshot: IndexSnapshot
    ) -> tuple[IndexSnapshot, dict[str, Any], bool]:
        """Return three things: the snapshot with the numbers of entities that a watch counts, its
        stamp, and whether the hits of the watch still hold except for later changes.
        """
        population = snapshot.models.population
        live = {} if population is None else population.count_records()
        stamp: dict[str, Any] = {
            "model": self.hub.models.stamp["model"],
            "tables": digest_tables(),
            "population": snapshot.population_revision,
            "thresholds": [snapshot.thresholds.match, snapshot.thresholds.review],
            "listed": (
                [DEFAULT_LISTED, DEFAULT_DATED_LISTED] if self.listed is None else self.listed
            ),
        }
        with self.hub.store.view(snapshot.revision) as view:
            times = view.commit_times(sorted({watch.revision, snapshot.revision} - {0}))
            stamp["plan"] = view.head.plan
        before = watch.stamp
        is_same = (
            0 < watch.revision <= snapshot.revision
            and before.get("committed_at") == times.get(watch.revision)
            and all(before.get(name) == value for name, value in stamp.items())
            and self._is_near(before.get("counts", {}), live)
        )
        counts = before["counts"] if is_same else live
        if population is not None:
            counted = population.for_checks(counts, self.listed)
            models = {
                kind: model.for_population(stamp["plan"], counted.of(kind))
                for kind, model in self.hub.models.models.items()
            }
            pinned = replace(snapshot.models, models=models, population=counted)
            snapshot = replace(snapshot, models=pinned)
        committed = {"committed_at": times.get(snapshot.revision, ""), "counts": counts}
        return snapshot, {**stamp, **committed}, is_same

    def _is_near(self, before: Mapping[str, int], now: Mapping[str, int]) -> bool:
        """Return whether the numbers of entities by kind have hardly changed."""
        for kind in {*before, *now}:
            counts = [max(some.get(kind, 0), _MIN_COUNT) for some in (before, now)]
            if max(counts) > (1 + self.max_drift) * min(counts):
                return False
        return True

    def _find_affected(
        self, watch: Watch, kept: _Kept, snapshot: IndexSnapshot, viewer: Viewer
    ) -> set[int] | None:
        """Return the subjects (by number) whose hits the changes since the last run can affect;
        None if all may be affected.
        """
        if watch.revision == snapshot.revision or not kept.subjects:
            return set()
        store = self.hub.store
        with store.view(snapshot.revision) as view:
            changed = view.entities_changed_after(watch.revision)
            if _FULL_LEAST + len(kept.subjects) < len(changed) * _FULL_SHARE:
                return None
            now, now_ids = _read_profiles(view, changed, viewer)
        with store.view(watch.revision) as view:
            before, before_ids = _read_profiles(view, changed, viewer)
        gone = {*before_ids, *now_ids}
        affected = {
            number
            for number, hits in kept.hits.items()
            if any(not gone.isdisjoint((hit.entity_id, *hit.records)) for hit in hits)
        }
        if kept.index is None or kept.index.population_revision != snapshot.population_revision:
            kept.index = _SubjectIndex.build(kept.subjects, snapshot, self.workers)
        for profiles in (before, now):
            found = kept.index.find(profiles, snapshot)
            if found is None:
                return None
            affected |= found
        return affected

    def _compare(
        self, watch: Watch, kept: _Kept, hits: Mapping[int, tuple[ScreeningHit, ...]]
    ) -> tuple[HitChange, ...]:
        """Return the changes for the owner of a watch, who does not see cleared hits."""
        store = self.hub.store
        verdicts = store.verdicts.list(watch.owner)
        number_of = {id(kept.subjects[number]): number for number in hits}
        shown: list[dict[int, list[ScreeningHit]]] = []
        for some in (kept.hits, hits):
            own = tuple(hit for number in hits for hit in some.get(number, ()))
            screening = Screening((), own, IndexRevision(0, ""))
            grouped: dict[int, list[ScreeningHit]] = {}
            judged = apply_verdicts(screening, verdicts, store)
            for hit in (*judged.hits, *judged.cleared):
                grouped.setdefault(number_of[id(hit.subject)], []).append(hit)
            shown.append(grouped)
        changes: list[HitChange] = []
        for number in sorted(shown[0].keys() | shown[1].keys()):
            before, now = (side.get(number, []) for side in shown)
            changes += [HitChange(kind, number, hit) for kind, hit in _list_changes(before, now)]
        return tuple(changes)


def _tell_changes(
    watch: Watch,
    revision: int,
    keys: Mapping[int, str],
    changes: Sequence[HitChange],
    connection: Connection,
) -> None:
    """Store notices of changes for the agencies that have subscribed to a watch."""
    found = watch_subscriptions(connection, watch.owner, watch.name)
    now = utc_text()
    made = [
        Notice(
            0,
            subscription,
            revision,
            now,
            f"hit_{change.kind}",
            change.hit.entity_id,
            "",
            keys[change.number],
            {"score": change.hit.score, "band": change.hit.band},
        )
        for subscription in found
        for change in changes
    ]
    insert_notices(connection, watch.owner, made)


def read_subject_names(
    store: Store, owner: str, keys: Collection[str]
) -> dict[str, dict[str, str]]:
    """Return id and name of some watched subjects of an owner, by key; erased subjects are left
    out. Raises `StoreError`.
    """
    names: dict[str, dict[str, str]] = {}
    for watch, row in store.watches.find_subjects(owner, sorted(set(keys) - {""})):
        subject = _decode_subject(row.content)
        names[row.key] = {"id": subject.id, "name": subject.name, "watch": watch.name}
    return names


def _list_changes(
    before: Sequence[ScreeningHit], now: Sequence[ScreeningHit]
) -> Iterable[tuple[str, ScreeningHit]]:
    """Yield the changes of the hits of one subject. Two hits are on the same entity if its id is
    the same, or if it shares a record with the earlier entity.
    """
    cleared = HitVerdict.CLEARED.value
    for hit in now:
        earlier = [row for row in before if _is_same_entity(row, hit)]
        if hit.status == cleared:
            continue
        if not earlier:
            yield "new", hit
        elif all(row.status == cleared for row in earlier):
            yield "returned", hit
        elif all(row.band != hit.band for row in earlier):
            yield "changed", hit
    for hit in before:
        if hit.status != cleared and not any(_is_same_entity(hit, row) for row in now):
            yield "lost", hit


def _is_same_entity(one: ScreeningHit, other: ScreeningHit) -> bool:
    return one.entity_id == other.entity_id or not set(one.records).isdisjoint(other.records)


def _read_profiles(view: StoreView, numbers: Numbers, viewer: Viewer) -> tuple[Batch, set[str]]:
    """Return some entities as a viewer sees them at the revision of a view, each as one profile.
    Also return the ids of these entities and their records.
    """
    record, entity, _ = view.members(numbers.tolist())
    order = np.argsort(record)
    record, entity = record[order], entity[order]
    batch = concat([part.batch for part in view.batches_of(record)])
    visible = visible_rows(batch, viewer)
    if visible is not None:
        batch, entity = batch.take(np.flatnonzero(visible)), entity[visible]
    if not len(batch):
        return batch, set()
    owners, owner = np.unique(entity, return_inverse=True)
    names = view.seen_by(viewer).entity_ids(owners.tolist())
    profiles = build_profiles(batch, owner, [f"{place:09d}" for place in range(len(owners))])
    return profiles.canonical(), {*batch.ids.to_pylist(), *names.values()}


@dataclass(frozen=True)
class _SubjectIndex:
    """Subjects of a watch in the layout of the entity index, so that an entity can be looked up
    among them.

    `parts`: subjects that are compared, and subjects of a single word, which are not compared:
    everybody whose name has this word counts for them. `numbers` has the numbers of the subjects,
    by row, for each part.
    """

    population_revision: int
    parts: tuple[IndexSnapshot | None, IndexSnapshot | None]
    numbers: tuple[Numbers, Numbers]
    finder: CandidateFinder = field(default_factory=CandidateFinder)

    @classmethod
    def build(
        cls, subjects: Mapping[int, Subject], snapshot: IndexSnapshot, workers: int
    ) -> _SubjectIndex:
        """Build the index of some subjects, by number, in up to `workers` processes."""
        records: list[Record] = []
        numbers: list[int] = []
        for number, subject in subjects.items():
            for variant in kind_variants(subject.record):
                place = f"{variant.source}:{len(records):09d}"
                records.append(
                    replace(comparable_record(variant, snapshot.models.tables), id=place)
                )
                numbers.append(number)
        batch, owner = Batch.from_records(records).canonical(), np.array(numbers, dtype=np.int64)
        prepared = normalize(batch, snapshot.models, workers=workers)
        is_word = _have_one_word(prepared)
        parts, rows_of = [], []
        for mask in (~is_word, is_word):
            rows = np.flatnonzero(mask)
            part = BatchRows(prepared, rows)
            parts.append(_build_part(batch.take(rows), part, snapshot) if len(rows) else None)
            rows_of.append(owner[rows])
        return cls(snapshot.population_revision, (parts[0], parts[1]), (rows_of[0], rows_of[1]))

    def find(self, profiles: Batch, snapshot: IndexSnapshot) -> set[int] | None:
        """Return the subjects for which some entities count, by number; None if there are too many
        to find out.
        """
        found: set[int] = set()
        if not len(profiles):
            return found
        prepared = normalize(profiles, snapshot.models)
        compared, words = self.parts
        many = self.finder.find_candidates_of_many
        if compared is not None:
            compared = replace(compared, models=snapshot.models)
            shares = [1.0] * len(profiles)
            candidates = many(prepared, compared, None, 2 * MAX_PREFILTERED, shares)
            for row, places in enumerate(candidates):
                part = BatchRows(prepared, np.array([row], dtype=np.int64))
                query = LazyBatch([part], pa.array([""], pa.string()), is_query=True)
                rows = self._compare(query, places, compared)
                if rows is None:
                    return None
                found.update(self.numbers[0][rows].tolist())
        if words is not None:
            limit = len(self.numbers[1])
            shares = [max(limit / MAX_PREFILTERED, 1.0)] * len(profiles)
            for places in many(prepared, words, None, limit, shares):
                found.update(self.numbers[1][places].tolist())
        return found

    def _compare(
        self, entity: PreparedBatch, places: Numbers, snapshot: IndexSnapshot
    ) -> Numbers | None:
        """Return the rows of the compared subjects at some positions for which an entity counts."""
        floor = threshold_logodds(snapshot.thresholds.review) - _MARGIN
        least_score, is_word = float(scores(np.array([floor]))[0]), is_single_word(entity)
        material, rows = name_material(entity), []
        first, size = 0, _FIRST_CHUNK
        while first < len(places):
            hits, is_late = compare_round(
                *(material, snapshot, places[first : first + size], least_score, float(np.inf)),
                is_word=is_word,
            )
            rows.append(hits.rows)
            if not is_late.any():
                break
            first, size = first + size, FIRST_ROUND_SIZE
        else:
            if len(places) >= MAX_PREFILTERED:
                return None
        return np.concatenate([np.zeros(0, dtype=np.int64), *rows])


def _have_one_word(prepared: PreparedBatch) -> npt.NDArray[np.bool_]:
    """Return which records have one word in a name, not counting particles, legal forms and
    initials.
    """
    tokens = prepared.names.through(prepared.forms.tokens)
    used = identity_tokens(prepared)[tokens.items]
    pairs = np.unique(np.stack([tokens.rows[used], tokens.items[used]]), axis=1)
    is_word: npt.NDArray[np.bool_] = np.bincount(pairs[0], minlength=len(prepared)) == 1
    return is_word


def _build_part(batch: Batch, rows: BatchRows, snapshot: IndexSnapshot) -> IndexSnapshot:
    contents = {place: EntityContent(str(place), 0, 0, (place,)) for place in range(len(batch))}
    span = RevisionRange(0, 0, "", np.zeros(0, dtype=np.int64))
    segment = build_index_segment(batch, contents, span, lambda some: assemble([rows], some.ids))
    return IndexSnapshot(
        0,
        0,
        frozenset(),
        frozenset(),
        snapshot.thresholds,
        snapshot.models,
        (segment,),
        tuple(all_active([segment])),
    )


def describe_watches(url: str) -> list[dict[str, Any]]:
    """Return the watches of the store at a URL as JSON, by owner and name. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        store.watches.erase_expired()
        some = store.watches.list()
        counts = store.watches.count_subjects(some)
        due = {watch.number for watch in store.watches.due()}
        return [describe_watch(watch, counts[watch.number], due) for watch in some]


def describe_watch(watch: Watch, subjects: int, due: Collection[int]) -> dict[str, Any]:
    """Return a watch as JSON. `due` has the numbers of watches that wait to be screened again."""
    return {
        "name": watch.name,
        "owner": watch.owner,
        "until": watch.expires,
        "created": watch.created,
        "subjects": subjects,
        "version": watch.revision,
        "is_current": watch.number not in due,
    }


def remove_subject(store: Store, watch: Watch, subject_id: str) -> None:
    """Erase a subject of a watch, by its id. Raises `UsageError` if there is no such subject."""
    rows = store.watches.subjects(watch)
    keys = [row.key for row in rows if _decode_subject(row.content).id == subject_id]
    if not keys:
        raise UsageError(
            f"the watch {watch.name} has no subject {subject_id[:60]!r}",
            hint="take it from the column subject_id of its hits",
        )
    store.watches.remove_subjects(watch, keys)


def load_watch(url: str, owner: str, name: str) -> tuple[Watch, Screening, list[Subject]]:
    """Return a watch in the store at a URL with its hits and its subjects (`read_watch`). Raises
    `StoreError`.
    """
    with Store.open(url, create=False) as store:
        watch = store.watches.get(owner, name)
        return watch, *read_watch(store, watch)


def remove_watch(url: str, owner: str, name: str, subject_id: str | None = None) -> None:
    """Erase a watch in the store at a URL, or one of its subjects. Raises `StoreError`,
    `UsageError`.
    """
    with Store.open(url, create=False) as store:
        watch = store.watches.get(owner, name)
        if subject_id is None:
            store.watches.remove(watch)
        else:
            remove_subject(store, watch, subject_id)
