"""The agencies of the world: where they sit, what form their lists have, and their habits of writing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import UsageError
from resolver.synthetic.names.cultures import REGIONS
from resolver.synthetic.names.name_lexicon import Form
from resolver.synthetic.random_columns import Dice

MIN_AGENCIES, MAX_AGENCIES = 5, 50


class Format(IntEnum):
    """The form of an agency's list."""

    FTM = 0
    CSV = 1
    PARQUET = 2
    INTERPOL = 3
    SENZING = 4


class Order(IntEnum):
    """How names are written: given name first, as at home, or the family name and a comma."""

    GIVEN_FIRST = 0
    AS_AT_HOME = 1
    FAMILY_COMMA = 2


class Dates(IntEnum):
    """How dates are written."""

    ISO = 0
    DOTS = 1
    SLASHES = 2
    WORDS = 3
    YEAR_FIRST_SLASHES = 4


class Countries(IntEnum):
    """How countries are written: two letters, three letters, the name, two capitals."""

    ALPHA2 = 0
    ALPHA3 = 1
    NAME = 2
    CAPITALS = 3


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency and its habits. Rates are parts (0…1) of its records.

    `code` is its source name; `region` an index into `REGIONS`. `letters`: the `Form` of its Latin spellings;
    `keeps_marks`: it writes Latin names with their marks; `scripts`: scripts it writes by itself; `adds_native`: how
    often it adds the name in its own script. `parts`: it splits names into columns. `father`, `second`, `middle`: how
    often it writes these parts of a name; `initials`: it shortens middle names. `width`: longest name it can hold.
    `care`: 1 for the usual rate of errors, more is worse.
    """

    code: str
    region: int
    format: Format
    letters: Form
    keeps_marks: bool
    scripts: tuple[str, ...]
    adds_native: float
    order: Order
    parts: bool
    upper: float
    father: float
    second: float
    middle: float
    initials: bool
    titles: float
    width: int
    dates: Dates
    countries: Countries
    care: float
    birth_date: float
    year_only: float
    birth_place: float
    nationality: float
    gender: float
    documents: float
    contacts: float
    address: float
    relations: float
    groups: bool
    scope: float
    """How much it takes in from regions that are not its own, 0…1."""
    source_grade: str
    category: str
    purpose: str
    id_style: int


# Region and service of the agencies, in the order in which a world gets them.
_FIRST = (
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
_FORMATS = (Format.FTM, Format.CSV, Format.PARQUET, Format.SENZING)
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
    """The names of the first `count` agencies. Raises `UsageError` outside 5 … 50."""
    if not MIN_AGENCIES <= count <= MAX_AGENCIES:
        raise UsageError(f"a world has {MIN_AGENCIES} to {MAX_AGENCIES} agencies, not {count}")
    more = [f"{region}-{service}" for service in _SERVICES for region in REGIONS]
    return tuple(dict.fromkeys([*_FIRST, *more]))[:count]


def make_agencies(seed: int, count: int) -> tuple[Agency, ...]:
    """The agencies of a world; the same for the same seed and place in the row, whatever their number."""
    codes = agency_codes(count)
    return tuple(_make(seed, place, code) for place, code in enumerate(codes))


def _make(seed: int, place: int, code: str) -> Agency:
    dice = Dice(seed, "agency", place)
    u = dice.uniform(24).tolist()
    region_name = next((region for region in REGIONS if code.startswith(region)), "western-europe")
    interpol = code == "interpol"
    form = Format.INTERPOL if interpol else _FORMATS[place % 4 if place < 4 else (place - 1) % 4]
    home_letters = _HOME_LETTERS.get(region_name, Form.STANDARD)
    scripts = _HOME_SCRIPT.get(region_name, ()) if place in (1, 4) or u[1] < 0.3 else ()
    return Agency(
        code=code,
        region=REGIONS.index(region_name),
        format=form,
        letters=home_letters
        if u[0] < 0.7
        else (Form.STANDARD, Form.B, Form.C, Form.LOOSE)[int(u[2] * 4)],
        keeps_marks=u[3] < 0.45,
        scripts=() if interpol else scripts,
        adds_native=0.0 if interpol else (0.7 * u[4] if u[5] < 0.5 else 0.03),
        order=Order.FAMILY_COMMA
        if u[6] < 0.2
        else Order.AS_AT_HOME
        if u[6] < 0.5
        else Order.GIVEN_FIRST,
        parts=interpol or (form != Format.FTM and u[7] < 0.45),
        upper=1.0 if interpol or u[8] < 0.3 else 0.02,
        father=0.2 + 0.75 * u[9],
        second=0.35 + 0.6 * u[10],
        middle=0.4 + 0.55 * u[11],
        initials=u[12] < 0.3,
        titles=0.25 * u[13] if u[13] > 0.5 else 0.0,
        width=200 if u[14] < 0.7 else 26 + int(12 * u[15]),
        dates=_dates(form, u[16]),
        countries=_countries(form, u[17]),
        care=0.5 + 1.2 * u[18],
        birth_date=0.72 + 0.26 * u[19],
        year_only=0.02 + 0.15 * u[20],
        birth_place=0.3 + 0.6 * u[21],
        nationality=0.6 + 0.38 * u[22],
        gender=0.4 + 0.6 * u[23],
        documents=0.15 + 0.6 * u[9],
        contacts=0.05 + 0.4 * u[10],
        address=0.1 + 0.5 * u[11],
        relations=0.0 if interpol else 0.3 + 0.6 * u[12],
        groups=not interpol,
        scope=0.14 if interpol else 0.03 + 0.12 * u[13],
        source_grade="ABBCX"[int(u[14] * 5)],
        category=_CATEGORIES[int(u[15] * 6)],
        purpose=_PURPOSES[int(u[16] * 5)],
        id_style=3 if interpol else int(u[17] * 3),
    )


def _countries(form: Format, u: float) -> Countries:
    if form == Format.INTERPOL:
        return Countries.CAPITALS
    return Countries.ALPHA2 if form == Format.FTM else Countries(int(u * 3))


def _dates(form: Format, u: float) -> Dates:
    if form in (Format.FTM, Format.SENZING):
        return Dates.ISO
    if form == Format.INTERPOL:
        return Dates.YEAR_FIRST_SLASHES
    return Dates(int(u * 4))


def habit(agencies: tuple[Agency, ...], name: str) -> npt.NDArray[Any]:
    """One habit of all agencies as an array."""
    return np.array([getattr(agency, name) for agency in agencies])
