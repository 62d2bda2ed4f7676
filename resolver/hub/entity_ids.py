"""Give entity ids to clusters, so that ids stay stable from commit to commit.

`assign_entities`, near the end, is the entry point. Its rules are these:

- Split: the larger part keeps the id (tie: the part with the smallest record id). There is one
  exception. If a part, alone or with other records, has exactly the records that a retired entity
  had last, the split undoes a merge, and the retired id returns. If such a part joins a part of a
  living entity, the id of the entity born first wins. If all parts are such parts, the last merge
  is undone: the id stays with the part that was merged first. If several retired ids fit a part,
  the id that retired last returns.
- Merge: the entity that has existed longest keeps its id (tie: the smaller id). An entity whose id
  returned counts from its return, so that undoing a split gives the id back that was split. Each
  losing entity keeps the largest of its other parts that has no id yet. An entity without such a
  part is retired and redirects to another entity.
- A cluster that no entity claims revives a retired id, if most of that entity's last records are in
  the cluster. Otherwise a new entity is born.

The rules look at record ids only, so a new version of a record changes nothing.

The rules must not reveal hidden records, so they are applied to one class of viewers after the
other. The *floor* of an entity is the first class that sees any of its records (`EntityFloors`).
Only records that this class sees decide the id. Records that everybody may see therefore never get
the id of an entity of restricted records.

The module reads in this order: earlier versions of records and floors, retired entities and the
history of clusters, claims of entities on clusters, and the assignment with its events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.records import Batch, Handling
from resolver.records.batch import IntArray
from resolver.records.packing import unpack_handling
from resolver.records.properties import HANDLING
from resolver.records.visibility import STRANGER, classify, code_handlings, is_visible
from resolver.runtime.key_groups import exclude, sort_distinct
from resolver.store import EventKind, StoreView
from resolver.store.segments import Segment

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class EarlierRecord(NamedTuple):
    """Version of a record that an entity had, and the row of the record now.

    `row` is -1 for a record outside the batch. `elsewhere` is then the handling of its present
    version, or None if the record is gone.
    """

    entity: int
    handling: Handling
    row: int
    elsewhere: Handling | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the record no longer exists."""
        return self.row < 0 and self.elsewhere is None


@dataclass(frozen=True, slots=True)
class EntityFloors:
    """Classes of viewers, and the rows and versions that each class may see.

    - `rows` (classes × rows): whether the class sees the row.
    - `earlier_rows` (classes × rows): whether the class also saw the version before.
    - `first`: the first class that sees each row.
    - `entities`: the floor of each entity before the commit.
    - `records`: for each earlier version, which classes see both it and the present version.
    """

    rows: Flags
    earlier_rows: Flags
    first: Numbers
    entities: Mapping[int, int]
    records: Mapping[EarlierRecord, Flags]

    def select(self, versions: Sequence[EarlierRecord], floor: int) -> list[EarlierRecord]:
        """Return the versions of entities of this floor that its class could see and still sees."""
        return [
            version
            for version in versions
            if self.entities[version.entity] == floor
            and self.records[version][floor]
            and (version.row < 0 or self.rows[floor, version.row])
        ]


def everybody_saw(versions: Sequence[EarlierRecord]) -> bool:
    """Return whether everybody may see these versions and the versions that followed them."""
    return all(is_visible(handling, STRANGER) for handling in _list_handlings(versions))


def _list_handlings(versions: Sequence[EarlierRecord]) -> set[Handling]:
    handlings = {version.handling for version in versions}
    return handlings | {version.elsewhere for version in versions if version.elsewhere is not None}


