"""Search for whole phrases of a table in a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from resolver.reference.characters import is_word_end, word_starts

_END = ""
"""Key of a node at which a spelling ends."""
_Tree = dict[str, Any]


class SpellingTable:
    """Spellings that are found where no letter or digit stands before or behind them.

    ASCII letters match in either case. Spellings are in lower case, and may hold any signs.
    """

    def __init__(self, spellings: Iterable[str]) -> None:
        self._tree: _Tree = {}
        for spelling in spellings:
            node = self._tree
            for letter in spelling:
                node = node.setdefault(letter, {})
            node[_END] = True

    def find_longest(self, text: str) -> list[tuple[int, int]]:
        """Return start and end of spellings that do not overlap, from left to right.

        The longest one that begins at a place counts, unless it begins within another.
        """
        folded = text.lower() if text.isascii() else text.translate(_LOWER)
        spans: list[tuple[int, int]] = []
        end = 0
        for start in word_starts(folded):
            if start >= end:
                longest = self._longest(folded, start)
                if longest > start:
                    spans.append((start, longest))
                    end = longest
        return spans

    def _longest(self, text: str, start: int) -> int:
        """Return the end of the longest spelling at a place, or the place itself."""
        node, longest = self._tree, start
        for place in range(start, len(text)):
            if text[place] not in node:
                break
            node = node[text[place]]
            if _END in node and is_word_end(text, place + 1):
                longest = place + 1
        return longest


class PhraseTable:
    """Phrases of folded words, separated by single spaces, that are found among words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrases)
        self._longest: dict[str, int] = {}
        for phrase in self._phrases:
            first, count = phrase.partition(" ")[0], phrase.count(" ") + 1
            self._longest[first] = max(count, self._longest.get(first, 0))

    def find_all(self, words: Sequence[str]) -> list[str]:
        """Return the phrases among some words, ordered by their end, the longest first."""
        matches = [
            (last, first, phrase)
            for first, word in enumerate(words)
            if word in self._longest
            for last in range(first + 1, min(first + self._longest[word], len(words)) + 1)
            if (phrase := " ".join(words[first:last])) in self._phrases
        ]
        return [phrase for _, _, phrase in sorted(matches)]


_LOWER = {point: point + 32 for point in range(ord("A"), ord("Z") + 1)}
