"""The lists of agencies in the formats that are JSON: FollowTheMoney, Senzing, INTERPOL's notices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import Activity, RelationType
from resolver.synthetic.json_columns import (
    encoded,
    inner,
    listed,
    quoted,
    record,
    texts_listed,
)
from resolver.synthetic.random_columns import (
    join,
    join_present,
    keep,
    nulls,
    pick,
    plain,
)

Column = Callable[[str], pa.Array]

_TOPICS = {
    Activity.PEOPLE_SMUGGLING: "crime.traffick",
    Activity.HUMAN_TRAFFICKING: "crime.traffick.human",
    Activity.ILLICIT_MONEY_FLOWS: "crime.fin",
    Activity.CORRUPTION: "crime.fin",
    Activity.FRAUDULENT_TRAVEL_DOCUMENTS: "crime.fraud",
    Activity.TERRORISM: "crime.terror",
    Activity.DRUGS: "crime.traffick.drug",
    Activity.ARMS: "crime",
    Activity.OTHER: "crime",
}
_CHARGES = {
    Activity.PEOPLE_SMUGGLING: "Smuggling of migrants",
    Activity.HUMAN_TRAFFICKING: "Trafficking in human beings",
    Activity.ILLICIT_MONEY_FLOWS: "Money laundering",
    Activity.CORRUPTION: "Bribery of a public official",
    Activity.FRAUDULENT_TRAVEL_DOCUMENTS: "Use of forged passport",
    Activity.TERRORISM: "Membership of a terrorist organisation",
    Activity.DRUGS: "Traffic in narcotic drugs",
    Activity.ARMS: "Illegal possession of firearms",
    Activity.OTHER: "Membership of a criminal organisation",
}
_EDGES: dict[RelationType, tuple[str, str, str, str]] = {
    RelationType.MEMBER_OF: ("Membership", "member", "organization", "role"),
    RelationType.LEADER_OF: ("Directorship", "director", "organization", "role"),
    RelationType.OWNER_OF: ("Ownership", "owner", "asset", "role"),
    RelationType.FAMILY_OF: ("Family", "person", "relative", "relationship"),
    RelationType.ASSOCIATE_OF: ("Associate", "person", "associate", "relationship"),
}
_POINTERS = {
    RelationType.MEMBER_OF: "MEMBER",
    RelationType.LEADER_OF: "LEADER",
    RelationType.OWNER_OF: "OWNER",
    RelationType.FAMILY_OF: "FAMILY",
    RelationType.ASSOCIATE_OF: "ASSOCIATE",
}
# Property: the columns that hold its values.
_FTM_VALUES = {
    "name": ("name",),
    "alias": ("alias", "nativeName"),
    "weakAlias": ("weakAlias",),
    "previousName": ("previousName",),
    "abbreviation": ("abbreviation",),
    "firstName": ("firstName",),
    "fatherName": ("fatherName",),
    "lastName": ("lastName",),
    "title": ("title",),
    "gender": ("gender",),
    "birthDate": ("birthDate", "otherBirthDate"),
    "birthPlace": ("birthPlace",),
    "birthCountry": ("birthCountry",),
    "nationality": ("nationality", "otherNationality"),
    "country": ("country",),
    "passportNumber": ("passportNumber", "otherPassport"),
    "idNumber": ("idNumber",),
    "registrationNumber": ("registrationNumber",),
    "incorporationDate": ("incorporationDate",),
    "imoNumber": ("imoNumber",),
    "mmsi": ("mmsi",),
    "callSign": ("callSign",),
    "flag": ("flag",),
    "pastFlags": ("pastFlags",),
    "buildDate": ("buildDate",),
    "phone": ("phone",),
    "email": ("email",),
}


def _mapped(
    column: pa.Array, table: dict[Activity, str] | dict[RelationType, str]
) -> pa.StringArray:
    """Each text as the table has it."""
    keys = pa.array([key.value for key in table], pa.string())
    values = pa.array(list(table.values()), pa.string())
    return values.take(pc.index_in(column, value_set=keys))


def address_line(column: Column) -> pa.StringArray:
    """The address on one line."""
    return join_present([column("street"), column("city"), column("addressCountry")], ", ")


def ftm(table: pa.Table, dataset: str) -> memoryview:
    """FollowTheMoney entities, one a line: the records, then the edges between them."""
    column = _reader(table)
    address = address_line(column)
    values = [
        (prop, texts_listed(*(column(name) for name in names)))
        for prop, names in _FTM_VALUES.items()
    ]
    values.append(("address", texts_listed(address)))
    topics, other = (_mapped(column(name), _TOPICS) for name in ("activity", "otherActivity"))
    values.append(
        (
            "topics",
            texts_listed(
                topics, keep(other, np.asarray(pc.fill_null(pc.not_equal(other, topics), True)))
            ),
        )
    )
    datasets = pa.array([f'["{dataset}"]'] * len(table), pa.string())
    entities = record(
        "id",
        quoted(column("id")),
        [
            ("schema", quoted(column("schema"))),
            ("datasets", datasets),
            ("properties", inner(values)),
        ],
    )
    parts = [entities]
    for prefix in ("relation", "otherRelation"):
        parts += [_edges(column, dataset, prefix, kind) for kind in _EDGES]
    return encoded(pa.concat_arrays(parts))


def _edges(column: Column, dataset: str, prefix: str, kind: RelationType) -> pa.StringArray:
    """The edges of one kind: of relations whose other end is in the same list."""
    schema, source, target, role = _EDGES[kind]
    there = pc.and_(pc.equal(column(prefix), kind.value), column(f"{prefix}Target").is_valid())
    rows = pa.array(np.flatnonzero(np.asarray(pc.fill_null(there, False))))

    def of(name: str) -> pa.Array:
        return column(name).take(rows)

    ends = pc.replace_substring(of(f"{prefix}Target"), f"{dataset}:", "", max_replacements=1)
    identity = join([of("id"), "-", ends])
    properties = inner(
        [
            (source, texts_listed(of("id"))),
            (target, texts_listed(ends)),
            (role, texts_listed(of(f"{prefix}Role"))),
        ]
    )
    datasets = pa.array([f'["{dataset}"]'] * len(rows), pa.string())
    return record(
        "id",
        quoted(identity),
        [
            ("schema", pa.array([f'"{schema}"'] * len(rows), pa.string())),
            ("datasets", datasets),
            ("properties", properties),
        ],
    )


def senzing(table: pa.Table, code: str) -> memoryview:
    """Senzing's entity format, one record a line."""
    column = _reader(table)
    count = len(table)
    source = f'"{code.upper().replace("-", "_")}"'
    kinds = {
        "Person": '"PERSON"',
        "Company": '"ORGANIZATION"',
        "Organization": '"ORGANIZATION"',
        "Vessel": '"VESSEL"',
    }
    schemas = pa.array(list(kinds), pa.string())
    record_type = pa.array(list(kinds.values()), pa.string()).take(
        pc.index_in(column("schema"), value_set=schemas)
    )
    organisation = np.asarray(
        pc.is_in(column("schema"), value_set=pa.array(["Company", "Organization"]))
    )
    name = column("name")
    primary = inner(
        [
            ("NAME_TYPE", pa.array(['"PRIMARY"'] * count, pa.string())),
            ("NAME_FULL", quoted(keep(name, ~organisation))),
            ("NAME_ORG", quoted(keep(name, organisation))),
            ("NAME_FIRST", quoted(column("firstName"))),
            (
                "NAME_MIDDLE",
                quoted(keep(column("fatherName"), np.asarray(column("lastName").is_valid()))),
            ),
            ("NAME_LAST", quoted(column("lastName"))),
        ]
    )
    aliases = [_alias(column(which), usage) for which, usage in _ALIASES]
    plain_members = [(key, quoted(column(which))) for key, which in _SENZING_PLAIN.items()]
    pointers = listed(*(_pointer(column, code, prefix) for prefix in ("relation", "otherRelation")))
    topics = listed(
        *(
            inner([("TOPIC", quoted(_mapped(column(which), _TOPICS)))])
            for which in ("activity", "otherActivity")
        )
    )
    ship_ids = listed(
        *(
            _other_id(column(which), usage)
            for which, usage in (("imoNumber", "IMO"), ("mmsi", "MMSI"))
        )
    )
    return encoded(
        record(
            "DATA_SOURCE",
            pa.array([source] * count, pa.string()),
            [
                ("RECORD_ID", quoted(column("id"))),
                ("RECORD_TYPE", record_type),
                ("NAMES", listed(primary, *aliases)),
                *plain_members,
                ("DATES", _features(column, "DATE_OF_BIRTH", "birthDate", "otherBirthDate")),
                ("COUNTRIES", _features(column, "NATIONALITY", "nationality", "otherNationality")),
                ("IDENTIFIERS", ship_ids),
                ("RELATIONSHIPS", pointers),
                ("RISKS", topics),
            ],
        )
    )


