"""Relations in records, and the true networks of one chunk.

`make_relation_columns` writes relations: to another record of the same agency, or only to a name.

`make_ties` makes the networks: cells with leaders, shared facilitators, factions, front companies.
A world with networks has groups of very different sizes. Some facilitators serve several groups, a
faction keeps some members of the group that it left, and relatives often belong to one cell. So two
members with the same group, role and family name may still be two persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from resolver.data import load_rows
from resolver.records import RelationType
from resolver.world import true_groups
from resolver.world.agencies import ASSET, GROUP, PERSON, Assignments, Columns, Habits
from resolver.world.cultures import CULTURES
from resolver.world.group_columns import Population
from resolver.world.name_lexicon import (
    Bools,
    Dice,
    Form,
    Ints,
    join_non_null,
    keep_where,
    make_nulls,
)
from resolver.world.persons import FATHER_SON, SIBLING, TWIN, Persons

RELATION_TYPES = tuple(RelationType)
_TYPE_TEXTS = pa.array([kind.value for kind in RELATION_TYPES], pa.string())
_MEMBER_ROLES = pa.array([role for _, role in load_rows("world_roles", use="member")], pa.string())
_LEADER_ROLES = pa.array([role for _, role in load_rows("world_roles", use="leader")], pa.string())
RELATION_PREFIXES = ("relation", "otherRelation", *(f"relation{place}" for place in range(3, 9)))
"""Prefixes of the columns of relations; worlds without networks have the first two."""


def relation_prefixes(table: pa.Table) -> list[str]:
    """Return the prefixes of the columns of relations that a table has."""
    return [prefix for prefix in RELATION_PREFIXES if prefix in table.column_names]


@dataclass(slots=True)
class _RelationEnds:
    """Relations under construction.

    For each record, they are the type (an index of `RelationType`, or -1 for no relation) and the
    entity at the other end.
    """

    type: Ints
    entity: Ints

    @classmethod
    def empty(cls, count: int) -> _RelationEnds:
        """Return the ends of `count` records without relations."""
        none = np.full(count, -1, dtype=np.int64)
        return cls(none, none.copy())

    def relate(self, rows: Ints, kind: RelationType, entities: Ints) -> None:
        """Relate records to entities; a negative entity means no relation."""
        is_related = entities >= 0
        self.type[rows[is_related]] = RELATION_TYPES.index(kind)
        self.entity[rows[is_related]] = entities[is_related]


def make_relation_columns(
    dice: Dice,
    assignments: Assignments,
    population: Population,
    ids: pa.StringArray,
    habits: Habits,
) -> Columns:
    """Make the columns of at most two relations for each record.

    The columns are `relation`, `relationTarget`, `relationName`, `relationRole`, and the same names
    with the prefix `otherRelation`. Targets are record ids of the same agency.
    """
    count = len(assignments.entity)
    rows = assignments.rows_of_kind(PERSON)
    indices = assignments.kind_index[assignments.entity[rows]]
    memberships = population.memberships
    is_leader = memberships.position[indices] == true_groups.LEADER
    ends = _relate_entities(dice, assignments, population)
    role = make_nulls(count)
    if len(rows):
        role = _member_roles(memberships, rows, indices, is_leader, count)
    columns = {}
    for prefix, end in zip(RELATION_PREFIXES, ends, strict=False):
        target = select_targets(assignments, assignments.agency, end.entity, ids)
        names = name_groups(
            assignments, population.groups, end.entity, target, dice.chance(count, 0.35)
        )
        is_stated = dice.chance(count, habits.rate("relations")) & (
            np.asarray(target.is_valid()) | np.asarray(names.is_valid())
        )
        columns[prefix] = keep_where(_TYPE_TEXTS.take(pa.array(np.maximum(end.type, 0))), is_stated)
        columns[f"{prefix}Target"] = keep_where(target, is_stated)
        columns[f"{prefix}Name"] = keep_where(names, is_stated)
        columns[f"{prefix}Role"] = keep_where(
            role, is_stated & (prefix == "relation") & dice.chance(count, 0.7)
        )
    return columns


def _relate_entities(
    dice: Dice, assignments: Assignments, population: Population
) -> tuple[_RelationEnds, _RelationEnds]:
    """Return the first and the second relation of each record; relations added later replace
    earlier ones.
    """
    count = len(assignments.entity)
    persons, groups, memberships = population.persons, population.groups, population.memberships
    entities = {
        kind: np.append(np.flatnonzero(assignments.kind == kind), -1)
        for kind in (PERSON, GROUP, ASSET)
    }
    rows = {kind: assignments.rows_of_kind(kind) for kind in (PERSON, GROUP)}
    indices = {kind: assignments.kind_index[assignments.entity[rows[kind]]] for kind in rows}
    first, second = _RelationEnds.empty(count), _RelationEnds.empty(count)
    person_rows, person_places = rows[PERSON], indices[PERSON]
    group = memberships.group[person_places]
    is_leader = memberships.position[person_places] == true_groups.LEADER
    for member_rows, kind in (
        (~is_leader, RelationType.MEMBER_OF),
        (is_leader, RelationType.LEADER_OF),
    ):
        first.relate(person_rows[member_rows], kind, entities[GROUP][group[member_rows]])
    ship_of = _invert(population.ships.owner, len(groups))
    first.relate(rows[GROUP], RelationType.OWNER_OF, entities[ASSET][ship_of[indices[GROUP]]])
    associates = _draw_associates(dice, memberships)
    second.relate(
        person_rows, RelationType.ASSOCIATE_OF, entities[PERSON][associates[person_places]]
    )
    is_kin = np.isin(persons.bond, (TWIN, SIBLING, FATHER_SON))
    relatives = np.where(is_kin, persons.partner, -1)
    second.relate(person_rows, RelationType.FAMILY_OF, entities[PERSON][relatives[person_places]])
    owned = _invert(groups.owner, len(persons))
    second.relate(person_rows, RelationType.OWNER_OF, entities[GROUP][owned[person_places]])
    return first, second


def _invert(owners: Ints, count: int) -> Ints:
    """Return what each of `count` owners owns (one thing if there are several); -1 for nothing."""
    owned = np.full(max(count, 1), -1, dtype=np.int64)
    has = np.flatnonzero(owners >= 0)
    owned[owners[has]] = has
    return owned


def _draw_associates(dice: Dice, memberships: true_groups.Memberships) -> Ints:
    """Draw, for one member in four, another member of the same group."""
    order = np.argsort(memberships.group, kind="stable")
    after = np.roll(order, -1)
    other = np.full(len(order), -1, dtype=np.int64)
    fits = (
        (memberships.group[order] >= 0)
        & (memberships.group[order] == memberships.group[after])
        & (order != after)
    )
    other[order[fits]] = after[fits]
    return np.where(dice.chance(len(other), 0.25), other, -1)


def _member_roles(
    memberships: true_groups.Memberships, rows: Ints, indices: Ints, is_leader: Bools, count: int
) -> pa.StringArray:
    number = memberships.role[indices]
    member = _MEMBER_ROLES.take(pa.array(number % len(_MEMBER_ROLES)))
    leader = _LEADER_ROLES.take(pa.array(number % len(_LEADER_ROLES)))
    texts = pa.compute.if_else(pa.array(is_leader), leader, member)
    index = np.full(count, -1, dtype=np.int64)
    index[rows] = np.arange(len(rows))
    return texts.take(pa.array(np.maximum(index, 0), mask=index < 0))


def select_targets(
    assignments: Assignments, agency: Ints, entities: Ints, ids: pa.StringArray
) -> pa.StringArray:
    """Return an agency's record of each entity; null if there is no record or no entity."""
    width = int(assignments.agency.max(initial=0)) + 1
    keys, record_rows = np.unique(
        assignments.entity * width + assignments.agency, return_index=True
    )
    entity_keys = entities * width + agency
    positions = np.minimum(np.searchsorted(keys, entity_keys), len(keys) - 1)
    is_found = (entities >= 0) & (keys[positions] == entity_keys)
    return ids.take(pa.array(record_rows[positions], mask=~is_found))


