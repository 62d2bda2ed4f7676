"""True networks of one chunk: cells with leaders, shared facilitators, factions, front companies.

A world with networks has groups of very different sizes. Some facilitators serve several groups, a
faction keeps part of the members of the group it left, and kin often belong to one cell: whoever
shares a group, a role and a family name may still be two persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resolver.records import RelationType
from resolver.synthetic.assignments import ASSET, GROUP, PERSON
from resolver.synthetic.entities.persons import FATHER_SON, SIBLING, TWIN, Persons
from resolver.synthetic.entities.population import Population
from resolver.synthetic.entities.true_groups import (
    COMPANY,
    FACTION,
    LEADER,
    MEMBER,
    NETWORK,
    Memberships,
    TrueGroups,
)
from resolver.synthetic.names.cultures import CULTURES
from resolver.synthetic.names.name_lexicon import Ints
from resolver.synthetic.random_columns import Dice

RELATION_TYPES = tuple(RelationType)
NO_ROLE, MEMBER_ROLE, LEADER_ROLE, FACILITATOR_ROLE = 0, 1, 2, 3
_MEMBER_RATE, _FACILITATOR_RATE, _KIN_RATE = 0.9, 0.05, 0.5
_KIN = (TWIN, SIBLING, FATHER_SON)
_COMPANY_WEIGHT = 0.25
_LARGEST_WEIGHT = 40.0
_FIRST_YEAR, _YEARS = 2004, 20


@dataclass(frozen=True, slots=True)
class Ties:
    """n true relations among the entities of a chunk, by `source`; no two have the same ends.

    `type`: index into `RELATION_TYPES`. `source`, `target`: entities. `role`: list of role words
    (`NO_ROLE` …), `word`: number that selects one. `since`: year.
    """

    type: Ints
    source: Ints
    target: Ints
    role: Ints
    word: Ints
    since: Ints

    def __len__(self) -> int:
        return len(self.source)


def assign_cells(dice: Dice, persons: Persons, groups: TrueGroups) -> Memberships:
    """Make most persons members of groups, mostly of their own culture.

    Sizes of groups follow a power law, companies are small. The first member of a group leads it.
    """
    count = len(persons)
    if not len(groups):
        none = np.full(count, -1, dtype=np.int64)
        return Memberships(none, none, none)
    group = np.where(dice.chance(count, _MEMBER_RATE), _draw_cells(dice, persons, groups), -1)
    kin = np.flatnonzero(np.isin(persons.bond, _KIN))
    kin = kin[(persons.partner[kin] < kin) & dice.chance(len(kin), _KIN_RATE)]
    group[kin] = group[persons.partner[kin]]
    position = np.full(count, MEMBER, dtype=np.int64)
    led, leader = np.unique(group, return_index=True)
    position[leader[led >= 0]] = LEADER
    return Memberships(group, position, dice.integers(count, 1000))


def _draw_cells(dice: Dice, persons: Persons, groups: TrueGroups) -> Ints:
    """Draw a group for each person, four of five of their own culture, by the size of groups."""
    count = len(persons)
    weight = np.minimum((1.0 - dice.uniform(len(groups))) ** -0.8, _LARGEST_WEIGHT)
    weight = np.where(groups.kind == COMPANY, _COMPANY_WEIGHT, 1.0) * weight
    order = np.argsort(groups.culture, kind="stable")
    ends = np.cumsum(weight[order])
    size = np.bincount(groups.culture, minlength=len(CULTURES))
    last = np.cumsum(size)
    bounds = np.concatenate([[0.0], ends])
    low, high = bounds[last - size][persons.culture], bounds[last][persons.culture]
    is_abroad = dice.chance(count, 0.2) | (low == high)
    low, high = np.where(is_abroad, 0.0, low), np.where(is_abroad, ends[-1], high)
    place = np.searchsorted(ends, low + dice.uniform(count) * (high - low), side="right")
    return np.asarray(order[np.minimum(place, len(order) - 1)])


def make_ties(dice: Dice, kinds: Ints, population: Population) -> Ties:
    """Make the true relations of a chunk, whose entities are of some `kinds`."""
    people, bodies, assets = (np.flatnonzero(kinds == kind) for kind in (PERSON, GROUP, ASSET))
    groups, ships = population.groups, population.ships
    builder = _TieBuilder(dice)
    _add_members(builder, population.memberships, people, bodies)
    _add_facilitators(builder, people, bodies)
    _add_factions(builder, population.memberships, groups, people, bodies)
    _add_associates(builder, population.memberships, people)
    kin = np.flatnonzero(np.isin(population.persons.bond, _KIN))
    builder.add(RelationType.FAMILY_OF, people[kin], people[population.persons.partner[kin]])
    owned = np.flatnonzero(groups.owner >= 0)
    builder.add(RelationType.OWNER_OF, people[groups.owner[owned]], bodies[owned])
    _add_fronts(builder, groups, bodies)
    shipped = np.flatnonzero(ships.owner >= 0)
    builder.add(RelationType.OWNER_OF, bodies[ships.owner[shipped]], assets[shipped])
    return builder.build(len(kinds))


class _TieBuilder:
    """Relations under construction; of several with the same ends the first counts."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self._parts: list[tuple[Ints, ...]] = []

    def add(self, kind: RelationType, sources: Ints, targets: Ints, role: int = NO_ROLE) -> None:
        """Relate entities."""
        count = len(sources)
        self._parts.append(
            (
                np.full(count, RELATION_TYPES.index(kind), dtype=np.int64),
                sources.astype(np.int64),
                targets.astype(np.int64),
                np.full(count, role, dtype=np.int64),
                self.dice.integers(count, 1000),
                _FIRST_YEAR + self.dice.integers(count, _YEARS),
            )
        )

    def build(self, entities: int) -> Ties:
        """Return the relations of a chunk of some entities."""
        columns = [np.concatenate(parts) for parts in zip(*self._parts, strict=True)]
        ends = columns[1] * entities + columns[2]
        _, first = np.unique(ends, return_index=True)
        first = first[columns[1][first] != columns[2][first]]
        return Ties(*(column[first] for column in columns))


