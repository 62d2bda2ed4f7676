"""Review over HTTP, for case systems: the queue, pairs, decisions and undo, by the desk's rules.

A key with the scope `review` is a steward with the name of the key. Somebody who decides with two
keys counts as two stewards, so give each person only one key.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from resolver import review
from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import (
    BOOLEAN,
    COUNT,
    FRACTION,
    NAME,
    NULLABLE_FRACTION,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    STRINGS,
    TEXT,
    Access,
    Disclosure,
    Schema,
    Scope,
    array_of,
    closed_object,
    component,
    content,
    endpoint,
    enum_of,
    errors,
    integer,
    json_response_of,
    query_parameter,
)
from resolver.api.errors import ApiError
from resolver.api.routes.match import read_json_object
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.review import (
    DecisionOutcome,
    DecisionRequest,
    Filters,
    LinkBasis,
    PairSnapshot,
    Party,
    QueueItem,
    Steward,
    StewardVerdict,
)
from resolver.review.models import Mark

blueprint = Blueprint("review", __name__)
_ACCESS = Access(Scope.REVIEW, Disclosure.VALUES)
_TEXT_FILTERS = ("kind", "source", "agency", "script", "reason", "assigned")
_MAX_COMMENT, _MAX_REASON, _MAX_ID, _MAX_LINK_TEXT = 2_000, 200, 2_000, 500
_PARTY = closed_object(
    {
        "id": STRING,
        "caption": STRING,
        "kind": STRING,
        "sources": STRINGS,
        "agencies": STRINGS,
        "records": COUNT,
        "dates": STRINGS,
        "countries": STRINGS,
    }
)
_ITEM = component(
    "QueueItem",
    closed_object(
        {
            "key": {**STRING, "description": "Place in the queue, for `after`."},
            "left": _PARTY,
            "right": _PARTY,
            "score": NULLABLE_FRACTION,
            "band": STRING,
            "reason": STRING,
            "why": STRING,
            "since": STRING,
            "assigned": STRING,
            "held_by": STRING,
            "again": {**STRING, "description": "Decision under blind recheck; send it back."},
        }
    ),
)
_QUEUE = component(
    "Queue",
    closed_object({"results": array_of(_ITEM), "total": COUNT, "next": STRING}),
)
_NEXT = component("NextPair", closed_object({"item": {"oneOf": [_ITEM, {"type": "null"}]}}))
_SNAPSHOT: Schema = {
    "type": ["object", "null"],
    "description": "What was shown; a decision with it is refused if the pair has changed.",
}
_PAIR = component(
    "Pair",
    closed_object(
        {
            "left": _PARTY,
            "right": _PARTY,
            "values": array_of(
                closed_object(
                    {"property": STRING, "agrees": BOOLEAN, "left": STRINGS, "right": STRINGS}
                )
            ),
            "score": NULLABLE_FRACTION,
            "summary": STRING,
            "evidence": array_of(
                closed_object(
                    {
                        "name": STRING,
                        "left": STRING,
                        "right": STRING,
                        "similarity": NULLABLE_FRACTION,
                        "weight": NUMBER,
                    }
                )
            ),
            "why": STRING,
            "second_steward": STRINGS,
            "held_by": STRING,
            "snapshot": _SNAPSHOT,
        }
    ),
)
_OUTCOME = component(
    "DecisionOutcome",
    closed_object(
        {
            "state": STRING,
            "decisions": STRINGS,
            "version": COUNT,
            "entity": STRING,
            "changed": STRINGS,
            "message": STRING,
            "second_steward": STRINGS,
        }
    ),
)
_DECISION = closed_object(
    {"left": NAME, "right": NAME, "verdict": enum_of([row.value for row in StewardVerdict])},
    {
        "reason": {**TEXT, "maxLength": _MAX_REASON},
        "comment": {**TEXT, "maxLength": _MAX_COMMENT},
        "again": NULLABLE_STRING,
        "snapshot": _SNAPSHOT,
        "authority": {**TEXT, "maxLength": _MAX_LINK_TEXT},
        "legal_basis": {**TEXT, "maxLength": _MAX_LINK_TEXT},
        "expires": {
            **STRING,
            "description": "Last day of the link, `2027-06-30`; the pair waits again afterwards.",
        },
    },
)
_UNDO = closed_object({"decision": NAME}, {"why": {**TEXT, "maxLength": _MAX_COMMENT}})
_CONFIRM = closed_object({"decision": NAME}, {"comment": {**TEXT, "maxLength": _MAX_COMMENT}})
_LINK = ("authority", "legal_basis", "expires")
_LINK_VIEW = component(
    "Link",
    closed_object(
        {
            "left": STRING,
            "right": STRING,
            "color": enum_of(["yellow", "white", "green", "red", ""]),
            "entities": STRINGS,
            "decisions": array_of(
                closed_object(
                    dict.fromkeys(
                        (
                            *("id", "color", "verdict", "state", "left", "right", *_LINK),
                            *("reason", "by", "at", "reopened"),
                        ),
                        STRING,
                    )
                )
            ),
            "version": COUNT,
        }
    ),
)
_FILTERS = (
    *(query_parameter(name, STRING) for name in _TEXT_FILTERS),
    query_parameter("score_from", FRACTION),
    query_parameter("score_to", FRACTION),
    query_parameter("waiting_days", integer(0, 9_999)),
)


def _steward() -> Steward:
    """Return the caller as a steward. Raises `ApiError` without a key."""
    if not viewer().name:
        _log_act("review", {"route": request.path[:_MAX_ID]})
        raise ApiError(
            403,
            "reviews are logged under a name: create a key with `resolver keys create NAME"
            " --scope review`, and send it",
        )
    return Steward(viewer().name, viewer().agency, viewer().scopes)


def _read_filters() -> Filters:
    texts: dict[str, Any] = {
        name: request.args.get(name, "").strip()[:200] for name in _TEXT_FILTERS
    }
    return Filters(
        **texts,
        score_from=endpoints.read_fraction("score_from", 0.0) or 0.0,
        score_to=_read_highest_score(),
        waiting_days=endpoints.read_integer("waiting_days", 0, 0, 9_999),
    )


def _read_highest_score() -> float:
    score = endpoints.read_fraction("score_to", 1.0)
    return 1.0 if score is None else score


@endpoint(
    blueprint,
    "GET",
    "/queue",
    _ACCESS,
    parameters=[
        query_parameter("limit", integer(1, 200)),
        query_parameter("after", STRING),
        *_FILTERS,
    ],
    responses={200: json_response_of(_QUEUE), **errors(400, 403)},
)
def list_queue() -> Response:
    """List the pairs that wait for a steward and that you may see, the most urgent first."""
    endpoints.reject_undeclared()
    _steward()
    limit = endpoints.read_integer("limit", 50, 1, 200)
    hub, after = current_service().hub, request.args.get("after", "")[:_MAX_ID]
    page = review.list_waiting(hub, _read_filters(), limit=limit, after=after, viewer=viewer())
    seen = [side.id for item in page.items for side in (item.left, item.right)]
    log_access("queue", {"limit": limit}, {"seen": seen}, revision_of(page.revision))
    results = [_describe_item(item) for item in page.items]
    return json_response({"results": results, "total": page.total, "next": page.next_key})


@endpoint(
    blueprint,
    "POST",
    "/queue/next",
    _ACCESS,
    parameters=[query_parameter("after", STRING), *_FILTERS],
    responses={200: json_response_of(_NEXT), **errors(400, 403)},
)
def take_next() -> Response:
    """Lease the next pair to you, so that nobody else is offered it; `null` if none waits.

    A lease ends with a decision, or by itself after the time that the installation sets. `after` is
    the key of a pair to skip.
    """
    endpoints.reject_undeclared()
    hub, rules = current_service().hub, current_service().settings.rules
    after = request.args.get("after", "")[:_MAX_ID]
    item = review.take_next_item(hub, _steward(), _read_filters(), after=after, rules=rules)
    seen = [] if item is None else [item.left.id, item.right.id]
    log_access("queue", {"next": True}, {"seen": seen}, revision_of(hub.store.revision))
    return json_response({"item": None if item is None else _describe_item(item)})


@endpoint(
    blueprint,
    "GET",
    "/pairs/<ref:left>/<ref:right>",
    _ACCESS,
    parameters=[query_parameter("again", STRING)],
    responses={200: json_response_of(_PAIR), **errors(400, 403, 404, 409)},
)
def show_pair_values(left: str, right: str) -> Response:
    """Return two entities side by side, with the evidence; the ids may be ids of entities or of
    records.

    In a blind recheck (`again`) there is neither a score nor evidence.
    """
    endpoints.reject_undeclared()
    hub, again = current_service().hub, request.args.get("again", "")[:40]
    rules = current_service().settings.rules
    view = review.build_pair_view(hub, left, right, steward=_steward(), rules=rules, recheck=again)
    parties = view.left.party, view.right.party
    revision = revision_of(view.snapshot.revision)
    ids = [party.id for party in parties]
    log_access("pair", {"left": ids[0], "right": ids[1]}, {"seen": ids}, revision)
    evidence = None if view.is_blind else view.evidence
    return json_response(
        {
            "left": _describe_party(parties[0]),
            "right": _describe_party(parties[1]),
            "values": [
                {
                    "property": row.prop,
                    "agrees": row.mark is Mark.AGREES,
                    "left": [value.text for value in row.left],
                    "right": [value.text for value in row.right],
                }
                for row in view.attributes
            ],
            "score": None if view.is_blind else view.snapshot.score,
            "summary": "" if evidence is None else evidence.summary,
            "evidence": [
                {
                    "name": step.row.name,
                    "left": step.row.left,
                    "right": step.row.right,
                    "similarity": step.row.similarity,
                    "weight": step.row.weight,
                }
                for step in (() if evidence is None else evidence.steps)
            ],
            "why": view.why,
            "second_steward": list(view.second_reasons),
            "held_by": view.holder,
            "snapshot": None if view.is_blind else view.snapshot.to_json(),
        }
    )


@endpoint(
    blueprint,
    "GET",
    "/links/<ref:left>/<ref:right>",
    _ACCESS,
    responses={200: json_response_of(_LINK_VIEW), **errors(403, 404)},
)
def show_link(left: str, right: str) -> Response:
    """Return the link between two entities or records: its color, and the decisions on it.

    `color` is yellow (nobody has verified it), white (the same person, lawfully), green (different
    persons), red (one person under unlawfully different identities), or empty without a link.
    Decisions state authority, legal basis, reason and last day; only those on records that you may
    see count.
    """
    endpoints.reject_undeclared()
    steward = _steward()
    link = review.read_link(current_service().hub, left, right, steward.viewer)
    log_access(
        "link",
        {"left": left, "right": right},
        {"seen": list(link.entities)},
        revision_of(link.revision),
    )
    return json_response(link.to_json())


@endpoint(
    blueprint,
    "POST",
    "/decisions",
    _ACCESS,
    body=content(_DECISION),
    responses={200: json_response_of(_OUTCOME), **errors(400, 403, 404, 409, 415)},
)
def decide_over_http() -> Response:
    """Decide whether two entities are the same, under the name of your key.

    The rules of the desk apply. Some decisions count only after a second steward confirms them. A
    pair that another steward has open is refused (409). So is a decision whose `snapshot` is out of
    date, or that contradicts earlier decisions.
    """
    endpoints.reject_undeclared()
    steward, body = _steward(), read_json_object()
    texts = _read_texts(body, ("left", "right", "verdict"), ("reason", "comment", "again", *_LINK))
    if set(body) - set(texts) - {"snapshot"}:
        raise ApiError(422, f"a decision has {', '.join(texts)} and snapshot")
    if texts["verdict"] not in {row.value for row in StewardVerdict}:
        raise ApiError(422, f"verdict must be one of {', '.join(StewardVerdict)}")
    decision = DecisionRequest(
        steward,
        texts["left"],
        texts["right"],
        StewardVerdict(texts["verdict"]),
        reason=texts["reason"][:_MAX_REASON],
        comment=texts["comment"][:_MAX_COMMENT],
        snapshot=_read_snapshot(body.get("snapshot")),
        recheck=texts["again"][:40],
        link=LinkBasis(*(texts[name] for name in _LINK)),
    )
    hub, rules = current_service().hub, current_service().settings.rules
    _log_act("decide", {name: texts[name] for name in ("left", "right", "verdict")})
    outcome = review.decide_pair(hub, decision, rules=rules)
    return json_response(_describe_outcome(outcome))


@endpoint(
    blueprint,
    "POST",
    "/confirm",
    _ACCESS,
    body=content(_CONFIRM),
    responses={200: json_response_of(_OUTCOME), **errors(400, 403, 404, 409, 415)},
)
def confirm_over_http() -> Response:
    """Confirm another steward's decision that waits for a second steward (state `waits`)."""
    endpoints.reject_undeclared()
    steward, body = _steward(), read_json_object()
    texts = _read_texts(body, ("decision",), ("comment",))
    if set(body) - set(texts):
        raise ApiError(422, "the body has decision, and may have comment")
    _log_act("confirm", {"decision": texts["decision"][:_MAX_REASON]})
    comment = texts["comment"][:_MAX_COMMENT]
    outcome = review.confirm_decision(
        current_service().hub, steward, texts["decision"], comment=comment
    )
    return json_response(_describe_outcome(outcome))


