"""Invented list in the form of OpenSanctions' `entities.ftm.json` and `targets.nested.json`.

Entries are in one to three datasets; addresses are shared; sanctions, a family, an ownership, a
payment, a passport and a position join or describe them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Entity = dict[str, Any]
VALK, MARTA, SHIPPING = "NK-p1vAlkTeodor", "NK-p2vAlkMarta", "NK-c1vAlkShip"
RELATIVE = "NK-p9vAlkOrphan"
"""Relative of a target who is no target: nested files have her inside of him only."""


def entity(identity: str, schema: str, *datasets: str, **properties: str) -> Entity:
    """Return an entity; texts are parted at `|`."""
    return {
        "id": identity,
        "caption": properties.get("name", schema),
        "schema": schema,
        "properties": {name: text.split("|") for name, text in properties.items()},
        "referents": [],
        "datasets": list(datasets),
        "first_seen": "2021-03-01T09:00:00",
        "last_seen": "2026-11-30T06:00:00",
        "last_change": "2024-05-02T07:00:00",
        "target": identity in (VALK, MARTA, SHIPPING),
    }


def entities() -> list[Entity]:
    """Return the list, flat."""
    people = [
        entity(
            VALK,
            "Person",
            *("us_ofac_sdn", "eu_fsf", "gb_hmt"),
            name="Teodor Valk|Теодор Валк",
            birthDate="1961-04-02",
            nationality="ru",
            topics="sanction",
            addressEntity="addr-1",
        ),
        entity(
            MARTA,
            "Person",
            "eu_fsf",
            name="Marta Valk",
            birthDate="1964-01-09",
            addressEntity="addr-1",
        ),
        entity(
            SHIPPING,
            "Company",
            *("eu_fsf", "gb_hmt"),
            name="Valk Shipping GmbH",
            jurisdiction="de",
            registrationNumber="HRB 12345",
            addressEntity="addr-2",
        ),
    ]
    links = [
        entity(
            "addr-1",
            "Address",
            "eu_fsf",
            full="Pferdmengesstr. 3, 50968 Köln",
            street="Pferdmengesstr. 3",
            city="Köln",
            postalCode="50968",
            country="de",
        ),
        entity("addr-2", "Address", "gb_hmt", full="1 Harbour Row, Hull", remarks="office"),
        entity(
            "ofac-s1",
            "Sanction",
            "us_ofac_sdn",
            entity=VALK,
            authority="Office of Foreign Assets Control",
            authorityId="35096",
            program="RUSSIA-EO14024",
            provisions="Executive Order 14024 (Russia)",
            startDate="2022-03-03",
            listingDate="2022-03-03",
            reason="Close to the ministry of ships",
        ),
        entity("eu-s1", "Sanction", "eu_fsf", entity=VALK, authority="EU", endDate="2027-01-01"),
        entity("hmt-s2", "Sanction", "gb_hmt", entity=SHIPPING, authority="HM Treasury"),
        entity("fam-1", "Family", "eu_fsf", person=VALK, relative=MARTA, relationship="wife"),
        entity(
            "own-1",
            "Ownership",
            "gb_hmt",
            owner=VALK,
            asset=SHIPPING,
            percentage="51",
            startDate="2010",
            sourceUrl="https://example.org/own",
        ),
        entity(
            "pay-1",
            "Payment",
            "eu_fsf",
            payer=SHIPPING,
            beneficiary=MARTA,
            amount="70000",
            currency="CHF",
            purpose="ship",
            date="2019-04-05",
        ),
        entity("doc-1", "Passport", "us_ofac_sdn", holder=VALK, number="714567890", country="ru"),
        entity("occ-1", "Occupancy", "eu_fsf", holder=VALK, post="pos-1", status="ended"),
        entity("pos-1", "Position", "eu_fsf", name="Deputy Minister of Ships", country="ru"),
    ]
    return people + links


def nested_entities() -> list[Entity]:
    """Return the list nested: one line a target, with a relative of one who is no target."""
    flat = {row["id"]: row for row in entities()}
    relative = entity(RELATIVE, "Person", "eu_fsf", name="Olga Valk", birthDate="1990")
    family = entity("fam-2", "Family", "eu_fsf", relationship="daughter")
    family["properties"]["relative"] = [relative]
    rows = []
    for identity in (VALK, MARTA, SHIPPING):
        row = json.loads(json.dumps(flat[identity]))
        properties = row["properties"]
        properties["addressEntity"] = [flat[text] for text in properties["addressEntity"]]
        properties["sanctions"] = [
            {**link, "properties": {k: v for k, v in link["properties"].items() if k != "entity"}}
            for link in flat.values()
            if link["schema"] == "Sanction" and link["properties"]["entity"] == [identity]
        ]
        rows.append(row)
    rows[0]["properties"]["familyPerson"] = [family]
    return rows


def write(path: Path, rows: Iterable[Entity]) -> Path:
    """Write entities as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
