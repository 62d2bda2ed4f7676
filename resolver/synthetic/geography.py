"""Countries and their cities and streets, as arrays indexed by country. Made once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import phonenumbers
import pyarrow as pa
from rigour.territories import get_territory

from resolver.synthetic.letters import Spellings
from resolver.synthetic.names.name_lexicon import (
    Ints,
    Lexicon,
    LexiconBuilder,
    Word,
)
from resolver.synthetic.random_columns import (
    Dice,
    join,
    number_text,
    pick,
)
from resolver.synthetic.words import entries, places


@dataclass(frozen=True, slots=True)
class Geography:
    """`codes`, `names`, `alpha3`, `dial`: texts per country. `cities`: the lexicon that `city_start` and `city_count`
    point into."""

    codes: pa.StringArray
    names: pa.StringArray
    alpha3: pa.StringArray
    dial: pa.StringArray
    cities: Lexicon
    city_start: Ints
    city_count: Ints
    index: dict[str, int]
    streets: pa.StringArray
    street_start: Ints
    street_count: Ints
    street_form: Ints
    """Row of `_FORMS` per country."""

    def pick_city(self, dice: Dice, countries: Ints) -> Ints:
        """A city of each country, the first ones more often."""
        u = dice.uniform(len(countries)) ** 1.6
        return self.city_start[countries] + np.floor(u * self.city_count[countries]).astype(
            np.int64
        )

    def street_lines(self, dice: Dice, countries: Ints) -> pa.StringArray:
        """A street and house number in each country, written as there."""
        count = len(countries)
        street = self.streets.take(
            pa.array(self.street_start[countries] + dice.below(count, self.street_count[countries]))
        )
        number = number_text(1 + dice.below(count, 180))
        form = self.street_form[countries]
        first = _NUMBER_FIRST[form]
        before, between = _BEFORE.take(pa.array(form)), _BETWEEN.take(pa.array(form))
        return join([before, pick(first, number, street), between, pick(first, street, number)])


def _form_parts(form: str) -> tuple[bool, str, str]:
    """A street form as (number first, text before, text between)."""
    first = form.index("{n}") < form.index("{s}")
    start, end = ("{n}", "{s}") if first else ("{s}", "{n}")
    before, rest = form.split(start)
    return first, before, rest.split(end)[0]


_LANGUAGES = tuple(places.STREET_FORM)
_PARTS = [_form_parts(places.STREET_FORM[language]) for language in _LANGUAGES]
_NUMBER_FIRST = np.array([first for first, _, _ in _PARTS])
_BEFORE = pa.array([before for _, before, _ in _PARTS], pa.string())
_BETWEEN = pa.array([between for _, _, between in _PARTS], pa.string())


@cache
def geography() -> Geography:
    """All countries of the world of the generator, in the order of `words.places`."""
    builder = LexiconBuilder()
    codes, spans = [], []
    for line in entries(places.CITIES):
        code, _, cities = line.partition(": ")
        codes.append(code.lower())
        spans.append(builder.add([_city(entry) for entry in cities.split()]))
    territories = [get_territory(code) for code in codes]
    streets = [
        street.replace("_", " ")
        for language in _LANGUAGES
        for street in places.STREETS[language].split()
    ]
    sizes = np.array(
        [len(places.STREETS[language].split()) for language in _LANGUAGES], dtype=np.int64
    )
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    forms = np.array([_LANGUAGES.index(_street_language(code)) for code in codes], dtype=np.int64)
    return Geography(
        codes=pa.array(codes, pa.string()),
        names=pa.array(
            [
                territory.name if territory else code
                for territory, code in zip(territories, codes, strict=True)
            ]
        ),
        alpha3=pa.array(
            [(territory.alpha3 or "" if territory else "").upper() for territory in territories],
            pa.string(),
        ),
        dial=pa.array(
            [str(phonenumbers.country_code_for_region(code.upper())) for code in codes], pa.string()
        ),
        cities=builder.build(),
        city_start=np.array([span.start for span in spans], dtype=np.int64),
        city_count=np.array([span.size for span in spans], dtype=np.int64),
        index={code: place for place, code in enumerate(codes)},
        streets=pa.array(streets, pa.string()),
        street_start=starts[forms],
        street_count=sizes[forms],
        street_form=forms,
    )


def _city(entry: str) -> Word:
    forms = entry.replace("_", " ").split("/")
    standard, b, c = (forms + [forms[-1]] * 3)[:3]
    return Word(Spellings(standard, standard, b, c, standard))


def _street_language(code: str) -> str:
    return next(
        (
            language
            for language, codes in places.STREET_LANGUAGE.items()
            if code.upper() in codes.split()
        ),
        "en",
    )
