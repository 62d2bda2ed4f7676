"""Words of person names and their symbols, from the tables of names in many languages.

A word has the symbols of every name that it is a form of.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from resolver.normalize.name_tokens import symbol_id
from resolver.reference.characters import phrase_form
from resolver.reference.person_names import NAME, name_lines, word_symbols


@dataclass(frozen=True, slots=True)
class CorpusWords:
    """Words (or phrases) with a number each, and their symbols.

    Word `words[i]` has symbol `symbols[i]`; pairs may repeat.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    words: array[int] = field(default_factory=lambda: array("i"))
    symbols: array[int] = field(default_factory=lambda: array("i"))

    def add(self, forms: set[str], symbol: int) -> None:
        """Add a symbol to words."""
        for form in forms:
            self.words.append(self.numbers.setdefault(form, len(self.numbers)))
            self.symbols.append(symbol)


def normal_form(text: str) -> str:
    """Return a text as the tables write it: folded, with single spaces between its words."""
    if text.isascii() and text.isalpha():
        return text.lower()
    return phrase_form(text)


def read_words() -> CorpusWords:
    """Return the words of all tables."""
    words = CorpusWords()
    for category, key, forms in word_symbols():
        words.add({normal_form(form) for form in forms} - {""}, symbol_id(category, key))
    for name_id, forms in name_lines():
        distinct = {normal_form(form) for form in forms} - {""}
        # a name with one spelling connects nothing
        if len(distinct) > 1:
            words.add(distinct, symbol_id(NAME, name_id))
    return words
