"""Golden records as FollowTheMoney entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from resolver.merging.ftm.edges import build_edge, describe_relation
from resolver.merging.ftm.ftm_values import to_ftm_values
from resolver.merging.golden_record import GoldenRecord
from resolver.records.properties import REFERENTS


def to_ftm(golden: GoldenRecord) -> list[dict[str, Any]]:
    """Convert a golden record to its FollowTheMoney entity, followed by one edge per relation.

    Values keep the order of the golden record (best supported first) and are cleaned by their
    types; `referents` are the record ids, then other ids that sources list; `datasets` the
    sources. Values that the schema has no property for are in `notes`.
    """
    values = [
        (prop, [(value.text, value.code, value.records) for value in golden_values])
        for prop, golden_values in golden.values.items()
    ]
    edges, notes = [], []
    for relation in golden.relations:
        ftm_edge = build_edge(relation, golden.id, golden.schema)
        if ftm_edge is not None:
            edges.append(
                _build_edge_entity(
                    ftm_edge.id, ftm_edge.schema, ftm_edge.forms, relation.records, golden
                )
            )
            continue
        notes += [text for _, text, _ in describe_relation(relation, golden.id)]
    sources, records = list(golden.sources), list(golden.records)
    return [
        build_ftm_entity(golden.id, golden.caption, golden.schema, values, sources, records, notes),
        *edges,
    ]


def build_ftm_entity(
    identity: str,
    caption: str,
    schema: str,
    values: Iterable[tuple[str, Iterable[tuple[str, str, object]]]],
    datasets: list[str],
    referents: list[str],
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """Build a FollowTheMoney entity.

    `values`: per property, the texts of its values, their canonical codes and their records
    (unused, as FollowTheMoney has no place for them). `notes` follow the notes that values produce.
    """
    # texts as keys: an entity may have thousands
    texts_of: dict[str, dict[str, None]] = {}
    for prop, value_forms in values:
        if prop == REFERENTS:
            referents = list(dict.fromkeys([*referents, *(text for text, _, _ in value_forms)]))
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
    return {
        "id": identity,
        "caption": caption,
        "schema": schema,
        "properties": dict(sorted(properties.items())),
        "datasets": datasets,
        "referents": referents,
    }


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
