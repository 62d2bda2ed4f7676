"""Prepared batches for tests, with a small table of name symbols.

The real table takes seconds to load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from resolver.matching.preparation import prepare
from resolver.records import Batch, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import FrequencyTables

_NAMES = (
    ("ivan", "иван", "john", "johann", "jean", "giovanni"),
    ("mohammed", "muhammad", "محمد", "mehmet"),
    ("alexander", "александр", "iskander", "alessandro"),
)
SYMBOLS = {word: (100 + number,) for number, words in enumerate(_NAMES) for word in words}
TABLES = FrequencyTables(
    {
        "mohammed": 900,
        "muhammad": 800,
        "ivan": 400,
        "john": 700,
        "smith": 300,
        "ali": 600,
        "li": 500,
    },
    20_000,
    {"trading": 900, "bank": 700},
    20_000,
    frozenset({"1234567"}),
    {"mohammed": 95, "john": 98, "smith": 0, "li": 10},
)


def lookup(tokens: Sequence[str]) -> list[tuple[int, ...]]:
    """Symbols of tokens, of each alone."""
    return [SYMBOLS.get(token, ()) for token in tokens]


class QuickSource:
    """Stands for the process's source of symbols in tests of what comes after."""

    def load(self) -> None:
        """Nothing to load."""

    def lookup(self, tokens: Sequence[str]) -> list[tuple[int, ...]]:
        """Symbols of tokens."""
        return lookup(tokens)


@contextmanager
def quick_symbols(*places: str) -> Iterator[None]:
    """Use the small table wherever the named modules look for symbols."""
    with pytest.MonkeyPatch.context() as patch:
        for place in places:
            patch.setattr(f"{place}.symbol_source", QuickSource)
        yield


def prepared(
    records: Iterable[Record], *, tables: FrequencyTables = TABLES, deduplicated: Sequence[str] = ()
) -> PreparedBatch:
    """Return the prepared batch of records, with rows in the order of their ids."""
    return prepare(Batch.from_records(records).canonical(), tables, lookup, deduplicated)


def same(left: Any, right: Any) -> bool:
    """Return True if two values are equal: arrays, tables of arrays, mappings."""
    if is_dataclass(left):
        return type(left) is type(right) and all(
            same(getattr(left, item.name), getattr(right, item.name)) for item in fields(left)
        )
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and bool(np.array_equal(left, right))
    if isinstance(left, pa.Array):
        return bool(left.equals(right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, tuple):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)
