"""Probes: pairs of records of a person with one named difference, for fairness tests and training.

Probes differ by their `corruption` only, except that either side may lack birth date, birth place,
nationality or gender. Cultures alternate, as far as a corruption applies to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from resolver.errors import UsageError
from resolver.records import Kind, Record, Value
from resolver.synthetic.agencies import NameOrder
from resolver.synthetic.differences.corruptions import CORRUPTIONS, Corruption
from resolver.synthetic.differences.name_changes import (
    PersonView,
    drop_parts,
    make_plain_view,
    spell_names,
    state_persons,
    uniform_forms,
)
from resolver.synthetic.entities.persons import make_persons, take_persons
from resolver.synthetic.names import full_names
from resolver.synthetic.names.cultures import CULTURE_NAMES, CULTURES
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints
from resolver.synthetic.random_columns import Dice


@dataclass(frozen=True, slots=True)
class Probe:
    """Pair of records, and whether they describe the same person.

    `corruption`: name of the difference. `culture`: name culture. `script`: script of a name that
    is not in Latin letters (`Cyrillic` …), else `Latin`.
    """

    left: Record
    right: Record
    same: bool
    corruption: str
    culture: str
    script: str


def make_probes(count: int, seed: int = 1) -> list[Probe]:
    """Make `count` probes with alternating corruptions; deterministic in its arguments.

    Raises `UsageError` for a negative count.
    """
    if count < 0:
        raise UsageError(f"the number of probes must be 0 or more, not {count}")
    probes_of: list[list[Probe]] = []
    for place, corruption in enumerate(CORRUPTIONS):
        count_of = (count - place + len(CORRUPTIONS) - 1) // len(CORRUPTIONS)
        probes_of.append(
            _make_probes_of(corruption, max(count_of, 0), seed) if count_of > 0 else []
        )
    turns = max(map(len, probes_of), default=0)
    return [row[turn] for turn in range(turns) for row in probes_of if turn < len(row)]


def spell_name_variants(culture: str, count: int, seed: int = 1) -> list[tuple[str, ...]]:
    """Return the spellings of the full names of `count` persons of a culture.

    `culture`: a name of `CULTURES`. Per person a tuple of distinct spellings, the passport's first.
    Raises `UsageError` for an unknown culture.
    """
    if culture not in CULTURE_NAMES:
        raise UsageError(
            f"unknown name culture {culture!r}", hint=f"known are {', '.join(CULTURE_NAMES)}"
        )
    dice = Dice(seed, "variants", culture)
    persons = make_persons(dice, count, CULTURE_NAMES.index(culture), pairs=False)
    view = make_plain_view(persons, np.arange(count))
    native = full_names.has_native_script(view.parts)
    views = [
        replace(view, forms=uniform_forms(form, count))
        for form in (Form.STANDARD, Form.B, Form.C, Form.LOOSE)
    ]
    views += [
        replace(view, forms={**view.forms, part: np.full(count, int(form))})
        for part, form in (("given_name", Form.PET), ("middle", Form.INITIAL))
    ]
    views += [
        replace(view, order=np.full(count, int(NameOrder.FAMILY_COMMA))),
        replace(view, parts=drop_parts(view.parts, "middle", "father", "grandfather", "son_of")),
    ]
    views += [
        replace(view, native=native),
        replace(view, native=native, forms=uniform_forms(Form.SECOND, count)),
    ]
    texts = [spell_names(variant).to_pylist() for variant in views]
    return [tuple(dict.fromkeys(row)) for row in zip(*texts, strict=True)]


def _make_probes_of(corruption: Corruption, count: int, seed: int) -> list[Probe]:
    dice = Dice(seed, "probes", corruption.name)
    pool = make_persons(dice, max(60 * len(CULTURES), 40 * count), pairs=False)
    all_rows = np.arange(len(pool))
    full_view = make_plain_view(pool, all_rows)
    rows = _select_in_turns(pool.culture, corruption.possible(pool, full_view), count)
    persons = take_persons(pool, rows)
    view = make_plain_view(persons, np.arange(len(rows)))
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
    for place, (left_record, right_record) in enumerate(zip(*sides, strict=True)):
        culture = CULTURES[int(persons.culture[place])]
        script = culture.script if is_native[place] else "Latin"
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


_STATED = {"birthDate": 0.85, "birthPlace": 0.5, "nationality": 0.7, "gender": 0.6}
"""Share of records that state a property."""


def _make_records(dice: Dice, view: PersonView, source: str, tag: str) -> list[Record]:
    columns = {"name": spell_names(view), **state_persons(dice, view, _STATED)}
    lists = {prop: column.to_pylist() for prop, column in columns.items()}
    records = []
    for place in range(len(view.culture)):
        values = tuple(
            Value(prop, texts[place]) for prop, texts in lists.items() if texts[place] is not None
        )
        records.append(Record(f"{source}:{tag}-{place:06d}", source, Kind.PERSON, "Person", values))
    return records
