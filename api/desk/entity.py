"""The page of one entity: what is known of it, who says so, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from followthemoney import model

from resolver import review as back
from resolver.api.access import consulted, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.queue import steward
from resolver.api.desk.support.desk_access import may_see, needs
from resolver.api.desk.support.error_pages import Refused
from resolver.api.query_parameters import whole
from resolver.api.service import service
from resolver.errors import InputError
from resolver.hub.desk_users import Role
from resolver.review import DecisionView, HistoryRow
from resolver.review.entity_page import Portrait, portrait
from resolver.screening import entity_reader
from resolver.screening.screener import Stand

SHOWN = 12
"""Values of a property on the first page; the rest has pages of its own."""
PAGE = 100
_RECORDS = 50


@blueprint.get("/desk/entities/<path:entity_id>")
def entity(entity_id: str) -> Any:
    """An entity, by any id that ever led to it. With `prop` all values of one property, a page at a time."""
    found = _portrait(entity_id)
    if found.id != entity_id:
        return redirect(url_for("desk.entity", entity_id=found.id, was=entity_id), 303)
    hub = service().hub
    consulted(
        "entity",
        {"id": entity_id},
        {"seen": [found.id]},
        Stand(found.version, hub.models.stamp["model"]),
    )
    if request.args.get("prop"):
        return _values(found, request.args["prop"])
    shown = entity_reader.entity(hub, found.id, viewer(), nested=True) if found.records else None
    begin = whole("from", 0, 0, 1_000_000)
    decisions = back.decisions_on(hub, [one.stated.record for one in found.records], viewer())
    return page(
        "entity.html",
        found=found,
        was=request.args.get("was", "")[:300],
        shown=SHOWN,
        relations=_relations(shown.entity)
        if shown is not None and shown.entity is not None
        else [],
        history=_grouped(back.timeline(hub, found.id, viewer()), decisions),
        decisions=decisions,
        digest=back.entity_digest(hub, found.id),
        done=request.args.get("done", "")[:500],
        records=found.records[begin : begin + _RECORDS],
        begin=begin,
        step=_RECORDS,
    )


@blueprint.post("/desk/entities/<ref:entity_id>/split")
@needs(Role.STEWARD)
def split(entity_id: str) -> Any:
    """Take records out of an entity: first shown, then done."""
    said, hub, rules = request.form, service().hub, service().settings.rules
    records = said.getlist("record")
    why = said.get("why", "").strip()[:2_000]
    if not records:
        raise Refused(422, "No record is marked.", "Mark the records that are to leave the entity.")
    may_see(entity_id)
    if "sure" not in said:
        return page(
            "split.html",
            shown=back.preview_split(hub, steward(), entity_id, records),
            found=_portrait(entity_id),
            records=records,
            why=why,
            digest=said.get("digest", ""),
            verdict="different",
        )
    seen = said.get("digest", "")
    outcome = back.split(hub, steward(), entity_id, records, why, seen_digest=seen, rules=rules)
    return redirect(url_for("desk.entity", entity_id=entity_id, done=outcome.message), 303)


def _portrait(entity_id: str) -> Portrait:
    try:
        return portrait(service().hub, entity_id, viewer())
    except InputError as error:
        raise Refused(
            404, f"Nobody has the id {entity_id[:80]}.", "Search for a name instead."
        ) from error


def _values(found: Portrait, prop: str) -> Any:
    attribute = next((one for one in found.attributes if one.prop == prop), None)
    if attribute is None:
        raise Refused(404, "The entity has no such property.", "Its page shows what it has.")
    begin = whole("from", 0, 0, 1_000_000)
    return page("values.html", found=found, attribute=attribute, begin=begin, step=PAGE)


def _grouped(
    history: Sequence[HistoryRow], decisions: Sequence[DecisionView]
) -> list[tuple[HistoryRow, int]]:
    """The lines of a history, and how many more of the log belong to each: what was decided together is one line."""
    together = {one.number: one.together for one in decisions}
    told: set[int] = set()
    found = []
    for row in history:
        if row.decision and row.decision in told:
            continue
        others = together.get(row.decision, ())
        told.update(others)
        found.append((row, len(others)))
    return found


def _relations(entity: dict[str, Any]) -> list[dict[str, Any]]:
    """The ties of an entity: what kind, with whom, in which role and time, and which lists say so."""
    found = []
    for values in entity["properties"].values():
        for edge in values:
            if not isinstance(edge, dict):
                continue
            schema = model.get(edge["schema"])
            ends = [
                value
                for texts in edge["properties"].values()
                for value in texts
                if isinstance(value, dict)
            ]
            said = {
                name: [text for text in texts if isinstance(text, str)]
                for name, texts in edge["properties"].items()
            }
            found.append(
                {
                    "kind": schema.label if schema is not None else edge["schema"],
                    "ends": [
                        {"id": end["id"], "caption": end.get("caption") or end["id"]}
                        for end in ends
                    ],
                    "role": [
                        *said.get("role", ()),
                        *said.get("relationship", ()),
                        *said.get("summary", ()),
                    ],
                    "dates": " – ".join([*said.get("startDate", ()), *said.get("endDate", ())]),
                    "lists": edge.get("datasets", []),
                }
            )
    return sorted(found, key=lambda one: (one["kind"], [end["caption"] for end in one["ends"]]))
