"""What agencies wrote of groups and ships: one column per thing said, one row per record."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import Activity
from resolver.synthetic.differences.writing_errors import with_slips
from resolver.synthetic.entities import document_numbers
from resolver.synthetic.entities.ships import Ships
from resolver.synthetic.entities.true_groups import (
    COMPANY,
    LANGUAGES,
    Groups,
    group_words,
)
from resolver.synthetic.geography import geography
from resolver.synthetic.habits import Columns, Habits, country_text
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints
from resolver.synthetic.names.vocabulary import vocabulary
from resolver.synthetic.random_columns import (
    Dice,
    join,
    join_present,
    keep,
    number_text,
    pick,
)

ENGLISH, AT_HOME, OWN_SCRIPT = 0, 1, 2
_CORE_FIRST = np.array([language in ("fr", "es", "ar", "fa") for language in LANGUAGES])
_SCRIPT = {"ru": "Cyrillic", "ar": "Arabic", "fa": "Arabic", "zh": "Han", "gr": "Greek"}
_ACTIVITIES = pa.array([activity.value for activity in Activity], pa.string())


def group_columns(dice: Dice, groups: Groups, rows: Ints, habits: Habits) -> Columns:
    """The columns of n records; `rows` says which group each describes."""
    count, geo = len(rows), geography()
    mode = _mode(dice, groups, rows, habits)
    renamed, u = groups.renamed[rows], dice.uniform(count)
    name = spelled(dice, groups, rows, mode, habits, former=renamed & (u < 0.25))
    name = with_slips(dice, name, dice.chance(count, 0.03 * habits.rate("care")))
    upper = dice.chance(count, habits.rate("upper"))
    branch = groups.branch[rows] >= 0
    # branches go by the name of the whole as well, and are listed with it
    short = branch & (u < 0.6)
    aliased = dice.chance(count, np.where(short, 0.7, 0.28))
    other = spelled(
        dice,
        groups,
        rows,
        np.where((mode == ENGLISH) & ~short, AT_HOME, ENGLISH),
        habits,
        former=np.zeros(count, dtype=bool),
        short=short,
    )
    before = spelled(dice, groups, rows, mode, habits, former=np.ones(count, dtype=bool))
    company = groups.kind[rows] == COMPANY
    where = groups.country[rows]
    registered = number_text(groups.founded[rows].astype(np.int64) * 7_919 + rows * 31, 8)
    day, month, year = (
        number_text(part, 2) for part in document_numbers.date_parts(groups.founded[rows])
    )
    has_address = dice.chance(count, 0.5 * habits.rate("address"))
    street = geo.street_lines(dice, where)
    return {
        "schema": pick(company, pa.scalar("Company"), pa.scalar("Organization")),
        "name": pick(upper, pc.utf8_upper(name), name),
        "alias": keep(other, aliased & np.asarray(pc.fill_null(pc.not_equal(other, name), False))),
        "previousName": keep(before, renamed & (u >= 0.25) & (u < 0.65)),
        "abbreviation": keep(
            _initials(groups, rows), dice.chance(count, np.where(company, 0.06, 0.22))
        ),
        "country": keep(
            country_text(where, habits), dice.chance(count, habits.rate("nationality"))
        ),
        "registrationNumber": keep(
            registered, company & dice.chance(count, 0.6 * habits.rate("documents"))
        ),
        "incorporationDate": keep(
            pick(dice.chance(count, 0.3), year, join([year, month, day], "-")),
            company & dice.chance(count, 0.5),
        ),
        "street": keep(street, has_address & dice.chance(count, 0.7)),
        "city": keep(geo.cities.spell(groups.city[rows], int(Form.STANDARD)), has_address),
        "addressCountry": keep(country_text(where, habits), has_address),
        "activity": keep(activity_text(groups.activity[rows, 0]), dice.chance(count, 0.8)),
        "otherActivity": keep(activity_text(groups.activity[rows, 1]), dice.chance(count, 0.5)),
        "routeSource": keep(country_text(groups.route[rows, 0], habits), dice.chance(count, 0.5)),
        "routeTransit": keep(country_text(groups.route[rows, 1], habits), dice.chance(count, 0.5)),
        "otherTransit": keep(country_text(groups.route[rows, 2], habits), dice.chance(count, 0.4)),
        "routeDestination": keep(
            country_text(groups.route[rows, 3], habits), dice.chance(count, 0.5)
        ),
    }


def activity_text(activities: Ints) -> pa.StringArray:
    """The names of activities given by their place in `Activity`; null for negative ones."""
    return _ACTIVITIES.take(pa.array(np.where(activities >= 0, activities, 0), mask=activities < 0))


def _mode(dice: Dice, groups: Groups, rows: Ints, habits: Habits) -> Ints:
    """In which language and letters each record has the name."""
    language = groups.language[rows]
    scripts = np.array(
        [
            [_SCRIPT.get(name, "-") in agency.scripts for name in LANGUAGES]
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


def spelled(
    dice: Dice,
    groups: Groups,
    rows: Ints,
    mode: Ints,
    habits: Habits,
    *,
    former: Bools,
    short: Bools | None = None,
) -> pa.StringArray:
    """The names of groups as records have them; `former`: the name before a renaming; `short`: without the branch."""
    count, lexicon, geo = len(rows), group_words().lexicon, geography()
    home = np.where(habits.flag("keeps_marks"), int(Form.B), int(Form.LOOSE))
    english = np.where(dice.chance(count, 0.08), int(Form.C), int(Form.STANDARD))
    form = np.where(mode == ENGLISH, english, np.where(mode == AT_HOME, home, int(Form.NATIVE)))
    legal_form = np.where(
        mode == ENGLISH,
        np.where(dice.chance(count, 0.2), int(Form.C), int(Form.STANDARD)),
        np.where(dice.chance(count, 0.12), int(Form.LOOSE), int(Form.B)),
    )
    legal_form = np.where(mode == OWN_SCRIPT, int(Form.NATIVE), legal_form)
    head = np.where(former, groups.old_head[rows], groups.head[rows])
    fancy = np.where(former, groups.old_fancy[rows], groups.fancy[rows])
    stem = np.where(former, -1, groups.stem[rows])
    number = np.where(dice.chance(count, 0.03), -1, groups.number[rows])
    place = np.where(dice.chance(count, 0.15), -1, groups.place[rows])
    branch = np.where(
        dice.chance(count, 0.1) | (False if short is None else short), -1, groups.branch[rows]
    )
    legal = np.where(dice.chance(count, 0.25), -1, groups.legal[rows])
    own_stem = vocabulary().lexicon.spell(stem, int(Form.NATIVE))
    latin_stem = vocabulary().lexicon.spell(
        stem, np.where(mode == ENGLISH, int(Form.STANDARD), habits.number("letters"))
    )
    middle = pc.coalesce(
        lexicon.spell(fancy, form),
        pick(mode == OWN_SCRIPT, pc.coalesce(own_stem, latin_stem), latin_stem),
    )
    core, colour = lexicon.spell(groups.core[rows], form), lexicon.spell(head, form)
    turned = (mode != ENGLISH) & _CORE_FIRST[groups.language[rows]]
    words = pick(turned, join_present([core, middle, colour]), join_present([colour, middle, core]))
    city = geo.cities.spell(place, int(Form.STANDARD))
    where = pick(mode == ENGLISH, join(["of ", city]), city)
    return join_present(
        [
            words,
            lexicon.spell(number, form),
            where,
            lexicon.spell(legal, legal_form),
            _of_branch(dice, branch),
        ]
    )


def _of_branch(dice: Dice, branch: Ints) -> pa.StringArray:
    """The words that say which branch it is: "(Aden)", "in Aden", "- Aden", "Aden"; null where it is none."""
    city = geography().cities.spell(branch, int(Form.STANDARD))
    style = dice.below(len(branch), 5)
    plain = pick(style == 3, join(["- ", city]), city)
    return pick(style < 2, join(["(", city, ")"]), pick(style == 2, join(["in ", city]), plain))


def _initials(groups: Groups, rows: Ints) -> pa.StringArray:
    """The initials of the English words, with the number: `GFT`, `NU-121`; null for fewer than two letters."""
    lexicon = group_words().lexicon
    first = int(Form.INITIAL)
    stem = vocabulary().lexicon.spell(groups.stem[rows], first)
    middle = pc.coalesce(lexicon.spell(groups.fancy[rows], first), stem)
    letters = join_present(
        [lexicon.spell(groups.head[rows], first), middle, lexicon.spell(groups.core[rows], first)],
        "",
    )
    letters = pc.replace_substring(letters, ".", "")
    with_number = join_present(
        [letters, lexicon.spell(groups.number[rows], int(Form.STANDARD))], "-"
    )
    return keep(with_number, np.asarray(pc.greater_equal(pc.utf8_length(letters), 2)))


def ship_columns(dice: Dice, ships: Ships, rows: Ints, habits: Habits) -> Columns:
    """The columns of n records; `rows` says which ship each describes."""
    count, lexicon = len(rows), group_words().lexicon
    form = np.where(dice.chance(count, 0.5), int(Form.STANDARD), int(Form.LOOSE))

    def name(head: Ints, fancy: Ints) -> pa.StringArray:
        return pc.utf8_upper(
            join_present(
                [
                    lexicon.spell(head, form),
                    lexicon.spell(fancy, form),
                    lexicon.spell(ships.number[rows], form),
                ]
            )
        )

    u, renamed = dice.uniform(count), ships.renamed[rows]
    now, before = (
        name(ships.head[rows], ships.fancy[rows]),
        name(ships.old_head[rows], ships.old_fancy[rows]),
    )
    old = renamed & (u < 0.3)
    shown = with_slips(dice, pick(old, before, now), dice.chance(count, 0.02 * habits.rate("care")))
    has_number = dice.chance(count, 0.75)
    letters = pa.array(
        [chr(65 + a) + chr(65 + b) for a in range(26) for b in range(26)], pa.string()
    )
    sign = join(
        [
            letters.take(pa.array(ships.call_sign[rows] % 676)),
            number_text(ships.call_sign[rows] // 676 % 10_000, 4),
        ]
    )
    return {
        "schema": pa.array(["Vessel"] * count, pa.string()),
        "name": pc.coalesce(shown, now),
        "previousName": keep(before, renamed & (u >= 0.3) & (u < 0.8)),
        "imoNumber": keep(document_numbers.imo_numbers(ships.imo[rows]), has_number),
        "mmsi": keep(number_text(ships.mmsi[rows]), dice.chance(count, 0.4)),
        "callSign": keep(sign, dice.chance(count, 0.35)),
        "flag": keep(country_text(ships.flag[rows], habits), dice.chance(count, 0.8)),
        "pastFlags": keep(country_text(ships.past_flag[rows], habits), dice.chance(count, 0.4)),
        "buildDate": keep(number_text(ships.built[rows], 4), dice.chance(count, 0.6)),
    }
