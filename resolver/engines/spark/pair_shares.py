"""Shares of the pairs of a cluster: records born about the same time share one.

Most keys of large plans hold a day or a year of birth, so most pairs are of records born on one day
or in one year. A share of such pairs needs few records but its own, which no further share brings
into normal form and compares. Which pairs a share has depends on their left records alone, so that
all rules that join a pair bring it to the same share.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.ragged import Ragged

_PER_YEAR, _PER_MONTH = 419, 32
"""Numbers of a year and of what is lower of day and month. 419 is a prime, so that no share has the
same season of all years.
"""
_SPAN = 80 * _PER_YEAR
"""Numbers of 80 years, in which most people of a list are born."""
_BANDS_PER_SHARE = 64
"""Bands of dates that a share has of each `_SPAN`: many make shares equal, few keep years whole."""


def assign_shares(prepared: PreparedBatch, shares: int) -> npt.NDArray[np.uint16]:
    """Return the share of the pairs of each left record.

    Bands of dates go to the shares in turn. A record without a date of birth goes by its name.
    """
    band = max(_SPAN // (shares * _BANDS_PER_SHARE), 1)
    return (_number_birthdays(prepared) // band % shares).astype(np.uint16)


def _number_birthdays(prepared: PreparedBatch) -> npt.NDArray[np.int64]:
    """Return a number of each record that grows with its first date of birth, without gaps of more
    than a few days; day and month in either order have one number, as they have one key.
    """
    dates, names = prepared.dates, prepared.forms.compact
    low, high = np.minimum(dates.day, dates.month), np.maximum(dates.day, dates.month)
    days = dates.year.astype(np.int64) * _PER_YEAR + low * _PER_MONTH + high
    numbers = np.zeros(len(prepared), dtype=np.int64)
    for column, values in ((prepared.names, names % np.uint64(_SPAN)), (prepared.births, days)):
        rows, items = _first_items(column)
        numbers[rows] = values[items]
    return numbers


def _first_items(column: Ragged) -> tuple[npt.NDArray[np.int64], IntArray]:
    """Return the rows that have items, and the first item of each."""
    rows = np.flatnonzero(column.counts)
    return rows, column.items[column.offsets[:-1][rows]]
