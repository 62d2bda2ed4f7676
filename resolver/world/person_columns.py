"""Persons as agencies describe them: one column for each property, one row for each record.

`make_name_columns` writes their names. `make_person_columns` writes all properties.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records.properties import BIRTH_DATE, NATIONALITY
from resolver.world import agencies, full_names
from resolver.world.agencies import Columns, Habits, format_countries
from resolver.world.cultures import CULTURES, load_geography
from resolver.world.document_numbers import Papers
from resolver.world.name_changes import add_typos
from resolver.world.name_lexicon import (
    Bools,
    Dice,
    Form,
    Ints,
    choose_where,
    concat_texts,
    is_present,
    join_non_null,
    keep_where,
    make_nulls,
)
from resolver.world.persons import Persons, load_vocabulary

_STATES_FATHER = np.array([culture.states_father for culture in CULTURES])
_MIDDLE_FIRST = np.array([culture.middle_first for culture in CULTURES])
_LATIN_FORMS = np.array([Form.STANDARD, Form.B, Form.C, Form.LOOSE])


def make_name_columns(dice: Dice, persons: Persons, rows: Ints, habits: Habits) -> Columns:
    """Make the name columns of n records; `rows` has the person of each record."""
    count, culture = len(rows), persons.culture[rows]
    parts = _draw_parts(dice, persons, rows, habits)
    native = _draw_native(dice, parts, culture, habits)
    forms = _draw_forms(dice, persons, rows, habits, native)
    texts = full_names.spell_parts(
        parts,
        forms,
        culture,
        native | (full_names.latin_cultures()[culture] & habits.flag("writes_diacritics")),
    )
    texts = _add_errors(dice, texts, habits.rate("error_factor"))
    order = habits.number("order")
    name = full_names.join_full_names(texts, order, culture, native)
    upper = dice.chance(count, habits.rate("upper"))
    is_split = habits.flag("splits_names") & ~native
    width = habits.number("max_name_width")
    father = load_vocabulary().lexicon.spell(
        persons.father_given[rows], habits.number("letters"), ~native
    )
    states_father = _STATES_FATHER[culture] & dice.chance(count, 0.35 * habits.rate("father"))
    columns = {
        "name": keep_where(_truncate(_apply_case(name, upper), width), ~is_split),
        "firstName": keep_where(_truncate(_apply_case(texts.given_name, upper), width), is_split),
        "fatherName": choose_where(
            states_father,
            _apply_case(father, upper),
            keep_where(_apply_case(texts.father, upper), is_split),
        ),
        "lastName": keep_where(_truncate(_apply_case(texts.family, upper), width), is_split),
        "title": keep_where(texts.title, is_split),
    }
    columns |= _make_other_names(dice, persons, rows, habits, parts, native, upper)
    columns["alias"] = keep_where(
        columns["alias"], np.asarray(pc.fill_null(pc.not_equal(columns["alias"], name), True))
    )
    return columns


def _keep_some(dice: Dice, words: Ints, rate: float | np.ndarray) -> Ints:
    """Keep a share of the words; the others become -1."""
    return np.where(dice.chance(len(words), rate), words, -1)


def _draw_parts(dice: Dice, persons: Persons, rows: Ints, habits: Habits) -> full_names.NameParts:
    count = len(rows)
    parts = full_names.select_parts(persons, rows)
    keep_some = partial(_keep_some, dice)
    father = keep_some(parts.father, habits.rate("father"))
    maiden = persons.maiden[rows]
    family = np.where((maiden >= 0) & dice.chance(count, 0.4), maiden, parts.family)
    has_other_part = (parts.middle >= 0) | (father >= 0)
    middle_rate = np.where(_is_middle_first(persons, rows), 0.92, habits.rate("middle"))
    return replace(
        parts,
        title=keep_some(parts.title, habits.rate("titles")),
        middle=keep_some(parts.middle, middle_rate),
        father=father,
        son_of=np.where(father >= 0, parts.son_of, -1),
        grandfather=np.where(father >= 0, keep_some(parts.grandfather, 0.6), -1),
        family=np.where(has_other_part & dice.chance(count, 0.015), -1, family),
        second=keep_some(parts.second, habits.rate("second")),
    )


def _is_middle_first(persons: Persons, rows: Ints) -> Bools:
    return _MIDDLE_FIRST[persons.culture[rows]]


def _draw_native(dice: Dice, parts: full_names.NameParts, culture: Ints, habits: Habits) -> Bools:
    """Draw the records in which the agency writes a name in the name's own script, which is not
    Latin.
    """
    scripts = np.array(
        [[c.script in agency.scripts for c in CULTURES] for agency in habits.agencies]
    )
    prefers_native = scripts[habits.agency, culture] & dice.chance(len(culture), 0.85)
    return (
        prefers_native & full_names.has_native_script(parts) & ~full_names.latin_cultures()[culture]
    )


def _draw_forms(
    dice: Dice, persons: Persons, rows: Ints, habits: Habits, native: Bools
) -> dict[str, Ints]:
    """Draw the form of each part: mostly the agency's letters, sometimes other letters, nicknames
    or initials.
    """
    count, error_factor = len(rows), habits.rate("error_factor")
    letters = habits.number("letters")
    # The author of a record may have copied the name from a list in another romanization.
    letters = np.where(dice.chance(count, 0.12), _LATIN_FORMS[dice.integers(count, 4)], letters)
    second = native & dice.chance(count, 0.12)

    def draw_form(odd: float) -> Ints:
        """Draw the letters of one part, which differ from the agency's letters at the rate
        `odd`.
        """
        form = np.where(
            dice.chance(count, odd * error_factor), _LATIN_FORMS[dice.integers(count, 4)], letters
        )
        return np.where(second, int(Form.SECOND), form)

    given_name = np.where(
        persons.uses_pet[rows] & dice.chance(count, 0.12), int(Form.PET), draw_form(0.06)
    )
    given_name = np.where(dice.chance(count, 0.006), int(Form.INITIAL), given_name)
    shortened = (
        habits.flag("abbreviates_middle")
        & ~_is_middle_first(persons, rows)
        & dice.chance(count, 0.8)
    )
    middle = np.where(shortened, int(Form.INITIAL), draw_form(0.06))
    father = np.where(shortened & dice.chance(count, 0.5), int(Form.INITIAL), draw_form(0.05))
    plain = np.full(count, int(Form.STANDARD), dtype=np.int64)
    return {
        "title": plain,
        "given_name": given_name,
        "middle": middle,
        "son_of": plain,
        "father": father,
        "grandfather": draw_form(0.05),
        "family": draw_form(0.06),
        "second": draw_form(0.05),
    }


def _add_errors(
    dice: Dice, texts: full_names.NameTexts, error_factor: np.ndarray
) -> full_names.NameTexts:
    """Add typos, and in a few records swap given and family name."""
    count = len(error_factor)
    given_name = add_typos(dice, texts.given_name, dice.chance(count, 0.025 * error_factor))
    family = add_typos(dice, texts.family, dice.chance(count, 0.03 * error_factor))
    father = add_typos(dice, texts.father, dice.chance(count, 0.02 * error_factor))
    swapped = dice.chance(count, 0.012 * error_factor) & is_present(family) & is_present(given_name)
    return replace(
        texts,
        given_name=choose_where(swapped, family, given_name),
        family=choose_where(swapped, given_name, family),
        father=father,
    )


def _apply_case(texts: pa.Array, upper: Bools) -> pa.Array:
    return choose_where(upper, pc.utf8_upper(texts), texts) if upper.any() else texts


def _truncate(texts: pa.Array, width: Ints) -> pa.Array:
    """Cut texts to the width of each record, like paper forms with boxes do."""
    for limit in np.unique(width).tolist():
        if limit < 100:
            shorter = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(texts, 0, limit))
            texts = choose_where(width == limit, shorter, texts)
    return texts


def _make_other_names(
    dice: Dice,
    persons: Persons,
    rows: Ints,
    habits: Habits,
    parts: full_names.NameParts,
    native: Bools,
    upper: Bools,
) -> Columns:
    count, culture = len(rows), persons.culture[rows]
    latin = full_names.latin_cultures()[culture]
    adds_native = (
        dice.chance(count, habits.rate("adds_native"))
        & ~native
        & ~latin
        & full_names.has_native_script(parts)
    )
    adds_latin = dice.chance(count, 0.16) & ~adds_native
    lexicon = load_vocabulary().lexicon
    pet = lexicon.spell(
        persons.given_name[rows], np.where(native, int(Form.PET_NATIVE), int(Form.PET))
    )
    uses_nickname = persons.uses_pet[rows] & dice.chance(
        count, np.where(persons.nickname_use[rows] == 0, 0.5, 0.12)
    )
    maiden = lexicon.spell(persons.maiden[rows], habits.number("letters"))
    previous = join_non_null(
        [lexicon.spell(persons.given_name[rows], habits.number("letters")), maiden]
    )
    return {
        "alias": _scatter(
            _apply_case(
                _spell_otherwise(dice, culture, habits, parts, adds_latin | native, False),
                upper[adds_latin | native],
            ),
            adds_latin | native,
            count,
        ),
        "nativeName": _scatter(
            _spell_otherwise(dice, culture, habits, parts, adds_native, True),
            adds_native,
            count,
        ),
        "weakAlias": keep_where(pet, uses_nickname),
        "previousName": keep_where(previous, (persons.maiden[rows] >= 0) & dice.chance(count, 0.3)),
    }


def _spell_otherwise(
    dice: Dice,
    culture: Ints,
    habits: Habits,
    parts: full_names.NameParts,
    mask: Bools,
    native: bool,
) -> pa.Array:
    """Spell the full names of some records in other letters."""
    rows = np.flatnonzero(mask)
    count, culture, natives = len(rows), culture[rows], np.full(len(rows), native)
    standard = np.full(count, int(Form.STANDARD), dtype=np.int64)
    form = standard if native else _LATIN_FORMS[dice.integers(count, 4)]
    forms = dict.fromkeys(full_names.PARTS, form)
    texts = full_names.spell_parts(parts.take(rows), forms, culture, natives)
    texts = replace(texts, title=make_nulls(count))
    order = habits.take(rows).number("order")
    return full_names.join_full_names(texts, order, culture, natives)


def _scatter(texts: pa.Array, mask: Bools, count: int) -> pa.Array:
    """Put texts into the rows selected by `mask`; the other rows are null."""
    place = np.cumsum(mask) - 1
    return texts.take(pa.array(place, mask=~mask)) if len(texts) else make_nulls(count)


def make_person_columns(
    dice: Dice, persons: Persons, papers: Papers, rows: Ints, habits: Habits
) -> Columns:
    """Make the columns of n records; `rows` has the person of each record."""
    columns = make_name_columns(dice, persons, rows, habits)
    columns |= _make_life_columns(dice, persons, rows, habits)
    columns |= _make_paper_columns(dice, persons, papers, rows, habits)
    return columns


def _make_life_columns(dice: Dice, persons: Persons, rows: Ints, habits: Habits) -> Columns:
    count, geo = len(rows), load_geography()
    dates = agencies.draw_written_dates(
        dice,
        persons.born[rows],
        persons.day_known[rows],
        habits.rate("year_only"),
        habits.rate("error_factor"),
    )
    other_dates = agencies.draw_written_dates(
        dice, persons.born[rows], persons.day_known[rows], np.full(count, 0.5), np.full(count, 25.0)
    )
    has_date = dice.chance(count, habits.rate("birth_date"))
    city = geo.cities.spell(
        persons.city[rows],
        np.array([Form.STANDARD, Form.STANDARD, Form.B, Form.C])[dice.integers(count, 4)],
    )
    country = geo.names.take(pa.array(persons.country[rows]))
    depth = dice.integers(count, 4)
    place = choose_where(
        depth == 0, country, choose_where(depth == 1, concat_texts([city, country], ", "), city)
    )
    has_place = dice.chance(count, habits.rate("birth_place"))
    second_nation = persons.other_nation[rows]
    changed = (second_nation >= 0) & dice.chance(count, 0.4)
    nation = np.where(changed, second_nation, persons.nation[rows])
    states_second = (second_nation >= 0) & ~changed & dice.chance(count, 0.5)
    has_nation = dice.chance(count, habits.rate("nation"))
    gender = pa.array(["male", "female"]).take(pa.array((~persons.male[rows]).astype(np.int64)))
    style = habits.number("dates")
    return {
        BIRTH_DATE: keep_where(agencies.format_dates(dates, style), has_date),
        "otherBirthDate": keep_where(
            agencies.format_dates(other_dates, style), has_date & dice.chance(count, 0.03)
        ),
        "birthPlace": keep_where(place, has_place),
        "birthCountry": keep_where(
            format_countries(persons.country[rows], habits),
            dice.chance(count, 0.5 * habits.rate("birth_place")),
        ),
        NATIONALITY: keep_where(format_countries(nation, habits), has_nation),
        "otherNationality": keep_where(
            format_countries(second_nation, habits), states_second & has_nation
        ),
        "gender": keep_where(gender, dice.chance(count, habits.rate("gender"))),
    }


def _make_paper_columns(
    dice: Dice, persons: Persons, papers: Papers, rows: Ints, habits: Habits
) -> Columns:
    count = len(rows)
    index = pa.array(rows)
    document_rate = habits.rate("documents")
    shows_old = dice.chance(count, 0.3) & is_present(papers.old_passport.take(index))
    states_both = ~shows_old & dice.chance(count, 0.3)
    forged = papers.forges[rows] & dice.chance(count, 0.7)
    passport = choose_where(shows_old, papers.old_passport.take(index), papers.passport.take(index))
    passport = choose_where(forged, papers.forged.take(index), passport)
    country = np.where(forged, papers.forged_country[rows], persons.nation[rows])
    has_passport = dice.chance(
        count, np.where(forged, np.maximum(document_rate, 0.6), document_rate)
    )
    has_identity = dice.chance(count, 0.8 * document_rate)
    contacts = habits.rate("contacts")
    street = papers.contacts.street.take(index)
    street = add_typos(dice, street, dice.chance(count, 0.06 * habits.rate("error_factor")))
    town = load_geography().cities.spell(papers.town[rows], int(Form.STANDARD))
    has_address = dice.chance(count, habits.rate("address"))
    return {
        "passportNumber": keep_where(
            _mistype_digits(dice, passport, 0.012 * habits.rate("error_factor")), has_passport
        ),
        "passportCountry": keep_where(load_geography().codes.take(pa.array(country)), has_passport),
        "passportExpires": keep_where(
            papers.expires.take(index), has_passport & ~shows_old & dice.chance(count, 0.4)
        ),
        "otherPassport": keep_where(papers.old_passport.take(index), has_passport & states_both),
        "idNumber": keep_where(
            _mistype_digits(dice, papers.identity.take(index), 0.01 * habits.rate("error_factor")),
            has_identity,
        ),
        "idCountry": keep_where(
            load_geography().codes.take(pa.array(persons.nation[rows])), has_identity
        ),
        "phone": keep_where(papers.contacts.phones(dice, rows), dice.chance(count, contacts)),
        "email": keep_where(papers.contacts.emails(dice, rows), dice.chance(count, 0.6 * contacts)),
        "street": keep_where(street, has_address & dice.chance(count, 0.8)),
        "city": keep_where(town, has_address),
        "addressCountry": keep_where(
            format_countries(persons.residence[rows], habits), has_address
        ),
    }


def _mistype_digits(dice: Dice, numbers: pa.Array, rate: np.ndarray) -> pa.Array:
    """Replace one character by a digit in some of the numbers."""
    rows = np.flatnonzero(dice.chance(len(numbers), rate) & is_present(numbers))
    positions, digit = dice.uniform(len(rows)).tolist(), dice.integers(len(rows), 10).tolist()
    changed = []
    for text, u, replacement in zip(
        numbers.take(pa.array(rows)).to_pylist(), positions, digit, strict=True
    ):
        index = int(u * len(text))
        changed.append(text[:index] + str(replacement) + text[index + 1 :])
    mask = np.zeros(len(numbers), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(numbers, pa.array(mask), pa.array(changed, pa.string()))