@endpoint(
    blueprint,
    "POST",
    "/undo",
    _ACCESS,
    body=content(_UNDO),
    responses={200: json_response_of(_OUTCOME), **errors(400, 403, 404, 409, 415)},
)
def undo_over_http() -> Response:
    """Take back your own decision; a key with the scope `admin` may take back any decision."""
    endpoints.reject_undeclared()
    steward, body = _steward(), read_json_object()
    texts = _read_texts(body, ("decision",), ("why",))
    if set(body) - set(texts):
        raise ApiError(422, "the body has decision, and may have why")
    hub = current_service().hub
    decision = review.load_decision(hub, texts["decision"], viewer())
    if decision.steward != steward.name and Scope.ADMIN not in viewer().scopes:
        raise ApiError(403, f"decision {decision.id} is another steward's: ask them to undo it")
    _log_act("undo", {"decision": decision.id})
    why = texts["why"][:_MAX_COMMENT]
    return json_response(
        _describe_outcome(review.undo_decision(hub, steward, decision.id, why=why))
    )


def _read_texts(
    body: dict[str, Any], required: tuple[str, ...], optional: tuple[str, ...]
) -> dict[str, str]:
    """Return the texts of a body; texts named in `optional` are empty if they are missing. Raises
    `ApiError`.
    """
    texts = {}
    for name in (*required, *optional):
        text = body.get(name)
        if text is None and name in optional:
            text = ""
        if not isinstance(text, str) or "\x00" in text or len(text) > _MAX_ID:
            raise ApiError(422, f"{name} must be a text of at most {_MAX_ID:,} characters")
        if name in required and not text.strip():
            raise ApiError(422, f"{name} must not be empty")
        texts[name] = text.strip()
    return texts


