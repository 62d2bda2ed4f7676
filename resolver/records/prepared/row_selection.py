"""Select rows of several prepared batches and merge their tables, for `assembly`.

A prepared batch has records as rows, whose items are codes of tables (tokens, names, dates, places,
identifiers). To assemble rows of several batches, or *parts*, into one batch:

1. `select_items` returns the items of the selected rows of each part;
2. `rows_in_use` or `rows_sorted_by_text` returns the table rows that these items use (`TableUse`);
3. `recode_selection` turns the items into codes of the new table, and `BatchUnion` and the
   functions `merge_…` build the new tables.

The cost depends on the number of selected values only, not on the size of the batches, whose arrays
can be memory-mapped files. `merge_country_codes`, `merge_forms` and `merge_tokens` follow at the
end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    DateTable,
    HashArray,
    IdentifierTable,
    NameTable,
    PlaceTable,
    PreparedBatch,
    Ragged,
    TextTable,
    TokenTable,
    concat_rows,
    offsets_of,
)
from resolver.runtime.arrays import distinct_items, recode_items, take_items

Numbers = npt.NDArray[np.int64]
_NO_PLACES, NO_ITEMS = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
NO_TEXTS: npt.NDArray[np.object_] = np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True)
class BatchRows:
    """Rows of a prepared batch, in the order in which they are to appear; rows may repeat."""

    prepared: PreparedBatch
    rows: Numbers


@dataclass(frozen=True, slots=True)
class Selection:
    """Items of the selected rows of one part.

    `counts` is the number of items of each row, `places` the position of each item in the part's
    array of items, and `items` the items, which are codes of a table.
    """

    counts: Numbers
    places: Numbers
    items: IntArray


@dataclass(frozen=True, slots=True)
class TableUse:
    """Table rows that each part uses.

    For each part, `rows` are the rows of its table, ascending, and `new` their rows in the new
    table.
    """

    rows: list[IntArray]
    new: list[IntArray]
    order: Numbers | None
    """Order of the new table, as positions in the used rows of all parts one after the other.

    None: the new table has them in this order.
    """
    texts: npt.NDArray[np.object_]
    """Texts of the new table if it is sorted by text, else empty."""

    def coded(self, part: int, items: IntArray) -> IntArray:
        """Return codes of the table of one part as codes of the new table."""
        if not len(items):
            return NO_ITEMS
        recoded: IntArray = recode_items(self.rows[part], self.new[part], items)
        return recoded

    def column(self, arrays: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return one column of the new table; `arrays` has this column of each part's table."""
        used = [array[rows] for array, rows in zip(arrays, self.rows, strict=True)]
        return self.ordered(used[0] if len(used) == 1 else np.concatenate(used))

    def ordered(self, together: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values in the order of the new table; `together` has them part after part."""
        return together if self.order is None else together[self.order]


class _LazyTextArray:
    """Texts of several parts, one part after the other, each read on access."""

    def __init__(
        self, tables: Sequence[npt.NDArray[np.object_]], items: Sequence[IntArray]
    ) -> None:
        self._tables, self._items = tables, items

    def __len__(self) -> int:
        return sum(map(len, self._items))

    def __getitem__(self, places: Any) -> Any:
        if isinstance(places, int) or np.ndim(places) == 0:
            return self._text(int(places))
        return np.array([self._text(place) for place in np.asarray(places).tolist()], dtype=object)

    def tolist(self) -> list[Any]:
        """Read all texts."""
        pairs = zip(self._tables, self._items, strict=True)
        return [text for table, items in pairs for text in table[items].tolist()]

    def _text(self, index: int) -> Any:
        for table, items in zip(self._tables, self._items, strict=True):
            if index < len(items):
                return table[int(items[index])]
            index -= len(items)
        raise IndexError("there is no such text")


def lazy_texts(
    tables: Sequence[npt.NDArray[np.object_]], items: Sequence[IntArray]
) -> npt.NDArray[np.object_]:
    """Return an array of the texts of all items, which reads each text only on access."""
    return cast("npt.NDArray[np.object_]", _LazyTextArray(tables, items))


def select_items(side: Ragged, rows: npt.NDArray[Any]) -> Selection:
    """Return the items of some rows."""
    if not len(side.items):
        return Selection(np.zeros(len(rows), dtype=np.int64), _NO_PLACES, NO_ITEMS)
    return Selection(*take_items(side.offsets, side.items, rows.astype(np.int64, copy=False)))


def recode_selection(selections: Sequence[Selection], use: TableUse) -> Ragged:
    """Return the selections of all parts as rows of codes of the new table."""
    items = [use.coded(part, selection.items) for part, selection in enumerate(selections)]
    return Ragged(joint_offsets(selections), np.concatenate(items))


def joint_offsets(selections: Sequence[Selection]) -> IntArray:
    """Return the offsets of the rows of all parts, one part after the other."""
    return offsets_of(np.concatenate([selection.counts for selection in selections]))


def gather_item_values(
    selections: Sequence[Selection], arrays: Sequence[npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """Return the value of each selected item; `arrays` has one value per item of each part."""
    pairs = zip(arrays, selections, strict=True)
    return np.concatenate([array[selection.places] for array, selection in pairs])


def rows_in_use(items: Sequence[IntArray]) -> TableUse:
    """Return the table rows in use. The new table has them part after part."""
    rows = [distinct_items(codes) if len(codes) else NO_ITEMS for codes in items]
    ends = np.cumsum([0, *(len(used) for used in rows)])
    new = [np.arange(start, end, dtype=np.int32) for start, end in pairwise(ends.tolist())]
    return TableUse(rows, new, None, NO_TEXTS)


def rows_sorted_by_text(
    items: Sequence[IntArray], texts: Sequence[npt.NDArray[np.object_]]
) -> TableUse:
    """Return the table rows in use. The new table has them sorted by their texts."""
    use = rows_in_use(items)
    used = [table[rows] for table, rows in zip(texts, use.rows, strict=True)]
    together = np.concatenate(used)
    order = np.argsort(together, kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return TableUse(use.rows, [place[new] for new in use.new], order, together[order])


Side = Callable[[PreparedBatch], Ragged]
"""Function that returns one kind of items of a batch, such as its identifiers."""
_NO_HASHES = np.zeros(0, dtype=np.uint64)
_NO_BYTES = np.zeros(0, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class BatchUnion:
    """Rows of several parts that become one batch of `count` rows.

    `is_query`: the first part is one record, and all other rows are only compared with it.
    """

    parts: Sequence[BatchRows]
    count: int
    is_query: bool

    def is_empty(self, side: Side) -> bool:
        """Return True if no part has items of this kind."""
        return not any(len(side(part.prepared).items) for part in self.parts)

    def is_uncompared(self, side: Side) -> bool:
        """Return True if items of this kind are never compared, because the query has none."""
        return self.is_query and not len(side(self.parts[0].prepared).items)

    def column(self, member: str) -> npt.NDArray[Any]:
        """Return the values of one member of prepared batches, for all rows."""
        return np.concatenate([getattr(part.prepared, member)[part.rows] for part in self.parts])

    def select(self, side: Side) -> list[Selection]:
        """Return the selected items of this kind, for each part."""
        return [select_items(side(part.prepared), part.rows) for part in self.parts]

    def recode_countries(self, side: Side, codes: Sequence[IntArray]) -> Ragged:
        """Return the country codes of all rows; `codes` has the new codes of each part."""
        if self.is_empty(side):
            return Ragged.empty(self.count)
        selections = self.select(side)
        # new codes have the same order as the old ones, so items still ascend within a row
        pairs = zip(codes, selections, strict=True)
        items = np.concatenate([code[selection.items] for code, selection in pairs])
        return Ragged(joint_offsets(selections), items)

    def dates(self) -> tuple[Ragged, Ragged, DateTable]:
        """Return the dates of birth and of start of all rows, and the table that both use."""
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
        """Return one kind of places and its table; `codes` has each part's new country codes."""
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
        """Return identifiers and their table; `codes` has each part's new country codes."""
        selections = self.select(lambda batch: batch.identifiers)
        tables = [part.prepared.identifier_table for part in self.parts]
        items = selected_items(selections)
        if self.is_uncompared(lambda batch: batch.identifiers):
            texts = lazy_texts([table.texts for table in tables], items)
            # types decide how a record is shown, even if the query states no identifier
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
    """Return the items of all parts as rows, where every item is a table row of its own."""
    offsets = joint_offsets(selections)
    return Ragged(offsets, np.arange(int(offsets[-1]), dtype=np.int32))


def _no_places(texts: npt.NDArray[np.object_]) -> PlaceTable:
    none = Ragged.empty(0)
    return PlaceTable(none, none, NO_TEXTS, _NO_HASHES, NO_ITEMS, NO_TEXTS, texts)


def _texts(
    selections: Sequence[Selection], tables: Sequence[TextTable]
) -> tuple[Ragged, TextTable]:
    """Return the selected items as codes of one new table of distinct texts, and this table."""
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
    """Return the distinct texts of all items, sorted, and each part's items as codes of them."""
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
    """Return the countries of all parts, sorted, and for each part the new code of each old code.

    The first country has an empty name, which stands for unknown.
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
    """Return the table of the name forms in use.

    `words` are the tokens of each form, and `token_use` the token table in use. With `is_query`,
    texts of forms are read only on access.
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
    """Return the country column of the new table.

    `columns` has the country column of each part, and `codes` each part's new country codes.
    """
    parts = zip(codes, columns, use.rows, strict=True)
    return use.ordered(np.concatenate([code[column[rows]] for code, column, rows in parts]))


def ordered_rows(
    selections: Sequence[Selection], items: Sequence[IntArray], order: Numbers | None
) -> Ragged:
    """Return the selected rows with new items, in the order of the new table."""
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


def concat_tokens(tables: Sequence[TokenTable]) -> TokenTable:
    """Return the rows of several tables, one table after the other."""
    if len(tables) == 1:
        return tables[0]
    columns: dict[str, Any] = {}
    for column in fields(TokenTable):
        parts = [getattr(table, column.name) for table in tables]
        columns[column.name] = (
            concat_rows(parts) if column.name == "symbols" else np.concatenate(parts)
        )
    return TokenTable(**columns)


def deduplicate_tokens(batches: Sequence[PreparedBatch], use: TableUse) -> TableUse:
    """Return the tokens in use, sorted by text; tokens that two parts share are kept once.

    One part can have several tokens of one text, which differ in flags, symbols or source spelling.
    They stay separate. Tokens of two parts are the same token if they have the same text and
    attributes, and if each is the k-th such token of its part.
    """
    attributes = [
        _attribute_hashes(batch.tokens, rows) for batch, rows in zip(batches, use.rows, strict=True)
    ]
    changes = use.texts[1:] != use.texts[:-1]
    rank = (
        np.concatenate([[0], np.cumsum(changes)]) if len(use.texts) else np.zeros(0, dtype=np.int64)
    )
    ranks = [rank[new] for new in use.new]
    repeats = np.concatenate(
        [_repeat_numbers(*part) for part in zip(ranks, attributes, strict=True)]
    )
    keys = np.stack([repeats, np.concatenate(attributes).view(np.int64), np.concatenate(ranks)])
    order = np.lexsort(keys)
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (keys[:, order[1:]] != keys[:, order[:-1]]).any(axis=0)
    code = np.empty(len(order), dtype=np.int32)
    code[order] = np.cumsum(is_first, dtype=np.int32) - 1
    ends = np.cumsum([len(rows) for rows in use.rows])[:-1]
    texts = use.texts[np.concatenate(use.new)]
    return TableUse(use.rows, np.split(code, ends), order[is_first], texts[order[is_first]])


def _repeat_numbers(rank: Numbers, attributes: HashArray) -> Numbers:
    """Return, for each row, the number of equal rows before it."""
    order = np.lexsort((attributes, rank))
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (rank[order[1:]] != rank[order[:-1]]) | (
        attributes[order[1:]] != attributes[order[:-1]]
    )
    at = np.arange(len(order))
    repeats = np.empty(len(order), dtype=np.int64)
    repeats[order] = at - np.maximum.accumulate(np.where(begins, at, 0))
    return repeats


def _attribute_hashes(table: TokenTable, rows: IntArray) -> HashArray:
    """Return a hash of the flags, rarities and symbols of each token."""
    symbols = select_items(table.symbols, rows)
    mixed = (symbols.items.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    hashes = np.zeros(len(rows), dtype=np.uint64)
    np.bitwise_xor.at(
        hashes, np.repeat(np.arange(len(rows)), symbols.counts), mixed ^ (mixed >> np.uint64(29))
    )
    # the multiplication after each column keeps equal values in two columns from canceling out
    for column in (
        table.flags,
        table.rarity_person.view(np.uint32),
        table.rarity_group.view(np.uint32),
    ):
        hashes = (hashes ^ column[rows].astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
    return hashes


def merge_tokens(batches: Sequence[PreparedBatch], use: TableUse, is_query: bool) -> TokenTable:
    """Return the table of the tokens in use; with `is_query`, texts are read only on access."""
    tables = [batch.tokens for batch in batches]
    return TokenTable(
        lazy_texts([table.texts for table in tables], use.rows) if is_query else use.texts,
        use.column([table.hashes for table in tables]),
        use.column([table.phonetic for table in tables]),
        use.column([table.sound for table in tables]),
        use.column([table.skeleton for table in tables]),
        use.column([table.flags for table in tables]),
        use.column([table.rarity_person for table in tables]),
        use.column([table.rarity_group for table in tables]),
        _symbols(tables, use),
        use.column([table.signature for table in tables]),
    )


def _symbols(tables: Sequence[TokenTable], use: TableUse) -> Ragged:
    selections = [
        select_items(table.symbols, rows) for table, rows in zip(tables, use.rows, strict=True)
    ]
    return ordered_rows(selections, selected_items(selections), use.order)
