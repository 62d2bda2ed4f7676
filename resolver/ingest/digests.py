"""Digests of records as columns: equal for equal content, whatever the order of values, files or rows.

A record's digest is the sum (modulo 2⁶⁴) of the digests of what it says, so it is computed once per unique text and
gathered. It serves to find out whether records that share an id say the same; it is no version to be kept
(`Record.content_hash` is).
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch

Digests = npt.NDArray[np.uint64]


def row_digests(batch: Batch) -> Digests:
    """The digest of each record's content without its id and origins. No record may hold a value twice."""
    sums = _text_digests("schema", batch.schemas.values)[batch.schemas.codes]
    sums += _text_digests("source", batch.sources.values)[batch.sources.codes]
    sums += batch.kinds.astype(np.uint64)
    for prop, column in batch.columns.items():
        np.add.at(sums, column.rows, _text_digests(prop, column.values)[column.codes])
    return sums


def origin_digests(batch: Batch) -> Digests:
    """The digest of where each record's values stood."""
    sums = np.zeros(len(batch), dtype=np.uint64)
    for prop, column in batch.columns.items():
        # the product ties an origin to its value: two values that swap origins make another digest
        texts, origins = (
            _text_digests(prop, column.values),
            _text_digests(prop, column.origin_values),
        )
        np.add.at(sums, column.rows, texts[column.codes] * origins[column.origins])
    return sums


def count_values(batch: Batch) -> npt.NDArray[np.int64]:
    """How many values each record holds."""
    counts = np.zeros(len(batch), dtype=np.int64)
    for column in batch.columns.values():
        counts += np.bincount(column.rows, minlength=len(batch))
    return counts


def _text_digests(salt: str, texts: pa.StringArray) -> Digests:
    """A digest per text; `salt` keeps the same text in two properties apart."""
    start = blake2b(f"{salt}\x00".encode(), digest_size=8)
    out = bytearray()
    for text in texts.to_pylist():
        state = start.copy()
        state.update(text.encode())
        out += state.digest()
    return np.frombuffer(bytes(out), dtype="<u8").astype(np.uint64)
