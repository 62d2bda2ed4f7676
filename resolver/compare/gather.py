"""What the alignment kernel needs of rows put together from several tables, gathered instead of made anew.

A table whose words have been laid out once (`material_of`; a shelf keeps it in mapped memory) gives those of any rows
at the cost of copying them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.compare.context import NameIndex, alone_of
from resolver.compare.scripts import sounds
from resolver.compare.words import CARD, Words, words_of
from resolver.compare.written import written_of
from resolver.records.batch import IntArray
from resolver.records.compiled import compiled
from resolver.records.prepared import Prepared, TokenTable
from resolver.records.ragged import Ragged, offsets_of


@dataclass(frozen=True)
class Material:
    """The words of a table of tokens, with the sounds of each, and which of its records say nothing but names."""

    words: Words
    alone: npt.NDArray[np.bool_]


def arrays_of(material: Material) -> dict[str, npt.NDArray[Any]]:
    """It as plain arrays; what a prepared batch holds anyway is left out."""
    words = material.words
    return {
        "cards": words.cards.view(np.uint8),
        "letters": words.letters,
        "spoken_offsets": words.spoken_offsets,
        "spoken": words.spoken,
        "alone": material.alone.view(np.uint8),
    }


def material_from(arrays: Mapping[str, npt.NDArray[Any]], tokens: TokenTable) -> Material:
    """The inverse. Raises `KeyError` where one is missing."""
    words = Words(
        arrays["cards"].view(CARD),
        tokens.flags,
        arrays["letters"],
        tokens.symbols.items,
        arrays["spoken_offsets"],
        arrays["spoken"],
    )
    return Material(words, arrays["alone"].view(np.bool_))


def material_of(prepared: Prepared) -> Material:
    """Lay out what a prepared batch holds."""
    return Material(words_of(prepared.tokens, sounds(prepared.tokens, every=True)), alone_of(prepared))


def gathered(
    work: Prepared,
    parts: Sequence[Material],
    tokens: Sequence[IntArray],
    rows: Sequence[npt.NDArray[np.int64]],
) -> NameIndex:
    """What `NameIndex.of(work)` says, where `work` is put together from parts: of each the given tokens, one part after
    the other, and the given rows."""
    held = work.names.through(work.forms.tokens)
    record_tokens = Ragged.from_rows(held.rows, held.items, len(work))
    words = _words([part.words for part in parts], tokens)
    written = written_of(work, record_tokens)
    return NameIndex(
        words,
        written,
        work.tokens.texts,
        lambda: np.concatenate([part.alone[some] for part, some in zip(parts, rows, strict=True)]),
    )


def _words(parts: Sequence[Words], tokens: Sequence[IntArray]) -> Words:
    taken = [_taken(*part, rows) for part, rows in zip(parts, tokens, strict=True)]
    letters, symbols, spoken = (np.concatenate([one[place] for one in taken]) for place in (1, 2, 4))
    cards = np.zeros(sum(map(len, tokens)) + 1, dtype=CARD)
    counts = np.concatenate([one[3] for one in taken])
    filled, first_letter, first_symbol = 0, 0, 0
    for own, own_letters, own_symbols, *_ in taken:
        here = cards[filled : filled + len(own)]
        here[:] = own
        if filled:
            here["letters"] += first_letter
            here["symbols"] += first_symbol
        filled += len(own)
        first_letter += len(own_letters)
        first_symbol += len(own_symbols)
    cards[-1]["letters"], cards[-1]["symbols"] = len(letters), len(symbols)
    flags = np.ascontiguousarray(cards["flags"][:-1])
    return Words(cards, flags, letters, symbols, offsets_of(counts), spoken)


@compiled()
def _taken(cards, flags, letters, symbols, spoken_offsets, spoken, rows):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Some words of a table: cards whose letters and symbols begin at 0, letters, symbols, how many sounds, sounds."""
    count = len(rows)
    own = np.empty(count, dtype=cards.dtype)
    counts = np.empty(count, dtype=np.int64)
    all_letters, all_symbols, all_spoken = np.int64(0), np.int64(0), np.int64(0)
    for place in range(count):
        row = rows[place]
        own[place] = cards[row]
        counts[place] = spoken_offsets[row + 1] - spoken_offsets[row]
        own[place].letters, own[place].symbols = all_letters, all_symbols
        all_letters += cards[row + 1].letters - cards[row].letters
        all_symbols += cards[row + 1].symbols - cards[row].symbols
        all_spoken += counts[place]
    own_letters, own_symbols = np.empty(all_letters, dtype=np.uint32), np.empty(all_symbols, dtype=np.int32)
    own_spoken = np.empty(all_spoken, dtype=np.int32)
    at_letter, at_symbol, at_sound = 0, 0, 0
    for row in rows:
        for place in range(cards[row].letters, cards[row + 1].letters):
            own_letters[at_letter] = letters[place]
            at_letter += 1
        for place in range(cards[row].symbols, cards[row + 1].symbols):
            own_symbols[at_symbol] = symbols[place]
            at_symbol += 1
        for place in range(spoken_offsets[row], spoken_offsets[row + 1]):
            own_spoken[at_sound] = spoken[place]
            at_sound += 1
    return own, own_letters, own_symbols, counts, own_spoken
