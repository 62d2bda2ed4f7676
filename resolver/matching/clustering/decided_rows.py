"""Decisions of stewards as constraints of clustering: pairs of rows that are the same or differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from resolver.errors import DecisionError
from resolver.records import Batch
from resolver.records.decisions import Decision, Verdict, settle_decisions

RowPair = tuple[int, int]


class DecidedRows(NamedTuple):
    """Pairs of rows that are decided to be the same, and pairs decided to be different."""

    same: list[RowPair]
    different: list[RowPair]


def find_decided_rows(
    batch: Batch,
    decisions: Iterable[Decision],
    checked: frozenset[tuple[str, str]] | None = None,
) -> DecidedRows:
    """Return the decided pairs whose records are both in a batch.

    Raises `DecisionError` where a pair decided to be different is joined by other decisions. With
    `checked` only pairs of these record ids can contradict others: decisions that were consistent
    when they were made may contradict each other once a record is as it was before, and no list may
    be refused for it. Such pairs stay apart, and of the decisions that join them the latest count
    as long as they join none.
    """
    decisions = tuple(decisions)
    if not decisions:
        return DecidedRows([], [])
    return place_decisions(
        decisions, {identity: row for row, identity in enumerate(batch.ids.to_pylist())}, checked
    )


def place_decisions(
    decisions: Iterable[Decision],
    row_of: Mapping[str, int],
    checked: frozenset[tuple[str, str]] | None = None,
) -> DecidedRows:
    """Return the decided pairs of records whose rows are known by their ids.

    `checked`, and the error: see `find_decided_rows`.
    """
    by_verdict: dict[Verdict, list[Decision]] = {verdict: [] for verdict in Verdict}
    for decision in settle_decisions(decisions):
        if decision.left_id in row_of and decision.right_id in row_of:
            by_verdict[decision.verdict].append(decision)
    same, different = by_verdict[Verdict.SAME], by_verdict[Verdict.DIFFERENT]
    contradiction = _find_contradiction(same, different)
    if contradiction is not None and checked is not None:
        earlier = [decision for decision in same if decision.pair not in checked]
        apart = [decision for decision in different if decision.pair not in checked]
        lasting = {decision.pair for decision in _drop_contradicted(earlier, apart)} | checked
        same = [decision for decision in same if decision.pair in lasting]
        contradiction = _find_contradiction(same, different)
    if contradiction is not None:
        raise DecisionError(
            f"{contradiction.left_id} and {contradiction.right_id} are decided to be different, "
            "but other decisions make them the same",
            hint="settle the contradiction with a later decision",
        )
    return DecidedRows(*([_rows(item, row_of) for item in some] for some in (same, different)))


def _rows(decision: Decision, row_of: Mapping[str, int]) -> RowPair:
    return row_of[decision.left_id], row_of[decision.right_id]


class _Groups:
    """Groups of record ids that decisions join."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def group_of(self, record_id: str) -> str:
        """Return the id that stands for the group of a record."""
        parent = self._parent
        above = parent.setdefault(record_id, record_id)
        while above != record_id:
            # the path gets shorter for the next search
            parent[record_id] = parent[above]
            record_id, above = above, parent[above]
        return record_id

    def join(self, left: str, right: str) -> None:
        """Join the groups of two records."""
        first, second = self.group_of(left), self.group_of(right)
        self._parent[max(first, second)] = min(first, second)


def _find_contradiction(same: Sequence[Decision], different: Sequence[Decision]) -> Decision | None:
    """Return the first decision to keep apart two records that others join."""
    groups = _Groups()
    for decision in same if different else ():
        groups.join(*decision.pair)
    return next(
        (
            decision
            for decision in different
            if groups.group_of(decision.left_id) == groups.group_of(decision.right_id)
        ),
        None,
    )


def _drop_contradicted(same: Sequence[Decision], different: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that join no pair decided to be different, the latest first."""
    groups = _Groups()
    apart: dict[str, set[str]] = {}
    for decision in different:
        for record_id, partner in (decision.pair, decision.pair[::-1]):
            apart.setdefault(record_id, set()).add(partner)
    lasting = []
    for decision in sorted(same, key=_latest_first):
        left, right = map(groups.group_of, decision.pair)
        if right in apart.get(left, ()):
            continue
        lasting.append(decision)
        if left == right:
            continue
        groups.join(left, right)
        united, absorbed = groups.group_of(left), max(left, right)
        for partner in apart.pop(absorbed, set()):
            apart[partner].remove(absorbed)
            apart[partner].add(united)
            apart.setdefault(united, set()).add(partner)
    return lasting


def _latest_first(decision: Decision) -> tuple[float, tuple[str, str]]:
    time = decision.decided_at
    return (-time.timestamp() if time is not None else 0.0, decision.pair)
