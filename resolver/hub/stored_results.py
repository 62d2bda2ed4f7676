"""Records of a store in the form of a run's result, for result files, exports and explanations.

First come `StoredResults` and the functions that load them: of one commit (`load_commit_results`)
or of the whole store (`load_all_results`). Then comes the export as JSON lines (`export_store`).
There are three kinds of export:

- canonical: entities named by their smallest record id, golden values with the records that state
  them, and links. It has no ids of entities, no revisions and no times. Equal records and decisions
  give equal bytes, whatever the order and number of commits.
- full: also entity ids, revisions, sources, decisions, and redirects of retired ids.
- FollowTheMoney: only entities and their link entities. It can be read again as a list.

The last functions explain two records of a store by the decision on them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from resolver.engines.pair_explanation import ComparedEntities, DecidedPair, EntityComparer
from resolver.errors import InputError, OutputError
from resolver.hub import entity_preview
from resolver.hub.committer import CommitResult
from resolver.hub.hub import Hub
from resolver.hub.increment_candidates import WorkingSet
from resolver.hub.record_index import RecordIndex
from resolver.hub.shared_relations import SharedRelations, build_context, compare_stored_entities
from resolver.matching.pipeline import merge_entities
from resolver.matching.scoring import scores
from resolver.merging import (
    GoldenLink,
    GoldenRecord,
    GoldenRelation,
    GoldenValue,
    build_partition,
    iterate_golden_records,
    to_ftm,
)
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.labels import display_text
from resolver.records.packing import SEPARATOR, named_fields
from resolver.records.properties import BIRTH_DATE
from resolver.records.results.resolution import (
    Band,
    Basis,
    Links,
    Outcome,
    Resolution,
    RunStats,
    name_by_smallest_row,
)
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, may_read_all, visible_rows
from resolver.runtime.key_groups import unite
from resolver.store import LinkColor, LinkTable, StoredDecision, StoreView
from resolver.store.array_files import replace_file
from resolver.values.normal_values import country_code

Numbers = npt.NDArray[np.int64]
NO_NUMBERS: Numbers = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class StoredResults:
    """Records of a store as a resolved batch.

    `entity_ids` and `record_numbers` have one entry per record, `link_colors` one per link.
    `compare` looks up the evidence from relations for two rows, if the store has it.
    """

    resolution: Resolution
    entity_ids: pa.StringArray
    record_numbers: Numbers
    link_colors: Numbers
    compare: EntityComparer | None = None


def restrict_to_sources(results: StoredResults, sources: Collection[str]) -> StoredResults:
    """Return the results with the records of some sources only.

    Links and relations between two of these records are kept.
    """
    resolution = results.resolution
    batch = resolution.batch
    is_own = np.array([name in sources for name in batch.sources.values.to_pylist()], dtype=bool)
    rows = (
        np.flatnonzero(is_own[batch.sources.codes]) if len(batch) else np.zeros(0, dtype=np.int64)
    )
    place = np.full(len(batch), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    links, inside = resolution.links.move(place)
    return StoredResults(
        replace(
            resolution,
            batch=batch.take(rows),
            labels=name_by_smallest_row(resolution.labels[rows]),
            links=links,
        ),
        results.entity_ids.take(pa.array(rows)),
        results.record_numbers[rows],
        results.link_colors[inside],
    )


def load_commit_results(
    hub: Hub, result: CommitResult, viewer: Viewer = STRANGER, waiting: Numbers = NO_NUMBERS
) -> StoredResults:
    """Return the records of all entities that have a record of the commit, that changed, or that
    began to wait for a steward. The last group is needed because a commit may change only a
    relation of two entities.

    `waiting` are the numbers of the entities that began to wait as far as the viewer may know it
    (`resolver.review.find_changes.find_waiting_entities`). Records that the viewer may not see are
    left out. An entity is left out if all its new or lost records are hidden from the viewer. After
    a dry run, entities are as they would be after the commit; the dry run must have been made for
    this viewer.
    """
    if result.preview is not None:
        return _build_results(result.preview, result.stats, viewer)
    with hub.indexed_view() as (present, whole_index):
        changed = _find_visible_changes(whole_index, result, viewer)
        view, index = entity_preview.restrict_store(present, whole_index, viewer)
        read = np.array(
            sorted(number for number, _ in view.numbers_of(result.ids).values()), dtype=np.int64
        )
        _, entities, _ = view.memberships(read.tolist())
        context = build_context(hub, view, index)
        shown = unite(unite(entities, changed), waiting)
        record, entity, _ = view.members(shown.tolist())
        links = entity_preview.load_links_between(context, (record, entity))
        record, entity = entity_preview.add_waiting(view, (record, entity), links)
        preview = entity_preview.build_preview(view, index, record, entity, links)
        # a refresh can follow the commit, and the links are the present ones
        stats = replace(result.stats, population=hub.models_at(view).population)
        results = _build_results(preview, stats, viewer)
    numbers = results.record_numbers
    return replace(results, compare=partial(_compare_rows, hub, numbers))


def _compare_rows(hub: Hub, numbers: Numbers, left: int, right: int) -> ComparedEntities | None:
    """Return the comparison of the entities of two rows, with the records in `numbers` only."""
    pair = int(numbers[left]), int(numbers[right])
    shared = SharedRelations.load(hub, pair)
    compared = None if shared is None else shared.explain_pair(*pair)
    if shared is None or compared is None:
        return None
    is_shown = np.isin(shared.records.numbers, numbers)
    left_records, right_records = (
        side[is_shown[side]] for side in (compared.left_records, compared.right_records)
    )
    return replace(compared, left_records=left_records, right_records=right_records)


def count_visible_changes(hub: Hub, result: CommitResult, viewer: Viewer) -> int:
    """Return how many entities lost or got a record that the viewer may see.

    After a dry run, return how many would lose or get one. The dry run must have been made for
    this viewer, so it has no record that the viewer may not see.
    """
    if result.preview is not None:
        return len(result.changed_entities)
    with hub.indexed_view() as (_, index):
        return len(_find_visible_changes(index, result, viewer))


def _find_visible_changes(index: RecordIndex, result: CommitResult, viewer: Viewer) -> Numbers:
    """Return the numbers of the entities that lost or got a record that the viewer may see."""
    record, entity = result.changed_members
    numbers = np.unique(record)
    visible = visible_rows(index.batch(numbers), viewer)
    if visible is None:
        return result.changed_entities
    return np.unique(entity[np.isin(record, numbers[visible])])


def load_all_results(hub: Hub) -> StoredResults:
    """Return all current records. Nothing is hidden, so the results are for operators only."""
    with hub.indexed_view() as (view, index):
        record, entity = view.all_members()
        models, nothing = hub.models_at(view), np.zeros(0, dtype=np.int64)
        stats = RunStats(
            view.head.plan, view.head.stamp, (), (), 0, nothing, population=models.population
        )
        preview = entity_preview.build_preview(view, index, record, entity, view.all_links())
        return _build_results(preview, stats, OPERATOR)


def _build_results(
    preview: entity_preview.EntityPreview, stats: RunStats, viewer: Viewer
) -> StoredResults:
    batch, record, entity = preview.batch, preview.records, preview.entities
    visible = visible_rows(batch, viewer)
    if visible is not None:
        batch, record, entity = (
            batch.take(np.flatnonzero(visible)),
            record[visible],
            entity[visible],
        )
    working_set = WorkingSet.of(batch, record)
    entity = entity[np.searchsorted(record, working_set.numbers)]
    labels = name_by_smallest_row(entity)
    entity_ids = pa.array(preview.ids_for(working_set.batch, entity), pa.string())
    links, colors = _build_links(working_set, preview.links)
    # counts could include records that the viewer may not see
    stats = stats if may_read_all(viewer) else stats.without_counts()
    # only new pairs were scored, so the histogram does not cover all pairs of these entities
    stats = replace(stats, logodds=None)
    resolution = Resolution(working_set.batch, labels, links, stats)
    return StoredResults(resolution, entity_ids, working_set.numbers, colors)


def _build_links(working_set: WorkingSet, table: LinkTable) -> tuple[Links, Numbers]:
    """Return the links between records of the set, by rows, and their colors."""
    numbers = working_set.numbers
    is_inside = np.isin(table.left, numbers) & np.isin(table.right, numbers)
    left = working_set.rows_of(table.left[is_inside])
    right = working_set.rows_of(table.right[is_inside])
    order = np.lexsort((right, left))
    logodds = table.logodds[is_inside][order].astype(np.int32)
    links = Links(
        left[order],
        right[order],
        logodds,
        scores(logodds),
        table.band[is_inside][order].astype(np.uint8),
        table.outcome[is_inside][order].astype(np.uint8),
        table.record_logodds[is_inside][order].astype(np.int32),
        table.basis[is_inside][order].astype(np.uint8),
        _find_rows(numbers, table.rival[is_inside][order]),
    )
    return links, table.color[is_inside][order]


def _find_rows(numbers: Numbers, sought: Numbers) -> IntArray:
    """Return the row of each record number; -1 for a number that is not in the set."""
    order = np.argsort(numbers)
    index = order[np.minimum(np.searchsorted(numbers, sought, sorter=order), len(numbers) - 1)]
    return np.where(numbers[index] == sought, index, -1).astype(np.int32)


def smallest_record_ids(results: StoredResults) -> pa.StringArray:
    """Return, for each record, the smallest record id of its entity."""
    resolution = results.resolution
    return resolution.batch.ids.take(pa.array(resolution.labels))


def load_records(hub: Hub, ids: Sequence[str]) -> tuple[Batch, list[str]]:
    """Return some records as a canonical batch, and the deduplicated sources of the store.

    Raises `InputError` for an id that no record has.
    """
    with hub.indexed_view() as (view, index):
        stored = view.numbers_of(ids)
        for record_id in ids:
            if record_id not in stored:
                raise InputError(
                    f"the store has no record {record_id}",
                    hint="ids are <source>:<id> of records, or e-… of entities, as in an export",
                )
        numbers = np.array(sorted(number for number, _ in stored.values()), dtype=np.int64)
        sources = [source.name for source in view.sources() if source.deduplicated]
        return index.batch(numbers).canonical(), sources


def export_store(hub: Hub, out: Path, *, canonical: bool = False, ftm: bool = False) -> int:
    """Write an export into a file; return the number of lines.

    Raises `OutputError` if it cannot be written.
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
        entities = (_entity(golden, canonical=canonical) for golden in golden_records)
        rows = chain(entities, _links(results))
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


