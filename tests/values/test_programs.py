"""Countries of programs of sanctions."""

from __future__ import annotations

import pytest

from resolver.values.normal_values import program_country


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("SYRIA-EO13894", "sy"),
        ("Iran", "ir"),
        ("IRAQ2", "iq"),
        ("CAATSA - RUSSIA", "ru"),
        ("SOUTH SUDAN", "ss"),
        ("SouthSudan", "ss"),
        ("Guinea-Bissau", "gw"),
        ("Democratic Republic of the Congo", "cd"),
        ("EU-PRK", "kp"),
        ("EU-MMR", "mm"),
        ("BURMA-EO14014", "mm"),
        ("DPRK4", "kp"),
        ("IFSR", "ir"),
        ("Taliban", "af"),
        ("The Syria (Sanctions) (EU Exit) Regulations 2019", "sy"),
    ],
)
def test_the_country_is_named_or_has_a_code(text: str, country: str) -> None:
    assert program_country(text) == country


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SDGT",
        "EU-HR",  # human rights, not Croatia
        "EU-CYB",
        "GB",  # whose program it is, or Guinea-Bissau
        "ISIL (Da'esh) and Al-Qaida",
        "Global Human Rights",
        "Measures against Iran and Syria",
        "Can be ended",
        "123",
    ],
)
def test_other_programs_are_about_none(text: str) -> None:
    assert program_country(text) == ""
