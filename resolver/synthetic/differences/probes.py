"""Pairs of views of a person, each with one named difference: what fairness is measured on and training may use.

A probe differs in what its `corruption` says and in nothing else, except that either side may lack a birth date, a
birth place, a nationality or a gender. Cultures take turns, as far as a corruption is possible in them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from resolver.errors import UsageError
from resolver.records import Kind, Record, Value
from resolver.synthetic import written_dates
from resolver.synthetic.agencies import Dates, Order
from resolver.synthetic.differences.corruptions import CORRUPTIONS, Corruption
from resolver.synthetic.differences.person_views import (
    View,
    all_forms,
    name_texts,
    plain_view,
    without,
)
from resolver.synthetic.entities.persons import Persons, make_persons
from resolver.synthetic.geography import geography
from resolver.synthetic.names import full_names
from resolver.synthetic.names.cultures import CULTURE_NAMES, CULTURES
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints
from resolver.synthetic.random_columns import Dice, keep


@dataclass(frozen=True, slots=True)
class Probe:
    """Two records and whether they describe the same person. `corruption` names the difference; `culture` is the name
    culture, `script` the script (`Latin`, `Cyrillic` …) that is not Latin where one of the names is in such, else
    `Latin`."""

    left: Record
    right: Record
    same: bool
    corruption: str
    culture: str
    script: str


def probes(count: int, seed: int = 1) -> list[Probe]:
    """`count` probes, corruptions in turn; the same arguments give the same probes. Raises `UsageError` for a
    negative count."""
    if count < 0:
        raise UsageError(f"there are no {count} probes")
    found: list[list[Probe]] = []
    for place, corruption in enumerate(CORRUPTIONS):
        wanted = (count - place + len(CORRUPTIONS) - 1) // len(CORRUPTIONS)
        found.append(_probes_of(corruption, max(wanted, 0), seed) if wanted > 0 else [])
    turns = max(map(len, found), default=0)
    return [row[turn] for turn in range(turns) for row in found if turn < len(row)]


def name_variants(culture: str, count: int, seed: int = 1) -> list[tuple[str, ...]]:
    """The different spellings of the full names of `count` invented persons of a culture (a name of `CULTURES`), each
    a tuple without repetitions, the passport's first. Raises `UsageError` for a culture that is not known."""
    if culture not in CULTURE_NAMES:
        raise UsageError(
            f"no culture is called {culture!r}", mend=f"known are {', '.join(CULTURE_NAMES)}"
        )
    dice = Dice(seed, "variants", culture)
    persons = make_persons(dice, count, CULTURE_NAMES.index(culture), pairs=False)
    view = plain_view(persons, np.arange(count))
    native = full_names.writable(view.parts)
    views = [
        replace(view, forms=all_forms(form, count))
        for form in (Form.STANDARD, Form.B, Form.C, Form.LOOSE)
    ]
    views += [
        replace(view, forms={**view.forms, part: np.full(count, int(form))})
        for part, form in (("given", Form.PET), ("middle", Form.INITIAL))
    ]
    views += [
        replace(view, order=np.full(count, int(Order.FAMILY_COMMA))),
        replace(view, parts=without(view.parts, "middle", "father", "grandfather", "son_of")),
    ]
    views += [
        replace(view, native=native),
        replace(view, native=native, forms=all_forms(Form.SECOND, count)),
    ]
    texts = [name_texts(one).to_pylist() for one in views]
    return [tuple(dict.fromkeys(row)) for row in zip(*texts, strict=True)]


def _probes_of(corruption: Corruption, count: int, seed: int) -> list[Probe]:
    dice = Dice(seed, "probes", corruption.name)
    pool = make_persons(dice, max(60 * len(CULTURES), 40 * count), pairs=False)
    everyone = np.arange(len(pool))
    whole = plain_view(pool, everyone)
    rows = _in_turns(pool.culture, corruption.possible(pool, whole), count)
    persons = _only(pool, rows)
    view = plain_view(persons, np.arange(len(rows)))
    if corruption.native:
        own = (
            full_names.writable(view.parts)
            & ~full_names.latin_cultures()[view.culture]
            & dice.chance(len(rows), 0.5)
        )
        view = replace(view, native=own)
    left, right = corruption.change(dice, persons, view)
    sides = [
        _records(dice, side, f"probe-{where}", f"{corruption.name}-{seed}")
        for side, where in ((left, "left"), (right, "right"))
    ]
    own = left.native | right.native
    found = []
    for place, (one, other) in enumerate(zip(*sides, strict=True)):
        culture = CULTURES[int(persons.culture[place])]
        script = culture.script if own[place] else "Latin"
        found.append(Probe(one, other, corruption.same, corruption.name, culture.name, script))
    return found


def _in_turns(culture: Ints, possible: Bools, count: int) -> Ints:
    """`count` of the possible rows, cultures taking turns."""
    rows = np.flatnonzero(possible)
    order = np.argsort(culture[rows], kind="stable")
    ranked = np.empty(len(rows), dtype=np.int64)
    starts = np.searchsorted(culture[rows][order], np.arange(len(CULTURES)))
    ranked[order] = np.arange(len(rows)) - starts[culture[rows][order]]
    return rows[np.lexsort((culture[rows], ranked))][:count]


def _only(persons: Persons, rows: Ints) -> Persons:
    return Persons(*(getattr(persons, name)[rows] for name in Persons.__dataclass_fields__))


def _records(dice: Dice, view: View, source: str, tag: str) -> list[Record]:
    count, geo = len(view.culture), geography()
    styles = np.full(count, int(Dates.ISO), dtype=np.int64)
    columns = {
        "name": name_texts(view),
        "birthDate": keep(written_dates.write(view.written, styles), dice.chance(count, 0.85)),
        "birthPlace": keep(
            geo.cities.spell(view.city, int(Form.STANDARD)), dice.chance(count, 0.5)
        ),
        "nationality": keep(geo.codes.take(pa.array(view.country)), dice.chance(count, 0.7)),
        "gender": keep(
            pa.array(["male", "female"]).take(pa.array((~view.male).astype(np.int64))),
            dice.chance(count, 0.6),
        ),
    }
    lists = {prop: column.to_pylist() for prop, column in columns.items()}
    records = []
    for place in range(count):
        values = tuple(
            Value(prop, texts[place]) for prop, texts in lists.items() if texts[place] is not None
        )
        records.append(Record(f"{source}:{tag}-{place:06d}", source, Kind.PERSON, "Person", values))
    return records
