"""Entity as its page shows it: golden record with sources, contradictions and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.hub.hub import Hub
from resolver.merging import GoldenRecord
from resolver.records import Record
from resolver.records.labels import display_text, property_label
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.attributes import StatementIndex, compare_attributes
from resolver.review.entity_sides import (
    build_party,
    load_sides,
    side_digest,
    sources_by_name,
)
from resolver.review.models import Party
from resolver.review.profile.agencies import AgencyShare, group_by_agency
from resolver.review.profile.handling import RecordHandling, collect_handling
from resolver.review.profile.life import LifeSpan, collect_spans
from resolver.review.profile.places import MappedPlace, collect_places
from resolver.review.restrictions import find_entity
from resolver.review.view_models import AttributeView, Statement
from resolver.store import StoredRecord, StoredSource

_MAX_TEXT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class RecordView:
    """Record of an entity: its source, its names and its dates of birth or foundation (each on one
    line), and the revision since which this version holds.
    """

    statement: Statement
    names: str
    birth_dates: str
    revision: int


@dataclass(frozen=True, slots=True)
class EntityPage:
    """Entity with its current `id` at a `revision` of the store.

    `attributes` have values on their left side only; `conflicts` maps a label to the values that
    contradict one another. An entity without `records` was dissolved, and everything else is empty.
    `digest` tells the visible records as shown; `agencies`, `life`, `places` and `handling` gather
    what they state.
    """

    id: str
    revision: int
    party: Party | None
    attributes: tuple[AttributeView, ...]
    conflicts: Mapping[str, tuple[str, ...]]
    records: tuple[RecordView, ...]
    digest: str = ""
    agencies: tuple[AgencyShare, ...] = ()
    life: tuple[LifeSpan, ...] = ()
    places: tuple[MappedPlace, ...] = ()
    handling: tuple[RecordHandling, ...] = ()


def load_entity_page(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> EntityPage:
    """Load the entity of an id (its own, a retired one, or that of a record) as the viewer may see
    it.

    Raises `UnknownIdError` for an id that is unknown or that the viewer may not know.
    """
    with hub.store.view() as view:
        stored_entity = find_entity(view, entity_id, viewer)
        if not stored_entity.records:
            return EntityPage(stored_entity.id, view.revision, None, (), {}, ())
        side = load_sides(view, [stored_entity.number], viewer)[stored_entity.number]
        sources = sources_by_name(view)
        statements = StatementIndex.load(view, (side,), sources)
        no_values = GoldenRecord(
            side.golden.id, side.golden.kind, side.golden.schema, "", "", (), (), {}
        )
        return EntityPage(
            side.id,
            view.revision,
            build_party(side, sources),
            compare_attributes(side.golden, no_values, statements),
            {
                property_label(p): tuple(display_text(p, text) for text in texts)
                for p, texts in side.golden.conflicts.items()
            },
            tuple(
                _record(stored, statements, sources)
                for stored in sorted(side.records, key=_record_order)
            ),
            side_digest(side),
            group_by_agency(statements.by_record.values()),
            collect_spans(stored.record for stored in side.records),
            collect_places(stored.record for stored in side.records),
            collect_handling(stored.record for stored in side.records),
        )


def _record_order(stored: StoredRecord) -> tuple[str, str]:
    return stored.record.source, stored.record.id


def _record(
    stored: StoredRecord, statements: StatementIndex, sources: Mapping[str, StoredSource]
) -> RecordView:
    return RecordView(
        statements.by_record[stored.record.id],
        _texts(stored.record, FULL_NAMES) or _texts(stored.record, NAME_PARTS),
        _texts(stored.record, ("birthDate", "incorporationDate")),
        stored.valid_from,
    )


def _texts(record: Record, props: tuple[str, ...]) -> str:
    texts = [display_text(row.prop, row.text) for row in record.values if row.prop in props]
    text = " · ".join(dict.fromkeys(texts))
    return text if len(text) <= _MAX_TEXT_LENGTH else text[: _MAX_TEXT_LENGTH - 1].rstrip() + "…"
