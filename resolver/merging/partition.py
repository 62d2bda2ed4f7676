"""Entities as a partition of record rows, and the ids of new entities.

Entity ids are `e-` and the first 20 characters of the lower-case base32 (RFC 4648, no padding) of
the SHA-256 of the smallest record id. Entities are numbered 0 … m - 1 in the order of their ids, so
that all files have the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.kernels.number_sets import order_codes, order_hashes
from resolver.kernels.text.hashed_ids import fill_hashed_ids
from resolver.kernels.threads import threads
from resolver.records import Batch
from resolver.records.batch import IntArray

_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_CHARACTERS = 20
_CHARACTER_RANKS = np.zeros(256, dtype=np.uint64)
_CHARACTER_RANKS[np.sort(_ALPHABET)] = np.arange(len(_ALPHABET), dtype=np.uint64)
"""Place of each character of the alphabet in the order of texts."""
_KEY_CHARACTERS = 12
"""Characters that fit in a number, five bits each."""
_TEXTS_AT_ONCE = 8_192
_MIN_PARALLEL = 100_000
"""Texts that are worth threads to hash them."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Partition of n records into m entities.

    `ids`: m entity ids, ascending. `entity`: n int32, entity number of each record row. `order`:
    the n record rows sorted by (entity, row); those of entity e are `order[offsets[e]:offsets[e +
    1]]`.
    """

    ids: pa.StringArray
    entity: IntArray
    order: IntArray
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


def build_partition(
    batch: Batch, labels: IntArray, existing_ids: pa.StringArray | None = None, workers: int = 1
) -> Partition:
    """Build the partition of a canonical batch.

    Per record, `labels`: row of its entity's smallest record; `existing_ids`: id of its entity. The
    result does not depend on `workers` (threads).
    """
    is_root = np.bincount(labels) > 0
    roots, inverse = np.flatnonzero(is_root), (np.cumsum(is_root) - 1)[labels]
    if existing_ids is None:
        ids = hash_ids("e-", batch.ids.take(pa.array(roots)), workers)
    else:
        ids = existing_ids.take(pa.array(roots))
    rank = pc.sort_indices(ids).to_numpy() if existing_ids is not None else _sort_hashed(ids)
    number = np.empty(len(roots), dtype=np.int32)
    number[rank] = np.arange(len(roots), dtype=np.int32)
    entity = number[inverse]
    order = order_codes(entity, len(roots))
    ends = np.cumsum(np.bincount(entity, minlength=len(roots)))
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    return Partition(ids.take(pa.array(rank)), entity, order, offsets)


def _sort_hashed(ids: pa.StringArray) -> npt.NDArray[np.int64]:
    """Return the places of ids that `hash_ids` made, in ascending order of these.

    Sorts by the first characters after the prefix, as numbers; texts take ten times as long.
    """
    if not len(ids):
        return np.zeros(0, dtype=np.int64)
    texts = np.frombuffer(ids.buffers()[2], dtype=np.uint8).reshape(len(ids), -1)
    keys = np.zeros(len(ids), dtype=np.uint64)
    for place in range(
        texts.shape[1] - _CHARACTERS, texts.shape[1] - _CHARACTERS + _KEY_CHARACTERS
    ):
        keys = (keys << np.uint64(5)) | _CHARACTER_RANKS[texts[:, place]]
    # twelve characters fill the last sixty bits
    ordered, places = order_hashes(keys << np.uint64(64 - 5 * _KEY_CHARACTERS))
    order = places.astype(np.int64)
    if (ordered[1:] == ordered[:-1]).any():
        order = pc.sort_indices(ids).to_numpy().astype(np.int64)
    return order


def assign_entity_ids(batch: Batch, labels: IntArray) -> list[str]:
    """Return the entity id of each record, n texts in record order."""
    partition = build_partition(batch, labels)
    return cast("list[str]", partition.ids.take(pa.array(partition.entity)).to_pylist())


def hash_ids(prefix: str, texts: pa.Array, workers: int = 1) -> pa.StringArray:
    """Return `prefix` and 20 base32 characters of the SHA-256 of each text (or bytes).

    The result does not depend on `workers` (threads).
    """
    texts = texts.cast(pa.large_binary())
    _, offsets, letters = texts.buffers()
    places = np.frombuffer(offsets, dtype=np.int64)[texts.offset :]
    data = np.frombuffer(letters or b"\0", dtype=np.uint8)
    count = len(texts)
    characters = np.empty((count, len(prefix) + _CHARACTERS), dtype=np.uint8)
    characters[:, : len(prefix)] = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    hashed = np.empty((count, _CHARACTERS), dtype=np.uint8)

    def fill(first: int) -> None:
        """Hash some of the texts."""
        fill_hashed_ids(places, data, first, min(first + _TEXTS_AT_ONCE, count), hashed)

    with threads(workers if count >= _MIN_PARALLEL else 1) as pool:
        list(pool.map(fill, range(0, count, _TEXTS_AT_ONCE)))
    characters[:, len(prefix) :] = hashed
    ends = np.arange(count + 1, dtype=np.int32) * np.int32(characters.shape[1])
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(characters))
