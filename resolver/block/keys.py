"""Keys: what a blocking rule gives, and the array operations rules are written with. No loop over records in Python.

`Hashed` holds 64-bit hashes per record, and per name form where a rule needs tokens of one name together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray
from resolver.records.prepared import HashArray, Prepared, TokenFlag
from resolver.records.ragged import Ragged, offsets_of, spread

_NOT_IDENTITY = TokenFlag.PARTICLE | TokenFlag.LEGAL | TokenFlag.INITIAL


@dataclass(frozen=True, slots=True)
class Keys:
    """One key a row: `rows` (int32) bear `base` (uint64 hash); `refine` narrows a key (int32, 0 where the record says nothing)."""

    rows: IntArray
    base: HashArray
    refine: IntArray


@dataclass(frozen=True, slots=True)
class Hashed:
    """The hashes of row i are `hashes[offsets[i]:offsets[i + 1]]`; 0 is no key."""

    offsets: IntArray
    hashes: HashArray

    @property
    def rows(self) -> IntArray:
        """The row of each hash."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), np.diff(self.offsets))


def mix(left: HashArray, right: HashArray | np.uint64) -> HashArray:
    """One hash of two, order kept (the finaliser of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        value = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (right + np.uint64(0x7F4A7C15))
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        result: HashArray = value ^ (value >> np.uint64(31))
    return result


def identity_tokens(prepared: Prepared, least_rarity: float = 0.0, least_length: int = 1) -> npt.NDArray[np.bool_]:
    """Which tokens carry identity: no particles, legal forms or initials; rare and long enough."""
    tokens = prepared.tokens
    mask: npt.NDArray[np.bool_] = (tokens.flags & int(_NOT_IDENTITY)) == 0
    if least_rarity > 0:
        mask &= np.minimum(tokens.rarity_person, tokens.rarity_group) >= least_rarity
    if least_length > 1:
        lengths = np.fromiter((len(text) for text in tokens.texts), dtype=np.int32, count=len(tokens))
        mask &= lengths >= least_length
    return mask


def form_hashes(prepared: Prepared, hashes: HashArray, mask: npt.NDArray[np.bool_]) -> Hashed:
    """Per name form, the hashes of its tokens that pass the mask, ascending, each once."""
    forms = prepared.forms.tokens
    keep = mask[forms.items] & (hashes[forms.items] != 0)
    rows, values = forms.rows[keep], hashes[forms.items[keep]]
    order = np.lexsort((values, rows))
    rows, values = rows[order], values[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (values[1:] != values[:-1])
    return Hashed(offsets_of(np.bincount(rows[first], minlength=len(forms))), values[first])


def pairs_within(hashed: Hashed) -> Hashed:
    """Every unordered pair of a row's hashes as one hash (hashes ascending, so order in the name plays no part)."""
    counts = np.diff(hashed.offsets)
    position = np.arange(len(hashed.hashes)) - np.repeat(hashed.offsets[:-1], counts)
    later = np.repeat(counts, counts) - position - 1
    left = np.repeat(hashed.hashes, later)
    right = hashed.hashes[spread(np.arange(len(hashed.hashes)) + 1, later)]
    return Hashed(offsets_of(counts * (counts - 1) // 2), mix(left, right))


def sums_within(hashed: Hashed) -> Hashed:
    """One hash per row of the set of its hashes; 0 for an empty row."""
    mixed = mix(hashed.hashes, np.uint64(11))
    ends = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(mixed, dtype=np.uint64)))
    sums = ends[hashed.offsets[1:]] - ends[hashed.offsets[:-1]]
    return Hashed(np.arange(len(sums) + 1, dtype=np.int32), sums)


def of_records(prepared: Prepared, by_form: Hashed) -> Hashed:
    """Hashes per form → hashes per record."""
    counts = np.diff(by_form.offsets)[prepared.names.items]
    hashes = by_form.hashes[spread(by_form.offsets[:-1][prepared.names.items], counts)]
    ends = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    return Hashed(ends[prepared.names.offsets].astype(np.int32), hashes)


def of_table(ragged: Ragged, hashes: HashArray) -> Hashed:
    """Record → table rows → their hashes."""
    return Hashed(ragged.offsets, hashes[ragged.items])


def cross(left: Hashed, right: Hashed) -> Hashed:
    """Every combination of a hash of the left with a hash of the right, row by row; no key where either is none."""
    left_counts, right_counts = np.diff(left.offsets), np.diff(right.offsets)
    times = np.repeat(right_counts, left_counts)
    one = np.repeat(left.hashes, times)
    two = right.hashes[spread(np.repeat(right.offsets[:-1], left_counts), times)]
    values = np.where((one != 0) & (two != 0), mix(one, two), np.uint64(0))
    return Hashed(offsets_of(left_counts.astype(np.int64) * right_counts), values)


def keys_of(hashed: Hashed, salt: int, refine: Ragged | None) -> Keys:
    """Keys of a rule: hashes salted with the rule's own number, once for every refinement of the record (0 where it has none)."""
    held = hashed.hashes != 0
    rows, base = hashed.rows[held], mix(hashed.hashes[held], np.uint64(salt))
    if refine is None:
        return Keys(rows, base, np.zeros(len(rows), dtype=np.int32))
    counts = refine.counts[rows]
    times = np.maximum(counts, 1)
    values = np.zeros(int(times.sum()), dtype=np.int32)
    known = np.repeat(counts > 0, times)
    values[known] = refine.items[spread(refine.offsets[:-1][rows], counts)]
    return Keys(np.repeat(rows, times), np.repeat(base, times), values)
