"""Entities in Senzing's entity format, for those who ask for it (`Accept: application/vnd.senzing+json`).

An entity is one record of the data source `RESOLVER`; its relations are pointers to the anchors of others. What the
format has no attribute for stands under the property's own name, as Senzing keeps it. Reading the answer again gives
the same names, dates, numbers and relations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from flask import request

from resolver.ingest.formats.ftm.ftm_schema import edge_ends

SENZING = "application/vnd.senzing+json"
SOURCE = "RESOLVER"
_TYPES = {"Person": "PERSON", "Vessel": "VESSEL", "Airplane": "AIRCRAFT", "Vehicle": "VEHICLE"}
_GROUPS = ("Organization", "Company", "PublicBody")
_PLAIN = {
    "gender": "GENDER", "nationality": "NATIONALITY", "citizenship": "CITIZENSHIP", "birthPlace": "PLACE_OF_BIRTH",
    "birthCountry": "COUNTRY_OF_BIRTH", "country": "COUNTRY_OF_ASSOCIATION", "jurisdiction": "REGISTRATION_COUNTRY",
    "phone": "PHONE_NUMBER", "email": "EMAIL_ADDRESS", "website": "WEBSITE_ADDRESS", "topics": "TOPIC",
    "birthDate": "DATE_OF_BIRTH", "deathDate": "DATE_OF_DEATH", "incorporationDate": "REGISTRATION_DATE",
    "address": "ADDR_FULL", "firstName": "NAME_FIRST", "middleName": "NAME_MIDDLE", "lastName": "NAME_LAST",
}  # fmt: skip
_NUMBERS = {
    "passportNumber": ("PASSPORT", ""), "idNumber": ("NATIONAL_ID", ""), "socialSecurityNumber": ("SSN", ""),
    "taxNumber": ("TAX_ID", ""), "leiCode": ("LEI", ""), "dunsCode": ("DUNS", ""),
    "registrationNumber": ("OTHER_ID", "REGISTRATION"),
    "imoNumber": ("OTHER_ID", "IMO"), "mmsi": ("OTHER_ID", "MMSI"), "innCode": ("OTHER_ID", "INN"),
    "ogrnCode": ("OTHER_ID", "OGRN"), "swiftBic": ("OTHER_ID", "SWIFT"), "vatCode": ("OTHER_ID", "VAT"),
    "isin": ("OTHER_ID", "ISIN"), "isinCode": ("OTHER_ID", "ISIN"), "wikidataId": ("TRUSTED_ID", "WIKIDATA"),
}  # fmt: skip
"""property -> the family of its attributes, and the type that says more than the family."""
_OTHER_NAMES = {"alias": "AKA", "weakAlias": "AKA", "abbreviation": "AKA", "previousName": "FORMER"}
Entity = Mapping[str, Any]


def wants_senzing() -> bool:
    """Whether the caller would rather have Senzing's format than any other."""
    accepted = request.accept_mimetypes
    return accepted[SENZING] > 0 and SENZING in accepted.values() and accepted.best == SENZING


def to_senzing(entity: Entity) -> dict[str, Any]:
    """An FtM entity, its relations nested or not, in Senzing's format."""
    features = list(_features(entity))
    return {"DATA_SOURCE": SOURCE, "RECORD_ID": entity["id"], "FEATURES": features}


def lines(entities: Iterable[Entity]) -> Iterator[bytes]:
    """JSON lines of entities, each followed by its edges, as a run writes them."""
    held: dict[str, Any] | None = None
    edges: list[Entity] = []
    for entity in entities:
        if edge_ends(entity["schema"]) is not None:
            edges.append(entity)
            continue
        if held is not None:
            yield _line(held, edges)
        held, edges = dict(entity), []
    if held is not None:
        yield _line(held, edges)


def _line(entity: Entity, edges: list[Entity]) -> bytes:
    said = to_senzing(entity)
    said["FEATURES"] += [_pointer(edge, entity["id"]) for edge in edges]
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


def _features(entity: Entity) -> Iterator[dict[str, str]]:
    schema = entity["schema"]
    kind = _TYPES.get(schema) or ("ORGANIZATION" if schema in _GROUPS else "")
    if kind:
        yield {"RECORD_TYPE": kind}
    names = [text for text in entity["properties"].get("name", ()) if isinstance(text, str)]
    for place, name in enumerate(names):
        word = "NAME_ORG" if kind == "ORGANIZATION" else "NAME_FULL"
        yield {"NAME_TYPE": "AKA" if place else "PRIMARY", word: name}
    for prop, values in entity["properties"].items():
        if prop != "name":
            for value in values:
                yield _feature(prop, value, entity["id"])
    yield {"REL_ANCHOR_DOMAIN": SOURCE, "REL_ANCHOR_KEY": entity["id"]}
    for identity in entity.get("referents", ()):
        yield {"REFERENT": identity}


def _feature(prop: str, value: Any, mine: str) -> dict[str, str]:
    if isinstance(value, dict):
        return _pointer(value, mine)
    if prop in _OTHER_NAMES:
        return {"NAME_TYPE": _OTHER_NAMES[prop], "NAME_FULL": value}
    if prop in _NUMBERS:
        family, kind = _NUMBERS[prop]
        number = {f"{family}_NUMBER": value}
        return {**number, f"{family}_TYPE": kind} if kind else number
    return {_PLAIN.get(prop, prop): value}


def _pointer(edge: Entity, mine: str) -> dict[str, str]:
    """A relation: to whom, and as what."""
    ends = edge_ends(edge["schema"]) or ()
    others = [
        _id(one) for end in ends for one in edge["properties"].get(end, ()) if _id(one) != mine
    ]
    roles = [text for text in edge["properties"].get("role", ()) if isinstance(text, str)]
    role = roles[0] if roles else edge["schema"]
    key = others[0] if others else edge["id"]
    return {
        "REL_POINTER_DOMAIN": SOURCE,
        "REL_POINTER_KEY": key,
        "REL_POINTER_ROLE": str(role).upper(),
    }


def _id(value: Any) -> str:
    return str(value["id"]) if isinstance(value, dict) else str(value)
