"""Sets of keys (64-bit hashes) per row; 0 is no key.

Pairs of new records and stored ones that share a key, key by key, and the pairs of each key.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.runtime.arrays import (
    AnyInt,
    AnyIntArray,
    BoolArray,
    ByteArray,
    HashArray,
    IntArray,
    LongArray,
)
from resolver.runtime.compiler import compiled


class KeyColumns(NamedTuple):
    """Hashes of rows: those of row i are `hashes[offsets[i]:offsets[i + 1]]`."""

    offsets: IntArray
    hashes: HashArray


SHORT = 24
"""Items up to which insertion is faster than sorting."""
_SYMBOL_SALT = np.uint64(5)


@compiled(inline="always", allocates=False)
def mix_hashes(left: np.uint64, right: np.uint64) -> np.uint64:
    """Return one hash of two, order kept: `blocking.keys.mix` of single numbers."""
    value = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (right + np.uint64(0x7F4A7C15))
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@compiled(inline="always", allocates=False)
def _insert_hash(value: np.uint64, out: HashArray, begin: int, filled: int) -> int:
    """Insert a hash into the ascending `out[begin:filled]` unless it is there; return the end."""
    at = filled
    while at > begin and out[at - 1] > value:
        at -= 1
    if value == 0 or (at > begin and out[at - 1] == value):
        return filled
    for moved in range(filled, at, -1):
        out[moved] = out[moved - 1]
    out[at] = value
    return filled + 1


@compiled()
def distinct_hashes(
    offsets: AnyIntArray, hashes: HashArray, out: HashArray, out_offsets: AnyIntArray
) -> int:
    """Write the keys of each row ascending, each once; return how many there are."""
    filled = 0
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        if stop - start <= SHORT:
            begin = filled
            for place in range(start, stop):
                filled = _insert_hash(hashes[place], out, begin, filled)
        else:
            last = np.uint64(0)
            for value in np.sort(hashes[start:stop]):
                if value != last:
                    out[filled] = value
                    filled += 1
                    last = value
        out_offsets[row + 1] = filled
    return filled


@compiled(allocates=False)
def count_symbol_pairs(offsets: AnyIntArray, starts: AnyIntArray, sizes: LongArray) -> None:
    """Write into `sizes[row + 1]` the number of pairs of symbols of different words of a row.

    Words of a row are between two `offsets`, symbols of a word between two `starts`.
    """
    for row in range(len(offsets) - 1):
        before = 0
        for word in range(offsets[row], offsets[row + 1]):
            count = starts[word + 1] - starts[word]
            sizes[row + 1] += before * count
            before += count


@compiled(inline="always", allocates=False)
def _sort_symbols(
    first: int, last: int, starts: AnyIntArray, symbols: AnyIntArray, ordered: LongArray
) -> int:
    """Write (symbol, word) of words `first` … `last` - 1 by symbol; return how many there are."""
    filled = 0
    for word in range(first, last):
        for place in range(starts[word], starts[word + 1]):
            at = filled
            while at > 0 and ordered[at - 1, 0] > symbols[place]:
                ordered[at, 0], ordered[at, 1] = ordered[at - 1, 0], ordered[at - 1, 1]
                at -= 1
            ordered[at, 0], ordered[at, 1] = symbols[place], word
            filled += 1
    return filled


@compiled(allocates=False)
def fill_symbol_pairs(
    offsets: AnyIntArray,
    starts: AnyIntArray,
    symbols: AnyIntArray,
    ends: LongArray,
    ordered: LongArray,
    out: HashArray,
) -> None:
    """Write a hash of every two symbols of different words of a row, from `ends[row]` on.

    The smaller symbol goes first. `ordered`: scratch (symbols of the longest row × 2).
    """
    for row in range(len(offsets) - 1):
        filled = _sort_symbols(offsets[row], offsets[row + 1], starts, symbols, ordered)
        at = ends[row]
        for left in range(filled):
            first = mix_hashes(np.uint64(ordered[left, 0]), _SYMBOL_SALT)
            for right in range(left + 1, filled):
                if ordered[left, 1] != ordered[right, 1]:
                    second = mix_hashes(np.uint64(ordered[right, 0]), _SYMBOL_SALT)
                    out[at] = mix_hashes(first, second)
                    at += 1


@compiled(allocates=False)
def fill_rule_keys(
    keys: KeyColumns,
    salt: np.uint64,
    refine_offsets: AnyIntArray,
    refine_items: AnyIntArray,
    rows: IntArray,
    base: HashArray,
    refine: IntArray,
) -> None:
    """Write row, salted hash and refinement of the keys of each row, once per refinement.

    A row without refinements has 0. `refine_offsets` is empty where no row has any.
    """
    at = 0
    for row in range(len(keys.offsets) - 1):
        first, last = 0, 0
        if len(refine_offsets) > 0:
            first, last = refine_offsets[row], refine_offsets[row + 1]
        for place in range(keys.offsets[row], keys.offsets[row + 1]):
            key = mix_hashes(keys.hashes[place], salt)
            for number in range(first, max(last, first + 1)):
                rows[at], base[at] = row, key
                refine[at] = refine_items[number] if number < last else 0
                at += 1


@compiled(allocates=False)
def count_name_keys(names: AnyIntArray, forms: AnyIntArray, starts: AnyIntArray) -> np.int64:
    """Return how many keys the names of all records have.

    Names of a record are between two `names`, and are `forms`; keys of a form between two `starts`.
    """
    total = np.int64(0)
    for place in range(names[0], names[-1]):
        total += starts[forms[place] + 1] - starts[forms[place]]
    return total


@compiled(allocates=False)
def gather_name_keys(
    names: AnyIntArray, forms: AnyIntArray, keys: KeyColumns, offsets: IntArray, out: HashArray
) -> None:
    """Write the keys of the names of each record, with their offsets; see `count_name_keys`."""
    at = 0
    for row in range(len(names) - 1):
        offsets[row] = at
        for place in range(names[row], names[row + 1]):
            for key in range(keys.offsets[forms[place]], keys.offsets[forms[place] + 1]):
                out[at] = keys.hashes[key]
                at += 1
    offsets[len(names) - 1] = at


@compiled(allocates=False)
def fill_cross_keys(left: KeyColumns, right: KeyColumns, offsets: IntArray, out: HashArray) -> None:
    """Write a hash of each left and right key of a row, left keys in turn; 0 if either is 0.

    `offsets` are those of the result.
    """
    for row in range(len(offsets) - 1):
        at = np.int64(offsets[row])
        for first in range(left.offsets[row], left.offsets[row + 1]):
            for second in range(right.offsets[row], right.offsets[row + 1]):
                first_key, second_key = left.hashes[first], right.hashes[second]
                out[at] = (
                    mix_hashes(first_key, second_key) if first_key and second_key else np.uint64(0)
                )
                at += 1


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
