"""Edit distance between a Latin word and a word of another script, by learned costs.

The costs are those of `letter_costs`; the best alignment is found after Viterbi (1967).

Costs of writing a symbol of another script with Latin letters, as arrays for the kernels.

A word of another script is a list of symbols, a Latin one a list of letters (0…25). Each symbol is
written with none to three letters, and between symbols a letter may be added (a weighted edit
distance over multigrams, after Ristad and Yianilos 1998 and Bisani and Ney 2008).

Expected counts of how symbols of another script are written with Latin letters.

Forward–backward over all ways to write one word as another (Ristad and Yianilos 1998), for the
expectation step of the training of `letter_costs`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.runtime.arrays import (
    AnyBool,
    AnyInt,
    AnyIntArray,
    DoubleArray,
    FloatArray,
    IntArray,
    RecordArray,
    RecordRow,
)
from resolver.runtime.compiler import compiled

LETTERS = 26
LONGEST = 3
"""Most letters that one symbol is written with."""
FIRST_SYMBOL = 32
"""Number of the first symbol in the sounds of a word; smaller ones are Latin letters."""
UNIT = 32
"""Units of cost in a nat."""
IMPOSSIBLE = 1 << 14
STRONG_COST = 4 * UNIT
"""Least cost of a Latin letter that is in no common spelling of any symbol of the other word."""


MAX_SOUNDS = 40
"""Sounds of a word; others are dropped."""
GRAM_PLACE, JOINED_PLACE = 2 * MAX_SOUNDS + 1, 8 * MAX_SOUNDS + 1
"""Where in the scratch the columns of grams begin, and the sounds of two words written together."""
SCRATCH_SIZE = 10 * MAX_SOUNDS + 1


class SoundScratch(NamedTuple):
    """Costs in units of 1/32 nat, and scratch of `SCRATCH_SIZE`.

    `grams`: the column of one to three letters, by their code (`gram_code`); `costs`: a row per
    symbol, with the costs of no letter, of each gram, an impossible one, of each letter that is
    added beside the symbol, a bit per letter near it (written with it, or added at less than
    `STRONG_COST`), and the number of its script. The last row begins with the surprise of each
    letter of a name. (Few arrays, since each takes time to pass on.)
    """

    grams: IntArray
    costs: IntArray
    scratch: IntArray


NEAR_COLUMN, SCRIPT_COLUMN = 2, 1
ADDED_COLUMN = LETTERS + 2
"""Columns of `costs`, counted from its end."""
EXTRA_COLUMNS = ADDED_COLUMN + 1
"""Columns of a row behind its grams."""


@compiled(inline="always", allocates=False)
def added_cost(symbol: AnyInt, letter: AnyInt, costs: IntArray) -> AnyInt:
    """Return the cost of a letter that is added beside a symbol."""
    cost: AnyInt = costs[symbol, costs.shape[1] - ADDED_COLUMN + letter]
    return cost


@compiled(inline="always", allocates=False)
def near_letters(symbol: AnyInt, costs: IntArray) -> np.uint64:
    """Return a bit per letter near a symbol."""
    return np.uint64(costs[symbol, costs.shape[1] - NEAR_COLUMN])


@compiled(inline="always", allocates=False)
def symbol_script(symbol: AnyInt, costs: IntArray) -> AnyInt:
    """Return the number of the script of a symbol."""
    script: AnyInt = costs[symbol, costs.shape[1] - SCRIPT_COLUMN]
    return script


@compiled(inline="always", allocates=False)
def letter_surprise(letter: AnyInt, costs: IntArray) -> np.float32:
    """Return by how much a letter of a name surprises."""
    return np.float32(costs[costs.shape[0] - 1, letter])


@compiled(inline="always", allocates=False)
def gram_code(first: AnyInt, second: AnyInt, third: AnyInt) -> AnyInt:
    """Return the code of three letters, each its number + 1, or 0 before a shorter gram."""
    code: AnyInt = ((first * (LETTERS + 1)) + second) * (LETTERS + 1) + third
    return code


@compiled(allocates=False)
def set_grams(latin: AnyIntArray, count: AnyInt, sounds: SoundScratch) -> None:
    """Write the columns of the one to three letters that end at each letter of a word."""
    before, last, columns = np.int64(0), np.int64(0), sounds.scratch[GRAM_PLACE:]
    none = sounds.costs.shape[1] - EXTRA_COLUMNS
    for place in range(count):
        letter = np.int64(latin[place]) + 1
        columns[3 * place] = sounds.grams[gram_code(0, 0, letter)]
        pair, triple = gram_code(0, last, letter), gram_code(before, last, letter)
        columns[3 * place + 1] = sounds.grams[pair] if place > 0 else none
        columns[3 * place + 2] = sounds.grams[triple] if place > 1 else none
        before, last = last, letter


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


class Channel(NamedTuple):
    """Probabilities: of each gram for a symbol (`written`, symbols × grams, the first gram empty),
    of each letter that is added, and of adding one. `grams`: the number of a gram by its code, or
    that of the last column, which is impossible."""

    grams: IntArray
    written: DoubleArray
    added: DoubleArray
    adding: float


class Counts(NamedTuple):
    """Expected counts; `written` and `added` as in `Channel`."""

    written: DoubleArray
    added: DoubleArray


@compiled(inline="always", allocates=False)
def _gram(latin: AnyIntArray, end: int, length: int, grams: IntArray) -> int:
    """Return the number of the gram of a length that ends before `end`."""
    if length == 0:
        return 0
    first = latin[end - 3] + 1 if length > 2 else 0
    second = latin[end - 2] + 1 if length > 1 else 0
    number: int = grams[gram_code(first, second, latin[end - 1] + 1)]
    return number


@compiled(allocates=False)
def fill_forward(
    symbols: AnyIntArray, latin: AnyIntArray, channel: Channel, forward: DoubleArray
) -> float:
    """Write the probability of each beginning of both words; return that of the whole words."""
    going_on = 1.0 - channel.adding
    for place in range(len(symbols) + 1):
        for end in range(len(latin) + 1):
            total = 1.0 if place == 0 and end == 0 else 0.0
            if place > 0:
                for length in range(min(LONGEST, end) + 1):
                    gram = _gram(latin, end, length, channel.grams)
                    written = channel.written[symbols[place - 1], gram] * going_on
                    total += forward[place - 1, end - length] * written
            if end > 0:
                added = channel.adding * channel.added[latin[end - 1]]
                total += forward[place, end - 1] * added
            forward[place, end] = total
    likelihood: float = forward[len(symbols), len(latin)]
    return likelihood


@compiled(allocates=False)
def add_counts(
    symbols: AnyIntArray,
    latin: AnyIntArray,
    channel: Channel,
    forward: DoubleArray,
    backward: DoubleArray,
    counts: Counts,
) -> None:
    """Add the expected counts of a pair of words, whose `forward` is filled."""
    going_on, whole = 1.0 - channel.adding, forward[len(symbols), len(latin)]
    for place in range(len(symbols), -1, -1):
        for end in range(len(latin), -1, -1):
            total = 1.0 if place == len(symbols) and end == len(latin) else 0.0
            if place < len(symbols):
                for length in range(min(LONGEST, len(latin) - end) + 1):
                    gram = _gram(latin, end + length, length, channel.grams)
                    symbol = symbols[place]
                    share = channel.written[symbol, gram] * going_on
                    share *= backward[place + 1, end + length]
                    total += share
                    counts.written[symbol, gram] += forward[place, end] * share / whole
            if end < len(latin):
                share = channel.adding * channel.added[latin[end]] * backward[place, end + 1]
                total += share
                counts.added[latin[end]] += forward[place, end] * share / whole
            backward[place, end] = total
