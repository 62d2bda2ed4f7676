"""Ways in which two records of a person differ, or of two persons easily taken for one: the table `CORRUPTIONS`.

Adding one is a function or two here and a row in the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc

from resolver.synthetic.differences.person_views import (
    View,
    all_forms,
    exactly,
    name_texts,
    without,
)
from resolver.synthetic.differences.writing_errors import (
    SHORTEST,
    Slip,
    replaced,
    slip,
    with_slips,
)
from resolver.synthetic.entities.persons import FIRST_DAY, Persons, tables
from resolver.synthetic.geography import geography
from resolver.synthetic.names import full_names
from resolver.synthetic.names.cultures import CULTURES
from resolver.synthetic.names.name_lexicon import Bools, Form
from resolver.synthetic.names.vocabulary import vocabulary
from resolver.synthetic.random_columns import Dice, nulls

Eligible = Callable[[Persons, View], Bools]
Change = Callable[[Dice, Persons, View], tuple[View, View]]


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way in which two records of a person (or of two) differ. `possible`: for whom; `change`: the two sides.

    `native`: whether half of those with a script of their own are seen in it on both sides.
    """

    name: str
    help: str
    same: bool
    possible: Eligible
    change: Change
    native: bool = False


# What a corruption does to a pair of equal views.


def _parts_left_out(*parts: str) -> Change:
    return lambda dice, persons, view: (view, replace(view, parts=without(view.parts, *parts)))


def _has(part: str) -> Eligible:
    return lambda persons, view: np.asarray(
        (getattr(view.parts, part) >= 0) & (view.parts.family >= 0)
    )


def _has_middle(persons: Persons, view: View) -> Bools:
    first = np.array([culture.middle_first for culture in CULTURES])
    return np.asarray(_has("middle")(persons, view) & ~first[persons.culture])


def _anybody(persons: Persons, view: View) -> Bools:
    return view.parts.family >= 0


def _differs(form: Form, *parts: str) -> Eligible:
    """Who has a part that is spelled otherwise in a form."""

    def possible(persons: Persons, view: View) -> Bools:
        texts = vocabulary().lexicon
        found = np.zeros(len(persons), dtype=bool)
        for part in parts:
            words = getattr(view.parts, part)
            other = pc.not_equal(
                texts.spell(words, int(Form.STANDARD)), texts.spell(words, int(form))
            )
            found |= np.asarray(pc.fill_null(other, False))
        return found

    return possible


