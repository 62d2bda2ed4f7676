"""Vocabulary of invented registers: names by culture, and places, drawn by their shares.

And the words that names of institutions and firms are made of, from which both the generator of
institutions and the hard negatives draw: what the one writes in many forms the others tell apart.
"""

from __future__ import annotations

import random
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from resolver.data import load_rows
from resolver.records import Kind, Record

RARE_NAME_SHARE = 0.15
"""Share of people with a family name that hardly anybody else bears."""


def training_words(use: str) -> tuple[str, ...]:
    """Return the words of the table `training_words` that have a use, by rank."""
    return tuple(word for _, word in load_rows("training_words", use=use))


HEADS = training_words("institution")
"""Words for institutions."""
TYPES = training_words("type")
"""Words that say of which type an institution is, or of which part of a country."""
SUBJECTS = training_words("subject")
TRADES = training_words("trade")
"""Words that say what a firm does."""
FOUNDERS = training_words("founder")
"""Names and qualities that tell a second institution of a place from the one named after it."""


def forms_by_meaning(rows: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the forms of each meaning, given rows of a form and its meaning."""
    forms: dict[str, list[str]] = {}
    for form, meaning in rows:
        forms.setdefault(meaning, []).append(form)
    return {meaning: tuple(own) for meaning, own in forms.items()}


@dataclass(frozen=True, slots=True)
class WordPool:
    """Words with cumulative shares, most common first."""

    words: Sequence[str]
    sums: Sequence[float]
    rare: float = 0.0
    """Share of draws that splice two words into a rare one."""

    @classmethod
    def from_counts(
        cls, words: Iterable[str], offset: float, exponent: float, rare: float = 0.0
    ) -> WordPool:
        """Build with Zipf-Mandelbrot shares by rank, (rank + offset)^-exponent.

        Observed shares of so small a sample are used for the ranks only.
        """
        ranked = [word for word, _ in Counter(words).most_common()]
        return cls(
            ranked,
            list(accumulate((rank + 1 + offset) ** -exponent for rank in range(len(ranked)))),
            rare,
        )

    def draw(self, chance: random.Random) -> str:
        """Return a word by its share."""
        if self.rare and chance.random() < self.rare:
            return splice_names(chance.choice(self.words), chance.choice(self.words))
        return self.words[
            bisect(self.sums, chance.random() * self.sums[-1], 0, len(self.words) - 1)
        ]


_FIRST_SYLLABLE = re.compile(r"[^aeiouy]*[aeiouy]+", re.IGNORECASE)


def splice_names(first: str, second: str) -> str:
    """Join the first syllable of a name with the end of another: Müller, Schneider → Müder."""
    begin, end = (_FIRST_SYLLABLE.match(word) for word in (first, second))
    rest = second[end.end() :] if end else ""
    return f"{begin.group() if begin and len(rest) > 2 else first}{rest}".title()


@dataclass(frozen=True, slots=True)
class RegisterVocabulary:
    """Given and family names by name culture, and places."""

    given_names: Mapping[str, WordPool]
    family: Mapping[str, WordPool]
    places: WordPool
    cultures: Sequence[str]
    women: frozenset[str]
    """Given names that more women than men bear."""


def _name_pools(
    names_of: Mapping[str, list[str]], offset: float, exponent: float, rare_share: float = 0.0
) -> dict[str, WordPool]:
    return {
        culture: WordPool.from_counts(names, offset, exponent, rare_share)
        for culture, names in names_of.items()
    }


def collect_vocabulary(people: Iterable[tuple[Record, str]]) -> RegisterVocabulary:
    """Return the vocabulary of `people`, invented records with their name culture."""
    given_names: dict[str, list[str]] = {}
    family_names: dict[str, list[str]] = {}
    places: list[str] = []
    women: Counter[str] = Counter()
    for record, culture in people:
        first, last = record.texts("firstName"), record.texts("lastName")
        if record.kind == Kind.PERSON and first and last and f"{first[0]}{last[0]}".isascii():
            given_names.setdefault(culture, []).append(first[0].title())
            family_names.setdefault(culture, []).append(last[0].title())
            gender = record.texts("gender")[:1]
            women[first[0].title()] += (gender == ("female",)) - (gender == ("male",))
            places += [text.split(",")[0] for text in record.texts("birthPlace") if text.isascii()]
    pools = _name_pools(given_names, 8, 1.05), _name_pools(family_names, 30, 0.9, RARE_NAME_SHARE)
    mostly_women = frozenset(word for word, surplus in women.items() if surplus > 0)
    place_pool = WordPool.from_counts(places, 3, 1.0)
    return RegisterVocabulary(*pools, place_pool, sorted(given_names), mostly_women)
