"""Name cultures of the world, and the countries where their people live.

A row of `CULTURES` states the structure of names, the home regions, and the share of persons who
have each name part. `load_geography` gives the countries with their cities and streets, as arrays
indexed by country. They are built once in each process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from operator import itemgetter

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
    family_first: bool = False
    middle_first: bool = False
    middle: float = 0.0
    father: float = 0.0
    grandfather: float = 0.0
    family: float = 1.0
    second: float = 0.0
    son_of: tuple[str, ...] = ()
    pets: float = 0.1
    states_father: bool = False

    @property
    def is_latin(self) -> bool:
        """True if its own script is Latin."""
        return self.script == "Latin"


CULTURES: tuple[Culture, ...] = (
    Culture(
        "arabic-levant",
        "Arabic",
        11,
        ("levant", "anatolia"),
        "SY SY SY IQ IQ IQ EG EG EG LB JO YE SD PS SA",
        middle=0.06,
        father=0.7,
        grandfather=0.3,
        family=0.94,
        son_of=("bin", "ibn", "b."),
        states_father=True,
    ),
    Culture(
        "arabic-maghreb",
        "Arabic",
        9,
        ("maghreb", "iberia"),
        "MA MA MA DZ DZ DZ TN TN LY LY",
        middle=0.08,
        father=0.12,
        grandfather=0.02,
        son_of=("ben", "bin", "ould"),
        states_father=True,
    ),
    Culture("persian", "Arabic", 5, ("persia", "anatolia"), "IR", middle=0.12, states_father=True),
    Culture("afghan", "Arabic", 5, ("persia", "indus"), "AF", family=0.6, states_father=True),
    Culture(
        "pakistani",
        "Arabic",
        5,
        ("indus", "western-europe"),
        "PK PK PK PK GB",
        middle=0.4,
        son_of=("s/o",),
        father=0.06,
        states_father=True,
    ),
    Culture(
        "indian",
        "Devanagari",
        4,
        ("indus", "western-europe"),
        "IN IN IN IN GB",
        middle=0.2,
        states_father=True,
    ),
    Culture(
        "russian",
        "Cyrillic",
        7,
        ("eastern-europe", "caucasus"),
        "RU RU RU RU RU BY KZ",
        family_first=True,
        father=0.92,
        pets=0.18,
    ),
    Culture(
        "ukrainian",
        "Cyrillic",
        5,
        ("eastern-europe",),
        "UA",
        family_first=True,
        father=0.92,
        pets=0.15,
    ),
    Culture(
        "chinese",
        "Han",
        7,
        ("pacific", "mekong"),
        "CN CN CN CN CN CN HK TW MY SG",
        family_first=True,
        middle=0.06,
    ),
    Culture(
        "korean", "Hangul", 3, ("pacific",), "KR KR KR KR KP KP", family_first=True, middle=0.03
    ),
    Culture("japanese", "Han", 2, ("pacific",), "JP", family_first=True),
    Culture(
        "vietnamese",
        "Latin",
        4,
        ("mekong", "eastern-europe"),
        "VN",
        family_first=True,
        middle_first=True,
        middle=0.97,
    ),
    Culture(
        "turkish",
        "Latin",
        5,
        ("anatolia", "western-europe"),
        "TR TR TR TR DE",
        middle=0.12,
        states_father=True,
    ),
    Culture(
        "west-african",
        "Latin",
        6,
        ("sahel", "maghreb"),
        "SN SN ML ML GN NG NG NG GH GH CI GM BF SL",
        middle=0.12,
    ),
    Culture(
        "horn-african",
        "Latin",
        5,
        ("horn", "maghreb"),
        "SO SO ER ER ET ET",
        father=0.95,
        family=0.85,
    ),
    Culture(
        "spanish",
        "Latin",
        5,
        ("americas", "iberia"),
        "ES ES MX MX MX CO CO VE EC PE CU DO GT HN AR",
        middle=0.45,
        second=0.8,
    ),
    Culture(
        "english",
        "Latin",
        4,
        ("western-europe", "americas"),
        "GB GB GB US US IE CA AU",
        middle=0.55,
        pets=0.2,
    ),
    Culture("french", "Latin", 3, ("western-europe",), "FR FR FR BE CH CA", middle=0.25),
    Culture("german", "Latin", 3, ("western-europe",), "DE DE DE DE AT CH", middle=0.2),
    Culture("balkan", "Cyrillic", 4, ("balkans",), "RS RS RS BA BA ME MK HR SI", father=0.05),
    Culture(
        "greek",
        "Greek",
        3,
        ("aegean",),
        "GR GR GR GR CY",
        middle=0.05,
        pets=0.2,
        states_father=True,
    ),
    Culture("georgian", "Georgian", 3, ("caucasus", "eastern-europe"), "GE"),
    Culture("armenian", "Armenian", 2, ("caucasus", "eastern-europe"), "AM AM AM RU"),
)
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
