"""Rows of several prepared batches put together as one, without preparing anything again.

Every row of a table depends on its text alone, so what was prepared once can be compared with what is prepared now. The
answer holds only what the rows asked for use; the cost is that, not the size of the batches, whose arrays may lie in
mapped memory. Tables of words, places, dates and texts are sorted as those of one batch are; forms and identifiers come
part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records.batch import IntArray
from resolver.records.prepared import (
    DateTable,
    IdentifierTable,
    NameTable,
    PlaceTable,
    Prepared,
    TextTable,
    TokenTable,
)
from resolver.records.ragged import Ragged, offsets_of

Numbers = npt.NDArray[np.int64]
_NONE, _NOTHING = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
_NO_TEXTS: npt.NDArray[np.object_] = np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a prepared batch, in the order in which they are wanted; a row may be wanted twice."""

    prepared: Prepared
    rows: Numbers


@dataclass(frozen=True, slots=True)
class _Taken:
    """The items of the rows of a part: `counts` per row, `places` in the part's items, the `items` themselves."""

    counts: Numbers
    places: Numbers
    items: IntArray


@dataclass(frozen=True, slots=True)
class _Used:
    """The rows of a table that each part uses (ascending), and where they stand in the new table."""

    rows: list[IntArray]
    new: list[IntArray]
    order: Numbers
    """The new table is that of the parts one after the other, in this order."""
    texts: npt.NDArray[np.object_]
    """What it was sorted by, if by anything."""

    def coded(self, part: int, items: IntArray) -> IntArray:
        """Old codes of a part as new ones."""
        found: IntArray = _recoded(self.rows[part], self.new[part], items) if len(items) else _NOTHING
        return found

    def column(self, arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """One column of the new table from that of each part."""
        held = [array[rows] for array, rows in zip(arrays, self.rows, strict=True)]
        return (held[0] if len(held) == 1 else np.concatenate(held))[self.order]


def assembled(parts: Sequence[Part], ids: pa.StringArray) -> Prepared:
    """The rows of the parts, one part after the other, under new ids. No source counts as declared."""
    held = [part.prepared for part in parts]
    whole = _Whole(parts, len(ids))
    forms = whole.taken(lambda one: one.names)
    form_use = _in_parts([taken.items for taken in forms])
    words = [_take(one.forms.tokens, rows) for one, rows in zip(held, form_use.rows, strict=True)]
    token_use = _by_text([taken.items for taken in words], [one.tokens.texts for one in held])
    countries, codes = _countries(held)
    births, starts = whole.taken(lambda one: one.births), whole.taken(lambda one: one.starts)
    date_use = _by_text(
        [np.concatenate([one.items, two.items]) for one, two in zip(births, starts, strict=True)],
        [one.dates.texts for one in held],
    )
    birth_places, place_table = whole.places(lambda one: one.birth_places, lambda one: one.place_table, codes)
    addresses, address_table = whole.places(lambda one: one.addresses, lambda one: one.address_table, codes)
    identifiers = whole.taken(lambda one: one.identifiers)
    identifier_use = _in_parts([taken.items for taken in identifiers])
    return Prepared(
        ids=ids,
        kinds=whole.each(lambda one: one.kinds),
        sources=np.zeros(len(ids), dtype=np.int32),
        declared=np.zeros(len(ids), dtype=bool),
        tokens=_tokens(held, token_use),
        forms=_forms(held, form_use, words, token_use),
        names=_ragged(forms, form_use),
        name_quality=_beside(forms, [one.name_quality for one in held]),
        dates=_dates(held, date_use),
        births=_ragged(births, date_use),
        starts=_ragged(starts, date_use),
        country_codes=countries,
        nationalities=whole.coded(lambda one: one.nationalities, codes),
        countries=whole.coded(lambda one: one.countries, codes),
        birth_places=birth_places,
        place_table=place_table,
        addresses=addresses,
        address_table=address_table,
        identifiers=_ragged(identifiers, identifier_use),
        identifier_table=_identifiers(held, identifier_use, codes),
        gender=whole.each(lambda one: one.gender),
        plain={prop: whole.plain(prop) for prop in held[0].plain},
    )


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is asked of all parts alike."""

    parts: Sequence[Part]
    count: int

    def none(self, side: Callable[[Prepared], Ragged]) -> bool:
        """Whether no part says anything of it."""
        return not any(len(side(part.prepared).items) for part in self.parts)

    def each(self, column: Callable[[Prepared], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        return np.concatenate([column(part.prepared)[part.rows] for part in self.parts])

    def taken(self, side: Callable[[Prepared], Ragged]) -> list[_Taken]:
        return [_take(side(part.prepared), part.rows) for part in self.parts]

    def coded(self, side: Callable[[Prepared], Ragged], codes: Sequence[IntArray]) -> Ragged:
        """Items that are codes of countries."""
        if self.none(side):
            return Ragged.empty(self.count)
        taken = self.taken(side)
        counts = np.concatenate([one.counts for one in taken])
        items = np.concatenate([code[one.items] for code, one in zip(codes, taken, strict=True)])
        # the new codes order as the old ones did, so that items still ascend within a row
        return Ragged(offsets_of(counts), items)

    def places(
        self, side: Callable[[Prepared], Ragged], table: Callable[[Prepared], PlaceTable], codes: Sequence[IntArray]
    ) -> tuple[Ragged, PlaceTable]:
        if self.none(side):
            return Ragged.empty(self.count), _NO_PLACES
        taken = self.taken(side)
        tables = [table(part.prepared) for part in self.parts]
        use = _by_text([one.items for one in taken], [one.texts for one in tables])
        return _ragged(taken, use), _places(tables, use, codes)

    def plain(self, prop: str) -> tuple[Ragged, TextTable]:
        held = [part.prepared.plain[prop] for part in self.parts]
        if not any(len(side.items) for side, _ in held):
            return Ragged.empty(self.count), TextTable(_NO_TEXTS, np.zeros(0, dtype=np.uint64))
        taken = [_take(side, part.rows) for (side, _), part in zip(held, self.parts, strict=True)]
        texts, codes = _alike([one.items for one in taken], [table.texts for _, table in held])
        hashes = np.zeros(len(texts), dtype=np.uint64)
        for (_, table), one, new in zip(held, taken, codes, strict=True):
            hashes[new] = table.hashes[one.items]
        counts = np.concatenate([one.counts for one in taken])
        items = np.concatenate(codes)
        return Ragged.from_rows(np.repeat(np.arange(len(counts)), counts), items, len(counts)), TextTable(texts, hashes)


_NO_PLACES = PlaceTable(
    Ragged.empty(0), Ragged.empty(0), _NO_TEXTS, np.zeros(0, dtype=np.uint64), _NOTHING, _NO_TEXTS, _NO_TEXTS
)


def _take(side: Ragged, rows: npt.NDArray[Any]) -> _Taken:
    if not len(side.items):
        return _Taken(np.zeros(len(rows), dtype=np.int64), _NONE, _NOTHING)
    return _Taken(*_items_of(side.offsets, side.items, rows))


@numba.njit(cache=True, nogil=True)
def _items_of(offsets, items, rows):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The items of rows: how many of each, where they stand, and what they are."""
    counts = np.empty(len(rows), dtype=np.int64)
    total = 0
    for place in range(len(rows)):
        counts[place] = offsets[rows[place] + 1] - offsets[rows[place]]
        total += counts[place]
    places, taken = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int32)
    filled = 0
    for row in rows:
        for at in range(offsets[row], offsets[row + 1]):
            places[filled], taken[filled] = at, items[at]
            filled += 1
    return counts, places, taken


