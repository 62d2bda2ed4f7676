"""Agencies of the world: their region, list format and writing habits, and the records that they
write.

1. `make_agencies` draws the agencies. `habit_values` and `Habits` give the habits of the agencies
   of a set of records, one value for each record.
2. `assign_records` draws, for each record of a chunk, the entity that it describes and its agency.
3. `draw_written_dates` gives birth dates as agencies write them: partial, marked as circa, with day
   and month swapped, or with a wrong part.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import UsageError
from resolver.world.cultures import REGIONS, load_geography
from resolver.world.document_numbers import split_dates
from resolver.world.name_lexicon import (
    Bools,
    Dice,
    Floats,
    Form,
    Ints,
    choose_where,
    concat_texts,
    format_numbers,
)
from resolver.world.persons import Days

MIN_AGENCIES, MAX_AGENCIES = 5, 50


class ListFormat(IntEnum):
    """File format of an agency's list."""

    FTM = 0
    CSV = 1
    PARQUET = 2
    INTERPOL = 3
    SENZING = 4


class NameOrder(IntEnum):
    """Order of names: given name first, as in the home culture, or family name with a comma."""

    GIVEN_FIRST = 0
    AS_AT_HOME = 1
    FAMILY_COMMA = 2


class DateStyle(IntEnum):
    """Notation of dates."""

    ISO = 0
    DOTS = 1
    SLASHES = 2
    WORDS = 3
    YEAR_FIRST_SLASHES = 4


