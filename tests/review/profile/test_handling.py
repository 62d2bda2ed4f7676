"""Handling of records as texts, and the strictest code among them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.records import Grade, Handling
from resolver.review.profile import RecordHandling, collect_handling, strictest_code
from tests.records.samples import record


def test_handling_is_read_by_source_and_id() -> None:
    handling = Handling(
        "Coast", "H2", Grade("4x4", "B"), Grade("", "3"), "suspect", "a case", "2027"
    )
    rows = collect_handling([replace(record("s:2"), handling=handling), record("s:1")])
    assert rows == (
        RecordHandling("s:1", "s", "", "H0", "", "", "", "", ""),
        RecordHandling("s:2", "s", "Coast", "H2", "B (4x4)", "3", "suspect", "a case", "2027"),
    )


@pytest.mark.parametrize(
    ("codes", "code"), [((), "H0"), (("H1", "H3", "H2"), "H3"), (("H3", "closed"), "closed")]
)
def test_the_strictest_code_counts(codes: tuple[str, ...], code: str) -> None:
    (row,) = collect_handling([record("s:1")])
    assert strictest_code(replace(row, code=name) for name in codes) == code
