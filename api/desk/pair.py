"""Pages of a pair: two entities side by side, preview of a decision, next pair of the queue.

Decisions of stewards: decide, undo, confirm, and the list of decisions that wait for confirmation.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
from flask import Response, make_response, redirect, request, url_for

from resolver import review
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.charts import build_waterfall
from resolver.api.desk.desk_access import (
    current_user,
    is_partial_request,
    require_role,
    safe_target,
)
from resolver.api.desk.pages import DeskError, blueprint, render_page, sign_message
from resolver.api.desk.queue import (
    DECISION_REASONS,
    HIDE_SCORES_COOKIE,
    RELATED,
    RELATED_LABEL,
    RELATED_REASONS,
    VERDICT_LABELS,
    QueuePosition,
    current_steward,
    filter_parameters,
    filters_of_form,
    filters_of_url,
    hides_scores,
    parse_relation,
    parse_verdict,
)
from resolver.api.desk.text_filters import shorten
from resolver.api.service import current_service
from resolver.check.screener import IndexRevision
from resolver.errors import ResolverError
from resolver.hub.admin import UserRole
from resolver.records import KIND_BY_LABEL
from resolver.records.results.explanation import EvidenceRow
from resolver.review import (
    DecisionOutcome,
    DecisionRefusedError,
    DecisionRequest,
    DecisionState,
    DecisionStatus,
    DecisionView,
    Filters,
    LinkBasis,
    PairLockedError,
    PairSnapshot,
    PairView,
    QueueItem,
    StewardVerdict,
)
from resolver.review.earlier_verdicts import ALL_PAIR_RELATIONS, may_relate

_VALUE_LIMIT = 10
"""Maximum number of values of a property shown at first on one side; the others are one click away.
"""
ADDRESS_HEADER, TITLE_HEADER = "X-Address", "X-Title"
"""Headers that tell the script address and title of the pair in a partial response."""
_YEAR = 365 * 86_400


@blueprint.get("/review/next")
def next_pair() -> Any:
    """Show the next pair to the steward, and release the pair that is skipped."""
    left, right = request.args.get("left", ""), request.args.get("right", "")
    if left and right and current_user().role >= UserRole.STEWARD:
        with suppress(ResolverError):
            review.release_pair(current_service().hub, current_steward(), left, right)
    return show_next_pair(filters_of_url(), request.args.get("after", ""))


@blueprint.get("/review/<ref:left>/<ref:right>")
def pair(left: str, right: str) -> Any:
    """Show two entities side by side."""
    position = QueuePosition(
        filters_of_url(),
        request.args.get("after", ""),
        request.args.get("again", "")[:40],
    )
    return show_pair(left, right, position, _previous_outcome())


@blueprint.get("/review/done")
def done() -> Any:
    """Show that no more pairs wait."""
    return render_page(
        "done.html",
        section="queue",
        outcome=_previous_outcome(),
        query=filter_parameters(filters_of_url()),
    )


@blueprint.get("/review/<ref:left>/<ref:right>/preview")
def pair_preview(left: str, right: str) -> Any:
    """Show the changes that a verdict would make, without deciding."""
    text = request.args.get("verdict", "")
    # a relation changes no entity: the two groups are kept apart
    verdict = parse_verdict("different" if text == RELATED else text)
    withdrawals = tuple(text[:40] for text in request.args.getlist("over"))
    preview = review.preview_decision(
        current_service().hub,
        review.DecisionRequest(current_steward(), left, right, verdict, over=withdrawals),
        rules=current_service().settings.rules,
    )
    hub = current_service().hub
    query = {"left": left, "right": right, "verdict": str(verdict)}
    revision = revision_of(hub.store.revision)
    log_access("preview", query, {"seen": [entity.id for entity in preview.before]}, revision)
    is_compact = is_partial_request()
    return render_page(
        "_preview.html" if is_compact else "preview.html",
        preview=preview,
        verdict=verdict,
        left=left,
        right=right,
        is_compact=is_compact,
    )


@blueprint.post("/review/blind")
def toggle_scores() -> Any:
    """Hide scores in this browser, or show them again."""
    response = redirect(safe_target(request.form.get("next", ""), "desk.queue"), 303)
    response.set_cookie(
        HIDE_SCORES_COOKIE,
        "0" if hides_scores() else "1",
        max_age=_YEAR,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def show_next_pair(filters: Filters, after: str, outcome: DecisionOutcome | None = None) -> Any:
    """Return the next pair of the queue: as a part for the script, otherwise as a redirect.

    `after` is the key of the last skipped item, and `outcome` the outcome of the decision just
    taken.
    """
    hub, rules = current_service().hub, current_service().settings.rules
    steward = current_steward()
    item = review.take_next_item(hub, steward, filters, after=after, rules=rules)
    if item is None and after:
        # skipped pairs come again at the end
        item, after = review.take_next_item(hub, steward, filters, rules=rules), ""
    if item is None:
        return _show_done(filters, outcome)
    position = QueuePosition(filters, after, item.recheck)
    if is_partial_request():
        return show_pair(item.left.id, item.right.id, position, outcome, item)
    parameters = {**position.parameters(), **outcome_parameters(outcome)}
    return redirect(url_for("desk.pair", left=item.left.id, right=item.right.id, **parameters), 303)


def _show_done(filters: Filters, outcome: DecisionOutcome | None) -> Any:
    query = filter_parameters(filters)
    if is_partial_request():
        text = render_page("_done.html", outcome=outcome, query=query)
        return _pair_response(text, url_for("desk.done", **query), "Done")
    return redirect(url_for("desk.done", **query, **outcome_parameters(outcome)), 303)


def outcome_parameters(outcome: DecisionOutcome | None) -> dict[str, Any]:
    """Return the query parameters that show a decision on the next page."""
    return {"did": outcome.ids[0]} if outcome is not None and outcome.ids else {}


def show_pair(
    left: str,
    right: str,
    position: QueuePosition,
    outcome: DecisionOutcome | None = None,
    item: QueueItem | None = None,
) -> Response:
    """Return the page of a pair, or its part for the script.

    `item` is the item that the queue has just leased to the steward.
    """
    hub, recheck = current_service().hub, position.recheck
    is_leased = item is not None and item.holder == current_user().name
    view = review.build_pair_view(
        hub,
        left,
        right,
        steward=current_steward(),
        rules=current_service().settings.rules,
        recheck=recheck,
        hide_score=hides_scores(),
    )
    left, right = view.left.party.id, view.right.party.id
    holder = view.holder if recheck or is_leased else _hold_pair(left, right)
    if item is None and not recheck:
        item = review.find_item(hub, left, right, viewer=viewer())
    index_revision = IndexRevision(view.snapshot.revision, view.snapshot.model)
    log_access("pair", {"left": left, "right": right}, {"seen": [left, right]}, index_revision)
    text = render_page(
        "_pair.html" if is_partial_request() else "pair.html",
        section="queue",
        holder=holder,
        outcome=outcome,
        skip_key=review.join_places(item.key, position.after) if item is not None else "",
        **_pair_context(view, position),
    )
    address = url_for("desk.pair", left=left, right=right, **position.parameters())
    return _pair_response(text, address, f"{view.left.party.caption} · {view.right.party.caption}")


def _pair_context(view: PairView, position: QueuePosition) -> dict[str, Any]:
    is_score_hidden = hides_scores() or view.is_blind
    has_evidence = view.evidence is not None and not is_score_hidden
    return {
        "pair": view,
        "is_score_hidden": is_score_hidden,
        "evidence": build_waterfall(
            _without_names(step.row, is_shown=view.names is not None)
            for step in view.evidence.steps
        )
        if view.evidence is not None and has_evidence
        else None,
        "snapshot": orjson.dumps(view.snapshot.to_json()).decode(),
        "relations": _pair_relations(view),
        "related": (RELATED, RELATED_LABEL, RELATED_REASONS),
        "reasons": DECISION_REASONS,
        "verdicts": VERDICT_LABELS,
        "query": filter_parameters(position.filters),
        "after": position.after,
        "recheck": position.recheck,
        "value_limit": _VALUE_LIMIT,
    }


def _pair_relations(view: PairView) -> list[tuple[str, str]]:
    """Return (form text, sentence) of the relations that a decision on a pair can state."""
    kinds = (KIND_BY_LABEL[side.party.kind] for side in (view.left, view.right))
    if view.is_blind or not may_relate(*kinds):
        return []
    names = [shorten(side.party.caption, 40) for side in (view.left, view.right)]
    return [
        (row.key, " ".join((names[not row.is_from_left], row.words, names[row.is_from_left])))
        for row in ALL_PAIR_RELATIONS
    ]


def _without_names(row: EvidenceRow, *, is_shown: bool) -> EvidenceRow:
    """Return a row without the compared names, if the page shows them word by word."""
    return row._replace(left="", right="") if row.name == "name" and is_shown else row


def _hold_pair(left: str, right: str) -> str:
    """Lease the pair to a steward; return the name of another steward who has it, or empty."""
    if current_user().role < UserRole.STEWARD:
        return ""
    hub, rules = current_service().hub, current_service().settings.rules
    try:
        review.hold_pair(hub, current_steward(), left, right, rules)
    except PairLockedError as error:
        return error.holder
    except ResolverError:
        # a pair in a read-only database can still be read; a decision on it will be refused
        return ""
    return ""


def _previous_outcome() -> DecisionOutcome | None:
    """Return the outcome of the decision taken on the page before (`did`), if any."""
    decision_id = request.args.get("did", "")[:40]
    if not decision_id:
        return None
    decision = load_decision(decision_id)
    state = DecisionState.DONE
    message = f"Decided: {decision.verdict}."
    if decision.undoes:
        message = f"Decision {decision.undoes} is taken back."
    if decision.status is DecisionStatus.WAITING:
        state = DecisionState.WAITING
        if not decision.undoes:
            message += " It counts once a second steward confirms it."
    is_undoable = (
        decision.steward == current_user().name
        and not decision.undoes
        and decision.status in (DecisionStatus.ACTIVE, DecisionStatus.WAITING)
    )
    revision = current_service().hub.store.revision
    ids = (decision.id,) if is_undoable else ()
    return DecisionOutcome(state, ids, revision, (), "", message)


def load_decision(decision_id: str) -> review.DecisionView:
    """Load a decision of the log. Raises `UnknownIdError` for an id that the user may not know."""
    return review.load_decision(current_service().hub, decision_id, viewer())


def _pair_response(text: str, address: str, title: str) -> Response:
    response = make_response(text)
    response.headers[ADDRESS_HEADER] = address
    # headers hold ASCII only; the script decodes the escapes
    response.headers[TITLE_HEADER] = title.encode("ascii", "backslashreplace").decode()[:300]
    return response


@blueprint.post("/review/<ref:left>/<ref:right>/decide")
@require_role(UserRole.STEWARD)
def decide(left: str, right: str) -> Any:
    """Commit a decision and show the next pair."""
    form = request.form
    relation = None
    if form.get("verdict") == RELATED:
        verdict, relation = StewardVerdict.DIFFERENT, parse_relation(form.get("relation", ""))
    else:
        verdict = parse_verdict(form.get("verdict", ""))
    outcome = review.decide_pair(
        current_service().hub,
        replace(_decision_request(left, right, verdict), relation=relation),
        rules=current_service().settings.rules,
    )
    return show_next_pair(filters_of_form(), form.get("after", ""), outcome)


def _decision_request(left: str, right: str, verdict: StewardVerdict) -> DecisionRequest:
    """Return the request of the form. Raises `DeskError`."""
    form = request.form
    withdrawals = tuple(text[:40] for text in form.getlist("over"))
    if withdrawals and current_user().role < UserRole.SENIOR:
        raise DeskError(
            403,
            "Withdrawing decisions takes a senior steward.",
            "Leave the pair unsure, or ask a senior steward.",
        )
    return DecisionRequest(
        current_steward(),
        left,
        right,
        verdict,
        reason=form.get("reason", "").strip()[:200],
        comment=form.get("comment", "").strip()[:2_000],
        snapshot=_parse_snapshot(form.get("snapshot", "")),
        over=withdrawals,
        recheck=form.get("again", "")[:40],
        link=LinkBasis(
            *(form.get(name, "").strip()[:500] for name in ("authority", "legal_basis", "expires"))
        ),
    )


def _parse_snapshot(text: str) -> PairSnapshot | None:
    """Return the state of the pair that the form shows; None if the form has none."""
    if not text:
        return None
    try:
        return PairSnapshot.from_json(orjson.loads(text))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise DeskError(
            422, "The form was damaged on its way.", "Load the pair again and decide there."
        ) from None


@blueprint.post("/review/decisions/<decision_id>/undo")
@require_role(UserRole.STEWARD)
def undo(decision_id: str) -> Any:
    """Undo a decision, and show its pair (or the entity `next`, or the queue) again."""
    decision, user = load_decision(decision_id), current_user()
    if decision.steward != user.name and user.role < UserRole.SENIOR:
        raise DeskError(
            403,
            f"Decision {decision.id} is {decision.steward}’s: a senior steward can take it back.",
            f"Ask {decision.steward or 'a colleague'} or a senior steward.",
        )
    comment = request.form.get("why", "").strip()[:2_000]
    outcome = review.undo_decision(
        current_service().hub, current_steward(), decision_id, why=comment
    )
    if request.form.get("next"):
        return redirect(url_for("desk.entity", entity_id=request.form["next"]), 303)
    if request.form.get("queue"):
        query = filter_parameters(filters_of_form())
        return redirect(url_for("desk.queue", done=sign_message(outcome.message), **query), 303)
    return _show_pair_again(decision, outcome)


def _show_pair_again(decision: DecisionView, outcome: DecisionOutcome) -> Any:
    """Show the pair of a decision that was undone, with a message that offers no undo."""
    filters = filters_of_form()
    try:
        view = review.build_pair_view(
            current_service().hub,
            decision.left_record,
            decision.right_record,
            steward=current_steward(),
            rules=current_service().settings.rules,
        )
    except DecisionRefusedError:
        # the two records are still in one entity, for another reason
        return show_next_pair(filters, "", replace(outcome, ids=()))
    left, right = view.left.party.id, view.right.party.id
    if is_partial_request():
        return show_pair(left, right, QueuePosition(filters), replace(outcome, ids=()))
    parameters = {**filter_parameters(filters), **outcome_parameters(outcome)}
    return redirect(url_for("desk.pair", left=left, right=right, **parameters), 303)


@blueprint.post("/review/decisions/<decision_id>/confirm")
@require_role(UserRole.STEWARD)
def confirm(decision_id: str) -> Any:
    """Confirm the decision of another steward."""
    outcome = review.confirm_decision(
        current_service().hub,
        current_steward(),
        decision_id,
        comment=request.form.get("comment", "").strip()[:2_000],
    )
    if request.form.get("entity"):
        return redirect(
            url_for(
                "desk.entity", entity_id=request.form["entity"], done=sign_message(outcome.message)
            ),
            303,
        )
    return show_next_pair(filters_of_form(), request.form.get("after", ""), outcome)


@blueprint.get("/review/pending")
def pending() -> Any:
    """Show the decisions that wait for a second steward."""
    hub = current_service().hub
    decisions = review.list_pending(hub, viewer())
    record_ids = sorted(
        {record for row in decisions for record in (row.left_record, row.right_record)}
    )
    with hub.store.view() as present:
        view = present.seen_by(viewer())
        records = {record_id: view.record(record_id) for record_id in record_ids}
        entity_of = {record_id: view.entity_key(record_id) for record_id in record_ids}
    # a decision within one entity, such as an undo of a merge, has no pair to show
    shared_entities = {
        row.id: entity_of[row.left_record]
        for row in decisions
        if entity_of[row.left_record] == entity_of[row.right_record]
    }
    names = {
        record_id: stored.record.caption
        for record_id, stored in records.items()
        if stored is not None
    }
    log_access("pending", {}, {"seen": sorted(names)}, IndexRevision(hub.store.revision, ""))
    return render_page(
        "pending.html",
        section="queue",
        decisions=decisions,
        names=names,
        shared_entities=shared_entities,
    )
