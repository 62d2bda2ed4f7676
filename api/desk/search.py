"""The single check as a page: who may this be, and why."""

from __future__ import annotations

from typing import Any

from flask import request

from resolver.api.access import consulted, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.support.charts import waterfall
from resolver.api.errors import ApiError
from resolver.api.observability import figures
from resolver.api.schemas.yente import query_of, record_of
from resolver.api.service import service
from resolver.ingest.formats.ftm.ftm_entity import Single
from resolver.records.labels import label
from resolver.screening import entity_reader
from resolver.screening.screener import Answer, Stand, Wish

FIELDS = (
    ("name", "Name"),
    ("birthDate", "Birth date"),
    ("nationality", "Nationality"),
    ("country", "Country"),
    ("idNumber", "Document number"),
)
"""What the form asks: FtM property, and label."""
KINDS = (
    ("LegalEntity", "person or group"),
    ("Person", "person"),
    ("Company", "group or company"),
    ("Vessel", "vessel"),
)
FACTS = (
    "birthDate", "birthPlace", "gender", "nationality", "country", "idNumber", "passportNumber", "topics", "position",
)  # fmt: skip
"""What is shown of a result, in this order."""
_LIMIT = 20


@blueprint.get("/desk/search")
def search() -> Any:
    """Who in the store may this be?"""
    asked = {name: request.args.get(name, "").strip()[:500] for name, _ in FIELDS}
    schema = request.args.get("schema", "LegalEntity")
    schema = schema if schema in dict(KINDS) else "LegalEntity"
    shown: dict[str, Any] = {
        "asked": asked,
        "schema": schema,
        "fields": FIELDS,
        "kinds": KINDS,
        "problem": "",
    }
    if not any(asked.values()):
        return page("search.html", room="search", answer=None, direct=None, **shown)
    direct = _direct(asked["name"])
    try:
        said = {name: [text] for name, text in asked.items() if text}
        single = record_of({"schema": schema, "properties": said}, "q")
    except ApiError as error:
        shown["problem"] = error.detail
        return page("search.html", room="search", answer=None, direct=direct, **shown), 422
    answer, stand = _look_up(single)
    results = [_result(found.entity, found.score, found.why) for found in answer.found]
    return page(
        "search.html",
        room="search",
        answer=answer,
        results=results,
        direct=direct,
        left_out=single.left_out,
        stand=stand,
        **shown,
    )


def _look_up(single: Single) -> tuple[Answer, Stand]:
    (answer,), stand = (
        service().ready_screen().check([single.record], Wish(_LIMIT, viewer=viewer()))
    )
    figures().checks.inc()
    seen = {found.entity["id"]: found.score for found in answer.found}
    consulted("search", query_of(single), {"total": answer.total, "seen": seen}, stand)
    return answer, stand


def _direct(text: str) -> entity_reader.Shown | None:
    """The entity that an id leads to."""
    if " " in text or not (":" in text or text.startswith("e-")):
        return None
    found = entity_reader.entity(service().hub, text, viewer())
    return found if found is not None and found.entity is not None else None


def _result(entity: dict[str, Any], score: float, why: Any) -> dict[str, Any]:
    properties = entity["properties"]
    names = [
        name
        for name in [*properties.get("name", ()), *properties.get("alias", ())]
        if name != entity["caption"]
    ]
    return {
        "id": entity["id"],
        "caption": entity["caption"],
        "score": score,
        "band": why.band.label,
        "names": names,
        "facts": [(label(prop), properties[prop]) for prop in FACTS if properties.get(prop)],
        "datasets": entity["datasets"],
        "records": len(entity["referents"]),
        "why": waterfall(why.rows),
        "probability": why.score,
    }
