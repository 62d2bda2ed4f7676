"""Progress of one steward: what they decided today and lately, and at which pace."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

from resolver.hub.hub import Hub
from resolver.review.decisions.earlier_verdicts import UNDOES_KEY
from resolver.review.models import Steward
from resolver.review.restrictions import find_hidden_records
from resolver.store import utc_text
from resolver.store.desk.steward_work import OwnDecision, own_decisions
from resolver.store.row_types import parse_utc_text

PACE_MINUTES = 20
"""Minutes whose decisions give the pace."""
_LEAST_DECISIONS = 3
"""Decisions below which a pace says nothing."""


@dataclass(frozen=True, slots=True)
class StewardProgress:
    """Decisions of a steward, without those taken back: today (UTC), and `recent` ones of the last
    `minutes` (1 to `PACE_MINUTES`).

    `undoable`: id of the latest that still counts, or empty.
    """

    today: int = 0
    recent: int = 0
    minutes: int = 0
    undoable: str = ""

    def minutes_for(self, pairs: int) -> int | None:
        """Return the minutes that a number of pairs takes at the pace of late; None without one."""
        if self.recent < _LEAST_DECISIONS:
            return None
        return math.ceil(pairs * self.minutes / self.recent)


def measure_progress(
    hub: Hub, steward: Steward, now: datetime.datetime | None = None
) -> StewardProgress:
    """Measure the progress of a steward at a time (default: now). Several decisions of one act,
    such as a split, count once.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    recent_from = now - datetime.timedelta(minutes=PACE_MINUTES)
    with hub.store.view() as view:
        rows = own_decisions(view.connection, steward.name, utc_text(min(midnight, recent_from)))
        hidden = find_hidden_records(
            view, {end for row in rows for end in row.pair}, steward.viewer
        )
    effective = _without_undone([row for row in rows if hidden.isdisjoint(row.pair)])
    times = sorted({row.decided_at for row in effective})
    recent = [time for time in times if time >= utc_text(recent_from)]
    elapsed = (now - parse_utc_text(recent[0])).total_seconds() if recent else 0.0
    return StewardProgress(
        sum(time >= utc_text(midnight) for time in times),
        len(recent),
        min(max(math.ceil(elapsed / 60), 1), PACE_MINUTES) if recent else 0,
        effective[-1].id if effective else "",
    )


def _without_undone(rows: Sequence[OwnDecision]) -> list[OwnDecision]:
    """Return the decisions that were not taken back, without the undos themselves.

    An undo that was itself undone takes nothing back.
    """
    undone: set[int] = set()
    effective = []
    for row in reversed(rows):
        target = int(row.context.get(UNDOES_KEY) or 0)
        if row.number in undone:
            continue
        if target:
            undone.add(target)
        else:
            effective.append(row)
    return effective[::-1]
