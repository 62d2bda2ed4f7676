"""Lists in JSON formats: FollowTheMoney, Senzing, and INTERPOL notices.

The first functions build JSON lines from columns of text, for all rows at once, without Python
objects for each row. `render_ftm`, `render_senzing` and `render_interpol` use them. `to_records`
gives the records of a chunk as `Record` objects, independent of the format of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
)
from resolver.records.kinds import Kind
from resolver.records.properties import BIRTH_DATE, DATES, FATHER_NAME, IDENTIFIER_SET, NATIONALITY
from resolver.values.dates import parse_date
from resolver.world import name_lexicon
from resolver.world.agencies import ListFormat
from resolver.world.chunks import VALUE_COLUMNS, Chunk
from resolver.world.relation_columns import RELATION_PREFIXES, relation_prefixes


def quote_texts(texts: pa.Array) -> pa.StringArray:
    """Return texts as JSON strings; nulls stay null. Texts must not contain control characters."""
    for character in ("\\", '"'):
        if pc.any(pc.match_substring(texts, character)).as_py():
            texts = pc.replace_substring(texts, character, "\\" + character)
    return name_lexicon.concat_texts(['"', texts, '"'])


def build_arrays(*values: pa.Array) -> pa.StringArray:
    """Build a JSON array from the values of each row; null for a row without values."""
    return name_lexicon.concat_texts(["[", name_lexicon.join_non_null(values, ","), "]"])


def build_text_arrays(*texts: pa.Array) -> pa.StringArray:
    """Build a JSON array of strings from the texts of each row."""
    return build_arrays(*(quote_texts(column) for column in texts))


def build_objects(
    first: str, value: pa.Array, members: Sequence[tuple[str, pa.Array]]
) -> pa.StringArray:
    """Build JSON objects from `first` (never null) and the members that are not null.

    The values of the members are already JSON.
    """
    pieces = [
        pc.fill_null(name_lexicon.concat_texts([f',"{key}":', column]), "")
        for key, column in members
    ]
    return name_lexicon.concat_texts([f'{{"{first}":', value, *pieces, "}"])


def build_optional_objects(members: Sequence[tuple[str, pa.Array]]) -> pa.StringArray:
    """Build JSON objects from the members that are not null; null if a row has no members."""
    pieces = [
        pc.fill_null(name_lexicon.concat_texts([f',"{key}":', column]), "")
        for key, column in members
    ]
    joined = name_lexicon.concat_texts(pieces)
    empty = pc.equal(joined, "")
    body = pc.utf8_ltrim(joined, characters=",")
    return pc.if_else(
        empty, pa.scalar(None, pa.string()), name_lexicon.concat_texts(["{", body, "}"])
    )


def encode_lines(lines: pa.StringArray) -> memoryview:
    """Return the lines, each with a line end, as the bytes of a file."""
    ended = name_lexicon.concat_texts([lines, "\n"])
    if not len(ended):
        return memoryview(b"")
    offsets = np.frombuffer(ended.buffers()[1], dtype=np.int32)[
        ended.offset : ended.offset + len(ended) + 1
    ]
    return memoryview(ended.buffers()[2])[int(offsets[0]) : int(offsets[-1])]


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
_EDGE_TYPES: dict[RelationType, tuple[str, str, str, str]] = {
    RelationType.MEMBER_OF: ("Membership", "member", "organization", "role"),
    RelationType.LEADER_OF: ("Directorship", "director", "organization", "role"),
    RelationType.OWNER_OF: ("Ownership", "owner", "asset", "role"),
    RelationType.FAMILY_OF: ("Family", "person", "relative", "relationship"),
    RelationType.ASSOCIATE_OF: ("Associate", "person", "associate", "relationship"),
    RelationType.PREDECESSOR_OF: ("Succession", "predecessor", "successor", "role"),
}
_POINTERS = {
    RelationType.MEMBER_OF: "MEMBER",
    RelationType.LEADER_OF: "LEADER",
    RelationType.OWNER_OF: "OWNER",
    RelationType.FAMILY_OF: "FAMILY",
    RelationType.ASSOCIATE_OF: "ASSOCIATE",
    RelationType.PREDECESSOR_OF: "PREDECESSOR",
}


def _map_texts(
    column: pa.Array, table: dict[Activity, str] | dict[RelationType, str]
) -> pa.StringArray:
    """Replace each text by its entry in a table."""
    keys = pa.array([key.value for key in table], pa.string())
    values = pa.array(list(table.values()), pa.string())
    return values.take(pc.index_in(column, value_set=keys))


def join_address(column: Column) -> pa.StringArray:
    """Return the address on one line."""
    return name_lexicon.join_non_null(
        [column("street"), column("city"), column("addressCountry")], ", "
    )


def _columns_by_property() -> dict[str, list[str]]:
    """Return, for each property, the columns that have its values."""
    columns: dict[str, list[str]] = {}
    for column in VALUE_COLUMNS:
        columns.setdefault(column.prop, []).append(column.name)
    return columns


def render_ftm(table: pa.Table, dataset: str) -> memoryview:
    """Render FollowTheMoney entities, one on each line: the records, then the edges between
    them.
    """
    column = _column_reader(table)
    address = join_address(column)
    values = [
        (prop, build_text_arrays(*(column(name) for name in names)))
        for prop, names in _columns_by_property().items()
    ]
    values.append(("address", build_text_arrays(address)))
    topics, other = (_map_texts(column(name), _TOPICS) for name in ("activity", "otherActivity"))
    values.append(
        (
            "topics",
            build_text_arrays(
                topics,
                name_lexicon.keep_where(
                    other, np.asarray(pc.fill_null(pc.not_equal(other, topics), True))
                ),
            ),
        )
    )
    datasets = pa.array([f'["{dataset}"]'] * len(table), pa.string())
    entities = build_objects(
        "id",
        quote_texts(column("id")),
        [
            ("schema", quote_texts(column("schema"))),
            ("datasets", datasets),
            ("properties", build_optional_objects(values)),
        ],
    )
    parts = [entities]
    for prefix in relation_prefixes(table):
        parts += [_render_edges(column, dataset, prefix, kind) for kind in _EDGE_TYPES]
    return encode_lines(pa.concat_arrays(parts))


def _render_edges(column: Column, dataset: str, prefix: str, kind: RelationType) -> pa.StringArray:
    """Render the edges of one type whose target is in the same list."""
    schema, source, target, role = _EDGE_TYPES[kind]
    has_target = pc.and_(pc.equal(column(prefix), kind.value), column(f"{prefix}Target").is_valid())
    rows = pa.array(np.flatnonzero(np.asarray(pc.fill_null(has_target, False))))

    def take(column_name: str) -> pa.Array:
        """Return a column, for the rows that have an edge."""
        return column(column_name).take(rows)

    ends = pc.replace_substring(take(f"{prefix}Target"), f"{dataset}:", "", max_replacements=1)
    identity = name_lexicon.concat_texts([take("id"), "-", ends])
    properties = build_optional_objects(
        [
            (source, build_text_arrays(take("id"))),
            (target, build_text_arrays(ends)),
            (role, build_text_arrays(take(f"{prefix}Role"))),
            ("startDate", build_text_arrays(take(f"{prefix}Start"))),
        ]
    )
    datasets = pa.array([f'["{dataset}"]'] * len(rows), pa.string())
    return build_objects(
        "id",
        quote_texts(identity),
        [
            ("schema", pa.array([f'"{schema}"'] * len(rows), pa.string())),
            ("datasets", datasets),
            ("properties", properties),
        ],
    )


def render_senzing(table: pa.Table, code: str) -> memoryview:
    """Render records in Senzing's entity format, one on each line."""
    column = _column_reader(table)
    source = f'"{code.upper().replace("-", "_")}"'
    record_type = _SENZING_TYPES.take(pc.index_in(column("schema"), value_set=_SENZING_SCHEMAS))
    plain_members = [(key, quote_texts(column(name))) for key, name in _SENZING_PLAIN.items()]
    pointers = [_pointer(column, code, prefix) for prefix in relation_prefixes(table)]
    topics = [_topic(column(name)) for name in ("activity", "otherActivity")]
    ship_ids = [_other_id(column("imoNumber"), "IMO"), _other_id(column("mmsi"), "MMSI")]
    return encode_lines(
        build_objects(
            "DATA_SOURCE",
            pa.array([source] * len(table), pa.string()),
            [
                ("RECORD_ID", quote_texts(column("id"))),
                ("RECORD_TYPE", record_type),
                ("NAMES", _senzing_names(column, len(table))),
                *plain_members,
                ("DATES", _feature_array(column, "DATE_OF_BIRTH", BIRTH_DATE, "otherBirthDate")),
                (
                    "COUNTRIES",
                    _feature_array(column, "NATIONALITY", NATIONALITY, "otherNationality"),
                ),
                ("IDENTIFIERS", build_arrays(*ship_ids)),
                ("RELATIONSHIPS", build_arrays(*pointers)),
                ("RISKS", build_arrays(*topics)),
            ],
        )
    )


