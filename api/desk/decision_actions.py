"""Decisions of stewards: decide, undo, confirm, and the list of those to be confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from flask import redirect, request, url_for

from resolver import review
from resolver.api.access import log_access, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page, sign_message
from resolver.api.desk.pair import (
    load_decision,
    outcome_parameters,
    show_next_pair,
    show_pair,
)
from resolver.api.desk.support.decision_reasons import RELATED
from resolver.api.desk.support.desk_access import (
    current_user,
    is_partial_request,
    require_role,
)
from resolver.api.desk.support.error_pages import DeskError
from resolver.api.desk.support.review_forms import (
    QueuePosition,
    current_steward,
    filter_parameters,
    filters_of_form,
    parse_relation,
    parse_verdict,
)
from resolver.api.service import current_service
from resolver.hub.desk_users import UserRole
from resolver.review import (
    DecisionOutcome,
    DecisionRefusedError,
    DecisionRequest,
    DecisionView,
    PairSnapshot,
    StewardVerdict,
)
from resolver.screening.screener import IndexRevision


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
    )


def _parse_snapshot(text: str) -> PairSnapshot | None:
    """Return the state of the pair that the form shows; None without one."""
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
    # the page says why the pair waits, which the undo has changed
    steward = current_steward()
    review.refresh_queue(current_service().hub, complete=False, viewer=steward.viewer)
    try:
        view = review.build_pair_view(
            current_service().hub,
            decision.left_record,
            decision.right_record,
            steward=steward,
            rules=current_service().settings.rules,
        )
    except DecisionRefusedError:
        # the two are still one entity for another reason
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
