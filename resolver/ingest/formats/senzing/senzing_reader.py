"""Senzing's generic entity format: JSON lines whose attributes stand flat, or nested in lists of features.

A flat attribute may begin with a usage (`HOME_ADDR_CITY`, `AKA_NAME_FULL`). Attributes of one usage and family (NAME,
ADDR, PASSPORT …) in one object belong together. What no rule knows is kept as a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson

from resolver.errors import DateError
from resolver.ingest.formats.senzing.senzing_features import (
    Group,
    groups,
    pointer,
    schema_guess,
    tell,
    topics_of,
)
from resolver.ingest.io.json_values import (
    not_taken,
    objects,
    text_of,
    texts,
)
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
from resolver.ingest.text.record_draft import Draft
from resolver.records import content_id

_MARKS = frozenset(("RECORD_ID", "DATA_SOURCE"))
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
"""(domain, key) of a relationship anchor → id of the record that bears it, where that is not the key itself."""


def detect(head: bytes, file: SourceFile) -> bool:
    """Whether the first object has Senzing's attributes."""
    keys = json_keys(head)
    features = any(
        key.startswith(("NAME", "PRIMARY_NAME", "FEATURES", "RECORD_TYPE")) for key in keys
    )
    return bool(keys & _MARKS) and features


def read(unit: ListUnit) -> Iterator[Item]:
    """The records of one file. Two passes: the first finds what relationship pointers point to."""
    file = unit.files[0]
    anchors = _anchors(file)
    for item in json_rows(file):
        if isinstance(item, Reject):
            yield item
        else:
            yield from record_of(file, *item, anchors)


def source_of(row: Json, file: SourceFile) -> str:
    """The source: DATA_SOURCE in lower case with hyphens, else the file's name."""
    return re.sub(r"[^\w.-]+", "-", (text_of(row.get("DATA_SOURCE")) or file.stem).lower()).replace(
        "_", "-"
    )


def record_of(file: SourceFile, line: int, row: Json, anchors: Anchors) -> Iterator[Item]:
    """The record of one object, after rejects of what cannot be read in it."""
    features = list(_features(row))
    kinds = [text for feature in features for text in texts(feature.get("RECORD_TYPE"))]
    schema = _SCHEMAS.get(kinds[0].upper(), "") if kinds else schema_guess(features)
    if not schema:
        yield Reject(
            file.label, line, f"RECORD_TYPE {kinds[0]} describes no person, group or asset"
        )
        return
    source = source_of(row, file)
    draft = Draft(source, text_of(row.get("RECORD_ID")) or _made_id(source, row), schema)
    for group in (group for feature in features for group in groups(feature)):
        if group.family == "REL_POINTER":
            draft.add(pointer(group, _target(anchors, source, group)))
            continue
        try:
            tell(draft, group)
        except DateError as error:
            yield Reject(file.label, line, not_taken(group.family, group.get(group.family), error))
    draft.activities = topic_activities(topics_of(features))
    yield RecordAt(draft.record(), line)


def _features(row: Json) -> Iterator[Json]:
    """The flat attributes as one object, then every nested object."""
    yield {key: value for key, value in row.items() if not isinstance(value, list | dict)}
    for value in row.values():
        yield from objects(value)


def _made_id(source: str, row: Json) -> str:
    return content_id(source, orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode()).removeprefix(
        f"{source}:"
    )


def _anchors(file: SourceFile) -> Anchors:
    found: Anchors = {}
    for item in json_rows(file):
        if isinstance(item, Reject):
            continue
        row, own = item[1], text_of(item[1].get("RECORD_ID"))
        for feature in _features(row):
            key = text_of(feature.get("REL_ANCHOR_KEY"))
            if key and own and key != own:
                found[(text_of(feature.get("REL_ANCHOR_DOMAIN")), key)] = (
                    f"{source_of(row, file)}:{own}"
                )
    return found


def _target(anchors: Anchors, source: str, group: Group) -> str:
    """The record a pointer points to: the one with that anchor, else the one with that id in the same source."""
    domain, key = group.get("REL_POINTER_DOMAIN"), group.get("REL_POINTER_KEY")
    return anchors.get((domain, key), f"{source}:{key}")


ROW = ReaderRow(
    name="senzing",
    help="Senzing's entity format, JSON lines with attributes flat or nested",
    detect=detect,
    read=read,
)
