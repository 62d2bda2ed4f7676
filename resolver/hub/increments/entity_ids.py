"""Entity ids of clusters: ids that stay, and what becomes of those that do not.

- A split leaves the id with the larger part (tie: the one with the smallest record id), but not
  with a part that is, or with others becomes, what a retired entity held last: that is a merge
  undone, and revives the retired id (where the part comes together with that of a living entity:
  the id of the one born first).
- A merge keeps the id of the entity born first (tie: the smaller id). The others keep the largest
  of their other parts that has no id yet, else they are retired and redirect.
- A cluster without a claim revives a retired id whose last members went to it for the larger part,
  or else a new entity is born.

The rules look at record ids, so a new version of a record changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from resolver.kernels.number_sets import sort_distinct
from resolver.records.batch import IntArray
from resolver.store import EventKind

Numbers = npt.NDArray[np.int64]
Event = tuple[EventKind, int, int]
NO_ENTITY = -1


@dataclass(frozen=True, slots=True)
class EntityBirth:
    """Id of an entity, and the revision of its birth."""

    id: str
    revision: int


@dataclass(frozen=True, slots=True)
class RetiredEntities:
    """Retired entities by number: their births, and the rows of the records each held last."""

    births: Mapping[int, EntityBirth] = field(default_factory=dict)
    rows: Mapping[int, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntityAssignment:
    """Entities of clusters; `entities[i]` is the number of the entity of row i.

    - `births`: smallest rows of clusters with a new entity; the k-th has number `next_number + k`;
    - `retirements`: (entity, entity it redirects to, or -1); `revivals`: retired entities;
    - `redirects`: retired entities that redirect elsewhere now, with their new targets;
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
) -> EntityAssignment:
    """Return the entities of clusters, by the rules of this module.

    Rows are records in the order of their ids: `labels` is the smallest row of the cluster,
    `before` the number of the entity that held the record (or -1), `changed` whether the record
    is new or has a new version. `births` are those of the entities in `before`, and of entities
    that have lost all their records.
    """
    parts = _split_parts(labels, before)
    claims = _Claims(parts, births, retired, _complete_clusters(labels, retired))
    losers = claims.settle()
    claims.keep_other_parts(losers)
    claims.retire_empty()
    claims.revive_unclaimed(labels)
    roots = sort_distinct(labels)
    new_roots = [int(label) for label in roots if int(label) not in claims.number_of]
    new_numbers = {label: next_number + place for place, label in enumerate(new_roots)}
    number_of = {**claims.number_of, **new_numbers}
    numbers = np.array([number_of[int(label)] for label in roots], dtype=np.int64)
    entities: Numbers = numbers[np.searchsorted(roots, labels)]
    appearing = {*claims.revivals, *new_numbers.values()}
    return EntityAssignment(
        entities,
        new_roots,
        sorted(claims.retirements),
        sorted(claims.revivals),
        sorted(claims.redirects),
        _build_events(entities, before, changed, appearing, claims),
    )


