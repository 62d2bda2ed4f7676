"""Datasets that have records: the source of each, and further ones that its list names.

A list such as OpenSanctions' says of each entry in which datasets it is. The first owns the record
and its id; the record belongs to the others, too.

Names that sources may have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records.batch import Batch
from resolver.records.properties import DATASETS

Numbers = npt.NDArray[np.int64]
Claim = tuple[str, str]
"""Source of a record, and a further dataset that its list names."""


@dataclass(frozen=True, slots=True)
class DatasetScope:
    """Datasets whose records count. `refused`: claims that do not make a record one of them."""

    names: frozenset[str]
    refused: frozenset[Claim] = frozenset()

    def has(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """Return which records of a batch are in one of the datasets."""
        rows, codes, claims = dataset_rows(batch)
        chosen = [
            name in self.names and (source, name) not in self.refused for source, name in claims
        ]
        mask = np.zeros(len(batch), dtype=bool)
        mask[rows[np.array(chosen, dtype=bool)[codes]]] = True
        return mask


def dataset_rows(batch: Batch) -> tuple[Numbers, Numbers, list[Claim]]:
    """Return the datasets of all records: pairs of a row and the place of a claim, and the claims.

    The source of a record has a claim of its own. Rows ascend among those of sources, which come
    first, and among those of further datasets.
    """
    sources = batch.sources.values.to_pylist()
    rows = np.arange(len(batch), dtype=np.int64)
    codes = batch.sources.codes.astype(np.int64)
    claims = [(name, name) for name in sources]
    column = batch.columns.get(DATASETS)
    if column is None:
        return rows, codes, claims
    names = column.values.to_pylist()
    keys, places = np.unique(codes[column.rows] * len(names) + column.codes, return_inverse=True)
    further = [(sources[key // len(names)], names[key % len(names)]) for key in keys.tolist()]
    return (
        np.concatenate([rows, column.rows.astype(np.int64)]),
        np.concatenate([codes, places.astype(np.int64) + len(claims)]),
        claims + further,
    )


EVERYTHING = "default"
"""Name of the dataset that comprises all sources; no source may have it."""
SOURCE_NAME_PATTERN = r"^(?!default$)(?=.*[A-Za-z0-9])[A-Za-z0-9_.-]{1,100}$"
"""Pattern of source names that come over HTTP or by command; lists may use any script."""

MAX_LENGTH = 200
"""Characters of the name that a list gives its source."""


def is_source_name(text: str) -> bool:
    """Return True if a source may have the name over HTTP or by command."""
    return re.fullmatch(SOURCE_NAME_PATTERN, text) is not None


def is_list_source_name(text: str) -> bool:
    """Return True if a list may give its source the name: at most `MAX_LENGTH` characters, with any
    letter or digit, not `EVERYTHING`.
    """
    is_short = len(text) <= MAX_LENGTH
    return is_short and text != EVERYTHING and any(letter.isalnum() for letter in text)
