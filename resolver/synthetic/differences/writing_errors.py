"""Slips of writing: typing errors, reading errors of scanners, cut and glued names. Pure functions over texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

import numpy as np
import pyarrow as pa

from resolver.synthetic.names.name_lexicon import Bools
from resolver.synthetic.random_columns import Dice, present


class Slip(IntEnum):
    """One way to get a letter wrong."""

    LEFT_OUT = 0
    DOUBLED = 1
    SWAPPED = 2
    NEIGHBOUR = 3
    VOWEL = 4
    SCANNED = 5
    GLUED = 6


_SHARES = (0.22, 0.16, 0.2, 0.16, 0.12, 0.1, 0.04)
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOUR = {
    key: row[place + (1 if place + 1 < len(row) else -1)]
    for row in _KEYS
    for place, key in enumerate(row)
}
_VOWELS = dict(zip("aeiouy", "eaeuoi", strict=True))
_SCANNED = (
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


SHORTEST = 3
"""Shorter texts are left alone."""


def slip(text: str, kind: Slip, u: float) -> str:
    """`text` with one slip of a kind; `u` in 0…1 chooses where. The first letter is spared. Unchanged where it cannot
    be."""
    if len(text) < SHORTEST:
        return text
    if kind == Slip.SCANNED:
        return _scanned(text, u)
    if kind == Slip.GLUED:
        rest = text[1:]
        return text[0] + (rest.replace(" ", "", 1) if " " in rest else rest.replace("-", " ", 1))
    place = 1 + int(u * (len(text) - 2))
    if not (text[place].isalpha() and text[place + 1].isalpha()):
        place = 1
    return _ONE_LETTER[kind](text, place)


def _scanned(text: str, u: float) -> str:
    fitting = [(right, wrong) for right, wrong in _SCANNED if right in text[1:]]
    if not fitting:
        return text
    right, wrong = fitting[int(u * len(fitting))]
    return text[0] + text[1:].replace(right, wrong, 1)


def _substituted(text: str, place: int, table: dict[str, str]) -> str:
    letter = text[place]
    other = table.get(letter.lower())
    if other is None:
        return text[:place] + text[place + 1 :]
    return text[:place] + (other.upper() if letter.isupper() else other) + text[place + 1 :]


_ONE_LETTER: dict[Slip, Callable[[str, int], str]] = {
    Slip.LEFT_OUT: lambda text, place: text[:place] + text[place + 1 :],
    Slip.DOUBLED: lambda text, place: text[: place + 1] + text[place:],
    Slip.SWAPPED: lambda text, place: (
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    ),
    Slip.NEIGHBOUR: lambda text, place: _substituted(text, place, _NEIGHBOUR),
    Slip.VOWEL: lambda text, place: _substituted(text, place, _VOWELS),
}


def _wrong(text: str, kind: Slip, u: float) -> str:
    """`slip`, with a letter left out where the kind asked for changes nothing."""
    made = slip(text, kind, u)
    return made if made != text else slip(text, Slip.LEFT_OUT, u)


def with_slips(dice: Dice, texts: pa.Array, where: Bools) -> pa.Array:
    """The texts with one slip each where `where` is True (and a text is there)."""
    rows = np.flatnonzero(where & present(texts))
    kinds = dice.choose(len(rows), _SHARES).tolist()
    places = dice.uniform(len(rows)).tolist()
    wrong = [
        _wrong(text, Slip(kind), u)
        for text, kind, u in zip(texts.take(pa.array(rows)).to_pylist(), kinds, places, strict=True)
    ]
    return replaced(texts, rows, wrong)


def replaced(texts: pa.Array, rows: np.ndarray, new: Sequence[str]) -> pa.Array:
    """The texts with those in `rows` (ascending) replaced."""
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    return pa.compute.replace_with_mask(texts, pa.array(mask), pa.array(new, pa.string()))
