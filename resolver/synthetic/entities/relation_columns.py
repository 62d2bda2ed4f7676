"""Who is tied to whom, as records say it: an agency ties two of its own records, or only names the other side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from resolver.records import RelationType
from resolver.synthetic.entities import persons as p
from resolver.synthetic.entities import true_groups as g
from resolver.synthetic.entities.ships import Ships
from resolver.synthetic.entities.true_groups import Groups, Ties, group_words
from resolver.synthetic.habits import Columns, Habits
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints
from resolver.synthetic.random_columns import (
    Dice,
    join_present,
    keep,
    nulls,
)
from resolver.synthetic.sightings import ASSET, GROUP, PERSON, Sightings
from resolver.synthetic.words import groups as words

_TYPES = tuple(RelationType)
_TYPE_TEXTS = pa.array([kind.value for kind in _TYPES], pa.string())
_MEMBER_ROLES = pa.array(words.ROLES.split(), pa.string())
_LEADER_ROLES = pa.array(words.LEADER_ROLES.split(), pa.string())


@dataclass(slots=True)
class _Ends:
    """Relations in the making: per record the type (place in `RelationType`, −1 none) and the entity at the other
    end."""

    type: Ints
    entity: Ints

    def tie(self, rows: Ints, kind: RelationType, entities: Ints) -> None:
        """Tie records to entities (none where negative)."""
        there = entities >= 0
        self.type[rows[there]] = _TYPES.index(kind)
        self.entity[rows[there]] = entities[there]


def relation_columns(
    dice: Dice,
    sightings: Sightings,
    persons: p.Persons,
    groups: Groups,
    ships: Ships,
    ties: Ties,
    ids: pa.StringArray,
    habits: Habits,
) -> Columns:
    """Two relations per record at most, as columns `relation`, `relationTarget`, `relationName`, `relationRole` and
    the same with `other` before them. Targets are record ids of the same agency."""
    count = len(sightings.entity)
    entities = {
        kind: np.append(np.flatnonzero(sightings.kind == kind), -1)
        for kind in (PERSON, GROUP, ASSET)
    }
    rows = {kind: sightings.of(kind) for kind in (PERSON, GROUP, ASSET)}
    places = {kind: sightings.place[sightings.entity[rows[kind]]] for kind in rows}
    none = np.full(count, -1, dtype=np.int64)
    first, second = _Ends(none.copy(), none.copy()), _Ends(none.copy(), none.copy())
    group = ties.group[places[PERSON]]
    leads = ties.standing[places[PERSON]] == g.LEADER
    first.tie(rows[PERSON][~leads], RelationType.MEMBER_OF, entities[GROUP][group[~leads]])
    first.tie(rows[PERSON][leads], RelationType.LEADER_OF, entities[GROUP][group[leads]])
    ship_of = _inverse(ships.owner, len(groups))
    first.tie(rows[GROUP], RelationType.OWNER_OF, entities[ASSET][ship_of[places[GROUP]]])
    second.tie(
        rows[PERSON],
        RelationType.ASSOCIATE_OF,
        entities[PERSON][_associates(dice, ties)[places[PERSON]]],
    )
    kin = np.where(np.isin(persons.bond, (p.TWIN, p.SIBLING, p.FATHER_SON)), persons.partner, -1)
    second.tie(rows[PERSON], RelationType.FAMILY_OF, entities[PERSON][kin[places[PERSON]]])
    owned = _inverse(groups.owner, len(persons))
    second.tie(rows[PERSON], RelationType.OWNER_OF, entities[GROUP][owned[places[PERSON]]])
    role = nulls(count)
    if len(rows[PERSON]):
        role = _roles(ties, rows[PERSON], places[PERSON], leads, count)
    columns = {}
    for prefix, ends in (("relation", first), ("otherRelation", second)):
        target = _targets(sightings, ends.entity, ids)
        named = _group_names(sightings, groups, ends.entity, target, dice.chance(count, 0.35))
        said = dice.chance(count, habits.rate("relations")) & (
            np.asarray(target.is_valid()) | np.asarray(named.is_valid())
        )
        columns[prefix] = keep(_TYPE_TEXTS.take(pa.array(np.maximum(ends.type, 0))), said)
        columns[f"{prefix}Target"] = keep(target, said)
        columns[f"{prefix}Name"] = keep(named, said)
        columns[f"{prefix}Role"] = keep(
            role, said & (prefix == "relation") & dice.chance(count, 0.7)
        )
    return columns


def _inverse(owners: Ints, count: int) -> Ints:
    """What each of `count` owners owns (one of several), −1 for nothing."""
    owned = np.full(max(count, 1), -1, dtype=np.int64)
    has = np.flatnonzero(owners >= 0)
    owned[owners[has]] = has
    return owned


def _associates(dice: Dice, ties: Ties) -> Ints:
    """For one member in four another member of the same group."""
    order = np.argsort(ties.group, kind="stable")
    after = np.roll(order, -1)
    other = np.full(len(order), -1, dtype=np.int64)
    fits = (ties.group[order] >= 0) & (ties.group[order] == ties.group[after]) & (order != after)
    other[order[fits]] = after[fits]
    return np.where(dice.chance(len(other), 0.25), other, -1)


def _roles(ties: Ties, rows: Ints, places: Ints, leads: Bools, count: int) -> pa.StringArray:
    number = ties.role[places]
    member = _MEMBER_ROLES.take(pa.array(number % len(_MEMBER_ROLES)))
    leader = _LEADER_ROLES.take(pa.array(number % len(_LEADER_ROLES)))
    texts = pa.compute.if_else(pa.array(leads), leader, member)
    place = np.full(count, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return texts.take(pa.array(np.maximum(place, 0), mask=place < 0))


def _targets(sightings: Sightings, entities: Ints, ids: pa.StringArray) -> pa.StringArray:
    """The record that the same agency has of an entity; null where it has none or no entity is given."""
    width = int(sightings.agency.max(initial=0)) + 1
    known, where = np.unique(sightings.entity * width + sightings.agency, return_index=True)
    wanted = entities * width + sightings.agency
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    found = (entities >= 0) & (known[at] == wanted)
    return ids.take(pa.array(where[at], mask=~found))


def _group_names(
    sightings: Sightings, groups: Groups, entities: Ints, target: pa.Array, where: Bools
) -> pa.StringArray:
    """The English name of a group of which the agency has no record."""
    lexicon = group_words().lexicon
    wanted = where & ~np.asarray(target.is_valid()) & (entities >= 0)
    wanted &= sightings.kind[np.maximum(entities, 0)] == GROUP
    place = np.where(wanted, sightings.place[np.maximum(entities, 0)], -1)
    if not len(groups):
        return nulls(len(place))

    def text(words_of: Ints) -> pa.StringArray:
        return lexicon.spell(np.where(place >= 0, words_of[place], -1), int(Form.STANDARD))

    return join_present(
        [text(groups.head), text(groups.fancy), text(groups.core), text(groups.number)]
    )
