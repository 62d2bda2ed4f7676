"""Entities that join or describe records, as their list states them.

Comparisons need what such an entity says: a relation, an address, a number. What they do not need
(its id, the authority of a sanction, the share of an ownership) is kept here, so that an export has
the entity as it came in. A column of a batch holds each as one JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from resolver.records.batch import Batch
from resolver.records.properties import LINK_ENTITY

ADDRESS_SCHEMA = "Address"


@dataclass(frozen=True, slots=True)
class StatedLink:
    """Entity of a list that is no record, as one record of the list states it.

    `properties` name records by their record ids in the properties `ends`, and everything else as
    the list does. `relations`: packed relations that the record has because of this entity.
    """

    id: str
    schema: str
    properties: Mapping[str, Sequence[str]]
    ends: Sequence[str] = ()
    datasets: Sequence[str] = ()
    listed_since: str = ""
    last_change: str = ""
    relations: Sequence[str] = field(default=())


def pack_link(link: StatedLink) -> str:
    """Return the text of a link entity; equal ones have the same text."""
    row = {
        "id": link.id,
        "schema": link.schema,
        "properties": {prop: sorted(link.properties[prop]) for prop in sorted(link.properties)},
        "ends": sorted(link.ends),
        "datasets": list(link.datasets),
        "listed_since": link.listed_since,
        "last_change": link.last_change,
        "relations": sorted(link.relations),
    }
    filled = {name: value for name, value in row.items() if value}
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":"))


def unpack_link(text: str) -> StatedLink:
    """Return the link entity that `pack_link` packed."""
    return StatedLink(**{"properties": {}, **orjson.loads(text)})


def iterate_links(batch: Batch) -> Iterator[tuple[int, str, StatedLink]]:
    """Yield each link entity of each record of a batch: row of the record, text, and entity."""
    column = batch.columns.get(LINK_ENTITY)
    if column is None:
        return
    texts = column.values.to_pylist()
    links = [unpack_link(text) for text in texts]
    for row, code in zip(column.rows.tolist(), column.codes.tolist(), strict=True):
        yield row, texts[code], links[code]
