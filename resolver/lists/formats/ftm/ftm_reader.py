"""FollowTheMoney entities as JSON lines or an array, flat or nested (OpenSanctions, Aleph).

Persons, groups and assets become records, which keep other ids that a list gives them
(`referents`). Link entities (memberships, ownerships, families, payments, passports, addresses,
positions held, sanctions) become relations, identifiers, addresses and values of the records that
they concern. They may be anywhere in the file: a first pass gathers them, and a second pass makes
the records. Each link entity is also kept as stated, for exports. Memory grows only with the number
of link entities. `handling`, `relations` and `routes` are read as the service takes them with a
single record.
"""

from __future__ import annotations

from collections.abc import Iterator

from resolver.errors import DateError, RecordError
from resolver.lists import reader_types
from resolver.lists.formats.ftm import ftm_entity
from resolver.lists.formats.ftm.ftm_edges import LinkEntity, LinkFacts, gather_links
from resolver.lists.io import json_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import json_keys
from resolver.lists.text.crimes import topic_activities
from resolver.lists.text.list_dates import read_date_readings
from resolver.lists.text.record_draft import RecordDraft, read_handling_field, refuse_handling
from resolver.records import Address, Identifier, Record, Relation, RelationType, kind_of_schema
from resolver.records.properties import (
    ACTIVITY,
    ADDRESS,
    DATASETS,
    DATES,
    ENTRY_COLUMNS,
    HANDLING,
    IDENTIFIER_SET,
    LAST_CHANGE,
    LINK_ENTITY,
    LISTED_SINCE,
    REFERENTS,
    RELATION,
    ROUTE,
)

_SUBMITTED = (("relations", ftm_entity.add_relations), ("routes", ftm_entity.add_routes))
"""Fields that the service accepts in addition to the properties of an entity, and the part of the
program that adds them.
"""


_OF_RECORDS = frozenset((ACTIVITY, HANDLING, RELATION, ROUTE)) | ENTRY_COLUMNS
"""Names that records use for members that FollowTheMoney names in another way."""


def detect_ftm(head: bytes, file: SourceFile) -> bool:
    """Return whether the first object is an FtM entity."""
    return json_keys(head) >= {"id", "schema", "properties"}


def read_ftm(unit: reader_types.ListUnit) -> Iterator[reader_types.Item]:
    """Yield the records of one file of entities."""
    file = unit.files[0]
    links = gather_links(file)
    for item in json_rows.read_json_rows(file):
        if isinstance(item, reader_types.Reject):
            yield item
            continue
        line, row = item
        if fault := _find_fault(row):
            yield reader_types.Reject.of_row(file.label, line, fault, _find_id(row, file))
        elif kind_of_schema(str(row["schema"])) is not None:
            yield from _read_record(file, line, row, links)
        elif not ftm_entity.is_link_schema(str(row["schema"])):
            reason = f"schema {row['schema']} describes no person, group or asset"
            yield reader_types.Reject.of_row(file.label, line, reason, _find_id(row, file))
    for link in links.unused():
        yield reader_types.Reject(
            file.label, link.line, f"the {link.schema} concerns no record of this file"
        )


def _find_fault(row: json_rows.Json) -> str:
    if not isinstance(row.get("id"), str) or not row["id"]:
        return "the id of the entity is no text" if row.get("id") else "the entity has no id"
    if not isinstance(row.get("schema"), str):
        return "the entity has no schema"
    return "" if isinstance(row.get("properties"), dict) else "the entity has no properties"


def _find_id(row: json_rows.Json, file: SourceFile) -> str:
    """Return the record id of an entity, empty if it has none."""
    identity = row.get("id")
    is_id = isinstance(identity, str) and identity
    return f"{ftm_entity.entity_source(row, file)}:{identity}" if is_id else ""


