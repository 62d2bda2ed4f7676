"""Periods of relations: in force on a day, reversed, and their years."""

from __future__ import annotations

import pytest

from resolver.network.graph import is_in_force, is_reversed, years_of


@pytest.mark.parametrize(
    ("start", "end", "day", "expected"),
    [
        ("2004", "2009", "2003-12-31", False),
        ("2004", "2009", "2004-01-01", True),
        ("2004", "2009", "2009-12-31", True),
        ("2004", "2009", "2010-01-01", False),
        ("2004-02", "", "2026-01-01", True),
        ("", "2004-02", "2004-02-29", True),
        ("", "2004-02", "2004-03-01", False),
        ("", "", "1900-01-01", True),
        ("soon", "", "1900-01-01", True),
        ("1960/1965", "1970~", "1960-01-01", True),
    ],
)
def test_a_relation_is_in_force_within_its_dates(
    start: str, end: str, day: str, expected: bool
) -> None:
    assert is_in_force(start, end, day) is expected


@pytest.mark.parametrize(
    ("start", "end", "reversed_period", "years"),
    [
        ("2010", "2005", True, None),
        ("2010-05", "2010", False, (2010, 2010)),
        ("2010", "2010-05", False, (2010, 2010)),
        ("2004", "", False, (2004, 9999)),
        ("", "2004", False, (2004, 2004)),
        ("", "", False, None),
        ("soon", "later", False, None),
    ],
)
def test_years_are_those_that_make_sense(
    start: str, end: str, reversed_period: bool, years: tuple[int, int] | None
) -> None:
    assert is_reversed(start, end) is reversed_period
    assert years_of(start, end) == years