def name_groups(
    assignments: Assignments,
    groups: true_groups.TrueGroups,
    entities: Ints,
    target: pa.Array,
    mask: Bools,
) -> pa.StringArray:
    """Return the English names of the groups of which the agency has no record."""
    lexicon = true_groups.load_group_words().lexicon
    is_named = mask & ~np.asarray(target.is_valid()) & (entities >= 0)
    is_named &= assignments.kind[np.maximum(entities, 0)] == GROUP
    index = np.where(is_named, assignments.kind_index[np.maximum(entities, 0)], -1)
    if not len(groups):
        return make_nulls(len(index))

    def text(words: Ints) -> pa.StringArray:
        """Spell the words of the selected groups."""
        return lexicon.spell(np.where(index >= 0, words[index], -1), int(Form.STANDARD))

    return join_non_null(
        [text(groups.head), text(groups.fancy), text(groups.core), text(groups.number)]
    )


NO_ROLE, MEMBER_ROLE, LEADER_ROLE, FACILITATOR_ROLE = 0, 1, 2, 3
_MEMBER_RATE, _FACILITATOR_RATE, _KIN_RATE = 0.9, 0.05, 0.5
_KIN = (TWIN, SIBLING, FATHER_SON)
_COMPANY_WEIGHT = 0.25
_LARGEST_WEIGHT = 40.0
_FIRST_YEAR, _YEARS = 2004, 20


@dataclass(frozen=True, slots=True)
class Ties:
    """n true relations among the entities of a chunk, sorted by `source`; no two relations have the
    same ends.

    `type` is an index of `RELATION_TYPES`. `source` and `target` are entities. `role` is a list of
    role words (`NO_ROLE` …), and `word` is the number that selects one of its words. `since` is a
    year.
    """

    type: Ints
    source: Ints
    target: Ints
    role: Ints
    word: Ints
    since: Ints

    def __len__(self) -> int:
        return len(self.source)