def find_floors(
    batch: Batch, before: Numbers, ended: Sequence[EarlierRecord], retired: Sequence[EarlierRecord]
) -> EntityFloors:
    """Return the floors of entities.

    `before` is the entity of each row of the batch; it is -1 for a row without an entity and for a
    new version of a record. `ended` are the versions that end with this commit, each with the row
    of the version that follows it. `retired` are the versions that retired entities had.
    """
    earlier = list(dict.fromkeys([*ended, *retired]))
    distinct, places = code_handlings(batch)
    place_of = {
        handling: len(distinct) + index for index, handling in enumerate(_list_handlings(earlier))
    }
    added = [place_of[version.handling] for version in earlier]
    now = [place_of[version.elsewhere or version.handling] for version in earlier]
    classes = classify(
        [*distinct, *place_of], np.concatenate([places, added, now]).astype(np.int32)
    )
    rows = np.arange(len(batch) + len(earlier), dtype=np.int32)
    first = classes.find_first(rows, rows)
    visible = classes.views[:, classes.compartment]
    count = len(batch)
    entities = [*before.tolist(), *(version.entity for version in earlier)]
    floors: dict[int, int] = {}
    for entity, floor in zip(entities, first.tolist(), strict=True):
        floors[entity] = min(floor, floors.get(entity, floor))
    middle = count + len(earlier)
    always = visible[:, count:middle] & visible[:, middle:]
    records = {version: always[:, index] for index, version in enumerate(earlier)}
    earlier_rows = visible[:, :count].copy()
    for version in ended:
        if version.row >= 0:
            earlier_rows[:, version.row] &= records[version]
    return EntityFloors(visible[:, :count], earlier_rows, first[:count], floors, records)


def find_merging(labels: IntArray, before: Numbers) -> Numbers:
    """Return the entities that share a cluster with another one, ascending."""
    has_entity = before >= 0
    pairs = np.stack([labels[has_entity].astype(np.int64), before[has_entity]], axis=1)
    pairs = np.unique(pairs, axis=0)
    clusters, counts = np.unique(pairs[:, 0], return_counts=True)
    return sort_distinct(pairs[np.isin(pairs[:, 0], clusters[counts > 1]), 1])


def may_be_unclaimed(labels: IntArray, before: Numbers) -> Flags:
    """Return which rows are in clusters that possibly no entity claims.

    These are clusters without a record of a present entity, and parts that a split cuts off.
    """
    has_entity = before >= 0
    pairs = np.stack([before[has_entity], labels[has_entity].astype(np.int64)], axis=1)
    pairs = np.unique(pairs, axis=0)
    entities, counts = np.unique(pairs[:, 0], return_counts=True)
    is_split = np.isin(pairs[:, 0], entities[counts > 1])
    claimed = exclude(pairs[:, 1], pairs[is_split, 1])
    return ~np.isin(labels, claimed)


def find_restricted(segments: Sequence[Segment], numbers: Numbers) -> dict[int, Handling]:
    """Return the handling of each record that not everybody may see, by record number.

    `numbers` are ascending.
    """
    restricted: dict[int, Handling] = {}
    for segment in segments:
        low, high = np.searchsorted(numbers, [segment.first, segment.first + len(segment)])
        column = segment.batch.columns.get(HANDLING) if low < high else None
        if column is None or not len(column.rows):
            continue
        rows = numbers[low:high] - segment.first
        index = np.searchsorted(column.rows, rows).clip(max=len(column.rows) - 1)
        has_handling = column.rows[index] == rows
        used, of_row = np.unique(column.codes[index[has_handling]], return_inverse=True)
        handlings = [unpack_handling(text) for text in column.values.take(used).to_pylist()]
        owners = numbers[low:high][has_handling].tolist()
        for number, code in zip(owners, of_row.reshape(-1).tolist(), strict=True):
            if not is_visible(handlings[code], STRANGER):
                restricted[number] = handlings[code]
    return restricted


