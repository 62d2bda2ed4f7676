"""A mapping for tables whose columns have plain names: ours, FollowTheMoney's, or the usual ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from resolver.ingest.formats.tabular.mapping import Mapping, mapping_from
from resolver.records import properties as known

_ID = ("id", "unique_id", "record_id", "rec_id", "uid")
_KIND = ("kind", "entity_type", "record_type")
_SCHEMA = ("schema",)

# Property → usual names of its column, in the form of `plain_name`.
_USUAL: dict[str, tuple[str, ...]] = {
    "name": ("full_name", "fullname"),
    "firstName": ("firstname", "forename", "given_name", "given_names", "givenname", "fname"),
    "middleName": ("middlename",),
    "lastName": ("lastname", "surname", "family_name", "lname"),
    "fatherName": ("patronymic",),
    "alias": ("aliases", "aka"),
    "previousName": ("maiden_name", "former_name"),
    "birthDate": ("dob", "date_of_birth", "birthdate", "birthday", "birth_year", "year_of_birth"),
    "deathDate": ("dod", "date_of_death"),
    "birthPlace": ("place_of_birth", "pob"),
    "birthCountry": ("country_of_birth",),
    "nationality": ("nationalities",),
    "country": ("countries",),
    "gender": ("gender", "sex"),
    "profession": ("profession", "occupation"),
    "position": ("position",),
    "passportNumber": ("passport", "passport_no"),
    "idNumber": ("national_id", "identity_number"),
    "socialSecurityNumber": ("ssn", "soc_sec_id"),
    "taxNumber": ("tax_id",),
    "leiCode": ("lei",),
    "imoNumber": ("imo",),
    "phone": ("phones", "phone_number", "telephone"),
    "email": ("emails", "email_address"),
    "address": ("addresses", "full_address"),
    "address.street": ("street", "street_address", "address_1"),
    "address.city": ("city", "town", "suburb"),
    "address.region": ("region", "state"),
    "address.postalCode": ("postcode", "postal_code", "zip"),
}
_OWN = (
    *known.FULL_NAMES,
    *known.NAME_PARTS,
    *known.DATES,
    *known.COUNTRIES,
    *known.PLACES,
    *known.IDENTIFIERS,
    *known.CONTACTS,
    known.ADDRESS,
)
# Columns of OpenSanctions' simplified CSV, whose cells hold several values each.
_SIMPLIFIED = {"schema", "aliases", "countries", "addresses"}
_NAMING = ("name", "firstName", "lastName")
_PERSONAL = (
    "firstName",
    "lastName",
    "birthDate",
    "birthPlace",
    "gender",
    "passportNumber",
    "nationality",
)


def plain_name(column: str) -> str:
    """A column's name in lower case with underscores: `birthPlace`, `Birth Place` and `birth-place` are one."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^0-9a-z]+", "_", parted.lower()).strip("_")


_PROPERTY_OF = {plain_name(prop): prop for prop in _OWN} | {
    name: prop for prop, names in _USUAL.items() for name in names
}


def guess_mapping(columns: Sequence[str], source: str) -> Mapping | None:
    """The mapping for columns with plain names, or None where no column is a name. Of like columns the first counts."""
    by_plain = {
        plain_name(column): column for column in reversed(columns) if columns.count(column) == 1
    }
    properties: dict[str, list[str]] = {}
    for column in columns:
        prop = _PROPERTY_OF.get(plain_name(column))
        if prop and by_plain.get(plain_name(column)) == column:
            properties.setdefault(prop, []).append(column)
    if not any(prop in properties for prop in _NAMING):
        return None
    schema = _first(_SCHEMA, by_plain)
    personal = any(prop in properties for prop in _PERSONAL)
    kind = _first(_KIND, by_plain) or (None if schema else "person" if personal else "legal")
    return mapping_from(
        {
            "id": _first(_ID, by_plain),
            "kind": kind,
            "schema": schema,
            "source": re.sub(r"[^\w.-]+", "-", source).strip("-") or "list",
            "properties": properties,
            "separator": ";" if by_plain.keys() >= _SIMPLIFIED else None,
        }
    )


def doubled(columns: Sequence[str]) -> list[str]:
    """The columns with a usual name that stand more than once: nobody knows which is meant, so neither is read."""
    return [
        column
        for column in dict.fromkeys(columns)
        if columns.count(column) > 1 and _is_usual(column)
    ]


def _is_usual(column: str) -> bool:
    name = plain_name(column)
    return name in _PROPERTY_OF or name in (*_ID, *_KIND, *_SCHEMA)


def describe(mapping: Mapping, columns: Sequence[str]) -> str:
    """What a guessed mapping assumed, on one line."""
    taken = [
        f"{prop} from {', '.join(names)}" for prop, names in sorted(mapping.properties.items())
    ]
    used = {name for names in mapping.properties.values() for name in names}
    used |= {mapping.id or "", mapping.kind or "", mapping.ftm_schema or ""}
    left = [column for column in dict.fromkeys(columns) if column not in used]
    what = {"person": "every row a person", "legal": "every row a person or a group, unknown which"}
    parts = [
        "no mapping was given and one was guessed from the column names",
        f"id from {mapping.id}" if mapping.id else "ids made from the content",
        what.get(mapping.kind or "", f"kind from {mapping.ftm_schema or mapping.kind}"),
        *taken,
        f"not used: {', '.join(left)}" if left else "",
        *(f"{column} stands twice, so neither is read" for column in doubled(columns)),
    ]
    return "; ".join(part for part in parts if part)


def _first(names: Iterable[str], by_plain: dict[str, str]) -> str | None:
    return next((by_plain[name] for name in names if name in by_plain), None)
