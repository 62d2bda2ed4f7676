"""Expected counts of how symbols of another script are written with Latin letters.

Forward–backward over all ways to write one word as another (Ristad and Yianilos 1998), for the
expectation step of the training of `letter_costs`.
"""

from __future__ import annotations

from typing import NamedTuple

from resolver.kernels.arrays import AnyIntArray, DoubleArray, IntArray
from resolver.kernels.compiler import compiled
from resolver.kernels.text.letter_costs import LONGEST, gram_code


class Channel(NamedTuple):
    """Probabilities: of each gram for a symbol (`written`, symbols × grams, the first gram empty),
    of each letter that is added, and of adding one. `grams`: the number of a gram by its code, or
    that of the last column, which is impossible."""

    grams: IntArray
    written: DoubleArray
    added: DoubleArray
    adding: float


class Counts(NamedTuple):
    """Expected counts; `written` and `added` as in `Channel`."""

    written: DoubleArray
    added: DoubleArray


@compiled(inline="always", allocates=False)
def _gram(latin: AnyIntArray, end: int, length: int, grams: IntArray) -> int:
    """Return the number of the gram of a length that ends before `end`."""
    if length == 0:
        return 0
    first = latin[end - 3] + 1 if length > 2 else 0
    second = latin[end - 2] + 1 if length > 1 else 0
    number: int = grams[gram_code(first, second, latin[end - 1] + 1)]
    return number


@compiled(allocates=False)
def fill_forward(
    symbols: AnyIntArray, latin: AnyIntArray, channel: Channel, forward: DoubleArray
) -> float:
    """Write the probability of each beginning of both words; return that of the whole words."""
    going_on = 1.0 - channel.adding
    for place in range(len(symbols) + 1):
        for end in range(len(latin) + 1):
            total = 1.0 if place == 0 and end == 0 else 0.0
            if place > 0:
                for length in range(min(LONGEST, end) + 1):
                    gram = _gram(latin, end, length, channel.grams)
                    written = channel.written[symbols[place - 1], gram] * going_on
                    total += forward[place - 1, end - length] * written
            if end > 0:
                added = channel.adding * channel.added[latin[end - 1]]
                total += forward[place, end - 1] * added
            forward[place, end] = total
    likelihood: float = forward[len(symbols), len(latin)]
    return likelihood


@compiled(allocates=False)
def add_counts(
    symbols: AnyIntArray,
    latin: AnyIntArray,
    channel: Channel,
    forward: DoubleArray,
    backward: DoubleArray,
    counts: Counts,
) -> None:
    """Add the expected counts of a pair of words, whose `forward` is filled."""
    going_on, whole = 1.0 - channel.adding, forward[len(symbols), len(latin)]
    for place in range(len(symbols), -1, -1):
        for end in range(len(latin), -1, -1):
            total = 1.0 if place == len(symbols) and end == len(latin) else 0.0
            if place < len(symbols):
                for length in range(min(LONGEST, len(latin) - end) + 1):
                    gram = _gram(latin, end + length, length, channel.grams)
                    symbol = symbols[place]
                    share = channel.written[symbol, gram] * going_on
                    share *= backward[place + 1, end + length]
                    total += share
                    counts.written[symbol, gram] += forward[place, end] * share / whole
            if end < len(latin):
                share = channel.adding * channel.added[latin[end]] * backward[place, end + 1]
                total += share
                counts.added[latin[end]] += forward[place, end] * share / whole
            backward[place, end] = total
