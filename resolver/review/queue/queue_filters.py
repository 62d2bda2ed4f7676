"""Filters of the queue: their translation to marks of queue rows, and filters saved by users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.visibility import Viewer
from resolver.review.models import Filters, QueueReason, Steward
from resolver.review.queue.entity_summary import SCRIPTS
from resolver.review.queue.queue_access import excluded_marks
from resolver.store import QueueFilter, StoredSource, StoreView

UNASSIGNED = "nobody"
"""Value of the filter `assigned` that selects pairs without an assignment."""
NO_FILTERS = Filters()
_KIND_MARKS = {"person": "kp", "group": "kg", "asset": "ka"}


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


def list_filter_choices(sources: Sequence[StoredSource]) -> dict[str, tuple[str, ...]]:
    """Return the values that the filters kind, source, agency, script and reason can have, for a
    viewer who may know some sources.
    """
    return {
        "kind": tuple(_KIND_MARKS),
        "source": tuple(source.name for source in sources),
        "agency": tuple(sorted({source.agency for source in sources if source.agency})),
        "script": tuple(sorted(SCRIPTS)),
        "reason": tuple(str(reason) for reason in QueueReason),
    }


def _read_filters(fields: Mapping[str, Any]) -> Filters:
    present = {name: fields[name] for name in asdict(NO_FILTERS) if name in fields}
    return Filters(**present)


def build_queue_filter(
    view: StoreView, filters: Filters, steward: Steward | None, viewer: Viewer
) -> QueueFilter:
    """Translate filters into marks of queue rows. Raises `InputError` for an unknown value."""
    marks: list[tuple[str, ...]] = []
    if filters.kind:
        marks.append((_check_choice(_KIND_MARKS, filters.kind, "kind"),))
    if filters.reason:
        reasons = {str(reason): f"r{reason}" for reason in QueueReason}
        marks.append((_check_choice(reasons, filters.reason, "reason"),))
    if filters.script:
        marks.append((_check_choice({code: code for code in SCRIPTS}, filters.script, "script"),))
    if filters.source or filters.agency:
        # no row has the mark `s-`, so an unknown list selects nothing
        marks.append(_source_marks(view, filters) or ("s-",))
    assignee = "" if filters.assigned == UNASSIGNED else filters.assigned or None
    holder = steward.name if steward else None
    return QueueFilter(
        tuple(marks), filters.score_from, filters.score_to, assignee, holder, excluded_marks(viewer)
    )


def _source_marks(view: StoreView, filters: Filters) -> tuple[str, ...]:
    return tuple(
        f"s{source.number}"
        for source in view.sources()
        if filters.source in ("", source.name)
        and filters.agency in ("", source.agency, source.name)
    )


def _check_choice(choices: Mapping[str, str], value: str, filter_name: str) -> str:
    if value not in choices:
        raise InputError(
            f"there is no {filter_name} {value[:40]!r}", hint=f"one of {', '.join(choices)}"
        )
    return choices[value]
