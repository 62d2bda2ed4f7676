"""Keys of blocking rules, and the array operations that rules are composed of.

`KeySets` has 64-bit hashes per record, or per name form where tokens of one name belong together.
There is no Python loop over records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.kernels.blocking.key_sets import (
    KeyColumns,
    count_name_keys,
    count_symbol_pairs,
    distinct_hashes,
    fill_cross_keys,
    fill_rule_keys,
    fill_symbol_pairs,
    gather_name_keys,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import DateTable, HashArray, PreparedBatch
from resolver.records.prepared.ragged import Ragged, offsets_of, spread
from resolver.records.prepared.value_flags import TokenFlag

_NOT_IDENTITY = TokenFlag.PARTICLE | TokenFlag.LEGAL | TokenFlag.INITIAL


@dataclass(frozen=True, slots=True)
class RuleKeys:
    """Keys of one rule, one per entry.

    `rows` (int32) have `base` (uint64 hash); `refine` (int32) narrows a key, 0 if the record states
    nothing.
    """

    rows: IntArray
    base: HashArray
    refine: IntArray


_NO_REFINEMENTS = Ragged(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))
NO_KEYS = RuleKeys(
    np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32)
)


@dataclass(frozen=True, slots=True)
class KeySets:
    """Set of hashes per row: `hashes[offsets[i]:offsets[i + 1]]` for row i; 0 is no key."""

    offsets: IntArray
    hashes: HashArray

    @property
    def rows(self) -> IntArray:
        """Row of each hash."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=np.int32), np.diff(self.offsets))


def distinct_keys(hashed: KeySets) -> KeySets:
    """Return the hashes of each row ascending, once, without 0."""
    out, offsets = np.empty_like(hashed.hashes), np.zeros_like(hashed.offsets)
    filled = distinct_hashes(hashed.offsets, hashed.hashes, out, offsets)
    return KeySets(offsets, out[:filled])


def unite_keys(parts: Sequence[KeySets]) -> KeySets:
    """Return several sets of keys of the same rows as one."""
    parts = [part for part in parts if len(part.hashes)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([part.rows for part in parts])
    hashes = np.concatenate([part.hashes for part in parts])
    order = np.argsort(rows, kind="stable")
    return KeySets(
        offsets_of(np.bincount(rows, minlength=len(parts[0].offsets) - 1)), hashes[order]
    )


def mix(left: HashArray, right: HashArray | np.uint64) -> HashArray:
    """Return one hash of two, in this order (finalizer of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        value = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (right + np.uint64(0x7F4A7C15))
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        result: HashArray = value ^ (value >> np.uint64(31))
    return result


def identity_tokens(prepared: PreparedBatch, least_rarity: float = 0.0) -> npt.NDArray[np.bool_]:
    """Return a mask of tokens that carry identity, of some rarity (nats) at least: no particle,
    legal form or initial.
    """
    tokens = prepared.tokens
    mask: npt.NDArray[np.bool_] = (tokens.flags & int(_NOT_IDENTITY)) == 0
    if least_rarity > 0:
        mask &= np.minimum(tokens.rarity_person, tokens.rarity_group) >= least_rarity
    return mask


def form_hashes(prepared: PreparedBatch, hashes: HashArray, mask: npt.NDArray[np.bool_]) -> KeySets:
    """Per name form, the hashes of its tokens in a mask, ascending, once."""
    forms = prepared.forms.tokens
    return distinct_keys(KeySets(forms.offsets, np.where(mask, hashes, np.uint64(0))[forms.items]))


def pairs_within(hashed: KeySets) -> KeySets:
    """Return one hash per unordered pair of a row's hashes."""
    left, right, offsets = pair_places(hashed.offsets)
    return KeySets(offsets, mix(hashed.hashes[left], hashed.hashes[right]))


def pair_places(offsets: IntArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], IntArray]:
    """Return the places of each two items of a row, earlier and later, and the offsets of the
    pairs.
    """
    counts = np.diff(offsets)
    places = np.arange(int(counts.sum()), dtype=np.int64)
    later = np.repeat(offsets[1:], counts) - places - 1
    return (
        np.repeat(places, later),
        spread(places + 1, later),
        offsets_of(counts.astype(np.int64) * (counts - 1) // 2),
    )


def keys_of_pairs(offsets: IntArray, words: Ragged, most: int) -> KeySets:
    """Return one hash per two symbols of two different words of a row, the smaller symbol first.

    `words` has the symbols of each place between two offsets, `most` at most.
    """
    sizes = np.zeros(len(offsets), dtype=np.int64)
    count_symbol_pairs(offsets, words.offsets, sizes)
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]), dtype=np.uint64)
    longest = int(np.diff(offsets).max(initial=0)) * most
    fill_symbol_pairs(
        offsets, words.offsets, words.items, ends, np.empty((longest + 1, 2), dtype=np.int64), out
    )
    return KeySets(ends.astype(np.int32), out)


