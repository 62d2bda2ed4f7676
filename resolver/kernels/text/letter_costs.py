"""Costs of writing a symbol of another script with Latin letters, as arrays for the kernels.

A word of another script is a list of symbols, a Latin one a list of letters (0…25). Each symbol is
written with none to three letters, and between symbols a letter may be added (a weighted edit
distance over multigrams, after Ristad and Yianilos 1998 and Bisani and Ney 2008).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import AnyInt, AnyIntArray, IntArray
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


MAX_SOUNDS = 40
"""Sounds of a word; others are dropped."""
GRAM_PLACE, JOINED_PLACE = 2 * MAX_SOUNDS + 1, 8 * MAX_SOUNDS + 1
"""Where in the scratch the columns of grams begin, and the sounds of two words written together."""
SCRATCH_SIZE = 10 * MAX_SOUNDS + 1


class SoundScratch(NamedTuple):
    """Costs in units of 1/32 nat, and scratch of `SCRATCH_SIZE`.

    `grams`: the column of one to three letters, by their code (`gram_code`); `costs`: a row per
    symbol, with the costs of no letter, of each gram, an impossible one, of each letter that is
    added beside the symbol, a bit per letter near it (written with it, or added at less than
    `STRONG_COST`), and the number of its script. The last row begins with the surprise of each
    letter of a name. (Few arrays, since each takes time to pass on.)
    """

    grams: IntArray
    costs: IntArray
    scratch: IntArray


NEAR_COLUMN, SCRIPT_COLUMN = 2, 1
ADDED_COLUMN = LETTERS + 2
"""Columns of `costs`, counted from its end."""
EXTRA_COLUMNS = ADDED_COLUMN + 1
"""Columns of a row behind its grams."""


@compiled(inline="always", allocates=False)
def added_cost(symbol: AnyInt, letter: AnyInt, costs: IntArray) -> AnyInt:
    """Return the cost of a letter that is added beside a symbol."""
    cost: AnyInt = costs[symbol, costs.shape[1] - ADDED_COLUMN + letter]
    return cost


@compiled(inline="always", allocates=False)
def near_letters(symbol: AnyInt, costs: IntArray) -> np.uint64:
    """Return a bit per letter near a symbol."""
    return np.uint64(costs[symbol, costs.shape[1] - NEAR_COLUMN])


@compiled(inline="always", allocates=False)
def symbol_script(symbol: AnyInt, costs: IntArray) -> AnyInt:
    """Return the number of the script of a symbol."""
    script: AnyInt = costs[symbol, costs.shape[1] - SCRIPT_COLUMN]
    return script


@compiled(inline="always", allocates=False)
def letter_surprise(letter: AnyInt, costs: IntArray) -> np.float32:
    """Return by how much a letter of a name surprises."""
    return np.float32(costs[costs.shape[0] - 1, letter])


@compiled(inline="always", allocates=False)
def gram_code(first: AnyInt, second: AnyInt, third: AnyInt) -> AnyInt:
    """Return the code of three letters, each its number + 1, or 0 before a shorter gram."""
    code: AnyInt = ((first * (LETTERS + 1)) + second) * (LETTERS + 1) + third
    return code


@compiled(allocates=False)
def set_grams(latin: AnyIntArray, count: AnyInt, sounds: SoundScratch) -> None:
    """Write the columns of the one to three letters that end at each letter of a word."""
    before, last, columns = np.int64(0), np.int64(0), sounds.scratch[GRAM_PLACE:]
    none = sounds.costs.shape[1] - EXTRA_COLUMNS
    for place in range(count):
        letter = np.int64(latin[place]) + 1
        columns[3 * place] = sounds.grams[gram_code(0, 0, letter)]
        pair, triple = gram_code(0, last, letter), gram_code(before, last, letter)
        columns[3 * place + 1] = sounds.grams[pair] if place > 0 else none
        columns[3 * place + 2] = sounds.grams[triple] if place > 1 else none
        before, last = last, letter
