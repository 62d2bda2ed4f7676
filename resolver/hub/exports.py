"""A store as JSON lines, for archives, other programs and comparison.

Canonical: entities named by their smallest record id, golden values with the records that state them, links; no ids,
versions or times. It depends on nothing but records and decisions: the same of them give the same bytes, whatever the
order and number of landings. Otherwise ids and versions are with it, the decisions, and where retired ids lead.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from resolver.errors import OutputError
from resolver.hub.hub import Hub
from resolver.hub.stored_results import Gathered, everything, smallest_ids
from resolver.merging import (
    GoldenRecord,
    GoldenRelation,
    GoldenValue,
    context,
    golden_of,
    partition,
)
from resolver.normalize import country_code
from resolver.records.results.resolution import Band, Outcome
from resolver.store import Colour, StoredDecision, View
from resolver.store.array_files import replaced


def export(hub: Hub, out: Path, *, canonical: bool = False) -> int:
    """Write everything that holds into a file; the number of lines. Raises `OutputError` where it cannot be
    written."""
    count = 0
    try:
        with replaced(out) as file:
            for line in lines(hub, canonical=canonical):
                file.write(line)
                count += 1
    except OSError as error:
        raise OutputError(
            f"cannot write the export: {error.strerror or error}", where=str(out)
        ) from error
    return count


def lines(hub: Hub, *, canonical: bool = False) -> Iterator[bytes]:
    """The lines of an export, each a JSON object and a line break."""
    gathered = everything(hub)
    rows = _entities(gathered, smallest_ids(gathered) if canonical else gathered.names)
    for row in rows:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    for row in _links(gathered):
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    if not canonical:
        with hub.store.view() as view:
            for row in _kept(view):
                yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def _entities(gathered: Gathered, names: pa.StringArray) -> Iterator[dict[str, Any]]:
    """The golden records, by name."""
    batch, labels = gathered.resolution.batch, gathered.resolution.labels
    work = context(batch, partition(batch, labels, names), country_code)
    return (_entity(golden) for golden in golden_of(work))


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
        "conflicts": {prop: list(golden.conflicts[prop]) for prop in sorted(golden.conflicts)},
    }


def _value(value: GoldenValue) -> dict[str, Any]:
    said: dict[str, Any] = {"value": value.text, "records": list(value.records)}
    if value.forms:
        said["forms"] = list(value.forms)
    if value.code:
        said["code"] = value.code
    return said


def _relation(relation: GoldenRelation) -> dict[str, Any]:
    said = {
        "type": relation.type.value,
        "target": relation.target,
        "record": relation.target_record,
        "name": relation.name,
        "role": relation.role,
        "start": relation.start,
        "end": relation.end,
    }
    return {
        **{name: text for name, text in said.items() if text},
        "records": list(relation.records),
    }


def _links(gathered: Gathered) -> Iterator[dict[str, Any]]:
    links, ids = gathered.resolution.links, gathered.resolution.batch.ids
    sides = [ids.take(pa.array(rows)).to_pylist() for rows in (links.left, links.right)]
    columns = (
        links.score.tolist(),
        links.band.tolist(),
        links.outcome.tolist(),
        gathered.colours.tolist(),
    )
    for left, right, score, band, outcome, colour in zip(*sides, *columns, strict=True):
        yield {
            "link": [left, right],
            "score": score,
            "band": Band(band).label,
            "outcome": Outcome(outcome).label,
            "colour": Colour(colour).label,
        }


def _kept(view: View) -> Iterator[dict[str, Any]]:
    """What a canonical export leaves out."""
    head = view.head
    yield {
        "store": head.store_id,
        "version": view.version,
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
    one = stored.decision
    return {
        "decision": list(one.pair),
        "verdict": str(one.verdict),
        "unlawful": one.unlawful,
        "who": one.who,
        "when": one.when.isoformat() if one.when else "",
        "why": one.why,
        "landed": stored.landed,
        "seen": dict(stored.seen),
    }