class _Claims:
    """Claims of entities on clusters.

    `parts`: entity → cluster → rows that went from the one to the other. `complete`: cluster →
    retired entities that held exactly its records last.
    """

    def __init__(
        self,
        parts: Mapping[int, Mapping[int, Sequence[int]]],
        births: Mapping[int, EntityBirth],
        retired: RetiredEntities,
        complete: Mapping[int, Sequence[int]],
    ) -> None:
        self._parts, self._births, self._retired = parts, births, retired
        self._complete = complete
        self._returning = {frozenset(rows) for rows in retired.rows.values()}
        self.number_of: dict[int, int] = {}
        self.retirements: list[tuple[int, int]] = []
        self.revivals: list[int] = []
        self.redirects: list[tuple[int, int]] = []

    def settle(self) -> list[tuple[int, int]]:
        """Give each claimed cluster its entity; return the losers, each with the winner."""
        claimants_of: dict[int, list[int]] = {}
        heirs = {entity: self._find_heir(parts) for entity, parts in self._parts.items()}
        for entity in sorted(heirs):
            claimants_of.setdefault(heirs[entity], []).append(entity)
        births = {**self._retired.births, **self._births}
        losers: list[tuple[int, int]] = []
        for label, claimants in claimants_of.items():
            winner = _find_eldest([*claimants, *self._complete.get(label, ())], births)
            self.number_of[label] = winner
            losers += [(entity, winner) for entity in claimants if entity != winner]
            if winner not in self._births:
                self._revive(winner, self._complete[label])
        return losers

    def _find_heir(self, parts: Mapping[int, Sequence[int]]) -> int:
        """Return the cluster that keeps the id of an entity with these parts."""
        staying = {
            label: rows
            for label, rows in parts.items()
            if frozenset(rows) not in self._returning and label not in self._complete
        }
        return _largest_part(staying or parts)

    def keep_other_parts(self, losers: Sequence[tuple[int, int]]) -> None:
        """Give each loser, the eldest first, the largest of its free parts; retire it if there is
        none.
        """
        births = self._births
        for entity, winner in sorted(
            losers, key=lambda pair: (births[pair[0]].revision, births[pair[0]].id)
        ):
            free = {
                label: rows
                for label, rows in self._parts[entity].items()
                if label not in self.number_of
                and label not in self._complete
                and frozenset(rows) not in self._returning
            }
            if free:
                self.number_of[_largest_part(free)] = entity
            else:
                self.retirements.append((entity, winner))

    def retire_empty(self) -> None:
        """Retire the entities that have lost all their records."""
        empty = sorted(entity for entity in self._births if entity not in self._parts)
        self.retirements += [(entity, NO_ENTITY) for entity in empty]

    def revive_unclaimed(self, labels: IntArray) -> None:
        """Give clusters without a claim to the retired entities whose records they mostly hold."""
        claimants_of: dict[int, list[int]] = {}
        for entity in sorted(self._retired.rows):
            parts: dict[int, list[int]] = {}
            for row in self._retired.rows[entity]:
                parts.setdefault(int(labels[row]), []).append(row)
            heir = _largest_part(parts)
            if heir not in self.number_of:
                claimants_of.setdefault(heir, []).append(entity)
        for label, claimants in claimants_of.items():
            winner = _find_eldest(claimants, self._retired.births)
            self.number_of[label] = winner
            self._revive(winner, claimants)

    def _revive(self, winner: int, claimants: Sequence[int]) -> None:
        self.revivals.append(winner)
        self.redirects += [(entity, winner) for entity in claimants if entity != winner]


def _split_parts(labels: IntArray, before: Numbers) -> dict[int, dict[int, list[int]]]:
    """Return entity → cluster → the rows that went from the one to the other."""
    parts: dict[int, dict[int, list[int]]] = {}
    for row in np.flatnonzero(before >= 0).tolist():
        parts.setdefault(int(before[row]), {}).setdefault(int(labels[row]), []).append(row)
    return parts


def _complete_clusters(labels: IntArray, retired: RetiredEntities) -> dict[int, list[int]]:
    """Return cluster → the retired entities that held exactly its records last."""
    roots, counts = np.unique(labels, return_counts=True)
    size_of = dict(zip(roots.tolist(), counts.tolist(), strict=True))
    entities_of: dict[int, list[int]] = {}
    for entity in sorted(retired.rows):
        clusters = {int(labels[row]) for row in retired.rows[entity]}
        if len(clusters) == 1 and size_of[min(clusters)] == len(retired.rows[entity]):
            entities_of.setdefault(min(clusters), []).append(entity)
    return entities_of


def _largest_part(parts: Mapping[int, Sequence[int]]) -> int:
    """Return the cluster with most of the rows; tie: the one with the smallest row."""
    return min(parts, key=lambda label: (-len(parts[label]), min(parts[label])))


def _find_eldest(entities: Sequence[int], births: Mapping[int, EntityBirth]) -> int:
    return min(entities, key=lambda entity: (births[entity].revision, births[entity].id))


def _build_moves(
    entities: Numbers, before: Numbers, retired: set[int], appearing: set[int]
) -> list[Event]:
    """Return the events of records that move from one entity, which stays, to another."""
    moved = np.flatnonzero((before >= 0) & (entities != before)).tolist()
    return [
        (EventKind.SPLIT if target in appearing else EventKind.SHRANK, origin, target)
        for origin, target in sorted({(int(before[row]), int(entities[row])) for row in moved})
        if origin not in retired
    ]


def _build_events(
    entities: Numbers,
    before: Numbers,
    changed: npt.NDArray[np.bool_],
    appearing: set[int],
    claims: _Claims,
) -> list[Event]:
    """Return the events of an assignment; `appearing` entities are new or revived."""
    retirements, revivals = claims.retirements, sorted(claims.revivals)
    retired = {entity for entity, _ in retirements}
    events: list[Event] = [
        (EventKind.MERGED if target > 0 else EventKind.DISSOLVED, entity, target)
        for entity, target in retirements
    ]
    events += [(EventKind.REVIVED, entity, NO_ENTITY) for entity in revivals]
    events += _build_moves(entities, before, retired, appearing)
    has_grown = np.flatnonzero((entities != before) | changed)
    grown = sorted(set(entities[has_grown].tolist()) - appearing)
    return events + [(EventKind.GREW, entity, NO_ENTITY) for entity in grown]
