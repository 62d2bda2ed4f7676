"""Groups and ships as agencies describe them: one column for each property, one row for each
record.

`make_ships` makes the true ships of one chunk.
`Population` has all true entities of a chunk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import Activity
from resolver.world import document_numbers, true_groups
from resolver.world.agencies import Columns, Habits, format_countries
from resolver.world.cultures import REGIONS, load_geography
from resolver.world.document_numbers import Contacts, Papers, make_group_contacts
from resolver.world.name_changes import add_typos
from resolver.world.name_lexicon import (
    Bools,
    Dice,
    Form,
    Ints,
    choose_where,
    concat_texts,
    format_numbers,
    join_non_null,
    keep_where,
)
from resolver.world.persons import Persons, load_vocabulary


@dataclass(frozen=True, slots=True)
class Ships:
    """Attributes of n ships.

    Names are words of the group lexicon; `old_*` are the words of a former name. `owner` is a group
    of the chunk, else -1.
    """

    head: Ints
    fancy: Ints
    number: Ints
    old_head: Ints
    old_fancy: Ints
    renamed: Bools
    imo: Ints
    mmsi: Ints
    call_sign: Ints
    flag: Ints
    past_flag: Ints
    built: Ints
    owner: Ints
    regions: Ints

    def __len__(self) -> int:
        return len(self.head)


def make_ships(dice: Dice, count: int, groups: int, serial: int) -> Ships:
    """Make `count` ships.

    `serial` is the number of ships in earlier chunks, which keeps IMO numbers unique.
    """
    vocabulary, geo = true_groups.load_group_words(), load_geography()
    language = dice.integers(count, len(true_groups.LANGUAGES))
    none = np.full(count, -1, dtype=np.int64)
    flags = np.array(
        [
            geo.index[code]
            for code in ("tr", "gr", "mt", "cy", "sl", "gm", "tn", "ly", "eg", "sy", "it", "ae")
        ]
    )
    coast_regions = [
        REGIONS.index(region)
        for region in (
            "aegean",
            "maghreb",
            "levant",
            "anatolia",
            "iberia",
            "pacific",
            "mekong",
            "horn",
        )
    ]
    return Ships(
        head=np.where(
            dice.chance(count, 0.6), true_groups.draw_words(dice, vocabulary.head, language), none
        ),
        fancy=true_groups.draw_words(dice, vocabulary.fancy, language),
        number=np.where(
            dice.chance(count, 0.35), vocabulary.number.start + dice.integers(count, 9), none
        ),
        old_head=true_groups.draw_words(dice, vocabulary.head, language),
        old_fancy=true_groups.draw_words(dice, vocabulary.fancy, language),
        renamed=dice.chance(count, 0.4),
        imo=(serial + np.arange(count, dtype=np.int64)) * 7_919 % 900_000,
        mmsi=201_000_000 + dice.integers(count, 570_000_000),
        call_sign=dice.integers(count, 26**3 * 1000),
        flag=flags[dice.integers(count, len(flags))],
        past_flag=np.where(dice.chance(count, 0.5), flags[dice.integers(count, len(flags))], none),
        built=1975 + dice.integers(count, 45),
        owner=np.where(dice.chance(count, 0.5), true_groups.draw_person(dice, count, groups), none),
        regions=np.array(coast_regions, dtype=np.int64)[
            dice.integers(count * 2, len(coast_regions))
        ].reshape(count, 2),
    )


ENGLISH, AT_HOME, OWN_SCRIPT = 0, 1, 2
_CORE_FIRST = np.array([language in ("fr", "es", "ar", "fa") for language in true_groups.LANGUAGES])
_SCRIPT = {"ru": "Cyrillic", "ar": "Arabic", "fa": "Arabic", "zh": "Han", "gr": "Greek"}
_ACTIVITIES = pa.array([activity.value for activity in Activity], pa.string())


def make_group_columns(
    dice: Dice, groups: true_groups.TrueGroups, rows: Ints, habits: Habits
) -> Columns:
    """Make the columns of n records; `rows` has the group of each record."""
    count, geo = len(rows), load_geography()
    columns = _make_name_columns(dice, groups, rows, habits)
    is_company = groups.kind[rows] == true_groups.COMPANY
    country = groups.country[rows]
    has_address = dice.chance(count, 0.8 * habits.rate("address"))
    contacts = _make_contacts(dice, groups)
    has_abbreviation = dice.chance(count, np.where(is_company, 0.06, 0.22))
    columns["abbreviation"] = keep_where(_initials(groups, rows), has_abbreviation)
    has_country = dice.chance(count, habits.rate("nation"))
    columns["country"] = keep_where(format_countries(country, habits), has_country)
    columns |= _make_register_columns(dice, groups, rows, habits)
    street = contacts.street.take(pa.array(rows))
    street = add_typos(dice, street, dice.chance(count, 0.06 * habits.rate("error_factor")))
    columns["street"] = keep_where(street, has_address & dice.chance(count, 0.7))
    contact_rate = 0.5 * habits.rate("contacts")
    columns["phone"] = keep_where(contacts.phones(dice, rows), dice.chance(count, contact_rate))
    columns["email"] = keep_where(contacts.emails(dice, rows), dice.chance(count, contact_rate))
    city = geo.cities.spell(groups.city[rows], int(Form.STANDARD))
    columns["city"] = keep_where(city, has_address)
    columns["addressCountry"] = keep_where(format_countries(country, habits), has_address)
    return columns | _make_activity_columns(dice, groups, rows, habits)


def _make_contacts(dice: Dice, groups: true_groups.TrueGroups) -> Contacts:
    """Make the contacts of all groups; the words of their mailboxes begin with their initials."""
    every = np.arange(len(groups))
    words = concat_texts(
        [_initials(groups, every), format_numbers(dice.integers(len(every), 1000))]
    )
    return make_group_contacts(dice, words, groups.country, groups.partner)


def _make_activity_columns(
    dice: Dice, groups: true_groups.TrueGroups, rows: Ints, habits: Habits
) -> Columns:
    """Make the columns of activities and of the countries of routes."""
    count, columns = len(rows), Columns()
    for name, place, rate in (("activity", 0, 0.8), ("otherActivity", 1, 0.5)):
        texts = format_activities(groups.activity[rows, place])
        columns[name] = keep_where(texts, dice.chance(count, rate))
    for place, (name, rate) in enumerate(_ROUTE_RATES.items()):
        texts = format_countries(groups.route[rows, place], habits)
        columns[name] = keep_where(texts, dice.chance(count, rate))
    return columns


_ROUTE_RATES = {
    "routeSource": 0.5,
    "routeTransit": 0.5,
    "otherTransit": 0.4,
    "routeDestination": 0.5,
}


def _make_name_columns(
    dice: Dice, groups: true_groups.TrueGroups, rows: Ints, habits: Habits
) -> Columns:
    count = len(rows)
    mode = _choose_mode(dice, groups, rows, habits)
    is_renamed, u = groups.renamed[rows], dice.uniform(count)
    name = spell_group_names(dice, groups, rows, mode, habits, former=is_renamed & (u < 0.25))
    name = add_typos(dice, name, dice.chance(count, 0.03 * habits.rate("error_factor")))
    upper = dice.chance(count, habits.rate("upper"))
    # Branches also use the name of the whole company, and are often listed under it.
    without_branch = (groups.branch[rows] >= 0) & (u < 0.6)
    has_alias = dice.chance(count, np.where(without_branch, 0.7, 0.28))
    alias = spell_group_names(
        dice,
        groups,
        rows,
        np.where((mode == ENGLISH) & ~without_branch, AT_HOME, ENGLISH),
        habits,
        former=np.zeros(count, dtype=bool),
        without_branch=without_branch,
    )
    previous = spell_group_names(
        dice, groups, rows, mode, habits, former=np.ones(count, dtype=bool)
    )
    differs = np.asarray(pc.fill_null(pc.not_equal(alias, name), False))
    return {
        "schema": choose_where(
            groups.kind[rows] == true_groups.COMPANY,
            pa.scalar("Company"),
            pa.scalar("Organization"),
        ),
        "name": choose_where(upper, pc.utf8_upper(name), name),
        "alias": keep_where(alias, has_alias & differs),
        "previousName": keep_where(previous, is_renamed & (u >= 0.25) & (u < 0.65)),
    }


def _make_register_columns(
    dice: Dice, groups: true_groups.TrueGroups, rows: Ints, habits: Habits
) -> Columns:
    """Make registration number and incorporation date, which companies have."""
    count, founded = len(rows), groups.founded[rows]
    is_company = groups.kind[rows] == true_groups.COMPANY
    number = format_numbers(founded.astype(np.int64) * 7_919 + rows * 31, 8)
    has_number = dice.chance(count, 0.6 * habits.rate("documents"))
    day, month, year = (format_numbers(part, 2) for part in document_numbers.split_dates(founded))
    is_year_only = dice.chance(count, 0.3)
    date = choose_where(is_year_only, year, concat_texts([year, month, day], "-"))
    return {
        "registrationNumber": keep_where(number, is_company & has_number),
        "incorporationDate": keep_where(date, is_company & dice.chance(count, 0.5)),
    }


def format_activities(activities: Ints) -> pa.StringArray:
    """Return the names of activities, given as indices of `Activity`; null for a negative index."""
    return _ACTIVITIES.take(pa.array(np.where(activities >= 0, activities, 0), mask=activities < 0))


def _choose_mode(dice: Dice, groups: true_groups.TrueGroups, rows: Ints, habits: Habits) -> Ints:
    """Choose language and script of the name in each record."""
    language = groups.language[rows]
    scripts = np.array(
        [
            [_SCRIPT.get(name, "-") in agency.scripts for name in true_groups.LANGUAGES]
            for agency in habits.agencies
        ]
    )
    mode = np.where(dice.chance(len(rows), 0.4), AT_HOME, ENGLISH)
    own = (
        scripts[habits.agency, language]
        & dice.chance(len(rows), 0.7)
        & (groups.place[rows] < 0)
        & (groups.branch[rows] < 0)
    )
    return np.where(own, OWN_SCRIPT, mode)


def spell_group_names(
    dice: Dice,
    groups: true_groups.TrueGroups,
    rows: Ints,
    mode: Ints,
    habits: Habits,
    *,
    former: Bools,
    without_branch: Bools | None = None,
) -> pa.StringArray:
    """Spell the names of groups as records state them.

    With `former`, the name before a renaming is spelled; with `without_branch`, the word of the
    branch is left out.
    """
    count, lexicon, geo = len(rows), true_groups.load_group_words().lexicon, load_geography()
    form, legal_form = _draw_name_forms(dice, mode, habits)
    color_word = np.where(former, groups.old_head[rows], groups.head[rows])
    fancy = np.where(former, groups.old_fancy[rows], groups.fancy[rows])
    stem = np.where(former, -1, groups.stem[rows])
    number = np.where(dice.chance(count, 0.03), -1, groups.number[rows])
    place = np.where(dice.chance(count, 0.15), -1, groups.place[rows])
    branch = np.where(
        dice.chance(count, 0.1) | (False if without_branch is None else without_branch),
        -1,
        groups.branch[rows],
    )
    legal_word = np.where(dice.chance(count, 0.25), -1, groups.legal[rows])
    middle_word = pc.coalesce(lexicon.spell(fancy, form), _spell_stem(stem, mode, habits))
    core, color = lexicon.spell(groups.core[rows], form), lexicon.spell(color_word, form)
    core_first = (mode != ENGLISH) & _CORE_FIRST[groups.language[rows]]
    words = choose_where(
        core_first,
        join_non_null([core, middle_word, color]),
        join_non_null([color, middle_word, core]),
    )
    city = geo.cities.spell(place, int(Form.STANDARD))
    city_text = choose_where(mode == ENGLISH, concat_texts(["of ", city]), city)
    return join_non_null(
        [
            words,
            lexicon.spell(number, form),
            city_text,
            lexicon.spell(legal_word, legal_form),
            _branch_words(dice, branch),
        ]
    )


def _draw_name_forms(dice: Dice, mode: Ints, habits: Habits) -> tuple[Ints, Ints]:
    """Draw the form of each word of a name, and the form of its legal form."""
    count = len(mode)
    home = np.where(habits.flag("writes_diacritics"), int(Form.B), int(Form.LOOSE))
    english = np.where(dice.chance(count, 0.08), int(Form.C), int(Form.STANDARD))
    form = np.where(mode == ENGLISH, english, np.where(mode == AT_HOME, home, int(Form.NATIVE)))
    english_legal = np.where(dice.chance(count, 0.2), int(Form.C), int(Form.STANDARD))
    home_legal = np.where(dice.chance(count, 0.12), int(Form.LOOSE), int(Form.B))
    legal_form = np.where(mode == ENGLISH, english_legal, home_legal)
    return form, np.where(mode == OWN_SCRIPT, int(Form.NATIVE), legal_form)


def _spell_stem(stem: Ints, mode: Ints, habits: Habits) -> pa.StringArray:
    """Spell the family name in the name of a group."""
    lexicon = load_vocabulary().lexicon
    native = lexicon.spell(stem, int(Form.NATIVE))
    latin = lexicon.spell(
        stem, np.where(mode == ENGLISH, int(Form.STANDARD), habits.number("letters"))
    )
    return choose_where(mode == OWN_SCRIPT, pc.coalesce(native, latin), latin)


def _branch_words(dice: Dice, branch: Ints) -> pa.StringArray:
    """Return the words of a branch; null if the group is no branch.

    Examples are "(Aden)", "in Aden", "- Aden" or "Aden".
    """
    city = load_geography().cities.spell(branch, int(Form.STANDARD))
    style = dice.integers(len(branch), 5)
    undecorated = choose_where(style == 3, concat_texts(["- ", city]), city)
    return choose_where(
        style < 2,
        concat_texts(["(", city, ")"]),
        choose_where(style == 2, concat_texts(["in ", city]), undecorated),
    )


def _initials(groups: true_groups.TrueGroups, rows: Ints) -> pa.StringArray:
    """Return the initials of the English words, with the number: `GFT`, `NU-121`.

    The initials are null if there are fewer than two letters.
    """
    lexicon = true_groups.load_group_words().lexicon
    first = int(Form.INITIAL)
    stem = load_vocabulary().lexicon.spell(groups.stem[rows], first)
    middle = pc.coalesce(lexicon.spell(groups.fancy[rows], first), stem)
    letters = join_non_null(
        [lexicon.spell(groups.head[rows], first), middle, lexicon.spell(groups.core[rows], first)],
        "",
    )
    letters = pc.replace_substring(letters, ".", "")
    with_number = join_non_null(
        [letters, lexicon.spell(groups.number[rows], int(Form.STANDARD))], "-"
    )
    return keep_where(with_number, np.asarray(pc.greater_equal(pc.utf8_length(letters), 2)))


def make_ship_columns(dice: Dice, ships: Ships, rows: Ints, habits: Habits) -> Columns:
    """Make the columns of n records; `rows` has the ship of each record."""
    count, lexicon = len(rows), true_groups.load_group_words().lexicon
    form = np.where(dice.chance(count, 0.5), int(Form.STANDARD), int(Form.LOOSE))

    def name(head_words: Ints, fancy_words: Ints) -> pa.StringArray:
        """Spell ship names in capitals."""
        return pc.utf8_upper(
            join_non_null(
                [
                    lexicon.spell(head_words, form),
                    lexicon.spell(fancy_words, form),
                    lexicon.spell(ships.number[rows], form),
                ]
            )
        )

    u, renamed = dice.uniform(count), ships.renamed[rows]
    current_name, former_name = (
        name(ships.head[rows], ships.fancy[rows]),
        name(ships.old_head[rows], ships.old_fancy[rows]),
    )
    uses_former = renamed & (u < 0.3)
    name_texts = add_typos(
        dice,
        choose_where(uses_former, former_name, current_name),
        dice.chance(count, 0.02 * habits.rate("error_factor")),
    )
    has_number = dice.chance(count, 0.75)
    letters = pa.array(
        [chr(65 + a) + chr(65 + b) for a in range(26) for b in range(26)], pa.string()
    )
    call_sign = concat_texts(
        [
            letters.take(pa.array(ships.call_sign[rows] % 676)),
            format_numbers(ships.call_sign[rows] // 676 % 10_000, 4),
        ]
    )
    return {
        "schema": pa.array(["Vessel"] * count, pa.string()),
        "name": pc.coalesce(name_texts, current_name),
        "previousName": keep_where(former_name, renamed & (u >= 0.3) & (u < 0.8)),
        "imoNumber": keep_where(document_numbers.make_imo_numbers(ships.imo[rows]), has_number),
        "mmsi": keep_where(format_numbers(ships.mmsi[rows]), dice.chance(count, 0.4)),
        "callSign": keep_where(call_sign, dice.chance(count, 0.35)),
        "flag": keep_where(format_countries(ships.flag[rows], habits), dice.chance(count, 0.8)),
        "pastFlags": keep_where(
            format_countries(ships.past_flag[rows], habits), dice.chance(count, 0.4)
        ),
        "buildDate": keep_where(format_numbers(ships.built[rows], 4), dice.chance(count, 0.6)),
    }


@dataclass(frozen=True, slots=True)
class Population:
    """True entities of a chunk, with the memberships and the papers of its persons."""

    persons: Persons
    groups: true_groups.TrueGroups
    ships: Ships
    memberships: true_groups.Memberships
    papers: Papers
