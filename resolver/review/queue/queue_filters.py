"""Filters of the queue: their translation to marks of queue rows, and filters saved by users."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.visibility import Viewer
from resolver.review.models import Filters, QueueReason, Steward
from resolver.review.queue.entity_summary import SCRIPTS
from resolver.review.queue.queue_access import excluded_marks, readers_of
from resolver.store import QueueFilter, StoredSource, StoreView, utc_text

UNASSIGNED = "nobody"
"""Value of the filter `assigned` that selects pairs without an assignment."""
NO_FILTERS = Filters()
MARK_OF_KIND = {"person": "kp", "group": "kg", "asset": "ka"}


def list_saved_filters(hub: Hub, user: str) -> dict[str, Filters]:
    """Return the saved filters of a user, by name."""
    return {
        name: _read_filters(fields) for name, fields in hub.store.steward_work.filters(user).items()
    }


def save_filters(hub: Hub, user: str, name: str, filters: Filters) -> None:
    """Save filters under a name, replacing those of the same name. Raises `InputError` unless the
    name has 1 to 100 characters.
    """
    if not name.strip() or len(name) > 100:
        raise InputError(
            "the name of saved filters is empty or too long", hint="use 1 to 100 characters"
        )
    hub.store.steward_work.save_filters(user, name.strip(), asdict(filters))


def delete_filters(hub: Hub, user: str, name: str) -> None:
    """Delete saved filters."""
    hub.store.steward_work.save_filters(user, name, None)


def _read_filters(fields: Mapping[str, Any]) -> Filters:
    present = {name: fields[name] for name in asdict(NO_FILTERS) if name in fields}
    return Filters(**present)


def build_queue_filter(
    view: StoreView, filters: Filters, steward: Steward | None, viewer: Viewer
) -> QueueFilter:
    """Translate filters into marks of queue rows. Raises `InputError` for an unknown value."""
    assignee = "" if filters.assigned == UNASSIGNED else filters.assigned or None
    latest = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=filters.waiting_days)
    return QueueFilter(
        build_mark_groups(view.sources(), filters),
        filters.score_from,
        filters.score_to,
        assignee,
        steward.name if steward else None,
        excluded_marks(viewer),
        utc_text(latest) if filters.waiting_days else "",
        readers_of(viewer),
    )


def build_mark_groups(
    sources: Sequence[StoredSource], filters: Filters
) -> tuple[tuple[str, ...], ...]:
    """Return groups of marks; a row that passes the filters has one of each group.

    Raises `InputError` for an unknown value.
    """
    groups: list[tuple[str, ...]] = []
    if filters.kind:
        groups.append((_check_choice(MARK_OF_KIND, filters.kind, "kind"),))
    if filters.reason:
        reasons = {str(reason): f"r{reason}" for reason in QueueReason}
        groups.append((_check_choice(reasons, filters.reason, "reason"),))
    if filters.script:
        groups.append((_check_choice({code: code for code in SCRIPTS}, filters.script, "script"),))
    if filters.source or filters.agency:
        # no row has the mark `s-`, so an unknown list selects nothing
        groups.append(_source_marks(sources, filters) or ("s-",))
    return tuple(groups)


def _source_marks(sources: Sequence[StoredSource], filters: Filters) -> tuple[str, ...]:
    return tuple(
        f"s{source.number}"
        for source in sources
        if filters.source in ("", source.name)
        and filters.agency in ("", source.agency, source.name)
    )


def _check_choice(choices: Mapping[str, str], value: str, filter_name: str) -> str:
    if value not in choices:
        raise InputError(
            f"there is no {filter_name} {value[:40]!r}", hint=f"one of {', '.join(choices)}"
        )
    return choices[value]
