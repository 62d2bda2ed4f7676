"""Steward decisions as an input of a run: verdicts on pairs of record ids, an append-only log.

What counts for a pair is its latest verdict. Two verdicts on one pair with the same time (or both without one) that
differ contradict each other, and no run goes on with them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from resolver.errors import DecisionError

REQUIRED_FIELDS = ("left_id", "right_id", "verdict")
OPTIONAL_FIELDS = ("who", "when", "why", "unlawful")
_YES = frozenset({"1", "true", "yes", "y"})
_NO = frozenset({"", "0", "false", "no", "n"})
_BEFORE_ALL = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class Verdict(StrEnum):
    """What a steward said of two records."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on two records, `left_id` < `right_id`. `when` is UTC, or None where the log does not say.

    `unlawful` marks a red link: one person under unlawfully different identities. `where` is its place in the log.
    `needs_two`: by a rule of the desk it counts only once another steward has said the same; a red one always does.
    """

    left_id: str
    right_id: str
    verdict: Verdict
    who: str = ""
    when: datetime.datetime | None = None
    why: str = ""
    unlawful: bool = False
    where: str = ""
    needs_two: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        """The two record ids, the smaller first."""
        return self.left_id, self.right_id


def parse_decision(row: Mapping[str, str], where: str = "") -> Decision:
    """A decision from texts by field name (`REQUIRED_FIELDS`, `OPTIONAL_FIELDS`).

    `verdict` is same, different or unsure; `when` an ISO 8601 time, UTC where it names no zone; `unlawful` yes or no,
    and only with same. Raises `DecisionError` for anything else, naming `where`.
    """
    left, right = (row.get(name, "").strip() for name in ("left_id", "right_id"))
    if not left or not right:
        raise DecisionError(
            "a decision needs left_id and right_id", where=where, mend="write two record ids"
        )
    if left == right:
        raise DecisionError(
            f"the decision is on {left} and itself",
            where=where,
            mend="write two different record ids",
        )
    verdict = _verdict(row.get("verdict", ""), where)
    unlawful = _flag(row.get("unlawful", ""), where)
    if unlawful and verdict is not Verdict.SAME:
        raise DecisionError(
            f"unlawful says one person under two identities, yet the verdict is {verdict}",
            where=where,
            mend="leave unlawful empty unless the verdict is same",
        )
    return Decision(
        min(left, right),
        max(left, right),
        verdict,
        who=row.get("who", "").strip(),
        when=_time(row.get("when", ""), where),
        why=row.get("why", "").strip(),
        unlawful=unlawful,
        where=where,
    )


def settle(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decision that counts for each pair, sorted by pair: the latest that is not waiting for a second steward.

    A decision that needs two (a red one does) waits until another steward has said the same of the pair; until then
    what was decided before stands, and where nothing was the pair counts as unsure. Raises `DecisionError` where two
    latest verdicts on one pair have the same time and differ.
    """
    by_pair = _by_pair(decisions)
    return tuple(_settled(by_pair[pair]) for pair in sorted(by_pair))


def unconfirmed(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decision of each pair that waits for a second steward, sorted by pair. Raises as `settle` does."""
    by_pair = _by_pair(decisions)
    waiting = (_replayed(_in_order(by_pair[pair]))[1] for pair in sorted(by_pair))
    return tuple(log[0] for log in waiting if log)


def _by_pair(decisions: Iterable[Decision]) -> dict[tuple[str, str], list[Decision]]:
    by_pair: dict[tuple[str, str], list[Decision]] = {}
    for decision in decisions:
        by_pair.setdefault(decision.pair, []).append(decision)
    return by_pair


def _settled(log: list[Decision]) -> Decision:
    log = _in_order(log)
    standing, _ = _replayed(log)
    return standing or replace(log[-1], verdict=Verdict.UNSURE)


def _in_order(log: list[Decision]) -> list[Decision]:
    """The decisions on one pair by time. Raises `DecisionError` where the latest contradict each other."""
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
                f"{last.left_id} and {last.right_id} are both {_say(other)} and {_say(last)} at the same time"
                + (f" (see also {other.where})" if other.where else ""),
                where=last.where,
                mend="give the later decision a later time in the column when",
            )
    return log


def _replayed(log: list[Decision]) -> tuple[Decision | None, list[Decision]]:
    """What stands at the end of the log of one pair, and what waits there for a second steward."""
    standing: Decision | None = None
    waiting: list[Decision] = []
    for one in log:
        said = one.verdict, one.unlawful
        if one.needs_two or one.unlawful:
            alike = waiting and (waiting[-1].verdict, waiting[-1].unlawful) == said
            waiting = [*waiting, one] if alike else [one]
            if len({other.who for other in waiting} - {""}) >= 2:
                standing, waiting = one, []
        else:
            # said again by one, what two have confirmed stays confirmed
            confirmed = standing is not None and (standing.needs_two or standing.unlawful)
            if not confirmed or standing is None or (standing.verdict, standing.unlawful) != said:
                standing = one
            waiting = []
    return standing, waiting


def _order(decision: Decision) -> tuple[datetime.datetime, str, str, str]:
    return _time_key(decision), decision.verdict, decision.who, decision.why


def _time_key(decision: Decision) -> datetime.datetime:
    return decision.when or _BEFORE_ALL


def _say(decision: Decision) -> str:
    return f"{decision.verdict} (unlawful)" if decision.unlawful else str(decision.verdict)


def _verdict(text: str, where: str) -> Verdict:
    try:
        return Verdict(text.strip().lower())
    except ValueError:
        choices = ", ".join(Verdict)
        raise DecisionError(
            f"unknown verdict {text[:40]!r}", where=where, mend=f"one of {choices}"
        ) from None


def _flag(text: str, where: str) -> bool:
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise DecisionError(f"unlawful is {text[:40]!r}", where=where, mend="write yes or no")


def _time(text: str, where: str) -> datetime.datetime | None:
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
            where=where,
            mend="write an ISO 8601 time, e.g. 2026-03-01T09:30:00Z",
        ) from None