class CountryStyle(IntEnum):
    """Notation of countries: two letters, three letters, name, or two capitals."""

    ALPHA2 = 0
    ALPHA3 = 1
    NAME = 2
    CAPITALS = 3


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency and its habits. Rates are shares (0…1) of its records.

    `code` is the source name. `region` is an index of `REGIONS`. `letters` is the `Form` of its
    Latin spellings. If `writes_diacritics` is true, Latin names keep their diacritics. `scripts`
    are the scripts that the agency itself writes. `adds_native` is the rate of records that add the
    name in its own script. If `splits_names` is true, names are split into columns. `father`,
    `second` and `middle` are the rates of these name parts. If `abbreviates_middle` is true, middle
    names become initials. `max_name_width` is the longest name in characters. `error_factor` is 1
    for the usual rate of errors, and larger if there are more errors.
    """

    code: str
    region: int
    format: ListFormat
    letters: Form
    writes_diacritics: bool
    scripts: tuple[str, ...]
    adds_native: float
    order: NameOrder
    splits_names: bool
    upper: float
    father: float
    second: float
    middle: float
    abbreviates_middle: bool
    titles: float
    max_name_width: int
    dates: DateStyle
    countries: CountryStyle
    error_factor: float
    birth_date: float
    year_only: float
    birth_place: float
    nation: float
    gender: float
    documents: float
    contacts: float
    address: float
    relations: float
    lists_groups: bool
    foreign_share: float
    """Share of records from regions other than its own, 0…1."""
    source_grade: str
    category: str
    purpose: str
    id_style: int


# Region and service of the first agencies, in the order in which a world gets them.
_FIRST_AGENCIES = (
    "western-europe-police",
    "levant-registry",
    "aegean-coastguard",
    "interpol",
    "eastern-europe-border",
    "maghreb-border",
    "anatolia-migration",
    "balkans-police",
    "pacific-customs",
    "sahel-police",
    "persia-police",
    "americas-border",
    "indus-migration",
    "horn-police",
    "caucasus-registry",
    "iberia-coastguard",
    "mekong-police",
    "western-europe-fiu",
    "eastern-europe-registry",
    "anatolia-police",
)
_SERVICES = ("border", "police", "migration", "customs", "registry", "fiu", "coastguard")
_FORMATS = (ListFormat.FTM, ListFormat.CSV, ListFormat.PARQUET, ListFormat.SENZING)
_HOME_SCRIPT = {
    "eastern-europe": ("Cyrillic",),
    "balkans": (),
    "aegean": ("Greek",),
    "levant": ("Arabic",),
    "maghreb": ("Arabic",),
    "persia": ("Arabic",),
    "caucasus": ("Georgian", "Armenian", "Cyrillic"),
    "pacific": ("Han", "Hangul"),
    "indus": ("Devanagari",),
}
_HOME_LETTERS = {
    "maghreb": Form.B,
    "sahel": Form.B,
    "iberia": Form.B,
    "western-europe": Form.STANDARD,
    "eastern-europe": Form.B,
    "levant": Form.C,
    "pacific": Form.STANDARD,
    "mekong": Form.C,
    "aegean": Form.B,
    "anatolia": Form.LOOSE,
    "balkans": Form.LOOSE,
    "americas": Form.B,
}
_CATEGORIES = ("suspect", "suspect", "convicted", "contact", "associate", "potential criminal")
_PURPOSES = (
    "people smuggling",
    "organised crime",
    "border control",
    "money laundering",
    "document fraud",
)


def agency_codes(count: int) -> tuple[str, ...]:
    """Return the names of the first `count` agencies. Raises `UsageError` if `count` is not in 5 …
    50.
    """
    if not MIN_AGENCIES <= count <= MAX_AGENCIES:
        raise UsageError(f"a world has {MIN_AGENCIES} to {MAX_AGENCIES} agencies, not {count}")
    others = [f"{region}-{service}" for service in _SERVICES for region in REGIONS]
    return tuple(dict.fromkeys([*_FIRST_AGENCIES, *others]))[:count]


def make_agencies(seed: int, count: int) -> tuple[Agency, ...]:
    """Make the agencies of a world.

    An agency depends on the seed and its position only, not on `count`.
    """
    codes = agency_codes(count)
    return tuple(_make_agency(seed, number, code) for number, code in enumerate(codes))


def _make_agency(seed: int, number: int, code: str) -> Agency:
    u = Dice(seed, "agency", number).uniform(24).tolist()
    region = next((region for region in REGIONS if code.startswith(region)), "western-europe")
    is_interpol = code == "interpol"
    list_format = _choose_format(number, code)
    return Agency(
        code=code,
        region=REGIONS.index(region),
        format=list_format,
        letters=_choose_letters(region, u[0], u[2]),
        writes_diacritics=u[3] < 0.45,
        scripts=() if is_interpol else _choose_scripts(region, number, u[1]),
        adds_native=0.0 if is_interpol else _native_rate(u[4], u[5]),
        order=_choose_order(u[6]),
        splits_names=is_interpol or (list_format != ListFormat.FTM and u[7] < 0.45),
        upper=1.0 if is_interpol or u[8] < 0.3 else 0.02,
        father=0.2 + 0.75 * u[9],
        second=0.35 + 0.6 * u[10],
        middle=0.4 + 0.55 * u[11],
        abbreviates_middle=u[12] < 0.3,
        titles=0.25 * u[13] if u[13] > 0.5 else 0.0,
        max_name_width=200 if u[14] < 0.7 else 26 + int(12 * u[15]),
        dates=_choose_date_style(list_format, u[16]),
        countries=_choose_country_style(list_format, u[17]),
        error_factor=0.5 + 1.2 * u[18],
        birth_date=0.72 + 0.26 * u[19],
        year_only=0.02 + 0.15 * u[20],
        birth_place=0.3 + 0.6 * u[21],
        nation=0.6 + 0.38 * u[22],
        gender=0.4 + 0.6 * u[23],
        documents=0.15 + 0.6 * u[9],
        contacts=0.05 + 0.4 * u[10],
        address=0.1 + 0.5 * u[11],
        relations=0.0 if is_interpol else 0.3 + 0.6 * u[12],
        lists_groups=not is_interpol,
        foreign_share=0.14 if is_interpol else 0.03 + 0.12 * u[13],
        source_grade="ABBCX"[int(u[14] * 5)],
        category=_CATEGORIES[int(u[15] * 6)],
        purpose=_PURPOSES[int(u[16] * 5)],
        id_style=3 if is_interpol else int(u[17] * 3),
    )


def _choose_format(number: int, code: str) -> ListFormat:
    if code == "interpol":
        return ListFormat.INTERPOL
    # INTERPOL is agency 3 and is left out of the cycle of formats.
    return _FORMATS[number % 4 if number < 4 else (number - 1) % 4]


def _choose_letters(region: str, u: float, u_other: float) -> Form:
    if u < 0.7:
        return _HOME_LETTERS.get(region, Form.STANDARD)
    return (Form.STANDARD, Form.B, Form.C, Form.LOOSE)[int(u_other * 4)]


def _choose_scripts(region: str, number: int, u: float) -> tuple[str, ...]:
    # Agencies 1 and 4 always write their own script, so that small worlds have several scripts.
    return _HOME_SCRIPT.get(region, ()) if number in (1, 4) or u < 0.3 else ()


def _native_rate(u_rate: float, u_often: float) -> float:
    return 0.7 * u_rate if u_often < 0.5 else 0.03


def _choose_order(u: float) -> NameOrder:
    if u < 0.2:
        return NameOrder.FAMILY_COMMA
    return NameOrder.AS_AT_HOME if u < 0.5 else NameOrder.GIVEN_FIRST


def _choose_country_style(list_format: ListFormat, u: float) -> CountryStyle:
    if list_format == ListFormat.INTERPOL:
        return CountryStyle.CAPITALS
    return CountryStyle.ALPHA2 if list_format == ListFormat.FTM else CountryStyle(int(u * 3))


def _choose_date_style(list_format: ListFormat, u: float) -> DateStyle:
    if list_format in (ListFormat.FTM, ListFormat.SENZING):
        return DateStyle.ISO
    if list_format == ListFormat.INTERPOL:
        return DateStyle.YEAR_FIRST_SLASHES
    return DateStyle(int(u * 4))


def habit_values(agencies: tuple[Agency, ...], name: str) -> npt.NDArray[Any]:
    """Return one habit of all agencies as an array."""
    return np.array([getattr(agency, name) for agency in agencies])


Columns = dict[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Habits:
    """Habits of the agencies of n records; `agency` is the index of each record's agency."""

    agencies: tuple[Agency, ...]
    agency: Ints

    def rate(self, name: str) -> Floats:
        """Return a rate or factor for each record."""
        return habit_values(self.agencies, name)[self.agency].astype(np.float64)

    def number(self, name: str) -> Ints:
        """Return a whole number or enumeration value for each record."""
        return habit_values(self.agencies, name)[self.agency].astype(np.int64)

    def flag(self, name: str) -> Bools:
        """Return a boolean habit for each record."""
        return habit_values(self.agencies, name)[self.agency].astype(np.bool_)

    def take(self, rows: Ints) -> Habits:
        """Return the habits of some of the records."""
        return Habits(self.agencies, self.agency[rows])


