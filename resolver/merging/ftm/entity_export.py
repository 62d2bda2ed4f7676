"""Golden records as FollowTheMoney entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from resolver.merging.ftm.edges import edge, relation_note
from resolver.merging.ftm.value_forms import forms
from resolver.merging.golden_record import GoldenRecord


def to_ftm(golden: GoldenRecord) -> list[dict[str, Any]]:
    """The FtM entity of a golden record, and after it one edge for each relation to another entity.

    Values stand in the order of the golden record (best supported first), cleaned by their FtM types; `referents` are
    the record ids, `datasets` the sources. Whatever the schema has no place for is in `notes`.
    """
    said = [
        (prop, [(one.text, one.code, one.records) for one in held])
        for prop, held in golden.values.items()
    ]
    edges, notes = [], []
    for relation in golden.relations:
        found = edge(relation, golden.id, golden.schema)
        if found is not None:
            edges.append(
                _edge_entity(found.id, found.schema, found.forms, relation.records, golden)
            )
            continue
        notes += [text for _, text, _ in relation_note(relation, golden.id)]
    sources, records = list(golden.sources), list(golden.records)
    return [
        entity_of(golden.id, golden.caption, golden.schema, said, sources, records, notes),
        *edges,
    ]


def entity_of(
    identity: str,
    caption: str,
    schema: str,
    said: Iterable[tuple[str, Iterable[tuple[str, str, object]]]],
    datasets: list[str],
    referents: list[str],
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """An FtM entity of what is said of it: per property the texts of its values, their canonical codes, and who states
    them, which FtM has no place for. `notes` stand after those that values make."""
    properties: dict[str, list[str]] = {}
    for prop, values in said:
        for written, code, _ in values:
            for name, text, _ in forms(schema, prop, written, code):
                held = properties.get(name)
                if held is None:
                    properties[name] = [text]
                elif text not in held:
                    held.append(text)
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


def _edge_entity(
    identity: str,
    schema: str,
    said: tuple[Any, ...],
    records: tuple[str, ...],
    golden: GoldenRecord,
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