def _senzing_names(column: Column, count: int) -> pa.StringArray:
    """Return the array of names of each record: the primary name, then the aliases."""
    name = column("name")
    is_organization = np.asarray(
        pc.is_in(column("schema"), value_set=pa.array(["Company", "Organization"]))
    )
    has_last_name = np.asarray(column("lastName").is_valid())
    primary = build_optional_objects(
        [
            ("NAME_TYPE", pa.array(['"PRIMARY"'] * count, pa.string())),
            ("NAME_FULL", quote_texts(name_lexicon.keep_where(name, ~is_organization))),
            ("NAME_ORG", quote_texts(name_lexicon.keep_where(name, is_organization))),
            ("NAME_FIRST", quote_texts(column("firstName"))),
            (
                "NAME_MIDDLE",
                quote_texts(name_lexicon.keep_where(column(FATHER_NAME), has_last_name)),
            ),
            ("NAME_LAST", quote_texts(column("lastName"))),
        ]
    )
    return build_arrays(primary, *(_alias(column(alias), usage) for alias, usage in _ALIASES))


_SENZING_SCHEMAS = pa.array(["Person", "Company", "Organization", "Vessel"], pa.string())
_SENZING_TYPES = pa.array(['"PERSON"', '"ORGANIZATION"', '"ORGANIZATION"', '"VESSEL"'], pa.string())
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


