"""Words laid out for kernels: one card a token, and the similarity of two tokens, computed where it is asked for.

A card holds all that is asked of a token, in one cache line. Two tokens that share no sound, skeleton or symbol and too
few letters are different names at once (`plausible`); of the others the similarity is remembered in a `Memo`, a table
that forgets what another pair pushes out: it is a pure function of the two tokens, so forgetting costs time alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.comparison.cross_script import alike_across, room, sounds
from resolver.comparison.edit_distance import written_alike
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import NICKNAME_BIT, FloatArray, TokenTable
from resolver.records.prepared.ragged import Ragged

FLOOR = 0.62
"""Below this two tokens are taken as different names."""
CARD = np.dtype(
    [
        ("hash", np.uint64),
        ("skeleton", np.uint64),
        ("phonetic", np.uint64),
        ("sound", np.uint64),
        ("signature", np.uint32),
        ("tied", np.uint32),
        ("first_letter", np.uint32),
        ("letters", np.int32),
        ("symbols", np.int32),
        ("rarity_person", np.float32),
        ("rarity_group", np.float32),
        ("length", np.uint16),
        ("flags", np.uint8),
        ("kinds", np.uint8),
    ],
    align=True,
)
"""A token: hashes of its text and of what is left of it; a bit a letter, and how many bits (`kinds`); a bit a symbol
(`tied`); where its letters and symbols begin; rarity; letters, 65,535 at most; `TokenFlag` bits."""
SLOT = np.dtype([("key", np.int64), ("value", np.float32)], align=True)
"""A pair of tokens (left code × 2³² + right code; -1 none) and their similarity."""
_MOST_MEMO = 1 << 12
_MARGIN = 1e-4
_INITIAL, _FOREIGN, _KNOWN, _APART = 1, 64, 128, 7


class Words(NamedTuple):
    """The tokens of a batch: `cards` (t + 1 of them, the last only bounds), flags, code points, symbols, and sounds."""

    cards: npt.NDArray[np.void]
    flags: npt.NDArray[np.uint8]
    letters: npt.NDArray[np.uint32]
    symbols: IntArray
    spoken_offsets: IntArray
    spoken: IntArray


class Memo(NamedTuple):
    """Similarities of pairs of tokens, each at the one slot where it can stand; and room to work in
    (`scripts.room`, `spelling.written_alike`)."""

    slots: npt.NDArray[np.void]
    row: FloatArray
    joined: IntArray
    places: npt.NDArray[np.uint64]


def words_of(tokens: TokenTable, spoken: Ragged | None = None) -> Words:
    """Lay out a table of tokens. `spoken`: the sounds of each (`scripts.sounds`), where they are at hand."""
    spoken = spoken if spoken is not None else sounds(tokens)
    count = len(tokens)
    cards = np.zeros(count + 1, dtype=CARD)
    lengths = np.fromiter(map(len, tokens.texts), dtype=np.int32, count=count)
    letters = np.frombuffer(
        "".join(tokens.texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    )
    for field, values in (
        ("hash", tokens.hashes),
        ("skeleton", tokens.skeleton),
        ("phonetic", tokens.phonetic),
        ("sound", tokens.sound),
        ("signature", tokens.signature),
        ("rarity_person", tokens.rarity_person),
        ("rarity_group", tokens.rarity_group),
        ("length", np.minimum(lengths, 65_535)),
        ("flags", tokens.flags),
        ("kinds", np.bitwise_count(tokens.signature)),
    ):
        cards[field][:count] = values
    cards["symbols"] = tokens.symbols.offsets
    bits = np.uint32(1) << (tokens.symbols.items & 31).astype(np.uint32)
    np.bitwise_or.at(cards["tied"], tokens.symbols.rows, bits)
    np.cumsum(lengths, out=cards["letters"][1:])
    some = lengths > 0
    cards["first_letter"][:count][some] = letters[cards["letters"][:count][some]]
    return Words(cards, tokens.flags, letters, tokens.symbols.items, spoken.offsets, spoken.items)


def memo_for(tokens: int) -> Memo:
    """An empty memo for a batch of so many tokens."""
    size = min(_MOST_MEMO, 1 << max(4, (8 * tokens).bit_length()))
    slots = np.zeros(size, dtype=SLOT)
    slots["key"] = -1
    return Memo(slots, *room(), np.zeros(32, dtype=np.uint64))


@compiled(inline="always", allocates=False)
def worth(one, two, words, memo):  # type: ignore[no-untyped-def]
    """What matching two tokens is worth, 0…1: equal letters 1, an initial and a word that begins with it 0.75, else
    their similarity from the floor on."""
    cards, slots = words.cards, memo.slots
    first, second = cards[one], cards[two]
    value = np.float32(0.0)
    if first.hash == second.hash:
        value = np.float32(1.0)
    elif (first.flags | second.flags) & _INITIAL:
        if first.first_letter == second.first_letter:
            value = np.float32(0.75)
    elif plausible(one, two, words):
        low, high = min(one, two), max(one, two)
        key = (np.int64(low) << 32) | np.int64(high)
        mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
        slot = slots[np.int64((mixed >> np.uint64(20)) & np.uint64(len(slots) - 1))]
        if slot.key == key:
            value = slot.value
        else:
            value = similarity(low, high, words, np.float32(FLOOR), memo)
            if value < np.float32(FLOOR):
                value = np.float32(0.0)
            slot.key, slot.value = key, value
    return value


@compiled(inline="always", allocates=False)
def plausible(one, two, words):  # type: ignore[no-untyped-def]
    """A cheap test of two tokens: a shared sound, skeleton or symbol, or enough letters in common that their spelling
    alone may reach the floor. Two that fail it count as different names."""
    first, second = words.cards[one], words.cards[two]
    if (first.flags | second.flags) & _APART:
        # initials are judged by their letter, particles and numbers by equality
        return False
    if (first.flags ^ second.flags) & _FOREIGN:
        # of two scripts: no letter counts for another
        return True
    if (
        first.skeleton != 0 and first.skeleton == second.skeleton
    ) or first.phonetic == second.phonetic:
        return True
    if first.tied & second.tied and _shared(one, two, words) > 0:
        return True
    short, long = min(first.length, second.length), max(first.length, second.length)
    if short < 3 or 2 * short < long:
        return False
    common = count_bits(first.signature & second.signature)
    if 3 * common < 2 * min(first.kinds, second.kinds):
        return False
    if first.sound != 0 and first.sound == second.sound:
        return True
    # established words that nothing ties together lose some of their likeness
    known = first.flags & second.flags & _KNOWN and not first.flags & _FOREIGN
    return _most_alike(first, second, common) >= FLOOR + (0.2 if known else 0.0) - _MARGIN


@compiled(inline="always", allocates=False)
def _most_alike(first, second, common):  # type: ignore[no-untyped-def]
    """What the spelling of two words is worth at most, by the kinds of letters of each that the other lacks: none of
    them can match, and each takes an edit."""
    one, two = np.int64(first.length), np.int64(second.length)
    lacking = max(one - two, two - one, first.kinds - common, second.kinds - common)
    matching = min(one - (first.kinds - common), two - (second.kinds - common))
    jaro = (matching / one + matching / two + 1.0) / 3.0
    # up to four letters at the beginning count once more
    winkler = (
        jaro + 0.1 * min(4, matching) * (1.0 - jaro)
        if first.first_letter == second.first_letter
        else jaro
    )
    return (winkler + 1.0 - lacking / max(one, two)) / 2.0


@compiled(inline="always", allocates=False)
def count_bits(value):  # type: ignore[no-untyped-def]
    """How many bits of a uint32 are set (in parallel, after Warren, Hacker's Delight)."""
    value = np.uint64(value)
    value -= (value >> np.uint64(1)) & np.uint64(0x55555555)
    value = (value & np.uint64(0x33333333)) + ((value >> np.uint64(2)) & np.uint64(0x33333333))
    value = (value + (value >> np.uint64(4))) & np.uint64(0x0F0F0F0F)
    return np.int64(((value * np.uint64(0x01010101)) & np.uint64(0xFFFFFFFF)) >> np.uint64(24))


@compiled(inline="always", allocates=False)
def _shared(one, two, words):  # type: ignore[no-untyped-def]
    """2 where two tokens share a symbol, 1 where only one that ties a nickname to a name, else 0 (lists ascend)."""
    a, end_a = words.cards[one].symbols, words.cards[one + 1].symbols
    b, end_b = words.cards[two].symbols, words.cards[two + 1].symbols
    while a < end_a and b < end_b:
        left, right = words.symbols[a], words.symbols[b]
        if left == right:
            # ids ascend, so those of nicknames come last
            return 1 if left >= NICKNAME_BIT else 2
        if left < right:
            a += 1
        else:
            b += 1
    return 0


@compiled(inline="always", allocates=False)
def _spelled(first, second, left, right, both_foreign, same_sound, least, places):  # type: ignore[no-untyped-def]
    """How alike two words are by their letters and what they leave when spellings are levelled; what is below `least`
    may be given as less."""
    same_skeleton = first.skeleton == second.skeleton and first.skeleton != 0
    same_phonetic = first.phonetic == second.phonetic
    if same_skeleton or same_phonetic or same_sound:
        least = np.float32(0.0)
    lacking = abs(len(left) - len(right))
    if len(left) == first.length:
        common = count_bits(first.signature & second.signature)
        lacking = max(lacking, np.int64(first.kinds) - common, np.int64(second.kinds) - common)
    plain = written_alike(left, right, least, lacking, places)
    value = plain
    if same_phonetic or same_skeleton:
        value = max(plain, plain * np.float32(0.5) + np.float32(0.42))
    if same_sound:
        value = max(value, plain * np.float32(0.4) + np.float32(0.57))
    if both_foreign and same_skeleton:
        value = max(value, np.float32(0.92))
    return value


@compiled(allocates=False)
def similarity(one, two, words, least, memo):  # type: ignore[no-untyped-def]
    """See `token_similarity`; what is below `least` may be given as any value below it. `memo`: to work in."""
    first, second = words.cards[one], words.cards[two]
    left = words.letters[first.letters : first.letters + first.length]
    right = words.letters[second.letters : second.letters + second.length]
    if servant(left) and servant(right):
        # of two servants of God, what differs is whose
        left, right = left[3:], right[3:]
    same_sound = first.sound == second.sound and first.sound != 0
    foreign = ((first.flags | second.flags) & _FOREIGN) != 0
    both_foreign = (first.flags & second.flags & _FOREIGN) != 0
    shared = _shared(one, two, words) if first.tied & second.tied else 0
    enough = least if shared == 0 else np.float32(0.0)
    lowered = (
        (first.flags & second.flags & _KNOWN) != 0
        and shared == 0
        and not same_sound
        and not foreign
    )
    if foreign and not both_foreign and len(words.spoken) > 0:
        offsets = words.spoken_offsets
        across = alike_across(
            one, -1, two, words.flags, offsets, words.spoken, enough, memo.row, memo.joined
        )
        value = min(across, np.float32(0.96))
    else:
        enough = enough + np.float32(0.2) if lowered and least > 0 else enough
        value = _spelled(first, second, left, right, both_foreign, same_sound, enough, memo.places)
    if lowered:
        value = value - np.float32(0.2)
        if _other_ending(left, right):
            value = min(value, np.float32(0.5))
        elif _swapped(left, right):
            value = max(value, np.float32(0.66))
    if shared == 2:
        value = max(value, np.float32(0.9) + value * np.float32(0.08))
    elif shared == 1:
        value = max(value, np.float32(0.84) + value * np.float32(0.08))
    return min(max(value, np.float32(0.0)), np.float32(0.99))


@compiled(inline="always", allocates=False)
def servant(text):  # type: ignore[no-untyped-def]
    """Whether a word begins with `abd`."""
    return len(text) >= 3 and text[0] == 97 and text[1] == 98 and text[2] == 100


@compiled(inline="always", allocates=False)
def _vowel(letter):  # type: ignore[no-untyped-def]
    return letter == 97 or letter == 101 or letter == 105 or letter == 111 or letter == 117


@compiled(inline="always", allocates=False)
def _other_ending(one, two):  # type: ignore[no-untyped-def]
    """Whether two words differ in nothing but a vowel at the end (Maria and Mario, Karim and Karima)."""
    short, long = (one, two) if len(one) <= len(two) else (two, one)
    gap = len(long) - len(short)
    if gap > 1 or len(long) == 0 or not _vowel(long[-1]):
        return False
    if gap == 0 and not _vowel(short[-1]):
        return False
    same = 0
    while same < len(long) - 1 and short[same] == long[same]:
        same += 1
    return same == len(long) - 1


@compiled(inline="always", allocates=False)
def _swapped(one, two):  # type: ignore[no-untyped-def]
    """Whether two words of three letters or more differ in two neighbours that have changed places, not the first."""
    if len(one) != len(two) or len(one) < 3:
        return False
    at = 0
    while at < len(one) and one[at] == two[at]:
        at += 1
    if at == 0 or at + 1 >= len(one) or one[at] != two[at + 1] or one[at + 1] != two[at]:
        return False
    rest = at + 2
    while rest < len(one) and one[rest] == two[rest]:
        rest += 1
    return rest == len(one)


@compiled(allocates=False)
def _all(first, second, words, memo, out):  # type: ignore[no-untyped-def]
    for pair in range(len(first)):
        out[pair] = similarity(first[pair], second[pair], words, np.float32(0.0), memo)


def token_similarity(
    tokens: TokenTable, spoken: Ragged, first: IntArray, second: IntArray
) -> FloatArray:
    """Similarity in 0…1 of pairs of token codes; `spoken`: the sounds of every token (`scripts.sounds`).

    The mean of Jaro–Winkler (Winkler 1990) and the optimal string alignment similarity, raised where the two sound
    alike, share a consonant skeleton, a Metaphone code or a symbol (the same name in another language); lowered where
    both are established words that nothing ties together: Maria is no slip of Mario.
    """
    out = np.empty(len(first), dtype=np.float32)
    _all(first, second, words_of(tokens, spoken), memo_for(0), out)
    return out
