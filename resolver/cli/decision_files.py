"""Decision files in: see `resolver.records.decisions` for what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from resolver.cli.csv_tables import read_table

if TYPE_CHECKING:
    from resolver.records.decisions import Decision


def read_decisions(path: Path | None) -> tuple[Decision, ...]:
    """The decision that counts for each pair of a decision file; none without a file.

    Raises `InputError` for a file that is no table, `DecisionError` for rows that mean nothing or contradict another.
    """
    from resolver.records.decisions import settle

    return settle(read_log(path))


def read_log(path: Path | None) -> tuple[Decision, ...]:
    """Every decision of a decision file, in its order. Raises as `read_decisions` does, but for contradictions."""
    if path is None:
        return ()
    from resolver.records.decisions import REQUIRED_FIELDS, parse_decision

    table = read_table(path, REQUIRED_FIELDS)
    return tuple(parse_decision(row.cells, table.where(row)) for row in table.rows)
