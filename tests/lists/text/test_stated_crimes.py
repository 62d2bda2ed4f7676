"""Crimes that programs of sanctions and stated reasons say in plain words."""

from __future__ import annotations

import pytest

from resolver.data import load_rows
from resolver.lists.text.crimes import stated_activities
from resolver.records import Activity

SMUGGLING, TRAFFICKING = Activity.PEOPLE_SMUGGLING, Activity.HUMAN_TRAFFICKING


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Leader of a transnational trafficking network", {TRAFFICKING}),
        ("a network for trafficking and smuggling tens of thousands of migrants", {SMUGGLING}),
        ("linked to the human trafficking activities of the Example network", {TRAFFICKING}),
        ("a hub for crime, including online fraud, drugs and human trafficking.", {TRAFFICKING}),
        ("collaborates with other migrant smugglers", {SMUGGLING}),
        ("Chef d'un réseau de trafic de migrants", {SMUGGLING}),
        ("Mitglied einer Schleuserbande, Menschenhandel", {SMUGGLING, TRAFFICKING}),
        ("организация незаконной миграции; торговля людьми", {SMUGGLING, TRAFFICKING}),
        ("involved in weapons trafficking", {Activity.ARMS}),
        ("He has been involved in drug trafficking.", {Activity.DRUGS}),
        ("involved in oil smuggling", set()),
        ("Head of the directorate for combating human trafficking", set()),
        ("sentenced seven prisoners convicted of drug trafficking", set()),
        ("supplies spare parts for drones", set()),
    ],
)
def test_reasons_state_crimes(reason: str, expected: set[Activity]) -> None:
    assert set(stated_activities((), [reason])) == expected


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("SDGT", {Activity.TERRORISM}),
        ("SDNTK", {Activity.DRUGS}),
        ("TAQA", {Activity.TERRORISM}),
        (
            "The Global Irregular Migration and Trafficking in Persons Sanctions Regulations 2025",
            {SMUGGLING, TRAFFICKING},
        ),
        ("GLOMAG", set()),
        ("The Global Anti-Corruption Sanctions Regulations 2021", {Activity.CORRUPTION}),
        ("RUSSIA-EO14024", set()),
    ],
)
def test_programs_name_crimes(program: str, expected: set[Activity]) -> None:
    assert set(stated_activities([program], ())) == expected


def test_each_phrase_has_the_letters_that_are_looked_for_first() -> None:
    for _, _, pattern, stems in load_rows("list_crimes", use="phrase"):
        assert stems == stems.lower(), pattern
        assert all(stem.strip() for stem in stems.split("|")), pattern
