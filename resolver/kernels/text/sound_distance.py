"""Edit distance between a Latin word and a word of another script, by learned costs.

The costs are those of `letter_costs`; the best alignment is found after Viterbi (1967).
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import (
    AnyBool,
    AnyInt,
    AnyIntArray,
    FloatArray,
    IntArray,
    RecordArray,
    RecordRow,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.text.letter_costs import (
    FIRST_SYMBOL,
    GRAM_PLACE,
    JOINED_PLACE,
    STRONG_COST,
    UNIT,
    SoundScratch,
    added_cost,
    letter_surprise,
    near_letters,
    set_grams,
    symbol_script,
)

SOUND_PROFILE = np.dtype(
    [("sounds", np.uint64), ("near", np.uint64), ("weight", np.float32), ("is_set", np.bool_)],
    align=True,
)
"""Word as sets of letters: those of a Latin word (`sounds`), or those with which the symbols of
another word are written (`near`); the surprise of a Latin word, and the validity of the row.
"""
_SLOPE, _INTERCEPT = np.float32(0.55), np.float32(1.137)
"""Similarity by the share of a word's surprise that is lost: 0.62 where it is nearly all, as in one
of 500 pairs of different words, and 0.95 for half of all transliterations."""
_PRIOR = np.float32(UNIT)
"""Cost of being another word at all, so that short words must be more alike than long ones."""
_LEAST_GAIN = np.float32(110.0)
"""Surprise of a Latin word, in units of cost, that a word in Hangul must explain at least, or half
of it: Korean names are so short that a common letter makes others similar."""
_HEBREW, _HANGUL = 2, 3
"""`Script` numbers."""
_UNWRITTEN = 0x1504191
"""Bits of a, e, i, o, u, y, h and w, which a Hebrew word may leave out."""
_SILENT_LAST = 0x28C8008
"""Bits of d, p, s, t, x and z, which French leaves out at the end."""
_C, _D, _G, _J, _K, _Q, _S, _T, _Z = 2, 3, 6, 9, 10, 16, 18, 19, 25
_MAX_SHORT = 3
"""Symbols of a short word."""
_MARGIN = np.float32(0.5)
"""More than costs lose to rounding."""


@compiled(inline="always", allocates=False)
def _max_cost(minimum: np.float32, surprise: np.float32) -> np.float32:
    """Return the cost up to which two words are similar by `minimum`."""
    cost: np.float32 = (_INTERCEPT - minimum) / _SLOPE * surprise - _PRIOR
    return cost


@compiled(allocates=False)
def sound_similarity(
    foreign: AnyIntArray,
    count_foreign: AnyInt,
    latin: AnyIntArray,
    count_latin: AnyInt,
    minimum: np.float32,
    scratch: SoundScratch,
) -> np.float32:
    """Return the similarity (0…1) of two words given as sounds, of which the first `count_…` count.

    The share of the surprise of the Latin word that the cost is, stretched. A similarity below
    `minimum` may be returned as 0 as soon as that is certain.
    """
    if count_foreign == 0 or count_latin == 0:
        return np.float32(0.0)
    surprise = np.float32(0.0)
    for place in range(count_latin):
        surprise += letter_surprise(latin[place], scratch.costs)
    limit = _max_cost(minimum, surprise) + _MARGIN
    cost = writing_cost(foreign, count_foreign, latin, count_latin, limit, scratch)
    script = symbol_script(np.int64(foreign[0]) - FIRST_SYMBOL, scratch.costs)
    if script == _HANGUL and surprise - cost < min(_LEAST_GAIN, surprise / 2):
        return np.float32(0.0)
    # Hebrew leaves out vowels, never consonants: a short word has too few for a longer one.
    is_short = script == _HEBREW and count_foreign <= _MAX_SHORT
    if is_short and _count_consonants(latin, count_latin) > count_foreign:
        return np.float32(0.0)
    similarity = _INTERCEPT - _SLOPE * (cost + _PRIOR) / surprise
    return min(max(similarity, np.float32(0.0)), np.float32(1.0))


@compiled(allocates=False)
def _count_consonants(latin: AnyIntArray, count: AnyInt) -> int:
    """Return how many symbols a Hebrew word has at least that writes a Latin one.

    Vowels, doubled letters, the second letters of one sound (`ck`, `sc`, `ts`, `dj`) and ends that
    may be silent need none.
    """
    needed, before = 0, np.int64(-1)
    for place in range(count):
        letter = np.int64(latin[place])
        is_unwritten = (_UNWRITTEN >> letter) & 1 or letter == before
        is_unwritten |= place == count - 1 and (_SILENT_LAST >> letter) & 1
        is_unwritten |= before == _T and letter in (_S, _Z, _C)
        is_unwritten |= before == _D and letter in (_J, _G)
        is_unwritten |= before == _C and letter in (_K, _Q)
        is_unwritten |= before == _S and letter == _C
        needed += not is_unwritten
        before = letter
    return needed


@compiled(allocates=False)
def writing_cost(
    foreign: AnyIntArray,
    count_foreign: AnyInt,
    latin: AnyIntArray,
    count_latin: AnyInt,
    limit: np.float32,
    scratch: SoundScratch,
) -> np.float32:
    """Return the least cost of writing symbols with the letters of a Latin word.

    A cost above `limit` may be returned as infinite as soon as that is certain.
    """
    costs, row = scratch.costs, scratch.scratch
    set_grams(latin, count_latin, scratch)
    first = np.int64(foreign[0]) - FIRST_SYMBOL
    row[0] = 0
    for place in range(count_latin):
        row[place + 1] = row[place] + added_cost(first, latin[place], costs)
    for place in range(count_foreign):
        symbol = np.int64(foreign[place]) - FIRST_SYMBOL
        # The least cost of a row never falls.
        if _write_symbol(symbol, latin, count_latin, scratch) > limit:
            return np.float32(np.inf)
    return np.float32(row[count_latin])


@compiled(inline="always", allocates=False)
def _write_symbol(
    symbol: AnyInt,
    latin: AnyIntArray,
    count: AnyInt,
    scratch: SoundScratch,
) -> AnyInt:
    """Add a symbol to the least costs of each beginning of the Latin word; return the lowest."""
    costs, row, grams = scratch.costs, scratch.scratch, scratch.scratch[GRAM_PLACE:]
    dropped = costs[symbol, 0]
    # Backwards, so that the costs of shorter beginnings are still those without the symbol.
    for end in range(count, 0, -1):
        at = 3 * (end - 1)
        best = min(row[end] + dropped, row[end - 1] + costs[symbol, grams[at]])
        if end > 1:
            best = min(best, row[end - 2] + costs[symbol, grams[at + 1]])
        if end > 2:
            best = min(best, row[end - 3] + costs[symbol, grams[at + 2]])
        row[end] = best
    row[0] += dropped
    cheapest: AnyInt = row[0]
    for end in range(1, count + 1):
        row[end] = min(row[end], row[end - 1] + added_cost(symbol, latin[end - 1], costs))
        cheapest = min(cheapest, row[end])
    return cheapest


@compiled(allocates=False)
def _set_profile(
    offsets: IntArray, items: IntArray, token: AnyInt, costs: IntArray, profile: RecordRow
) -> None:
    """Set the sound profile of a token."""
    sounds, near, weight = np.uint64(0), np.uint64(0), np.float32(0.0)
    for place in range(offsets[token], offsets[token + 1]):
        sound = items[place]
        if sound >= FIRST_SYMBOL:
            near |= near_letters(sound - FIRST_SYMBOL, costs)
        else:
            sounds |= np.uint64(1) << np.uint64(sound)
            weight += letter_surprise(sound, costs)
    profile.sounds, profile.near, profile.weight, profile.is_set = sounds, near, weight, True


@compiled(inline="always", allocates=False)
def sound_profile(
    offsets: IntArray, items: IntArray, token: AnyInt, costs: IntArray, profiles: RecordArray
) -> RecordRow:
    """Return the sound profile of a token, which is set on first use: most never are."""
    profile = profiles[token]
    if not profile.is_set:
        _set_profile(offsets, items, token, costs, profile)
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
) -> AnyBool:
    """Return whether two words of different scripts may reach a similarity of `minimum`.

    The fields of one word's sound profile against the profile of the other: a letter that no symbol
    of the other word is written with costs `STRONG_COST` at least.
    """
    lacking = _count_set((sounds & ~other.near) | (other.sounds & ~near))
    limit = _max_cost(minimum, weight + other.weight) + 2 * _MARGIN
    is_possible: AnyBool = np.float32(STRONG_COST) * np.float32(lacking) <= limit
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


@compiled(inline="always", allocates=False)
def _is_latin(offsets: IntArray, items: IntArray, token: AnyInt) -> bool:
    """Return whether a token is written in Latin letters, or has no sounds."""
    begin = offsets[token]
    is_latin: bool = begin == offsets[token + 1] or items[begin] < FIRST_SYMBOL
    return is_latin


@compiled(inline="always", allocates=False)
def of_two_scripts(first: AnyInt, second: AnyInt, offsets: IntArray, items: IntArray) -> bool:
    """Return whether exactly one of two tokens is written in Latin letters."""
    return _is_latin(offsets, items, first) != _is_latin(offsets, items, second)


@compiled(allocates=False)
def cross_script_similarity(
    first: AnyInt,
    second: AnyInt,
    third: AnyInt,
    offsets: IntArray,
    items: IntArray,
    minimum: np.float32,
    scratch: SoundScratch,
) -> np.float32:
    """Return the similarity of token `first`, joined with `second` if that is not -1, and `third`.

    0 unless exactly one side is of another script, and where the similarity is below `minimum`."""
    if not of_two_scripts(first, third, offsets, items) or (
        second >= 0 and not of_two_scripts(second, third, offsets, items)
    ):
        return np.float32(0.0)
    single = items[offsets[third] : offsets[third + 1]]
    end: AnyInt
    if second < 0:
        double = items[offsets[first] : offsets[first + 1]]
        end = np.int64(offsets[first + 1] - offsets[first])
    else:
        double = scratch.scratch[JOINED_PLACE:]
        end = _append_sounds(offsets, items, first, double, 0)
        end = _append_sounds(offsets, items, second, double, end)
    if _is_latin(offsets, items, third):
        return sound_similarity(double, end, single, len(single), minimum, scratch)
    return sound_similarity(single, len(single), double, end, minimum, scratch)


@compiled(allocates=False)
def fill_cross_script(
    first: IntArray,
    second: IntArray,
    offsets: IntArray,
    items: IntArray,
    scratch: SoundScratch,
    out: FloatArray,
) -> None:
    """Write the similarity of pairs of tokens of different scripts, 0 for others."""
    minimum = np.float32(0.0)
    for pair in range(len(first)):
        out[pair] = cross_script_similarity(
            first[pair], -1, second[pair], offsets, items, minimum, scratch
        )
