"""Writing errors: typos, misread letters of scanners, joined and split words. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

import numpy as np
import pyarrow as pa

from resolver.synthetic.names.name_lexicon import Bools
from resolver.synthetic.random_columns import Dice, is_present


class Typo(IntEnum):
    """Kind of writing error."""

    OMITTED = 0
    DOUBLED = 1
    SWAPPED = 2
    NEIGHBOR = 3
    VOWEL = 4
    MISREAD = 5
    JOINED = 6


_TYPO_WEIGHTS = (0.22, 0.16, 0.2, 0.16, 0.12, 0.1, 0.04)
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOR_KEYS = {
    key: row[place + (1 if place + 1 < len(row) else -1)]
    for row in _KEYS
    for place, key in enumerate(row)
}
_VOWELS = dict(zip("aeiouy", "eaeuoi", strict=True))
_MISREADINGS = (
    ("rn", "m"),
    ("m", "rn"),
    ("l", "1"),
    ("o", "0"),
    ("i", "l"),
    ("cl", "d"),
    ("S", "5"),
    ("B", "8"),
    ("e", "c"),
    ("u", "v"),
)


MIN_LENGTH = 3
"""Shortest text that gets a typo."""


def apply_typo(text: str, kind: Typo, u: float) -> str:
    """Apply one typo to a text; `u` in 0…1 selects its position.

    The first letter stays. Returns the text unchanged if the typo does not apply.
    """
    if len(text) < MIN_LENGTH:
        return text
    if kind == Typo.MISREAD:
        return _misread(text, u)
    if kind == Typo.JOINED:
        tail = text[1:]
        return text[0] + (tail.replace(" ", "", 1) if " " in tail else tail.replace("-", " ", 1))
    place = 1 + int(u * (len(text) - 2))
    if not (text[place].isalpha() and text[place + 1].isalpha()):
        place = 1
    return _LETTER_CHANGES[kind](text, place)


def _misread(text: str, u: float) -> str:
    fitting = [(right, wrong) for right, wrong in _MISREADINGS if right in text[1:]]
    if not fitting:
        return text
    right, wrong = fitting[int(u * len(fitting))]
    return text[0] + text[1:].replace(right, wrong, 1)


def _substitute(text: str, place: int, table: dict[str, str]) -> str:
    letter = text[place]
    other = table.get(letter.lower())
    if other is None:
        return text[:place] + text[place + 1 :]
    return text[:place] + (other.upper() if letter.isupper() else other) + text[place + 1 :]


_LETTER_CHANGES: dict[Typo, Callable[[str, int], str]] = {
    Typo.OMITTED: lambda text, place: text[:place] + text[place + 1 :],
    Typo.DOUBLED: lambda text, place: text[: place + 1] + text[place:],
    Typo.SWAPPED: lambda text, place: (
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    ),
    Typo.NEIGHBOR: lambda text, place: _substitute(text, place, _NEIGHBOR_KEYS),
    Typo.VOWEL: lambda text, place: _substitute(text, place, _VOWELS),
}


def _change_text(text: str, kind: Typo, u: float) -> str:
    """Apply a typo, or leave out a letter if it changes nothing."""
    changed = apply_typo(text, kind, u)
    return changed if changed != text else apply_typo(text, Typo.OMITTED, u)


def add_typos(dice: Dice, texts: pa.Array, mask: Bools) -> pa.Array:
    """Apply one typo to each non-null text selected by `mask`."""
    rows = np.flatnonzero(mask & is_present(texts))
    kinds = dice.choose(len(rows), _TYPO_WEIGHTS).tolist()
    places = dice.uniform(len(rows)).tolist()
    changed = [
        _change_text(text, Typo(kind), u)
        for text, kind, u in zip(texts.take(pa.array(rows)).to_pylist(), kinds, places, strict=True)
    ]
    return replace_rows(texts, rows, changed)


def replace_rows(texts: pa.Array, rows: np.ndarray, new: Sequence[str]) -> pa.Array:
    """Replace the texts in `rows` (ascending)."""
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    return pa.compute.replace_with_mask(texts, pa.array(mask), pa.array(new, pa.string()))