def _in_form(form: Form, *parts: str) -> Change:
    def change(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
        return view, replace(
            view,
            forms={**view.forms, **{part: np.full(len(view.culture), int(form)) for part in parts}},
        )

    return change


def _other_letters(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    forms = np.array([Form.B, Form.C, Form.LOOSE])[dice.below(len(view.culture), 3)]
    return view, replace(
        view,
        forms={
            part: forms if part not in ("title", "son_of") else view.forms[part]
            for part in full_names.PARTS
        },
    )


def _several_spellings(persons: Persons, view: View) -> Bools:
    tests = [
        _differs(form, "given", "family")(persons, view) for form in (Form.B, Form.C, Form.LOOSE)
    ]
    return np.asarray(np.logical_and.reduce(tests))


def _with_marks(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    return replace(view, forms=all_forms(Form.NATIVE, len(view.culture))), view


def _marked(persons: Persons, view: View) -> Bools:
    return full_names.latin_cultures()[persons.culture] & _differs(Form.NATIVE, "given", "family")(
        persons, view
    )


def _own_script(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    return view, replace(view, native=np.ones(len(view.culture), dtype=bool))


def _has_own_script(persons: Persons, view: View) -> Bools:
    return (
        full_names.writable(view.parts)
        & ~full_names.latin_cultures()[persons.culture]
        & _anybody(persons, view)
    )


def _mistyped(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    def slips(texts: full_names.Texts) -> full_names.Texts:
        given_short, family_short = (
            np.asarray(pc.less(pc.utf8_length(pc.fill_null(text, "")), SHORTEST))
            for text in (texts.given, texts.family)
        )
        in_family = np.where(given_short, True, dice.chance(len(view.culture), 0.5) & ~family_short)
        return replace(
            texts,
            given=with_slips(dice, texts.given, ~in_family),
            family=with_slips(dice, texts.family, in_family),
        )

    # in scripts of syllables one sign is half a name
    view = replace(view, native=view.native & ~full_names.close_cultures()[view.culture])
    return view, replace(view, slips=slips)


def _long_enough(persons: Persons, view: View) -> Bools:
    lengths = [
        pc.utf8_length(vocabulary().lexicon.spell(words, int(Form.STANDARD)))
        for words in (view.parts.given, view.parts.family)
    ]
    return np.asarray(pc.greater_equal(pc.max_element_wise(*lengths), SHORTEST)) & _anybody(
        persons, view
    )


def _glued(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    def slips(texts: full_names.Texts) -> full_names.Texts:
        rows = np.arange(len(view.culture))
        return replace(
            texts,
            given=replaced(
                texts.given,
                rows,
                [slip(text or "", Slip.GLUED, 0.0) for text in texts.given.to_pylist()],
            ),
            family=replaced(
                texts.family,
                rows,
                [slip(text or "", Slip.GLUED, 0.0) for text in texts.family.to_pylist()],
            ),
        )

    return view, replace(view, slips=slips)


def _compound(persons: Persons, view: View) -> Bools:
    lexicon = vocabulary().lexicon
    found = np.zeros(len(persons), dtype=bool)
    for part in ("given", "family"):
        text = lexicon.spell(getattr(view.parts, part), int(Form.STANDARD))
        found |= np.asarray(pc.fill_null(pc.match_substring_regex(text, "[ -]"), False))
    return found & _anybody(persons, view)


def _turned_round(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    def slips(texts: full_names.Texts) -> full_names.Texts:
        return replace(
            texts, given=texts.family, family=texts.given, father=nulls(len(texts.given))
        )

    # nobody turns round a name that is written without a space
    view = replace(view, native=view.native & ~full_names.close_cultures()[view.culture])
    return replace(view, parts=without(view.parts, "father", "grandfather")), replace(
        view, slips=slips
    )


def _cut_off(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    return view, replace(view, width=16)


def _long(persons: Persons, view: View) -> Bools:
    length = pc.utf8_length(name_texts(view))
    return np.asarray(pc.and_(pc.greater(length, 18), pc.less(length, 26))) & _anybody(
        persons, view
    )


def _titled(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    return view, replace(view, parts=replace(view.parts, title=persons.title))


def _married(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    return view, replace(view, parts=replace(view.parts, family=persons.maiden))


def _has_maiden(persons: Persons, view: View) -> Bools:
    changed = (persons.maiden >= 0) & (persons.maiden != persons.family)
    return np.asarray(changed & _anybody(persons, view))


def _day_and_month(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    was = view.written
    return view, replace(view, written=replace(was, day=was.month, month=was.day))


def _swappable(persons: Persons, view: View) -> Bools:
    told_apart = (view.written.day <= 12) & (view.written.day != view.written.month)
    return np.asarray(told_apart & _anybody(persons, view))


def _one_digit(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    was, count = view.written, len(view.culture)
    which, down = dice.below(count, 3), dice.chance(count, 0.5)
    year = was.year + np.where(down, -1, 1) * (which == 0) + np.where(down, -10, 10) * (which == 1)
    day = np.where(
        which == 2,
        np.where(was.day > 20, was.day - 10, np.where(was.day > 10, was.day - 10, was.day + 10)),
        was.day,
    )
    # leap days of years that are none would not exist
    return view, replace(
        view, written=replace(was, year=year, day=np.where((was.month == 2) & (day > 28), 28, day))
    )


def _year_only(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    zero = np.zeros(len(view.culture), dtype=np.int64)
    return view, replace(view, written=replace(view.written, month=zero, day=zero))


def _several(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    _, other = _other_letters(dice, persons, view)
    _, other = _mistyped(dice, persons, other)
    some = dice.chance(len(view.culture), 0.5)
    zero = np.where(some, 0, view.written.day)
    return view, replace(
        other,
        written=replace(view.written, month=np.where(some, 0, view.written.month), day=zero),
        parts=without(view.parts, "middle"),
    )


def _common_name(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    """Somebody else of the same name, born elsewhere and at another time."""
    count = len(view.culture)
    shift = np.where(dice.chance(count, 0.5), 1, -1) * (500 + dice.below(count, 4000))
    born = np.clip(persons.born + shift, FIRST_DAY, FIRST_DAY + 24_000)
    table = tables()
    country = table.countries[view.culture, dice.below(count, table.country_count[view.culture])]
    bare = without(view.parts, "father", "grandfather", "middle")
    other = replace(
        view,
        parts=bare,
        written=exactly(born),
        country=country,
        city=geography().pick_city(dice, country),
    )
    return replace(view, parts=bare), other


def _twin(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    """A brother or sister born the same day."""
    table, gender = tables(), (~persons.male).astype(np.int64)
    start, size = (
        table.start["given"][view.culture, gender],
        table.size["given"][view.culture, gender],
    )
    other = (
        start
        + (view.parts.given - start + 1 + dice.below(len(size), np.minimum(size - 1, 40))) % size
    )
    bare = without(view.parts, "middle")
    return replace(view, parts=bare), replace(view, parts=replace(bare, given=other))


def _father_son(dice: Dice, persons: Persons, view: View) -> tuple[View, View]:
    """Father and son of one name."""
    born = persons.born + 19 * 366 + dice.below(len(view.culture), 18 * 365)
    bare = without(view.parts, "father", "grandfather")
    return replace(view, parts=bare), replace(view, parts=bare, written=exactly(born))


def _fathers(persons: Persons, view: View) -> Bools:
    return persons.male & (persons.born < np.datetime64("1970-01-01")) & _anybody(persons, view)


CORRUPTIONS: tuple[Corruption, ...] = (
    Corruption(
        "none",
        "nothing differs",
        True,
        _anybody,
        lambda dice, persons, view: (view, view),
        native=True,
    ),
    Corruption(
        "patronymic-omitted",
        "the father's name is left out",
        True,
        _has("father"),
        _parts_left_out("father", "grandfather"),
        native=True,
    ),
    Corruption(
        "middle-omitted",
        "the middle name is left out",
        True,
        _has_middle,
        _parts_left_out("middle"),
        native=True,
    ),
    Corruption(
        "second-surname-omitted",
        "the second surname is left out",
        True,
        _has("second"),
        _parts_left_out("second"),
    ),
    Corruption("transliteration", "another romanisation", True, _several_spellings, _other_letters),
    Corruption("diacritics", "Latin letters with and without marks", True, _marked, _with_marks),
    Corruption(
        "cross-script",
        "the own script against a passport's Latin letters",
        True,
        _has_own_script,
        _own_script,
    ),
    Corruption(
        "typo",
        "one slip of the keyboard or the scanner",
        True,
        _long_enough,
        _mistyped,
        native=True,
    ),
    Corruption("glued", "names written as one or parted", True, _compound, _glued),
    Corruption(
        "order",
        "given and family name in each other's place",
        True,
        _anybody,
        _turned_round,
        native=True,
    ),
    Corruption(
        "initial", "the given name as an initial", True, _anybody, _in_form(Form.INITIAL, "given")
    ),
    Corruption(
        "nickname",
        "a pet name for the given name",
        True,
        _differs(Form.PET, "given"),
        _in_form(Form.PET, "given"),
    ),
    Corruption("title", "a title before the name", True, _anybody, _titled),
    Corruption("truncated", "the name cut off", True, _long, _cut_off),
    Corruption(
        "maiden-name", "the family name before marriage", True, _has_maiden, _married, native=True
    ),
    Corruption(
        "date-swap",
        "day and month in each other's place",
        True,
        _swappable,
        _day_and_month,
        native=True,
    ),
    Corruption(
        "date-digit", "one digit of the birth date", True, _anybody, _one_digit, native=True
    ),
    Corruption("date-year-only", "only the year of birth", True, _anybody, _year_only, native=True),
    Corruption(
        "several",
        "other letters, a slip, no middle name, half a date",
        True,
        _several_spellings,
        _several,
    ),
    Corruption(
        "common-name", "somebody else of the same name", False, _anybody, _common_name, native=True
    ),
    Corruption("twin", "a twin", False, _anybody, _twin, native=True),
    Corruption(
        "father-son", "father and son of one name", False, _fathers, _father_son, native=True
    ),
)
