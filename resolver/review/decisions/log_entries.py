"""New entries of the decision log: verdict, context and time."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resolver.records.decisions import Decision
from resolver.review.decisions.earlier_verdicts import (
    ACT_KEY,
    COMMENT_KEY,
    UNDOES_KEY,
    logged_verdict,
)
from resolver.review.models import PairSnapshot, Steward, StewardVerdict
from resolver.store import NewDecision, StoredDecision

MAX_SHOWN_IDS = 500
"""Ids of shown records that the log stores for a side at most."""
_SMALLEST_STEP = datetime.timedelta(microseconds=1)
_SECOND_STEWARD = "\x1f second steward"
"""Name of the second steward in previews, which no user can have."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Verdict of a steward on pairs of records: one act, undone as one."""

    steward: Steward
    verdict: StewardVerdict
    reason: str
    comment: str
    needs_two: bool
    context: Mapping[str, Any]
    act_id: str

    def build_decisions(
        self,
        pairs: Iterable[tuple[str, str]],
        log: Sequence[StoredDecision],
        *,
        undoes: Mapping[tuple[str, str], int],
    ) -> list[NewDecision]:
        """Build the decisions on pairs of ids, each later than anything logged on its pair."""
        last_times: dict[tuple[str, str], datetime.datetime] = {}
        for stored in log:
            if stored.decision.decided_at is not None:
                last_times[stored.decision.pair] = max(
                    stored.decision.decided_at, last_times.get(stored.decision.pair, _EARLIEST)
                )
        now = datetime.datetime.now(datetime.UTC)
        return [
            self._new_decision(tuple(sorted(pair)), now, last_times, undoes)
            for pair in sorted({*pairs})
        ]

    def _new_decision(
        self,
        pair: tuple[str, ...],
        now: datetime.datetime,
        last_times: Mapping[tuple[str, str], datetime.datetime],
        undoes: Mapping[tuple[str, str], int],
    ) -> NewDecision:
        left, right = pair
        when = max(now, last_times.get((left, right), _EARLIEST) + _SMALLEST_STEP)
        is_red, author = self.verdict is StewardVerdict.RED, self.steward.name
        decision = Decision(
            left,
            right,
            logged_verdict(self.verdict),
            author,
            when,
            self.reason,
            is_red,
            needs_two=self.needs_two,
            restores=(left, right) in undoes,
        )
        context = {**self.context, ACT_KEY: self.act_id}
        if self.comment:
            context[COMMENT_KEY] = self.comment
        if (left, right) in undoes:
            context[UNDOES_KEY] = undoes[left, right]
        return NewDecision(decision, context)


_EARLIEST = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def new_log_entry(
    steward: Steward,
    verdict: StewardVerdict,
    reason: str,
    comment: str = "",
    *,
    needs_two: bool = False,
    context: Mapping[str, Any] | None = None,
) -> LogEntry:
    """Start a new act."""
    return LogEntry(
        steward,
        verdict,
        reason.strip(),
        comment.strip(),
        needs_two,
        context or {},
        uuid.uuid4().hex[:12],
    )


def snapshot_context(snapshot: PairSnapshot, queue_reason: str) -> dict[str, Any]:
    """Return the part of a snapshot that the log stores."""
    return {
        "model": snapshot.model,
        "version": snapshot.revision,
        "score": round(snapshot.score, 6),
        "logodds": snapshot.logodds,
        "band": snapshot.band,
        "hidden": snapshot.is_score_hidden,
        "queue": queue_reason,
        "left": snapshot.left,
        "right": snapshot.right,
        "left_records": list(snapshot.left_records[:MAX_SHOWN_IDS]),
        "right_records": list(snapshot.right_records[:MAX_SHOWN_IDS]),
        "left_digest": snapshot.left_digest,
        "right_digest": snapshot.right_digest,
    }


def confirm_for_preview(decisions: Iterable[NewDecision]) -> list[NewDecision]:
    """Return decisions, each followed by the same one of another steward, for previews."""
    both = []
    for new in decisions:
        when = (new.decision.decided_at or _EARLIEST) + _SMALLEST_STEP
        second = replace(new.decision, decided_by=_SECOND_STEWARD, decided_at=when)
        both += [new, replace(new, decision=second)]
    return both
