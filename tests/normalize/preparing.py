"""Prepared batches for tests, with a small table of name symbols in place of the large one, which takes seconds to
load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from resolver.normalize import prepare
from resolver.records import Batch, Record
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.frequencies import Tables

_NAMES = (
    ("ivan", "иван", "john", "johann", "jean", "giovanni"),
    ("mohammed", "muhammad", "محمد", "mehmet"),
    ("alexander", "александр", "iskander", "alessandro"),
)
SYMBOLS = {word: (100 + number,) for number, words in enumerate(_NAMES) for word in words}
TABLES = Tables(
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
    records: Iterable[Record], *, tables: Tables = TABLES, declared: Sequence[str] = ()
) -> Prepared:
    """The records as the stages see them; rows in the order of their ids."""
    return prepare(Batch.from_records(records).canonical(), tables, lookup, declared)


def same(one: Any, two: Any) -> bool:
    """Whether two values are the same throughout: arrays, tables of arrays, mappings."""
    if is_dataclass(one):
        return type(one) is type(two) and all(
            same(getattr(one, item.name), getattr(two, item.name)) for item in fields(one)
        )
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and bool(np.array_equal(one, two))
    if isinstance(one, pa.Array):
        return bool(one.equals(two))
    if isinstance(one, dict):
        return list(one) == list(two) and all(same(one[key], two[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(two) and all(same(a, b) for a, b in zip(one, two, strict=True))
    return bool(one == two)