def format_countries(countries: Ints, habits: Habits) -> pa.StringArray:
    """Write countries in each agency's notation; null for a negative index."""
    geo, style = load_geography(), habits.number("countries")
    index = pa.array(np.where(countries >= 0, countries, 0), mask=countries < 0)
    names = choose_where(style == CountryStyle.NAME, geo.names.take(index), geo.codes.take(index))
    texts = choose_where(
        style == CountryStyle.CAPITALS, pc.utf8_upper(geo.codes).take(index), names
    )
    return choose_where(style == CountryStyle.ALPHA3, geo.alpha3.take(index), texts)


def make_handling_columns(dice: Dice, habits: Habits, columns: Columns) -> Columns:
    """Make source grade, information grade, category, purpose and review date."""
    count = len(habits.agency)
    source = _per_record([agency.source_grade for agency in habits.agencies], habits)
    other = pa.array(["A", "B", "C", "X"], pa.string()).take(pa.array(dice.integers(count, 4)))
    information = format_numbers(1 + dice.choose(count, (0.3, 0.4, 0.2, 0.1)))
    category = _per_record([agency.category for agency in habits.agencies], habits)
    purpose = _per_record([agency.purpose for agency in habits.agencies], habits)
    review = [
        format_numbers(2026 + dice.integers(count, 5), 4),
        format_numbers(1 + dice.integers(count, 12), 2),
    ]
    return {
        "sourceGrade": choose_where(dice.chance(count, 0.2), other, source),
        "informationGrade": information,
        "category": category,
        "purpose": purpose,
        "reviewDate": concat_texts([*review, "01"], "-"),
    }


def _per_record(texts: list[str], habits: Habits) -> pa.Array:
    """Return, for each record, the text that belongs to its agency."""
    return pa.array(texts, pa.string()).take(pa.array(habits.agency))


PERSON, GROUP, ASSET = 0, 1, 2
_KIND_SHARES, _NETWORK_KIND_SHARES = (0.86, 0.12, 0.02), (0.92, 0.06, 0.02)
# Weights of 2, 3, … records for entities that are on more than one list.
_SIZE_WEIGHTS = (0.5, 0.25, 0.13, 0.07, 0.03, 0.02)
_SHARED_RATE, _NETWORK_SHARED_RATES = 0.21, (0.35, 0.85, 0.35)
MAX_RECORDS_PER_ENTITY = 1 + len(_SIZE_WEIGHTS)
_SAME_AGENCY_RATE = 0.04


