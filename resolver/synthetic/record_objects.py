"""Records of a chunk as `Record` objects, independent of the format of a list."""

from __future__ import annotations

from collections.abc import Mapping

from resolver.records import (
    Activity,
    Address,
    CountryRole,
    Grade,
    Handling,
    Identifier,
    Record,
    Relation,
    RelationType,
    RouteCountry,
    Value,
    kind_of_schema,
    parse_date,
)
from resolver.records.kinds import Kind
from resolver.records.properties import DATES
from resolver.synthetic.agencies import ListFormat
from resolver.synthetic.chunks import Chunk
from resolver.synthetic.entities.relation_columns import RELATION_PREFIXES

GRADE_SCHEME = "Europol 4x4"
# Column → property of its values. Dates become canonical.
_VALUES = {
    "name": "name",
    "firstName": "firstName",
    "fatherName": "fatherName",
    "lastName": "lastName",
    "title": "title",
    "alias": "alias",
    "nativeName": "alias",
    "weakAlias": "weakAlias",
    "previousName": "previousName",
    "abbreviation": "abbreviation",
    "gender": "gender",
    "birthDate": "birthDate",
    "otherBirthDate": "birthDate",
    "birthPlace": "birthPlace",
    "birthCountry": "birthCountry",
    "nationality": "nationality",
    "otherNationality": "nationality",
    "country": "country",
    "incorporationDate": "incorporationDate",
    "flag": "flag",
    "pastFlags": "pastFlags",
    "buildDate": "buildDate",
    "phone": "phone",
    "email": "email",
}
# Column of a number → (property, column of its country, column of its expiry).
_NUMBERS = {
    "passportNumber": ("passportNumber", "passportCountry", "passportExpires"),
    "otherPassport": ("passportNumber", "passportCountry", ""),
    "idNumber": ("idNumber", "idCountry", ""),
    "registrationNumber": ("registrationNumber", "", ""),
    "imoNumber": ("imoNumber", "", ""),
    "mmsi": ("mmsi", "", ""),
    "callSign": ("callSign", "", ""),
}
_ROUTES = {
    "routeSource": CountryRole.SOURCE,
    "routeTransit": CountryRole.TRANSIT,
    "otherTransit": CountryRole.TRANSIT,
    "routeDestination": CountryRole.DESTINATION,
}

Row = Mapping[str, str]


def to_records(chunk: Chunk) -> list[Record]:
    """Return all records of a chunk, in its order."""
    lists = {name: column.to_pylist() for name, column in chunk.columns.items()}
    names = list(lists)
    ids, agencies = (
        chunk.record_ids.to_pylist(),
        [chunk.agencies[place] for place in chunk.agency.tolist()],
    )
    records = []
    for identity, agency, texts in zip(
        ids, agencies, zip(*lists.values(), strict=True), strict=True
    ):
        row = {name: text for name, text in zip(names, texts, strict=True) if text is not None}
        records.append(_record(identity, agency.code, agency.format, row))
    return records


def _record(identity: str, source: str, form: ListFormat, row: Row) -> Record:
    schema = row["schema"]
    values = dict.fromkeys(_value(prop, row[name]) for name, prop in _VALUES.items() if name in row)
    if form == ListFormat.INTERPOL:
        full = " ".join(row[name] for name in ("firstName", "lastName") if name in row)
        values[Value("name", full)] = None
    numbers = dict.fromkeys(
        Identifier(prop, row[name], row.get(country, ""), expires=row.get(expires, ""))
        for name, (prop, country, expires) in _NUMBERS.items()
        if name in row
    )
    return Record(
        id=identity,
        source=source,
        kind=kind_of_schema(schema) or Kind.LEGAL,
        schema=schema,
        values=tuple(values),
        identifiers=tuple(numbers),
        addresses=_addresses(row),
        relations=_relations(row),
        routes=tuple(
            dict.fromkeys(
                RouteCountry(row[name], role) for name, role in _ROUTES.items() if name in row
            )
        ),
        activities=tuple(
            sorted({Activity(row[name]) for name in ("activity", "otherActivity") if name in row})
        ),
        handling=Handling(
            agency=source,
            code="H0",
            source_grade=Grade(GRADE_SCHEME, row["sourceGrade"]),
            information_grade=Grade(GRADE_SCHEME, row["informationGrade"]),
            subject_category=row["category"],
            purpose=row["purpose"],
            review_date=row["reviewDate"],
        ),
    )


def _value(prop: str, text: str) -> Value:
    return Value(prop, str(parse_date(text)) if prop in DATES else text)


def _addresses(row: Row) -> tuple[Address, ...]:
    if "city" not in row:
        return ()
    return (
        Address(
            street=row.get("street", ""), city=row["city"], country=row.get("addressCountry", "")
        ),
    )


def _relations(row: Row) -> tuple[Relation, ...]:
    return tuple(
        Relation(
            RelationType(row[prefix]),
            row.get(f"{prefix}Target", ""),
            row.get(f"{prefix}Name", ""),
            row.get(f"{prefix}Role", ""),
            row.get(f"{prefix}Start", ""),
        )
        for prefix in RELATION_PREFIXES
        if prefix in row
    )