@dataclass(frozen=True, slots=True)
class PastRecords:
    """Earlier versions of records: `ids` and `handling` by version number.

    `rows` has the row in the batch by record id. `elsewhere` has the handling of the present
    version of each record that is valid but not in the batch.
    """

    ids: Mapping[int, str]
    handling: Mapping[int, Handling]
    rows: Mapping[str, int]
    elsewhere: Mapping[str, Handling]

    @classmethod
    def load(cls, view: StoreView, batch: Batch, numbers: Numbers, ended: Numbers) -> PastRecords:
        """Load the versions with these numbers; versions in `ended` count as no longer valid."""
        distinct = sort_distinct(numbers).tolist()
        ids, handling = view.record_ids(distinct), view.handling_of(distinct)
        rows = {record_id: row for row, record_id in enumerate(batch.ids.to_pylist())}
        valid = view.numbers_of(sorted({*ids.values()} - rows.keys()))
        ending = set(ended.tolist())
        present = {
            record_id: number for record_id, (number, _) in valid.items() if number not in ending
        }
        now = view.handling_of(sorted(present.values()))
        elsewhere = {
            record_id: now.get(number, Handling()) for record_id, number in present.items()
        }
        return cls(ids, handling, rows, elsewhere)

    def describe(self, numbers: Numbers, entities: Numbers) -> list[EarlierRecord]:
        """Return versions of records with the entities that had them."""
        return [
            EarlierRecord(
                entity,
                self.handling.get(number, Handling()),
                self.rows.get(self.ids[number], -1),
                self.elsewhere.get(self.ids[number]),
            )
            for number, entity in zip(numbers.tolist(), entities.tolist(), strict=True)
        ]


NO_ENTITY = -1


@dataclass(frozen=True, slots=True)
class EntityBirth:
    """Id of an entity, the revision of its birth, and the revision at which its id last returned
    (0: it never did).
    """

    id: str
    revision: int
    returned: int = 0

    @property
    def since(self) -> int:
        """The revision from which on the entity has existed without a gap."""
        return max(self.revision, self.returned)


@dataclass(frozen=True, slots=True)
class RetiredEntities:
    """Retired entities that clusters may revive.

    - `births`: id and revision of birth by entity number.
    - `last`: the versions of records that each entity had when it retired.
    - `once`: the versions that the entity ever had and for which it was looked up.
    - `since`: the revision at which it retired.
    """

    births: Mapping[int, EntityBirth] = field(default_factory=dict)
    last: Sequence[EarlierRecord] = ()
    once: Sequence[EarlierRecord] = ()
    since: Mapping[int, int] = field(default_factory=dict)

    @property
    def versions(self) -> list[EarlierRecord]:
        """All versions."""
        return [*self.last, *self.once]

    @property
    def rows(self) -> dict[int, list[int]]:
        """Rows of the last records of each entity, ascending; -1 for a record outside the batch."""
        rows: dict[int, set[tuple[int, int]]] = {}
        for number, version in enumerate(self.last):
            place = 0 if version.row >= 0 else number
            if not version.is_gone:
                rows.setdefault(version.entity, set()).add((version.row, place))
        return {entity: [row for row, _ in sorted(pairs)] for entity, pairs in rows.items()}

    def limit(self, floors: EntityFloors, floor: int, unclaimed: Flags) -> RetiredEntities:
        """Return the entities of a floor that once had an unclaimed row, as its class saw them."""
        once = [
            version
            for version in floors.select(self.once, floor)
            if version.row >= 0 and unclaimed[version.row]
        ]
        entities = {version.entity for version in once}
        last = [
            version for version in floors.select(self.last, floor) if version.entity in entities
        ]
        return RetiredEntities(self.births, last, once, self.since)


