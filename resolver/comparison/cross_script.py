"""A word of another script against a Latin word: an edit distance between sounds.

Arabic and Hebrew write no short vowels and romanise one letter in several ways (`dhwalqdr` and `zulqadr`), Korean has
several romanisations. So words are cut into sounds (`encode`), and what one is likely to become in the other costs
little (after Needleman and Wunsch 1970, with costs by kind of sound instead of one).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resolver.kernels.compiler import compiled
from resolver.records.prepared.batch import TokenFlag, TokenTable
from resolver.records.prepared.ragged import Ragged, offsets_of

LONGEST = 40
_FOREIGN = int(TokenFlag.FOREIGN)
_STRETCH, _MARGIN = np.float32(1.6), np.float32(1e-3)
_CONSONANTS = (
    ("ng", "N"), ("shch", "S"), ("sch", "S"), ("tch", "C"), ("kh", "K"), ("gh", "G"), ("sh", "S"), ("ch", "C"),
    ("th", "T"), ("dh", "D"), ("zh", "Z"), ("dj", "j"), ("dz", "D"), ("ts", "s"), ("tz", "s"), ("ph", "f"),
    ("ck", "k"), ("x", "ks"),
)  # fmt: skip
_SPOKEN = (("eo", "o"), ("eu", "u"), ("ae", "e"))
_LONG = (
    ("ou", "U"),
    ("oo", "U"),
    ("ee", "I"),
    ("ei", "I"),
    ("ai", "I"),
    ("ay", "I"),
    ("ey", "I"),
    ("ie", "I"),
)
_VOWELS = "aeiouUI"
# Sounds that one letter stands for, each group with what the change costs.
_NEAR = (
    ("kqg", 0.05), ("kK", 0.15), ("hK", 0.2), ("gG", 0.05), ("qG", 0.1), ("kG", 0.2), ("RG", 0.2), ("jZ", 0.1),
    ("jg", 0.2), ("zjZ", 0.2), ("jC", 0.2), ("jy", 0.3), ("jd", 0.4), ("sc", 0.05), ("kc", 0.05), ("sT", 0.1),
    ("tT", 0.05), ("td", 0.2), ("tC", 0.4), ("dD", 0.05), ("zD", 0.05), ("dz", 0.15), ("zs", 0.25), ("zT", 0.4),
    ("sS", 0.3), ("sC", 0.3), ("SC", 0.1), ("bp", 0.1), ("bv", 0.15), ("fv", 0.1), ("fp", 0.1), ("pv", 0.3),
    ("wv", 0.0), ("rl", 0.2), ("wu", 0.0), ("wU", 0.0), ("wo", 0.0), ("vU", 0.3), ("yi", 0.0), ("yI", 0.0),
    ("ye", 0.05), ("ya", 0.3), ("wa", 0.4), ("ae", 0.05), ("ai", 0.05), ("ao", 0.1), ("au", 0.1), ("aI", 0.15),
    ("aU", 0.2), ("ei", 0.03), ("iI", 0.0), ("eI", 0.05), ("ou", 0.03), ("uU", 0.0), ("oU", 0.03), ("eo", 0.2),
    ("eu", 0.2), ("io", 0.3), ("iu", 0.2), ("nm", 0.5), ("ht", 0.15), ("ha", 0.2), ("Nn", 0.15), ("Ng", 0.3),
)  # fmt: skip
_LATIN_ONLY = {
    **dict.fromkeys("aeiou", 0.03), "U": 0.35, "I": 0.3, "h": 0.3, "w": 0.3, "y": 0.25, "n": 0.8,
}  # fmt: skip
"""What a sound costs that only the Latin word has: a short vowel nearly nothing."""
_FOREIGN_ONLY = {
    **dict.fromkeys("eiou", 0.06), "U": 0.2, "I": 0.2, "a": 0.08, "y": 0.65, "w": 0.65, "h": 0.35, "t": 0.8, "n": 0.8,
}  # fmt: skip


def _costs() -> tuple[npt.NDArray[np.float32], ...]:
    change = np.ones((128, 128), dtype=np.float32)
    np.fill_diagonal(change, 0)
    for letters, cost in _NEAR:
        for one in letters:
            for two in letters:
                if one != two:
                    change[ord(one), ord(two)] = min(change[ord(one), ord(two)], cost)
    singles = []
    for table in (_LATIN_ONLY, _FOREIGN_ONLY):
        cost_of = np.ones(128, dtype=np.float32)
        for letter, cost in table.items():
            cost_of[ord(letter)] = cost
        singles.append(cost_of)
    weight = np.ones(128, dtype=np.float32)
    for letter in _VOWELS:
        weight[ord(letter)] = 0
    weight[ord("y")] = weight[ord("w")] = 0.5
    return change, singles[0], singles[1], weight


CHANGE, LATIN_ONLY, FOREIGN_ONLY, WEIGHT = _costs()


def _voiced() -> tuple[npt.NDArray[np.uint64], np.uint64]:
    """For each sound the bits (sound n at n % 64) of those that it may become at less than the full cost; and the bits
    of the sounds that always cost `_DEAR` or more where the other word has nothing near."""
    near, strong = np.zeros(128, dtype=np.uint64), (1 << 64) - 1
    for sound in range(128):
        near[sound] = sum({1 << (other % 64) for other in range(128) if CHANGE[sound, other] < 1})
        if min(LATIN_ONLY[sound], FOREIGN_ONLY[sound]) < _DEAR:
            strong &= ~(1 << (sound % 64))
    return near, np.uint64(strong)


_DEAR = np.float32(0.8)
NEAR, STRONG = _voiced()
VOICE = np.dtype(
    [("sounds", np.uint64), ("near", np.uint64), ("heavy", np.float32), ("heard", np.bool_)],
    align=True,
)
"""The sounds of a word as bits (sound n at n % 64), all that is near any of them, and its consonants; `heard`: whether
that is set."""


@lru_cache(maxsize=50_000)
def encode(text: str, *, foreign: bool) -> bytes:
    """The sounds of a word, a byte each, at most `LONGEST`; letters outside ASCII are left out. Doubles are one sound,
    but for consonants of another script that no vowel goes before."""
    if text.startswith("abd") and len(text) > 5:
        # of a servant of God, what follows begins a word
        return b"abd" + encode(text[3:], foreign=foreign)[: LONGEST - 3]
    for letters, sound in (*_CONSONANTS, *_SPOKEN, *(() if foreign else _LONG)):
        text = text.replace(letters, sound)
    kept = [
        sound
        for place, sound in enumerate(text)
        if sound.isascii()
        and (not place or sound != text[place - 1] or (foreign and _parted(text, place)))
    ]
    return "".join(kept)[:LONGEST].encode("ascii")


def _parted(text: str, place: int) -> bool:
    """Whether a double consonant is two, with a vowel between them that is not written."""
    return text[place] not in _VOWELS and (place < 2 or text[place - 2] not in _VOWELS)


def sounds(tokens: TokenTable, *, every: bool = False) -> Ragged:
    """The sounds of every token; none at all where no token is of another script, unless they are wanted of `every`
    one."""
    foreign = (tokens.flags & int(TokenFlag.FOREIGN)) != 0
    if not every and not foreign.any():
        return Ragged.empty(len(tokens))
    pairs = zip(tokens.texts.tolist(), foreign.tolist(), strict=True)
    spoken = [encode(text, foreign=of_other) for text, of_other in pairs]
    counts = np.fromiter(map(len, spoken), dtype=np.int64, count=len(spoken))
    return Ragged(
        offsets_of(counts), np.frombuffer(b"".join(spoken), dtype=np.uint8).astype(np.int32)
    )


@compiled(allocates=False)
def alike(foreign, count_foreign, latin, count_latin, least, row):  # type: ignore[no-untyped-def]
    """Similarity in 0…1 of two words given as sounds (arrays and how much of them counts): 1 less than the cost over
    the consonants of the longer, stretched so that what is left of two different words comes near 0. What is below
    `least` may be given as 0, as soon as that is certain. `row`: room for one number more than the Latin word has
    sounds."""
    if count_foreign == 0 or count_latin == 0:
        return np.float32(0.0)
    row[0] = 0
    heavy_latin, heavy_foreign = np.float32(0.0), np.float32(0.0)
    for two in range(count_latin):
        row[two + 1] = row[two] + LATIN_ONLY[latin[two]]
        heavy_latin += WEIGHT[latin[two]]
    for one in range(count_foreign):
        heavy_foreign += WEIGHT[foreign[one]]
    heavy = max(heavy_latin, heavy_foreign, np.float32(1.5))
    # the least cost of a row never falls
    dearest = (np.float32(1.0) - least) * heavy / _STRETCH + _MARGIN
    for one in range(count_foreign):
        sound = foreign[one]
        corner = row[0]
        row[0] += FOREIGN_ONLY[sound]
        cheapest = row[0]
        for two in range(count_latin):
            letter = latin[two]
            added, dropped = row[two] + LATIN_ONLY[letter], row[two + 1] + FOREIGN_ONLY[sound]
            best = min(corner + CHANGE[sound, letter], added, dropped)
            corner = row[two + 1]
            row[two + 1] = best
            cheapest = min(cheapest, best)
        if cheapest > dearest:
            return np.float32(0.0)
    return max(np.float32(0.0), np.float32(1.0) - _STRETCH * row[count_latin] / heavy)


@compiled(allocates=False)
def hear(offsets, items, token, voice):  # type: ignore[no-untyped-def]
    """Set the voice of a token."""
    sounds, near, heavy = np.uint64(0), np.uint64(0), np.float32(0.0)
    for place in range(offsets[token], offsets[token + 1]):
        sound = items[place]
        sounds |= np.uint64(1) << np.uint64(sound & 63)
        near |= NEAR[sound]
        heavy += WEIGHT[sound]
    voice.sounds, voice.near, voice.heavy, voice.heard = sounds, near, heavy, True


@compiled(inline="always", allocates=False)
def heard(offsets, items, token, voices):  # type: ignore[no-untyped-def]
    """The voice of a token, which is set where it has not been asked for before: most never are."""
    voice = voices[token]
    if not voice.heard:
        hear(offsets, items, token, voice)
    return voice


@compiled(inline="always", allocates=False)
def may_sound(sounds, near, heavy, voice, least):  # type: ignore[no-untyped-def]
    """A cheap test: whether words with these sounds and a word with this voice, of another script, may be alike by
    `least`. What has nothing near in the other word costs its full price."""
    most = (np.float32(1.0) - least) * max(
        heavy, voice.heavy, np.float32(1.5)
    ) / _STRETCH + 2 * _MARGIN
    lacking = max(_count(sounds & ~voice.near & STRONG), _count(voice.sounds & ~near & STRONG))
    return _DEAR * np.float32(lacking) <= most


@compiled(inline="always", allocates=False)
def _count(bits):  # type: ignore[no-untyped-def]
    """How many bits are set, by taking one after the other: they are few."""
    found = 0
    while bits != 0:
        bits &= bits - np.uint64(1)
        found += 1
    return found


@compiled(allocates=False)
def spell_out(offsets, items, token, into, start):  # type: ignore[no-untyped-def]
    """Write a token's sounds into an array from `start` on, as far as they fit; gives the new end."""
    end = start
    for place in range(offsets[token], offsets[token + 1]):
        if end < len(into):
            into[end] = items[place]
            end += 1
    return end


