"""Edit distance between the sounds of a Latin word and of a word from another script.

After Needleman and Wunsch (1970), with costs by sound (`sound_costs`).
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import (
    AnyInt,
    AnyIntArray,
    ByteArray,
    FloatArray,
    IntArray,
    RecordArray,
    RecordRow,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.text.sound_costs import (
    CHANGE,
    FOREIGN_ONLY,
    LATIN_ONLY,
    NEAR,
    STRONG,
    STRONG_COST,
    WEIGHT,
)
from resolver.records.prepared.value_flags import TokenFlag

SOUND_PROFILE = np.dtype(
    [("sounds", np.uint64), ("near", np.uint64), ("weight", np.float32), ("is_set", np.bool_)],
    align=True,
)
"""Sounds of a word as bits (sound n at n % 64), all sounds similar to any of them, their weight,
and the validity of the row.
"""
_FOREIGN = int(TokenFlag.FOREIGN)
_DISTANCE_FACTOR = np.float32(1.6)
"""Factor of the distance, so that two different words come near similarity 0."""
_MARGIN = np.float32(1e-3)
"""More than sums of costs lose to rounding."""
_MIN_WEIGHT = np.float32(1.5)


@compiled(allocates=False)
def sound_similarity(
    foreign: AnyIntArray,
    count_foreign: AnyInt,
    latin: AnyIntArray,
    count_latin: AnyInt,
    minimum: np.float32,
    row: FloatArray,
) -> np.float32:
    """Return the similarity (0…1) of two words given as sounds, of which the first `count_…` count.

    1 less the cost over the weight of the heavier word, stretched. A similarity below `minimum` may
    be returned as 0 as soon as that is certain. `row`: scratch, one longer than the Latin word.
    """
    if count_foreign == 0 or count_latin == 0:
        return np.float32(0.0)
    row[0] = 0
    latin_weight, foreign_weight = np.float32(0.0), np.float32(0.0)
    for second in range(count_latin):
        row[second + 1] = row[second] + LATIN_ONLY[latin[second]]
        latin_weight += WEIGHT[latin[second]]
    for first in range(count_foreign):
        foreign_weight += WEIGHT[foreign[first]]
    weight = max(latin_weight, foreign_weight, _MIN_WEIGHT)
    # The least cost of a row never falls, so the rest of the table need not be computed above this.
    limit = (np.float32(1.0) - minimum) * weight / _DISTANCE_FACTOR + _MARGIN
    for first in range(count_foreign):
        sound = foreign[first]
        corner = row[0]
        row[0] += FOREIGN_ONLY[sound]
        cheapest = row[0]
        for second in range(count_latin):
            letter = latin[second]
            added, dropped = row[second] + LATIN_ONLY[letter], row[second + 1] + FOREIGN_ONLY[sound]
            best = min(corner + CHANGE[sound, letter], added, dropped)
            corner = row[second + 1]
            row[second + 1] = best
            cheapest = min(cheapest, best)
        if cheapest > limit:
            return np.float32(0.0)
    return max(np.float32(0.0), np.float32(1.0) - _DISTANCE_FACTOR * row[count_latin] / weight)


@compiled(allocates=False)
def _set_profile(offsets: IntArray, items: IntArray, token: AnyInt, profile: RecordRow) -> None:
    """Set the sound profile of a token."""
    sounds, near, weight = np.uint64(0), np.uint64(0), np.float32(0.0)
    for place in range(offsets[token], offsets[token + 1]):
        sound = items[place]
        sounds |= np.uint64(1) << np.uint64(sound & 63)
        near |= NEAR[sound]
        weight += WEIGHT[sound]
    profile.sounds, profile.near, profile.weight, profile.is_set = sounds, near, weight, True


@compiled(inline="always", allocates=False)
def sound_profile(
    offsets: IntArray, items: IntArray, token: AnyInt, profiles: RecordArray
) -> RecordRow:
    """Return the sound profile of a token, which is set on first use: most never are."""
    profile = profiles[token]
    if not profile.is_set:
        _set_profile(offsets, items, token, profile)
    return profile


@compiled(inline="always", allocates=False)
def _count_set(bits: np.uint64) -> int:
    """Return how many bits are set, clearing one after the other: they are few."""
    count = 0
    while bits != 0:
        bits &= bits - np.uint64(1)
        count += 1
    return count


@compiled(inline="always", allocates=False)
def may_sound_alike(
    sounds: np.uint64,
    near: np.uint64,
    weight: np.float32,
    other: RecordRow,
    minimum: np.float32,
) -> bool:
    """Return whether two words of different scripts may reach a similarity of `minimum`.

    The fields of one word's sound profile against the profile of the other: a strong sound without
    a similar one in the other word costs `STRONG_COST` at least.
    """
    limit = (np.float32(1.0) - minimum) * max(
        weight, other.weight, _MIN_WEIGHT
    ) / _DISTANCE_FACTOR + 2 * _MARGIN
    lacking = max(
        _count_set(sounds & ~other.near & STRONG), _count_set(other.sounds & ~near & STRONG)
    )
    is_possible: bool = STRONG_COST * np.float32(lacking) <= limit
    return is_possible


@compiled(allocates=False)
def _append_sounds(
    offsets: IntArray, items: IntArray, token: AnyInt, out: IntArray, start: AnyInt
) -> AnyInt:
    """Write the sounds of a token into `out` from `start` on, if they fit; return the end."""
    end = start
    for place in range(offsets[token], offsets[token + 1]):
        if end < len(out):
            out[end] = items[place]
            end += 1
    return end


@compiled(allocates=False)
def cross_script_similarity(
    first: AnyInt,
    second: AnyInt,
    third: AnyInt,
    flags: ByteArray,
    offsets: IntArray,
    items: IntArray,
    minimum: np.float32,
    row: FloatArray,
    joined: IntArray,
) -> np.float32:
    """Return the similarity of token `first`, joined with `second` if that is not -1, and `third`.

    0 unless exactly one side is of another script, and where the similarity is below `minimum`.
    `row` and `joined`: scratch for twice the longest word, and one.
    """
    if (flags[first] ^ flags[third]) & _FOREIGN == 0 or (
        second >= 0 and (flags[second] ^ flags[third]) & _FOREIGN == 0
    ):
        return np.float32(0.0)
    single = items[offsets[third] : offsets[third + 1]]
    end: AnyInt
    if second < 0:
        double = items[offsets[first] : offsets[first + 1]]
        end = np.int64(offsets[first + 1] - offsets[first])
    else:
        double, end = joined, _append_sounds(offsets, items, first, joined, 0)
        end = _append_sounds(offsets, items, second, joined, end)
    if flags[third] & _FOREIGN:
        return sound_similarity(single, len(single), double, end, minimum, row)
    return sound_similarity(double, end, single, len(single), minimum, row)


@compiled(allocates=False)
def fill_cross_script(
    first: IntArray,
    second: IntArray,
    flags: ByteArray,
    offsets: IntArray,
    items: IntArray,
    row: FloatArray,
    joined: IntArray,
    out: FloatArray,
) -> None:
    """Write the similarity of pairs of tokens of different scripts, 0 for others."""
    minimum = np.float32(0.0)
    for pair in range(len(first)):
        out[pair] = cross_script_similarity(
            first[pair], -1, second[pair], flags, offsets, items, minimum, row, joined
        )