@dataclass(frozen=True, slots=True)
class EntityHistory:
    """Clusters of rows, and the entities that had these rows before; see `assign_entities`.

    `labels` is the cluster of each row, `before` its entity. `rows` limits the clusters that get
    an id to the clusters of these rows (None: all).
    """

    labels: IntArray
    before: Numbers
    births: Mapping[int, EntityBirth]
    retired: RetiredEntities
    rows: Numbers | None = None

    def split_by_floor(self, floors: EntityFloors) -> Iterator[EntityHistory]:
        """Yield the part of the history that decides the ids of each floor, the lowest first."""
        highest = len(floors.rows)
        of_cluster = np.full(len(self.labels), highest, dtype=np.int64)
        np.minimum.at(of_cluster, self.labels, floors.first)
        of_entity = floors.entities
        row_floor = np.array([of_entity.get(entity, 0) for entity in self.before.tolist()])
        for floor in sorted({*of_cluster.tolist(), *of_entity.values()} - {highest}):
            is_visible = floors.rows[floor]
            rows = np.flatnonzero(is_visible & (of_cluster[self.labels] == floor))
            births = {e: birth for e, birth in self.births.items() if of_entity.get(e, 0) == floor}
            before = np.where(
                floors.earlier_rows[floor] & (row_floor == floor), self.before, NO_ENTITY
            )
            is_named = np.zeros(len(self.labels), dtype=bool)
            is_named[rows] = True
            involved = np.flatnonzero(is_named | (before >= 0))
            is_unclaimed = np.zeros(len(self.labels), dtype=bool)
            is_unclaimed[involved] = may_be_unclaimed(self.labels[involved], before[involved])
            retired = self.retired.limit(floors, floor, is_unclaimed)
            yield EntityHistory(self.labels, before, births, retired, rows)

    def roots(self) -> tuple[IntArray, IntArray]:
        """Return the labels of the clusters that get an id, and the first row of each.

        Both are in the order of these rows. Only `rows` count as first rows.
        """
        if self.rows is None:
            distinct = sort_distinct(self.labels)
            return distinct, distinct
        distinct, place = np.unique(self.labels[self.rows], return_index=True)
        order = np.argsort(place)
        return distinct[order], self.rows[place[order]].astype(np.int32)

    def label_of(self, row: int) -> int:
        """Return the cluster of a row; -1 for a record outside the batch."""
        return int(self.labels[row]) if row >= 0 else -1

    def split_parts(self) -> dict[int, dict[int, list[int]]]:
        """Return entity → cluster → rows that were in the entity and are now in the cluster."""
        parts: dict[int, dict[int, list[int]]] = {}
        for row in np.flatnonzero(self.before >= 0).tolist():
            clusters = parts.setdefault(int(self.before[row]), {})
            clusters.setdefault(int(self.labels[row]), []).append(row)
        return parts

    def complete_clusters(self) -> dict[int, list[int]]:
        """Return cluster → retired entities that had exactly its records when they retired."""
        labels = self.labels if self.rows is None else self.labels[self.rows]
        roots, counts = np.unique(labels, return_counts=True)
        size_of = dict(zip(roots.tolist(), counts.tolist(), strict=True))
        entities_of: dict[int, list[int]] = {}
        for entity, rows in sorted(self.retired.rows.items()):
            clusters = {self.label_of(row) for row in rows}
            if len(clusters) == 1 and size_of.get(min(clusters)) == len(rows):
                entities_of.setdefault(min(clusters), []).append(entity)
        return entities_of


