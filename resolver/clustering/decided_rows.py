"""Decisions of stewards as constraints of clustering: pairs of rows that are the same or differ."""

from __future__ import annotations

from collections.abc import Iterable
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
    settled = settle_decisions(decisions)
    if not settled:
        return DecidedRows([], [])
    row_of = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    pairs: dict[Verdict, list[RowPair]] = {verdict: [] for verdict in Verdict}
    for decision in settled:
        if decision.left_id in row_of and decision.right_id in row_of:
            pair = row_of[decision.left_id], row_of[decision.right_id]
            pairs[decision.verdict].append(pair)
    rows = DecidedRows(pairs[Verdict.SAME], pairs[Verdict.DIFFERENT])
    _check_contradictions(rows, batch)
    return rows


def _check_contradictions(rows: DecidedRows, batch: Batch) -> None:
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
            left_id, right_id = batch.ids[left].as_py(), batch.ids[right].as_py()
            raise DecisionError(
                f"{left_id} and {right_id} are decided to be different, but other decisions "
                "make them the same",
                hint="settle the contradiction with a later decision",
            )
