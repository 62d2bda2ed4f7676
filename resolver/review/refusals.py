"""Why a decision is not taken: what happened, and what to do. Each is a `RefusedError`, with its one line, and fields
for pages."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.errors import DecisionError
from resolver.review.models import DecisionView


class RefusedError(DecisionError):
    """A decision that was not taken; nothing has changed."""


class DecidedMeanwhileError(RefusedError):
    """Somebody else has decided the pair since it was shown. `by`: their decision."""

    def __init__(self, by: DecisionView) -> None:
        self.by = by
        super().__init__(
            f"{by.who or 'somebody'} has decided this pair meanwhile: {by.verdict}, on {_minute(by.when)} "
            f"(decision {by.number})",
            mend="look at the pair again; undo that decision if you disagree",
        )


class ChangedMeanwhileError(RefusedError):
    """An entity holds other records, or other versions of them, than those that were shown. `entity`: its id."""

    def __init__(self, entity: str, what: str) -> None:
        self.entity = entity
        super().__init__(
            f"{entity} has changed since it was shown: {what}", mend="look at the pair again"
        )


class RetiredMeanwhileError(RefusedError):
    """An entity is no more. `entity`: its id; `into`: the one that holds its records now, or empty."""

    def __init__(self, entity: str, into: str, what: str) -> None:
        self.entity, self.into = entity, into
        super().__init__(
            f"{entity} is no entity of its own any more: {what}",
            mend=f"go on with {into}"
            if into
            else "its records were withdrawn; go on to the next pair",
        )


class HeldError(RefusedError):
    """Another steward has the pair open. `who`, `until` (UTC text)."""

    def __init__(self, who: str, until: str) -> None:
        self.who, self.until = who, until
        super().__init__(
            f"{who} has this pair open until {_minute(until)}",
            mend="take the next one, or ask them",
        )


class NotAllowedError(RefusedError):
    """The steward may not do this: confirm their own decision, say."""


class HiddenError(NotAllowedError):
    """It is on records that the steward may not see."""


@dataclass(frozen=True, slots=True)
class Tie:
    """One side of a contradiction: two records that are held the same (`same`) or different, by a decision or
    (`decision` is None) because the evidence has put them into one entity."""

    left_record: str
    right_record: str
    same: bool
    decision: DecisionView | None

    def __str__(self) -> str:
        word = "the same as" if self.same else "different from"
        one = self.decision
        by = (
            f"{one.who or 'somebody'} on {_minute(one.when)}, decision {one.number}"
            if one
            else "by the evidence"
        )
        return f"{self.left_record} is {word} {self.right_record} ({by})"


class ContradictionError(RefusedError):
    """The decision contradicts earlier ones. `chain`: what holds now, one after the other, from the one record to the
    other and with what forbids it; `settle`: the numbers of the decisions to withdraw so that the new one can stand
    (pass them as `over`)."""

    def __init__(self, chain: tuple[Tie, ...], settle: tuple[int, ...]) -> None:
        self.chain, self.settle = chain, settle
        super().__init__(
            "this contradicts earlier decisions: " + "; ".join(map(str, chain)),
            mend="withdraw one of them, take records out of an entity, or leave the pair unsure",
        )


def _minute(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC" if len(text) > 16 else text or "an unknown date"
