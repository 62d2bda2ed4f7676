"""New entries of the log of decisions: what stands in them beside the verdict, and when they are said to be taken."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resolver.records.decisions import Decision
from resolver.records.decisions import Verdict as Said
from resolver.review.decisions.earlier_verdicts import COMMENT, TOGETHER, UNDOES
from resolver.review.models import Seen, Steward, Verdict
from resolver.store import NewDecision, StoredDecision

_SHOWN = 500
"""Ids of records shown that the log keeps for a side at most."""
_MOMENT = datetime.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a steward says of some pairs of records: all of it is one act, which is undone as one."""

    steward: Steward
    verdict: Verdict
    reason: str
    comment: str
    needs_two: bool
    seen: Mapping[str, Any]
    mark: str

    @property
    def said(self) -> Said:
        """The verdict as the log has it."""
        return Said.SAME if self.verdict is Verdict.RED else Said(str(self.verdict))

    def on(
        self,
        pairs: Iterable[tuple[str, str]],
        log: Sequence[StoredDecision],
        *,
        undoes: Mapping[tuple[str, str], int],
    ) -> list[NewDecision]:
        """The entries on some pairs (ids, in any order), each later than what the log has on its pair."""
        last: dict[tuple[str, str], datetime.datetime] = {}
        for stored in log:
            if stored.decision.when is not None:
                last[stored.decision.pair] = max(
                    stored.decision.when, last.get(stored.decision.pair, _LONG_AGO)
                )
        now = datetime.datetime.now(datetime.UTC)
        return [self._one(tuple(sorted(pair)), now, last, undoes) for pair in sorted({*pairs})]

    def _one(
        self,
        pair: tuple[str, ...],
        now: datetime.datetime,
        last: Mapping[tuple[str, str], datetime.datetime],
        undoes: Mapping[tuple[str, str], int],
    ) -> NewDecision:
        left, right = pair
        when = max(now, last.get((left, right), _LONG_AGO) + _MOMENT)
        red, who = self.verdict is Verdict.RED, self.steward.name
        decision = Decision(left, right, self.said, who, when, self.reason, red, "", self.needs_two)
        seen = {**self.seen, TOGETHER: self.mark}
        if self.comment:
            seen[COMMENT] = self.comment
        if (left, right) in undoes:
            seen[UNDOES] = undoes[left, right]
        return NewDecision(decision, seen)


_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def entry(
    steward: Steward,
    verdict: Verdict,
    reason: str,
    comment: str = "",
    *,
    needs_two: bool = False,
    seen: Mapping[str, Any] | None = None,
) -> Entry:
    """A new act."""
    return Entry(
        steward,
        verdict,
        reason.strip(),
        comment.strip(),
        needs_two,
        seen or {},
        uuid.uuid4().hex[:12],
    )


def said_of(seen: Seen, queue_reason: str) -> dict[str, Any]:
    """What the log keeps of what a steward saw."""
    return {
        "model": seen.model,
        "version": seen.version,
        "score": round(seen.score, 6),
        "logodds": seen.logodds,
        "band": seen.band,
        "hidden": seen.hidden,
        "queue": queue_reason,
        "left": seen.left,
        "right": seen.right,
        "left_records": list(seen.left_records[:_SHOWN]),
        "right_records": list(seen.right_records[:_SHOWN]),
        "left_digest": seen.left_digest,
        "right_digest": seen.right_digest,
    }


def as_if_confirmed(news: Iterable[NewDecision]) -> list[NewDecision]:
    """Entries as they would count with a second steward behind them: for previews."""
    return [
        replace(new, decision=replace(new.decision, needs_two=False, unlawful=False))
        for new in news
    ]
