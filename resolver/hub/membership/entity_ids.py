"""Entity ids of clusters: ids that stay, and what becomes of those that do not.

- A split leaves the id with the larger part (tie: the one with the smallest record id), but not
  with a part that is, or with others becomes, what a retired entity held last: that is a merge
  undone, and revives the retired id (where the part comes together with that of a living entity:
  the id of the one born first). If this is so of all parts, the last merge is undone: the id stays
  with the part that was merged first, and of several retired ids of a part the last one returns.
- A merge keeps the id of the entity born first (tie: the smaller id). The others keep the largest
  of their other parts that has no id yet, else they are retired and redirect.
- A cluster without a claim revives a retired id whose last members went to it for the larger part,
  or else a new entity is born.

The rules look at record ids, so a new version of a record changes nothing. Where not everybody
may see all records, they hold for one class of viewers after the other (`EntityFloors`): the id of
an entity is settled by the records that the first class to see any of it sees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.membership.entity_claims import (
    NO_ENTITY,
    EntityBirth,
    EntityClaims,
    EntityHistory,
    RetiredEntities,
)
from resolver.hub.membership.entity_floors import EntityFloors
from resolver.kernels.number_sets import sort_distinct
from resolver.records.batch import IntArray
from resolver.store import EventKind

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Event = tuple[EventKind, int, int]


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
    floors: EntityFloors | None = None,
) -> EntityAssignment:
    """Return the entities of clusters, by the rules of this module.

    Rows are records in the order of their ids: `labels` is the smallest row of the cluster,
    `before` the number of the entity that held the record (or -1), `changed` whether the record
    is new or has a new version. `births` are those of the entities in `before`, and of entities
    that have lost all their records. `floors`: None where everybody may see everything.
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
    """Number the clusters that have no entity, from `start` on; return the first row of each."""
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
    """Return the events of records that move from one entity, which stays, to another."""
    moved = np.flatnonzero((before >= 0) & (entities != before)).tolist()
    return [
        (EventKind.SPLIT if target in appearing else EventKind.SHRANK, origin, target)
        for origin, target in sorted({(int(before[row]), int(entities[row])) for row in moved})
        if origin not in retired
    ]


def _list_endings(retirements: Sequence[tuple[int, int]], revivals: Sequence[int]) -> list[Event]:
    """Return the events of entities that retire and return."""
    retired: list[Event] = [
        (EventKind.MERGED if target > 0 else EventKind.DISSOLVED, entity, target)
        for entity, target in retirements
    ]
    return retired + [(EventKind.REVIVED, entity, NO_ENTITY) for entity in revivals]


def _list_growth(
    entities: Numbers, has_grown: npt.NDArray[np.bool_], appearing: set[int]
) -> list[Event]:
    """Return the events of entities that new rows and versions came to."""
    grown = sorted(set(entities[has_grown].tolist()) - appearing)
    return [(EventKind.GREW, entity, NO_ENTITY) for entity in grown]