def _read_snapshot(content: object) -> PairSnapshot | None:
    """Return the state of a pair as it was shown; None if the body has none. Raises `ApiError`."""
    if content is None:
        return None
    try:
        if not isinstance(content, dict):
            raise TypeError("no object")
        return PairSnapshot.from_json(content)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ApiError(422, "snapshot must be that of GET /pairs/…, unchanged") from None


def _log_act(action: str, query: dict[str, str]) -> None:
    log_access(action, query, {}, revision_of(current_service().hub.store.revision))


def _describe_party(party: Party) -> dict[str, Any]:
    return {
        "id": party.id,
        "caption": party.caption,
        "kind": party.kind,
        "sources": list(party.sources),
        "agencies": list(party.agencies),
        "records": party.records,
        "dates": list(party.dates),
        "countries": list(party.countries),
    }


def _describe_item(item: QueueItem) -> dict[str, Any]:
    return {
        "key": item.key,
        "left": _describe_party(item.left),
        "right": _describe_party(item.right),
        # a blind recheck is decided without the score
        "score": None if item.recheck else item.score,
        "band": "" if item.recheck else item.band.label,
        "reason": str(item.reason),
        "why": item.why,
        "since": item.since,
        "assigned": item.assigned,
        "held_by": item.holder,
        "again": item.recheck,
    }


def _describe_outcome(outcome: DecisionOutcome) -> dict[str, Any]:
    return {
        "state": str(outcome.state),
        "decisions": list(outcome.ids),
        "version": outcome.revision,
        "entity": outcome.entity,
        "changed": list(outcome.changed_entities),
        "message": outcome.message,
        "second_steward": list(outcome.second_reasons),
    }
