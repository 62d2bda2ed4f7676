"""Refusals of a decision, each a `DecisionRefusedError` with a one-line message, a hint and fields
for pages.

Rules of the desk: four-eyes rules, lease of a pair, share of blind rechecks, capacity.
"""

from __future__ import annotations

from dataclasses import dataclass

from resolver.errors import DecisionError
from resolver.review.models import DecisionView
from resolver.settings import Settings


class DecisionRefusedError(DecisionError):
    """Refused decision; nothing has changed."""


class DecidedMeanwhileError(DecisionRefusedError):
    """Another steward has decided the pair since it was shown; `decision` is theirs."""

    def __init__(self, decision: DecisionView) -> None:
        self.decision = decision
        super().__init__(
            f"{decision.steward or 'somebody'} has decided this pair meanwhile: "
            f"{decision.verdict}, on {_minute(decision.decided_at)} (decision {decision.id})",
            hint="look at the pair again; undo that decision if you disagree",
        )


class ChangedMeanwhileError(DecisionRefusedError):
    """Entity with other records, or other versions of them, than were shown; `entity` is its id."""

    def __init__(self, entity: str, change: str) -> None:
        self.entity = entity
        super().__init__(
            f"{entity} has changed since it was shown: {change}", hint="look at the pair again"
        )


class RetiredMeanwhileError(DecisionRefusedError):
    """Entity that no longer exists: `entity` is its id, `successor` the entity that now has its
    records, or empty.
    """

    def __init__(self, entity: str, successor: str, reason: str) -> None:
        self.entity, self.successor = entity, successor
        super().__init__(
            f"{entity} no longer exists as an entity: {reason}",
            hint=f"go on with {successor}"
            if successor
            else "its records were withdrawn; go on to the next pair",
        )


class PairLockedError(DecisionRefusedError):
    """Another steward (`holder`) has the pair open, `until` a UTC time."""

    def __init__(self, holder: str, until: str) -> None:
        self.holder, self.until = holder, until
        super().__init__(
            f"{holder} has this pair open until {_minute(until)}",
            hint="take the next one, or ask them",
        )


class DecisionNotAllowedError(DecisionRefusedError):
    """Steward may not do this, such as confirm their own decision."""


@dataclass(frozen=True, slots=True)
class ContradictionTie:
    """Link in a chain of contradiction: two records that are the same (`is_same`) or different, by
    a decision or (`decision` is None) by the evidence.
    """

    left_record: str
    right_record: str
    is_same: bool
    decision: DecisionView | None

    def __str__(self) -> str:
        word = "the same as" if self.is_same else "different from"
        decision = self.decision
        if decision is None:
            source = "by the evidence"
        else:
            time = _minute(decision.decided_at)
            source = f"{decision.steward or 'somebody'} on {time}, decision {decision.id}"
        return f"{self.left_record} is {word} {self.right_record} ({source})"


class ContradictionError(DecisionRefusedError):
    """Decision that contradicts earlier ones.

    `chain` lists the ties from one record to the other, including the one that forbids the
    decision; `withdrawals` are the ids of the decisions to withdraw so that the new one can
    stand (pass them as `over`).
    """

    def __init__(self, chain: tuple[ContradictionTie, ...], withdrawals: tuple[str, ...]) -> None:
        self.chain, self.withdrawals = chain, withdrawals
        super().__init__(
            "this contradicts earlier decisions: " + "; ".join(map(str, chain)),
            hint="withdraw one of them, take records out of an entity, or leave the pair unsure",
        )


def _minute(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC" if len(text) > 16 else text or "an unknown date"


@dataclass(frozen=True, slots=True)
class DeskRules:
    """Rules of an installation; see the settings `four_eyes_*` and `review_*`. A red verdict always
    takes two stewards.
    """

    has_agency_rule: bool = False
    """Require two stewards for a decision that touches several agencies."""
    record_limit: int = 0
    """Records above which a decision takes two stewards; 0 disables the rule."""
    has_vulnerable_rule: bool = True
    """Require two stewards for a decision on victims or witnesses."""
    lease_seconds: int = 600
    recheck_share: float = 0.0
    """Share of decisions (0…1) that come back blind to another steward."""
    review_capacity: int | None = None
    """Reviews that all stewards together can do in a day; None: not stated."""

    @classmethod
    def from_settings(cls, settings: Settings) -> DeskRules:
        """Return the rules that the settings of an installation define."""
        return cls(
            settings.four_eyes_agencies,
            settings.four_eyes_records,
            settings.four_eyes_vulnerable,
            60 * settings.review_lease_minutes,
            settings.review_again_share,
            settings.review_capacity,
        )


VULNERABLE = frozenset({"victim", "witness"})
"""Data-subject categories (lower case, as sources name them) whose decisions take two stewards."""
