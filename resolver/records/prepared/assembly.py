"""Rows of several prepared batches put together as one, without preparing anything again.

Every row of a table depends on its text alone, so what was prepared once can be compared with what is prepared now. The
answer holds only what the rows asked for use; the cost is that, not the size of the batches, whose arrays may lie in
mapped memory. Tables of words, places, dates and texts are sorted as those of one batch are; forms and identifiers come
part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from resolver.records.prepared.batch import Prepared, TextTable
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.row_selection import Part as Part
from resolver.records.prepared.row_selection import (
    beside,
    by_text,
    in_parts,
    ragged_of,
    take,
)
from resolver.records.prepared.table_union import (
    Whole,
    countries_of,
    each_word_once,
    forms_of,
    tokens_of,
)


def assembled(parts: Sequence[Part], ids: pa.StringArray, *, asked: bool = False) -> Prepared:
    """The rows of the parts, one part after the other, under new ids. No source counts as declared.

    `asked`: the first part is one record that all others are compared with, and nothing else is compared. Then each
    side is put together when something asks for it, words come part by part, tables of what the record says nothing
    about are left empty but for the texts, and texts are read where they are asked for. Not for several threads at
    once.
    """
    later = Later(parts, ids, asked)
    if asked:
        return later
    held = {
        field.name: getattr(later, field.name)
        for field in fields(Prepared)
        if field.name != "plain"
    }
    return Prepared(**held, plain=dict(later.plain))


class Later(Prepared):
    """Rows of `parts` put together side by side, as they are asked for."""

    # what has not been made stands in no slot, so that Python asks `__getattr__`
    def __init__(self, parts: Sequence[Part], ids: pa.StringArray, asked: bool) -> None:
        vars(self).update(
            parts=parts,
            asked=asked,
            whole=Whole(parts, len(ids), asked),
            held=[part.prepared for part in parts],
            given={},
        )
        object.__setattr__(self, "ids", ids)

    def __len__(self) -> int:
        return len(self.ids)

    def origin(self, row: int) -> tuple[Prepared, int]:
        """The part and the row in it that a row is from."""
        for part in self.parts:
            if row < len(part.rows):
                return part.prepared, int(part.rows[row])
            row -= len(part.rows)
        raise IndexError("there is no such row")

    def give(self, **sides: Callable[[], Any]) -> None:
        """Say how some sides are made, where somebody knows better; to be called before they are asked for."""
        vars(self)["given"].update(sides)

    def __getattr__(self, name: str) -> Any:
        if name not in _MAKERS:
            raise AttributeError(name)
        given = self.given.get(name)
        made = given() if given is not None else _MAKERS[name](self)
        object.__setattr__(self, name, made)
        return made


_MAKERS: dict[str, Callable[[Any], Any]] = {
    # on the way
    "form_items": lambda one: one.whole.taken(lambda part: part.names),
    "form_use": lambda one: in_parts([taken.items for taken in one.form_items]),
    "words": lambda one: [
        take(part.forms.tokens, rows)
        for part, rows in zip(one.held, one.form_use.rows, strict=True)
    ],
    "token_use": lambda one: (
        in_parts([taken.items for taken in one.words])
        if one.asked
        else each_word_once(
            one.held,
            by_text([taken.items for taken in one.words], [part.tokens.texts for part in one.held]),
        )
    ),
    "countries_held": lambda one: countries_of(tuple(part.country_codes for part in one.held)),
    "codes": lambda one: one.countries_held[1],
    "dates_held": lambda one: one.whole.dates(),
    "born_at": lambda one: one.whole.places(
        lambda part: part.birth_places, lambda part: part.place_table, one.codes
    ),
    "lives_at": lambda one: one.whole.places(
        lambda part: part.addresses, lambda part: part.address_table, one.codes
    ),
    "numbers": lambda one: one.whole.identifiers(one.codes),
    # sides
    "kinds": lambda one: one.whole.each(lambda part: part.kinds),
    "sources": lambda one: np.zeros(len(one), dtype=np.int32),
    "declared": lambda one: np.zeros(len(one), dtype=bool),
    "tokens": lambda one: tokens_of(one.held, one.token_use, one.asked),
    "forms": lambda one: forms_of(one.held, one.form_use, one.words, one.token_use, one.asked),
    "names": lambda one: ragged_of(one.form_items, one.form_use),
    "name_quality": lambda one: beside(one.form_items, [part.name_quality for part in one.held]),
    "dates": lambda one: one.dates_held[2],
    "births": lambda one: one.dates_held[0],
    "starts": lambda one: one.dates_held[1],
    "country_codes": lambda one: one.countries_held[0],
    "nationalities": lambda one: one.whole.coded(lambda part: part.nationalities, one.codes),
    "countries": lambda one: one.whole.coded(lambda part: part.countries, one.codes),
    "birth_places": lambda one: one.born_at[0],
    "place_table": lambda one: one.born_at[1],
    "addresses": lambda one: one.lives_at[0],
    "address_table": lambda one: one.lives_at[1],
    "identifiers": lambda one: one.numbers[0],
    "identifier_table": lambda one: one.numbers[1],
    "gender": lambda one: one.whole.each(lambda part: part.gender),
    "plain": lambda one: _Plain(one.whole, tuple(one.held[0].plain)),
}


class _Plain(Mapping[str, tuple[Ragged, TextTable]]):
    """Plain properties, each put together when it is asked for."""

    def __init__(self, whole: Whole, props: tuple[str, ...]) -> None:
        self._whole, self._props = whole, props
        self._made: dict[str, tuple[Ragged, TextTable]] = {}

    def __getitem__(self, prop: str) -> tuple[Ragged, TextTable]:
        if prop not in self._made:
            if prop not in self._props:
                raise KeyError(prop)
            self._made[prop] = self._whole.plain(prop)
        return self._made[prop]

    def __iter__(self) -> Iterator[str]:
        return iter(self._props)

    def __len__(self) -> int:
        return len(self._props)