class EntityClaims:
    """Claims of living and retired entities on clusters.

    `settle` fills the results: `number_of` (cluster → entity), `retirements` (entity, successor or
    -1), `revivals`, and `redirects` (retired entity, new target). `settled` has the clusters that
    already have an entity; no other entity gets them.
    """

    def __init__(self, history: EntityHistory, settled: Mapping[int, int]) -> None:
        self._history, self._births, self._retired = history, history.births, history.retired
        self._parts, self._complete = history.split_parts(), history.complete_clusters()
        self._returning: dict[frozenset[int], int] = {}
        """Last rows of a retired entity → the latest revision at which such an entity retired."""
        for entity, rows in self._retired.rows.items():
            key, since = frozenset(rows), self._retired.since.get(entity, 0)
            self._returning[key] = max(since, self._returning.get(key, 0))
        self._settled = dict(settled)
        self.number_of: dict[int, int] = {}
        self.retirements: list[tuple[int, int]] = []
        self.revivals: list[int] = []
        self.redirects: list[tuple[int, int]] = []

    def settle(self) -> None:
        """Give each cluster the entity that claims it, and retire the entities that get no
        cluster.
        """
        self._keep_other_parts(self._give_claimed())
        self._retire_empty()
        self._revive_unclaimed()

    def _give_claimed(self) -> list[tuple[int, int]]:
        """Give each claimed cluster its entity; return the clusters that lost a claim, each with
        the winner.
        """
        claimants_of: dict[int, list[int]] = {}
        losers: list[tuple[int, int]] = []
        for entity, parts in sorted(self._parts.items()):
            heir = self._find_heir(parts)
            if heir in self._settled:
                losers.append((entity, self._settled[heir]))
            else:
                claimants_of.setdefault(heir, []).append(entity)
        births = {**self._retired.births, **self._births}
        for label, claimants in claimants_of.items():
            longest = min(claimants, key=lambda entity: (births[entity].since, births[entity].id))
            winner = _find_eldest([longest, *self._last_holders(label)], births)
            self.number_of[label] = winner
            losers += [(entity, winner) for entity in claimants if entity != winner]
            if winner not in self._births:
                self._revive(winner, self._complete[label])
        return losers

    def _find_heir(self, parts: Mapping[int, Sequence[int]]) -> int:
        """Return the cluster that keeps the id of an entity with these parts, or a cluster that is
        settled already.
        """
        free = {label: rows for label, rows in parts.items() if label not in self._settled}
        staying = {
            label: rows
            for label, rows in free.items()
            if frozenset(rows) not in self._returning and label not in self._complete
        }
        if staying or not free:
            return _largest_part(staying or parts)
        # every part was once an entity of its own, so only the last merge is undone
        since = {label: self._returning_since(label, rows) for label, rows in free.items()}
        first = min(since.values())
        return _largest_part({label: rows for label, rows in free.items() if since[label] == first})

    def _returning_since(self, label: int, rows: Sequence[int]) -> int:
        """Return the latest revision at which an entity with the records of a part retired.

        Entities with the records of the whole cluster of the part count, too.
        """
        retired = [self._retired.since.get(entity, 0) for entity in self._complete.get(label, ())]
        return max([self._returning.get(frozenset(rows), 0), *retired])

    def _last_holders(self, label: int) -> list[int]:
        """Return the retired entities that fit a cluster exactly, but only those retired last."""
        holders = self._complete.get(label, [])
        last = max((self._retired.since.get(entity, 0) for entity in holders), default=0)
        return [entity for entity in holders if self._retired.since.get(entity, 0) == last]

    def _keep_other_parts(self, losers: Sequence[tuple[int, int]]) -> None:
        """Give each losing entity the largest of its free parts; an entity without a free part is
        retired.

        The entity born first chooses first.
        """
        births = self._births
        for entity, winner in sorted(
            losers, key=lambda pair: (births[pair[0]].revision, births[pair[0]].id)
        ):
            free = {
                label: rows
                for label, rows in self._parts[entity].items()
                if label not in self.number_of
                and label not in self._settled
                and label not in self._complete
                and frozenset(rows) not in self._returning
            }
            if free:
                self.number_of[_largest_part(free)] = entity
            else:
                self.retirements.append((entity, winner))

    def _retire_empty(self) -> None:
        """Retire the entities that have lost all their records."""
        empty = sorted(entity for entity in self._births if entity not in self._parts)
        self.retirements += [(entity, NO_ENTITY) for entity in empty]

    def _revive_unclaimed(self) -> None:
        """Revive each retired entity that has most of its last records in an unclaimed cluster.

        If several entities fit a cluster, the entity that was born first returns, and the others
        redirect to it.
        """
        claimants_of: dict[int, list[int]] = {}
        for entity, rows in sorted(self._retired.rows.items()):
            parts: dict[int, list[int]] = {}
            for row in rows:
                parts.setdefault(self._history.label_of(row), []).append(row)
            heir = _largest_part(parts)
            if heir >= 0 and heir not in self.number_of and heir not in self._settled:
                claimants_of.setdefault(heir, []).append(entity)
        for label, claimants in claimants_of.items():
            winner = _find_eldest(claimants, self._retired.births)
            self.number_of[label] = winner
            self._revive(winner, claimants)

    def _revive(self, winner: int, claimants: Sequence[int]) -> None:
        self.revivals.append(winner)
        self.redirects += [(entity, winner) for entity in claimants if entity != winner]


def _largest_part(parts: Mapping[int, Sequence[int]]) -> int:
    """Return the cluster with most of the rows; if several have equally many, the one with the
    smallest row.
    """
    return min(parts, key=lambda label: (-len(parts[label]), min(parts[label])))


def _find_eldest(entities: Sequence[int], births: Mapping[int, EntityBirth]) -> int:
    return min(entities, key=lambda entity: (births[entity].revision, births[entity].id))


Event = tuple[EventKind, int, int]


