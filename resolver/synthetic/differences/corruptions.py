"""Ways in which two records of a person differ, or of two easily confused persons: `CORRUPTIONS`.

To add one, write a function and a row of the table.

Differences in dates, combined differences, and other persons who are easily confused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from resolver.synthetic.differences.name_changes import (
    Change,
    Eligible,
    PersonView,
    add_diacritics,
    add_title,
    drop_parts,
    exact_dates,
    has_compound_name,
    has_diacritics,
    has_different_names,
    has_family_name,
    has_long_name,
    has_maiden_name,
    has_middle_name,
    has_native_name,
    has_other_spelling,
    has_part,
    has_several_spellings,
    is_long_enough_for_typo,
    join_or_split_words,
    mistype_name,
    omit_parts,
    romanize_otherwise,
    swap_names,
    truncate_name,
    use_form,
    use_maiden_name,
    use_native_script,
)
from resolver.synthetic.entities.persons import FIRST_DAY, Persons, culture_tables
from resolver.synthetic.geography import load_geography
from resolver.synthetic.names.name_lexicon import Bools, Form
from resolver.synthetic.random_columns import Dice


def swap_day_and_month(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Swap day and month of birth on the right side."""
    dates = view.dates
    return view, replace(view, dates=replace(dates, day=dates.month, month=dates.day))


def is_date_swappable(persons: Persons, view: PersonView) -> Bools:
    """Select persons whose day of birth is another valid month."""
    is_visible = (view.dates.day <= 12) & (view.dates.day != view.dates.month)
    return np.asarray(is_visible & has_family_name(persons, view))


