"""Values as people read them."""

from __future__ import annotations

import pytest

from resolver.records import Identifier, Relation, RelationType
from resolver.records.labels import in_order, label, told
from resolver.records.packing import identifier_text, relation_text

_TIE = Relation(RelationType.MEMBER_OF, "a:9", role="driver")
_NAMED = Relation(RelationType.FAMILY_OF, "a:9", "Omar  Haddad")


@pytest.mark.parametrize(
    ("prop", "text", "said"),
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
    ],
)
def test_values_are_told_in_words(prop: str, text: str, said: str) -> None:
    assert told(prop, text) == said


def test_names_come_first_and_strange_properties_last() -> None:
    assert in_order(["zebra", "birthDate", "name"]) == ["name", "birthDate", "zebra"]
    assert label("zebraCount") == "Zebra count"