def _feature_array(column: Column, key: str, *names: str) -> pa.StringArray:
    """Build an array with one object for each value of an attribute."""
    return build_arrays(
        *(build_optional_objects([(key, quote_texts(column(name)))]) for name in names)
    )


def _topic(activities: pa.Array) -> pa.StringArray:
    return build_optional_objects([("TOPIC", quote_texts(_map_texts(activities, _TOPICS)))])


def _alias(names: pa.Array, usage: str) -> pa.StringArray:
    return name_lexicon.concat_texts(
        [f'{{"NAME_TYPE":"{usage}","NAME_FULL":', quote_texts(names), "}"]
    )


def _other_id(numbers: pa.Array, usage: str) -> pa.StringArray:
    return name_lexicon.concat_texts(
        [f'{{"OTHER_ID_TYPE":"{usage}","OTHER_ID_NUMBER":', quote_texts(numbers), "}"]
    )


def _pointer(column: Column, code: str, prefix: str) -> pa.StringArray:
    target = pc.replace_substring(column(f"{prefix}Target"), f"{code}:", "", max_replacements=1)
    role = _map_texts(column(prefix), _POINTERS)
    return name_lexicon.concat_texts(
        [
            '{"REL_POINTER_DOMAIN":"',
            code.upper().replace("-", "_"),
            '","REL_POINTER_KEY":',
            quote_texts(target),
            ',"REL_POINTER_ROLE":',
            quote_texts(role),
            "}",
        ]
    )


def render_interpol(table: pa.Table, code: str) -> memoryview:
    """Render notices as INTERPOL's web service publishes them, one on each line."""
    column = _column_reader(table)
    sex = name_lexicon.choose_where(
        np.asarray(pc.fill_null(pc.equal(column("gender"), "female"), False)),
        pa.scalar('"F"'),
        pa.scalar('"M"'),
    )
    charge = quote_texts(_map_texts(column("activity"), _CHARGES))
    warrants = build_arrays(build_optional_objects([("charge", charge)]))
    return encode_lines(
        build_objects(
            "entity_id",
            quote_texts(column("id")),
            [
                ("forename", quote_texts(column("firstName"))),
                ("name", quote_texts(column("lastName"))),
                ("date_of_birth", quote_texts(column(BIRTH_DATE))),
                ("sex_id", name_lexicon.keep_where(sex, np.asarray(column("gender").is_valid()))),
                (
                    "nationalities",
                    pc.fill_null(
                        build_text_arrays(column(NATIONALITY), column("otherNationality")), "[]"
                    ),
                ),
                ("place_of_birth", quote_texts(column("birthPlace"))),
                ("country_of_birth_id", quote_texts(column("birthCountry"))),
                ("arrest_warrants", pc.fill_null(warrants, "[]")),
            ],
        )
    )


def _column_reader(table: pa.Table) -> Column:
    """Return a function that reads a column of a table as one array; missing columns give nulls."""

    def column(name: str) -> pa.Array:
        """Return a column by name."""
        return (
            name_lexicon.combine_chunks(table.column(name))
            if name in table.column_names
            else name_lexicon.make_nulls(len(table))
        )

    return column


GRADE_SCHEME = "Europol 4x4"
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
        [chunk.agencies[index] for index in chunk.agency.tolist()],
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
    stated = [column for column in VALUE_COLUMNS if column.name in row]
    values = dict.fromkeys(
        _value(column.prop, row[column.name])
        for column in stated
        if column.prop not in IDENTIFIER_SET
    )
    if form == ListFormat.INTERPOL:
        full = " ".join(row[name] for name in ("firstName", "lastName") if name in row)
        values[Value("name", full)] = None
    numbers = dict.fromkeys(
        Identifier(
            column.prop,
            row[column.name],
            row.get(column.country, ""),
            expires=row.get(column.expires, ""),
        )
        for column in stated
        if column.prop in IDENTIFIER_SET
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