@compiled(allocates=False)
def alike_across(one, two, three, flags, offsets, items, least, row, joined):  # type: ignore[no-untyped-def]
    """Similarity of token `one`, followed by `two` where that is not -1, and token `three`, of which one side is of
    another script; 0 where both or none are, and where it is below `least`. `row` and `joined`: room for 2 × `LONGEST`
    sounds, and one."""
    if (flags[one] ^ flags[three]) & _FOREIGN == 0 or (
        two >= 0 and (flags[two] ^ flags[three]) & _FOREIGN == 0
    ):
        return np.float32(0.0)
    single = items[offsets[three] : offsets[three + 1]]
    if two < 0:
        double, end = (
            items[offsets[one] : offsets[one + 1]],
            np.int64(offsets[one + 1] - offsets[one]),
        )
    else:
        double, end = joined, spell_out(offsets, items, one, joined, 0)
        end = spell_out(offsets, items, two, joined, end)
    if flags[three] & _FOREIGN:
        return alike(single, len(single), double, end, least, row)
    return alike(double, end, single, len(single), least, row)


def room() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """`row` and `joined` for `alike_across`."""
    return np.empty(2 * LONGEST + 1, dtype=np.float32), np.empty(2 * LONGEST, dtype=np.int32)


@compiled(allocates=False)
def _alike_all(first, second, flags, offsets, items, row, joined, out):  # type: ignore[no-untyped-def]
    least = np.float32(0.0)
    for pair in range(len(first)):
        out[pair] = alike_across(
            first[pair], -1, second[pair], flags, offsets, items, least, row, joined
        )


def across_scripts(
    tokens: TokenTable, spoken: Ragged, first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    """For pairs of token codes of which exactly one is of another script, how alike they sound, 0…1; else 0."""
    out = np.zeros(len(first), dtype=np.float32)
    _alike_all(first, second, tokens.flags, spoken.offsets, spoken.items, *room(), out)
    return out
