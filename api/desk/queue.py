"""Page of the review queue: filters, saved filters, bulk decisions and assignments."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import Any

from flask import redirect, request, url_for

from resolver import review
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.desk_access import current_user, require_role
from resolver.api.desk.error_pages import DeskError
from resolver.api.desk.pages import blueprint, render_page, sign_message, signed_message
from resolver.api.desk.review_forms import (
    DECISION_REASONS,
    current_steward,
    filter_parameters,
    filters_of_form,
    filters_of_url,
    hides_scores,
    parse_verdict,
)
from resolver.api.service import current_service
from resolver.hub.desk_users import UserRole
from resolver.reference.plurals import pluralize
from resolver.review import Filters, QueueCut, QueueItem, QueuePage, StewardProgress

_ITEMS_PER_PAGE = 40
MAX_BULK_PAIRS = 100
"""Pairs decided or assigned together at most."""


@blueprint.get("/review")
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
    return render_page(
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
        message=signed_message(),
        **_filter_context(filters),
    )


def _progress_context(total: int) -> dict[str, Any]:
    """Return what the user decided of late, and the minutes that the pairs take at that pace."""
    if current_user().role < UserRole.STEWARD:
        return {"progress": StewardProgress(), "minutes_left": None}
    progress = review.measure_progress(current_service().hub, current_steward())
    return {"progress": progress, "minutes_left": progress.minutes_for(total)}


def _queue_cut() -> QueueCut | None:
    """Return where the capacity of a day cuts the queue of the user; None without a capacity."""
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
    """Return limits of age in days, and the pairs that wait at least as long."""
    counts = review.count_ages(current_service().hub, filters, viewer())
    longer = list(accumulate(reversed(counts[1:])))[::-1]
    return [row for row in zip(review.AGE_DAYS, longer, strict=True) if row[1]]


@blueprint.post("/review/filters")
def save_queue_filters() -> Any:
    """Save the filters under a name, or delete the filters of that name."""
    hub, user_name = current_service().hub, current_user().name
    if "forget" in request.form:
        review.delete_filters(hub, user_name, request.form["forget"])
        return redirect(url_for("desk.queue"), 303)
    filters = filters_of_form()
    review.save_filters(hub, user_name, request.form.get("name", ""), filters)
    return redirect(url_for("desk.queue", **filter_parameters(filters)), 303)


@blueprint.post("/review/together")
@require_role(UserRole.STEWARD)
def decide_together() -> Any:
    """Decide or assign the marked pairs together."""
    form, items = request.form, _marked_items()
    query = filter_parameters(filters_of_form())
    if "assign" in form:
        message = _assign(items, form.get("who", ""))
        return redirect(url_for("desk.queue", done=sign_message(message), **query), 303)
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
    return render_page(
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
        raise DeskError(422, "No pair is marked.", "Mark the pairs to decide or assign.")
    items = []
    for mark in marks:
        left, _, right = mark.partition("|")
        item = review.find_item(current_service().hub, left, right, viewer=viewer())
        if item is not None:
            items.append(item)
    if not items:
        raise DeskError(409, "The marked pairs no longer wait.", "Load the queue again.")
    return items


def _number_identical_groups(items: tuple[QueueItem, ...]) -> dict[str, int]:
    """Return the group number of items with the same names, score and reason, by item key.

    Items without another of their kind have no group.
    """
    groups: dict[tuple[Any, ...], list[str]] = {}
    for item in items:
        captions = tuple(sorted((item.left.caption.casefold(), item.right.caption.casefold())))
        groups.setdefault((captions, item.logodds, item.reason), []).append(item.key)
    shared = [keys for keys in groups.values() if len(keys) > 1]
    return {key: number for number, keys in enumerate(shared, 1) for key in keys}
