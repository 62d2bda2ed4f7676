"""Small invented lists in the formats without an agency, for the contract tests of readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_ftm(folder: Path) -> Path:
    """Write two persons and a group, with link entities before and after them."""
    rows: list[dict[str, Any]] = [
        _entity(
            "m1",
            "Membership",
            member=["p1"],
            organization=["g1"],
            role=["courier"],
            startDate=["2011-03"],
        ),
        _entity(
            "p1",
            "Person",
            name=["Amara Okonjo-Test"],
            alias=["Амара Тест"],
            birthDate=["1979-04-11"],
            addressEntity=["a1"],
            topics=["crime.traffick.human"],
        ),
        _entity("g1", "Organization", name=["Blue Door Network"], country=["xk"]),
        _entity("d1", "Passport", holder=["p1"], number=["ZZ0012345"], country=["xk"]),
        _entity("a1", "Address", full=["7 Harbour Road, Testville"], city=["Testville"]),
        _entity("f1", "Family", person=["p1"], relative=["p2"], relationship=["sister"]),
        _entity("p2", "Person", name=["Ife Okonjo-Test"], birthDate=["1982"]),
    ]
    return _lines(folder / "entities.ftm.json", rows)


def _entity(native_id: str, schema: str, **properties: list[str]) -> dict[str, Any]:
    return {"id": native_id, "schema": schema, "datasets": ["made_up"], "properties": properties}


def write_senzing(folder: Path) -> Path:
    """Write a person with nested features, a company and a person with flat ones."""
    rows: list[dict[str, Any]] = [
        {
            "DATA_SOURCE": "MADE_UP",
            "RECORD_ID": "1001",
            "RECORD_TYPE": "PERSON",
            "NAMES": [
                {"NAME_TYPE": "PRIMARY", "NAME_FULL": "Tobias Quillfeather"},
                {"NAME_TYPE": "ALIAS", "NAME_FULL": "Toby Quill"},
            ],
            "DATES": [{"DATE_OF_BIRTH": "1966-09-30"}],
            "COUNTRIES": [{"NATIONALITY": "xk"}],
            "IDENTIFIERS": [{"PASSPORT_NUMBER": "K5550001", "PASSPORT_COUNTRY": "xk"}],
            "RELATIONSHIPS": [
                {
                    "REL_POINTER_DOMAIN": "OWN",
                    "REL_POINTER_KEY": "1002",
                    "REL_POINTER_ROLE": "DIRECTOR",
                }
            ],
        },
        {
            "DATA_SOURCE": "MADE_UP",
            "RECORD_ID": "1002",
            "RECORD_TYPE": "ORGANIZATION",
            "NAME_ORG": "Quill Freight Ltd",
            "BUSINESS_ADDR_CITY": "Testville",
            "BUSINESS_ADDR_COUNTRY": "xk",
        },
        {
            "DATA_SOURCE": "MADE_UP",
            "RECORD_ID": "1003",
            "PRIMARY_NAME_FIRST": "Wilhelmina",
            "PRIMARY_NAME_LAST": "Sampleton",
            "GENDER": "F",
        },
    ]
    return _lines(folder / "senzing.jsonl", rows)


def write_interpol(folder: Path) -> Path:
    """Write a page of two notices, as the web service returns it."""
    notices = [
        {
            "entity_id": "2031/9001",
            "forename": "ESTEBAN",
            "name": "MUESTRA",
            "date_of_birth": "1985/07/19",
            "nationalities": ["XK"],
            "sex_id": "M",
            "arrest_warrants": [{"charge": "Smuggling of migrants", "issuing_country_id": "XA"}],
            "_links": {"self": {"href": "https://notices.invalid/notices/v1/red/2031-9001"}},
        },
        {
            "entity_id": "2031/9002",
            "forename": "OKSANA",
            "name": "PRYKLAD",
            "date_of_birth": "1990",
            "nationalities": ["XA", "XK"],
            "_links": {"self": {"href": "https://notices.invalid/notices/v1/red/2031-9002"}},
        },
    ]
    path = folder / "notices.json"
    path.write_text(
        json.dumps(
            {"total": 2, "query": {}, "_embedded": {"notices": notices}, "_links": {}}, indent=1
        )
    )
    return path


def write_tabular(folder: Path) -> Path:
    """Write a table with plain column names."""
    path = folder / "people.csv"
    path.write_text(
        "id,first_name,surname,dob,city,cluster\n"
        "1,Marisol,Ejemplo,1971-06-24,Testville,0\n"
        "2,Bartholomew,Specimen,1968,,0\n"
        '3,Ngozi,"Sample, the Younger",11.02.1990,Otherton,1\n',
        "utf-8",
    )
    return path


def _lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


SAMPLES: dict[str, Callable[[Path], Path]] = {
    "ftm": write_ftm,
    "senzing": write_senzing,
    "interpol": write_interpol,
    "tabular": write_tabular,
}