def _read_record(
    file: SourceFile, line: int, row: json_rows.Json, links: LinkFacts
) -> Iterator[reader_types.Item]:
    draft = RecordDraft(ftm_entity.entity_source(row, file), str(row["id"]), str(row["schema"]))
    properties = ftm_entity.entity_properties(row)
    links_of_record: dict[int, tuple[LinkEntity, list[Relation]]] = {}
    for prop, value in properties.items():
        for text in json_rows.json_texts(value):
            try:
                if prop == "addressEntity" and (entry := links.address(text)) is not None:
                    links_of_record[id(entry[0])] = (entry[0], [])
                    draft.add_fact(entry[1])
                else:
                    _add_value(draft, prop, text, links)
            except DateError as error:
                yield reader_types.Reject(
                    file.label, line, json_rows.value_reject_reason(prop, text, error)
                )
    for prop, inner in ftm_entity.nested_entities(row):
        if prop in ftm_entity.DIRECT:
            name = next(
                iter(json_rows.json_texts(ftm_entity.entity_properties(inner).get("name"))), ""
            )
            target_id = links.record_id(json_rows.json_text(inner.get("id")))
            draft.add_fact(Relation(RelationType.LINKED_TO, target_id, name, prop))
    for link, fact in links.facts(str(row["id"])):
        relations = links_of_record.setdefault(id(link), (link, []))[1]
        if fact is not None:
            draft.add_fact(fact)
        if isinstance(fact, Relation):
            relations.append(fact)
    for link, relations in links_of_record.values():
        draft.add_value(LINK_ENTITY, links.statement(link, relations))
    for referent in json_rows.json_texts(row.get(REFERENTS)):
        draft.add_value(REFERENTS, referent)
    for dataset in ftm_entity.further_datasets(row):
        draft.add_value(DATASETS, dataset)
    draft.add_value(LISTED_SINCE, json_rows.json_text(row.get("first_seen")))
    draft.add_value(LAST_CHANGE, json_rows.json_text(row.get("last_change")))
    draft.activities = topic_activities(json_rows.json_texts(properties.get("topics")))
    try:
        refuse_handling(properties, HANDLING)
        draft.handling = read_handling_field(row, HANDLING)
    except RecordError as error:
        yield reader_types.Reject.of_row(file.label, line, error.line(), draft.id)
        return
    yield from _read_submitted(file, line, row, draft.build_record())


def _read_submitted(
    file: SourceFile, line: int, row: json_rows.Json, record: Record
) -> Iterator[reader_types.Item]:
    """Yield a record with the relations and routes that are outside of its properties, as in a
    submission. Rejects for faulty parts come before the record.
    """
    submitted = ftm_entity.SubmittedRecord(record, ())
    for field, add in _SUBMITTED:
        if field not in row:
            continue
        try:
            submitted = add(submitted, row[field])
        except RecordError as error:
            yield reader_types.Reject(file.label, line, f"{field}: {error.line()}")
        except TypeError as error:
            yield reader_types.Reject(file.label, line, f"{field}: {error}")
    for omission in submitted.omissions:
        yield reader_types.Reject(file.label, line, omission)
    yield reader_types.LocatedRecord(submitted.record, line)


def _add_value(draft: RecordDraft, prop: str, text: str, links: LinkFacts) -> None:
    """Add one value of a property. Raises `DateError` for a date that cannot be read."""
    if prop in IDENTIFIER_SET:
        draft.add_fact(Identifier(prop, text))
    elif prop in DATES:
        for date in read_date_readings(text):
            draft.add_value(prop, date)
    elif prop == ADDRESS:
        draft.add_fact(Address(full=text))
    elif prop in ftm_entity.DIRECT:
        draft.add_fact(Relation(RelationType.LINKED_TO, links.record_id(text), "", prop))
    elif prop in _OF_RECORDS:
        draft.add_note(f"{prop}: {text}")
    elif not ftm_entity.is_entity_property(draft.schema, prop):
        draft.add_value(prop, text)


ROW = reader_types.ReaderRow(
    name="ftm",
    help="FollowTheMoney entities, JSON lines or a JSON array (OpenSanctions, Aleph)",
    detect=detect_ftm,
    read=read_ftm,
)
