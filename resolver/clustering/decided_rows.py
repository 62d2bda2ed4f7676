"""Decisions of stewards as constraints of clustering: pairs of rows that are the same or differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from resolver.errors import DecisionError
from resolver.records import Batch
from resolver.records.decisions import Decision, Verdict, settle_decisions

RowPair = tuple[int, int]


class DecidedRows(NamedTuple):
    """Pairs of rows that are decided to be the same, and pairs decided to be different."""

    same: list[RowPair]
    different: list[RowPair]


def find_decided_rows(batch: Batch, decisions: Iterable[Decision]) -> DecidedRows:
    """Return the decided pairs whose records are both in a batch.

    Raises `DecisionError` where a pair decided to be different is joined by other decisions.
    """
    decisions = tuple(decisions)
    if not decisions:
        return DecidedRows([], [])
    return place_decisions(
        decisions, {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    )


def place_decisions(decisions: Iterable[Decision], row_of: Mapping[str, int]) -> DecidedRows:
    """Return the decided pairs of records whose rows are known by their ids.

    Raises the error of `find_decided_rows`.
    """
    pairs: dict[Verdict, list[RowPair]] = {verdict: [] for verdict in Verdict}
    for decision in settle_decisions(decisions):
        if decision.left_id in row_of and decision.right_id in row_of:
            pair = row_of[decision.left_id], row_of[decision.right_id]
            pairs[decision.verdict].append(pair)
    rows = DecidedRows(pairs[Verdict.SAME], pairs[Verdict.DIFFERENT])
    _check_contradictions(rows, row_of)
    return rows


def _check_contradictions(rows: DecidedRows, row_of: Mapping[str, int]) -> None:
    parent: dict[int, int] = {}

    def root(row: int) -> int:
        """Return the representative of the rows joined with a row."""
        while parent.get(row, row) != row:
            row = parent[row]
        return row

    for left, right in rows.same:
        parent[max(root(left), root(right))] = min(root(left), root(right))
    for left, right in rows.different:
        if root(left) == root(right):
            ids = {row: identity for identity, row in row_of.items()}
            left_id, right_id = ids[left], ids[right]
            raise DecisionError(
                f"{left_id} and {right_id} are decided to be different, but other decisions "
                "make them the same",
                hint="settle the contradiction with a later decision",
            )
