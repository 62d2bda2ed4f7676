"""Steward decisions as an input of a run: an append-only log of verdicts on pairs of record ids.

The latest verdict on a pair counts. Two verdicts on one pair that differ but have the same time (or
none) contradict each other, and a run stops at them.

A decision may be reopened: one of its records has changed so much since that it may be somebody
else (`resolver.hub.reopening`). A reopened *same* joins nothing. A reopened *different* still keeps
the records apart.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from resolver.errors import DecisionError

REQUIRED_FIELDS = ("left_id", "right_id", "verdict")
_YES = frozenset({"1", "true", "yes", "y"})
_NO = frozenset({"", "0", "false", "no", "n"})
_BEFORE_ALL = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class Verdict(StrEnum):
    """Verdict of a steward on two records."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Decision:
    """Verdict on two records, `left_id` < `right_id`.

    `decided_at` is UTC, or None if the log states no time; `place` is the position of the decision
    in the log. `unlawful` marks a red link: one person under unlawfully different identities.
    `needs_two` is True if, by a rule of the desk, the decision counts only after another steward
    has made the same one; red links always need two. `reopened` says how its records have changed
    since (empty: they have not). `number` is the decision's number in the log of a store, and
    `undoes` is the number of the decision on this pair that it takes back. Both are 0 if they do
    not apply.

    `authority` and `legal_basis` say who answers for the link, and by which law. `expires` is the
    last day on which the link holds (`2027-06-30`; empty: it has none). `ends` is the number of a
    decision on this pair whose last day is over. The program logs such an entry, and from then on
    the decision that it ends counts as reopened (`mark_ended`).
    """

    left_id: str
    right_id: str
    verdict: Verdict
    decided_by: str = ""
    decided_at: datetime.datetime | None = None
    reason: str = ""
    unlawful: bool = False
    place: str = ""
    needs_two: bool = False
    reopened: str = ""
    number: int = 0
    undoes: int = 0
    authority: str = ""
    legal_basis: str = ""
    expires: str = ""
    ends: int = 0

    @property
    def pair(self) -> tuple[str, str]:
        """Ids of the two records, the smaller first."""
        return self.left_id, self.right_id


def parse_decision(row: Mapping[str, str], place: str = "") -> Decision:
    """Return a decision from texts by field name.

    `REQUIRED_FIELDS` must be there; `who`, `when`, `why` and `unlawful` may be.
    `verdict` is same, different or unsure; `when` an ISO 8601 time (UTC if it names no zone);
    `unlawful` is yes or no, and yes only with same. Raises `DecisionError` for other texts, with
    `place`.
    """
    left, right = _parse_pair(row, place)
    verdict = _verdict(row.get("verdict", ""), place)
    unlawful = _flag(row.get("unlawful", ""), place)
    if unlawful and verdict is not Verdict.SAME:
        raise DecisionError(
            f"unlawful says one person under two identities, yet the verdict is {verdict}",
            place=place,
            hint="leave unlawful empty unless the verdict is same",
        )
    return Decision(
        left,
        right,
        verdict,
        decided_by=row.get("who", "").strip(),
        decided_at=_time(row.get("when", ""), place),
        reason=row.get("why", "").strip(),
        unlawful=unlawful,
        place=place,
        authority=row.get("authority", "").strip(),
        legal_basis=row.get("legal_basis", "").strip(),
        expires=read_last_day(row.get("expires", ""), place),
    )


def _parse_pair(row: Mapping[str, str], place: str) -> tuple[str, str]:
    """Return the two record ids, the smaller first."""
    left, right = (row.get(name, "").strip() for name in ("left_id", "right_id"))
    if not left or not right:
        raise DecisionError(
            "a decision needs left_id and right_id", place=place, hint="write two record ids"
        )
    if left == right:
        raise DecisionError(
            f"the decision is on {left} and itself",
            place=place,
            hint="write two different record ids",
        )
    return min(left, right), max(left, right)


def read_last_day(text: str, place: str = "") -> str:
    """Return the last day on which a link holds, as `2027-06-30`; empty for an empty text. Raises
    `DecisionError` for any other text, with `place`.
    """
    text = text.strip()
    try:
        return datetime.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise DecisionError(
            f"expires is {text[:40]!r}", place=place, hint="write a day, e.g. 2027-06-30"
        ) from None


def mark_ended(log: Sequence[Decision]) -> list[Decision]:
    """Return decisions, with those marked as reopened that a later one of them ends."""
    reasons = {decision.ends: decision.reason for decision in log if decision.ends}
    return [
        replace(
            decision,
            reopened="; ".join(filter(None, (decision.reopened, reasons[decision.number]))),
        )
        if decision.number in reasons
        else decision
        for decision in log
    ]


