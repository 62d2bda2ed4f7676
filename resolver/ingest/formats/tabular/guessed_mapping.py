"""Guessed mapping of tables whose columns have plain names: ours, FollowTheMoney's, common ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from resolver.ingest.formats.tabular.mapping import Mapping, build_mapping
from resolver.records import properties as property_names

_ID_NAMES = ("id", "unique_id", "record_id", "rec_id", "uid")
_KIND_NAMES = ("kind", "entity_type", "record_type")
_SCHEMA_NAMES = ("schema",)

# Common column names of each property, as `normalize_column_name` returns them.
_COMMON_NAMES: dict[str, tuple[str, ...]] = {
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
_OWN_NAMES = (
    *property_names.FULL_NAMES,
    *property_names.NAME_PARTS,
    *property_names.DATES,
    *property_names.COUNTRIES,
    *property_names.PLACES,
    *property_names.IDENTIFIERS,
    *property_names.CONTACTS,
    property_names.ADDRESS,
)
# Columns of OpenSanctions' simplified CSV, whose cells hold several values each.
_SIMPLIFIED_COLUMNS = {"schema", "aliases", "countries", "addresses"}
_NAME_PROPERTIES = ("name", "firstName", "lastName")
_PERSON_PROPERTIES = (
    "firstName",
    "lastName",
    "birthDate",
    "birthPlace",
    "gender",
    "passportNumber",
    "nationality",
)


def normalize_column_name(column: str) -> str:
    """Return a column's name in lower case with underscores.

    `birthPlace`, `Birth Place` and `birth-place` become equal.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^0-9a-z]+", "_", words.lower()).strip("_")


_PROPERTY_OF = {normalize_column_name(prop): prop for prop in _OWN_NAMES} | {
    name: prop for prop, names in _COMMON_NAMES.items() for name in names
}


def guess_mapping(columns: Sequence[str], source: str) -> Mapping | None:
    """Return the mapping of columns with plain names, or None where no column is a name.

    Of columns with equal plain names the first counts.
    """
    by_plain = {
        normalize_column_name(column): column
        for column in reversed(columns)
        if columns.count(column) == 1
    }
    properties: dict[str, list[str]] = {}
    for column in columns:
        prop = _PROPERTY_OF.get(normalize_column_name(column))
        if prop and by_plain.get(normalize_column_name(column)) == column:
            properties.setdefault(prop, []).append(column)
    if not any(prop in properties for prop in _NAME_PROPERTIES):
        return None
    schema = _first_column(_SCHEMA_NAMES, by_plain)
    is_personal = any(prop in properties for prop in _PERSON_PROPERTIES)
    kind = _first_column(_KIND_NAMES, by_plain) or (
        None if schema else "person" if is_personal else "legal"
    )
    return build_mapping(
        {
            "id": _first_column(_ID_NAMES, by_plain),
            "kind": kind,
            "schema": schema,
            "source": re.sub(r"[^\w.-]+", "-", source).strip("-") or "list",
            "properties": properties,
            "separator": ";" if by_plain.keys() >= _SIMPLIFIED_COLUMNS else None,
        }
    )


def find_repeated_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns with a common name that occur more than once.

    Such a name is ambiguous, so none of its columns is read.
    """
    return [
        column
        for column in dict.fromkeys(columns)
        if columns.count(column) > 1 and _is_common(column)
    ]


def _is_common(column: str) -> bool:
    name = normalize_column_name(column)
    return name in _PROPERTY_OF or name in (*_ID_NAMES, *_KIND_NAMES, *_SCHEMA_NAMES)


_KIND_TEXTS = {
    "person": "every row a person",
    "legal": "every row a person or a group, unknown which",
}


def describe_guess(mapping: Mapping, columns: Sequence[str]) -> str:
    """Describe the assumptions of a guessed mapping on one line."""
    properties = sorted(mapping.properties.items())
    used = {name for names in mapping.properties.values() for name in names}
    used |= {mapping.id or "", mapping.kind or "", mapping.ftm_schema or ""}
    unused = [column for column in dict.fromkeys(columns) if column not in used]
    parts = [
        "no mapping was given and one was guessed from the column names",
        f"id from {mapping.id}" if mapping.id else "ids made from the content",
        _KIND_TEXTS.get(mapping.kind or "", f"kind from {mapping.ftm_schema or mapping.kind}"),
        *(f"{prop} from {', '.join(names)}" for prop, names in properties),
        f"not used: {', '.join(unused)}" if unused else "",
        *(f"{name} occurs twice, so neither is read" for name in find_repeated_columns(columns)),
    ]
    return "; ".join(part for part in parts if part)


def _first_column(names: Iterable[str], by_plain: dict[str, str]) -> str | None:
    return next((by_plain[name] for name in names if name in by_plain), None)
