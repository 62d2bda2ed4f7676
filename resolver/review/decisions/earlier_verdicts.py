"""Earlier decisions on two entities: which are effective, and which wait for a second steward."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from resolver.records.decisions import Decision, Verdict, settle_decisions, waiting_decisions
from resolver.review.decisions.logged_relations import logged_relation
from resolver.review.models import DecisionStatus, DecisionView, StewardVerdict
from resolver.store import StoredDecision, utc_text

UNDOES_KEY, ACT_KEY, COMMENT_KEY = "undoes", "together", "comment"
"""Keys of the context that the log stores with a decision: number of the decision it takes back; id
shared by the decisions of one act; free comment.
"""
VERDICT_TEXTS = {
    StewardVerdict.SAME: "the same",
    StewardVerdict.DIFFERENT: "different",
    StewardVerdict.UNSURE: "unsure",
    StewardVerdict.RED: "red: one person under unlawfully different identities",
}
"""Verdicts in words."""
_NUMBERED_UNDO = re.compile(r"^undoes decision \d+$")


@dataclass(frozen=True, slots=True)
class PairVerdicts:
    """Decisions across two entities: latest effective `different`, latest one that waits for a
    second steward, latest `unsure` that a steward chose (not an undo), latest reopened one.
    """

    different: StoredDecision | None
    unconfirmed: StoredDecision | None
    unsure: StoredDecision | None
    reopened: StoredDecision | None

    @property
    def is_reopened(self) -> bool:
        """True if a decision is reopened, and none that stands keeps the two apart."""
        stands = self.different is not None and not self.different.decision.reopened
        return self.reopened is not None and not stands


def summarize_verdicts(log: Iterable[StoredDecision]) -> PairVerdicts:
    """Summarize the decisions on pairs of records across two entities."""
    log = list(log)
    effective = effective_decisions(log)
    different = [stored for stored in effective if stored.decision.verdict is Verdict.DIFFERENT]
    # one that stands keeps apart whatever becomes of those that are reopened
    different = [stored for stored in different if not stored.decision.reopened] or different
    unsure = [
        stored
        for stored in effective
        if stored.decision.verdict is Verdict.UNSURE and UNDOES_KEY not in stored.context
    ]
    unconfirmed = unconfirmed_decisions(log)
    return PairVerdicts(
        _latest(different), _latest(unconfirmed), _latest(unsure), _latest(reopened_decisions(log))
    )


def effective_decisions(log: Iterable[StoredDecision]) -> list[StoredDecision]:
    """Return the effective decisions, by pair. The log must be complete for each of its pairs."""
    by_key = {stored.decision.place: stored for stored in log}
    settled = settle_decisions(stored.decision for stored in by_key.values())
    # a pair with nothing but unconfirmed decisions settles as unsure
    return [
        by_key[decision.place]
        for decision in settled
        if decision.verdict is by_key[decision.place].decision.verdict
    ]


def reopened_decisions(log: Iterable[StoredDecision]) -> list[StoredDecision]:
    """Return the decisions that counted on their pairs until a record changed, by pair.

    The log must be complete for each of its pairs, with reopened decisions marked.
    """
    by_key = {stored.decision.place: stored for stored in log}
    settled = settle_decisions(stored.decision for stored in by_key.values())
    return [
        by_key[decision.place]
        for decision in settled
        if decision.reopened and by_key[decision.place].decision.verdict is not Verdict.UNSURE
    ]


def unconfirmed_decisions(log: Iterable[StoredDecision]) -> list[StoredDecision]:
    """Return the decisions that wait for a second steward, by pair. The log must be complete for
    each of its pairs.
    """
    by_key = {stored.decision.place: stored for stored in log}
    waiting = waiting_decisions(stored.decision for stored in by_key.values())
    return [by_key[decision.place] for decision in waiting]


def _latest(decisions: Sequence[StoredDecision]) -> StoredDecision | None:
    return max(decisions, key=lambda stored: stored.number) if decisions else None


def steward_verdict(decision: Decision) -> StewardVerdict:
    """Return the verdict of the desk for a logged decision."""
    return StewardVerdict.RED if decision.unlawful else StewardVerdict(str(decision.verdict))


def logged_verdict(verdict: StewardVerdict) -> Verdict:
    """Return the verdict as the log stores it; red is `same`, with a mark."""
    return Verdict.SAME if verdict is StewardVerdict.RED else Verdict(str(verdict))


def shown_reason(stored: StoredDecision) -> str:
    """Return the reason of a decision, without the number that earlier versions wrote into it."""
    return _NUMBERED_UNDO.sub("undoes an earlier decision", stored.decision.reason)


def decision_views(log: Sequence[StoredDecision]) -> tuple[DecisionView, ...]:
    """Return decisions as pages show them, newest first. The log must be complete for each of its
    pairs.
    """
    effective = {stored.decision.place for stored in effective_decisions(log)}
    unconfirmed = {stored.decision.place for stored in unconfirmed_decisions(log)}
    reopened = {stored.decision.place for stored in reopened_decisions(log)}
    id_of = {stored.number: stored.id for stored in log}
    undone = {int(stored.context[UNDOES_KEY]) for stored in log if UNDOES_KEY in stored.context}
    acts: dict[str, list[int]] = {}
    for stored in log:
        if stored.context.get(ACT_KEY):
            acts.setdefault(str(stored.context[ACT_KEY]), []).append(stored.number)
    return tuple(
        _build_view(
            stored,
            _find_status(stored, effective, reopened, unconfirmed, undone),
            id_of.get(_undone_number(stored), ""),
            acts,
        )
        for stored in sorted(log, key=lambda stored: -stored.number)
    )


def _undone_number(stored: StoredDecision) -> int:
    return int(stored.context.get(UNDOES_KEY, 0))


def _find_status(
    stored: StoredDecision,
    effective: set[str],
    reopened: set[str],
    unconfirmed: set[str],
    undone: set[int],
) -> DecisionStatus:
    place = stored.decision.place
    if place in unconfirmed:
        return DecisionStatus.WAITING
    if place in reopened:
        return DecisionStatus.REOPENED
    # an undo that waits for a second steward has not undone it
    if place in effective:
        return DecisionStatus.ACTIVE
    return DecisionStatus.UNDONE if stored.number in undone else DecisionStatus.REPLACED


def _build_view(
    stored: StoredDecision, status: DecisionStatus, undoes: str, acts: Mapping[str, list[int]]
) -> DecisionView:
    decision, relation = stored.decision, logged_relation(stored)
    act_numbers = tuple(
        number
        for number in acts.get(str(stored.context.get(ACT_KEY)), ())
        if number != stored.number
    )
    return DecisionView(
        stored.id,
        stored.number,
        decision.left_id,
        decision.right_id,
        steward_verdict(decision),
        decision.decided_by,
        utc_text(decision.decided_at) if decision.decided_at else "",
        shown_reason(stored),
        str(stored.context.get(COMMENT_KEY, "")),
        status,
        undoes,
        _undone_number(stored),
        act_numbers,
        decision.reopened if status is DecisionStatus.REOPENED else "",
        relation.sentence if relation else "",
    )
