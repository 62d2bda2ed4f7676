"""Who sees what: the table of handling codes, and the same over batches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.records import Batch, Handling
from resolver.records.visibility import (
    OPERATOR,
    RULES,
    STRANGER,
    Viewer,
    owned_by,
    visible,
    visible_part,
    visible_rows,
)
from tests.records.samples import record

OWNER = Viewer("desk", "Coast", frozenset({"check"}))
OTHER = Viewer("post", "River", frozenset({"check", "submit"}))
STEWARD = Viewer("kim", "River", frozenset({"review"}))
CHIEF = Viewer("chief", "", frozenset({"admin"}))
NAMELESS = Viewer("", "Coast", frozenset())
# code -> who of these sees what Coast has handed over so
SEEN = {
    "H0": (STRANGER, NAMELESS, OWNER, OTHER, STEWARD, CHIEF, OPERATOR),
    "H1": (OWNER, OTHER, STEWARD, CHIEF, OPERATOR),
    "H2": (OWNER, STEWARD, CHIEF, OPERATOR),
    "H3": (OWNER, CHIEF, OPERATOR),
    "H9": (OWNER, CHIEF, OPERATOR),
}
EVERYBODY = SEEN["H0"]
RECORDS = [
    *(
        replace(record(f"a:{code}", name=f"Ann {code}"), handling=Handling("Coast", code))
        for code in RULES
    ),
    record("a:none", name="Ann"),
]


def test_every_code_of_the_table_is_tested() -> None:
    assert set(RULES) == set(SEEN) - {"H9"}


@pytest.mark.parametrize("code", SEEN)
def test_who_sees_what(code: str) -> None:
    assert tuple(one for one in EVERYBODY if visible(Handling("Coast", code), one)) == SEEN[code]


@pytest.mark.parametrize("code", ["H2", "H3"])
def test_what_no_agency_owns_is_not_of_those_without_an_agency(code: str) -> None:
    assert not visible(Handling("", code), Viewer("desk", "", frozenset({"check"})))


@pytest.mark.parametrize("viewer", EVERYBODY)
def test_a_batch_is_seen_as_its_records_are(viewer: Viewer) -> None:
    batch = Batch.from_records(RECORDS).canonical()
    expected = [one.id for one in batch.to_records() if visible(one.handling, viewer)]
    assert visible_part(batch, viewer).ids.to_pylist() == expected
    rows = visible_rows(batch, viewer)
    assert (rows is None) == (len(expected) == len(batch))


def test_nothing_is_left_of_a_batch_that_is_hidden_whole() -> None:
    hidden = Batch.from_records(RECORDS[1:3])
    assert len(visible_part(hidden, STRANGER).canonical()) == 0


def test_whoever_sends_restricted_records_owns_those_that_name_no_agency() -> None:
    some = [
        replace(record("a:1", name="A"), handling=Handling("", "H2")),
        replace(record("a:2", name="B"), handling=Handling("Coast", "H2")),
        replace(record("a:3", name="C"), handling=Handling("River", "H3")),
        record("a:4", name="D"),
    ]
    batch = Batch.from_records(some).canonical()
    owned = list(owned_by(batch, "Coast").to_records())
    assert [one.handling.agency for one in owned] == ["Coast", "Coast", "River", ""]
    assert [one.values for one in owned] == [one.values for one in batch.to_records()]
    assert owned_by(batch, "") is batch
