"""Page of the review queue, and the forms that review pages share.

The page has filters, saved filters, bulk decisions and assignments. The forms hold filters, the
position in the queue, verdict and steward. The usual reasons of decisions are chosen by one key and
written to the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from flask import redirect, request, url_for

from resolver import review
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk import pages
from resolver.api.desk.desk_access import current_user, require_role
from resolver.api.service import current_service
from resolver.errors import InputError, pluralize
from resolver.hub.admin import UserRole
from resolver.review import (
    Filters,
    QueueCut,
    QueueItem,
    QueuePage,
    Steward,
    StewardProgress,
    StewardVerdict,
)
from resolver.review.earlier_verdicts import PairRelation

HIDE_SCORES_COOKIE = "desk_blind"
_TEXT_FILTERS = ("kind", "source", "agency", "script", "reason", "assigned")
_SCORE_FILTERS = ("score_from", "score_to")
_NO_FILTERS = asdict(Filters())


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Place of a pair in the queue, in the form in which addresses state it.

    `after` is the key of the last skipped item (empty: none), `recheck` the id of the decision
    under blind recheck (empty: none).
    """

    filters: Filters
    after: str = ""
    recheck: str = ""

    def parameters(self) -> dict[str, Any]:
        """Return the position as query parameters."""
        extra = {"again": self.recheck, "after": self.after}
        return {
            **filter_parameters(self.filters),
            **{name: value for name, value in extra.items() if value},
        }


def current_steward() -> Steward:
    """Return the user as a steward, under the name that the log shows."""
    return Steward(current_user().name, current_user().agency, viewer().scopes)


def filters_of_url() -> Filters:
    """Return the filters in the query of the request; the queue refuses unknown values."""
    return _read_filters(request.args)


def filters_of_form() -> Filters:
    """Return the filters that a form contains."""
    return _read_filters(dict(parse_qsl(request.form.get("filters", "")[:2_000])))


def filter_parameters(filters: Filters) -> dict[str, Any]:
    """Return the filters that are set as query parameters."""
    return {
        name: str(value) for name, value in asdict(filters).items() if value != _NO_FILTERS[name]
    }


def parse_verdict(text: str) -> StewardVerdict:
    """Return the verdict of a form. Raises `DeskError`."""
    try:
        return StewardVerdict(text)
    except ValueError:
        raise pages.DeskError(
            422,
            "Nothing was decided: no verdict was chosen.",
            f"Choose one: {', '.join(StewardVerdict)}.",
        ) from None


def parse_relation(text: str) -> PairRelation:
    """Return the relation between two groups that a form states. Raises `DeskError`."""
    try:
        return PairRelation.parse(text)
    except InputError:
        raise pages.DeskError(
            422,
            "Nothing was decided: no relation was chosen.",
            "Choose how the two groups are related.",
        ) from None


def hides_scores() -> bool:
    """Return whether this browser hides scores, so that they do not sway the steward."""
    return request.cookies.get(HIDE_SCORES_COOKIE) == "1"


def _read_filters(parameters: Mapping[str, str]) -> Filters:
    texts: dict[str, Any] = {name: parameters.get(name, "").strip()[:200] for name in _TEXT_FILTERS}
    scores: dict[str, Any] = {
        name: _parse_score(name, parameters[name])
        for name in _SCORE_FILTERS
        if parameters.get(name)
    }
    return Filters(**texts, **scores, waiting_days=_parse_days(parameters.get("waiting_days", "")))


