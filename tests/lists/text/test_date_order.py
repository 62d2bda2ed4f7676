"""Evidence of the order of day and month in the dates of a file."""

from __future__ import annotations

import pytest

from resolver.lists.text.list_dates import DateEvidence, DateOrder, read_date_readings


def gather(*texts: str) -> DateEvidence:
    evidence = DateEvidence()
    for text in texts:
        evidence.add(text)
    return evidence


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ((), DateOrder(None, True)),
        (("3/4/1970", "1970-08-20", "20 May 1970", "4/4/1970"), DateOrder(None, True)),
        (("3/4/1970", "8/20/1985"), DateOrder(False, True)),
        (("8-20-85",), DateOrder(False, True)),
        (("8/20/1985 12:00:00 AM",), DateOrder(False, True)),
        (("20/8/1985",), DateOrder(True, True)),
        (("20/8/1985", "8/20/1985"), DateOrder(None, True)),
        (("20.8.1985", "8/20/1985"), DateOrder(False, True)),
        (("8.20.1985",), DateOrder(None, False)),
        (("8.20.1985", "20.8.1985"), DateOrder(None, None)),
        (("32/1/1985", "13/13/1985", "0/0/1985", "76-10-27"), DateOrder(None, True)),
    ],
)
def test_only_dates_of_one_reading_prove_an_order(texts: tuple[str, ...], order: DateOrder) -> None:
    assert gather(*texts).order() == order


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        (("1970-03-04", "20/8/1985", "3.4.1970"), []),
        (("8/20/1985",), ["dates are read month first, as 8/20/1985 shows"]),
        (
            ("8/20/1985", "3/4/1970", "5/6/1971"),
            ["dates such as 3/4/1970 (2 of them) are read month first, as 8/20/1985 shows"],
        ),
        (
            ("20/8/1985", "3/4/1970"),
            ["dates such as 3/4/1970 (1 of them) are read day first, as 20/8/1985 shows"],
        ),
        (
            ("20/8/1985", "8/20/1985"),
            ["some dates have the day first (20/8/1985), others the month (8/20/1985)"],
        ),
        (
            ("20/8/1985", "8/20/1985", "3/4/1970"),
            [
                "some dates have the day first (20/8/1985), others the month (8/20/1985); dates "
                "such as 3/4/1970 (1 of them) are read both ways, as two dates; look there"
            ],
        ),
        (
            ("3/4/1970",),
            [
                "no date shows if the day or the month comes first; dates such as 3/4/1970 "
                "(1 of them) are read both ways, as two dates; look there"
            ],
        ),
        (
            ("27/10/76", "24-May-11", "24-Foo-11"),
            [
                "years of two digits (2 dates) are of the last century in which the date is not "
                "in the future: 27/10/76 is 1976"
            ],
        ),
    ],
)
def test_assumptions_are_said(texts: tuple[str, ...], lines: list[str]) -> None:
    assert list(gather(*texts).describe("look there")) == lines


@pytest.mark.parametrize(
    ("text", "order", "dates"),
    [
        ("3/4/1970", DateOrder(), ("1970-04-03", "1970-03-04")),
        ("3/4/1970 00:00:00", DateOrder(False), ("1970-03-04",)),
        ("3/4/1970 12:00 AM", DateOrder(True), ("1970-04-03",)),
        ("3.4.1970", DateOrder(), ("1970-04-03",)),
        ("3.4.1970", DateOrder(None, False), ("1970-03-04",)),
        ("19700403", DateOrder(), ("1970-04-03",)),
    ],
)
def test_dates_are_read_in_their_order(text: str, order: DateOrder, dates: tuple[str, ...]) -> None:
    assert read_date_readings(text, order) == dates
