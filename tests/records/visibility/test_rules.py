"""Visibility by handling code, of single records and of batches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.records import Batch, Handling
from resolver.records.visibility import (
    OPERATOR,
    STRANGER,
    VISIBILITY_RULES,
    Viewer,
    assign_owner,
    is_visible,
    visible_records,
    visible_rows,
)
from tests.records.samples import record

OWNER = Viewer("desk", "Coast", frozenset({"check"}))
OTHER = Viewer("post", "River", frozenset({"check", "submit"}))
STEWARD = Viewer("kim", "River", frozenset({"review"}))
CHIEF = Viewer("chief", "", frozenset({"admin"}))
NAMELESS = Viewer("", "Coast", frozenset())
# Viewers who may read records of Coast, per code.
VISIBLE_TO = {
    "H0": (STRANGER, NAMELESS, OWNER, OTHER, STEWARD, CHIEF, OPERATOR),
    "H1": (OWNER, OTHER, STEWARD, CHIEF, OPERATOR),
    "H2": (OWNER, STEWARD, CHIEF, OPERATOR),
    "H3": (OWNER, CHIEF, OPERATOR),
    "H9": (OWNER, CHIEF, OPERATOR),
}
EVERYBODY = VISIBLE_TO["H0"]
RECORDS = [
    *(
        replace(record(f"a:{code}", name=f"Ann {code}"), handling=Handling("Coast", code))
        for code in VISIBILITY_RULES
    ),
    record("a:none", name="Ann"),
]


def test_every_code_of_the_table_is_tested() -> None:
    assert set(VISIBILITY_RULES) == set(VISIBLE_TO) - {"H9"}


@pytest.mark.parametrize("code", VISIBLE_TO)
def test_visibility_by_code(code: str) -> None:
    assert (
        tuple(item for item in EVERYBODY if is_visible(Handling("Coast", code), item))
        == VISIBLE_TO[code]
    )


@pytest.mark.parametrize("code", ["H2", "H3"])
def test_records_without_an_agency_belong_to_nobody(code: str) -> None:
    assert not is_visible(Handling("", code), Viewer("desk", "", frozenset({"check"})))


@pytest.mark.parametrize("viewer", EVERYBODY)
def test_batches_are_visible_as_their_records_are(viewer: Viewer) -> None:
    batch = Batch.from_records(RECORDS).canonical()
    expected = [item.id for item in batch.to_records() if is_visible(item.handling, viewer)]
    assert visible_records(batch, viewer).ids.to_pylist() == expected
    rows = visible_rows(batch, viewer)
    assert (rows is None) == (len(expected) == len(batch))


def test_hidden_batches_become_empty() -> None:
    hidden = Batch.from_records(RECORDS[1:3])
    assert len(visible_records(hidden, STRANGER).canonical()) == 0


def test_restricted_records_get_their_sender_as_owner() -> None:
    some = [
        replace(record("a:1", name="A"), handling=Handling("", "H2")),
        replace(record("a:2", name="B"), handling=Handling("Coast", "H2")),
        replace(record("a:3", name="C"), handling=Handling("River", "H3")),
        record("a:4", name="D"),
    ]
    batch = Batch.from_records(some).canonical()
    owned = list(assign_owner(batch, "Coast").to_records())
    assert [item.handling.agency for item in owned] == ["Coast", "Coast", "River", ""]
    assert [item.values for item in owned] == [item.values for item in batch.to_records()]
    assert assign_owner(batch, "") is batch
