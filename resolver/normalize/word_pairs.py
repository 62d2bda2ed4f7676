"""Parsers of the word tables of this package, which are texts that can be reviewed line by line."""

from __future__ import annotations


def parse_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a text of words `left=right`, in order; either side may be empty."""
    pairs = (word.partition("=") for word in text.split())
    return tuple((left, right) for left, _, right in pairs)


def parse_groups(text: str) -> dict[str, str]:
    """Return word → meaning of a text of lines `meaning: word word …`; meanings may repeat."""
    lines = (line.partition(":") for line in text.strip().splitlines())
    return {word: meaning.strip() for meaning, _, words in lines for word in words.split()}