def sums_within(hashed: KeySets) -> KeySets:
    """Return one hash per row of the set of its hashes; 0 for an empty row."""
    mixed = mix(hashed.hashes, np.uint64(11))
    ends = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(mixed, dtype=np.uint64)))
    sums = ends[hashed.offsets[1:]] - ends[hashed.offsets[:-1]]
    return KeySets(np.arange(len(sums) + 1, dtype=np.int32), sums)


def keys_of_records(prepared: PreparedBatch, by_form: KeySets) -> KeySets:
    """Return hashes per record, given those per name form."""
    return keys_of_names(prepared.names, by_form)


def keys_of_names(names: Ragged, by_form: KeySets) -> KeySets:
    """Return hashes per record, given its forms and the hashes per form."""
    total = count_name_keys(names.offsets, names.items, by_form.offsets)
    offsets, hashes = np.empty(len(names.offsets), dtype=np.int32), np.empty(total, dtype=np.uint64)
    columns = KeyColumns(by_form.offsets, by_form.hashes)
    gather_name_keys(names.offsets, names.items, columns, offsets, hashes)
    return KeySets(offsets, hashes)


def keys_of_table(ragged: Ragged, hashes: HashArray) -> KeySets:
    """Return hashes per record, given those of table rows."""
    return KeySets(ragged.offsets, hashes[ragged.items])


def years_within(side: Ragged, dates: DateTable) -> KeySets:
    """Return each year in which a date can lie.

    Of ranges they are the first six at most; an estimate has the years before and after it, too.
    """
    span = np.where(dates.year > 0, np.minimum(dates.last_year - dates.year, 5) + 1, 0)
    span = np.where((dates.circa > 0) & (span == 1), 3, span)
    start = np.where(
        (dates.circa > 0) & (dates.year == dates.last_year), dates.year - 1, dates.year
    )
    counts = span[side.items]
    ends = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    years = spread(start[side.items].astype(np.int64), counts)
    return KeySets(ends[side.offsets].astype(np.int32), years.astype(np.uint64))


def cross_keys(left: KeySets, right: KeySets) -> KeySets:
    """Return a hash of each left and right hash of a row; 0 if either is 0."""
    counts = np.diff(left.offsets).astype(np.int64) * np.diff(right.offsets)
    offsets, hashes = offsets_of(counts), np.empty(int(counts.sum()), dtype=np.uint64)
    fill_cross_keys(
        KeyColumns(left.offsets, left.hashes),
        KeyColumns(right.offsets, right.hashes),
        offsets,
        hashes,
    )
    return KeySets(offsets, hashes)


def keys_of(hashed: KeySets, salt: int, refine: Ragged | None) -> RuleKeys:
    """Return the keys of a rule: hashes salted by its number, once per refinement of the record."""
    hashed = distinct_keys(hashed)
    sizes = np.diff(hashed.offsets)
    if refine is not None:
        sizes = sizes * np.maximum(refine.counts, 1)
    total = int(sizes.sum(dtype=np.int64))
    rows, base = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.uint64)
    values = np.empty(total, dtype=np.int32)
    narrow = _NO_REFINEMENTS if refine is None else refine
    columns = KeyColumns(hashed.offsets, hashed.hashes)
    fill_rule_keys(columns, np.uint64(salt), narrow.offsets, narrow.items, rows, base, values)
    return RuleKeys(rows, base, values)
