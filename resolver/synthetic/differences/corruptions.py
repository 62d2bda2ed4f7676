"""Ways in which two records of a person differ, or of two easily confused persons: `CORRUPTIONS`.

To add one, write a function and a row of the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from resolver.synthetic.differences.name_changes import (
    add_diacritics,
    add_title,
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
from resolver.synthetic.differences.person_changes import (
    can_be_father,
    change_date_digit,
    combine_changes,
    is_date_swappable,
    keep_year_only,
    make_father_son_pair,
    make_namesake_pair,
    make_twin_pair,
    swap_day_and_month,
)
from resolver.synthetic.differences.person_views import (
    Change,
    Eligible,
)
from resolver.synthetic.names.name_lexicon import Form


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
