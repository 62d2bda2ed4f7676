"""Ways in which two records of the same person, or of two persons who are easily confused, differ:
`CORRUPTIONS`.

The functions change dates, combine several changes, or make other persons who are easily confused.
To add a way, write a function and add a row to the table.

`make_probes` makes probes: pairs of records of a person with one named difference, for fairness
tests and training. Probes differ only in their `corruption`, except that either side may lack birth
date, birth place, nationality or gender. Cultures alternate, if a corruption applies to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from resolver.errors import UsageError
from resolver.records import Kind, Record, Value
from resolver.records.properties import BIRTH_DATE, NATIONALITY
from resolver.world import full_names, name_changes
from resolver.world.agencies import NameOrder
from resolver.world.cultures import CULTURE_NAMES, CULTURES, load_geography
from resolver.world.name_lexicon import Bools, Dice, Form, Ints
from resolver.world.persons import FIRST_DAY, Persons, culture_tables, make_persons, take_persons


def swap_day_and_month(
    dice: Dice, persons: Persons, view: name_changes.PersonView
) -> tuple[name_changes.PersonView, name_changes.PersonView]:
    """Swap day and month of birth on the right side."""
    dates = view.dates
    return view, replace(view, dates=replace(dates, day=dates.month, month=dates.day))


def is_date_swappable(persons: Persons, view: name_changes.PersonView) -> Bools:
    """Select persons whose day of birth is another valid month."""
    is_visible = (view.dates.day <= 12) & (view.dates.day != view.dates.month)
    return np.asarray(is_visible & name_changes.has_family_name(persons, view))


def change_date_digit(
    dice: Dice, persons: Persons, view: name_changes.PersonView
) -> tuple[name_changes.PersonView, name_changes.PersonView]:
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
    # The changed year may have no 29 February, so the day becomes 28.
    day = np.where((dates.month == 2) & (day > 28), 28, day)
    return view, replace(view, dates=replace(dates, year=year, day=day))


def keep_year_only(
    dice: Dice, persons: Persons, view: name_changes.PersonView
) -> tuple[name_changes.PersonView, name_changes.PersonView]:
    """Keep only the year of birth on the right side."""
    zero = np.zeros(len(view.culture), dtype=np.int64)
    return view, replace(view, dates=replace(view.dates, month=zero, day=zero))


def combine_changes(
    dice: Dice, persons: Persons, view: name_changes.PersonView
) -> tuple[name_changes.PersonView, name_changes.PersonView]:
    """Combine another romanization, a typo, a missing middle name and an incomplete date."""
    _, other = name_changes.romanize_otherwise(dice, persons, view)
    _, other = name_changes.mistype_name(dice, persons, other)
    drops_month = dice.chance(len(view.culture), 0.5)
    day = np.where(drops_month, 0, view.dates.day)
    return view, replace(
        other,
        dates=replace(view.dates, month=np.where(drops_month, 0, view.dates.month), day=day),
        parts=name_changes.drop_parts(view.parts, "middle"),
    )


def make_namesake_pair(
    dice: Dice, persons: Persons, view: name_changes.PersonView
) -> tuple[name_changes.PersonView, name_changes.PersonView]:
    """Make a pair of namesakes born in other places and years."""
    count = len(view.culture)
    shift = np.where(dice.chance(count, 0.5), 1, -1) * (500 + dice.integers(count, 4000))
    born = np.clip(persons.born + shift, FIRST_DAY, FIRST_DAY + 24_000)
    table = culture_tables()
    country = table.countries[view.culture, dice.integers(count, table.country_count[view.culture])]
    parts = name_changes.drop_parts(view.parts, "father", "grandfather", "middle")
    other = replace(
        view,
        parts=parts,
        dates=name_changes.exact_dates(born),
        country=country,
        city=load_geography().pick_city(dice, country),
    )
    return replace(view, parts=parts), other


def make_twin_pair(
    dice: Dice, persons: Persons, view: name_changes.PersonView
) -> tuple[name_changes.PersonView, name_changes.PersonView]:
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
    parts = name_changes.drop_parts(view.parts, "middle")
    return replace(view, parts=parts), replace(view, parts=replace(parts, given_name=other))


def make_father_son_pair(
    dice: Dice, persons: Persons, view: name_changes.PersonView
) -> tuple[name_changes.PersonView, name_changes.PersonView]:
    """Make a pair of father and son with the same name."""
    born = persons.born + 19 * 366 + dice.integers(len(view.culture), 18 * 365)
    parts = name_changes.drop_parts(view.parts, "father", "grandfather")
    return replace(view, parts=parts), replace(
        view, parts=parts, dates=name_changes.exact_dates(born)
    )


def can_be_father(persons: Persons, view: name_changes.PersonView) -> Bools:
    """Select men born before 1970."""
    return (
        persons.male
        & (persons.born < np.datetime64("1970-01-01"))
        & name_changes.has_family_name(persons, view)
    )


@dataclass(frozen=True, slots=True)
class Corruption:
    """Named difference between two records of a person, or of two persons.

    `possible` selects the persons to whom the difference applies; `change` makes the two sides.
    With `native`, half of the persons who have a script of their own are written in this script on
    both sides.
    """

    name: str
    help: str
    same: bool
    possible: name_changes.Eligible
    change: name_changes.Change
    native: bool = False


CORRUPTIONS: tuple[Corruption, ...] = (
    Corruption(
        "none",
        "nothing differs",
        True,
        name_changes.has_family_name,
        lambda dice, persons, view: (view, view),
        native=True,
    ),
    Corruption(
        "patronymic-omitted",
        "the father's name is omitted",
        True,
        name_changes.has_part("father"),
        name_changes.omit_parts("father", "grandfather"),
        native=True,
    ),
    Corruption(
        "middle-omitted",
        "the middle name is omitted",
        True,
        name_changes.has_middle_name,
        name_changes.omit_parts("middle"),
        native=True,
    ),
    Corruption(
        "second-surname-omitted",
        "the second surname is omitted",
        True,
        name_changes.has_part("second"),
        name_changes.omit_parts("second"),
    ),
    Corruption(
        "transliteration",
        "another romanization",
        True,
        name_changes.has_several_spellings,
        name_changes.romanize_otherwise,
    ),
    Corruption(
        "diacritics",
        "Latin letters with and without diacritics",
        True,
        name_changes.has_diacritics,
        name_changes.add_diacritics,
    ),
    Corruption(
        "cross-script",
        "own script against the Latin letters of a passport",
        True,
        name_changes.has_native_name,
        name_changes.use_native_script,
    ),
    Corruption(
        "typo",
        "one typing or scanning error",
        True,
        name_changes.is_long_enough_for_typo,
        name_changes.mistype_name,
        native=True,
    ),
    Corruption(
        "glued",
        "names joined or split",
        True,
        name_changes.has_compound_name,
        name_changes.join_or_split_words,
    ),
    Corruption(
        "order",
        "given and family name swapped",
        True,
        name_changes.has_different_names,
        name_changes.swap_names,
        native=True,
    ),
    Corruption(
        "initial",
        "the given name as an initial",
        True,
        name_changes.has_family_name,
        name_changes.use_form(Form.INITIAL, "given_name"),
    ),
    Corruption(
        "nickname",
        "a nickname for the given name",
        True,
        name_changes.has_other_spelling(Form.PET, "given_name"),
        name_changes.use_form(Form.PET, "given_name"),
    ),
    Corruption(
        "title",
        "a title before the name",
        True,
        name_changes.has_family_name,
        name_changes.add_title,
    ),
    Corruption(
        "truncated",
        "the name cut off",
        True,
        name_changes.has_long_name,
        name_changes.truncate_name,
    ),
    Corruption(
        "maiden-name",
        "the family name before marriage",
        True,
        name_changes.has_maiden_name,
        name_changes.use_maiden_name,
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
        name_changes.has_family_name,
        change_date_digit,
        native=True,
    ),
    Corruption(
        "date-year-only",
        "only the year of birth",
        True,
        name_changes.has_family_name,
        keep_year_only,
        native=True,
    ),
    Corruption(
        "several",
        "another romanization, a typo, no middle name, an incomplete date",
        True,
        name_changes.has_several_spellings,
        combine_changes,
    ),
    Corruption(
        "common-name",
        "another person of the same name",
        False,
        name_changes.has_family_name,
        make_namesake_pair,
        native=True,
    ),
    Corruption("twin", "a twin", False, name_changes.has_family_name, make_twin_pair, native=True),
    Corruption(
        "father-son",
        "father and son of one name",
        False,
        can_be_father,
        make_father_son_pair,
        native=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """Pair of records, and whether they describe the same person.

    `corruption` is the name of the difference. `culture` is the name culture. `script` is the
    script of a name that is not in Latin letters (`Cyrillic` …), else `Latin`.
    """

    left: Record
    right: Record
    same: bool
    corruption: str
    culture: str
    script: str


def make_probes(count: int, seed: int = 1) -> list[Probe]:
    """Make `count` probes with alternating corruptions; the result depends only on the arguments.

    Raises `UsageError` if the count is negative.
    """
    if count < 0:
        raise UsageError(f"the number of probes must be 0 or more, not {count}")
    probes_of: list[list[Probe]] = []
    for index, corruption in enumerate(CORRUPTIONS):
        count_of = (count - index + len(CORRUPTIONS) - 1) // len(CORRUPTIONS)
        probes_of.append(
            _make_probes_of(corruption, max(count_of, 0), seed) if count_of > 0 else []
        )
    turns = max(map(len, probes_of), default=0)
    return [row[turn] for turn in range(turns) for row in probes_of if turn < len(row)]


def spell_name_variants(culture: str, count: int, seed: int = 1) -> list[tuple[str, ...]]:
    """Return the spellings of the full names of `count` persons of a culture.

    `culture` is a name of `CULTURES`. For each person there is a tuple of distinct spellings; the
    spelling of the passport is first. Raises `UsageError` if there is no such culture.
    """
    if culture not in CULTURE_NAMES:
        raise UsageError(
            f"unknown name culture {culture!r}", hint=f"known are {', '.join(CULTURE_NAMES)}"
        )
    dice = Dice(seed, "variants", culture)
    persons = make_persons(dice, count, CULTURE_NAMES.index(culture), pairs=False)
    view = name_changes.make_plain_view(persons, np.arange(count))
    native = full_names.has_native_script(view.parts)
    views = [
        replace(view, forms=name_changes.uniform_forms(form, count))
        for form in (Form.STANDARD, Form.B, Form.C, Form.LOOSE)
    ]
    views += [
        replace(view, forms={**view.forms, part: np.full(count, int(form))})
        for part, form in (("given_name", Form.PET), ("middle", Form.INITIAL))
    ]
    views += [
        replace(view, order=np.full(count, int(NameOrder.FAMILY_COMMA))),
        replace(
            view,
            parts=name_changes.drop_parts(view.parts, "middle", "father", "grandfather", "son_of"),
        ),
    ]
    views += [
        replace(view, native=native),
        replace(view, native=native, forms=name_changes.uniform_forms(Form.SECOND, count)),
    ]
    texts = [name_changes.spell_names(variant).to_pylist() for variant in views]
    return [tuple(dict.fromkeys(row)) for row in zip(*texts, strict=True)]


def _make_probes_of(corruption: Corruption, count: int, seed: int) -> list[Probe]:
    dice = Dice(seed, "probes", corruption.name)
    pool = make_persons(dice, max(60 * len(CULTURES), 40 * count), pairs=False)
    all_rows = np.arange(len(pool))
    full_view = name_changes.make_plain_view(pool, all_rows)
    rows = _select_in_turns(pool.culture, corruption.possible(pool, full_view), count)
    persons = take_persons(pool, rows)
    view = name_changes.make_plain_view(persons, np.arange(len(rows)))
    if corruption.native:
        is_native = (
            full_names.has_native_script(view.parts)
            & ~full_names.latin_cultures()[view.culture]
            & dice.chance(len(rows), 0.5)
        )
        view = replace(view, native=is_native)
    left, right = corruption.change(dice, persons, view)
    sides = [
        _make_records(dice, side, f"probe-{side_name}", f"{corruption.name}-{seed}")
        for side, side_name in ((left, "left"), (right, "right"))
    ]
    is_native = left.native | right.native
    probes = []
    for index, (left_record, right_record) in enumerate(zip(*sides, strict=True)):
        culture = CULTURES[int(persons.culture[index])]
        script = culture.script if is_native[index] else "Latin"
        probes.append(
            Probe(left_record, right_record, corruption.same, corruption.name, culture.name, script)
        )
    return probes


def _select_in_turns(culture: Ints, possible: Bools, count: int) -> Ints:
    """Select `count` of the possible rows, alternating between cultures."""
    rows = np.flatnonzero(possible)
    order = np.argsort(culture[rows], kind="stable")
    ranked = np.empty(len(rows), dtype=np.int64)
    starts = np.searchsorted(culture[rows][order], np.arange(len(CULTURES)))
    ranked[order] = np.arange(len(rows)) - starts[culture[rows][order]]
    return rows[np.lexsort((culture[rows], ranked))][:count]


_STATED = {BIRTH_DATE: 0.85, "birthPlace": 0.5, NATIONALITY: 0.7, "gender": 0.6}
"""Share of records that state a property."""


def _make_records(dice: Dice, view: name_changes.PersonView, source: str, tag: str) -> list[Record]:
    columns = {
        "name": name_changes.spell_names(view),
        **name_changes.state_persons(dice, view, _STATED),
    }
    lists = {prop: column.to_pylist() for prop, column in columns.items()}
    records = []
    for index in range(len(view.culture)):
        values = tuple(
            Value(prop, texts[index]) for prop, texts in lists.items() if texts[index] is not None
        )
        records.append(Record(f"{source}:{tag}-{index:06d}", source, Kind.PERSON, "Person", values))
    return records
