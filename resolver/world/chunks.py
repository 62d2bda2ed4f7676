"""A chunk of the world: its true entities, and the records about them as one table of columns.

A chunk depends only on the seed, the number of agencies, the number of the chunk and its number of
records. `make_network_columns` gives the relations of networks as agencies know them: incomplete,
partly wrong, and partly without dates. `make_chunk` puts everything together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from resolver.data import load_rows
from resolver.records.properties import ACTIVITY, BIRTH_DATE, NATIONALITY
from resolver.world import group_columns, name_lexicon, relation_columns
from resolver.world.agencies import (
    ASSET,
    GROUP,
    PERSON,
    Agency,
    Assignments,
    Columns,
    Habits,
    ListFormat,
    assign_records,
    draw_kinds,
    habit_values,
    make_handling_columns,
)
from resolver.world.document_numbers import make_papers
from resolver.world.name_lexicon import Ints
from resolver.world.person_columns import make_person_columns
from resolver.world.persons import ROLES as PERSON_ROLES
from resolver.world.persons import make_persons
from resolver.world.true_groups import ROLES as GROUP_ROLES
from resolver.world.true_groups import Memberships, TrueGroups, assign_members, make_groups

_TYPE_TEXTS = pa.array([kind.value for kind in relation_columns.RELATION_TYPES], pa.string())
_ROLE_WORDS = {
    number: [role for _, role in load_rows("world_roles", use=use)]
    for number, use in (
        (relation_columns.MEMBER_ROLE, "member"),
        (relation_columns.LEADER_ROLE, "leader"),
        (relation_columns.FACILITATOR_ROLE, "facilitator"),
    )
}
_ROLE_RATE, _OTHER_ROLE_RATE = 0.7, 0.12
_DATE_RATE, _OTHER_YEAR_RATE, _MONTH_RATE = 0.45, 0.15, 0.3
_NAME_RATE = 0.95
_SILENCE = 0.3
"""Share of the relations that an agency leaves out in a world of networks, against its habit."""


def make_network_columns(
    dice: name_lexicon.Dice,
    assignments: Assignments,
    groups: TrueGroups,
    ties: relation_columns.Ties,
    ids: pa.StringArray,
    habits: Habits,
) -> Columns:
    """Make the columns of at most eight relations for each record, by `RELATION_PREFIXES`.

    Each agency states some of the true relations of its entities. A relation leads to the agency's
    own record of the other entity, or to a group that the agency knows by name only. The columns
    are those of `make_relation_columns`, and one with the ending `Start`, for the start of each
    relation.
    """
    rows, indices = _draw_stated(dice, assignments, ties, habits)
    agency, ends = assignments.agency[rows], ties.target[indices]
    target = relation_columns.select_targets(assignments, agency, ends, ids)
    is_named = dice.chance(len(rows), _NAME_RATE)
    names = relation_columns.name_groups(assignments, groups, ends, target, is_named)
    texts = {
        "": _TYPE_TEXTS.take(pa.array(ties.type[indices])),
        "Target": target,
        "Name": names,
        "Role": _draw_roles(dice, ties, indices),
        "Start": _draw_starts(dice, ties.since[indices]),
    }
    stated = np.flatnonzero(np.asarray(target.is_valid()) | np.asarray(names.is_valid()))
    return _spread(texts, rows, stated, len(assignments.entity))


def _spread(texts: Columns, rows: Ints, stated: Ints, count: int) -> Columns:
    """Distribute the stated relations, given by `rows`, over the columns of `count` records."""
    number = _number_within(rows[stated])
    columns: Columns = {}
    for slot, prefix in enumerate(relation_columns.RELATION_PREFIXES):
        chosen = stated[number == slot]
        place = np.full(count, -1, dtype=np.int64)
        place[rows[chosen]] = chosen
        index = pa.array(np.maximum(place, 0), mask=place < 0)
        columns |= {prefix + suffix: column.take(index) for suffix, column in texts.items()}
    return columns


def _draw_stated(
    dice: name_lexicon.Dice, assignments: Assignments, ties: relation_columns.Ties, habits: Habits
) -> tuple[Ints, Ints]:
    """Draw which relations records state; the result has the rows of the records, ascending, and
    the indices of the relations.
    """
    first = np.searchsorted(ties.source, assignments.entity, side="left")
    count = np.searchsorted(ties.source, assignments.entity, side="right") - first
    rows = np.repeat(np.arange(len(first), dtype=np.int64), count)
    places = np.repeat(first, count) + _number_within(rows)
    habit = habits.rate("relations")
    rate = np.where(habit > 0, 1 - _SILENCE * (1 - habit), 0.0)
    is_stated = dice.chance(len(rows), rate[rows])
    return rows[is_stated], places[is_stated]


def _number_within(rows: Ints) -> Ints:
    """Return, for each of some ascending rows, its number among equal rows, from 0."""
    first = np.searchsorted(rows, rows, side="left")
    return np.asarray(np.arange(len(rows), dtype=np.int64) - first)


def _draw_roles(
    dice: name_lexicon.Dice, ties: relation_columns.Ties, indices: Ints
) -> pa.StringArray:
    """Draw the role that each relation is stated with; null if no role is stated."""
    count, role = len(indices), ties.role[indices]
    is_other = dice.chance(count, _OTHER_ROLE_RATE)
    word = np.where(is_other, dice.integers(count, 1000), ties.word[indices])
    texts = pa.nulls(count, pa.string())
    for number, options in _ROLE_WORDS.items():
        words_of_role = pa.array(options, pa.string()).take(pa.array(word % len(options)))
        texts = name_lexicon.choose_where(role == number, words_of_role, texts)
    return name_lexicon.keep_where(texts, dice.chance(count, _ROLE_RATE))


def _draw_starts(dice: name_lexicon.Dice, since: Ints) -> pa.StringArray:
    """Draw the year or month in which each relation is stated to begin; null if no start is
    stated.
    """
    count = len(since)
    shift = np.where(dice.chance(count, 0.5), 1, -1) * dice.chance(count, _OTHER_YEAR_RATE)
    year = name_lexicon.format_numbers(since + shift, 4)
    month = name_lexicon.format_numbers(1 + dice.integers(count, 12), 2)
    dated = name_lexicon.choose_where(
        dice.chance(count, _MONTH_RATE), name_lexicon.concat_texts([year, month], "-"), year
    )
    return name_lexicon.keep_where(dated, dice.chance(count, _DATE_RATE))


CHUNK_RECORDS = 50_000
# This is more than a chunk has, so the numbers of ships in different chunks differ.
_SHIPS = 1_500
_PRIME, _STEP, _OFFSET = 99_999_989, 48_271_031, 12_345_677
_KINDS = pa.array(["person", "group", "asset"], pa.string())


@dataclass(frozen=True, slots=True)
class WorldColumn:
    """Column of the records of the world, with its names in lists.

    `prop` is the property of its values, or empty. `office` and `data` are the names of the column
    in tables in the style of an office and of a data team; they are empty if such tables lack the
    column. `country` and `expires` are the columns with the country and the expiry of a number.
    INTERPOL's notices omit columns that are not `on_notices`.
    """

    name: str
    prop: str
    office: str
    data: str = ""
    on_notices: bool = True
    country: str = ""
    expires: str = ""


WORLD_COLUMNS = (
    WorldColumn("id", "", "record_id", data="id"),
    WorldColumn("schema", "", "schema"),
    WorldColumn("name", "name", "full_name", data="name"),
    WorldColumn("firstName", "firstName", "forename", data="firstName"),
    WorldColumn("lastName", "lastName", "surname", data="lastName"),
    WorldColumn("fatherName", "fatherName", "patronymic", data="fatherName", on_notices=False),
    WorldColumn("title", "title", "title", on_notices=False),
    WorldColumn("alias", "alias", "alias", on_notices=False),
    WorldColumn("nativeName", "alias", "aka", data="aliases", on_notices=False),
    WorldColumn("weakAlias", "weakAlias", "weak_alias", data="weakAlias", on_notices=False),
    WorldColumn(
        "previousName", "previousName", "former_name", data="previousName", on_notices=False
    ),
    WorldColumn("abbreviation", "abbreviation", "abbreviation"),
    WorldColumn("gender", "gender", "sex", data="gender"),
    WorldColumn(BIRTH_DATE, BIRTH_DATE, "dob", data=BIRTH_DATE),
    WorldColumn("otherBirthDate", BIRTH_DATE, "date_of_birth", data="dob", on_notices=False),
    WorldColumn("birthPlace", "birthPlace", "place_of_birth", data="birthPlace"),
    WorldColumn("birthCountry", "birthCountry", "country_of_birth", data="birthCountry"),
    WorldColumn(NATIONALITY, NATIONALITY, NATIONALITY),
    WorldColumn("otherNationality", NATIONALITY, "nationalities"),
    WorldColumn("country", "country", "country"),
    WorldColumn(
        "passportNumber",
        "passportNumber",
        "passport_no",
        data="passportNumber",
        on_notices=False,
        country="passportCountry",
        expires="passportExpires",
    ),
    WorldColumn(
        "otherPassport", "passportNumber", "passport", on_notices=False, country="passportCountry"
    ),
    WorldColumn(
        "idNumber",
        "idNumber",
        "national_id",
        data="idNumber",
        on_notices=False,
        country="idCountry",
    ),
    WorldColumn(
        "registrationNumber", "registrationNumber", "registration_number", data="registrationNumber"
    ),
    WorldColumn(
        "incorporationDate", "incorporationDate", "incorporation_date", data="incorporationDate"
    ),
    WorldColumn("imoNumber", "imoNumber", "imo", data="imoNumber"),
    WorldColumn("mmsi", "mmsi", "mmsi"),
    WorldColumn("callSign", "callSign", "call_sign", data="callSign"),
    WorldColumn("flag", "flag", "flag"),
    WorldColumn("pastFlags", "pastFlags", "past_flags", data="pastFlags"),
    WorldColumn("buildDate", "buildDate", "build_date", data="buildDate"),
    WorldColumn("phone", "phone", "phone", on_notices=False),
    WorldColumn("email", "email", "email", on_notices=False),
    WorldColumn("street", "address.street", "street", on_notices=False),
    WorldColumn("city", "address.city", "city", on_notices=False),
    WorldColumn("addressCountry", "address.country", "country_of_residence", on_notices=False),
    WorldColumn("activity", "activity", "offence"),
    WorldColumn("otherActivity", "activity", "second_offence", on_notices=False),
    WorldColumn("routeSource", "route.source", "route_from"),
    WorldColumn("routeTransit", "route.transit", "route_via"),
    WorldColumn("otherTransit", "route.transit", "route_also_via"),
    WorldColumn("routeDestination", "route.destination", "route_to"),
    WorldColumn("sourceGrade", "", "source_grade"),
    WorldColumn("informationGrade", "", "information_grade"),
    WorldColumn("category", "", "category"),
    WorldColumn("purpose", "", "purpose"),
    WorldColumn("reviewDate", "", "review_date"),
    WorldColumn("passportCountry", "", "", on_notices=False),
    WorldColumn("passportExpires", "", "", on_notices=False),
    WorldColumn("idCountry", "", "", on_notices=False),
)
"""Columns in the order in which tables have them."""
VALUE_COLUMNS = tuple(
    column
    for column in WORLD_COLUMNS
    if column.prop and "." not in column.prop and column.prop != ACTIVITY
)
"""Columns of plain values and numbers: not those of addresses, routes and activities."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Chunk of n records.

    `columns` are texts; null means that a record does not state the value. `agency` is the index of
    each record's agency. `entity` is the number of each record's entity within the chunk.
    `true_ids` and `kinds` are the truth, for each record. `roles` maps a true id to its special
    role.
    """

    agencies: tuple[Agency, ...]
    columns: Columns
    agency: Ints
    entity: Ints
    record_ids: pa.StringArray
    true_ids: pa.StringArray
    kinds: pa.StringArray
    cultures: Ints
    """Index into `CULTURES` of each record's person or group, -1 for ships."""
    roles: dict[str, str]

    def agency_table(self, place: int) -> pa.Table:
        """Return the columns of one agency's records, with native ids in `id`."""
        rows = pa.array(np.flatnonzero(self.agency == place))
        return pa.table({name: column.take(rows) for name, column in self.columns.items()})


