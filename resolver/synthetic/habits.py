"""Habits of the agencies of a set of records, one value per record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic.agencies import Agency, CountryStyle, habit_values
from resolver.synthetic.geography import load_geography
from resolver.synthetic.names.name_lexicon import Bools, Floats, Ints
from resolver.synthetic.random_columns import (
    Dice,
    choose_where,
    concat_texts,
    format_numbers,
)

Columns = dict[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Habits:
    """Habits of the agencies of n records; `agency`: index of each record's agency."""

    agencies: tuple[Agency, ...]
    agency: Ints

    def rate(self, name: str) -> Floats:
        """Return a rate or factor per record."""
        return habit_values(self.agencies, name)[self.agency].astype(np.float64)

    def number(self, name: str) -> Ints:
        """Return a whole number or enumeration value per record."""
        return habit_values(self.agencies, name)[self.agency].astype(np.int64)

    def flag(self, name: str) -> Bools:
        """Return a boolean habit per record."""
        return habit_values(self.agencies, name)[self.agency].astype(np.bool_)

    def take(self, rows: Ints) -> Habits:
        """Return the habits of some of the records."""
        return Habits(self.agencies, self.agency[rows])


def format_countries(countries: Ints, habits: Habits) -> pa.StringArray:
    """Write countries in each agency's notation; null if negative."""
    geo, style = load_geography(), habits.number("countries")
    index = pa.array(np.where(countries >= 0, countries, 0), mask=countries < 0)
    names = choose_where(style == CountryStyle.NAME, geo.names.take(index), geo.codes.take(index))
    texts = choose_where(
        style == CountryStyle.CAPITALS, pc.utf8_upper(geo.codes).take(index), names
    )
    return choose_where(style == CountryStyle.ALPHA3, geo.alpha3.take(index), texts)


def make_handling_columns(dice: Dice, habits: Habits, columns: Columns) -> Columns:
    """Make source grade, information grade, category, purpose and review date."""
    count = len(habits.agency)
    source = _per_record([agency.source_grade for agency in habits.agencies], habits)
    other = pa.array(["A", "B", "C", "X"], pa.string()).take(pa.array(dice.integers(count, 4)))
    information = format_numbers(1 + dice.choose(count, (0.3, 0.4, 0.2, 0.1)))
    category = _per_record([agency.category for agency in habits.agencies], habits)
    purpose = _per_record([agency.purpose for agency in habits.agencies], habits)
    review = [
        format_numbers(2026 + dice.integers(count, 5), 4),
        format_numbers(1 + dice.integers(count, 12), 2),
    ]
    return {
        "sourceGrade": choose_where(dice.chance(count, 0.2), other, source),
        "informationGrade": information,
        "category": category,
        "purpose": purpose,
        "reviewDate": concat_texts([*review, "01"], "-"),
    }


def _per_record(texts: list[str], habits: Habits) -> pa.Array:
    """Return, for each record, the text of its agency."""
    return pa.array(texts, pa.string()).take(pa.array(habits.agency))
