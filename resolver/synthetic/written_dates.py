"""Birth dates as agencies write them: partial, circa, swapped day and month, wrong digits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa

from resolver.synthetic.agencies import DateStyle
from resolver.synthetic.entities.document_numbers import split_dates
from resolver.synthetic.entities.persons import Days
from resolver.synthetic.names.name_lexicon import Bools, Floats, Ints
from resolver.synthetic.random_columns import (
    Dice,
    choose_where,
    concat_texts,
    format_numbers,
)

_MONTHS = pa.array(
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    pa.string(),
)
_MONTH_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class WrittenDates:
    """Written form of n dates.

    `month`, `day`: 0 if left out. `until`: last year of a range, else 0.
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

    `year_only`: rate of dates with the year only. `error_factor`: factor of all error rates.
    """
    count = len(born)
    day, month, year = split_dates(born)
    first_of_january = (~day_known & dice.chance(count, 0.7)) | dice.chance(count, 0.006)
    day, month = np.where(first_of_january, 1, day), np.where(first_of_january, 1, month)
    swapped = dice.chance(count, 0.015 * error_factor) & (day <= 12)
    day, month = np.where(swapped, month, day), np.where(swapped, day, month)
    year, month, day = _shift_digit(
        dice, year, month, day, dice.chance(count, 0.025 * error_factor)
    )
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


class _Digit(IntEnum):
    """Digit of a date that is wrong."""

    YEAR = 0
    DECADE = 1
    LAST_TWO_SWAPPED = 2
    MONTH = 3
    DAY = 4
    TENS_OF_DAY = 5


def _shift_digit(
    dice: Dice, year: Ints, month: Ints, day: Ints, mask: Bools
) -> tuple[Ints, Ints, Ints]:
    """Make one digit of the year, the month or the day wrong where `mask` is True."""
    count = len(year)
    kind, step = dice.integers(count, len(_Digit)), np.where(dice.chance(count, 0.5), 1, -1)
    year = (
        year + step * (mask & (kind == _Digit.YEAR)) + 10 * step * (mask & (kind == _Digit.DECADE))
    )
    swapped_digits = year // 100 * 100 + year % 10 * 10 + year // 10 % 10
    year = np.where(
        mask
        & (kind == _Digit.LAST_TWO_SWAPPED)
        & (swapped_digits > 1930)
        & (swapped_digits < 2010),
        swapped_digits,
        year,
    )
    month = np.where(mask & (kind == _Digit.MONTH), np.clip(month + step, 1, 12), month)
    day = np.where(mask & (kind == _Digit.DAY), day + step, day)
    day = np.where(mask & (kind == _Digit.TENS_OF_DAY), day + 10 * step, day)
    return year, month, np.clip(day, 1, _MONTH_LENGTHS[month - 1])


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
