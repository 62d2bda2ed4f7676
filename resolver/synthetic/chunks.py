"""One chunk of the world: its true persons, groups and ships, and every record about them as one table of columns.

A chunk is a pure function of (seed, number of agencies, its own number, its number of records).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from resolver.synthetic.agencies import Agency, Format, habit
from resolver.synthetic.entities import persons as p
from resolver.synthetic.entities import true_groups as g
from resolver.synthetic.entities.group_columns import activity_text, group_columns, ship_columns
from resolver.synthetic.entities.papers import make_papers
from resolver.synthetic.entities.person_columns import person_columns
from resolver.synthetic.entities.relation_columns import relation_columns
from resolver.synthetic.entities.ships import make_ships
from resolver.synthetic.habits import Columns, Habits
from resolver.synthetic.names.name_lexicon import Ints
from resolver.synthetic.random_columns import (
    Dice,
    join,
    keep,
    nulls,
    number_text,
    pick,
)
from resolver.synthetic.sightings import ASSET, GROUP, PERSON, Sightings, make_kinds, spread

CHUNK = 50_000
_SHIPS = 1_500  # more than a chunk has, so that ships of all chunks have numbers of their own
_PRIME, _STEP, _OFFSET = 99_999_989, 48_271_031, 12_345_677
_KINDS = pa.array(["person", "group", "asset"], pa.string())
_COLUMNS = (
    "schema",
    "name",
    "firstName",
    "fatherName",
    "lastName",
    "title",
    "alias",
    "nativeName",
    "weakAlias",
    "previousName",
    "abbreviation",
    "gender",
    "birthDate",
    "otherBirthDate",
    "birthPlace",
    "birthCountry",
    "nationality",
    "otherNationality",
    "country",
    "passportNumber",
    "passportCountry",
    "passportExpires",
    "otherPassport",
    "idNumber",
    "idCountry",
    "registrationNumber",
    "incorporationDate",
    "imoNumber",
    "mmsi",
    "callSign",
    "flag",
    "pastFlags",
    "buildDate",
    "phone",
    "email",
    "street",
    "city",
    "addressCountry",
    "activity",
    "otherActivity",
    "routeSource",
    "routeTransit",
    "otherTransit",
    "routeDestination",
)
# What INTERPOL's notices have no place for.
_NOT_ON_NOTICES = (
    "fatherName",
    "title",
    "alias",
    "nativeName",
    "weakAlias",
    "previousName",
    "otherBirthDate",
    "passportNumber",
    "passportCountry",
    "passportExpires",
    "otherPassport",
    "idNumber",
    "idCountry",
    "phone",
    "email",
    "street",
    "city",
    "addressCountry",
    "otherActivity",
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """n records. `columns`: texts, null where nothing is said; `agency`: place of each record's agency; `entity`:
    number within the chunk of what it describes; `true_ids`, `kinds`: the truth, per record; `roles`: what is special
    about an entity, by true id."""

    agencies: tuple[Agency, ...]
    columns: Columns
    agency: Ints
    entity: Ints
    record_ids: pa.StringArray
    true_ids: pa.StringArray
    kinds: pa.StringArray
    cultures: Ints
    """Place in `CULTURES` of each record's person or group, −1 for ships."""
    roles: dict[str, str]

    def of_agency(self, place: int) -> pa.Table:
        """The columns of one agency's records, with `id` (native) among them."""
        rows = pa.array(np.flatnonzero(self.agency == place))
        return pa.table({name: column.take(rows) for name, column in self.columns.items()})


def make_chunk(seed: int, number: int, records: int, agencies: tuple[Agency, ...]) -> Chunk:
    """Chunk `number` of a world, with exactly `records` records."""

    def dice(purpose: str) -> Dice:
        return Dice(seed, number, purpose)

    kinds, sizes = make_kinds(dice("kinds"), records)
    persons = p.make_persons(dice("persons"), int((kinds == PERSON).sum()))
    groups = g.make_groups(dice("groups"), int((kinds == GROUP).sum()), persons)
    ships = make_ships(dice("ships"), int((kinds == ASSET).sum()), len(groups), number * _SHIPS)
    ties = g.tie(dice("ties"), persons, groups)
    regions = np.zeros((len(kinds), 2), dtype=np.int64)
    for kind, entities in ((PERSON, persons), (GROUP, groups), (ASSET, ships)):
        regions[kinds == kind] = entities.regions
    sightings = spread(dice("spread"), kinds, sizes, regions, agencies)
    papers = make_papers(dice("papers"), seed, persons)
    who = {kind: sightings.of(kind) for kind in (PERSON, GROUP, ASSET)}
    places = {kind: sightings.place[sightings.entity[rows]] for kind, rows in who.items()}
    habits = {kind: Habits(agencies, sightings.agency[rows]) for kind, rows in who.items()}
    views = {
        PERSON: person_columns(
            dice("person view"), persons, papers, places[PERSON], habits[PERSON]
        ),
        GROUP: group_columns(dice("group view"), groups, places[GROUP], habits[GROUP]),
        ASSET: ship_columns(dice("ship view"), ships, places[ASSET], habits[ASSET]),
    }
    views[PERSON] |= _person_activities(dice("activities"), groups, ties, places[PERSON])
    columns = _united(views, who, records)
    native, ids = _ids(number, sightings, agencies)
    everyone = Habits(agencies, sightings.agency)
    columns |= relation_columns(
        dice("relations"), sightings, persons, groups, ships, ties, ids, everyone
    )
    columns |= _handling(dice("handling"), everyone, columns)
    notices = habit(agencies, "format")[sightings.agency] == Format.INTERPOL
    for name in _NOT_ON_NOTICES:
        columns[name] = keep(columns[name], ~notices)
    true_ids = _true_ids(number, sightings.entity)
    return Chunk(
        agencies=agencies,
        columns={"id": native} | columns,
        agency=sightings.agency,
        entity=sightings.entity,
        record_ids=ids,
        true_ids=true_ids,
        kinds=_KINDS.take(pa.array(kinds[sightings.entity])),
        cultures=_cultures(sightings, persons, groups),
        roles=_roles(number, sightings, persons, groups, papers.forges),
    )