def make_chunk(
    seed: int, number: int, records: int, agencies: tuple[Agency, ...], *, networks: bool = False
) -> Chunk:
    """Build chunk `number` of a world with exactly `records` records; with networks if `networks`
    is true.
    """

    def dice(purpose: str) -> name_lexicon.Dice:
        """Return the random numbers for one purpose."""
        return name_lexicon.Dice(seed, number, purpose)

    kinds, sizes = draw_kinds(dice("kinds"), records, networks=networks)
    population = _make_population(seed, number, kinds, networks=networks)
    assignments = assign_records(
        dice("spread"), kinds, sizes, _entity_regions(kinds, population), agencies
    )
    columns = _make_entity_columns(seed, number, population, assignments, agencies)
    native_ids, ids = _make_ids(number, assignments, agencies)
    habits = Habits(agencies, assignments.agency)
    if networks:
        ties = relation_columns.make_ties(dice("networks"), kinds, population)
        columns |= make_network_columns(
            dice("relations"), assignments, population.groups, ties, ids, habits
        )
    else:
        columns |= relation_columns.make_relation_columns(
            dice("relations"), assignments, population, ids, habits
        )
    columns |= make_handling_columns(dice("handling"), habits, columns)
    on_notice = habit_values(agencies, "format")[assignments.agency] == ListFormat.INTERPOL
    for column in WORLD_COLUMNS:
        if not column.on_notices:
            columns[column.name] = name_lexicon.keep_where(columns[column.name], ~on_notice)
    return Chunk(
        agencies=agencies,
        columns=columns | {"id": native_ids},
        agency=assignments.agency,
        entity=assignments.entity,
        record_ids=ids,
        true_ids=_make_true_ids(number, assignments.entity),
        kinds=_KINDS.take(pa.array(kinds[assignments.entity])),
        cultures=_find_cultures(assignments, population),
        roles=_find_roles(number, assignments, population),
    )


