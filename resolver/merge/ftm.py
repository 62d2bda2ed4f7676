"""Golden records as FollowTheMoney entities."""

from __future__ import annotations

from typing import Any

from resolver.merge.edges import edge, relation_note
from resolver.merge.ftm_values import forms
from resolver.merge.golden import GoldenRecord


def to_ftm(golden: GoldenRecord) -> list[dict[str, Any]]:
    """The FtM entity of a golden record, and after it one edge for each relation to another entity.

    Values stand in the order of the golden record (best supported first), cleaned by their FtM types; `referents` are
    the record ids, `datasets` the sources. Whatever the schema has no place for is in `notes`.
    """
    properties: dict[str, list[str]] = {}
    for prop, values in golden.values.items():
        for value in values:
            for name, text, _ in forms(golden.schema, prop, value.text, value.code):
                held = properties.setdefault(name, [])
                if text not in held:
                    held.append(text)
    edges = []
    for relation in golden.relations:
        found = edge(relation, golden.id, golden.schema)
        if found is not None:
            edges.append(_edge_entity(found.id, found.schema, found.forms, relation.records, golden))
            continue
        for _, text, _ in relation_note(relation, golden.id):
            properties.setdefault("notes", []).append(text)
    entity = {
        "id": golden.id,
        "caption": golden.caption,
        "schema": golden.schema,
        "properties": dict(sorted(properties.items())),
        "datasets": list(golden.sources),
        "referents": list(golden.records),
    }
    return [entity, *edges]


def _edge_entity(
    identity: str, schema: str, said: tuple[Any, ...], records: tuple[str, ...], golden: GoldenRecord
) -> dict[str, Any]:
    properties: dict[str, list[str]] = {"recordId": list(records)}
    for name, text, _ in said:
        properties.setdefault(name, []).append(text)
    source_of = dict(zip(golden.records, golden.record_sources, strict=True))
    return {
        "id": identity,
        "caption": schema,
        "schema": schema,
        "properties": dict(sorted(properties.items())),
        "datasets": sorted({source_of[record] for record in records}),
        "referents": [],
    }
