"""Identifiers with a check digit; `test_value_types` compares them with the library."""

from __future__ import annotations

import pytest

from resolver.reference.ftm import clean_identifier


@pytest.mark.parametrize(
    ("form", "text", "number"),
    [
        ("imo", "vessel IMO 9074729", "IMO9074729"),
        ("imo", "9074728", None),
        ("bic", "deutdeff500", "DEUTDEFF"),
        ("wikidata", "https://www.wikidata.org/wiki/q42", "Q42"),
        ("ogrn", "OGRN 1027700132195", "1027700132195"),
        ("", "as it is", "as it is"),
        ("unknown", "as it is", "as it is"),
    ],
)
def test_identifiers_have_one_form(form: str, text: str, number: str | None) -> None:
    assert clean_identifier(form, text) == number