@numba.njit(cache=True, nogil=True)
def _distinct(items):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The items ascending, each once."""
    ordered = np.sort(items)
    count = 0
    for item in ordered:
        if count == 0 or ordered[count - 1] != item:
            ordered[count] = item
            count += 1
    return ordered[:count]


@numba.njit(cache=True, nogil=True)
def _recoded(rows, new, items):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Old codes as new ones: `new` beside the old codes `rows`, which ascend."""
    out = np.empty(len(items), dtype=np.int32)
    for place in range(len(items)):
        out[place] = new[np.searchsorted(rows, items[place])]
    return out


def _ragged(taken: Sequence[_Taken], use: _Used) -> Ragged:
    items = [use.coded(part, one.items) for part, one in enumerate(taken)]
    return Ragged(offsets_of(np.concatenate([one.counts for one in taken])), np.concatenate(items))


def _beside(taken: Sequence[_Taken], arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """What stands beside the items."""
    return np.concatenate([array[one.places] for array, one in zip(arrays, taken, strict=True)])


def _in_parts(items: Sequence[IntArray]) -> _Used:
    """The rows in use, part by part."""
    rows = [_distinct(one) if len(one) else _NOTHING for one in items]
    ends = np.cumsum([0, *(len(one) for one in rows)])
    new = [np.arange(start, end, dtype=np.int32) for start, end in pairwise(ends.tolist())]
    return _Used(rows, new, np.arange(int(ends[-1])), _NO_TEXTS)


def _by_text(items: Sequence[IntArray], texts: Sequence[npt.NDArray[np.object_]]) -> _Used:
    """The rows in use, sorted by their texts."""
    use = _in_parts(items)
    held = [table[rows] for table, rows in zip(texts, use.rows, strict=True)]
    together = np.concatenate(held)
    order = np.argsort(together, kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return _Used(use.rows, [place[new] for new in use.new], order, together[order])


def _alike(
    items: Sequence[IntArray], texts: Sequence[npt.NDArray[np.object_]]
) -> tuple[npt.NDArray[np.object_], list[IntArray]]:
    """The texts of items, sorted, each once, and the items as codes of them."""
    held = [table[one] for table, one in zip(texts, items, strict=True)]
    if not any(len(one) for one in held):
        return np.empty(0, dtype=object), [np.zeros(0, dtype=np.int32) for _ in held]
    unique, codes = np.unique(np.concatenate(held), return_inverse=True)
    bounds = np.cumsum([len(one) for one in held])[:-1]
    return unique, np.split(codes.astype(np.int32), bounds)


def _countries(held: Sequence[Prepared]) -> tuple[tuple[str, ...], list[IntArray]]:
    """The countries of all parts, and the new code of each old one. The first, of no name, is "unknown"."""
    names = sorted({name for one in held for name in one.country_codes})
    place = {name: code for code, name in enumerate(names)}
    codes = [
        np.fromiter((place[name] for name in one.country_codes), dtype=np.int32, count=len(one.country_codes))
        for one in held
    ]
    return tuple(names), codes


def _tokens(held: Sequence[Prepared], use: _Used) -> TokenTable:
    tables = [one.tokens for one in held]
    symbols = [_take(table.symbols, rows) for table, rows in zip(tables, use.rows, strict=True)]
    counts = np.concatenate([one.counts for one in symbols])
    together = Ragged(offsets_of(counts), np.concatenate([one.items for one in symbols]))
    return TokenTable(
        use.texts,
        use.column([one.hashes for one in tables]),
        use.column([one.phonetic for one in tables]),
        use.column([one.sound for one in tables]),
        use.column([one.skeleton for one in tables]),
        use.column([one.flags for one in tables]),
        use.column([one.rarity_person for one in tables]),
        use.column([one.rarity_group for one in tables]),
        together.take(use.order),
        use.column([one.signature for one in tables]),
    )


def _forms(held: Sequence[Prepared], use: _Used, words: Sequence[_Taken], tokens: _Used) -> NameTable:
    tables = [one.forms for one in held]
    return NameTable(
        _ragged(words, tokens),
        _beside(words, [one.roles for one in tables]),
        _beside(words, [one.joined for one in tables]),
        _beside(words, [one.joined_skeleton for one in tables]),
        use.column([one.compact for one in tables]),
        use.column([one.texts for one in tables]),
    )


def _dates(held: Sequence[Prepared], use: _Used) -> DateTable:
    tables = [one.dates for one in held]
    return DateTable(
        use.column([one.year for one in tables]),
        use.column([one.last_year for one in tables]),
        use.column([one.month for one in tables]),
        use.column([one.day for one in tables]),
        use.column([one.circa for one in tables]),
        use.texts,
    )


def _places(tables: Sequence[PlaceTable], use: _Used, codes: Sequence[IntArray]) -> PlaceTable:
    words = [_take(table.tokens, rows) for table, rows in zip(tables, use.rows, strict=True)]
    local = [_take(table.local, rows) for table, rows in zip(tables, use.rows, strict=True)]
    both = [np.concatenate([one.items, two.items]) for one, two in zip(words, local, strict=True)]
    texts, coded = _alike(both, [table.token_texts for table in tables])
    hashes = np.zeros(len(texts), dtype=np.uint64)
    for table, items, new in zip(tables, both, coded, strict=True):
        hashes[new] = table.token_hashes[items]
    country = [code[table.country[rows]] for code, table, rows in zip(codes, tables, use.rows, strict=True)]
    return PlaceTable(
        _sorted_words(words, [new[: len(one.items)] for new, one in zip(coded, words, strict=True)], use.order),
        _sorted_words(local, [new[len(one.items) :] for new, one in zip(coded, words, strict=True)], use.order),
        texts,
        hashes,
        np.concatenate(country)[use.order],
        use.column([one.normal for one in tables]),
        use.texts,
    )


def _sorted_words(taken: Sequence[_Taken], items: Sequence[IntArray], order: Numbers) -> Ragged:
    return Ragged(offsets_of(np.concatenate([one.counts for one in taken])), np.concatenate(items)).take(order)


def _identifiers(held: Sequence[Prepared], use: _Used, codes: Sequence[IntArray]) -> IdentifierTable:
    tables = [one.identifier_table for one in held]
    country = [code[table.country[rows]] for code, table, rows in zip(codes, tables, use.rows, strict=True)]
    return IdentifierTable(
        use.column([one.number for one in tables]),
        use.column([one.type for one in tables]),
        np.concatenate(country)[use.order],
        use.column([one.texts for one in tables]),
        use.column([one.mass_used for one in tables]),
    )
