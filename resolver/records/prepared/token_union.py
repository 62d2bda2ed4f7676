"""Token tables of several prepared batches merged into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    HashArray,
    PreparedBatch,
    TokenTable,
)
from resolver.records.prepared.ragged import Ragged, concat_rows
from resolver.records.prepared.row_selection import (
    Numbers,
    TableUse,
    lazy_texts,
    select_items,
)
from resolver.records.prepared.table_union import ordered_rows, selected_items


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
    """Return the tokens in use, sorted by text, with tokens that two parts share kept once.

    Tokens of one part stay apart: several have one text if their flags, symbols or source spellings
    differ. Tokens of two parts are the same if text and attributes are, and each is the k-th such
    token of its part.
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
    """Return for each row how many equal rows come before it."""
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
    # Multiplied after each column, so that columns cannot stand for one another.
    for column in (
        table.flags,
        table.rarity_person.view(np.uint32),
        table.rarity_group.view(np.uint32),
    ):
        hashes = (hashes ^ column[rows].astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
    return hashes


def merge_tokens(batches: Sequence[PreparedBatch], use: TableUse, is_query: bool) -> TokenTable:
    """Return the tokens in use; with `is_query` their texts are read on access."""
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
