"""What tables of several prepared batches become together, table by table: what `assembling` is made of."""

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
    HashArray,
    IdentifierTable,
    NameTable,
    PlaceTable,
    Prepared,
    TextTable,
    TokenTable,
)
from resolver.records.prepared.ragged import Ragged, offsets_of
from resolver.records.prepared.row_selection import (
    NO_TEXTS,
    NOTHING,
    Numbers,
    Part,
    Taken,
    Used,
    beside,
    by_text,
    in_parts,
    ragged_of,
    take,
    unread,
)

Side = Callable[[Prepared], Ragged]
_NO_HASHES = np.zeros(0, dtype=np.uint64)
_NO_BYTES = np.zeros(0, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Whole:
    """What is asked of all parts alike."""

    parts: Sequence[Part]
    count: int
    asked: bool

    def none(self, side: Side) -> bool:
        """Whether no part says anything of it."""
        return not any(len(side(part.prepared).items) for part in self.parts)

    def unasked(self, side: Side) -> bool:
        """Whether nothing of it is compared: the record that is asked about says nothing of it."""
        return self.asked and not len(side(self.parts[0].prepared).items)

    def apart(self, taken: Sequence[Taken]) -> Ragged:
        """The items of all parts, each a row of its own in the new table."""
        counts = np.concatenate([one.counts for one in taken])
        return Ragged(offsets_of(counts), np.arange(int(counts.sum()), dtype=np.int32))

    def each(self, column: Callable[[Prepared], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """One column of all rows."""
        return np.concatenate([column(part.prepared)[part.rows] for part in self.parts])

    def taken(self, side: Side) -> list[Taken]:
        """The items of a side, part by part."""
        return [take(side(part.prepared), part.rows) for part in self.parts]

    def coded(self, side: Side, codes: Sequence[IntArray]) -> Ragged:
        """Items that are codes of countries."""
        if self.none(side):
            return Ragged.empty(self.count)
        taken = self.taken(side)
        counts = np.concatenate([one.counts for one in taken])
        items = np.concatenate([code[one.items] for code, one in zip(codes, taken, strict=True)])
        # the new codes order as the old ones did, so that items still ascend within a row
        return Ragged(offsets_of(counts), items)

    def dates(self) -> tuple[Ragged, Ragged, DateTable]:
        """Births and starts, over one table."""
        births, starts = self.taken(lambda one: one.births), self.taken(lambda one: one.starts)
        held = [part.prepared.dates for part in self.parts]
        both = [
            np.concatenate([one.items, two.items]) for one, two in zip(births, starts, strict=True)
        ]
        use = by_text(both, [one.texts for one in held])
        return ragged_of(births, use), ragged_of(starts, use), _dates(held, use)

    def places(
        self, side: Side, table: Callable[[Prepared], PlaceTable], codes: Sequence[IntArray]
    ) -> tuple[Ragged, PlaceTable]:
        """Places of a side and their table."""
        if self.none(side):
            return Ragged.empty(self.count), _no_places(NO_TEXTS)
        taken = self.taken(side)
        tables = [table(part.prepared) for part in self.parts]
        items, texts = [one.items for one in taken], [one.texts for one in tables]
        if self.unasked(side):
            return self.apart(taken), _no_places(unread(texts, items))
        use = by_text(items, texts)
        return ragged_of(taken, use), _places(tables, use, codes)

    def identifiers(self, codes: Sequence[IntArray]) -> tuple[Ragged, IdentifierTable]:
        """Identifiers and their table."""
        taken = self.taken(lambda one: one.identifiers)
        tables = [part.prepared.identifier_table for part in self.parts]
        items = [one.items for one in taken]
        if self.unasked(lambda one: one.identifiers):
            texts = unread([one.texts for one in tables], items)
            # of what type they are tells how a record is told, whatever the one that is asked about says
            types = np.concatenate(
                [table.type[one] for table, one in zip(tables, items, strict=True)]
            )
            return self.apart(taken), IdentifierTable(_NO_HASHES, types, NOTHING, texts, _NO_BYTES)
        use = in_parts(items)
        return ragged_of(taken, use), _identifiers(tables, use, codes)

    def plain(self, prop: str) -> tuple[Ragged, TextTable]:
        """A plain property and its table."""
        held = [part.prepared.plain[prop] for part in self.parts]
        if not any(len(side.items) for side, _ in held):
            return Ragged.empty(self.count), TextTable(NO_TEXTS, _NO_HASHES)
        taken = [take(side, part.rows) for (side, _), part in zip(held, self.parts, strict=True)]
        items, tables = [one.items for one in taken], [table.texts for _, table in held]
        if self.unasked(lambda one: one.plain[prop][0]):
            return self.apart(taken), TextTable(unread(tables, items), _NO_HASHES)
        texts, codes = _alike(items, tables)
        hashes = np.zeros(len(texts), dtype=np.uint64)
        for (_, table), one, new in zip(held, taken, codes, strict=True):
            hashes[new] = table.hashes[one.items]
        counts = np.concatenate([one.counts for one in taken])
        recoded = np.concatenate(codes)
        rows = np.repeat(np.arange(len(counts)), counts)
        return Ragged.from_rows(rows, recoded, len(counts)), TextTable(texts, hashes)


def _no_places(texts: npt.NDArray[np.object_]) -> PlaceTable:
    none = Ragged.empty(0)
    return PlaceTable(none, none, NO_TEXTS, _NO_HASHES, NOTHING, NO_TEXTS, texts)


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


@lru_cache(maxsize=64)
def countries_of(held: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], list[IntArray]]:
    """The countries of all parts, and the new code of each old one. The first, of no name, is "unknown"."""
    names = sorted({name for one in held for name in one})
    place = {name: code for code, name in enumerate(names)}
    codes = [
        np.fromiter((place[name] for name in one), dtype=np.int32, count=len(one)) for one in held
    ]
    return tuple(names), codes


def each_word_once(held: Sequence[Prepared], use: Used) -> Used:
    """The words in use, sorted by their texts, and those that two parts have alike once. Of one text there are several
    where what is said of them differs, or what they were written as, which keeps those of one part apart."""
    said = [_said_of(one.tokens, rows) for one, rows in zip(held, use.rows, strict=True)]
    changes = use.texts[1:] != use.texts[:-1]
    rank = (
        np.concatenate([[0], np.cumsum(changes)]) if len(use.texts) else np.zeros(0, dtype=np.int64)
    )
    ranks = [rank[new] for new in use.new]
    again = np.concatenate([_again(one, two) for one, two in zip(ranks, said, strict=True)])
    keys = np.stack([again, np.concatenate(said).view(np.int64), np.concatenate(ranks)])
    order = np.lexsort(keys)
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (keys[:, order[1:]] != keys[:, order[:-1]]).any(axis=0)
    code = np.empty(len(order), dtype=np.int32)
    code[order] = np.cumsum(fresh, dtype=np.int32) - 1
    ends = np.cumsum([len(rows) for rows in use.rows])[:-1]
    texts = use.texts[np.concatenate(use.new)]
    return Used(use.rows, np.split(code, ends), order[fresh], texts[order[fresh]])


def _again(rank: Numbers, said: HashArray) -> Numbers:
    """Of rows that are alike in both, the how-manieth each is."""
    order = np.lexsort((said, rank))
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (rank[order[1:]] != rank[order[:-1]]) | (said[order[1:]] != said[order[:-1]])
    at = np.arange(len(order))
    found = np.empty(len(order), dtype=np.int64)
    found[order] = at - np.maximum.accumulate(np.where(begins, at, 0))
    return found


def _said_of(table: TokenTable, rows: IntArray) -> HashArray:
    """A number for what is said of each word beside its text."""
    symbols = take(table.symbols, rows)
    mixed = (symbols.items.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    found = np.zeros(len(rows), dtype=np.uint64)
    np.bitwise_xor.at(
        found, np.repeat(np.arange(len(rows)), symbols.counts), mixed ^ (mixed >> np.uint64(29))
    )
    # multiplied after each, so that no two may stand for one another
    for column in (
        table.flags,
        table.rarity_person.view(np.uint32),
        table.rarity_group.view(np.uint32),
    ):
        found = (found ^ column[rows].astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
    return found


def tokens_of(held: Sequence[Prepared], use: Used, asked: bool) -> TokenTable:
    """The words in use. `asked`: their texts are read where they are asked for."""
    tables = [one.tokens for one in held]
    symbols = [take(table.symbols, rows) for table, rows in zip(tables, use.rows, strict=True)]
    counts = np.concatenate([one.counts for one in symbols])
    together = Ragged(offsets_of(counts), np.concatenate([one.items for one in symbols]))
    return TokenTable(
        unread([one.texts for one in tables], use.rows) if asked else use.texts,
        use.column([one.hashes for one in tables]),
        use.column([one.phonetic for one in tables]),
        use.column([one.sound for one in tables]),
        use.column([one.skeleton for one in tables]),
        use.column([one.flags for one in tables]),
        use.column([one.rarity_person for one in tables]),
        use.column([one.rarity_group for one in tables]),
        together if use.order is None else together.take(use.order),
        use.column([one.signature for one in tables]),
    )


def forms_of(
    held: Sequence[Prepared], use: Used, words: Sequence[Taken], tokens: Used, asked: bool
) -> NameTable:
    """The forms in use. `asked`: their texts are read where they are asked for."""
    tables = [one.forms for one in held]
    texts = [one.texts for one in tables]
    return NameTable(
        ragged_of(words, tokens),
        beside(words, [one.roles for one in tables]),
        beside(words, [one.joined for one in tables]),
        beside(words, [one.joined_skeleton for one in tables]),
        use.column([one.compact for one in tables]),
        unread(texts, use.rows) if asked else use.column(texts),
    )


def _dates(tables: Sequence[DateTable], use: Used) -> DateTable:
    return DateTable(
        use.column([one.year for one in tables]),
        use.column([one.last_year for one in tables]),
        use.column([one.month for one in tables]),
        use.column([one.day for one in tables]),
        use.column([one.circa for one in tables]),
        use.texts,
    )


def _places(tables: Sequence[PlaceTable], use: Used, codes: Sequence[IntArray]) -> PlaceTable:
    words = [take(table.tokens, rows) for table, rows in zip(tables, use.rows, strict=True)]
    local = [take(table.local, rows) for table, rows in zip(tables, use.rows, strict=True)]
    both = [np.concatenate([one.items, two.items]) for one, two in zip(words, local, strict=True)]
    texts, coded = _alike(both, [table.token_texts for table in tables])
    hashes = np.zeros(len(texts), dtype=np.uint64)
    for table, items, new in zip(tables, both, coded, strict=True):
        hashes[new] = table.token_hashes[items]
    country = [
        code[table.country[rows]] for code, table, rows in zip(codes, tables, use.rows, strict=True)
    ]
    return PlaceTable(
        _sorted_words(
            words, [new[: len(one.items)] for new, one in zip(coded, words, strict=True)], use.order
        ),
        _sorted_words(
            local, [new[len(one.items) :] for new, one in zip(coded, words, strict=True)], use.order
        ),
        texts,
        hashes,
        use.ordered(np.concatenate(country)),
        use.column([one.normal for one in tables]),
        use.texts,
    )


def _sorted_words(
    taken: Sequence[Taken], items: Sequence[IntArray], order: Numbers | None
) -> Ragged:
    together = Ragged(
        offsets_of(np.concatenate([one.counts for one in taken])), np.concatenate(items)
    )
    return together if order is None else together.take(order)


def _identifiers(
    tables: Sequence[IdentifierTable], use: Used, codes: Sequence[IntArray]
) -> IdentifierTable:
    country = [
        code[table.country[rows]] for code, table, rows in zip(codes, tables, use.rows, strict=True)
    ]
    return IdentifierTable(
        use.column([one.number for one in tables]),
        use.column([one.type for one in tables]),
        use.ordered(np.concatenate(country)),
        use.column([one.texts for one in tables]),
        use.column([one.mass_used for one in tables]),
    )
