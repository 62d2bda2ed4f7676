"""Who is on whose list: for every record of a chunk the entity it describes and the agency that holds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resolver.synthetic.agencies import Agency, habit
from resolver.synthetic.names.name_lexicon import Floats, Ints
from resolver.synthetic.random_columns import Dice

PERSON, GROUP, ASSET = 0, 1, 2
_KIND_SHARES = (0.86, 0.12, 0.02)
# Of entities on more than one list: how many records they have, 2, 3, …
_SIZES = (0.5, 0.25, 0.13, 0.07, 0.03, 0.02)
_SHARED = 0.21
MOST = 1 + len(_SIZES)
_SAME_AGENCY = 0.04


@dataclass(frozen=True, slots=True)
class Sightings:
    """n records over e entities. `entity`, `agency`: per record; `kind` per entity; `place` per entity: its number
    among those of its kind. Records are in random order."""

    entity: Ints
    agency: Ints
    kind: Ints
    place: Ints

    def of(self, kind: int) -> Ints:
        """The records of one kind of entity (ascending)."""
        return np.flatnonzero(self.kind[self.entity] == kind)

    def count(self, kind: int) -> int:
        """How many entities are of a kind."""
        return int((self.kind == kind).sum())


def make_kinds(dice: Dice, records: int) -> tuple[Ints, Ints]:
    """Kind and number of records of as many entities as make exactly `records` records."""
    shared = dice.chance(records, _SHARED)
    sizes = np.where(shared, 2 + dice.choose(records, _SIZES), 1)
    kinds = dice.choose(records, _KIND_SHARES)
    ends = np.cumsum(sizes)
    entities = int(np.searchsorted(ends, records)) + 1
    sizes, kinds = sizes[:entities], kinds[:entities]
    sizes[-1] -= int(ends[entities - 1]) - records
    return kinds, sizes


def spread(
    dice: Dice, kinds: Ints, sizes: Ints, regions: Ints, agencies: tuple[Agency, ...]
) -> Sightings:
    """Give each entity's records to agencies: those of its regions (entities × 2) before others, seldom one agency
    twice."""
    scores = np.log(_affinity(kinds, regions, agencies)) - np.log(
        -np.log(dice.uniform(len(kinds), len(agencies)) + 1e-12)
    )
    most = min(MOST, len(agencies))
    ranked = np.argsort(-scores, axis=1, kind="stable")[:, :most]
    able = np.array([_able(agencies, kind) for kind in (PERSON, GROUP, ASSET)])[kinds]
    entity = np.repeat(np.arange(len(kinds), dtype=np.int64), sizes)
    turn = np.arange(len(entity), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    turn = np.where((turn == 1) & dice.chance(len(entity), _SAME_AGENCY), 0, turn)
    agency = ranked[entity, turn % np.minimum(able, most)[entity]]
    order = dice.shuffled(len(entity))
    place = np.zeros(len(kinds), dtype=np.int64)
    for kind in (PERSON, GROUP, ASSET):
        place[kinds == kind] = np.arange(int((kinds == kind).sum()))
    return Sightings(entity[order], agency[order], kinds, place)


def _able(agencies: tuple[Agency, ...], kind: int) -> int:
    return sum(1 for agency in agencies if kind == PERSON or agency.groups)


def _affinity(kinds: Ints, regions: Ints, agencies: tuple[Agency, ...]) -> Floats:
    """How readily each agency (columns) takes in each entity (rows)."""
    where = habit(agencies, "region")
    base = np.broadcast_to(habit(agencies, "scope"), (len(kinds), len(agencies)))
    close = 1.0 * (regions[:, :1] == where) + 0.8 * (regions[:, 1:] == where)
    holds = (kinds == PERSON)[:, None] | habit(agencies, "groups")
    return np.where(holds, base + close, 1e-9)
