"""INTERPOL's notices, and the activities of charges and topics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.lists.text.crimes import charge_activities, topic_activities
from resolver.records import Activity, Record
from tests.lists.samples import write_interpol


def notice(native_id: str, kind: str = "", **changes: Any) -> dict[str, Any]:
    links = (
        {"_links": {"self": {"href": f"https://x.invalid/notices/v1/{kind}/{native_id}"}}}
        if kind
        else {}
    )
    return {
        "entity_id": native_id,
        "forename": "JUAN",
        "name": "PEREZ",
        "nationalities": ["XK"],
        **links,
        **changes,
    }


def read(path: Path, content: Any) -> tuple[list[Record], Intake]:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    intake = read_lists([path])
    assert [info.format for info in intake.lists] == ["interpol"]
    return list(intake.batch.to_records()), intake


def test_a_page_of_notices_is_read(tmp_path: Path) -> None:
    first, second = read_lists([write_interpol(tmp_path)]).batch.to_records()
    assert (first.id, first.source) == ("interpol-red:2031/9001", "interpol-red")
    assert first.texts("name", "firstName", "lastName") == ("ESTEBAN", "MUESTRA", "ESTEBAN MUESTRA")
    assert (first.texts("birthDate"), second.texts("birthDate")) == (("1985-07-19",), ("1990",))
    assert (first.texts("gender"), second.texts("nationality")) == (("male",), ("XA", "XK"))
    assert first.texts("notes") == ("warrant of XA: Smuggling of migrants",)
    assert first.activities == (Activity.PEOPLE_SMUGGLING,)


@pytest.mark.parametrize("indent", [None, 2])
def test_arrays_lines_and_single_notices_are_the_same(tmp_path: Path, indent: int | None) -> None:
    notices = [notice("1/1", "yellow"), notice("1/2", "yellow")]
    array, _ = read(tmp_path / "array.json", json.dumps(notices, indent=indent))
    lines, _ = read(
        tmp_path / "lines.json", "\n".join(json.dumps(item, indent=indent) for item in notices)
    )
    page, _ = read(
        tmp_path / "page.json",
        json.dumps({"_embedded": {"notices": notices}, "total": 2}, indent=indent),
    )
    assert array == lines == page
    assert [record.id for record in array] == ["interpol-yellow:1/1", "interpol-yellow:1/2"]
    assert len(read(tmp_path / "one.json", json.dumps(notices[0], indent=indent))[0]) == 1


def test_a_notice_without_its_kind_has_the_source_interpol(tmp_path: Path) -> None:
    records, _ = read(tmp_path / "n.json", [notice("1/1"), notice("1/2", "unheard")])
    assert [record.source for record in records] == ["interpol", "interpol"]


def test_all_fields_of_a_notice_are_read(tmp_path: Path) -> None:
    fields = {
        "place_of_birth": "Testville",
        "country_of_birth_id": "XK",
        "height": 1.75,
        "weight": 80,
        "languages_spoken_ids": ["SPA", "ENG"],
        "eyes_colors_id": ["BRO"],
        "hairs_id": ["GRY"],
        "distinguishing_marks": "scar on chin",
        "sex_id": "F",
    }
    (record,), _ = read(tmp_path / "n.json", [notice("1/1", "red", **fields)])
    assert {
        value.prop: value.text
        for value in record.values
        if value.prop in {"height", "weight", "eyeColor"}
    } == {
        "height": "1.75",
        "weight": "80",
        "eyeColor": "brown",
    }
    assert record.texts("birthPlace", "birthCountry", "spokenLanguage") == (
        "XK",
        "Testville",
        "ENG",
        "SPA",
    )
    assert record.texts("hairColor", "appearance", "gender") == ("scar on chin", "female", "grey")


def test_bad_notices_are_rejects_and_others_are_read(tmp_path: Path) -> None:
    bad = notice("1/1", "red")
    del bad["entity_id"]
    records, intake = read(
        tmp_path / "n.json", [notice("1/2", "red", date_of_birth="1970/02/31"), bad]
    )
    assert [record.id for record in records] == ["interpol-red:1/2"]
    assert {reject.reason for reject in intake.rejects} == {
        "the notice has no entity_id",
        "value not taken: birthDate '1970/02/31': there is no 1970-02-31",
    }


@pytest.mark.parametrize(
    ("charge", "expected"),
    [
        ("Smuggling of migrants by an organised group", Activity.PEOPLE_SMUGGLING),
        ("Tráfico ilícito de migrantes", Activity.PEOPLE_SMUGGLING),
        ("Human trafficking", Activity.HUMAN_TRAFFICKING),
        ("Traite des êtres humains", Activity.HUMAN_TRAFFICKING),
        ("Trata de personas", Activity.HUMAN_TRAFFICKING),
        ("Participation in a terrorist organization", Activity.TERRORISM),
        ("Illicit traffic in narcotics", Activity.DRUGS),
        ("Tráfico de estupefacientes", Activity.DRUGS),
        ("Illegal possession of firearms", Activity.ARMS),
        ("Blanchiment de capitaux", Activity.ILLICIT_MONEY_FLOWS),
        ("Bribery of a public official", Activity.CORRUPTION),
        ("Use of a forged passport", Activity.FRAUDULENT_TRAVEL_DOCUMENTS),
        ("Murder", Activity.OTHER),
    ],
)
def test_charges_name_activities(charge: str, expected: Activity) -> None:
    assert charge_activities([charge]) == (expected,)


def test_no_charge_names_nothing() -> None:
    assert charge_activities(["", " "]) == ()


def test_a_general_topic_next_to_a_specific_one_is_dropped() -> None:
    assert topic_activities(["crime", "crime.traffick.drug", "sanction"]) == (Activity.DRUGS,)
    assert topic_activities(["crime"]) == (Activity.OTHER,)
    assert topic_activities(["role.pep"]) == ()
