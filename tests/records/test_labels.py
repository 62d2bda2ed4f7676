"""Display texts of values."""

from __future__ import annotations

import pytest

from resolver.records import Grade, Handling, Identifier, Relation, RelationType
from resolver.records.labels import display_text, property_label, sort_properties
from resolver.records.packing import handling_text, identifier_text, relation_text

_TIE = Relation(RelationType.MEMBER_OF, "a:9", role="driver")
_NAMED = Relation(RelationType.FAMILY_OF, "a:9", "Omar  Haddad")


@pytest.mark.parametrize(
    ("prop", "text", "expected"),
    [
        ("relation", relation_text(_TIE), "member of a:9 (driver)"),
        ("relation", relation_text(_NAMED), "family of Omar Haddad"),
        ("birthDate", "1962~", "about 1962"),
        (
            "passportNumber",
            identifier_text(Identifier("passportNumber", "A1", "sy", note="forged")),
            "A1 (sy; forged)",
        ),
        ("name", "Ali\n Omar", "Ali Omar"),
        ("handling", handling_text(Handling()), "H0"),
        ("handling", handling_text(Handling("River", "H3")), "H3; River"),
        (
            "handling",
            handling_text(
                Handling(
                    code="H1",
                    source_grade=Grade("4x4", "B"),
                    subject_category="witness",
                    review_date="2027-01",
                )
            ),
            "H1; witness; source B (4x4); review by 2027-01",
        ),
    ],
)
def test_display_texts(prop: str, text: str, expected: str) -> None:
    assert display_text(prop, text) == expected


def test_names_come_first_and_strange_properties_last() -> None:
    assert sort_properties(["zebra", "birthDate", "name"]) == ["name", "birthDate", "zebra"]
    assert property_label("zebraCount") == "Zebra count"
