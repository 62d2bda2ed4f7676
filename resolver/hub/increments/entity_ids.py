"""Which entity each cluster is: ids that stay, and what became of those that do not.

A split leaves the id with the larger part (tie: the one with the smallest record id), but not with a part that is, or
with others becomes, what a retired entity held last: that is a merge undone, and revives the retired id (where the
part comes together with that of a living entity: the id of the one born first). A merge keeps the id of the
entity born first (tie: the smaller id); the others keep the largest of their other parts that nobody has, else they are
retired and redirect. A cluster that nobody claims revives a
retired id whose last members went to it for the larger part, or else is born. The rules look at record ids, so a new
version of a record changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray
from resolver.store import EventKind

Numbers = npt.NDArray[np.int64]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of an entity: its id and the version of its birth."""

    id: str
    born: int


@dataclass(frozen=True, slots=True)
class Past:
    """Retired entities: `known` by number, and the rows of the records each held last."""

    known: Mapping[int, Known] = field(default_factory=dict)
    rows: Mapping[int, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identities:
    """`entity[i]`: the number of the entity of row i. `born`: the rows (each the smallest of its cluster) of clusters
    that are new; the k-th of them has the number `next_number + k`. `retired`: (entity, the one that redirects, or -1).
    `revived`, `redirected` (retired ones that redirect elsewhere now), `events` as the store logs them."""

    entity: Numbers
    born: list[int]
    retired: list[tuple[int, int]]
    revived: list[int]
    redirected: list[tuple[int, int]]
    events: list[tuple[EventKind, int, int]]


def identify(
    labels: IntArray,
    before: Numbers,
    known: Mapping[int, Known],
    past: Past,
    next_number: int,
    changed: npt.NDArray[np.bool_],
) -> Identities:
    """The entities of clusters. Rows are records in the order of their ids: `labels` (smallest row of the cluster),
    `before` (number of the entity that held the record, or -1), `changed` whether the record itself is new or another
    version. `known` are the entities of `before` and those that have lost all their records."""
    parts = _parts(labels, before)
    returning = {frozenset(rows) for rows in past.rows.values()}
    whole = _whole(labels, past)
    heirs = {entity: _heir(held, returning, whole) for entity, held in parts.items()}
    claims: dict[int, list[int]] = {}
    for entity in sorted(heirs):
        claims.setdefault(heirs[entity], []).append(entity)
    number_of: dict[int, int] = {}
    retired: list[tuple[int, int]] = []
    revived: list[int] = []
    redirected: list[tuple[int, int]] = []
    everyone = {**past.known, **known}
    losers: list[tuple[int, int]] = []
    for label, claimants in claims.items():
        first = _eldest([*claimants, *whole.get(label, ())], everyone)
        number_of[label] = first
        losers += [(entity, first) for entity in claimants if entity != first]
        if first not in known:
            revived.append(first)
            redirected += [(entity, first) for entity in whole[label] if entity != first]
    for entity, winner in sorted(losers, key=lambda pair: (known[pair[0]].born, known[pair[0]].id)):
        free = {
            label: rows
            for label, rows in parts[entity].items()
            if label not in number_of and label not in whole
        }
        free = {label: rows for label, rows in free.items() if frozenset(rows) not in returning}
        if free:
            number_of[_larger(free)] = entity
        else:
            retired.append((entity, winner))
    retired += [(entity, NOBODY) for entity in sorted(known) if entity not in parts]
    again, elsewhere = _revive(labels, number_of, past)
    revived, redirected = sorted([*revived, *again]), sorted([*redirected, *elsewhere])
    roots = np.unique(labels)
    born = [int(label) for label in roots if int(label) not in number_of]
    number_of.update({label: next_number + place for place, label in enumerate(born)})
    numbers = np.array([number_of[int(label)] for label in roots], dtype=np.int64)
    entity_of: Numbers = numbers[np.searchsorted(roots, labels)]
    fresh = set(revived) | {number_of[label] for label in born}
    events = _events(entity_of, before, changed, fresh, retired, revived)
    return Identities(entity_of, born, sorted(retired), sorted(revived), redirected, events)


def _parts(labels: IntArray, before: Numbers) -> dict[int, dict[int, list[int]]]:
    """entity → cluster → the rows that went from the one to the other."""
    parts: dict[int, dict[int, list[int]]] = {}
    for row in np.flatnonzero(before >= 0).tolist():
        parts.setdefault(int(before[row]), {}).setdefault(int(labels[row]), []).append(row)
    return parts


def _whole(labels: IntArray, past: Past) -> dict[int, list[int]]:
    """cluster → the retired entities that held exactly its records last."""
    roots, sizes = np.unique(labels, return_counts=True)
    size = dict(zip(roots.tolist(), sizes.tolist(), strict=True))
    found: dict[int, list[int]] = {}
    for entity in sorted(past.rows):
        homes = {int(labels[row]) for row in past.rows[entity]}
        if len(homes) == 1 and size[min(homes)] == len(past.rows[entity]):
            found.setdefault(min(homes), []).append(entity)
    return found


def _heir(
    held: Mapping[int, Sequence[int]],
    returning: set[frozenset[int]],
    whole: Mapping[int, Sequence[int]],
) -> int:
    """The cluster that keeps the id of an entity with these parts."""
    staying = {
        label: rows
        for label, rows in held.items()
        if frozenset(rows) not in returning and label not in whole
    }
    return _larger(staying or held)


def _larger(held: Mapping[int, Sequence[int]]) -> int:
    """The cluster with most of the rows; tie: the one with the smallest."""
    return min(held, key=lambda label: (-len(held[label]), min(held[label])))


def _eldest(entities: Sequence[int], known: Mapping[int, Known]) -> int:
    return min(entities, key=lambda entity: (known[entity].born, known[entity].id))


def _revive(
    labels: IntArray, number_of: dict[int, int], past: Past
) -> tuple[list[int], list[tuple[int, int]]]:
    """Give clusters that nobody claims to retired entities."""
    wanted: dict[int, list[int]] = {}
    for entity in sorted(past.rows):
        held: dict[int, list[int]] = {}
        for row in past.rows[entity]:
            held.setdefault(int(labels[row]), []).append(row)
        heir = _larger(held)
        if heir not in number_of:
            wanted.setdefault(heir, []).append(entity)
    revived, redirected = [], []
    for label, claimants in wanted.items():
        first = _eldest(claimants, past.known)
        number_of[label] = first
        revived.append(first)
        redirected += [(entity, first) for entity in claimants if entity != first]
    return revived, sorted(redirected)


def _events(
    entity: Numbers,
    before: Numbers,
    changed: npt.NDArray[np.bool_],
    fresh: set[int],
    retired: Sequence[tuple[int, int]],
    revived: Sequence[int],
) -> list[tuple[EventKind, int, int]]:
    gone = {one for one, _ in retired}
    events = [
        (EventKind.MERGED if other > 0 else EventKind.DISSOLVED, one, other)
        for one, other in retired
    ]
    events += [(EventKind.REVIVED, one, NOBODY) for one in revived]
    moved = np.flatnonzero((before >= 0) & (entity != before))
    for one, other in sorted({(int(before[row]), int(entity[row])) for row in moved.tolist()}):
        if one not in gone:
            events.append((EventKind.SPLIT if other in fresh else EventKind.SHRANK, one, other))
    grown = np.flatnonzero((entity != before) | changed)
    events += [(EventKind.GREW, one, NOBODY) for one in sorted(set(entity[grown].tolist()) - fresh)]
    return events
