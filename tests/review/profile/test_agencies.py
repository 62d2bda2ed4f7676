"""Sources by agency."""

from __future__ import annotations

from resolver.review.models import Statement
from resolver.review.profile import AgencyShare, ListShare, group_by_agency


def test_records_are_grouped_by_agency_and_list() -> None:
    rows = [
        Statement("a:1", "a", "Coast", "2024-01-02T10:00"),
        Statement("a:2", "a", "Coast", "2023-05-01"),
        Statement("b:1", "b", "Coast", ""),
        Statement("c:1", "c", "", "2022-01-01"),
    ]
    coast, unnamed = group_by_agency(rows)
    assert coast == AgencyShare(
        "Coast",
        (ListShare("a", 2, "2023-05-01", "2024-01-02"), ListShare("b", 1, "", "")),
    )
    assert (coast.records, coast.has_other_name) == (3, True)
    assert (unnamed.agency, unnamed.records, unnamed.has_other_name) == ("c", 1, False)