def _parse_days(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise InputError(
            f"waiting days are {text[:20]!r}", hint="write a whole number of days, such as 7"
        )
    return int(text or 0)


def _parse_score(name: str, text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = float("nan")
    if not 0 <= score <= 1:
        raise InputError(
            f"{name.replace('_', ' ')} is {text[:20]!r}", hint="write a number from 0 to 1"
        )
    return score


class VerdictLabel(NamedTuple):
    """Keyboard shortcut, name and meaning of a verdict."""

    key: str
    name: str
    help: str


RELATED = "related"
"""Verdict of a form: two different groups with a relation between them."""
RELATED_LABEL = VerdictLabel(
    "f", "Related", "two different groups: one is a faction or successor of the other, say"
)
RELATED_REASONS = (
    "the evidence shown",
    "members and leaders",
    "confirmed by the agency",
    "other (see the comment)",
)
DECISION_REASONS: dict[StewardVerdict, tuple[str, ...]] = {
    StewardVerdict.SAME: (
        "the evidence shown",
        "same document or number",
        "another spelling or script of one name",
        "confirmed by the agency",
        "other (see the comment)",
    ),
    StewardVerdict.DIFFERENT: (
        "the evidence shown",
        "another date of birth",
        "another document or number",
        "a relative or a namesake",
        "confirmed by the agency",
        "other (see the comment)",
    ),
    StewardVerdict.UNSURE: (
        "too little is known",
        "the agency is asked",
        "evidence on both sides",
        "other (see the comment)",
    ),
    StewardVerdict.RED: (
        "two identities on purpose",
        "forged or borrowed document",
        "biometrics or photo of one person",
        "other (see the comment)",
    ),
}
"""Reasons by verdict, in the order of their number keys."""
VERDICT_LABELS: dict[StewardVerdict, VerdictLabel] = {
    StewardVerdict.SAME: VerdictLabel("s", "Same", "one person or group, lawfully (white link)"),
    StewardVerdict.DIFFERENT: VerdictLabel(
        "d", "Different", "two different ones, to be kept apart (green link)"
    ),
    StewardVerdict.UNSURE: VerdictLabel(
        "u", "Unsure", "stays in the queue, with your note (yellow link)"
    ),
    StewardVerdict.RED: VerdictLabel(
        "r",
        "Red",
        "one person under unlawfully different identities; a second steward must confirm it",
    ),
}


_ITEMS_PER_PAGE = 40
MAX_BULK_PAIRS = 100
"""Maximum number of pairs decided or assigned together."""


@pages.blueprint.get("/review")
def queue() -> Any:
    """Show the waiting pairs, highest priority first."""
    filters = filters_of_url()
    if "mine" in request.args:
        filters = replace(filters, assigned=current_user().name)
    after = request.args.get("after", "")
    queue_page = review.list_waiting(
        current_service().hub, filters, limit=_ITEMS_PER_PAGE, after=after, viewer=viewer()
    )
    _log_queue(queue_page, filters)
    cut = _queue_cut()
    below_cut = next((item.key for item in queue_page.items if cut and cut.is_below(item)), "")
    return pages.render_page(
        "queue.html",
        section="queue",
        queue=queue_page,
        is_first_page=not after,
        forecast=cut.forecast if cut else None,
        **_progress_context(queue_page.total),
        below_cut=below_cut,
        similar_groups=_number_identical_groups(queue_page.items),
        reasons=DECISION_REASONS,
        is_score_hidden=hides_scores(),
        message=pages.signed_message(),
        **_filter_context(filters),
    )


def _progress_context(total: int) -> dict[str, Any]:
    """Return the user's recent decisions, and the minutes that the pairs take at that pace."""
    if current_user().role < UserRole.STEWARD:
        return {"progress": StewardProgress(), "minutes_left": None}
    progress = review.measure_progress(current_service().hub, current_steward())
    return {"progress": progress, "minutes_left": progress.minutes_for(total)}


def _queue_cut() -> QueueCut | None:
    """Return the position at which the daily capacity ends in the queue of the user; None if there
    is no capacity.
    """
    service = current_service()
    capacity = service.settings.rules.review_capacity
    return None if capacity is None else review.forecast_queue(service.hub, capacity, viewer())


def _log_queue(queue_page: QueuePage, filters: Filters) -> None:
    entity_ids = [side.id for item in queue_page.items for side in (item.left, item.right)]
    revision = revision_of(queue_page.revision)
    log_access("queue", filter_parameters(filters), {"seen": entity_ids}, revision)


def _filter_context(filters: Filters) -> dict[str, Any]:
    hub = current_service().hub
    saved = review.list_saved_filters(hub, current_user().name)
    return {
        "filters": filters,
        "query": filter_parameters(filters),
        "facets": review.count_facets(hub, filters, viewer()),
        "ages": _age_choices(filters),
        "saved_filters": {name: filter_parameters(row) for name, row in saved.items()},
        "stewards": [
            user.name
            for user in hub.store.users.list()
            if user.role >= UserRole.STEWARD and user.disabled is None
        ],
    }


def _age_choices(filters: Filters) -> list[tuple[int, int]]:
    """Return limits of age in days, and the number of pairs that have waited at least as long."""
    counts = review.count_ages(current_service().hub, filters, viewer())
    longer = list(accumulate(reversed(counts[1:])))[::-1]
    return [row for row in zip(review.AGE_DAYS, longer, strict=True) if row[1]]


@pages.blueprint.post("/review/filters")
def save_queue_filters() -> Any:
    """Save the filters under a name, or delete the filters of that name."""
    hub, user_name = current_service().hub, current_user().name
    if "forget" in request.form:
        review.delete_filters(hub, user_name, request.form["forget"])
        return redirect(url_for("desk.queue"), 303)
    filters = filters_of_form()
    review.save_filters(hub, user_name, request.form.get("name", ""), filters)
    return redirect(url_for("desk.queue", **filter_parameters(filters)), 303)


@pages.blueprint.post("/review/together")
@require_role(UserRole.STEWARD)
def decide_together() -> Any:
    """Decide or assign the marked pairs together."""
    form, items = request.form, _marked_items()
    query = filter_parameters(filters_of_form())
    if "assign" in form:
        message = _assign(items, form.get("who", ""))
        return redirect(url_for("desk.queue", done=pages.sign_message(message), **query), 303)
    verdict = parse_verdict(form.get("verdict", ""))
    outcome = review.decide_pairs(
        current_service().hub,
        current_steward(),
        items,
        verdict,
        reason=form.get("reason", ""),
        comment=form.get("comment", "")[:2_000],
        rules=current_service().settings.rules,
    )
    return pages.render_page(
        "together.html", section="queue", outcome=outcome, verdict=verdict, query=query
    )


def _assign(items: list[QueueItem], assignee: str) -> str:
    """Assign pairs to a steward (empty: nobody) and return a message."""
    hub = current_service().hub
    for item in items:
        pair = item.left.id, item.right.id
        review.assign_pair(hub, *pair, assignee, current_user().name, viewer=viewer())
    return f"{pluralize(len(items), 'pair')} assigned to {assignee or 'nobody'}."


def _marked_items() -> list[QueueItem]:
    """Return the marked pairs that still wait. Raises `DeskError`."""
    marks = request.form.getlist("pair")[:MAX_BULK_PAIRS]
    if not marks:
        raise pages.DeskError(422, "No pair is marked.", "Mark the pairs to decide or assign.")
    items = []
    for mark in marks:
        left, _, right = mark.partition("|")
        item = review.find_item(current_service().hub, left, right, viewer=viewer())
        if item is not None:
            items.append(item)
    if not items:
        raise pages.DeskError(409, "The marked pairs no longer wait.", "Load the queue again.")
    return items


def _number_identical_groups(items: tuple[QueueItem, ...]) -> dict[str, int]:
    """Return the group number of items with the same names, score and reason, by item key.

    Items that are alone in their group get no number.
    """
    groups: dict[tuple[Any, ...], list[str]] = {}
    for item in items:
        captions = tuple(sorted((item.left.caption.casefold(), item.right.caption.casefold())))
        groups.setdefault((captions, item.logodds, item.reason), []).append(item.key)
    shared = [keys for keys in groups.values() if len(keys) > 1]
    return {key: number for number, keys in enumerate(shared, 1) for key in keys}
