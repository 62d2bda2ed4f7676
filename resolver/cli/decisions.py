"""Decision files in: see `resolver.records.decisions` for what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from resolver.cli.tables import read_table

if TYPE_CHECKING:
    from resolver.records.decisions import Decision


def read_decisions(path: Path | None) -> tuple[Decision, ...]:
    """The decision that counts for each pair of a decision file; none without a file.

    Raises `InputError` for a file that is no table, `DecisionError` for rows that mean nothing or contradict another.
    """
    if path is None:
        return ()
    from resolver.records.decisions import REQUIRED_FIELDS, parse_decision, settle

    table = read_table(path, REQUIRED_FIELDS)
    return settle(parse_decision(row.cells, table.where(row)) for row in table.rows)
