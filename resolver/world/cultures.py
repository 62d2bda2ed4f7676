"""Name cultures of the world, and the countries where their people live.

`CULTURES` are the rows of the table `world_cultures`. `load_geography` gives the countries with
their cities and streets, as arrays indexed by country. They are built once in each process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

import numpy as np
import phonenumbers
import pyarrow as pa

from resolver.data import load_rows
from resolver.reference import find_territory
from resolver.world.alphabets import Spellings
from resolver.world.name_lexicon import (
    Dice,
    Ints,
    LexiconBuilder,
    SpellingLexicon,
    Word,
    choose_where,
    concat_texts,
    format_numbers,
)

REGIONS = (
    "western-europe",
    "iberia",
    "balkans",
    "aegean",
    "eastern-europe",
    "caucasus",
    "anatolia",
    "levant",
    "maghreb",
    "sahel",
    "horn",
    "persia",
    "indus",
    "pacific",
    "mekong",
    "americas",
)


@dataclass(frozen=True, slots=True)
class Culture:
    """Naming tradition of a population.

    `script` is its own script. `weight` is its share of the population. `family_first` says that
    the family name stands first at home; `middle_first` says that the middle name stands before the
    given name. `middle`, `father`, `grandfather`, `family` and `second` are the shares (0…1) of
    persons whose full name has these parts. `son_of` are the words that may stand before the
    father's name. `pets` is the share of persons known by a nickname. `states_father` says that
    documents state the father's name even if the full name lacks it. `countries` are ISO codes;
    frequent countries are repeated. `regions` are the regions where its people live, home first.
    """

    name: str
    script: str
    weight: float
    regions: tuple[str, ...]
    countries: str
    family_first: bool
    middle_first: bool
    middle: float
    father: float
    grandfather: float
    family: float
    second: float
    son_of: tuple[str, ...]
    pets: float
    states_father: bool

    @property
    def is_latin(self) -> bool:
        """True if its own script is Latin."""
        return self.script == "Latin"


def _parse_culture(cells: Sequence[str]) -> Culture:
    """Return the culture in a row of the table `world_cultures`, whose columns are its fields."""
    texts = dict(zip((field.name for field in fields(Culture)), cells, strict=True))
    shares = ("weight", "middle", "father", "grandfather", "family", "second", "pets")
    flags = ("family_first", "middle_first", "states_father")
    lists = ("regions", "son_of")
    values: dict[str, Any] = {
        **texts,
        **{name: float(texts[name]) for name in shares},
        **{name: texts[name] == "yes" for name in flags},
        **{name: tuple(texts[name].split()) for name in lists},
    }
    return Culture(**values)


CULTURES = tuple(_parse_culture(row) for _, *row in load_rows("world_cultures"))
CULTURE_NAMES = tuple(culture.name for culture in CULTURES)


@dataclass(frozen=True, slots=True)
class Geography:
    """Geographic data by country.

    `codes`, `names`, `alpha3` and `dial` are texts. `cities` is the lexicon that `city_start` and
    `city_count` index.
    """

    codes: pa.StringArray
    names: pa.StringArray
    alpha3: pa.StringArray
    dial: pa.StringArray
    cities: SpellingLexicon
    city_start: Ints
    city_count: Ints
    index: dict[str, int]
    streets: pa.StringArray
    street_start: Ints
    street_count: Ints
    street_form: Ints
    """Index of the street form per country."""

    def pick_city(self, dice: Dice, countries: Ints) -> Ints:
        """Draw a city of each country; the first cities are more frequent."""
        u = dice.uniform(len(countries)) ** 1.6
        return self.city_start[countries] + np.floor(u * self.city_count[countries]).astype(
            np.int64
        )

    def street_lines(self, dice: Dice, countries: Ints) -> pa.StringArray:
        """Draw street and house number in each country, in the local notation."""
        count = len(countries)
        street = self.streets.take(
            pa.array(
                self.street_start[countries] + dice.integers(count, self.street_count[countries])
            )
        )
        number = format_numbers(1 + dice.integers(count, 180))
        forms = self.street_form[countries]
        number_first = _NUMBER_FIRST[forms]
        before, between = _BEFORE.take(pa.array(forms)), _BETWEEN.take(pa.array(forms))
        return concat_texts(
            [
                before,
                choose_where(number_first, number, street),
                between,
                choose_where(number_first, street, number),
            ]
        )


def _parse_street_form(form: str) -> tuple[bool, str, str]:
    """Split a street form into (number first, text before, text between)."""
    first = form.index("{n}") < form.index("{s}")
    start, end = ("{n}", "{s}") if first else ("{s}", "{n}")
    before, rest = form.split(start)
    return first, before, rest.split(end)[0]


# `{s}` stands for the street, `{n}` for the number.
_STREET_FORMS = {
    "fr": "{n} rue {s}",
    "es": "Calle {s} {n}",
    "de": "{s} {n}",
    "ru": "ul. {s} {n}",
    "tr": "{s} Cad. No {n}",
    "ar": "{s} Street, Bldg {n}",
    "sl": "{s} {n}",
    "gr": "{s} {n}",
    "it": "Via {s} {n}",
    "en": "{n} {s}",
}
_LANGUAGES = tuple(_STREET_FORMS)
_FORM_PARTS = [_parse_street_form(form) for form in _STREET_FORMS.values()]
_NUMBER_FIRST = np.array([first for first, _, _ in _FORM_PARTS])
_BEFORE = pa.array([before for _, before, _ in _FORM_PARTS], pa.string())
_BETWEEN = pa.array([between for _, _, between in _FORM_PARTS], pa.string())


@cache
def load_geography() -> Geography:
    """Return all countries of the world, in the order of the table `world_countries`."""
    builder = LexiconBuilder()
    countries = load_rows("world_countries")
    codes = [code.lower() for _, code, _ in countries]
    cities = {
        country: [_make_city_word(*forms) for _, _, *forms in rows]
        for country, rows in groupby(load_rows("world_cities"), itemgetter(0))
    }
    spans = [builder.add(cities[code]) for _, code, _ in countries]
    names, alpha3 = _territory_names(codes)
    streets = [
        [street for _, street in load_rows("world_streets", language=language)]
        for language in _LANGUAGES
    ]
    sizes = np.array([len(names_of) for names_of in streets], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    forms = np.array([_LANGUAGES.index(language) for *_, language in countries], dtype=np.int64)
    return Geography(
        codes=pa.array(codes, pa.string()),
        names=names,
        alpha3=alpha3,
        dial=pa.array(
            [str(phonenumbers.country_code_for_region(code.upper())) for code in codes], pa.string()
        ),
        cities=builder.build(),
        city_start=np.array([span.start for span in spans], dtype=np.int64),
        city_count=np.array([span.size for span in spans], dtype=np.int64),
        index={code: index for index, code in enumerate(codes)},
        streets=pa.array([*chain.from_iterable(streets)], pa.string()),
        street_start=starts[forms],
        street_count=sizes[forms],
        street_form=forms,
    )


def _territory_names(codes: list[str]) -> tuple[pa.StringArray, pa.StringArray]:
    """Return the English name and the ISO 3166 alpha-3 code of countries; the code is empty if none
    is assigned.
    """
    names, alpha3 = [], []
    for code in codes:
        territory = find_territory(code)
        names.append(territory.name if territory else code)
        alpha3.append(territory.alpha3.upper() if territory else "")
    return pa.array(names), pa.array(alpha3, pa.string())


def _make_city_word(standard: str, second: str, third: str) -> Word:
    b = second or standard
    c = third or b
    return Word(Spellings(standard, standard, b, c, standard))
