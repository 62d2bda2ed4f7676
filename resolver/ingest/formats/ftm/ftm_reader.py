"""FollowTheMoney entities, one JSON object a line, as OpenSanctions and Aleph write them, flat or nested.

Persons, groups and assets become records. Entities that only join others (memberships, ownerships, families, passports,
addresses, positions held, sanctions) become relations, identifiers, addresses and values of the records they join,
wherever in the file they stand: a first pass gathers them, a second one makes the records. Memory is bounded by them.
"""

from __future__ import annotations

from collections.abc import Iterator

from resolver.errors import DateError
from resolver.ingest.formats.ftm.ftm_edges import Joints, gather_joints
from resolver.ingest.formats.ftm.ftm_schema import (
    DIRECT,
    is_joint,
    names_entity,
    nested_entities,
    properties_of,
    source_of,
)
from resolver.ingest.io.json_values import not_taken, text_of, texts
from resolver.ingest.io.sniffing import json_keys
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.text_rows import Json, json_rows
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    ReaderRow,
    RecordAt,
    Reject,
)
from resolver.ingest.text.crimes import topic_activities
from resolver.ingest.text.machine_dates import read_date
from resolver.ingest.text.record_draft import Draft
from resolver.records import Address, Identifier, Relation, RelationType, kind_of_schema
from resolver.records.properties import ADDRESS, DATES, IDENTIFIER_SET


def detect(head: bytes, file: SourceFile) -> bool:
    """Whether the first object is an FtM entity."""
    return json_keys(head) >= {"id", "schema", "properties"}


def read(unit: ListUnit) -> Iterator[Item]:
    """The records of one file of entities."""
    file = unit.files[0]
    joints = gather_joints(file)
    for item in json_rows(file):
        if isinstance(item, Reject):
            yield item
            continue
        line, row = item
        if fault := _fault(row):
            yield Reject(file.label, line, fault)
        elif kind_of_schema(str(row["schema"])) is not None:
            yield from _record(file, line, row, joints)
        elif not is_joint(str(row["schema"])):
            yield Reject(
                file.label, line, f"schema {row['schema']} describes no person, group or asset"
            )
    for joint in joints.unused():
        yield Reject(file.label, joint.line, f"the {joint.schema} concerns no record of this file")


def _fault(row: Json) -> str:
    if not isinstance(row.get("id"), str) or not row["id"]:
        return "the entity has no id"
    if not isinstance(row.get("schema"), str):
        return "the entity has no schema"
    return "" if isinstance(row.get("properties"), dict) else "the entity has no properties"


def _record(file: SourceFile, line: int, row: Json, joints: Joints) -> Iterator[Item]:
    draft = Draft(source_of(row, file), str(row["id"]), str(row["schema"]))
    properties = properties_of(row)
    for prop, value in properties.items():
        for text in texts(value):
            try:
                _say(draft, prop, text, joints)
            except DateError as error:
                yield Reject(file.label, line, not_taken(prop, text, error))
    for prop, inner in nested_entities(row):
        if prop in DIRECT:
            name = next(iter(texts(properties_of(inner).get("name"))), "")
            draft.add(
                Relation(
                    RelationType.LINKED_TO, joints.record_id(text_of(inner.get("id"))), name, prop
                )
            )
    for fact in joints.facts(str(row["id"])):
        draft.add(fact)
    draft.activities = topic_activities(texts(properties.get("topics")))
    yield RecordAt(draft.record(), line)


def _say(draft: Draft, prop: str, text: str, joints: Joints) -> None:
    """Add one value of a property. Raises `DateError` for a date that cannot be read."""
    if prop in IDENTIFIER_SET:
        draft.add(Identifier(prop, text))
    elif prop in DATES:
        draft.say(prop, read_date(text))
    elif prop == ADDRESS:
        draft.add(Address(full=text))
    elif prop == "addressEntity":
        address = joints.address(text)
        if address is not None:
            draft.add(address)
    elif prop in DIRECT:
        draft.add(Relation(RelationType.LINKED_TO, joints.record_id(text), "", prop))
    elif not names_entity(draft.schema, prop):
        draft.say(prop, text)


ROW = ReaderRow(
    name="ftm",
    help="FollowTheMoney entities, one JSON object a line (OpenSanctions, Aleph)",
    detect=detect,
    read=read,
)
