"""Birth dates as agencies write them: in part, circa, day and month swapped, one digit off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from resolver.synthetic.agencies import Dates
from resolver.synthetic.entities.document_numbers import date_parts
from resolver.synthetic.entities.persons import Days
from resolver.synthetic.names.name_lexicon import Bools, Floats, Ints
from resolver.synthetic.random_columns import (
    Dice,
    join,
    number_text,
    pick,
)

_MONTHS = pa.array(
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    pa.string(),
)
_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class Written:
    """n dates as written: `month` and `day` 0 where left out; `circa`; `until` the last year of a range, else 0."""

    year: Ints
    month: Ints
    day: Ints
    circa: Bools
    until: Ints


def observe(dice: Dice, born: Days, exact: Bools, year_only: Floats, care: Floats) -> Written:
    """What records say of birth dates. `year_only`: chance of the year only; `care`: factor of all errors."""
    count = len(born)
    day, month, year = date_parts(born)
    first_of_january = (~exact & dice.chance(count, 0.7)) | dice.chance(count, 0.006)
    day, month = np.where(first_of_january, 1, day), np.where(first_of_january, 1, month)
    swapped = dice.chance(count, 0.015 * care) & (day <= 12)
    day, month = np.where(swapped, month, day), np.where(swapped, day, month)
    year, month, day = _one_off(dice, year, month, day, dice.chance(count, 0.025 * care))
    only_year = dice.chance(count, year_only) | (~exact & ~first_of_january)
    no_day = dice.chance(count, 0.015)
    circa = only_year & dice.chance(count, 0.18)
    ranged = only_year & ~circa & dice.chance(count, 0.1)
    month = np.where(only_year, 0, month)
    start = np.where(ranged, year - dice.below(count, 3), year)
    return Written(
        start,
        month,
        np.where(only_year | no_day, 0, day),
        circa,
        np.where(ranged, start + 2 + dice.below(count, 3), 0),
    )


def _one_off(
    dice: Dice, year: Ints, month: Ints, day: Ints, where: Bools
) -> tuple[Ints, Ints, Ints]:
    """Where asked: one digit of the year, the month or the day wrong."""
    count = len(year)
    kind, sign = dice.below(count, 6), np.where(dice.chance(count, 0.5), 1, -1)
    year = year + sign * (where & (kind == 0)) + 10 * sign * (where & (kind == 1))
    turned = year // 100 * 100 + year % 10 * 10 + year // 10 % 10
    year = np.where(where & (kind == 2) & (turned > 1930) & (turned < 2010), turned, year)
    month = np.where(where & (kind == 3), np.clip(month + sign, 1, 12), month)
    day = np.where(where & (kind == 4), day + sign, day)
    day = np.where(where & (kind == 5), day + 10 * sign, day)
    return year, month, np.clip(day, 1, _LENGTHS[month - 1])


def write(dates: Written, style: Ints) -> pa.StringArray:
    """The dates as text in each record's style (`Dates`)."""
    year, month, day = (
        number_text(dates.year, 4),
        number_text(dates.month, 2),
        number_text(dates.day, 2),
    )
    year_first = join([year, month, day], "-")
    text = pick(style == Dates.DOTS, join([day, month, year], "."), year_first)
    text = pick(style == Dates.SLASHES, join([day, month, year], "/"), text)
    words = join(
        [number_text(dates.day), _MONTHS.take(pa.array(np.maximum(dates.month - 1, 0))), year], " "
    )
    text = pick(style == Dates.WORDS, words, text)
    text = pick(style == Dates.YEAR_FIRST_SLASHES, join([year, month, day], "/"), text)
    text = pick((dates.day == 0) & (dates.month > 0), join([year, month], "-"), text)
    text = pick(dates.month == 0, year, text)
    text = pick(dates.circa, join(["circa ", year]), text)
    return pick(dates.until > 0, join([year, " to ", number_text(dates.until, 4)]), text)
