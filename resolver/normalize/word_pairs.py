"""Parser of the tables of letters in this package, which are texts that can be reviewed."""

from __future__ import annotations


def parse_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a text of words `left=right`, in order; either side may be empty."""
    pairs = (word.partition("=") for word in text.split())
    return tuple((left, right) for left, _, right in pairs)