_ALIASES = (
    ("alias", "AKA"),
    ("nativeName", "AKA"),
    ("weakAlias", "AKA"),
    ("abbreviation", "AKA"),
    ("previousName", "FORMER"),
)
_SENZING_PLAIN = {
    "GENDER": "gender",
    "PLACE_OF_BIRTH": "birthPlace",
    "COUNTRY_OF_BIRTH": "birthCountry",
    "COUNTRY_OF_ASSOCIATION": "country",
    "REGISTRATION_COUNTRY": "flag",
    "REGISTRATION_DATE": "incorporationDate",
    "PASSPORT_NUMBER": "passportNumber",
    "PASSPORT_COUNTRY": "passportCountry",
    "PASSPORT_EXPIRE_DT": "passportExpires",
    "NATIONAL_ID_NUMBER": "idNumber",
    "NATIONAL_ID_COUNTRY": "idCountry",
    "TAX_ID_NUMBER": "registrationNumber",
    "ADDR_LINE1": "street",
    "ADDR_CITY": "city",
    "ADDR_COUNTRY": "addressCountry",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
}


def _features(column: Column, key: str, *which: str) -> pa.StringArray:
    """Several values of one attribute, each an object of its own."""
    return listed(*(inner([(key, quoted(column(name)))]) for name in which))