@dataclass(frozen=True, slots=True)
class EntityAssignment:
    """Entities of clusters; `entities[i]` is the number of the entity of row i.

    - `births`: first rows of clusters with a new entity; the k-th entity has the number
      `next_number + k`;
    - `retirements`: (entity, entity it redirects to, or -1); `revivals`: retired entities;
    - `redirects`: retired entities whose redirect changes, with their new targets;
    - `events`: (kind, entity, other entity or -1), as the store logs them.
    """

    entities: Numbers
    births: list[int]
    retirements: list[tuple[int, int]]
    revivals: list[int]
    redirects: list[tuple[int, int]]
    events: list[Event]


def assign_entities(
    labels: IntArray,
    before: Numbers,
    births: Mapping[int, EntityBirth],
    retired: RetiredEntities,
    next_number: int,
    changed: npt.NDArray[np.bool_],
    floors: EntityFloors | None = None,
) -> EntityAssignment:
    """Return the entities of clusters, by the rules of this module.

    Rows are records in the order of their ids. For each row, `labels` is the smallest row of its
    cluster, `before` the number of the entity that had the record (or -1), and `changed` whether
    the record is new or has a new version. `births` covers the entities in `before` and the
    entities that have lost all their records. `floors` is None if everybody may see all records.
    """
    history = EntityHistory(labels, before, births, retired)
    number_of: dict[int, int] = {}
    new_rows: list[int] = []
    settled: list[EntityClaims] = []
    for part in [history] if floors is None else history.split_by_floor(floors):
        claims = EntityClaims(part, number_of)
        claims.settle()
        settled.append(claims)
        number_of |= claims.number_of
        new_rows += _number_new(part, number_of, next_number + len(new_rows))
    distinct = sort_distinct(labels)
    numbers = np.array([number_of[label] for label in distinct.tolist()], dtype=np.int64)
    entities: Numbers = numbers[np.searchsorted(distinct, labels)]
    retirements = [pair for claims in settled for pair in claims.retirements]
    revivals = sorted(entity for claims in settled for entity in claims.revivals)
    redirects = sorted(pair for claims in settled for pair in claims.redirects)
    appearing = {*revivals, *range(next_number, next_number + len(new_rows))}
    events = [
        *_list_endings(retirements, revivals),
        *_build_moves(entities, before, {entity for entity, _ in retirements}, appearing),
        *_list_growth(entities, (entities != before) | changed, appearing),
    ]
    return EntityAssignment(entities, new_rows, sorted(retirements), revivals, redirects, events)


def _number_new(part: EntityHistory, number_of: dict[int, int], start: int) -> list[int]:
    """Give the clusters without an entity numbers from `start`; return the first row of each."""
    roots, first_rows = part.roots()
    new_rows: list[int] = []
    for label, row in zip(roots.tolist(), first_rows.tolist(), strict=True):
        if label not in number_of:
            number_of[label] = start + len(new_rows)
            new_rows.append(row)
    return new_rows


def _build_moves(
    entities: Numbers, before: Numbers, retired: set[int], appearing: set[int]
) -> list[Event]:
    """Return the events of entities that stay but lose records to another entity."""
    moved = np.flatnonzero((before >= 0) & (entities != before)).tolist()
    return [
        (EventKind.SPLIT if target in appearing else EventKind.SHRANK, origin, target)
        for origin, target in sorted({(int(before[row]), int(entities[row])) for row in moved})
        if origin not in retired
    ]


def _list_endings(retirements: Sequence[tuple[int, int]], revivals: Sequence[int]) -> list[Event]:
    """Return the events of entities that retire or return."""
    retired: list[Event] = [
        (EventKind.MERGED if target > 0 else EventKind.DISSOLVED, entity, target)
        for entity, target in retirements
    ]
    return retired + [(EventKind.REVIVED, entity, NO_ENTITY) for entity in revivals]


def _list_growth(
    entities: Numbers, has_grown: npt.NDArray[np.bool_], appearing: set[int]
) -> list[Event]:
    """Return the events of entities that got records or new versions."""
    grown = sorted(set(entities[has_grown].tolist()) - appearing)
    return [(EventKind.GREW, entity, NO_ENTITY) for entity in grown]
