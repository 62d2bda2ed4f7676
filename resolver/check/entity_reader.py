"""Readers of entities as FtM entities, by any id that ever led to them, with relations and history,
as a viewer may see them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import category

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.check.visible_history import was_ever_visible
from resolver.hub.hub import Hub
from resolver.hub.record_index import RecordIndex
from resolver.merging import (
    build_merge_context,
    build_partition,
    iterate_golden_records,
    to_ftm,
    to_ftm_entity,
)
from resolver.records import Batch, Column, Handling
from resolver.records.packing import split_fields
from resolver.records.properties import LINK_ENTITY, REFERENTS, RELATION
from resolver.records.visibility import (
    STRANGER,
    Viewer,
    is_visible,
    visible_records,
    visible_rows,
)
from resolver.reference.ftm import Schema, find_schema
from resolver.search import find_by_name_prefix, find_by_value, find_related_to
from resolver.store import StoreView
from resolver.values.normal_values import country_code

Numbers = npt.NDArray[np.int64]
_LINK_ENDS: Mapping[str, tuple[str, ...]] = {
    "Sanction": ("entity",),
    "Passport": ("holder",),
    "Identification": ("holder",),
}
"""Properties by which entities that are no edges name the entity that they concern."""
MAX_RELATED = 200
"""Maximum number of related records that are shown with an entity."""


@dataclass(frozen=True, slots=True)
class EntityDocument:
    """Entity in FtM form: its current id, the document (with relations nested on request), and the
    revision. `entity` is None for a dissolved entity without records.
    """

    id: str
    entity: dict[str, Any] | None
    revision: int


def may_be_id(text: str) -> bool:
    """Return whether a typed text may be an id: one word that does not consist of letters only.

    `read_entity` also finds ids within a source that have only letters; a typed text of letters
    counts as a name.
    """
    return (
        bool(text) and " " not in text and any(category(letter)[0] not in "LM" for letter in text)
    )


def find_typed_id(hub: Hub, text: str, viewer: Viewer = STRANGER) -> str:
    """Return the current id of the entity, if a typed text is one of its ids; empty for other
    texts.
    """
    document = read_entity(hub, text, viewer) if may_be_id(text) else None
    return document.id if document is not None and document.entity is not None else ""


def read_entity(
    hub: Hub, entity_id: str, viewer: Viewer = STRANGER, *, with_relations: bool = False
) -> EntityDocument | None:
    """Read the entity of an id. The id may be its own id, a retired id, the id of a record, or an
    id that only one entity's records have or list in any source.

    Returns None if the id is unknown, if the viewer may see none of its records, or if the viewer
    may not see the record whose id was given.
    """
    read = _read_exact(hub, entity_id, viewer, with_relations=with_relations)
    if read is not None or not entity_id or ":" in entity_id:
        return read
    for find in (_find_native, _find_listing):
        documents: dict[str, EntityDocument] = {}
        for record_id in find(hub, entity_id):
            # a record that the viewer may not see is treated as absent
            document = _read_exact(hub, record_id, viewer, with_relations=with_relations)
            if document is not None:
                documents[document.id] = document
        if documents:
            return documents.popitem()[1] if len(documents) == 1 else None
    return None


def _find_native(hub: Hub, native_id: str) -> list[str]:
    """Return the ids of the records that have an id within their source."""
    with hub.store.view() as view:
        # a source of which the viewer sees no record must not cost time
        ids = [f"{name}:{native_id}" for name in view.source_names()]
        return sorted(view.numbers_of(ids))


def _find_listing(hub: Hub, referent: str) -> list[str]:
    """Return the ids of the records that list an id as another id of theirs."""
    if not any(map(str.isdigit, referent)):
        # the text is a typed surname, which is also looked up as an id
        return []
    with hub.indexed_view() as (_, index):
        records = find_by_value(index.segments, REFERENTS, referent)
        current = records[index.are_current(records)]
        return sorted(index.batch(current).ids.to_pylist()) if len(current) else []


def _read_exact(
    hub: Hub, entity_id: str, viewer: Viewer, *, with_relations: bool
) -> EntityDocument | None:
    with hub.indexed_view() as (present, index):
        view = present.seen_by(viewer)
        stored = view.entity(entity_id)
        if stored is None:
            return None
        is_retired = entity_id not in (stored.id, *stored.records) or not stored.records
        if is_retired and not was_ever_visible(view, entity_id, viewer):
            # the viewer may never have known a retired id, or an entity without records
            return None
        if not stored.records:
            return EntityDocument(stored.id, None, view.revision)
        batch, entity_ids = _load_neighborhood(
            view, index, stored.number, viewer, related=with_relations
        )
        is_hidden_record = entity_id in stored.records and entity_id not in entity_ids
        if is_hidden_record or stored.id not in entity_ids.values():
            return None
        golden_records = iterate_golden_records(_build_context(batch, entity_ids))
        if not with_relations:
            own = next(golden for golden in golden_records if golden.id == stored.id)
            return EntityDocument(stored.id, to_ftm_entity(own), view.revision)
        forms = [form for golden in golden_records for form in to_ftm(golden)]
        document = next(form for form in forms if form["id"] == stored.id)
        return EntityDocument(stored.id, _nest_relations(document, forms), view.revision)


def add_current_ids(hub: Hub, ids: Iterable[str], viewer: Viewer = STRANGER) -> frozenset[str]:
    """Return some ids and the present ids to which the retired ids among them lead, if the viewer
    may know these.
    """
    current_ids = set(ids)
    with hub.store.view() as present:
        view = present.seen_by(viewer)
        for entity_id in sorted(current_ids):
            stored = view.entity(entity_id)
            if stored is None or entity_id in (stored.id, *stored.records):
                continue
            if was_ever_visible(view, entity_id, viewer):
                current_ids.add(stored.id)
    return frozenset(current_ids)


def is_record_visible(hub: Hub, record_id: str, viewer: Viewer = STRANGER) -> bool:
    """Return whether the store has a record and the viewer may see it."""
    with hub.store.view() as view:
        stored = view.record(record_id)
        return stored is not None and is_visible(stored.record.handling, viewer)


def _load_neighborhood(
    view: StoreView, index: RecordIndex, number: int, viewer: Viewer, *, related: bool
) -> tuple[Batch, dict[str, str]]:
    """Load the visible records of an entity and related entities, with the entity id of each."""
    own = visible_records(index.batch(view.members([number])[0]), viewer)
    around = _find_related_entities(view, index, own, viewer) if related else []
    numbers = sorted({number, *around})
    record, owner, _ = view.members(numbers)
    batch = index.batch(record)
    if related:
        own_ids = frozenset(own.ids.to_pylist())
        batch = _drop_foreign_relations(view, batch, owner, number, own_ids, viewer)
    ids = view.entity_ids(numbers)
    entity_of = {
        record_id: ids[entity]
        for record_id, entity in zip(batch.ids.to_pylist(), owner.tolist(), strict=True)
    }
    batch = visible_records(batch, viewer).canonical()
    return batch, {record_id: entity_of[record_id] for record_id in batch.ids.to_pylist()}


def _drop_foreign_relations(
    view: StoreView,
    batch: Batch,
    owner: Numbers,
    number: int,
    ids: frozenset[str],
    viewer: Viewer,
) -> Batch:
    """Drop relations and link entities that lead from some entities (`owner`) to other entities
    which the viewer may see.

    A relation to a record that the viewer may not see stays, like a relation to an unknown id.
    Three kinds of relations stay: relations that the entity `number` states, relations to its
    records (`ids`), and relations within one entity. Without this, an entity with very many
    relations would bring thousands of relations that the answer does not show.
    """
    column = batch.columns.get(RELATION)
    if column is None:
        return batch
    related_ids = [split_fields(text, 2)[1] for text in column.values.to_pylist()]
    stored_ids = _find_visible(view, {*related_ids} - {"", *ids}, viewer)
    owner_of = dict(zip(batch.ids.to_pylist(), owner.tolist(), strict=True))
    is_external = np.array([record_id not in stored_ids for record_id in related_ids], dtype=bool)
    related_owners = np.array(
        [owner_of.get(record_id, -1) for record_id in related_ids], dtype=np.int64
    )
    owners = owner[column.rows]
    is_kept = (
        (owners == number) | is_external[column.codes] | (related_owners[column.codes] == owners)
    )
    columns = {prop: part for prop, part in batch.columns.items() if prop != RELATION}
    if is_kept.any():
        columns[RELATION] = _select_values(column, is_kept)
    links = batch.columns.get(LINK_ENTITY)
    if links is not None:
        names_own = np.array(
            [any(f'"{name}"' in text for name in ids) for text in links.values.to_pylist()]
        )
        columns[LINK_ENTITY] = _select_values(
            links, (owner[links.rows] == number) | names_own[links.codes]
        )
    return replace(batch, columns=columns)


def _select_values(column: Column, mask: npt.NDArray[np.bool_]) -> Column:
    rows, codes, origins = column.rows[mask], column.codes[mask], column.origins[mask]
    return replace(column, rows=rows, codes=codes, origins=origins)


def _find_visible(view: StoreView, ids: Collection[str], viewer: Viewer) -> dict[str, int]:
    """Return the number of each of some records that the viewer may see."""
    stored = {record_id: number for record_id, (number, _) in view.numbers_of(sorted(ids)).items()}
    handling = view.handling_of(sorted(stored.values()))
    return {
        record_id: number
        for record_id, number in stored.items()
        if is_visible(handling.get(number, Handling()), viewer)
    }


def _find_related_entities(
    view: StoreView, index: RecordIndex, batch: Batch, viewer: Viewer
) -> list[int]:
    """Find the entities that some records name, and the entities that name these records, by
    visible records.
    """
    column = batch.columns.get(RELATION)
    values = column.values.to_pylist() if column is not None else []
    related_ids = sorted({split_fields(text, 2)[1] for text in values} - {""})
    numbers = list(_find_visible(view, related_ids[:MAX_RELATED], viewer).values())
    stating = find_related_to(index.segments, batch.ids.to_pylist())
    stating = stating[index.are_current(stating)]
    visible_numbers: list[int] = []
    for start in range(0, len(stating), MAX_RELATED):
        part = np.sort(stating[start : start + MAX_RELATED])
        visible = visible_rows(index.batch(part), viewer)
        visible_numbers += (part if visible is None else part[visible]).tolist()
        if len(visible_numbers) >= MAX_RELATED:
            break
    numbers += visible_numbers[:MAX_RELATED]
    return np.unique(view.memberships(numbers)[1]).tolist() if numbers else []


def suggest_entities(
    hub: Hub, prefix: str, viewer: Viewer = STRANGER, *, limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """Return the revision of the store, and the visible entities with a word of a name that begins
    with a prefix, ordered by caption. A text that is an id finds its entity.
    """
    exact = read_entity(hub, prefix, viewer)
    with hub.indexed_view() as (_, index):
        segments = index.segments
    # searched outside the lock, so that no check waits for it
    records = find_by_name_prefix(segments, prefix, viewer)
    with hub.indexed_view() as (view, index):
        numbers = _find_entities(view, index, records, viewer)
        forms = _build_forms(view.seen_by(viewer), index, numbers[: limit + MAX_RELATED], viewer)
    if exact is not None and exact.entity is not None:
        forms = [exact.entity, *(form for form in forms if form["id"] != exact.id)]
    return view.revision, forms[:limit]


def _find_entities(
    view: StoreView, index: RecordIndex, records: Numbers, viewer: Viewer
) -> list[int]:
    """Return the entities of the records that the viewer may see, in the order of the records."""
    if not len(records):
        return []
    ordered = np.sort(records)
    visible_mask = visible_rows(index.batch(ordered), viewer)
    if visible_mask is not None:
        ordered = ordered[visible_mask]
    record, owner, _ = view.memberships(ordered.tolist())
    entity_of = dict(zip(record.tolist(), owner.tolist(), strict=True))
    return list(
        dict.fromkeys(entity_of[number] for number in records.tolist() if number in entity_of)
    )


def _build_forms(
    view: StoreView, index: RecordIndex, numbers: list[int], viewer: Viewer
) -> list[dict[str, Any]]:
    """Build the FtM entities of some entities, without edges, ordered by caption."""
    if not numbers:
        return []
    record, owner, _ = view.members(numbers)
    ids = view.entity_ids(numbers)
    batch = index.batch(record)
    owners = {
        record_id: ids[entity]
        for record_id, entity in zip(batch.ids.to_pylist(), owner.tolist(), strict=True)
    }
    batch = visible_records(batch, viewer).canonical()
    if not len(batch):
        return []
    forms = list(map(to_ftm_entity, iterate_golden_records(_build_context(batch, owners))))
    return sorted(forms, key=_caption_order)


def _caption_order(form: Mapping[str, Any]) -> tuple[str, str]:
    return str(form["caption"]).casefold(), str(form["id"])


def _build_context(batch: Batch, entity_ids: Mapping[str, str]) -> Any:
    owners = [entity_ids[record_id] for record_id in batch.ids.to_pylist()]
    _, first, inverse = np.unique(
        np.array(owners, dtype=object), return_index=True, return_inverse=True
    )
    labels = first[inverse.reshape(-1)].astype(np.int32)
    return build_merge_context(
        batch, build_partition(batch, labels, pa.array(owners, pa.string())), country_code
    )


def _nest_relations(own: dict[str, Any], forms: list[dict[str, Any]]) -> dict[str, Any]:
    """Nest the link entities of an entity; each of them contains the entity at its other end
    (nested form of FtM).
    """
    by_id = {form["id"]: form for form in forms}
    properties: dict[str, list[Any]] = {
        prop: [by_id.get(value, value) for value in values]
        if prop == "addressEntity"
        else list(values)
        for prop, values in own["properties"].items()
    }
    for form in forms:
        nested = _nest_link(own["id"], form, by_id)
        if nested is not None:
            prop, link = nested
            properties.setdefault(prop, []).append(link)
    return {**own, "properties": properties}


def _nest_link(
    own_id: str, form: dict[str, Any], by_id: dict[str, dict[str, Any]]
) -> tuple[str, dict[str, Any]] | None:
    """Return the property of an entity that holds a link entity, and the link entity with its other
    end.
    """
    schema = find_schema(form["schema"])
    ends = _find_ends(schema) if schema is not None else ()
    own_end = next((prop for prop in ends if own_id in form["properties"].get(prop, ())), None)
    own_property = None if schema is None else schema.properties.get(own_end or "")
    if own_property is None or not own_property.reverse:
        return None
    properties = {
        prop: [by_id.get(value, value) if prop in ends else value for value in values]
        for prop, values in form["properties"].items()
        if prop != own_end
    }
    return own_property.reverse, {**form, "properties": properties}


def _find_ends(schema: Schema) -> tuple[str, ...]:
    return schema.edge or _LINK_ENDS.get(schema.name, ())
