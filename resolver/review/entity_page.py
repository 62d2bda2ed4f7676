"""One entity as its page shows it: the golden record with who says what, what contradicts, and the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records import Record
from resolver.records.labels import label, told
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from resolver.records.visibility import STRANGER, Viewer, visible
from resolver.review.attributes import Stated, attributes
from resolver.review.entity_sides import (
    living,
    party,
    side_of_records,
    sides_of,
    sources_by_name,
)
from resolver.review.models import Party
from resolver.review.view_models import AttributeView, Statement
from resolver.store import Source, StoredRecord

_MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record of an entity: who stated it, its names on one line, its dates of birth or foundation, and since which
    version it holds."""

    stated: Statement
    names: str
    born: str
    since: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """An entity: `id` as it is now, `version` of the store. `attributes` have values on their left side alone;
    `conflicts`: label → values that contradict one another. Without `records` it was dissolved, and the rest is empty.
    """

    id: str
    version: int
    party: Party | None
    attributes: tuple[AttributeView, ...]
    conflicts: Mapping[str, tuple[str, ...]]
    records: tuple[RecordView, ...]


def portrait(hub: Hub, asked: str, viewer: Viewer = STRANGER) -> Portrait:
    """The entity of an id (its own, a retired one, or that of a record), as far as a viewer sees its records. Raises
    `InputError` for an unknown id, and where the viewer sees none of its records, or not the one that was asked for."""
    with hub.store.view() as view:
        found = living(view, asked)
        if not found.records:
            return Portrait(found.id, view.version, None, (), {}, ())
        side = sides_of(view, [found.number])[found.number]
        seen = [one.record.id for one in side.records if visible(one.record.handling, viewer)]
        if not seen or (asked in found.records and asked not in seen):
            raise InputError(
                f"the store holds no entity or record {asked}", mend="ids are e-… or <source>:<id>"
            )
        if len(seen) < len(side.records):
            side = side_of_records(view, found.id, seen)
        sources = sources_by_name(view)
        stated = Stated.of(view, (side,), sources)
        alone = type(side.golden)(
            side.golden.id, side.golden.kind, side.golden.schema, "", "", (), (), {}
        )
        return Portrait(
            side.id,
            view.version,
            party(side, sources),
            attributes(side.golden, alone, stated),
            {
                label(p): tuple(told(p, text) for text in texts)
                for p, texts in side.golden.conflicts.items()
            },
            tuple(_record(one, stated, sources) for one in sorted(side.records, key=_order)),
        )


def _order(stored: StoredRecord) -> tuple[str, str]:
    return stored.record.source, stored.record.id


def _record(stored: StoredRecord, stated: Stated, sources: Mapping[str, Source]) -> RecordView:
    return RecordView(
        stated.by_record[stored.record.id],
        _texts(stored.record, FULL_NAMES) or _texts(stored.record, NAME_PARTS),
        _texts(stored.record, ("birthDate", "incorporationDate")),
        stored.valid_from,
    )


def _texts(record: Record, props: tuple[str, ...]) -> str:
    texts = [value.text for value in record.values if value.prop in props]
    text = " · ".join(dict.fromkeys(texts))
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1].rstrip() + "…"
