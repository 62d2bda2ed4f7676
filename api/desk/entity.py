"""Pages of one entity: known values with their sources, history, decisions, records, split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for

from resolver import review
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk import pages
from resolver.api.desk.charts import BOX_HEIGHT, BOX_WIDTH, draw_map, draw_network, draw_time_axis
from resolver.api.desk.desk_access import require_role
from resolver.api.desk.queue import current_steward
from resolver.api.endpoints import read_integer
from resolver.api.other_services import logged_links
from resolver.api.service import current_service
from resolver.check import entity_reader
from resolver.errors import UnknownIdError
from resolver.hub.admin import UserRole
from resolver.network.workbench import load_relations
from resolver.review import DecisionView, HistoryRow
from resolver.review.entity_page import EntityPage, load_entity_page
from resolver.review.profile import load_merging_relations

_VALUE_LIMIT = 12
"""Maximum number of values of a property on the first page; the rest has pages of its own."""
_VALUES_PER_PAGE = 100
_RECORDS_PER_PAGE = 50
_RELATIONS_PER_PAGE = 100
_PART_PARAMETERS = ("prop", "relations", "from")
"""Parameters that lead to a part of the page."""
_SPANS = 14
"""Number of dates that are drawn on the first page; the golden record states all."""


@pages.blueprint.get("/desk/entities/<path:entity_id>", endpoint="entity")
def show_entity(entity_id: str) -> Any:
    """Show an entity by any of its ids, or all values of the property `prop`, page by page."""
    entity_page = _load_page(entity_id)
    if entity_page.id != entity_id:
        part: dict[str, Any] = {
            name: request.args[name] for name in _PART_PARAMETERS if name in request.args
        }
        address = url_for("desk.entity", entity_id=entity_page.id, was=entity_id, **part)
        return redirect(address, 303)
    is_part = request.args.get("prop") or "relations" in request.args
    links: Sequence[review.EntityLink] = ()
    if entity_page.records and not is_part:
        links = review.read_entity_links(current_service().hub, entity_page.id, viewer())
    _log_view(entity_page, {"id": entity_id}, links)
    if request.args.get("prop"):
        return _values_page(entity_page, request.args["prop"])
    if "relations" in request.args:
        return _relations_page(entity_page)
    return pages.render_page("entity.html", **_entity_context(entity_page), links=links)


def _requested_id() -> str:
    """Return the id that led to the entity, if it could be an id: anybody can send a link with
    other text in it.
    """
    requested_id = request.args.get("was", "")[:300]
    return "" if any(map(str.isspace, requested_id)) else requested_id


def _entity_context(entity_page: EntityPage) -> dict[str, Any]:
    hub, start = current_service().hub, read_integer("from", 0, 0, 1_000_000)
    record_ids = [record.statement.record for record in entity_page.records]
    decisions = review.list_decisions(hub, record_ids, viewer())
    return {
        "entity": entity_page,
        "requested_id": _requested_id(),
        "value_limit": _VALUE_LIMIT,
        "history": _group_history(review.load_timeline(hub, entity_page.id, viewer()), decisions),
        "decisions": decisions,
        "digest": entity_page.digest,
        "message": pages.signed_message(),
        "records": entity_page.records[start : start + _RECORDS_PER_PAGE],
        "start": start,
        "page_size": _RECORDS_PER_PAGE,
        **_drawings(entity_page, decisions),
    }


def _drawings(entity_page: EntityPage, decisions: Sequence[DecisionView]) -> dict[str, Any]:
    """Return the drawings of an entity: its network, the relations that helped to merge its
    records, its dates and its map.
    """
    hub = current_service().hub
    network = load_relations(hub, entity_page.id, viewer())
    days = {
        "Records": [record.statement.date for record in entity_page.records],
        "Decisions": [decision.decided_at for decision in decisions],
    }
    record_ids = [record.statement.record for record in entity_page.records]
    return {
        "network": network,
        "merging": load_merging_relations(hub, record_ids) if network.nodes else (),
        "drawing": draw_network(network) if network.nodes else None,
        "box": (BOX_WIDTH, BOX_HEIGHT),
        "axis": draw_time_axis(entity_page.life[:_SPANS], days),
        "more_spans": max(len(entity_page.life) - _SPANS, 0),
        "map": draw_map(entity_page.places),
        "related_limit": _RELATIONS_PER_PAGE,
    }


def _relations_page(entity_page: EntityPage) -> Any:
    start = read_integer("from", 0, 0, 1_000_000)
    return pages.render_page(
        "relations.html",
        entity=entity_page,
        network=load_relations(current_service().hub, entity_page.id, viewer()),
        start=start,
        page_size=_RELATIONS_PER_PAGE,
    )


@pages.blueprint.post("/desk/entities/<ref:entity_id>/split")
@require_role(UserRole.STEWARD)
def split(entity_id: str) -> Any:
    """Preview a split of records from an entity, or carry it out once confirmed (`sure`)."""
    form, hub = request.form, current_service().hub
    record_ids = form.getlist("record")
    reason, digest = form.get("why", "").strip()[:2_000], form.get("digest", "")
    if not record_ids:
        raise pages.DeskError(
            422, "No record is marked.", "Mark the records to take out of the entity."
        )
    if "sure" not in form:
        entity_page = _load_page(entity_id)
        preview = review.preview_split(hub, current_steward(), entity_id, record_ids)
        _log_view(entity_page, {"id": entity_id, "split": len(record_ids)})
        return pages.render_page(
            "split.html",
            preview=preview,
            entity=entity_page,
            records=record_ids,
            reason=reason,
            digest=digest,
            verdict="different",
        )
    rules = current_service().settings.rules
    outcome = review.split_entity(
        hub, current_steward(), entity_id, record_ids, reason, shown_digest=digest, rules=rules
    )
    message = pages.sign_message(outcome.message)
    return redirect(url_for("desk.entity", entity_id=entity_id, done=message), 303)


def _log_view(
    entity_page: EntityPage, query: dict[str, Any], links: Sequence[review.EntityLink] = ()
) -> None:
    linked = {"links": logged_links({entity_page.id: links})} if links else {}
    seen = {"seen": [entity_page.id], **linked}
    log_access("entity", query, seen, revision_of(entity_page.revision))


def _load_page(entity_id: str) -> EntityPage:
    hub = current_service().hub
    try:
        return load_entity_page(hub, entity_id, viewer())
    except UnknownIdError as error:
        # this is an id within a source, or an id that a list gives
        document = entity_reader.read_entity(hub, entity_id, viewer())
        if document is not None:
            return load_entity_page(hub, document.id, viewer())
        raise pages.DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error


def _values_page(entity_page: EntityPage, prop: str) -> Any:
    attribute = next((row for row in entity_page.attributes if row.prop == prop), None)
    if attribute is None:
        raise pages.DeskError(
            404, "The entity has no such property.", "Its page shows the properties it has."
        )
    start = read_integer("from", 0, 0, 1_000_000)
    return pages.render_page(
        "values.html",
        entity=entity_page,
        attribute=attribute,
        start=start,
        page_size=_VALUES_PER_PAGE,
    )


def _group_history(
    history: Sequence[HistoryRow], decisions: Sequence[DecisionView]
) -> list[tuple[HistoryRow, int]]:
    """Return the rows of a history, each with the number of further decisions of the same act.

    Decisions that were taken in one act become one row.
    """
    act_of = {decision.number: decision.act_numbers for decision in decisions}
    covered: set[int] = set()
    rows = []
    for row in history:
        if row.decision and row.decision in covered:
            continue
        others = act_of.get(row.decision, ())
        covered.update(others)
        rows.append((row, len(others)))
    return rows
