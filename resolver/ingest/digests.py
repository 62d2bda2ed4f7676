"""Digests of records as columns: equal for equal content, in any order of values, files or rows.

A record's digest is the sum (modulo 2⁶⁴) of the digests of its values, so it is computed once per
unique text and gathered. It shows if records that share an id have the same content; it is not
meant to be stored (`Record.content_hash` is).
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch

Digests = npt.NDArray[np.uint64]


def row_digests(batch: Batch) -> Digests:
    """Return the digest of each record's content (uint64) without its id and origins.

    A record must not hold the same value twice.
    """
    sums = text_digests("schema", batch.schemas.values)[batch.schemas.codes]
    sums += text_digests("source", batch.sources.values)[batch.sources.codes]
    sums += batch.kinds.astype(np.uint64)
    for prop, column in batch.columns.items():
        np.add.at(sums, column.rows, text_digests(prop, column.values)[column.codes])
    return sums


def origin_digests(batch: Batch) -> Digests:
    """Return the digest (uint64) of the origins of each record's values."""
    sums = np.zeros(len(batch), dtype=np.uint64)
    for prop, column in batch.columns.items():
        # The product ties an origin to its value, so swapped origins change the digest.
        texts, origins = (
            text_digests(prop, column.values),
            text_digests(prop, column.origin_values),
        )
        np.add.at(sums, column.rows, texts[column.codes] * origins[column.origins])
    return sums


def count_values(batch: Batch) -> npt.NDArray[np.int64]:
    """Count the values of each record."""
    counts = np.zeros(len(batch), dtype=np.int64)
    for column in batch.columns.values():
        counts += np.bincount(column.rows, minlength=len(batch))
    return counts


def text_digests(salt: str, texts: pa.StringArray) -> Digests:
    """Return a digest per text (uint64); `salt` makes the same text in two properties differ."""
    start = blake2b(f"{salt}\x00".encode(), digest_size=8)
    digests = bytearray()
    for text in texts.to_pylist():
        state = start.copy()
        state.update(text.encode())
        digests += state.digest()
    return np.frombuffer(bytes(digests), dtype="<u8").astype(np.uint64)
