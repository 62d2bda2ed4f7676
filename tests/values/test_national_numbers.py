"""National numbers: one normal form in all writings, and none for numbers that are wrong."""

from __future__ import annotations

import pytest
from stdnum.util import get_cc_module

from resolver.values.identifiers import _MODULES, read_national_number


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("DE136695976", "", ("136695976", "de")),
        ("136695976", "de", ("136695976", "de")),
        # The prefix goes before the stated country.
        ("ESB58378431", "us", ("B58378431", "es")),
        # One company: its tax number, that of an establishment, and its own.
        ("FR83404833048", "", ("404833048", "fr")),
        ("40483304800022", "fr", ("404833048", "fr")),
        ("404833048", "fr", ("404833048", "fr")),
        ("CHE107787577IVA", "", ("107787577", "ch")),
        ("NO995525828MVA", "", ("995525828", "no")),
        # A table has lost zeros.
        ("268037325", "ru", ("0268037325", "ru")),
        ("743110157", "it", ("00743110157", "it")),
        ("EL094259216", "", ("094259216", "gr")),
        # A wrong digit, an unknown country, a country without check digits.
        ("DE136695977", "", None),
        ("136695976", "", None),
        ("136695976", "ae", None),
        # The library fails for a county that its table lacks.
        ("113343196912073213", "cn", None),
    ],
)
def test_national_numbers(number: str, country: str, expected: tuple[str, str] | None) -> None:
    assert read_national_number(number, country) == expected


def test_the_library_has_all_modules() -> None:
    assert not [
        (country, name)
        for country, names in _MODULES.items()
        for name in names
        if get_cc_module(country, name) is None
    ]