@dataclass(frozen=True, slots=True)
class Assignments:
    """Assignment of n records to e entities, in random order.

    `entity` and `agency` have a value for each record. `kind` has a value for each entity.
    `kind_index` has, for each entity, its number among the entities of its kind.
    """

    entity: Ints
    agency: Ints
    kind: Ints
    kind_index: Ints

    def rows_of_kind(self, kind: int) -> Ints:
        """Return the rows of records of one kind of entity, ascending."""
        return np.flatnonzero(self.kind[self.entity] == kind)


def draw_kinds(dice: Dice, records: int, *, networks: bool = False) -> tuple[Ints, Ints]:
    """Draw the kind and the number of records of each entity, so that there are exactly `records`
    records in all.

    With `networks`, groups have more members, more persons are on several lists, and so are most
    groups, because a list that has the members also has their group.
    """
    draws = dice.uniform(records)
    sizes = 2 + dice.choose(records, _SIZE_WEIGHTS)
    kinds = dice.choose(records, _NETWORK_KIND_SHARES if networks else _KIND_SHARES)
    rates = np.array(_NETWORK_SHARED_RATES if networks else (_SHARED_RATE,) * len(_KIND_SHARES))
    sizes = np.where(draws < rates[kinds], sizes, 1)
    ends = np.cumsum(sizes)
    entities = int(np.searchsorted(ends, records)) + 1
    sizes, kinds = sizes[:entities], kinds[:entities]
    sizes[-1] -= int(ends[entities - 1]) - records
    return kinds, sizes


