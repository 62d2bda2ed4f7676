"""Learned costs of writing symbols of other scripts with Latin letters, read from their table.

`letter_costs.txt` names its origin and license. Ways to write a symbol that it does not list cost
as much as any single letter, or none: a word of the other script may be pronounced as nobody in the
table is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from resolver.kernels.text.letter_costs import (
    FIRST_SYMBOL,
    IMPOSSIBLE,
    LETTERS,
    LONGEST,
    STRONG_COST,
    UNIT,
    LetterCosts,
    gram_code,
)
from resolver.records.prepared.scripts import Script

_ANY_LETTER, _NO_LETTER = 6 * UNIT, 5 * UNIT
"""Cost of a symbol as a letter that the table does not list for it, and as none at all."""
_ADDED, _SURPRISE, _EMPTY = "+", "letters", "-"
_UNKNOWN = 0
"""Row of symbols that the table does not have."""
_Costs = dict[str, int]


@dataclass(frozen=True)
class CostTable:
    """Costs, and the number of each symbol of a script among the sounds of a word."""

    costs: LetterCosts
    numbers: dict[tuple[Script, str], int]

    def number(self, script: Script, symbol: str) -> int:
        """Return the number of a symbol, that of unknown symbols if the table does not have it."""
        return self.numbers.get((script, symbol), FIRST_SYMBOL + _UNKNOWN)


@cache
def cost_table() -> CostTable:
    """Return the table that ships with the package."""
    return parse_costs((resources.files(__package__) / "letter_costs.txt").read_text("utf-8"))


def parse_costs(text: str) -> CostTable:
    """Return a table from its text: a line per symbol, of script, symbol and costs of grams."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    surprise = next(_costs(words[1:]) for words in lines if words[0] == _SURPRISE)
    rows = [(Script[name.upper()], symbol, _costs(costs)) for name, symbol, *costs in _rows(lines)]
    added = {script: costs for script, symbol, costs in rows if symbol == _ADDED}
    symbols = [row for row in rows if row[1] != _ADDED]
    numbers = {
        (script, symbol): FIRST_SYMBOL + place
        for place, (script, symbol, _) in enumerate(symbols, _UNKNOWN + 1)
    }
    grams = sorted({gram for _, _, costs in symbols for gram in costs if gram != _EMPTY} - _LETTERS)
    return CostTable(_arrays(symbols, added, surprise, [*sorted(_LETTERS), *grams]), numbers)


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


def _rows(lines: list[list[str]]) -> Iterator[list[str]]:
    return (words for words in lines if words[0] != _SURPRISE)


def _costs(words: list[str]) -> _Costs:
    pairs = (word.rpartition(":") for word in words)
    return {gram: int(cost) for gram, _, cost in pairs}


def _arrays(
    symbols: list[tuple[Script, str, _Costs]],
    added: dict[Script, _Costs],
    surprise: _Costs,
    grams: list[str],
) -> LetterCosts:
    """Return the arrays of a table; column 0 is no letter, then `grams`, then the impossible."""
    column = {_EMPTY: 0, **{gram: place for place, gram in enumerate(grams, 1)}}
    codes = np.full(gram_code(LETTERS, LETTERS, LETTERS) + 1, len(column), dtype=np.int32)
    for gram, place in column.items():
        if place:
            codes[_code(gram)] = place
    costs = np.full((len(symbols) + 1, len(column) + 1), IMPOSSIBLE, dtype=np.int32)
    costs[:, 0], costs[:, 1 : LETTERS + 1] = _NO_LETTER, _ANY_LETTER
    additions = np.full((len(symbols) + 1, LETTERS), _ANY_LETTER, dtype=np.int32)
    near = np.zeros(len(symbols) + 1, dtype=np.uint64)
    for row, (script, _, written) in enumerate(symbols, _UNKNOWN + 1):
        for gram, cost in written.items():
            costs[row, column[gram]] = min(cost, int(costs[row, column[gram]]))
        additions[row] = [min(added[script][letter], _ANY_LETTER) for letter in sorted(_LETTERS)]
        near[row] = _near_letters(written, additions[row])
    letters = np.array([surprise[letter] for letter in sorted(_LETTERS)], dtype=np.float32)
    scripts = np.array([0, *(int(script) for script, _, _ in symbols)], dtype=np.int32)
    return LetterCosts(codes, costs, additions, letters, near, scripts)


def _code(gram: str) -> int:
    numbers = [ord(letter) - ord("a") + 1 for letter in gram]
    return int(gram_code(*([0] * (LONGEST - len(gram)) + numbers)))


def _near_letters(written: _Costs, added: npt.NDArray[np.int32]) -> np.uint64:
    """Return a bit per letter with which a symbol is written, or that is added at a low cost."""
    letters = {ord(letter) - ord("a") for gram in written if gram != _EMPTY for letter in gram}
    letters |= set(np.flatnonzero(added < STRONG_COST).tolist())
    return np.uint64(sum(1 << letter for letter in letters))
