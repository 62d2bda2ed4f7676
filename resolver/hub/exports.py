"""Export of a store as JSON lines, for archives, other programs and comparison.

A canonical export holds entities named by their smallest record id, golden values with the records
that state them, and links; no ids, revisions or times. It depends on records and decisions alone:
the same of them give the same bytes, whatever the order and number of commits. A full export also
has ids and revisions, sources, decisions, and where retired ids lead. An export as FollowTheMoney
has entities and their link entities only, and can be read again as a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from resolver.errors import OutputError
from resolver.hub.hub import Hub
from resolver.hub.stored_results import StoredResults, load_all_results, smallest_record_ids
from resolver.merging import (
    GoldenLink,
    GoldenRecord,
    GoldenRelation,
    GoldenValue,
    build_partition,
    iterate_golden_records,
    to_ftm,
)
from resolver.normalize import country_code
from resolver.pipeline import merge_entities
from resolver.records.results.resolution import Band, Basis, Outcome
from resolver.scoring import scores
from resolver.store import LinkColor, StoredDecision, StoreView
from resolver.store.array_files import replace_file


def export_store(hub: Hub, out: Path, *, canonical: bool = False, ftm: bool = False) -> int:
    """Write an export into a file; return the number of lines.

    Raises `OutputError` where it cannot be written.
    """
    count = 0
    try:
        with replace_file(out) as file:
            for line in export_lines(hub, canonical=canonical, ftm=ftm):
                file.write(line)
                count += 1
    except OSError as error:
        raise OutputError(
            f"cannot write the export: {error.strerror or error}", place=str(out)
        ) from error
    return count


def export_lines(hub: Hub, *, canonical: bool = False, ftm: bool = False) -> Iterator[bytes]:
    """Yield the lines of an export, each a JSON object and a line break."""
    results = load_all_results(hub)
    entity_ids = smallest_record_ids(results) if canonical else results.entity_ids
    golden_records = _golden_records(results, entity_ids)
    rows: Iterator[dict[str, Any]]
    if ftm:
        rows = (entity for golden in golden_records for entity in to_ftm(golden))
    else:
        rows = chain(map(_entity, golden_records), _links(results))
    for row in rows:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    if not canonical and not ftm:
        with hub.store.view() as view:
            for row in _context_rows(view):
                yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def _golden_records(results: StoredResults, entity_ids: pa.StringArray) -> Iterator[GoldenRecord]:
    """Yield the golden records, by entity id."""
    batch, labels = results.resolution.batch, results.resolution.labels
    merge = merge_entities(batch, build_partition(batch, labels, entity_ids), country_code)
    return iterate_golden_records(merge)


def _entity(golden: GoldenRecord) -> dict[str, Any]:
    return {
        "entity": golden.id,
        "kind": golden.kind.label,
        "schema": golden.schema,
        "caption": golden.caption,
        "birthDate": golden.birth_date,
        "records": list(golden.records),
        "properties": {
            prop: [_value(value) for value in golden.values[prop]] for prop in sorted(golden.values)
        },
        "relations": [_relation(relation) for relation in golden.relations],
        **({"links": [_link_entity(link) for link in golden.links]} if golden.links else {}),
        "conflicts": {prop: list(golden.conflicts[prop]) for prop in sorted(golden.conflicts)},
    }


def _value(value: GoldenValue) -> dict[str, Any]:
    row: dict[str, Any] = {"value": value.text, "records": list(value.records)}
    if value.forms:
        row["forms"] = list(value.forms)
    if value.code:
        row["code"] = value.code
    return row


def _relation(relation: GoldenRelation) -> dict[str, Any]:
    fields = {
        "type": relation.type.value,
        "target": relation.target,
        "record": relation.target_record,
        "name": relation.name,
        "role": relation.role,
        "start": relation.start,
        "end": relation.end,
    }
    return {
        **{name: text for name, text in fields.items() if text},
        "records": list(relation.records),
    }


def _link_entity(link: GoldenLink) -> dict[str, Any]:
    return {
        "id": link.id,
        "schema": link.schema,
        "properties": {prop: list(texts) for prop, texts in link.properties},
        "datasets": list(link.datasets),
        **({"first_seen": link.listed_since} if link.listed_since else {}),
        **({"last_change": link.last_change} if link.last_change else {}),
    }


def _links(results: StoredResults) -> Iterator[dict[str, Any]]:
    links, ids = results.resolution.links, results.resolution.batch.ids
    sides = [ids.take(pa.array(rows)).to_pylist() for rows in (links.left, links.right)]
    columns = (
        links.score.tolist(),
        links.stated_band.tolist(),
        links.outcome.tolist(),
        results.link_colors.tolist(),
        scores(links.record_logodds).tolist(),
        links.basis.tolist(),
    )
    for left, right, score, band, outcome, color, own, basis in zip(*sides, *columns, strict=True):
        yield {
            "link": [left, right],
            "score": score,
            "band": Band(band).label,
            "outcome": Outcome(outcome).label,
            "colour": LinkColor(color).label,
            "record_score": own,
            "basis": Basis(basis).label,
        }


def _context_rows(view: StoreView) -> Iterator[dict[str, Any]]:
    """Yield the rows that only a full export has."""
    head = view.head
    yield {
        "store": head.store_id,
        "version": view.revision,
        "plan": head.plan,
        "stamp": dict(head.stamp),
    }
    for source in view.sources(counted=True):
        yield {
            "source": source.name,
            "agency": source.agency,
            "version": source.list_version,
            "records": source.records,
        }
    for stored in view.decisions():
        yield _decision(stored)
    for retired, redirect in view.redirects():
        yield {"retired": retired, "redirect": redirect}


def _decision(stored: StoredDecision) -> dict[str, Any]:
    decision = stored.decision
    return {
        "decision": list(decision.pair),
        "verdict": str(decision.verdict),
        "unlawful": decision.unlawful,
        "who": decision.decided_by,
        "when": decision.decided_at.isoformat() if decision.decided_at else "",
        "why": decision.reason,
        "landed": stored.revision,
        "seen": dict(stored.context),
    }
