"""Costs of writing a symbol of another script with Latin letters, as arrays for the kernels.

A word of another script is a list of symbols, a Latin one a list of letters (0…25). Each symbol is
written with none to three letters, and between symbols a letter may be added (a weighted edit
distance over multigrams, after Ristad and Yianilos 1998 and Bisani and Ney 2008).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import AnyInt, AnyIntArray, FloatArray, HashArray, IntArray
from resolver.kernels.compiler import compiled

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


class LetterCosts(NamedTuple):
    """Costs in units of 1/32 nat.

    `grams`: the column of one to three letters, by their code (`gram_code`); `costs`: symbols ×
    columns, the first for no letter, the last impossible; `added`: symbols × letters, a letter that
    is added beside a symbol; `letters`: by which a letter of any name surprises; `near`: a bit
    per letter that a symbol is written with, or that is added at less than `STRONG_COST`;
    `scripts`: the number of the script of each symbol.
    """

    grams: IntArray
    costs: IntArray
    added: IntArray
    letters: FloatArray
    near: HashArray
    scripts: IntArray


class SoundScratch(NamedTuple):
    """Costs, and scratch for twice the longest word: `row` one longer, `grams` three times as long.

    `joined`: the sounds of two words that are compared as one.
    """

    costs: LetterCosts
    row: IntArray
    grams: IntArray
    joined: IntArray


@compiled(inline="always", allocates=False)
def gram_code(first: AnyInt, second: AnyInt, third: AnyInt) -> AnyInt:
    """Return the code of three letters, each its number + 1, or 0 before a shorter gram."""
    code: AnyInt = ((first * (LETTERS + 1)) + second) * (LETTERS + 1) + third
    return code


@compiled(allocates=False)
def set_grams(latin: AnyIntArray, count: AnyInt, costs: LetterCosts, grams: IntArray) -> None:
    """Write the columns of the one to three letters that end at each letter of a word."""
    before, last = np.int64(0), np.int64(0)
    none = costs.costs.shape[1] - 1
    for place in range(count):
        letter = np.int64(latin[place]) + 1
        grams[3 * place] = costs.grams[gram_code(0, 0, letter)]
        grams[3 * place + 1] = costs.grams[gram_code(0, last, letter)] if place > 0 else none
        grams[3 * place + 2] = costs.grams[gram_code(before, last, letter)] if place > 1 else none
        before, last = last, letter