def _make_population(
    seed: int, number: int, kinds: Ints, *, networks: bool
) -> group_columns.Population:
    persons = make_persons(name_lexicon.Dice(seed, number, "persons"), int((kinds == PERSON).sum()))
    groups = make_groups(
        name_lexicon.Dice(seed, number, "groups"), int((kinds == GROUP).sum()), persons
    )
    ships = group_columns.make_ships(
        name_lexicon.Dice(seed, number, "ships"),
        int((kinds == ASSET).sum()),
        len(groups),
        number * _SHIPS,
    )
    assign = relation_columns.assign_cells if networks else assign_members
    memberships = assign(name_lexicon.Dice(seed, number, "ties"), persons, groups)
    papers = make_papers(name_lexicon.Dice(seed, number, "papers"), seed, persons)
    return group_columns.Population(persons, groups, ships, memberships, papers)


def _entity_regions(kinds: Ints, population: group_columns.Population) -> Ints:
    regions = np.zeros((len(kinds), 2), dtype=np.int64)
    regions[kinds == PERSON] = population.persons.regions
    regions[kinds == GROUP] = population.groups.regions
    regions[kinds == ASSET] = population.ships.regions
    return regions


def _make_entity_columns(
    seed: int,
    number: int,
    population: group_columns.Population,
    assignments: Assignments,
    agencies: tuple[Agency, ...],
) -> Columns:
    """Make the columns of persons, groups and ships, in the order of the records."""

    def dice(purpose: str) -> name_lexicon.Dice:
        """Return the random numbers for one purpose."""
        return name_lexicon.Dice(seed, number, purpose)

    persons, groups, ships = population.persons, population.groups, population.ships
    rows = {kind: assignments.rows_of_kind(kind) for kind in (PERSON, GROUP, ASSET)}
    places = {kind: assignments.kind_index[assignments.entity[rows[kind]]] for kind in rows}
    habits = {kind: Habits(agencies, assignments.agency[rows[kind]]) for kind in rows}
    columns = {
        PERSON: make_person_columns(
            dice("person view"), persons, population.papers, places[PERSON], habits[PERSON]
        ),
        GROUP: group_columns.make_group_columns(
            dice("group view"), groups, places[GROUP], habits[GROUP]
        ),
        ASSET: group_columns.make_ship_columns(
            dice("ship view"), ships, places[ASSET], habits[ASSET]
        ),
    }
    columns[PERSON] |= _make_activity_column(
        dice("activities"), groups, population.memberships, places[PERSON]
    )
    return _combine_columns(columns, rows, len(assignments.entity))


