"""`REGISTERS`: properties of the invented registers, one row each."""

from __future__ import annotations

from dataclasses import dataclass


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
