"""Views of persons: parts, letters and order of names, and dates, before they become records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic import written_dates
from resolver.synthetic.agencies import NameOrder
from resolver.synthetic.entities.document_numbers import split_dates
from resolver.synthetic.entities.persons import Days, Persons
from resolver.synthetic.names import full_names
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints
from resolver.synthetic.random_columns import Dice


@dataclass(frozen=True, slots=True)
class PersonView:
    """View of n persons on one side of a pair.

    `forms`: `Form` of each name part. `edit_texts`: change of the finished texts. `width`: longest
    name in characters, 0 for no limit.
    """

    parts: full_names.NameParts
    forms: dict[str, Ints]
    native: Bools
    culture: Ints
    order: Ints
    dates: written_dates.WrittenDates
    city: Ints
    country: Ints
    male: Bools
    edit_texts: Callable[[full_names.NameTexts], full_names.NameTexts] | None = None
    width: int = 0


Eligible = Callable[[Persons, PersonView], Bools]
"""Selects the persons for whom a change is possible."""
Change = Callable[[Dice, Persons, PersonView], tuple[PersonView, PersonView]]
"""Makes the two sides of a pair from a view."""


def uniform_forms(form: Form, count: int) -> dict[str, Ints]:
    """Return one form for all parts of `count` names except titles."""
    plain = np.full(count, int(Form.STANDARD), dtype=np.int64)
    return {
        part: plain if part in ("title", "son_of") else np.full(count, int(form), dtype=np.int64)
        for part in full_names.PARTS
    }


def drop_parts(parts: full_names.NameParts, *left_out: str) -> full_names.NameParts:
    """Return the names without some of their parts."""
    return replace(
        parts, **{part: np.full(len(parts.given_name), -1, dtype=np.int64) for part in left_out}
    )


def make_plain_view(persons: Persons, rows: Ints) -> PersonView:
    """Make a view without errors: the passport's spelling, full name, exact date."""
    count = len(rows)
    return PersonView(
        parts=drop_parts(full_names.select_parts(persons, rows), "title", "son_of"),
        forms=uniform_forms(Form.STANDARD, count),
        native=np.zeros(count, dtype=bool),
        culture=persons.culture[rows],
        order=np.full(count, int(NameOrder.GIVEN_FIRST), dtype=np.int64),
        dates=exact_dates(persons.born[rows]),
        city=persons.city[rows],
        country=persons.nationality[rows],
        male=persons.male[rows],
    )


def exact_dates(born: Days) -> written_dates.WrittenDates:
    """Return complete dates."""
    day, month, year = split_dates(born)
    return written_dates.WrittenDates(
        year, month, day, np.zeros(len(born), dtype=bool), np.zeros(len(born), dtype=np.int64)
    )


def spell_names(view: PersonView) -> pa.StringArray:
    """Return the full names of a view."""
    texts = full_names.spell_parts(view.parts, view.forms, view.culture, view.native)
    if view.edit_texts:
        texts = view.edit_texts(texts)
    name = full_names.join_full_names(texts, view.order, view.culture, view.native)
    if view.width:
        name = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(name, 0, view.width))
    return name