def assign_cells(
    dice: Dice, persons: Persons, groups: true_groups.TrueGroups
) -> true_groups.Memberships:
    """Make most persons members of groups, mostly of their own culture.

    Sizes of groups follow a power law; companies are small. The first member of a group leads it.
    """
    count = len(persons)
    if not len(groups):
        none = np.full(count, -1, dtype=np.int64)
        return true_groups.Memberships(none, none, none)
    group = np.where(dice.chance(count, _MEMBER_RATE), _draw_cells(dice, persons, groups), -1)
    kin = np.flatnonzero(np.isin(persons.bond, _KIN))
    kin = kin[(persons.partner[kin] < kin) & dice.chance(len(kin), _KIN_RATE)]
    group[kin] = group[persons.partner[kin]]
    position = np.full(count, true_groups.MEMBER, dtype=np.int64)
    led, leader = np.unique(group, return_index=True)
    position[leader[led >= 0]] = true_groups.LEADER
    return true_groups.Memberships(group, position, dice.integers(count, 1000))


def _draw_cells(dice: Dice, persons: Persons, groups: true_groups.TrueGroups) -> Ints:
    """Draw a group for each person, by the size of groups; four persons of five get a group of
    their own culture.
    """
    count = len(persons)
    weight = np.minimum((1.0 - dice.uniform(len(groups))) ** -0.8, _LARGEST_WEIGHT)
    weight = np.where(groups.kind == true_groups.COMPANY, _COMPANY_WEIGHT, 1.0) * weight
    order = np.argsort(groups.culture, kind="stable")
    ends = np.cumsum(weight[order])
    size = np.bincount(groups.culture, minlength=len(CULTURES))
    last = np.cumsum(size)
    bounds = np.concatenate([[0.0], ends])
    low, high = bounds[last - size][persons.culture], bounds[last][persons.culture]
    is_abroad = dice.chance(count, 0.2) | (low == high)
    low, high = np.where(is_abroad, 0.0, low), np.where(is_abroad, ends[-1], high)
    index = np.searchsorted(ends, low + dice.uniform(count) * (high - low), side="right")
    return np.asarray(order[np.minimum(index, len(order) - 1)])


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
    """Relations under construction; if several have the same ends, the first counts."""

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
    builder: _TieBuilder, memberships: true_groups.Memberships, people: Ints, bodies: Ints
) -> None:
    """Relate members and leaders to their group."""
    for position, kind, role in (
        (true_groups.MEMBER, RelationType.MEMBER_OF, MEMBER_ROLE),
        (true_groups.LEADER, RelationType.LEADER_OF, LEADER_ROLE),
    ):
        chosen = np.flatnonzero((memberships.group >= 0) & (memberships.position == position))
        builder.add(kind, people[chosen], bodies[memberships.group[chosen]], role)


def _add_facilitators(builder: _TieBuilder, people: Ints, bodies: Ints) -> None:
    """Make some persons serve three groups each, of any culture."""
    if not len(bodies):
        return
    chosen = np.repeat(np.flatnonzero(builder.dice.chance(len(people), _FACILITATOR_RATE)), 3)
    served = builder.dice.integers(len(chosen), len(bodies))
    builder.add(RelationType.MEMBER_OF, people[chosen], bodies[served], FACILITATOR_ROLE)


def _add_factions(
    builder: _TieBuilder,
    memberships: true_groups.Memberships,
    groups: true_groups.TrueGroups,
    people: Ints,
    bodies: Ints,
) -> None:
    """Make some members of a faction former members of the group that it left, which is the group
    before it.
    """
    factions = np.flatnonzero(groups.bond == true_groups.FACTION)
    factions = factions[groups.partner[factions] < factions]
    builder.add(RelationType.PREDECESSOR_OF, bodies[groups.partner[factions]], bodies[factions])
    stayed = np.flatnonzero(
        np.isin(memberships.group, factions) & builder.dice.chance(len(people), 0.6)
    )
    former = groups.partner[memberships.group[stayed]]
    builder.add(RelationType.MEMBER_OF, people[stayed], bodies[former], MEMBER_ROLE)


def _add_associates(
    builder: _TieBuilder, memberships: true_groups.Memberships, people: Ints
) -> None:
    """Relate most members of a group to another member, and some of them to a second member."""
    order = np.argsort(memberships.group, kind="stable")
    for step, rate in ((1, 0.6), (2, 0.3)):
        other = np.roll(order, -step)
        fits = (memberships.group[order] >= 0) & (
            memberships.group[order] == memberships.group[other]
        )
        fits &= builder.dice.chance(len(order), rate)
        builder.add(RelationType.ASSOCIATE_OF, people[order[fits]], people[other[fits]])


def _add_fronts(builder: _TieBuilder, groups: true_groups.TrueGroups, bodies: Ints) -> None:
    """Make criminal networks the owners of companies that serve them as fronts."""
    networks = np.flatnonzero(groups.kind == true_groups.NETWORK)
    companies = np.flatnonzero(groups.kind == true_groups.COMPANY)
    fronts = companies[builder.dice.chance(len(companies), 0.35)]
    if len(networks):
        owners = networks[builder.dice.integers(len(fronts), len(networks))]
        builder.add(RelationType.OWNER_OF, bodies[owners], bodies[fronts])
