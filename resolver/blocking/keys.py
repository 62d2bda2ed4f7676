"""Keys: what a blocking rule gives, and the array operations rules are written with. No loop over records in Python.

`Hashed` holds 64-bit hashes per record, and per name form where a rule needs tokens of one name together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    DateTable,
    HashArray,
    Prepared,
    TokenFlag,
)
from resolver.records.prepared.ragged import Ragged, offsets_of, spread

SHORT = 24
"""Up to so many items, inserting each at its place is faster than sorting."""
_NOT_IDENTITY = TokenFlag.PARTICLE | TokenFlag.LEGAL | TokenFlag.INITIAL


@dataclass(frozen=True, slots=True)
class Keys:
    """One key a row: `rows` (int32) bear `base` (uint64 hash); `refine` narrows a key (int32, 0 where the record says
    nothing).
    """

    rows: IntArray
    base: HashArray
    refine: IntArray


NO_KEYS = Keys(
    np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32)
)


@dataclass(frozen=True, slots=True)
class Hashed:
    """The hashes of row i are `hashes[offsets[i]:offsets[i + 1]]`; 0 is no key."""

    offsets: IntArray
    hashes: HashArray

    @property
    def rows(self) -> IntArray:
        """The row of each hash."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), np.diff(self.offsets))


def distinct(hashed: Hashed) -> Hashed:
    """The hashes of each row ascending, each once, without those that are no key."""
    out, offsets = np.empty_like(hashed.hashes), np.zeros_like(hashed.offsets)
    filled = _distinct(hashed.offsets, hashed.hashes, out, offsets)
    return Hashed(offsets, out[:filled])


@compiled()
def _distinct(offsets, hashes, out, ends):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    filled = 0
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        begin = filled
        if stop - start <= SHORT:
            for place in range(start, stop):
                value = hashes[place]
                at = filled
                while at > begin and out[at - 1] > value:
                    at -= 1
                if value == 0 or (at > begin and out[at - 1] == value):
                    continue
                for moved in range(filled, at, -1):
                    out[moved] = out[moved - 1]
                out[at] = value
                filled += 1
        else:
            last = np.uint64(0)
            for value in np.sort(hashes[start:stop]):
                if value != last:
                    out[filled] = value
                    filled += 1
                    last = value
        ends[row + 1] = filled
    return filled


def united(parts: Sequence[Hashed]) -> Hashed:
    """The hashes of several sets of keys of the same rows as one set."""
    rows = np.concatenate([part.rows for part in parts])
    hashes = np.concatenate([part.hashes for part in parts])
    order = np.argsort(rows, kind="stable")
    return Hashed(offsets_of(np.bincount(rows, minlength=len(parts[0].offsets) - 1)), hashes[order])


def mix(left: HashArray, right: HashArray | np.uint64) -> HashArray:
    """One hash of two, order kept (the finaliser of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        value = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (right + np.uint64(0x7F4A7C15))
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        result: HashArray = value ^ (value >> np.uint64(31))
    return result


def identity_tokens(
    prepared: Prepared, least_rarity: float = 0.0, least_length: int = 1
) -> npt.NDArray[np.bool_]:
    """Which tokens carry identity: no particles, legal forms or initials; rare and long enough."""
    tokens = prepared.tokens
    mask: npt.NDArray[np.bool_] = (tokens.flags & int(_NOT_IDENTITY)) == 0
    if least_rarity > 0:
        mask &= np.minimum(tokens.rarity_person, tokens.rarity_group) >= least_rarity
    if least_length > 1:
        lengths = np.fromiter(
            (len(text) for text in tokens.texts), dtype=np.int32, count=len(tokens)
        )
        mask &= lengths >= least_length
    return mask


def form_hashes(prepared: Prepared, hashes: HashArray, mask: npt.NDArray[np.bool_]) -> Hashed:
    """Per name form, the hashes of its tokens that pass the mask, ascending, each once."""
    forms = prepared.forms.tokens
    return distinct(Hashed(forms.offsets, np.where(mask, hashes, np.uint64(0))[forms.items]))


def pairs_within(hashed: Hashed) -> Hashed:
    """Every unordered pair of a row's hashes as one hash (hashes ascending, so order in the name plays no part)."""
    left, right, offsets = pair_places(hashed.offsets)
    return Hashed(offsets, mix(hashed.hashes[left], hashed.hashes[right]))