def _combine_columns(
    columns_of: dict[int, Columns], rows: dict[int, Ints], records: int
) -> Columns:
    """Combine the columns of persons, groups and ships in the order of the records."""
    order = np.empty(records, dtype=np.int64)
    order[np.concatenate([rows[kind] for kind in columns_of])] = np.arange(records)
    index = pa.array(order)
    combined = {}
    for name in (column.name for column in WORLD_COLUMNS):
        pieces = [
            columns.get(name, name_lexicon.make_nulls(len(rows[kind])))
            for kind, columns in columns_of.items()
        ]
        if name == "schema":
            pieces[0] = pa.array(["Person"] * len(rows[PERSON]), pa.string())
        combined[name] = pa.concat_arrays(pieces).take(index)
    return combined


def _make_ids(
    number: int, assignments: Assignments, agencies: tuple[Agency, ...]
) -> tuple[pa.StringArray, pa.StringArray]:
    """Make native ids and record ids in random order, so that records of one entity are not
    adjacent.
    """
    serial = number * CHUNK_RECORDS + np.arange(len(assignments.entity), dtype=np.int64)
    scattered = (serial * _STEP + _OFFSET) % _PRIME
    style = habit_values(agencies, "id_style")[assignments.agency]
    text = name_lexicon.format_numbers(scattered, 8)
    year, rest = (
        name_lexicon.format_numbers(1998 + scattered // 4_000_000, 4),
        name_lexicon.format_numbers(scattered % 4_000_000),
    )
    letters = _KIND_LETTERS.take(pa.array(assignments.kind[assignments.entity]))
    native = name_lexicon.choose_where(
        style == 1, name_lexicon.concat_texts([letters, text], "-"), text
    )
    native = name_lexicon.choose_where(
        style == 2, name_lexicon.concat_texts([year, rest], "-"), native
    )
    native = name_lexicon.choose_where(
        style == 3, name_lexicon.concat_texts([year, rest], "/"), native
    )
    sources = pa.array([agency.code for agency in agencies], pa.string()).take(
        pa.array(assignments.agency)
    )
    return native, name_lexicon.concat_texts([sources, native], ":")


_KIND_LETTERS = pa.array(["P", "G", "V"], pa.string())


def _make_true_ids(number: int, entities: Ints) -> pa.StringArray:
    return name_lexicon.concat_texts(
        ["t", name_lexicon.format_numbers(number * CHUNK_RECORDS + entities, 8)]
    )


def _make_activity_column(
    dice: name_lexicon.Dice, groups: TrueGroups, memberships: Memberships, rows: Ints
) -> Columns:
    """Make the activities of persons, which are often those of their group."""
    count = len(rows)
    group = memberships.group[rows]
    own = dice.choose(count, (5.0, 2.0, 2.0, 0.5, 2.5, 0.4, 1.2, 0.4, 1.5))
    of_group = groups.activity[np.maximum(group, 0), 0] if len(groups) else own
    activity = np.where((group >= 0) & dice.chance(count, 0.8), of_group, own)
    is_stated = dice.chance(count, np.where(group >= 0, 0.65, 0.35))
    return {
        "activity": name_lexicon.keep_where(group_columns.format_activities(activity), is_stated)
    }


def _find_cultures(assignments: Assignments, population: group_columns.Population) -> Ints:
    of_entity = np.full(len(assignments.kind), -1, dtype=np.int64)
    of_entity[assignments.kind == PERSON] = population.persons.culture
    of_entity[assignments.kind == GROUP] = population.groups.culture
    return of_entity[assignments.entity]


def _find_roles(
    number: int, assignments: Assignments, population: group_columns.Population
) -> dict[str, str]:
    """Return true id → special role, for the few entities that have one."""
    roles: dict[str, str] = {}
    persons, groups = population.persons, population.groups
    for kind, bond, names in (
        (PERSON, persons.bond, PERSON_ROLES),
        (GROUP, groups.bond, GROUP_ROLES),
    ):
        entities = np.flatnonzero(assignments.kind == kind)
        special = np.flatnonzero(bond)
        true_ids = _make_true_ids(number, entities[special]).to_pylist()
        for true_id, role in zip(true_ids, bond[special].tolist(), strict=True):
            roles[true_id] = names[role]
    forgers = np.flatnonzero(assignments.kind == PERSON)[population.papers.forges]
    for true_id in _make_true_ids(number, forgers).to_pylist():
        roles.setdefault(true_id, "forged passport")
    return roles
