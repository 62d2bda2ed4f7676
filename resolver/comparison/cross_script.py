"""Sounds of words, to compare a word of another script with a Latin one.

Arabic and Hebrew write no short vowels and romanize one letter in several ways (`dhwalqdr` and
`zulqadr`), Korean has several romanizations. So words are cut into sounds (`encode_sounds`), and
the kernel `sound_distance` compares these with costs by kind of sound.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.kernels.text.sound_costs import VOWELS
from resolver.kernels.text.sound_distance import fill_cross_script
from resolver.records.prepared.batch import TokenTable
from resolver.records.prepared.ragged import Ragged, offsets_of
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.records.prepared.value_flags import TokenFlag

MAX_SOUNDS = 40
"""Sounds of a word; others are dropped."""
_CONSONANT_TABLE = """
ng N  shch S  sch S  tch C  kh K  gh G  sh S  ch C  th T  dh D  zh Z  dj j  dz D  ts s  tz s  ph f
ck k  x ks
""".split()
_CONSONANTS = tuple(zip(_CONSONANT_TABLE[::2], _CONSONANT_TABLE[1::2], strict=True))
_SHORT_VOWELS = (("eo", "o"), ("eu", "u"), ("ae", "e"))
_LONG_TABLE = "ou U  oo U  ee I  ei I  ai I  ay I  ey I  ie I".split()
_LONG_VOWELS = tuple(zip(_LONG_TABLE[::2], _LONG_TABLE[1::2], strict=True))
"""Letters that are one sound, in the order in which they are replaced."""


@cache_short_texts(50_000)
def encode_sounds(text: str, *, foreign: bool) -> bytes:
    """Return the sounds of a word, a byte each, at most `MAX_SOUNDS`, without non-ASCII letters.

    A double letter is one sound, except a consonant of another script without a vowel before it.
    """
    if text.startswith("abd") and len(text) > 5:
        # The rest of a servant of God is a word of its own.
        return b"abd" + encode_sounds(text[3:], foreign=foreign)[: MAX_SOUNDS - 3]
    for letters, sound in (*_CONSONANTS, *_SHORT_VOWELS, *(() if foreign else _LONG_VOWELS)):
        text = text.replace(letters, sound)
    sounds = [
        sound
        for place, sound in enumerate(text)
        if sound.isascii()
        and (not place or sound != text[place - 1] or (foreign and _is_two_sounds(text, place)))
    ]
    return "".join(sounds)[:MAX_SOUNDS].encode("ascii")


def _is_two_sounds(text: str, place: int) -> bool:
    """Return whether a double consonant is two sounds with an unwritten vowel between them."""
    return text[place] not in VOWELS and (place < 2 or text[place - 2] not in VOWELS)


def token_sounds(tokens: TokenTable, *, always: bool = False) -> Ragged:
    """Return the sounds of every token; no sounds at all if no token is of another script.

    `always`: compute them even then.
    """
    foreign = (tokens.flags & int(TokenFlag.FOREIGN)) != 0
    if not always and not foreign.any():
        return Ragged.empty(len(tokens))
    pairs = zip(tokens.texts.tolist(), foreign.tolist(), strict=True)
    sounds = [encode_sounds(text, foreign=is_foreign) for text, is_foreign in pairs]
    counts = np.fromiter(map(len, sounds), dtype=np.int64, count=len(sounds))
    items = np.frombuffer(b"".join(sounds), dtype=np.uint8).astype(np.int32)
    return Ragged(offsets_of(counts), items)


def sound_scratch() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """Return `row` and `joined` of `sound_distance.cross_script_similarity`."""
    return np.empty(2 * MAX_SOUNDS + 1, dtype=np.float32), np.empty(2 * MAX_SOUNDS, dtype=np.int32)


def cross_script_similarities(
    tokens: TokenTable, sounds: Ragged, first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    """Return the similarity of sound (0…1) of pairs of token codes; 0 unless one is foreign."""
    out = np.zeros(len(first), dtype=np.float32)
    fill_cross_script(
        first, second, tokens.flags, sounds.offsets, sounds.items, *sound_scratch(), out
    )
    return out
