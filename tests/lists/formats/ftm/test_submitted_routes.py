"""Countries of routes that a program sends with a record."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.errors import RecordError
from resolver.lists.formats.ftm.ftm_entity import (
    MAX_ROUTE_COUNTRIES,
    Omission,
    SubmittedRecord,
    add_routes,
)
from resolver.records import CountryRole, RouteCountry
from tests.records.samples import record

SENT = SubmittedRecord(record("s:1", name="Blue Harbour Crew"), (Omission("", "a note"),))
SOURCE = {"country": "af", "role": "source"}


def test_countries_are_added_once() -> None:
    added = add_routes(SENT, [SOURCE, {"country": " Serbia ", "role": "transit"}, SOURCE])
    assert added.record.routes == (
        RouteCountry("af", CountryRole.SOURCE),
        RouteCountry("Serbia", CountryRole.TRANSIT),
    )
    assert added.omissions == SENT.omissions
    assert add_routes(SENT, None) is SENT


@pytest.mark.parametrize(
    ("sent", "error", "message"),
    [
        ("af", TypeError, "must be a list"),
        (["af"], TypeError, "must be an object"),
        ([{"country": "af"}], TypeError, "must be an object with country and role"),
        ([{**SOURCE, "country": 4}], TypeError, "must be an object with country and role"),
        ([{**SOURCE, "role": "via"}], RecordError, "no part 'via'"),
        ([{**SOURCE, "country": " "}], RecordError, "no country"),
        ([{**SOURCE, "since": "2014"}], RecordError, "no field 'since'"),
        ([{**SOURCE, "country": "x" * 10_000}], RecordError, "too long"),
        ([SOURCE] * (MAX_ROUTE_COUNTRIES + 1), RecordError, "more than 200 countries"),
    ],
)
def test_faulty_routes_are_refused(sent: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        add_routes(SENT, sent)
