"""Senzing's entity specification: JSON lines or an array, with attributes flat or in features.

A flat attribute may begin with a usage (`HOME_ADDR_CITY`, `AKA_NAME_FULL`). Attributes of one usage
and family (NAME, ADDR, PASSPORT …) in one object belong together. Unknown attributes become notes.
`HANDLING`, which Senzing does not have, is the handling code of the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import orjson

from resolver.errors import DateError, RecordError
from resolver.ingest.formats.senzing.senzing_features import (
    HANDLING_CODE,
    FeatureGroup,
    add_group,
    build_pointer_relation,
    feature_topics,
    gather_date_evidence,
    group_features,
    guess_schema,
)
from resolver.ingest.io.json_rows import Json, read_json_rows
from resolver.ingest.io.json_values import (
    json_objects,
    json_text,
    json_texts,
    value_reject_reason,
)
from resolver.ingest.io.sniffing import json_keys
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    LocatedRecord,
    Note,
    ReaderRow,
    Reject,
)
from resolver.ingest.text.crimes import topic_activities
from resolver.ingest.text.date_order import DateEvidence, DateOrder
from resolver.ingest.text.record_draft import NO_HANDLING, RecordDraft
from resolver.ingest.text.stated_handling import read_handling_field
from resolver.records import Handling, content_id

_RECORD_KEYS = frozenset(("RECORD_ID", "DATA_SOURCE"))
_SCHEMAS = {
    "PERSON": "Person",
    "INDIVIDUAL": "Person",
    "ORGANIZATION": "Organization",
    "ORGANISATION": "Organization",
    "COMPANY": "Company",
    "BUSINESS": "Company",
    "VESSEL": "Vessel",
    "AIRCRAFT": "Airplane",
    "VEHICLE": "Vehicle",
}
Anchors = dict[tuple[str, str], str]
"""Record id by (domain, key) of its relationship anchor, if the key is not the record's own id."""


def detect_senzing(head: bytes, file: SourceFile) -> bool:
    """Return whether the first object has Senzing's attributes."""
    keys = json_keys(head)
    has_features = any(
        key.startswith(("NAME", "PRIMARY_NAME", "FEATURES", "RECORD_TYPE")) for key in keys
    )
    return bool(keys & _RECORD_KEYS) and has_features


def read_senzing(unit: ListUnit) -> Iterator[Item]:
    """Yield the records of one file in two passes.

    The first finds the targets of pointers, and the order of day and month in dates.
    """
    file = unit.files[0]
    evidence = DateEvidence()
    anchors = _read_anchors(file, evidence)
    for line in evidence.describe():
        yield Note(f"{file.label}: {line}")
    order = evidence.order()
    for item in read_json_rows(file):
        if isinstance(item, Reject):
            yield item
        else:
            yield from read_senzing_object(file, *item, anchors, order)


def senzing_source(row: Json, file: SourceFile) -> str:
    """Return the source: DATA_SOURCE in lower case with hyphens, else the file's name."""
    return re.sub(
        r"[^\w.-]+", "-", (json_text(row.get("DATA_SOURCE")) or file.stem).lower()
    ).replace("_", "-")


def read_senzing_object(
    file: SourceFile, line: int, row: Json, anchors: Anchors, order: DateOrder
) -> Iterator[Item]:
    """Yield the record of one object, after a reject for each unreadable value."""
    features = list(_iterate_features(row))
    kinds = [text for feature in features for text in json_texts(feature.get("RECORD_TYPE"))]
    schema = _SCHEMAS.get(kinds[0].upper(), "") if kinds else guess_schema(features)
    source, native_id = senzing_source(row, file), json_text(row.get("RECORD_ID"))
    if not schema:
        reason = f"RECORD_TYPE {kinds[0]} describes no person, group or asset"
        yield Reject.of_row(file.label, line, reason, f"{source}:{native_id}" if native_id else "")
        return
    draft = RecordDraft(source, native_id or _build_content_id(source, row), schema)
    try:
        draft.handling = _read_handling(features)
    except RecordError as error:
        yield Reject.of_row(file.label, line, error.line(), draft.id)
        return
    for group in (group for feature in features for group in group_features(feature)):
        if group.family == "REL_POINTER":
            draft.add_fact(build_pointer_relation(group, _find_target(anchors, source, group)))
            continue
        try:
            add_group(draft, group, order)
        except DateError as error:
            yield Reject(
                file.label, line, value_reject_reason(group.family, group.get(group.family), error)
            )
    draft.activities = topic_activities(feature_topics(features))
    yield LocatedRecord(draft.build_record(), line)


def _read_handling(features: Sequence[Json]) -> Handling:
    """Return the handling that a record states. Raises `RecordError`."""
    stated = {read_handling_field(feature, HANDLING_CODE) for feature in features} - {NO_HANDLING}
    if len(stated) > 1:
        raise RecordError("it has several handling codes", hint=f"state {HANDLING_CODE} once")
    return stated.pop() if stated else NO_HANDLING


def own_date_order(row: Json) -> DateOrder:
    """Return the order of day and month that the dates of a single object prove."""
    evidence = DateEvidence()
    for feature in _iterate_features(row):
        gather_date_evidence(feature, evidence)
    return evidence.order()


def _iterate_features(row: Json) -> Iterator[Json]:
    """Yield the flat attributes as one object, then every nested object."""
    flat, nested = {}, []
    for key, value in row.items():
        if isinstance(value, list | dict):
            nested.append(value)
        else:
            flat[key] = value
    yield flat
    for value in nested:
        yield from json_objects(value)


def _build_content_id(source: str, row: Json) -> str:
    return content_id(source, orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode()).removeprefix(
        f"{source}:"
    )


def _read_anchors(file: SourceFile, evidence: DateEvidence) -> Anchors:
    """Return the anchors of a file, and add its dates to the evidence of their order."""
    anchors: Anchors = {}
    for item in read_json_rows(file):
        if isinstance(item, Reject):
            continue
        row, record_id = item[1], json_text(item[1].get("RECORD_ID"))
        for feature in _iterate_features(row):
            gather_date_evidence(feature, evidence)
            key = json_text(feature.get("REL_ANCHOR_KEY"))
            if key and record_id and key != record_id:
                anchors[(json_text(feature.get("REL_ANCHOR_DOMAIN")), key)] = (
                    f"{senzing_source(row, file)}:{record_id}"
                )
    return anchors


def _find_target(anchors: Anchors, source: str, group: FeatureGroup) -> str:
    """Return the record id of a pointer: by its anchor, else by the key in the same source."""
    domain, key = group.get("REL_POINTER_DOMAIN"), group.get("REL_POINTER_KEY")
    return anchors.get((domain, key), f"{source}:{key}")


ROW = ReaderRow(
    name="senzing",
    help="Senzing's entity format, JSON lines or a JSON array with attributes flat or nested",
    detect=detect_senzing,
    read=read_senzing,
)
