"""Sounds of words, to compare a word of another script with a Latin one.

Arabic and Hebrew write no short vowels, Korean and Japanese write foreign names by syllables of
their own. So a word is cut into symbols (`letter_symbols`), and the kernel `sound_distance` finds
the cheapest way to write them with the letters of a Latin word, by learned costs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.kernels.text.letter_costs import MAX_SOUNDS, SCRATCH_SIZE, SoundScratch
from resolver.kernels.text.sound_distance import fill_cross_script
from resolver.records.prepared.batch import TokenTable
from resolver.records.prepared.ragged import Ragged, offsets_of
from resolver.records.prepared.scripts import SCRIPT_SHIFT, Script
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.reference.letters.letter_costs import cost_table
from resolver.reference.letters.letter_symbols import split_symbols

_FIRST_LETTER = ord("a")


@cache_short_texts(50_000)
def encode_symbols(text: str, script: Script) -> tuple[int, ...]:
    """Return the numbers of the symbols of a word of another script, at most `MAX_SOUNDS`."""
    table = cost_table()
    symbols = split_symbols(text, script)[:MAX_SOUNDS]
    return tuple(table.number(script, symbol) for symbol in symbols)


def encode_letters(text: str) -> tuple[int, ...]:
    """Return the letters of a Latin word as numbers, a 0, at most `MAX_SOUNDS`, without others."""
    return tuple(ord(letter) - _FIRST_LETTER for letter in text if "a" <= letter <= "z")[
        :MAX_SOUNDS
    ]


def token_sounds(tokens: TokenTable, *, always: bool = False) -> Ragged:
    """Return the sounds of every token; no sounds at all if no token is of another script.

    `always`: compute them even then.
    """
    scripts = tokens.flags >> SCRIPT_SHIFT
    scripts = np.where(scripts == int(Script.OTHER), int(Script.LATIN), scripts)
    if not always and not scripts.any():
        return Ragged.empty(len(tokens))
    pairs = zip(tokens.texts.tolist(), scripts.tolist(), strict=True)
    sounds = [
        encode_symbols(text, Script(script)) if script else encode_letters(text)
        for text, script in pairs
    ]
    counts = np.fromiter(map(len, sounds), dtype=np.int64, count=len(sounds))
    items = np.fromiter((sound for word in sounds for sound in word), np.int32, int(counts.sum()))
    return Ragged(offsets_of(counts), items)


def sound_scratch() -> SoundScratch:
    """Return scratch of `sound_distance.cross_script_similarity`, with the costs that ship."""
    table = cost_table()
    return SoundScratch(table.grams, table.costs, np.empty(SCRATCH_SIZE, dtype=np.int32))


def cross_script_similarities(
    tokens: TokenTable, sounds: Ragged, first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    """Return the similarity of sound (0…1) of pairs of token codes; 0 unless one is foreign."""
    out = np.zeros(len(first), dtype=np.float32)
    fill_cross_script(first, second, sounds.offsets, sounds.items, sound_scratch(), out)
    return out
