"""How one side sees persons: the parts, letters and order of their names, and their dates, before they are records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic import written_dates
from resolver.synthetic.agencies import Order
from resolver.synthetic.entities.document_numbers import date_parts
from resolver.synthetic.entities.persons import Days, Persons
from resolver.synthetic.names import full_names
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints


@dataclass(frozen=True, slots=True)
class View:
    """n persons as one side sees them. `forms`: the `Form` of each part; `slips`: changes of the finished texts."""

    parts: full_names.Parts
    forms: dict[str, Ints]
    native: Bools
    culture: Ints
    order: Ints
    written: written_dates.Written
    city: Ints
    country: Ints
    male: Bools
    slips: Callable[[full_names.Texts], full_names.Texts] | None = None
    width: int = 0


def all_forms(form: Form, count: int) -> dict[str, Ints]:
    """Every part of `count` names in one form, titles as they are."""
    plain = np.full(count, int(Form.STANDARD), dtype=np.int64)
    return {
        part: plain if part in ("title", "son_of") else np.full(count, int(form), dtype=np.int64)
        for part in full_names.PARTS
    }


def without(parts: full_names.Parts, *left_out: str) -> full_names.Parts:
    """The names without some of their parts."""
    return replace(
        parts, **{part: np.full(len(parts.given), -1, dtype=np.int64) for part in left_out}
    )


def plain_view(persons: Persons, rows: Ints) -> View:
    """Everything right: the passport's spelling, the whole name, the exact date."""
    count = len(rows)
    return View(
        parts=without(full_names.parts_of(persons, rows), "title", "son_of"),
        forms=all_forms(Form.STANDARD, count),
        native=np.zeros(count, dtype=bool),
        culture=persons.culture[rows],
        order=np.full(count, int(Order.GIVEN_FIRST), dtype=np.int64),
        written=exactly(persons.born[rows]),
        city=persons.city[rows],
        country=persons.nationality[rows],
        male=persons.male[rows],
    )


def exactly(born: Days) -> written_dates.Written:
    """Whole dates."""
    day, month, year = date_parts(born)
    return written_dates.Written(
        year, month, day, np.zeros(len(born), dtype=bool), np.zeros(len(born), dtype=np.int64)
    )


def name_texts(view: View) -> pa.StringArray:
    """The full names of a view."""
    texts = full_names.spell(view.parts, view.forms, view.culture, view.native)
    if view.slips:
        texts = view.slips(texts)
    name = full_names.full(texts, view.order, view.culture, view.native)
    if view.width:
        name = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(name, 0, view.width))
    return name