def settle_decisions(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the effective decision of each pair, sorted by pair.

    A decision that needs two stewards waits until another steward has made the same one; until then
    the decision before it stays effective, or the pair counts as unsure if there is none. If a
    verdict differs from a decision of two stewards, it needs two stewards as well, wherever it
    comes from. An undo also brings back decisions that waited before the decision that it takes
    back. A pair whose effective decision is a reopened *same* counts as unsure too. Raises
    `DecisionError` if the two latest verdicts on a pair have the same time and differ.
    """
    by_pair = _by_pair(decisions)
    return tuple(_settle_pair(by_pair[pair]) for pair in sorted(by_pair))


@dataclass(frozen=True, slots=True)
class PairState:
    """Decisions that count on one pair at some point of its log.

    `effective`: the decision in effect, if any; `is_confirmed`: two stewards made it. `waiting`:
    the same decision of one steward or more, which waits for another steward. `waited_before`: for
    numbers of earlier decisions, the decisions that waited before them, if any.
    """

    effective: Decision | None = None
    is_confirmed: bool = False
    waiting: tuple[Decision, ...] = ()
    waited_before: tuple[tuple[int, tuple[Decision, ...]], ...] = ()

    @property
    def is_binding(self) -> bool:
        """True if two stewards have decided the pair, so that another verdict also takes two
        stewards.
        """
        return (
            self.is_confirmed
            and self.effective is not None
            and self.effective.verdict is not Verdict.UNSURE
        )

    def has_verdict(self, verdict: Verdict, *, unlawful: bool) -> bool:
        """Return whether two stewards gave this verdict, and the records have not changed since."""
        return (
            self.is_binding
            and self.effective is not None
            and (self.effective.verdict, self.effective.unlawful) == (verdict, unlawful)
            and not self.effective.reopened
        )

    def after(self, decision: Decision) -> PairState:
        """Return the state after one more decision on the pair.

        Names of stewards that differ only in case are of one steward.
        """
        waited_before = dict(self.waited_before)
        if decision.ends:
            return self
        # an undo brings back what waited before the decision that it takes back
        brought_back = waited_before.get(decision.undoes, ())
        following = replace(self, waiting=brought_back)
        replaced = self.waiting
        if self.is_binding and self.effective is not None and _is_alike(self.effective, decision):
            # a decision of two stewards stays theirs if somebody repeats it
            pass
        elif decision.needs_two or decision.unlawful or self.is_binding:
            waiting: tuple[Decision, ...] = (decision,)
            if self.waiting and _is_alike(self.waiting[-1], decision):
                waiting = (*self.waiting, decision)
                replaced = waited_before.get(self.waiting[0].number, ())
            if len({other.decided_by.casefold() for other in waiting} - {""}) >= 2:
                following = PairState(decision, True, brought_back)
            else:
                following = replace(self, waiting=waiting)
        else:
            following = PairState(decision, False, brought_back)
        if replaced and decision.number:
            # decisions of a file have no number, so no undo can name them
            waited_before[decision.number] = replaced
        return replace(following, waited_before=tuple(waited_before.items()))


def waiting_decisions(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions that wait for a second steward. Raises `DecisionError` as
    `settle_decisions` does.
    """
    first = []
    for _, state in sorted(pair_states(decisions).items()):
        # a decision that was reopened while it waited no longer waits; an undo may restore a
        # reopened decision
        first += [d for d in state.waiting if d.undoes or not d.reopened][:1]
    return tuple(first)


def _by_pair(decisions: Iterable[Decision]) -> dict[tuple[str, str], list[Decision]]:
    by_pair: dict[tuple[str, str], list[Decision]] = {}
    for decision in decisions:
        by_pair.setdefault(decision.pair, []).append(decision)
    return by_pair


def _settle_pair(log: list[Decision]) -> Decision:
    log = _sort_log(log)
    effective = _replay(log).effective
    if effective is not None and not (effective.reopened and effective.verdict is Verdict.SAME):
        return effective
    return replace(effective or log[-1], verdict=Verdict.UNSURE)


def _sort_log(log: list[Decision]) -> list[Decision]:
    """Return decisions on one pair by time. Raises `DecisionError` if the last ones conflict."""
    if len(log) == 1:
        return log
    log = sorted(log, key=_order)
    last = log[-1]
    for other in log:
        if _time_key(other) == _time_key(last) and (other.verdict, other.unlawful) != (
            last.verdict,
            last.unlawful,
        ):
            raise DecisionError(
                f"{last.left_id} and {last.right_id} are both {_verdict_text(other)} and"
                f" {_verdict_text(last)} at the same time"
                + (f" (see also {other.place})" if other.place else ""),
                place=last.place,
                hint="give the later decision a later time in the column when",
            )
    return log


def _replay(log: Iterable[Decision]) -> PairState:
    """Return the state of a pair after its log."""
    return functools.reduce(PairState.after, log, PairState())


def pair_states(decisions: Iterable[Decision]) -> dict[tuple[str, str], PairState]:
    """Return the state of each pair. Raises `DecisionError` as `settle_decisions` does."""
    return {pair: _replay(_sort_log(log)) for pair, log in _by_pair(decisions).items()}


def _is_alike(earlier: Decision, later: Decision) -> bool:
    """Return whether two decisions on a pair give one verdict on the same two persons.

    A steward who saw the records before they changed does not vouch for the changed records.
    """
    is_outdated = bool(earlier.reopened) and not later.reopened
    verdicts = ((decision.verdict, decision.unlawful) for decision in (earlier, later))
    return len(set(verdicts)) == 1 and not is_outdated


def _order(decision: Decision) -> tuple[datetime.datetime, str, str, str]:
    return _time_key(decision), decision.verdict, decision.decided_by, decision.reason


def _time_key(decision: Decision) -> datetime.datetime:
    return decision.decided_at or _BEFORE_ALL


def _verdict_text(decision: Decision) -> str:
    return f"{decision.verdict} (unlawful)" if decision.unlawful else str(decision.verdict)


def _verdict(text: str, place: str) -> Verdict:
    try:
        return Verdict(text.strip().lower())
    except ValueError:
        choices = ", ".join(Verdict)
        raise DecisionError(
            f"unknown verdict {text[:40]!r}", place=place, hint=f"one of {choices}"
        ) from None


def _flag(text: str, place: str) -> bool:
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise DecisionError(f"unlawful is {text[:40]!r}", place=place, hint="write yes or no")


def _time(text: str, place: str) -> datetime.datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise DecisionError(
            f"when is {text[:40]!r}",
            place=place,
            hint="write an ISO 8601 time, e.g. 2026-03-01T09:30:00Z",
        ) from None
