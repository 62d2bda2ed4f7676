"""Golden records as FollowTheMoney entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from resolver.merging.ftm.edges import build_edge, describe_relation
from resolver.merging.ftm.ftm_values import to_ftm_values
from resolver.merging.golden_links import covered_records
from resolver.merging.golden_record import GoldenLink, GoldenRecord
from resolver.merging.relation_targets import state_relation
from resolver.records.properties import (
    DATASETS,
    ENTRY_COLUMNS,
    LAST_CHANGE,
    LISTED_SINCE,
    REFERENTS,
)
from resolver.records.stated_links import ADDRESS_SCHEMA


def to_ftm(golden: GoldenRecord) -> list[dict[str, Any]]:
    """Convert a golden record to its FollowTheMoney entity, followed by its link entities: those of
    lists as they were stated, and an edge for each other relation.

    Values keep the order of the golden record (best supported first) and are cleaned by their
    types; `referents` are the record ids, then other ids that sources list; `datasets` the
    sources and further datasets. Values that the schema has no property for are in `notes`.
    `first_seen` is the earliest and `last_change` the latest time that a list states.
    """
    own, edges, covered = to_ftm_entity(golden), [], covered_records(golden.links)
    for relation in golden.relations:
        ftm_edge = build_edge(relation, golden.id, golden.schema)
        of_links = covered.get(state_relation(relation), ())
        records = tuple(record for record in relation.records if record not in of_links)
        if ftm_edge is not None and records:
            edges.append(
                _build_edge_entity(ftm_edge.id, ftm_edge.schema, ftm_edge.forms, records, golden)
            )
    addresses = sorted({link.id for link in golden.links if link.schema == ADDRESS_SCHEMA})
    if addresses:
        properties = {**own["properties"], "addressEntity": addresses}
        own["properties"] = dict(sorted(properties.items()))
    return [own, *(_build_link_entity(link) for link in golden.links if link.records), *edges]


def to_ftm_entity(golden: GoldenRecord) -> dict[str, Any]:
    """Convert a golden record to its FollowTheMoney entity alone, without ids of link entities."""
    values = [
        (prop, [(value.text, value.code, value.records) for value in golden_values])
        for prop, golden_values in golden.values.items()
    ]
    notes = [
        text
        for relation in golden.relations
        if build_edge(relation, golden.id, golden.schema) is None
        for _, text, _ in describe_relation(relation, golden.id)
    ]
    return build_ftm_entity(
        golden.id,
        golden.caption,
        golden.schema,
        values,
        golden.sources,
        list(golden.records),
        notes,
    )


def _build_link_entity(link: GoldenLink) -> dict[str, Any]:
    properties = {prop: list(texts) for prop, texts in link.properties}
    names = properties.get("full") or properties.get("name") or [link.schema]
    times = {"first_seen": link.listed_since, "last_change": link.last_change}
    return {
        "id": link.id,
        "caption": names[0],
        "schema": link.schema,
        "properties": properties,
        "datasets": list(link.datasets)
        or sorted({record.partition(":")[0] for record in link.records}),
        "referents": [],
        **{name: text for name, text in times.items() if text},
    }


def build_ftm_entity(
    identity: str,
    caption: str,
    schema: str,
    values: Iterable[tuple[str, Iterable[tuple[str, str, object]]]],
    sources: Sequence[str],
    referents: list[str],
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """Build a FollowTheMoney entity.

    `values`: per property, the texts of its values, their canonical codes and their records
    (unused, as FollowTheMoney has no place for them). `notes` follow the notes that values produce.
    """
    # texts as keys: an entity may have thousands
    texts_of: dict[str, dict[str, None]] = {}
    entry: dict[str, list[str]] = {}
    for prop, value_forms in values:
        if prop in ENTRY_COLUMNS:
            entry[prop] = [text for text, _, _ in value_forms]
            continue
        for original, code, _ in value_forms:
            for name, ftm_text, _ in to_ftm_values(schema, prop, original, code):
                texts = texts_of.get(name)
                if texts is None:
                    texts_of[name] = {ftm_text: None}
                else:
                    texts[ftm_text] = None
    properties = {name: list(texts) for name, texts in texts_of.items()}
    if notes:
        properties.setdefault("notes", []).extend(notes)
    entity = {
        "id": identity,
        "caption": caption,
        "schema": schema,
        "properties": dict(sorted(properties.items())),
        # sources first: reading the file again gives records to the first
        "datasets": [*sources, *sorted({*entry.get(DATASETS, ())}.difference(sources))],
        "referents": list(dict.fromkeys([*referents, *entry.get(REFERENTS, ())])),
    }
    if LISTED_SINCE in entry:
        entity["first_seen"] = min(entry[LISTED_SINCE])
    if LAST_CHANGE in entry:
        entity["last_change"] = max(entry[LAST_CHANGE])
    return entity


def _build_edge_entity(
    edge_id: str,
    schema: str,
    forms: tuple[Any, ...],
    records: tuple[str, ...],
    golden: GoldenRecord,
) -> dict[str, Any]:
    properties: dict[str, list[str]] = {"recordId": list(records)}
    for name, text, _ in forms:
        properties.setdefault(name, []).append(text)
    source_of = dict(zip(golden.records, golden.record_sources, strict=True))
    return {
        "id": edge_id,
        "caption": schema,
        "schema": schema,
        "properties": dict(sorted(properties.items())),
        "datasets": sorted({source_of[record] for record in records}),
        "referents": [],
    }
