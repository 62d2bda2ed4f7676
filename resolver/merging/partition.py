"""Entities as a partition of record rows, and the ids they are born with.

An entity's id is `e-` and the first 20 characters of the lower-case base32 (RFC 4648, no padding) of the SHA-256 of its
smallest record id. Entities are numbered 0 … m - 1 in the order of their ids, so that every file has one order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import Batch
from resolver.records.batch import IntArray

_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class Partition:
    """n records in m entities.

    `ids`: m entity ids, ascending. `entity`: n int32, the entity number of each record row. `order`: the n record
    rows sorted by (entity, row); those of entity e are `order[offsets[e]:offsets[e + 1]]`.
    """

    ids: pa.StringArray
    entity: IntArray
    order: IntArray
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


def partition(batch: Batch, labels: IntArray, names: pa.StringArray | None = None) -> Partition:
    """The partition that `labels` (row of each entity's smallest record) names over a canonical batch. `names`: the id
    of each record's entity, where entities have ids already."""
    roots, inverse = np.unique(labels, return_inverse=True)
    if names is None:
        born = digest_ids("e-", batch.ids.take(pa.array(roots)).cast(pa.binary()).to_pylist())
    else:
        born = names.take(pa.array(roots))
    rank = pc.sort_indices(born).to_numpy()
    place = np.empty(len(roots), dtype=np.int32)
    place[rank] = np.arange(len(roots), dtype=np.int32)
    entity = place[inverse.reshape(-1)] if len(roots) else np.zeros(0, dtype=np.int32)
    order = np.argsort(entity, kind="stable").astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(entity, minlength=len(roots)))]).astype(
        np.int64
    )
    return Partition(born.take(pa.array(rank)), entity, order, offsets)


def entity_ids(batch: Batch, labels: IntArray) -> list[str]:
    """The id of each record's entity, n texts in record order."""
    parts = partition(batch, labels)
    return cast("list[str]", parts.ids.take(pa.array(parts.entity)).to_pylist())


def digest_ids(prefix: str, texts: list[bytes]) -> pa.StringArray:
    """`prefix` and 20 base32 characters of the SHA-256 of each text."""
    count = len(texts)
    head = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    digests = b"".join([hashlib.sha256(text).digest()[:15] for text in texts])
    groups = np.frombuffer(digests, dtype=np.uint8).reshape(count, 3, 5).astype(np.uint64)
    # five bytes are eight characters of five bits
    numbers = np.zeros((count, 3), dtype=np.uint64)
    for byte in range(5):
        numbers = (numbers << np.uint64(8)) | groups[:, :, byte]
    texts_as_bytes = np.empty((count, len(head) + _CHARACTERS), dtype=np.uint8)
    texts_as_bytes[:, : len(head)] = head
    for place in range(_CHARACTERS):
        group, within = divmod(place, 8)
        codes = (numbers[:, group] >> np.uint64(35 - 5 * within)) & np.uint64(31)
        texts_as_bytes[:, len(head) + place] = _ALPHABET[codes.astype(np.intp)]
    width = texts_as_bytes.shape[1]
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(texts_as_bytes))