def _alias(names: pa.Array, usage: str) -> pa.StringArray:
    return join([f'{{"NAME_TYPE":"{usage}","NAME_FULL":', quoted(names), "}"])


def _other_id(numbers: pa.Array, usage: str) -> pa.StringArray:
    return join([f'{{"OTHER_ID_TYPE":"{usage}","OTHER_ID_NUMBER":', quoted(numbers), "}"])


def _pointer(column: Column, code: str, prefix: str) -> pa.StringArray:
    target = pc.replace_substring(column(f"{prefix}Target"), f"{code}:", "", max_replacements=1)
    role = _mapped(column(prefix), _POINTERS)
    return join(
        [
            '{"REL_POINTER_DOMAIN":"',
            code.upper().replace("-", "_"),
            '","REL_POINTER_KEY":',
            quoted(target),
            ',"REL_POINTER_ROLE":',
            quoted(role),
            "}",
        ]
    )


def interpol(table: pa.Table, code: str) -> memoryview:
    """Notices as INTERPOL's web service gives them, one a line."""
    column = _reader(table)
    sex = pick(
        np.asarray(pc.fill_null(pc.equal(column("gender"), "female"), False)),
        pa.scalar('"F"'),
        pa.scalar('"M"'),
    )
    charge = quoted(_mapped(column("activity"), _CHARGES))
    warrants = listed(inner([("charge", charge)]))
    return encoded(
        record(
            "entity_id",
            quoted(column("id")),
            [
                ("forename", quoted(column("firstName"))),
                ("name", quoted(column("lastName"))),
                ("date_of_birth", quoted(column("birthDate"))),
                ("sex_id", keep(sex, np.asarray(column("gender").is_valid()))),
                (
                    "nationalities",
                    pc.fill_null(
                        texts_listed(column("nationality"), column("otherNationality")), "[]"
                    ),
                ),
                ("place_of_birth", quoted(column("birthPlace"))),
                ("country_of_birth_id", quoted(column("birthCountry"))),
                ("arrest_warrants", pc.fill_null(warrants, "[]")),
            ],
        )
    )


def _reader(table: pa.Table) -> Column:
    """A column of a table as one array; nulls where the table has none of that name."""

    def column(name: str) -> pa.Array:
        return plain(table.column(name)) if name in table.column_names else nulls(len(table))

    return column
