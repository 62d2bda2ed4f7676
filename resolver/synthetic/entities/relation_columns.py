"""Relations in records: to another record of the same agency, or to a name only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from resolver.data import load_rows
from resolver.records import RelationType
from resolver.synthetic.assignments import ASSET, GROUP, PERSON, Assignments
from resolver.synthetic.entities.group_words import load_group_words
from resolver.synthetic.entities.persons import FATHER_SON, SIBLING, TWIN
from resolver.synthetic.entities.population import Population
from resolver.synthetic.entities.true_groups import LEADER, Memberships, TrueGroups
from resolver.synthetic.habits import Columns, Habits
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints
from resolver.synthetic.random_columns import (
    Dice,
    join_non_null,
    keep_where,
    make_nulls,
)

_TYPES = tuple(RelationType)
_TYPE_TEXTS = pa.array([kind.value for kind in _TYPES], pa.string())
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

    Per record the type (index into `RelationType`, -1 for none) and the entity at the other end.
    """

    type: Ints
    entity: Ints

    @classmethod
    def empty(cls, count: int) -> _RelationEnds:
        """Return the ends of `count` records without relations."""
        none = np.full(count, -1, dtype=np.int64)
        return cls(none, none.copy())

    def relate(self, rows: Ints, kind: RelationType, entities: Ints) -> None:
        """Relate records to entities (none if negative)."""
        is_related = entities >= 0
        self.type[rows[is_related]] = _TYPES.index(kind)
        self.entity[rows[is_related]] = entities[is_related]


def make_relation_columns(
    dice: Dice,
    assignments: Assignments,
    population: Population,
    ids: pa.StringArray,
    habits: Habits,
) -> Columns:
    """Make the columns of at most two relations per record.

    Columns `relation`, `relationTarget`, `relationName`, `relationRole`, and the same with the
    prefix `otherRelation`. Targets are record ids of the same agency.
    """
    count = len(assignments.entity)
    rows = assignments.rows_of_kind(PERSON)
    places = assignments.kind_index[assignments.entity[rows]]
    memberships = population.memberships
    is_leader = memberships.position[places] == LEADER
    ends = _relate_entities(dice, assignments, population)
    role = make_nulls(count)
    if len(rows):
        role = _member_roles(memberships, rows, places, is_leader, count)
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
    """Return the first and the second relation of each record; later ones replace earlier ones."""
    count = len(assignments.entity)
    persons, groups, memberships = population.persons, population.groups, population.memberships
    entities = {
        kind: np.append(np.flatnonzero(assignments.kind == kind), -1)
        for kind in (PERSON, GROUP, ASSET)
    }
    rows = {kind: assignments.rows_of_kind(kind) for kind in (PERSON, GROUP)}
    places = {kind: assignments.kind_index[assignments.entity[rows[kind]]] for kind in rows}
    first, second = _RelationEnds.empty(count), _RelationEnds.empty(count)
    person_rows, person_places = rows[PERSON], places[PERSON]
    group = memberships.group[person_places]
    is_leader = memberships.position[person_places] == LEADER
    for member_rows, kind in (
        (~is_leader, RelationType.MEMBER_OF),
        (is_leader, RelationType.LEADER_OF),
    ):
        first.relate(person_rows[member_rows], kind, entities[GROUP][group[member_rows]])
    ship_of = _invert(population.ships.owner, len(groups))
    first.relate(rows[GROUP], RelationType.OWNER_OF, entities[ASSET][ship_of[places[GROUP]]])
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
    """Return the property of each of `count` owners (one of several), -1 for none."""
    owned = np.full(max(count, 1), -1, dtype=np.int64)
    has = np.flatnonzero(owners >= 0)
    owned[owners[has]] = has
    return owned


def _draw_associates(dice: Dice, memberships: Memberships) -> Ints:
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
    memberships: Memberships, rows: Ints, places: Ints, is_leader: Bools, count: int
) -> pa.StringArray:
    number = memberships.role[places]
    member = _MEMBER_ROLES.take(pa.array(number % len(_MEMBER_ROLES)))
    leader = _LEADER_ROLES.take(pa.array(number % len(_LEADER_ROLES)))
    texts = pa.compute.if_else(pa.array(is_leader), leader, member)
    place = np.full(count, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return texts.take(pa.array(np.maximum(place, 0), mask=place < 0))


def select_targets(
    assignments: Assignments, agency: Ints, entities: Ints, ids: pa.StringArray
) -> pa.StringArray:
    """Return an agency's record of each entity; null without a record or entity."""
    width = int(assignments.agency.max(initial=0)) + 1
    keys, record_rows = np.unique(
        assignments.entity * width + assignments.agency, return_index=True
    )
    entity_keys = entities * width + agency
    positions = np.minimum(np.searchsorted(keys, entity_keys), len(keys) - 1)
    is_found = (entities >= 0) & (keys[positions] == entity_keys)
    return ids.take(pa.array(record_rows[positions], mask=~is_found))


def name_groups(
    assignments: Assignments, groups: TrueGroups, entities: Ints, target: pa.Array, mask: Bools
) -> pa.StringArray:
    """Return the English names of groups that the agency has no record of."""
    lexicon = load_group_words().lexicon
    is_named = mask & ~np.asarray(target.is_valid()) & (entities >= 0)
    is_named &= assignments.kind[np.maximum(entities, 0)] == GROUP
    place = np.where(is_named, assignments.kind_index[np.maximum(entities, 0)], -1)
    if not len(groups):
        return make_nulls(len(place))

    def text(words: Ints) -> pa.StringArray:
        """Spell the words of the selected groups."""
        return lexicon.spell(np.where(place >= 0, words[place], -1), int(Form.STANDARD))

    return join_non_null(
        [text(groups.head), text(groups.fancy), text(groups.core), text(groups.number)]
    )