def change_date_digit(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Change one digit of the birth date on the right side."""
    dates, count = view.dates, len(view.culture)
    digit, is_lower = dice.integers(count, 3), dice.chance(count, 0.5)
    year = (
        dates.year
        + np.where(is_lower, -1, 1) * (digit == 0)
        + np.where(is_lower, -10, 10) * (digit == 1)
    )
    other_day = np.where(dates.day > 10, dates.day - 10, dates.day + 10)
    day = np.where(digit == 2, other_day, dates.day)
    # The changed year may have no 29 February.
    day = np.where((dates.month == 2) & (day > 28), 28, day)
    return view, replace(view, dates=replace(dates, year=year, day=day))


def keep_year_only(dice: Dice, persons: Persons, view: PersonView) -> tuple[PersonView, PersonView]:
    """Keep only the year of birth on the right side."""
    zero = np.zeros(len(view.culture), dtype=np.int64)
    return view, replace(view, dates=replace(view.dates, month=zero, day=zero))


def combine_changes(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Combine another romanization, a typo, a missing middle name and an incomplete date."""
    _, other = romanize_otherwise(dice, persons, view)
    _, other = mistype_name(dice, persons, other)
    drops_month = dice.chance(len(view.culture), 0.5)
    day = np.where(drops_month, 0, view.dates.day)
    return view, replace(
        other,
        dates=replace(view.dates, month=np.where(drops_month, 0, view.dates.month), day=day),
        parts=drop_parts(view.parts, "middle"),
    )


def make_namesake_pair(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Make a pair of namesakes born in other places and years."""
    count = len(view.culture)
    shift = np.where(dice.chance(count, 0.5), 1, -1) * (500 + dice.integers(count, 4000))
    born = np.clip(persons.born + shift, FIRST_DAY, FIRST_DAY + 24_000)
    table = culture_tables()
    country = table.countries[view.culture, dice.integers(count, table.country_count[view.culture])]
    parts = drop_parts(view.parts, "father", "grandfather", "middle")
    other = replace(
        view,
        parts=parts,
        dates=exact_dates(born),
        country=country,
        city=load_geography().pick_city(dice, country),
    )
    return replace(view, parts=parts), other


def make_twin_pair(dice: Dice, persons: Persons, view: PersonView) -> tuple[PersonView, PersonView]:
    """Make a pair of siblings born on the same day."""
    table, gender = culture_tables(), (~persons.male).astype(np.int64)
    start, size = (
        table.start["given_name"][view.culture, gender],
        table.size["given_name"][view.culture, gender],
    )
    other = (
        start
        + (view.parts.given_name - start + 1 + dice.integers(len(size), np.minimum(size - 1, 40)))
        % size
    )
    parts = drop_parts(view.parts, "middle")
    return replace(view, parts=parts), replace(view, parts=replace(parts, given_name=other))


def make_father_son_pair(
    dice: Dice, persons: Persons, view: PersonView
) -> tuple[PersonView, PersonView]:
    """Make a pair of father and son with the same name."""
    born = persons.born + 19 * 366 + dice.integers(len(view.culture), 18 * 365)
    parts = drop_parts(view.parts, "father", "grandfather")
    return replace(view, parts=parts), replace(view, parts=parts, dates=exact_dates(born))


def can_be_father(persons: Persons, view: PersonView) -> Bools:
    """Select men born before 1970."""
    return (
        persons.male & (persons.born < np.datetime64("1970-01-01")) & has_family_name(persons, view)
    )


@dataclass(frozen=True, slots=True)
class Corruption:
    """Named difference between two records of a person, or of two persons.

    `possible` selects the persons it applies to; `change` makes the two sides. `native`: half of
    the persons with a script of their own are written in it on both sides.
    """

    name: str
    help: str
    same: bool
    possible: Eligible
    change: Change
    native: bool = False


CORRUPTIONS: tuple[Corruption, ...] = (
    Corruption(
        "none",
        "nothing differs",
        True,
        has_family_name,
        lambda dice, persons, view: (view, view),
        native=True,
    ),
    Corruption(
        "patronymic-omitted",
        "the father's name is omitted",
        True,
        has_part("father"),
        omit_parts("father", "grandfather"),
        native=True,
    ),
    Corruption(
        "middle-omitted",
        "the middle name is omitted",
        True,
        has_middle_name,
        omit_parts("middle"),
        native=True,
    ),
    Corruption(
        "second-surname-omitted",
        "the second surname is omitted",
        True,
        has_part("second"),
        omit_parts("second"),
    ),
    Corruption(
        "transliteration", "another romanization", True, has_several_spellings, romanize_otherwise
    ),
    Corruption(
        "diacritics",
        "Latin letters with and without diacritics",
        True,
        has_diacritics,
        add_diacritics,
    ),
    Corruption(
        "cross-script",
        "own script against the Latin letters of a passport",
        True,
        has_native_name,
        use_native_script,
    ),
    Corruption(
        "typo",
        "one typing or scanning error",
        True,
        is_long_enough_for_typo,
        mistype_name,
        native=True,
    ),
    Corruption("glued", "names joined or split", True, has_compound_name, join_or_split_words),
    Corruption(
        "order",
        "given and family name swapped",
        True,
        has_different_names,
        swap_names,
        native=True,
    ),
    Corruption(
        "initial",
        "the given name as an initial",
        True,
        has_family_name,
        use_form(Form.INITIAL, "given_name"),
    ),
    Corruption(
        "nickname",
        "a nickname for the given name",
        True,
        has_other_spelling(Form.PET, "given_name"),
        use_form(Form.PET, "given_name"),
    ),
    Corruption("title", "a title before the name", True, has_family_name, add_title),
    Corruption("truncated", "the name cut off", True, has_long_name, truncate_name),
    Corruption(
        "maiden-name",
        "the family name before marriage",
        True,
        has_maiden_name,
        use_maiden_name,
        native=True,
    ),
    Corruption(
        "date-swap",
        "day and month swapped",
        True,
        is_date_swappable,
        swap_day_and_month,
        native=True,
    ),
    Corruption(
        "date-digit",
        "one digit of the birth date",
        True,
        has_family_name,
        change_date_digit,
        native=True,
    ),
    Corruption(
        "date-year-only",
        "only the year of birth",
        True,
        has_family_name,
        keep_year_only,
        native=True,
    ),
    Corruption(
        "several",
        "another romanization, a typo, no middle name, an incomplete date",
        True,
        has_several_spellings,
        combine_changes,
    ),
    Corruption(
        "common-name",
        "another person of the same name",
        False,
        has_family_name,
        make_namesake_pair,
        native=True,
    ),
    Corruption("twin", "a twin", False, has_family_name, make_twin_pair, native=True),
    Corruption(
        "father-son",
        "father and son of one name",
        False,
        can_be_father,
        make_father_son_pair,
        native=True,
    ),
)