def pair_places(offsets: IntArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], IntArray]:
    """The places of every two items of a row, the earlier and the later, row by row; and the offsets of the pairs."""
    counts = np.diff(offsets)
    places = np.arange(int(counts.sum()), dtype=np.int64)
    later = np.repeat(offsets[1:], counts) - places - 1
    return (
        np.repeat(places, later),
        spread(places + 1, later),
        offsets_of(counts.astype(np.int64) * (counts - 1) // 2),
    )


@compiled(inline="always")
def mixed(left, right):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """`mix` of two numbers, for kernels."""
    value = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (right + np.uint64(0x7F4A7C15))
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def pairs_between(offsets: IntArray, words: Ragged, most: int) -> Hashed:
    """Every two symbols of two different words of a row as one hash, the smaller symbol first; `words`: the symbols of
    each place between two offsets, no more than `most`."""
    sizes = np.zeros(len(offsets), dtype=np.int64)
    _count_between(offsets, words.offsets, sizes)
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]), dtype=np.uint64)
    longest = int(np.diff(offsets).max(initial=0)) * most
    _pairs_between(
        offsets, words.offsets, words.items, ends, np.empty((longest + 1, 2), dtype=np.int64), out
    )
    return Hashed(ends.astype(np.int32), out)


@compiled()
def _count_between(offsets, starts, sizes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for row in range(len(offsets) - 1):
        before = 0
        for word in range(offsets[row], offsets[row + 1]):
            count = starts[word + 1] - starts[word]
            sizes[row + 1] += before * count
            before += count


@compiled()
def _pairs_between(offsets, starts, symbols, ends, held, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for row in range(len(offsets) - 1):
        filled = 0
        for word in range(offsets[row], offsets[row + 1]):
            for place in range(starts[word], starts[word + 1]):
                at = filled
                while at > 0 and held[at - 1, 0] > symbols[place]:
                    held[at, 0], held[at, 1] = held[at - 1, 0], held[at - 1, 1]
                    at -= 1
                held[at, 0], held[at, 1] = symbols[place], word
                filled += 1
        at = ends[row]
        for one in range(filled):
            first = mixed(np.uint64(held[one, 0]), np.uint64(5))
            for two in range(one + 1, filled):
                if held[one, 1] != held[two, 1]:
                    out[at] = mixed(first, mixed(np.uint64(held[two, 0]), np.uint64(5)))
                    at += 1


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


def years_within(side: Ragged, dates: DateTable) -> Hashed:
    """Every year a date can lie in: of ranges the first six at most, of an estimate those before and after too."""
    span = np.where(dates.year > 0, np.minimum(dates.last_year - dates.year, 5) + 1, 0)
    span = np.where((dates.circa > 0) & (span == 1), 3, span)
    start = np.where(
        (dates.circa > 0) & (dates.year == dates.last_year), dates.year - 1, dates.year
    )
    counts = span[side.items]
    ends = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    years = spread(start[side.items].astype(np.int64), counts)
    return Hashed(ends[side.offsets].astype(np.int32), years.astype(np.uint64))


def cross(left: Hashed, right: Hashed) -> Hashed:
    """Every combination of a hash of the left with a hash of the right, row by row; no key where either is none."""
    left_counts, right_counts = np.diff(left.offsets), np.diff(right.offsets)
    times = np.repeat(right_counts, left_counts)
    one = np.repeat(left.hashes, times)
    two = right.hashes[spread(np.repeat(right.offsets[:-1], left_counts), times)]
    values = np.where((one != 0) & (two != 0), mix(one, two), np.uint64(0))
    return Hashed(offsets_of(left_counts.astype(np.int64) * right_counts), values)


def keys_of(hashed: Hashed, salt: int, refine: Ragged | None) -> Keys:
    """Keys of a rule: hashes salted with the rule's own number, once for every refinement of the record (0 where it
    has none)."""
    hashed = distinct(hashed)
    rows, base = hashed.rows, mix(hashed.hashes, np.uint64(salt))
    if refine is None:
        return Keys(rows, base, np.zeros(len(rows), dtype=np.int32))
    counts = refine.counts[rows]
    times = np.maximum(counts, 1)
    values = np.zeros(int(times.sum()), dtype=np.int32)
    known = np.repeat(counts > 0, times)
    values[known] = refine.items[spread(refine.offsets[:-1][rows], counts)]
    return Keys(np.repeat(rows, times), np.repeat(base, times), values)