def _united(views: dict[int, Columns], who: dict[int, Ints], records: int) -> Columns:
    """The columns of persons, groups and ships in the order of the records."""
    order = np.empty(records, dtype=np.int64)
    order[np.concatenate([who[kind] for kind in views])] = np.arange(records)
    index = pa.array(order)
    columns = {}
    for name in _COLUMNS:
        pieces = [view.get(name, nulls(len(who[kind]))) for kind, view in views.items()]
        if name == "schema":
            pieces[0] = pa.array(["Person"] * len(who[PERSON]), pa.string())
        columns[name] = pa.concat_arrays(pieces).take(index)
    return columns


def _ids(
    number: int, sightings: Sightings, agencies: tuple[Agency, ...]
) -> tuple[pa.StringArray, pa.StringArray]:
    """Native ids and record ids. Numbers are scattered so that records of one entity do not stand together."""
    serial = number * CHUNK + np.arange(len(sightings.entity), dtype=np.int64)
    scattered = (serial * _STEP + _OFFSET) % _PRIME
    style = habit(agencies, "id_style")[sightings.agency]
    text = number_text(scattered, 8)
    year, rest = number_text(1998 + scattered // 4_000_000, 4), number_text(scattered % 4_000_000)
    letters = _KIND_LETTERS.take(pa.array(sightings.kind[sightings.entity]))
    native = pick(style == 1, join([letters, text], "-"), text)
    native = pick(style == 2, join([year, rest], "-"), native)
    native = pick(style == 3, join([year, rest], "/"), native)
    sources = pa.array([agency.code for agency in agencies], pa.string()).take(
        pa.array(sightings.agency)
    )
    return native, join([sources, native], ":")


_KIND_LETTERS = pa.array(["P", "G", "V"], pa.string())


def _true_ids(number: int, entities: Ints) -> pa.StringArray:
    return join(["t", number_text(number * CHUNK + entities, 8)])


def _person_activities(dice: Dice, groups: g.Groups, ties: g.Ties, rows: Ints) -> Columns:
    """What persons are tied to: often what their group does."""
    count = len(rows)
    group = ties.group[rows]
    own = dice.choose(count, (5.0, 2.0, 2.0, 0.5, 2.5, 0.4, 1.2, 0.4, 1.5))
    of_group = groups.activity[np.maximum(group, 0), 0] if len(groups) else own
    activity = np.where((group >= 0) & dice.chance(count, 0.8), of_group, own)
    said = dice.chance(count, np.where(group >= 0, 0.65, 0.35))
    return {"activity": keep(activity_text(activity), said)}


def _cultures(sightings: Sightings, persons: p.Persons, groups: g.Groups) -> Ints:
    of_entity = np.full(len(sightings.kind), -1, dtype=np.int64)
    of_entity[sightings.kind == PERSON] = persons.culture
    of_entity[sightings.kind == GROUP] = groups.culture
    return of_entity[sightings.entity]


def _handling(dice: Dice, habits: Habits, columns: Columns) -> Columns:
    """Grades of source and information, category, purpose and review date, as each agency gives them."""
    count = len(habits.agency)
    source = pa.array([agency.source_grade for agency in habits.agencies], pa.string()).take(
        pa.array(habits.agency)
    )
    other = pa.array(["A", "B", "C", "X"], pa.string()).take(pa.array(dice.below(count, 4)))
    information = number_text(1 + dice.choose(count, (0.3, 0.4, 0.2, 0.1)))
    category = pa.array([agency.category for agency in habits.agencies], pa.string()).take(
        pa.array(habits.agency)
    )
    purpose = pa.array([agency.purpose for agency in habits.agencies], pa.string()).take(
        pa.array(habits.agency)
    )
    review = [
        number_text(2026 + dice.below(count, 5), 4),
        number_text(1 + dice.below(count, 12), 2),
    ]
    return {
        "sourceGrade": pick(dice.chance(count, 0.2), other, source),
        "informationGrade": information,
        "category": category,
        "purpose": purpose,
        "reviewDate": join([*review, "01"], "-"),
    }


def _roles(
    number: int, sightings: Sightings, persons: p.Persons, groups: g.Groups, forges: np.ndarray
) -> dict[str, str]:
    """What is special about entities, by true id."""
    roles: dict[str, str] = {}
    for kind, bond, names in ((PERSON, persons.bond, p.ROLES), (GROUP, groups.bond, g.ROLES)):
        entities = np.flatnonzero(sightings.kind == kind)
        chosen = np.flatnonzero(bond)
        for true_id, what in zip(
            _true_ids(number, entities[chosen]).to_pylist(), bond[chosen].tolist(), strict=True
        ):
            roles[true_id] = names[what]
    entities = np.flatnonzero(sightings.kind == PERSON)[forges]
    for true_id in _true_ids(number, entities).to_pylist():
        roles.setdefault(true_id, "forged passport")
    return roles
