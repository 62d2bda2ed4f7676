from __future__ import annotations

import pytest

from resolver.errors import DateError
from resolver.ingest.data_dates import read_date


@pytest.mark.parametrize(
    "text",
    [
        "19590915",
        "1959-09-15",
        "1959-09-15T00:00:00Z",
        "1959-09-15 00:00",
        " 1959-09-15 00:00:00.000+02:00 ",
        "15.9.1959",
    ],
)
def test_days_however_data_writes_them(text: str) -> None:
    assert read_date(text) == "1959-09-15"


@pytest.mark.parametrize("text", ["19593115", "19590231", "195909150", "1959-02-31T00:00:00", "1959-09-15 later", ""])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(DateError):
        read_date(text)


def test_the_day_comes_first_unless_told_otherwise() -> None:
    assert (read_date("03/04/1970"), read_date("03/04/1970", day_first=False)) == ("1970-04-03", "1970-03-04")
