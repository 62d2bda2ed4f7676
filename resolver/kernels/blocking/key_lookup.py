"""Pairs of new records and stored ones that share a key, key by key, and the pairs of each key."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import (
    AnyInt,
    BoolArray,
    ByteArray,
    IntArray,
    LongArray,
)
from resolver.kernels.compiler import compiled


class NewBearers(NamedTuple):
    """New records that bear each key: `rows[starts[k]:ends[k]]` with refinements; kinds per row."""

    rows: IntArray
    refine: IntArray
    starts: LongArray
    ends: LongArray
    kinds: ByteArray


class StoredBearers(NamedTuple):
    """Stored records that bear each key: refinements and kinds between two `offsets`."""

    refine: IntArray
    kinds: ByteArray
    offsets: LongArray


@compiled(nogil=False)
def _key_pairs(new: IntArray, stored: IntArray) -> int:
    """Return the pairs of a key from the refinements of its bearers.

    Equal refinements pair with each other, unrefined records with all.
    """
    members = np.sort(np.concatenate((new, stored)))
    unrefined = np.searchsorted(members, 1)
    pairs = unrefined * (len(members) - unrefined) + unrefined * (unrefined - 1) // 2
    run = 0
    for place in range(unrefined + 1, len(members)):
        run = run + 1 if members[place] == members[place - 1] else 0
        pairs += run
    return int(pairs)


@compiled(nogil=False)
def pairs_above_cap(
    refine: IntArray,
    starts: LongArray,
    ends: LongArray,
    stored_refine: IntArray,
    offsets: LongArray,
    cap: int,
) -> LongArray:
    """Return the pairs of each key where they are more than `cap`, else 0."""
    out = np.zeros(len(starts), dtype=np.int64)
    for key in range(len(starts)):
        start, end, first, last = starts[key], ends[key], offsets[key], offsets[key + 1]
        bearers = end - start + last - first
        if bearers * (bearers - 1) // 2 > cap:
            pairs = _key_pairs(refine[start:end], stored_refine[first:last])
            out[key] = pairs if pairs > cap else 0
    return out


@compiled(nogil=False, allocates=False)
def _may_pair_stored(
    kind: AnyInt, other_kind: AnyInt, refine: AnyInt, other_refine: AnyInt
) -> bool:
    may_pair: bool = (kind & other_kind) != 0 and (
        refine == other_refine or refine == 0 or other_refine == 0
    )
    return may_pair


@compiled(nogil=False, allocates=False)
def count_stored_pairs(new: NewBearers, stored: StoredBearers, purged: BoolArray) -> int:
    """Return the number of pairs of the keys that are not purged."""
    total = 0
    for key in range(len(new.starts)):
        if purged[key]:
            continue
        for first in range(new.starts[key], new.ends[key]):
            kind, refine = new.kinds[new.rows[first]], new.refine[first]
            for second in range(stored.offsets[key], stored.offsets[key + 1]):
                if _may_pair_stored(kind, stored.kinds[second], refine, stored.refine[second]):
                    total += 1
    return total


@compiled(nogil=False, allocates=False)
def fill_stored_pairs(
    new: NewBearers,
    stored: StoredBearers,
    purged: BoolArray,
    numbers: LongArray,
    width: int,
    out: LongArray,
) -> None:
    """Write the pairs of the keys that are not purged as new row × `width` + stored number."""
    filled = 0
    for key in range(len(new.starts)):
        if purged[key]:
            continue
        for first in range(new.starts[key], new.ends[key]):
            kind, refine = new.kinds[new.rows[first]], new.refine[first]
            for second in range(stored.offsets[key], stored.offsets[key + 1]):
                if _may_pair_stored(kind, stored.kinds[second], refine, stored.refine[second]):
                    out[filled] = np.int64(new.rows[first]) * width + numbers[second]
                    filled += 1
