"""Words of names, and countries at the end of places."""

from __future__ import annotations

import pytest

from resolver.lists.text.name_words import (
    country_at_end,
    guess_group_schema,
    guess_groups_schema,
    has_person_form,
    is_country,
    is_legal_form,
    is_title,
    split_title,
)


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("EXAMPLE TRADING LLC", "Company"),
        ("EXAMPLE, S.A.", "Company"),
        ("EXAMPLE IBERICA, S.L.", "Company"),
        ("EXAMPLE AIRLINES", "Company"),
        ("INVERSIONES PROBA Y CIA. S. EN C", "Company"),
        ("MINISTRY OF SAMPLES", "Organization"),
        ("SAMPLE LIBERATION FRONT", "Organization"),
        ("LOS EJEMPLOS", ""),
        ("ANNA SA TEST", ""),
        ("KIM TEST II", ""),
        ("PAO, Test", ""),
    ],
)
def test_group_schemata_of_names(name: str, schema: str) -> None:
    assert guess_group_schema(name) == schema


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("Testland Islamic Fighting Group", "Organization"),
        ("COMMANDER TESTOV GROUP", "Organization"),
        ("Islamic Group", "Organization"),
        ("Grupo Armado de Testville", "Organization"),
        ("Testville Group", "Company"),
        ("Islamic Finance Group", "Company"),
        ("Resistance Trading Group", "Company"),
        ("Liberation Group LLC", "Company"),
        ("Abu Dhabi Group", "Company"),
    ],
)
def test_armed_groups_are_no_companies(name: str, schema: str) -> None:
    assert guess_group_schema(name) == schema


def test_any_name_may_show_an_armed_group() -> None:
    assert guess_groups_schema(["Testov Group", "Mullah Testov Group"]) == "Organization"
    assert guess_groups_schema(["Testov", "Testov Trading", "Testov Party"]) == "Company"
    assert guess_groups_schema(["Testov"]) == guess_groups_schema([]) == ""


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("IVAN TESTOV", True),
        ("IVAN P. TESTOV, JR.", True),
        ("CAPTAIN TESTOV", True),
        ("KATHERINE O'TEST", True),
        ("SAMPLEX", False),
        ("BLUE DOOR TRADING", False),
        ("SAMPLE.NET", False),
        ("P&P SAMPLES", False),
        ("KZ TESTS", False),
        ("ROUTE 66", False),
        ("", False),
    ],
)
def test_persons_are_recognized_by_the_form_of_their_name(name: str, person: bool) -> None:
    assert has_person_form(name) is person


def test_titles() -> None:
    assert split_title("Major General Ali TEST") == ("Ali TEST", "Major General")
    assert split_title("Brigadier-General Ali") == ("Ali", "Brigadier-General")
    assert split_title("Lt. Col. (Rtd). Ali Test") == ("Ali Test", "Lt. Col. (Rtd).")
    assert split_title("Ali General") == ("Ali General", "")
    assert split_title("Haji") == ("Haji", "")
    assert [is_title(text) for text in ("Maulavi", "Major General", "Governor", "")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ("Sfax, Tunisia", "Tunisia"),
        ("Testgrad, former USSR (now Russian Federation)", "Russian Federation"),
        ("Testgrad, USSR (now Samara, Russian Federation)", "Russian Federation"),
        ("in Brest, Belarusian SFSR, now Belarus", "Belarus"),
        ("Tehran (Iran)", "Iran"),
        ("Ramallah (West Bank)", "West Bank"),
        ("Tehran, Iran (Islamic Republic of)", "Iran"),
        ("Egypt", "Egypt"),
        ("Sinaloa", ""),
        ("12 Sample Street", ""),
        ("", ""),
    ],
)
def test_the_country_at_the_end_of_a_place(place: str, country: str) -> None:
    assert country_at_end(place) == country


def test_countries_and_legal_forms() -> None:
    assert is_country("Democratic People’s Republic of Korea")
    assert is_country("DPRK.")
    assert not is_country("Testland")
    assert is_legal_form("Joint Stock Company")
    assert not is_legal_form("Sample Company of Tests LLC")
