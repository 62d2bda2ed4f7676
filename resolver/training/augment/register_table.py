"""REGISTERS: how invented registers are kept, a row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Register:
    """How a register is kept. Rates are shares of records (of words for `slips`); `copies` is the mean number of
    further records of a person that has any, `repeated` the share of persons that have some. A register is a country's:
    most of its people bear names of one culture, but for a share from `abroad`. `new_years`: dates of which only the
    year was known, written as 1 January. `other_dates`: dates that are quite another one. `twins`: persons who have
    family name, date and place of the one before; `married`: persons of whom some records know the family name they
    had before. `middles`: records that tell a second given name. `gendered`, `phones`, `fathers`, `offices`: records
    that tell gender, telephone, father's name, occupation. `namesakes`: how much more a false pair counts, for it
    stands for a register of so many times the people. `homes`: the cultures it is made for, one after another."""

    name: str
    plan: str
    persons: int
    copies: float
    repeated: float
    slips: float
    abroad: float = 0.1
    gaps: float = 0.01
    whole: float = 0.0
    swaps: float = 0.015
    initials: float = 0.02
    pets: float = 0.05
    date_gaps: float = 0.05
    date_slips: float = 0.1
    new_years: float = 0.0
    other_dates: float = 0.03
    twins: float = 0.02
    married: float = 0.02
    middles: float = 0.1
    gendered: float = 0.4
    phones: float = 0.3
    fathers: float = 0.25
    offices: float = 0.3
    place: str = "city"
    place_gaps: float = 0.06
    moves: float = 0.08
    email: float = 0.0
    postal: bool = False
    numbered: float = 0.0
    namesakes: float = 1.0
    homes: tuple[str, ...] = ()


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
        pets=0.15,
        date_gaps=0.02,
        date_slips=0.25,
        place_gaps=0.25,
        moves=0.03,
        email=0.75,
        other_dates=0.005,
        homes=("english", "arabic-levant", "russian", "spanish", "indian", "german"),
    ),
    Register(
        "archive",
        "S",
        3000,
        8.0,
        0.95,
        0.12,
        gaps=0.1,
        whole=0.85,
        pets=0.2,
        date_gaps=0.22,
        date_slips=0.2,
        new_years=0.35,
        other_dates=0.005,
        twins=0.01,
        married=0.005,
        middles=0.3,
        place="birthPlace",
        place_gaps=0.15,
        moves=0.25,
        initials=0.04,
        homes=("english", "french", "turkish"),
    ),
    Register(
        "parish",
        "S",
        25_000,
        1.6,
        0.25,
        0.1,
        whole=0.4,
        place="birthPlace",
        new_years=0.15,
        homes=("german", "persian"),
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
        numbered=0.9,
        date_gaps=0.03,
        homes=("english", "west-african", "balkan"),
    ),
    Register("census", "M", 100_000, 1.3, 0.2, 0.12, namesakes=2.0, homes=("english", "pakistani")),
)
"""The registers a model learns from."""
