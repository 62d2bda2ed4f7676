"""Learned costs of writing the symbols of another script with Latin letters, and these symbols.

`cost_table` reads `letter_costs.txt`, which names its origin and license. A way to write a symbol
that the table does not list costs as much as any single letter, or as no letter: somebody may
pronounce a word in a way that nobody in the table does.

`split_symbols` cuts a transliterated word into symbols. A symbol stands for one sound or syllable:
a mora in katakana, a letter of a Korean syllable, the initial or final of a Chinese one, and
otherwise a letter or digraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from resolver.data import FOLDER
from resolver.names.kernels.sound_distance import (
    ADDED_COLUMN,
    EXTRA_COLUMNS,
    FIRST_SYMBOL,
    IMPOSSIBLE,
    LETTERS,
    LONGEST,
    NEAR_COLUMN,
    SCRIPT_COLUMN,
    STRONG_COST,
    UNIT,
    gram_code,
)
from resolver.records.prepared.value_flags import Script

_ANY_LETTER, _NO_LETTER = 6 * UNIT, 5 * UNIT
"""Cost of a symbol as a letter that the table does not list for it, and as none at all."""
_OTHER_CONSONANT, _NO_CONSONANT = 12 * UNIT, 8 * UNIT
"""The same for a consonant in Hangul as another one, and as none."""
_VOWELS = frozenset("aeiou")
_ADDED, _SURPRISE, _EMPTY = "+", "letters", "-"
_UNKNOWN = 0
"""Row of symbols that the table does not have."""
_Costs = dict[str, int]


@dataclass(frozen=True)
class CostTable:
    """`grams` and `costs` of `SoundScratch`, and the number of each symbol in sounds.

    `spellings` has the listed costs of each symbol by its letters (1/32 nat; empty for no letter).
    """

    grams: npt.NDArray[np.int32]
    costs: npt.NDArray[np.int32]
    numbers: dict[tuple[Script, str], int]
    spellings: dict[tuple[Script, str], dict[str, int]]

    def number(self, script: Script, symbol: str) -> int:
        """Return the number of a symbol, that of unknown symbols if the table does not have it."""
        return self.numbers.get((script, symbol), FIRST_SYMBOL + _UNKNOWN)


@cache
def cost_table() -> CostTable:
    """Return the table of this package."""
    return parse_costs((FOLDER / "letter_costs.txt").read_text("utf-8"))


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
    columns = [_EMPTY, *sorted(_LETTERS), *grams]
    spellings = {
        (script, symbol): {gram.strip(_EMPTY): cost for gram, cost in costs.items()}
        for script, symbol, costs in symbols
    }
    arrays = _arrays(symbols, added, surprise, columns)
    return CostTable(_gram_columns(columns), arrays, numbers, spellings)


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


def _rows(lines: list[list[str]]) -> Iterator[list[str]]:
    return (words for words in lines if words[0] != _SURPRISE)


def _costs(words: list[str]) -> _Costs:
    pairs = (word.rpartition(":") for word in words)
    return {gram: int(cost) for gram, _, cost in pairs}


def _gram_columns(columns: list[str]) -> npt.NDArray[np.int32]:
    """Return the column of each gram by its code, and behind them for grams without one."""
    codes = np.full(gram_code(LETTERS, LETTERS, LETTERS) + 1, len(columns), dtype=np.int32)
    for place, gram in enumerate(columns[1:], 1):
        codes[_code(gram)] = place
    return codes


def _arrays(
    symbols: list[tuple[Script, str, _Costs]],
    added: dict[Script, _Costs],
    surprise: _Costs,
    columns: list[str],
) -> npt.NDArray[np.int32]:
    """Return a row per symbol, the first for unknown ones, and one of the surprise of letters."""
    place = {gram: number for number, gram in enumerate(columns)}
    width = len(columns) + EXTRA_COLUMNS
    costs = np.full((len(symbols) + 2, width), IMPOSSIBLE, dtype=np.int32)
    costs[:, 0], costs[:, 1 : LETTERS + 1] = _NO_LETTER, _ANY_LETTER
    costs[_UNKNOWN, -ADDED_COLUMN:-NEAR_COLUMN] = _ANY_LETTER
    costs[_UNKNOWN, -NEAR_COLUMN], costs[_UNKNOWN, -SCRIPT_COLUMN] = 0, Script.LATIN
    for row, (script, symbol, written) in enumerate(symbols, _UNKNOWN + 1):
        if script == Script.HANGUL and _VOWELS.isdisjoint(symbol):
            costs[row, 0] = _NO_CONSONANT
            costs[row, [place[letter] for letter in sorted(_LETTERS - _VOWELS)]] = _OTHER_CONSONANT
        for gram, cost in written.items():
            costs[row, place[gram]] = min(cost, int(costs[row, place[gram]]))
        additions = [min(added[script][letter], _ANY_LETTER) for letter in sorted(_LETTERS)]
        costs[row, -ADDED_COLUMN:-NEAR_COLUMN] = additions
        costs[row, -NEAR_COLUMN] = _near_letters(written, additions)
        costs[row, -SCRIPT_COLUMN] = script
    costs[-1, :LETTERS] = [surprise[letter] for letter in sorted(_LETTERS)]
    return costs


def _code(gram: str) -> int:
    numbers = [ord(letter) - ord("a") + 1 for letter in gram]
    return int(gram_code(*([0] * (LONGEST - len(gram)) + numbers)))


def _near_letters(written: _Costs, added: list[int]) -> int:
    """Return a bit per letter with which a symbol is written, or that is added at a low cost."""
    letters = {ord(letter) - ord("a") for gram in written if gram != _EMPTY for letter in gram}
    letters |= {letter for letter, cost in enumerate(added) if cost < STRONG_COST}
    return sum(1 << letter for letter in letters)


_SYMBOLS = {
    Script.ARABIC: "sh|kh|gh|th|dh|zh|ch|aw|ay|yy|ww|wy|[a-z]",
    Script.HEBREW: "ts|sh|ch|zh|th|dh|kh|gh|yy|ww|wy|ay|aw|[a-z]",
    Script.HANGUL: (
        "(?:kk|tt|pp|ss|jj|ch|[bcdghjklmnpst])eu|kk|tt|pp|ss|jj|ch|ng"
        "|yeo|yae|wae|eoi|eo|eui|eu|aei|ae|oei|oe|wi|wai|wa|wo|wei|we|ya|ye|yo|yu|[aeiou]i|[a-z]"
    ),
    Script.HAN: (
        "zh|ch|sh|iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu"
        "|ua|uo|ui|ue|er|[a-z]"
    ),
    Script.KATAKANA: "(?:ch|sh|ts|[kgsztdnhbpmyrwfjv])?y?(?:[aeo]i|[aiueo])|[a-z]",
    Script.CYRILLIC: "shch|zh|kh|ts|ch|sh|yu|ya|yo|ye|[aeiou]y(?![aeou])|[a-z]",
}
_OTHER = "[bcdfgkpqstz]h|[a-z]"
_SYMBOL = {script: re.compile(_SYMBOLS.get(script, _OTHER)) for script in Script}


def split_symbols(text: str, script: Script) -> list[str]:
    """Return the symbols of a transliterated word of a script other than Latin."""
    return _SYMBOL[script].findall(text)
