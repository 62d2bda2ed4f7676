"""The pair: two entities side by side, and the decision on them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
from flask import Response, make_response, redirect, request, url_for

from resolver import review as back
from resolver.api.access import consulted, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.queue import (
    carried_on,
    is_blind,
    query,
    steward,
    verdict_of,
    wanted,
)
from resolver.api.desk.support import desk_access
from resolver.api.desk.support.charts import waterfall
from resolver.api.desk.support.decision_reasons import REASONS, WORDS
from resolver.api.desk.support.desk_access import needs
from resolver.api.desk.support.error_pages import Refused
from resolver.api.query_parameters import whole
from resolver.api.service import service
from resolver.errors import ResolverError
from resolver.hub.desk_users import Role
from resolver.review import (
    Filters,
    HeldError,
    Outcome,
    QueueItem,
    RefusedError,
    Seen,
    Standing,
    State,
    Verdict,
)
from resolver.screening.screener import Stand

SHOWN = 10
"""Values of a property on one side at first; the others are one step away."""
ADDRESS, TITLE = "X-Address", "X-Title"
"""Headers that tell the script the address and the title of the pair in an answer."""
_YEAR = 365 * 86_400


@blueprint.get("/review/next")
def next_pair() -> Any:
    """The next pair for this steward; the one that is passed over is given back."""
    left, right = request.args.get("left", ""), request.args.get("right", "")
    if left and right and desk_access.user().role >= Role.STEWARD:
        with suppress(ResolverError):
            back.release(service().hub, steward(), left, right)
    return _next(wanted(), request.args.get("after", ""), None)


@blueprint.get("/review/<ref:left>/<ref:right>")
def pair(left: str, right: str) -> Any:
    """Two entities side by side."""
    return _pair(
        left, right, wanted(), whole("again", 0, 0, 2**31), request.args.get("after", ""), _did()
    )


@blueprint.get("/review/done")
def done() -> Any:
    """Nothing more waits."""
    return page("done.html", room="review", outcome=_did(), query=query(wanted()))


@blueprint.get("/review/<ref:left>/<ref:right>/preview")
def pair_preview(left: str, right: str) -> Any:
    """What a verdict would do to the two, before it is given."""
    verdict = verdict_of(request.args.get("verdict", ""))
    desk_access.may_see(left, right)
    over = tuple(int(text) for text in request.args.getlist("over") if text.isdigit())
    shown = back.preview(
        service().hub, steward(), left, right, verdict, over=over, rules=service().settings.rules
    )
    template = "_preview.html" if desk_access.is_partial() else "preview.html"
    return page(template, shown=shown, verdict=verdict, left=left, right=right)


@blueprint.post("/review/<ref:left>/<ref:right>/decide")
@needs(Role.STEWARD)
def decide(left: str, right: str) -> Any:
    """Take a decision, and show the next pair."""
    said = request.form
    verdict = verdict_of(said.get("verdict", ""))
    if said.get("again"):
        # of others the engine sees to it, on the very version that is decided on
        desk_access.may_see(left, right)
    over = tuple(int(text) for text in said.getlist("over") if text.isdigit())
    if over and desk_access.user().role < Role.SENIOR:
        raise Refused(
            403,
            "Withdrawing decisions takes a senior steward.",
            "Leave the pair unsure, or ask one.",
        )
    outcome = back.decide(
        service().hub,
        steward(),
        left,
        right,
        verdict,
        reason=said.get("reason", "").strip()[:200],
        comment=said.get("comment", "").strip()[:2_000],
        seen=_seen(said.get("seen", "")),
        over=over,
        again=int(said["again"]) if said.get("again", "").isdigit() else 0,
        rules=service().settings.rules,
    )
    return _next(carried_on(), said.get("after", ""), outcome)


@blueprint.post("/review/decisions/<int:number>/undo")
@needs(Role.STEWARD)
def undo(number: int) -> Any:
    """Take a decision back, and show its pair again."""
    hub = service().hub
    decision = _decision(number)
    if decision.who != desk_access.user().name and desk_access.user().role < Role.SENIOR:
        raise Refused(
            403,
            f"Decision {number} is {decision.who}'s: taking it back takes a senior steward.",
            "Ask them, or one.",
        )
    why = request.form.get("why", "").strip()[:2_000]
    outcome = back.undo(hub, steward(), number, why=why, rules=service().settings.rules)
    if request.form.get("next"):
        return redirect(url_for("desk.entity", entity_id=request.form["next"]), 303)
    left, right = decision.left_record, decision.right_record
    try:
        shown = back.pair_view(hub, left, right, steward=steward(), rules=service().settings.rules)
    except RefusedError:
        # they are one entity for another reason still
        return _next(carried_on(), "", replace(outcome, numbers=()))
    left, right = shown.left.party.id, shown.right.party.id
    if desk_access.is_partial():
        return _pair(left, right, carried_on(), 0, "", outcome, undone=True)
    did: dict[str, Any] = {"did": outcome.numbers[0]} if outcome.numbers else {}
    return redirect(url_for("desk.pair", left=left, right=right, **query(carried_on()), **did), 303)


@blueprint.post("/review/decisions/<int:number>/confirm")
@needs(Role.STEWARD)
def confirm(number: int) -> Any:
    """Say the same as a decision that waits for a second steward."""
    outcome = back.confirm(
        service().hub, steward(), number, comment=request.form.get("comment", "").strip()[:2_000]
    )
    if request.form.get("entity"):
        return redirect(
            url_for("desk.entity", entity_id=request.form["entity"], done=outcome.message), 303
        )
    return _next(carried_on(), request.form.get("after", ""), outcome)


@blueprint.get("/review/pending")
def pending() -> Any:
    """Decisions that wait for a second steward."""
    hub = service().hub
    rows = back.pending(hub, viewer())
    ends = sorted({end for one in rows for end in (one.left_record, one.right_record)})
    with hub.store.view() as view:
        held = {end: view.record(end) for end in ends}
        homes = {end: view.home_of(end) for end in ends}
    # what is said within one entity (a merge to be taken back, say) has no pair to look at
    within = {
        one.number: homes[one.left_record]
        for one in rows
        if homes[one.left_record] == homes[one.right_record]
    }
    names = {end: stored.record.caption for end, stored in held.items() if stored is not None}
    consulted("pending", {}, {"seen": sorted(names)}, Stand(hub.store.version, ""))
    return page("pending.html", room="review", rows=rows, names=names, within=within)


@blueprint.post("/review/blind")
def blind() -> Any:
    """Hide scores in this browser, or show them again."""
    answer: Response = make_response(
        redirect(request.form.get("next") or url_for("desk.review"), 303)
    )
    where = request.form.get("next", "")
    if not where.startswith("/review"):
        answer = make_response(redirect(url_for("desk.review"), 303))
    hides = "0" if is_blind() else "1"
    answer.set_cookie("desk_blind", hides, max_age=_YEAR, httponly=True, samesite="Lax", path="/")
    return answer


def _next(filters: Filters, after: str, outcome: Outcome | None) -> Any:
    """The next pair: the script gets it as a part, a browser without script is led to it."""
    hub, rules = service().hub, service().settings.rules
    item = back.next_item(hub, steward(), filters, after=after, rules=rules)
    if item is None and after:
        # what was passed over comes again at the end
        item, after = back.next_item(hub, steward(), filters, rules=rules), ""
    if desk_access.is_partial():
        if item is None:
            text = page("_done.html", outcome=outcome, query=query(filters))
            return _answer(text, url_for("desk.done", **query(filters)), "Done")
        return _pair(item.left.id, item.right.id, filters, item.again, after, outcome, item)
    did: dict[str, Any] = (
        {"did": outcome.numbers[0]} if outcome is not None and outcome.numbers else {}
    )
    if item is None:
        return redirect(url_for("desk.done", **query(filters), **did), 303)
    where = {**_where(filters, item.again, after), **did}
    return redirect(url_for("desk.pair", left=item.left.id, right=item.right.id, **where), 303)


def _did() -> Outcome | None:
    """What was decided, or taken back, on the page before."""
    number = whole("did", 0, 0, 2**31)
    if not number:
        return None
    one = _decision(number)
    state = State.WAITS if one.standing is Standing.WAITS else State.DONE
    told = " It counts once a second steward says so too." if state is State.WAITS else ""
    said = (
        f"Decision {one.undoes} is taken back." if one.undoes else f"Decided: {one.verdict}.{told}"
    )
    mine = one.who == desk_access.user().name and not one.undoes
    numbers = (number,) if mine and one.standing in (Standing.STANDS, Standing.WAITS) else ()
    return Outcome(state, numbers, one.number, (), "", said)


def _pair(
    left: str,
    right: str,
    filters: Filters,
    again: int,
    after: str,
    outcome: Outcome | None,
    item: QueueItem | None = None,
    *,
    undone: bool = False,
) -> Any:
    hub, rules = service().hub, service().settings.rules
    hidden = is_blind()
    # what the queue has just given is theirs to see, and held for them
    given = item is not None and item.held_by == desk_access.user().name
    if not given:
        desk_access.may_see(left, right)
    shown = back.pair_view(
        hub, left, right, steward=steward(), rules=rules, again=again, hidden=hidden
    )
    left, right = shown.left.party.id, shown.right.party.id
    hidden = hidden or shown.blind
    holder = shown.held_by if again or given else _held(left, right)
    item = item or (None if again else back.item_of(hub, left, right, viewer=viewer()))
    stand = Stand(shown.seen.version, shown.seen.model)
    consulted("pair", {"left": left, "right": right}, {"seen": [left, right]}, stand)
    text = page(
        _template("pair"),
        room="review",
        shown=shown,
        item=item,
        holder=holder,
        hidden=hidden,
        fall=waterfall(step.row for step in shown.evidence.steps)
        if shown.evidence and not hidden
        else None,
        seen=orjson.dumps(shown.seen.to_json()).decode(),
        reasons=REASONS,
        verdicts=WORDS,
        outcome=replace(outcome, numbers=()) if outcome is not None and undone else outcome,
        query=query(filters),
        after=after,
        again=again,
        skip=item.key if item is not None else "",
        most=SHOWN,
        Verdict=Verdict,
    )
    address = url_for("desk.pair", left=left, right=right, **_where(filters, again, after))
    return _answer(text, address, f"{shown.left.party.caption} · {shown.right.party.caption}")


def _where(filters: Filters, again: int, after: str) -> dict[str, Any]:
    """What an address of a pair carries on."""
    asked = {"again": again, "after": after}
    return {**query(filters), **{name: value for name, value in asked.items() if value}}


def _held(left: str, right: str) -> str:
    """Take the pair for whoever may decide; who has it, where somebody else does."""
    if desk_access.user().role < Role.STEWARD:
        return ""
    try:
        back.hold(service().hub, steward(), left, right, service().settings.rules)
    except HeldError as error:
        return error.who
    except ResolverError:
        # a database that is read-only must still be looked at; the decision will say so
        return ""
    return ""


def _template(name: str) -> str:
    return f"_{name}.html" if desk_access.is_partial() else f"{name}.html"


def _answer(text: str, address: str, title: str) -> Response:
    answer = make_response(text)
    answer.headers[ADDRESS] = address
    # headers hold Latin letters alone
    answer.headers[TITLE] = title.encode("ascii", "backslashreplace").decode()[:300]
    return answer


def _seen(text: str) -> Seen | None:
    if not text:
        return None
    try:
        return Seen.from_json(orjson.loads(text))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise Refused(
            422, "The form was damaged on its way.", "Load the pair again and decide there."
        ) from None


def _decision(number: int) -> Any:
    hub = service().hub
    with hub.store.view() as view:
        stored = view.decision(number)
    if stored is None:
        raise Refused(404, f"There is no decision {number}.", "It may be of another store.")
    records = [stored.decision.left_id, stored.decision.right_id]
    return next(one for one in back.decisions_on(hub, records, viewer()) if one.number == number)
