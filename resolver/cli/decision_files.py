"""Decision files; `resolver.records.decisions` defines their meaning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from resolver.cli.csv_tables import read_csv_table

if TYPE_CHECKING:
    from resolver.records.decisions import Decision


def read_decisions(path: Path | None) -> tuple[Decision, ...]:
    """Return the valid decision for each pair of a decision file; none without a file.

    Raises `InputError` for a file that is not a table, `DecisionError` for invalid or contradictory
    rows.
    """
    from resolver.records.decisions import settle_decisions

    return settle_decisions(read_decision_log(path))


def read_decision_log(path: Path | None) -> tuple[Decision, ...]:
    """Return all decisions of a file in its order. Raises as `read_decisions`, except for
    contradictions.
    """
    if path is None:
        return ()
    from resolver.records.decisions import REQUIRED_FIELDS, parse_decision

    table = read_csv_table(path, REQUIRED_FIELDS)
    return tuple(parse_decision(row.cells, table.place_of(row)) for row in table.rows)
