"""Assignment of records: the entity that each record of a chunk describes, and its agency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resolver.synthetic.agencies import Agency, habit_values
from resolver.synthetic.names.name_lexicon import Floats, Ints
from resolver.synthetic.random_columns import Dice

PERSON, GROUP, ASSET = 0, 1, 2
_KIND_SHARES, _NETWORK_KIND_SHARES = (0.86, 0.12, 0.02), (0.92, 0.06, 0.02)
# Weights of 2, 3, … records for entities that are on more than one list.
_SIZE_WEIGHTS = (0.5, 0.25, 0.13, 0.07, 0.03, 0.02)
_SHARED_RATE, _NETWORK_SHARED_RATES = 0.21, (0.35, 0.85, 0.35)
MAX_RECORDS_PER_ENTITY = 1 + len(_SIZE_WEIGHTS)
_SAME_AGENCY_RATE = 0.04


@dataclass(frozen=True, slots=True)
class Assignments:
    """Assignment of n records over e entities, in random order.

    `entity`, `agency`: per record. `kind`: per entity. `kind_index`: per entity, its number among
    the entities of its kind.
    """

    entity: Ints
    agency: Ints
    kind: Ints
    kind_index: Ints

    def rows_of_kind(self, kind: int) -> Ints:
        """Return the rows of records of one kind of entity, ascending."""
        return np.flatnonzero(self.kind[self.entity] == kind)


def draw_kinds(dice: Dice, records: int, *, networks: bool = False) -> tuple[Ints, Ints]:
    """Draw kind and number of records of entities, for exactly `records` records in all.

    With `networks` groups have more members, more persons are on several lists, and most groups
    are, as lists that have the members have their group.
    """
    draws = dice.uniform(records)
    sizes = 2 + dice.choose(records, _SIZE_WEIGHTS)
    kinds = dice.choose(records, _NETWORK_KIND_SHARES if networks else _KIND_SHARES)
    rates = np.array(_NETWORK_SHARED_RATES if networks else (_SHARED_RATE,) * len(_KIND_SHARES))
    sizes = np.where(draws < rates[kinds], sizes, 1)
    ends = np.cumsum(sizes)
    entities = int(np.searchsorted(ends, records)) + 1
    sizes, kinds = sizes[:entities], kinds[:entities]
    sizes[-1] -= int(ends[entities - 1]) - records
    return kinds, sizes


def assign_records(
    dice: Dice, kinds: Ints, sizes: Ints, regions: Ints, agencies: tuple[Agency, ...]
) -> Assignments:
    """Assign records to agencies, those of an entity's regions (entities × 2) before others."""
    scores = np.log(_affinity(kinds, regions, agencies)) - np.log(
        -np.log(dice.uniform(len(kinds), len(agencies)) + 1e-12)
    )
    max_records = min(MAX_RECORDS_PER_ENTITY, len(agencies))
    ranked_agencies = np.argsort(-scores, axis=1, kind="stable")[:, :max_records]
    able_count = np.array([_count_able(agencies, kind) for kind in (PERSON, GROUP, ASSET)])[kinds]
    entity = np.repeat(np.arange(len(kinds), dtype=np.int64), sizes)
    turns = np.arange(len(entity), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    turns = np.where((turns == 1) & dice.chance(len(entity), _SAME_AGENCY_RATE), 0, turns)
    agency = ranked_agencies[entity, turns % np.minimum(able_count, max_records)[entity]]
    order = dice.permutation(len(entity))
    place = np.zeros(len(kinds), dtype=np.int64)
    for kind in (PERSON, GROUP, ASSET):
        place[kinds == kind] = np.arange(int((kinds == kind).sum()))
    return Assignments(entity[order], agency[order], kinds, place)


def _count_able(agencies: tuple[Agency, ...], kind: int) -> int:
    return sum(1 for agency in agencies if kind == PERSON or agency.lists_groups)


def _affinity(kinds: Ints, regions: Ints, agencies: tuple[Agency, ...]) -> Floats:
    """Return the affinity of each agency (columns) to each entity (rows)."""
    agency_region = habit_values(agencies, "region")
    base_rate = np.broadcast_to(
        habit_values(agencies, "foreign_share"), (len(kinds), len(agencies))
    )
    region_bonus = 1.0 * (regions[:, :1] == agency_region) + 0.8 * (regions[:, 1:] == agency_region)
    takes_kind = (kinds == PERSON)[:, None] | habit_values(agencies, "lists_groups")
    return np.where(takes_kind, base_rate + region_bonus, 1e-9)