def _entity(golden: GoldenRecord, *, canonical: bool) -> dict[str, Any]:
    """Return the line of an entity. With `canonical`, it has values as they are stored, so that it
    can be compared with exports of earlier versions.
    """
    show = _stored_value if canonical else _readable_value
    return {
        "entity": golden.id,
        "kind": golden.kind.label,
        "schema": golden.schema,
        "caption": golden.caption,
        BIRTH_DATE: golden.birth_date,
        "records": list(golden.records),
        "properties": {
            prop: [show(prop, value) for value in golden.values[prop]]
            for prop in sorted(golden.values)
        },
        "relations": [_relation(relation) for relation in golden.relations],
        **({"links": [_link_entity(link) for link in golden.links]} if golden.links else {}),
        "conflicts": {prop: list(golden.conflicts[prop]) for prop in sorted(golden.conflicts)},
    }


def _stored_value(prop: str, value: GoldenValue) -> dict[str, Any]:
    row: dict[str, Any] = {"value": value.text, "records": list(value.records)}
    if value.forms:
        row["forms"] = list(value.forms)
    if value.code:
        row["code"] = value.code
    return row


def _readable_value(prop: str, value: GoldenValue) -> dict[str, Any]:
    row = _stored_value(prop, value) | {"value": _readable(prop, value.text)}
    if value.forms:
        row["forms"] = [_readable(prop, form) for form in value.forms]
    if fields := named_fields(prop, value.text):
        row["fields"] = fields
    return row


