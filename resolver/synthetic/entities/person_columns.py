"""Persons as agencies describe them: one column per property, one row per record."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic import written_dates
from resolver.synthetic.differences.writing_errors import add_typos
from resolver.synthetic.entities.name_columns import make_name_columns
from resolver.synthetic.entities.papers import Papers
from resolver.synthetic.entities.persons import Persons
from resolver.synthetic.geography import load_geography
from resolver.synthetic.habits import Columns, Habits, format_countries
from resolver.synthetic.names.name_lexicon import Form, Ints
from resolver.synthetic.random_columns import (
    Dice,
    choose_where,
    concat_texts,
    is_present,
    keep_where,
)


def make_person_columns(
    dice: Dice, persons: Persons, papers: Papers, rows: Ints, habits: Habits
) -> Columns:
    """Make the columns of n records; `rows`: the person of each record."""
    columns = make_name_columns(dice, persons, rows, habits)
    columns |= _make_life_columns(dice, persons, rows, habits)
    columns |= _make_paper_columns(dice, persons, papers, rows, habits)
    return columns


def _make_life_columns(dice: Dice, persons: Persons, rows: Ints, habits: Habits) -> Columns:
    count, geo = len(rows), load_geography()
    dates = written_dates.draw_written_dates(
        dice,
        persons.born[rows],
        persons.day_known[rows],
        habits.rate("year_only"),
        habits.rate("error_factor"),
    )
    other_dates = written_dates.draw_written_dates(
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
    second_nationality = persons.other_nationality[rows]
    changed = (second_nationality >= 0) & dice.chance(count, 0.4)
    nationality = np.where(changed, second_nationality, persons.nationality[rows])
    states_second = (second_nationality >= 0) & ~changed & dice.chance(count, 0.5)
    has_nationality = dice.chance(count, habits.rate("nationality"))
    gender = pa.array(["male", "female"]).take(pa.array((~persons.male[rows]).astype(np.int64)))
    style = habits.number("dates")
    return {
        "birthDate": keep_where(written_dates.format_dates(dates, style), has_date),
        "otherBirthDate": keep_where(
            written_dates.format_dates(other_dates, style), has_date & dice.chance(count, 0.03)
        ),
        "birthPlace": keep_where(place, has_place),
        "birthCountry": keep_where(
            format_countries(persons.country[rows], habits),
            dice.chance(count, 0.5 * habits.rate("birth_place")),
        ),
        "nationality": keep_where(format_countries(nationality, habits), has_nationality),
        "otherNationality": keep_where(
            format_countries(second_nationality, habits), states_second & has_nationality
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
    country = np.where(forged, papers.forged_country[rows], persons.nationality[rows])
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
            load_geography().codes.take(pa.array(persons.nationality[rows])), has_identity
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
        place = int(u * len(text))
        changed.append(text[:place] + str(replacement) + text[place + 1 :])
    mask = np.zeros(len(numbers), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(numbers, pa.array(mask), pa.array(changed, pa.string()))