def assign_records(
    dice: Dice, kinds: Ints, sizes: Ints, regions: Ints, agencies: tuple[Agency, ...]
) -> Assignments:
    """Assign records to agencies; agencies of an entity's regions (entities × 2) are preferred."""
    scores = np.log(_affinity(kinds, regions, agencies)) - np.log(
        -np.log(dice.uniform(len(kinds), len(agencies)) + 1e-12)
    )
    max_records = min(MAX_RECORDS_PER_ENTITY, len(agencies))
    ranked_agencies = np.argsort(-scores, axis=1, kind="stable")[:, :max_records]
    able_count = np.array([_count_able(agencies, kind) for kind in (PERSON, GROUP, ASSET)])[kinds]
    entity = np.repeat(np.arange(len(kinds), dtype=np.int64), sizes)
    turns = np.arange(len(entity), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    turns = np.where((turns == 1) & dice.chance(len(entity), _SAME_AGENCY_RATE), 0, turns)
    agency = ranked_agencies[entity, turns % np.minimum(able_count, max_records)[entity]]
    order = dice.permutation(len(entity))
    place = np.zeros(len(kinds), dtype=np.int64)
    for kind in (PERSON, GROUP, ASSET):
        place[kinds == kind] = np.arange(int((kinds == kind).sum()))
    return Assignments(entity[order], agency[order], kinds, place)


def _count_able(agencies: tuple[Agency, ...], kind: int) -> int:
    return sum(1 for agency in agencies if kind == PERSON or agency.lists_groups)


def _affinity(kinds: Ints, regions: Ints, agencies: tuple[Agency, ...]) -> Floats:
    """Return the affinity of each agency (columns) to each entity (rows)."""
    agency_region = habit_values(agencies, "region")
    base_rate = np.broadcast_to(
        habit_values(agencies, "foreign_share"), (len(kinds), len(agencies))
    )
    region_bonus = 1.0 * (regions[:, :1] == agency_region) + 0.8 * (regions[:, 1:] == agency_region)
    takes_kind = (kinds == PERSON)[:, None] | habit_values(agencies, "lists_groups")
    return np.where(takes_kind, base_rate + region_bonus, 1e-9)


_MONTHS = pa.array(
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    pa.string(),
)
_MONTH_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class WrittenDates:
    """Written form of n dates.

    `month` and `day` are 0 if left out. `until` is the last year of a range, else 0.
    """

    year: Ints
    month: Ints
    day: Ints
    circa: Bools
    until: Ints


def draw_written_dates(
    dice: Dice, born: Days, day_known: Bools, year_only: Floats, error_factor: Floats
) -> WrittenDates:
    """Draw the written form of birth dates.

    `year_only` is the rate of dates with the year only. `error_factor` multiplies all error rates.
    """
    count = len(born)
    day, month, year = split_dates(born)
    first_of_january = (~day_known & dice.chance(count, 0.7)) | dice.chance(count, 0.006)
    day, month = np.where(first_of_january, 1, day), np.where(first_of_january, 1, month)
    swapped = dice.chance(count, 0.015 * error_factor) & (day <= 12)
    day, month = np.where(swapped, month, day), np.where(swapped, day, month)
    year, month, day = _miswrite(dice, year, month, day, dice.chance(count, 0.025 * error_factor))
    only_year = dice.chance(count, year_only) | (~day_known & ~first_of_january)
    no_day = dice.chance(count, 0.015)
    circa = only_year & dice.chance(count, 0.18)
    ranged = only_year & ~circa & dice.chance(count, 0.1)
    month = np.where(only_year, 0, month)
    start = np.where(ranged, year - dice.integers(count, 3), year)
    return WrittenDates(
        start,
        month,
        np.where(only_year | no_day, 0, day),
        circa,
        np.where(ranged, start + 2 + dice.integers(count, 3), 0),
    )


class _Miswritten(IntEnum):
    """Part of a date that is wrong."""

    YEAR = 0
    DECADE = 1
    LAST_TWO_SWAPPED = 2
    MONTH = 3
    DAY = 4
    TENS_OF_DAY = 5


_DAYS = 28
"""Number of days that every month has."""


def _miswrite(
    dice: Dice, year: Ints, month: Ints, day: Ints, mask: Bools
) -> tuple[Ints, Ints, Ints]:
    """Make one part of the date wrong, in the rows selected by `mask`.

    A wrong year or ten of days differs by one digit. A wrong month is any other one, and so are two
    wrong days of three: in registers of third parties they are seldom the one before or after. One
    wrong month of three is a guess within the year, and has another day, too.
    """
    count = len(year)
    kind, rest = _deal(dice.uniform(count), len(_Miswritten))
    step = np.where(dice.chance(count, 0.5), 1, -1)
    months, rest = _deal(rest, 11)
    days, rest = _deal(rest, _DAYS - 1)
    is_third = rest < 1 / 3
    is_wrong = {part: mask & (kind == part) for part in _Miswritten}
    year = year + step * is_wrong[_Miswritten.YEAR] + 10 * step * is_wrong[_Miswritten.DECADE]
    swapped_digits = year // 100 * 100 + year % 10 * 10 + year // 10 % 10
    is_plausible = (swapped_digits > 1930) & (swapped_digits < 2010)
    year = np.where(is_wrong[_Miswritten.LAST_TWO_SWAPPED] & is_plausible, swapped_digits, year)
    month = np.where(is_wrong[_Miswritten.MONTH], (month + months) % 12 + 1, month)
    takes_other_day = is_wrong[_Miswritten.MONTH] & is_third | is_wrong[_Miswritten.DAY] & ~is_third
    tens = np.where(is_wrong[_Miswritten.TENS_OF_DAY], 10, is_wrong[_Miswritten.DAY] & is_third)
    day = np.where(takes_other_day, (day + days) % _DAYS + 1, day + step * tens)
    return year, month, np.clip(day, 1, _MONTH_LENGTHS[month - 1])


def _deal(uniform: Floats, limit: int) -> tuple[Ints, Floats]:
    """Return whole numbers from 0 to `limit` - 1, and other uniform numbers in 0…1, of such."""
    scaled = uniform * limit
    whole = np.floor(scaled).astype(np.int64)
    return whole, scaled - whole


def format_dates(dates: WrittenDates, style: Ints) -> pa.StringArray:
    """Format dates in each record's style (`DateStyle`)."""
    year, month = format_numbers(dates.year, 4), format_numbers(dates.month, 2)
    day = format_numbers(dates.day, 2)
    year_first = concat_texts([year, month, day], "-")
    text = choose_where(style == DateStyle.DOTS, concat_texts([day, month, year], "."), year_first)
    text = choose_where(style == DateStyle.SLASHES, concat_texts([day, month, year], "/"), text)
    month_name = _MONTHS.take(pa.array(np.maximum(dates.month - 1, 0)))
    words = concat_texts([format_numbers(dates.day), month_name, year], " ")
    text = choose_where(style == DateStyle.WORDS, words, text)
    slashed = concat_texts([year, month, day], "/")
    text = choose_where(style == DateStyle.YEAR_FIRST_SLASHES, slashed, text)
    year_month = concat_texts([year, month], "-")
    text = choose_where((dates.day == 0) & (dates.month > 0), year_month, text)
    text = choose_where(dates.month == 0, year, text)
    text = choose_where(dates.circa, concat_texts(["circa ", year]), text)
    return choose_where(
        dates.until > 0, concat_texts([year, " to ", format_numbers(dates.until, 4)]), text
    )