def _readable(prop: str, text: str) -> str:
    """Return a value on one line, for example an address with commas between its fields."""
    return display_text(prop, text) if SEPARATOR in text else text


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
    """Yield the rows that only a full export has: store, sources, decisions and redirects."""
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
        **({"expires": decision.expires} if decision.expires else {}),
    }


def find_stored_decision(
    hub: Hub, view: StoreView, record_ids: Sequence[str]
) -> DecidedPair | None:
    """Return the outcome for two records of a store, or for their entities.

    None if there is no outcome: both records are the same, they are in two entities without a link,
    or they are in one entity but blocking did not join them.
    """
    ids = sorted(set(record_ids))
    if len(ids) < len(record_ids):
        return None
    stored = view.numbers_of(ids)
    numbers = [stored[record_id][0] for record_id in ids]
    record, entity, _ = view.memberships(numbers)
    entities = entity[np.searchsorted(record, numbers)].tolist()
    members = [view.members([number])[0] for number in entities]
    if entities[0] == entities[1]:
        members = [np.array([number], dtype=np.int64) for number in numbers]
    links = view.links_between(np.concatenate(members).tolist())
    is_left, is_right = (np.isin(links.left, side) for side in members)
    across = (is_left & np.isin(links.right, members[1])) | (
        is_right & np.isin(links.right, members[0])
    )
    indices = np.flatnonzero(across)
    if not len(indices):
        return None
    index = int(indices[np.argmax(links.logodds[indices])])
    compared = compare_stored_entities(hub, numbers[0], numbers[1])
    sizes = len(members[0]), len(members[1])
    return DecidedPair.of_link(links, index, sizes, compared, find_rival_id(view, links, index))


def find_rival_id(view: StoreView, links: LinkTable, place: int) -> str:
    """Return the id of the record that makes the pair of a link ambiguous; empty if there is
    none.
    """
    rival = int(links.rival[place])
    return view.record_ids([rival]).get(rival, "") if rival else ""
