"""Vocabulary of invented registers: names by culture, and places, drawn by their shares.

And the words that names of institutions and firms are made of, from which both the generator of
institutions and the hard negatives draw: what the one writes in many forms the others tell apart.

`REGISTERS`: properties of the invented registers, one row each.
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


@dataclass(frozen=True, slots=True)
class Register:
    """Error rates and fields of a register. Rates are shares of records unless stated otherwise.

    - `persons`: number of people; `duplicate_share` of them have further records, on average
      `mean_duplicates`.
    - `typos`: share of words with a typo.
    - `foreigners`: share of people of another name culture than the register's country.
    - `gaps`, `swaps`, `initials`, `pet_names`, `middle_names`, `full_names`: how given and family
      name are written.
    - `date_gaps`, `date_errors`: dates that are missing or have an error; `new_years`: dates of
      which only the year was known, written as 1 January; `other_dates`: unrelated dates.
    - `twins`: people with family name, date and place of the person before; `maiden_names`:
      people of whom some records state an earlier family name.
    - `genders`, `phones`, `fathers`, `occupations`, `email`, `id_numbers`: records with that field.
    - `place`: property of the place; `place_gaps` and `moves`: places that are missing or changed;
      `postal`: whether addresses are complete.
    - `negative_weight`: weight of a false pair, for a register that many times larger.
    - `home_cultures`: name cultures that the register is generated for, one after another.
    """

    name: str
    plan: str
    persons: int
    mean_duplicates: float
    duplicate_share: float
    typos: float
    foreigners: float = 0.1
    gaps: float = 0.01
    full_names: float = 0.0
    swaps: float = 0.015
    initials: float = 0.02
    pet_names: float = 0.05
    date_gaps: float = 0.05
    date_errors: float = 0.1
    new_years: float = 0.0
    other_dates: float = 0.03
    twins: float = 0.02
    maiden_names: float = 0.02
    middle_names: float = 0.1
    genders: float = 0.4
    phones: float = 0.3
    fathers: float = 0.25
    occupations: float = 0.3
    place: str = "city"
    place_gaps: float = 0.06
    moves: float = 0.08
    email: float = 0.0
    postal: bool = False
    id_numbers: float = 0.0
    negative_weight: float = 1.0
    home_cultures: tuple[str, ...] = ()


REGISTERS: tuple[Register, ...] = (
    Register(
        "club",
        "XS",
        400,
        3.5,
        0.8,
        0.16,
        gaps=0.14,
        swaps=0.08,
        pet_names=0.15,
        date_gaps=0.02,
        date_errors=0.25,
        place_gaps=0.25,
        moves=0.03,
        email=0.75,
        other_dates=0.005,
        home_cultures=("english", "arabic-levant", "russian", "spanish", "indian", "german"),
    ),
    Register(
        "archive",
        "S",
        3000,
        8.0,
        0.95,
        0.12,
        gaps=0.1,
        full_names=0.85,
        pet_names=0.2,
        date_gaps=0.22,
        date_errors=0.2,
        new_years=0.35,
        other_dates=0.005,
        twins=0.01,
        maiden_names=0.005,
        middle_names=0.3,
        place="birthPlace",
        place_gaps=0.15,
        moves=0.25,
        initials=0.04,
        home_cultures=("english", "french", "turkish"),
    ),
    Register(
        "parish",
        "S",
        25_000,
        1.6,
        0.25,
        0.1,
        full_names=0.4,
        place="birthPlace",
        new_years=0.15,
        home_cultures=("german", "persian"),
    ),
    Register(
        "post",
        "S",
        4000,
        1.5,
        0.6,
        0.1,
        gaps=0.03,
        postal=True,
        id_numbers=0.9,
        date_gaps=0.03,
        home_cultures=("english", "west-african", "balkan"),
    ),
    Register(
        "census",
        "M",
        100_000,
        1.3,
        0.2,
        0.12,
        negative_weight=2.0,
        home_cultures=("english", "pakistani"),
    ),
)
"""Registers that a model learns from."""
