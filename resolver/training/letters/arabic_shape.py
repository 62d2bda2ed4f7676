"""Print the table of `normalize.scripts.arabic`, from two files of words, one a line:
`python -m resolver.training.letters.arabic_shape ARABIC.txt OTHER.txt`.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path

from resolver.normalize.scripts.arabic import END, LETTERS, UNIT

_COUNT = 1.0
"""Occurrences that each pair of letters has before it is counted."""
_FEW = 3
"""Occurrences below which a pair of letters is no evidence."""


def letter_pair_lines(arabic: Iterable[str], other: Iterable[str]) -> Iterator[str]:
    """Yield a line for each letter, with the evidence of each letter behind it, from unique words
    of lower-case letters.
    """
    sides = [Counter(chain.from_iterable(map(_pairs, words))) for words in (arabic, other)]
    for first in LETTERS:
        shares = [_shares(counts, first) for counts in sides]
        values = (
            round(UNIT * math.log(left / right)) if total >= _FEW else 0
            for left, right, total in zip(*shares, _totals(sides, first), strict=True)
        )
        yield " ".join([first, *map(str, values)])


def _pairs(word: str) -> Iterator[tuple[str, str]]:
    return pairwise(f"{END}{word}{END}")


def _shares(counts: Counter[tuple[str, str]], first: str) -> list[float]:
    """Return the share of each letter among those that follow a letter."""
    row = [counts[first, second] + _COUNT for second in LETTERS]
    return [count / sum(row) for count in row]


def _totals(sides: list[Counter[tuple[str, str]]], first: str) -> list[int]:
    """Return how often each letter follows a letter, on both sides together."""
    return [sum(counts[first, second] for counts in sides) for second in LETTERS]


if __name__ == "__main__":
    texts = (Path(path).read_text(encoding="utf-8").split() for path in sys.argv[1:3])
    print("\n".join(letter_pair_lines(*texts)))
