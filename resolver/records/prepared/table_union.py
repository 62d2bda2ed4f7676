"""Tables of several prepared batches merged into those of an assembled batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    DateTable,
    IdentifierTable,
    NameTable,
    PlaceTable,
    PreparedBatch,
    TextTable,
)
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.row_selection import (
    NO_ITEMS,
    NO_TEXTS,
    BatchRows,
    Numbers,
    Selection,
    TableUse,
    gather_item_values,
    joint_offsets,
    lazy_texts,
    recode_selection,
    rows_in_use,
    rows_sorted_by_text,
    select_items,
)

Side = Callable[[PreparedBatch], Ragged]
"""Reads the items of each record of a batch."""
_NO_HASHES = np.zeros(0, dtype=np.uint64)
_NO_BYTES = np.zeros(0, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class BatchUnion:
    """Rows of several parts, `count` together. `is_query`: the first part is one record, and only
    comparisons with it are made."""

    parts: Sequence[BatchRows]
    count: int
    is_query: bool

    def is_empty(self, side: Side) -> bool:
        """Return True if no part has items of a side."""
        return not any(len(side(part.prepared).items) for part in self.parts)

    def is_uncompared(self, side: Side) -> bool:
        """Return True if a side is never compared, since the query has no items of it."""
        return self.is_query and not len(side(self.parts[0].prepared).items)

    def column(self, read: Callable[[PreparedBatch], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return one column of all rows."""
        return np.concatenate([read(part.prepared)[part.rows] for part in self.parts])

    def select(self, side: Side) -> list[Selection]:
        """Return the items of a side, part by part."""
        return [select_items(side(part.prepared), part.rows) for part in self.parts]

    def recode_countries(self, side: Side, codes: Sequence[IntArray]) -> Ragged:
        """Return a side of country codes, given the new codes of each part."""
        if self.is_empty(side):
            return Ragged.empty(self.count)
        selections = self.select(side)
        # New codes order as the old ones did, so that items still ascend within a row.
        pairs = zip(codes, selections, strict=True)
        items = np.concatenate([code[selection.items] for code, selection in pairs])
        return Ragged(joint_offsets(selections), items)

    def dates(self) -> tuple[Ragged, Ragged, DateTable]:
        """Return births and starts, and their common table."""
        births = self.select(lambda batch: batch.births)
        starts = self.select(lambda batch: batch.starts)
        tables = [part.prepared.dates for part in self.parts]
        items = [
            np.concatenate([birth.items, start.items])
            for birth, start in zip(births, starts, strict=True)
        ]
        use = rows_sorted_by_text(items, [table.texts for table in tables])
        return recode_selection(births, use), recode_selection(starts, use), _dates(tables, use)

    def places(
        self, side: Side, read_table: Callable[[PreparedBatch], PlaceTable], codes: list[IntArray]
    ) -> tuple[Ragged, PlaceTable]:
        """Return a side of places and its table, given the new country codes of each part."""
        if self.is_empty(side):
            return Ragged.empty(self.count), _no_places(NO_TEXTS)
        selections = self.select(side)
        tables = [read_table(part.prepared) for part in self.parts]
        items, texts = selected_items(selections), [table.texts for table in tables]
        if self.is_uncompared(side):
            return _separate_rows(selections), _no_places(lazy_texts(texts, items))
        use = rows_sorted_by_text(items, texts)
        return recode_selection(selections, use), _places(tables, use, codes)

    def identifiers(self, codes: Sequence[IntArray]) -> tuple[Ragged, IdentifierTable]:
        """Return identifiers and their table, given the new country codes of each part."""
        selections = self.select(lambda batch: batch.identifiers)
        tables = [part.prepared.identifier_table for part in self.parts]
        items = selected_items(selections)
        if self.is_uncompared(lambda batch: batch.identifiers):
            texts = lazy_texts([table.texts for table in tables], items)
            # Types decide how a record is shown, even if the query states no identifier.
            types = np.concatenate(
                [table.type[some] for table, some in zip(tables, items, strict=True)]
            )
            table = IdentifierTable(_NO_HASHES, types, NO_ITEMS, texts, _NO_BYTES)
            return _separate_rows(selections), table
        use = rows_in_use(items)
        return recode_selection(selections, use), _identifiers(tables, use, codes)

    def plain(self, prop: str) -> tuple[Ragged, TextTable]:
        """Return a plain property and its table."""
        sides = [part.prepared.plain[prop] for part in self.parts]
        if not any(len(side.items) for side, _ in sides):
            return Ragged.empty(self.count), TextTable(NO_TEXTS, _NO_HASHES)
        selections = self.select(lambda batch: batch.plain[prop][0])
        items, tables = selected_items(selections), [table for _, table in sides]
        if self.is_uncompared(lambda batch: batch.plain[prop][0]):
            texts = lazy_texts([table.texts for table in tables], items)
            return _separate_rows(selections), TextTable(texts, _NO_HASHES)
        return _texts(selections, tables)


def selected_items(selections: Sequence[Selection]) -> list[IntArray]:
    """Return the selected items of each selection."""
    return [selection.items for selection in selections]


def _separate_rows(selections: Sequence[Selection]) -> Ragged:
    """Return the items of all parts, each a table row of its own."""
    offsets = joint_offsets(selections)
    return Ragged(offsets, np.arange(int(offsets[-1]), dtype=np.int32))


