"""Dates of an entity: what records state, in order, with the days between which it lies."""

from __future__ import annotations

from dataclasses import replace

from resolver.records import Identifier, Relation, RelationType
from resolver.review.profile import LifeSpan, collect_spans
from tests.records.samples import record


def test_dates_of_all_kinds_are_collected_in_order() -> None:
    passport = Identifier("passportNumber", "X1", issued="2010-05", expires="2020-05-01")
    leads = Relation(RelationType.LEADER_OF, target_name="Blue Harbor", start="2012")
    member = Relation(RelationType.MEMBER_OF, "c:9", role="sailor", end="2001")
    rows = [
        record("a:1", birthDate="1962~", identifiers=[passport], relations=[leads, member]),
        record("b:1", birthDate=("1962-05-01", "1960/1965")),
        record("c:1", birthDate="1962-05-01", deathDate="2024-02"),
    ]
    assert collect_spans(rows) == (
        LifeSpan("Born", "", "1960 to 1965", "1960-01-01", "1965-12-31", ("b",)),
        LifeSpan("Born", "", "about 1962", "1962-01-01", "1962-12-31", ("a",)),
        LifeSpan("Born", "", "1962-05-01", "1962-05-01", "1962-05-01", ("b", "c")),
        LifeSpan("Member of", "sailor", "until 2001", "2001-01-01", "2001-12-31", ("a",)),
        LifeSpan(
            "Passport number", "X1", "2010-05 to 2020-05-01", "2010-05-01", "2020-05-01", ("a",)
        ),
        LifeSpan("Leader of", "Blue Harbor", "from 2012", "2012-01-01", "", ("a",)),
        LifeSpan("Died", "", "2024-02", "2024-02-01", "2024-02-29", ("c",)),
    )


def test_what_is_no_date_is_left_out() -> None:
    passport = Identifier("passportNumber", "X1", issued="unknown", expires="2020")
    row = record("a:1", birthDate="in his youth", identifiers=[passport])
    assert collect_spans([row]) == ()
    backwards = replace(passport, issued="2021", expires="2019")
    (span,) = collect_spans([record("a:1", identifiers=[backwards])])
    assert span.first <= span.last
