"""The queue: what waits, under filters that can be saved, marked and decided together, or assigned."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import parse_qsl

from flask import redirect, request, url_for

from resolver import review as back
from resolver.api.access import consulted, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.support import desk_access
from resolver.api.desk.support.decision_reasons import REASONS
from resolver.api.desk.support.desk_access import needs
from resolver.api.desk.support.error_pages import Refused
from resolver.api.service import service
from resolver.errors import InputError
from resolver.hub.desk_users import Role
from resolver.review import Filters, QueueItem, Steward, Verdict
from resolver.screening.screener import Stand

_SHOWN = 40
_TEXTS = ("kind", "source", "agency", "script", "reason", "assigned")
_NUMBERS = ("score_from", "score_to")
_NONE = Filters()
MOST_AT_ONCE = 100
"""Pairs decided together at most."""


@blueprint.get("/review")
def review() -> Any:
    """What waits, the most worth first."""
    hub, filters = service().hub, wanted()
    mine = "mine" in request.args
    if mine:
        filters = replace(filters, assigned=desk_access.user().name)
    found = back.waiting(
        hub, filters, limit=_SHOWN, after=request.args.get("after", ""), viewer=viewer()
    )
    seen = [end.id for item in found.items for end in (item.left, item.right)]
    consulted(
        "queue", query(filters), {"seen": seen}, Stand(found.version, hub.models.stamp["model"])
    )
    return page(
        "queue.html",
        room="review",
        found=found,
        filters=filters,
        choices=back.choices(hub),
        saved={
            name: query(one)
            for name, one in back.saved_filters(hub, desk_access.user().name).items()
        },
        query=query(filters),
        alike=_alike(found.items),
        stewards=[
            one.name
            for one in hub.store.users.list()
            if one.role >= Role.STEWARD and one.disabled is None
        ],
        reasons=REASONS,
        hidden=is_blind(),
        begin=not request.args.get("after"),
        problem=request.args.get("problem", "")[:500],
        done=request.args.get("done", "")[:500],
    )


@blueprint.post("/review/filters")
def keep_filters() -> Any:
    """Save the filters under a name, or forget those of that name."""
    name, hub = request.form.get("name", ""), service().hub
    if "forget" in request.form:
        back.forget_filters(hub, desk_access.user().name, request.form["forget"])
        return redirect(url_for("desk.review"), 303)
    filters = carried_on()
    back.save_filters(hub, desk_access.user().name, name, filters)
    return redirect(url_for("desk.review", **query(filters)), 303)


@blueprint.post("/review/together")
@needs(Role.STEWARD)
def together() -> Any:
    """One verdict on the marked pairs, or one assignment of them."""
    hub = service().hub
    items = _marked()
    where = query(carried_on())
    if "assign" in request.form:
        who = request.form.get("who", "")
        for item in items:
            back.assign(hub, item.left.id, item.right.id, who, desk_access.user().name)
        said = f"{len(items)} assigned to {who}." if who else f"{len(items)} assigned to nobody."
        return redirect(url_for("desk.review", done=said, **where), 303)
    verdict = verdict_of(request.form.get("verdict", ""))
    reason, comment = request.form.get("reason", ""), request.form.get("comment", "")[:2_000]
    outcome = back.bulk(
        hub,
        steward(),
        items,
        verdict,
        reason=reason,
        comment=comment,
        rules=service().settings.rules,
    )
    return page("together.html", room="review", outcome=outcome, verdict=verdict, query=where)


def steward() -> Steward:
    """Who works at the desk, as the log knows them."""
    return Steward(desk_access.user().name, desk_access.user().agency, viewer().scopes)


def wanted() -> Filters:
    """The filters of the address. Nonsense is refused by the queue itself."""
    return _filters(request.args)


def carried_on() -> Filters:
    """The filters that a form carries on, as the address had them."""
    return _filters(dict(parse_qsl(request.form.get("filters", "")[:2_000])))


def query(filters: Filters) -> dict[str, Any]:
    """Filters as parameters of an address: those that ask something."""
    nothing = asdict(_NONE)
    return {name: str(value) for name, value in asdict(filters).items() if value != nothing[name]}


def verdict_of(text: str) -> Verdict:
    """The verdict of a form."""
    try:
        return Verdict(text)
    except ValueError:
        known = ", ".join(Verdict)
        raise Refused(
            422, "Nothing was decided: no verdict was chosen.", f"Choose one: {known}."
        ) from None


def is_blind() -> bool:
    """Whether this browser hides scores, so that they do not lead."""
    return request.cookies.get("desk_blind") == "1"


def _filters(said: Any) -> Filters:
    texts: dict[str, Any] = {name: said.get(name, "").strip()[:200] for name in _TEXTS}
    numbers: dict[str, Any] = {
        name: _number(name, said.get(name, "")) for name in _NUMBERS if said.get(name)
    }
    return Filters(**texts, **numbers)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise InputError(
            f"{name.replace('_', ' ')} is {text[:20]!r}", mend="write a number from 0 to 1"
        )
    return value


def _marked() -> list[QueueItem]:
    hub, found = service().hub, []
    marks = request.form.getlist("pair")[:MOST_AT_ONCE]
    if not marks:
        raise Refused(422, "No pair is marked.", "Mark the pairs that the verdict is on.")
    for mark in marks:
        left, _, right = mark.partition("|")
        desk_access.may_see(left, right)
        item = back.item_of(hub, left, right, viewer=viewer())
        if item is not None:
            found.append(item)
    if not found:
        raise Refused(409, "None of the marked pairs waits any more.", "Load the queue again.")
    return found


def _alike(items: tuple[QueueItem, ...]) -> dict[str, int]:
    """key of an item -> the number of its group of identical cases (same names, score and reason), from groups of two
    on."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for item in items:
        captions = tuple(sorted((item.left.caption.casefold(), item.right.caption.casefold())))
        groups.setdefault((captions, item.logodds, item.reason), []).append(item.key)
    several = [keys for keys in groups.values() if len(keys) > 1]
    return {key: number for number, keys in enumerate(several, 1) for key in keys}