def _add_members(
    builder: _TieBuilder, memberships: Memberships, people: Ints, bodies: Ints
) -> None:
    """Relate members and leaders to their group."""
    for position, kind, role in (
        (MEMBER, RelationType.MEMBER_OF, MEMBER_ROLE),
        (LEADER, RelationType.LEADER_OF, LEADER_ROLE),
    ):
        chosen = np.flatnonzero((memberships.group >= 0) & (memberships.position == position))
        builder.add(kind, people[chosen], bodies[memberships.group[chosen]], role)


def _add_facilitators(builder: _TieBuilder, people: Ints, bodies: Ints) -> None:
    """Let some persons serve three groups, of any culture."""
    if not len(bodies):
        return
    chosen = np.repeat(np.flatnonzero(builder.dice.chance(len(people), _FACILITATOR_RATE)), 3)
    served = builder.dice.integers(len(chosen), len(bodies))
    builder.add(RelationType.MEMBER_OF, people[chosen], bodies[served], FACILITATOR_ROLE)


def _add_factions(
    builder: _TieBuilder, memberships: Memberships, groups: TrueGroups, people: Ints, bodies: Ints
) -> None:
    """Let members of a faction have been members of the group it left, which precedes it."""
    factions = np.flatnonzero(groups.bond == FACTION)
    factions = factions[groups.partner[factions] < factions]
    builder.add(RelationType.PREDECESSOR_OF, bodies[groups.partner[factions]], bodies[factions])
    stayed = np.flatnonzero(
        np.isin(memberships.group, factions) & builder.dice.chance(len(people), 0.6)
    )
    former = groups.partner[memberships.group[stayed]]
    builder.add(RelationType.MEMBER_OF, people[stayed], bodies[former], MEMBER_ROLE)


def _add_associates(builder: _TieBuilder, memberships: Memberships, people: Ints) -> None:
    """Relate most members of a group to another member, and some to a second."""
    order = np.argsort(memberships.group, kind="stable")
    for step, rate in ((1, 0.6), (2, 0.3)):
        other = np.roll(order, -step)
        fits = (memberships.group[order] >= 0) & (
            memberships.group[order] == memberships.group[other]
        )
        fits &= builder.dice.chance(len(order), rate)
        builder.add(RelationType.ASSOCIATE_OF, people[order[fits]], people[other[fits]])


def _add_fronts(builder: _TieBuilder, groups: TrueGroups, bodies: Ints) -> None:
    """Let criminal networks own companies that serve them as fronts."""
    networks = np.flatnonzero(groups.kind == NETWORK)
    companies = np.flatnonzero(groups.kind == COMPANY)
    fronts = companies[builder.dice.chance(len(companies), 0.35)]
    if len(networks):
        owners = networks[builder.dice.integers(len(fronts), len(networks))]
        builder.add(RelationType.OWNER_OF, bodies[owners], bodies[fronts])