def _no_places(texts: npt.NDArray[np.object_]) -> PlaceTable:
    none = Ragged.empty(0)
    return PlaceTable(none, none, NO_TEXTS, _NO_HASHES, NO_ITEMS, NO_TEXTS, texts)


def _texts(
    selections: Sequence[Selection], tables: Sequence[TextTable]
) -> tuple[Ragged, TextTable]:
    """Return selected items of text tables over one table of distinct texts."""
    items = selected_items(selections)
    texts, codes = _distinct_texts(items, [table.texts for table in tables])
    hashes = np.zeros(len(texts), dtype=np.uint64)
    for table, some, new in zip(tables, items, codes, strict=True):
        hashes[new] = table.hashes[some]
    counts = np.concatenate([selection.counts for selection in selections])
    rows = np.repeat(np.arange(len(counts)), counts)
    return Ragged.from_rows(rows, np.concatenate(codes), len(counts)), TextTable(texts, hashes)


def _distinct_texts(
    items: Sequence[IntArray], texts: Sequence[npt.NDArray[np.object_]]
) -> tuple[npt.NDArray[np.object_], list[IntArray]]:
    """Return the distinct texts of items, sorted, and the items as codes of them."""
    used = [table[some] for table, some in zip(texts, items, strict=True)]
    if not any(len(some) for some in used):
        return np.empty(0, dtype=object), [np.zeros(0, dtype=np.int32) for _ in used]
    unique, codes = np.unique(np.concatenate(used), return_inverse=True)
    bounds = np.cumsum([len(some) for some in used])[:-1]
    return unique, np.split(codes.astype(np.int32), bounds)


@lru_cache(maxsize=64)
def merge_country_codes(
    tables: tuple[tuple[str, ...], ...],
) -> tuple[tuple[str, ...], list[IntArray]]:
    """Return the countries of all parts, and per part the new code of each old one.

    The first country has an empty name: unknown.
    """
    names = sorted({name for table in tables for name in table})
    place = {name: code for code, name in enumerate(names)}
    codes = [
        np.fromiter((place[name] for name in table), dtype=np.int32, count=len(table))
        for table in tables
    ]
    return tuple(names), codes


def merge_forms(
    batches: Sequence[PreparedBatch],
    use: TableUse,
    words: Sequence[Selection],
    token_use: TableUse,
    is_query: bool,
) -> NameTable:
    """Return the name forms in use, given their tokens.

    With `is_query` their texts are read on access.
    """
    tables = [batch.forms for batch in batches]
    texts = [table.texts for table in tables]
    return NameTable(
        recode_selection(words, token_use),
        gather_item_values(words, [table.roles for table in tables]),
        gather_item_values(words, [table.joined for table in tables]),
        gather_item_values(words, [table.joined_skeleton for table in tables]),
        use.column([table.compact for table in tables]),
        lazy_texts(texts, use.rows) if is_query else use.column(texts),
    )


def _dates(tables: Sequence[DateTable], use: TableUse) -> DateTable:
    return DateTable(
        use.column([table.year for table in tables]),
        use.column([table.last_year for table in tables]),
        use.column([table.month for table in tables]),
        use.column([table.day for table in tables]),
        use.column([table.circa for table in tables]),
        use.texts,
    )


def _places(tables: Sequence[PlaceTable], use: TableUse, codes: Sequence[IntArray]) -> PlaceTable:
    words = [select_items(table.tokens, rows) for table, rows in zip(tables, use.rows, strict=True)]
    local = [select_items(table.local, rows) for table, rows in zip(tables, use.rows, strict=True)]
    items = [
        np.concatenate([some.items, local_words.items])
        for some, local_words in zip(words, local, strict=True)
    ]
    texts, coded = _distinct_texts(items, [table.token_texts for table in tables])
    hashes = np.zeros(len(texts), dtype=np.uint64)
    for table, some, new in zip(tables, items, coded, strict=True):
        hashes[new] = table.token_hashes[some]
    bounds = [len(selection.items) for selection in words]
    word_codes = [new[:bound] for new, bound in zip(coded, bounds, strict=True)]
    local_codes = [new[bound:] for new, bound in zip(coded, bounds, strict=True)]
    return PlaceTable(
        ordered_rows(words, word_codes, use.order),
        ordered_rows(local, local_codes, use.order),
        texts,
        hashes,
        _recoded_countries([table.country for table in tables], use, codes),
        use.column([table.normal for table in tables]),
        use.texts,
    )


def _recoded_countries(
    columns: Sequence[IntArray], use: TableUse, codes: Sequence[IntArray]
) -> IntArray:
    """Return the country column of the new table, given that of each part and its new codes."""
    parts = zip(codes, columns, use.rows, strict=True)
    return use.ordered(np.concatenate([code[column[rows]] for code, column, rows in parts]))


def ordered_rows(
    selections: Sequence[Selection], items: Sequence[IntArray], order: Numbers | None
) -> Ragged:
    """Return rows with new items in the order of the new table."""
    together = Ragged(joint_offsets(selections), np.concatenate(items))
    return together if order is None else together.take(order)


def _identifiers(
    tables: Sequence[IdentifierTable], use: TableUse, codes: Sequence[IntArray]
) -> IdentifierTable:
    return IdentifierTable(
        use.column([table.number for table in tables]),
        use.column([table.type for table in tables]),
        _recoded_countries([table.country for table in tables], use, codes),
        use.column([table.texts for table in tables]),
        use.column([table.mass_used for table in tables]),
    )
