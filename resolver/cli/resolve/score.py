"""`resolver score`: scores of record pairs that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.csv_tables import (
    Table,
    check_writable,
    read_table,
    write_table,
)
from resolver.cli.list_arguments import declared, read
from resolver.cli.options import (
    PATH,
    Reading,
    files_argument,
    model_option,
    reading_options,
    run_options,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.record_ids import no_such_record
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.records.results.resolution import Band


@click.command("score")
@click.argument("pairs", type=PATH, metavar="PAIRS.csv")
@files_argument
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="OUT.csv",
    help="Where to write the scores; - for here.",
)
@model_option
@reading_options
@click.pass_obj
def command(
    settings: Settings, /, pairs: Path, files: tuple[Path, ...], out: Path, **options: Any
) -> None:
    """Score the pairs of PAIRS.csv (columns left and right: record ids) whose records stand in the lists FILE...

    OUT.csv has left,right,score,band: one row for each row of PAIRS.csv, in its order, whether or not a run would have
    compared the two.

    \b
    Examples:
      resolver score pairs.csv sdn.csv consolidated.xml --out scores.csv
      resolver score pairs.csv lists/ --out -
    """
    reading = Reading.take(options)
    table = read_table(pairs, ("left", "right"))
    check_writable(out)
    with Bars(verbose=reading.verbose) as bars:
        intake = read(files, reading, bars)
        check_ids(table, intake.batch.ids.to_pylist())
        from resolver.pipeline import score_pairs

        bars.start("score", len(table.rows), "pairs")
        lefts, rights = table.column("left"), table.column("right")
        answers = score_pairs(
            intake.batch, lefts, rights, run_options(settings, options), declared(intake)
        )
    rows = (
        [left, right, *shown(answer)]
        for left, right, answer in zip(lefts, rights, answers, strict=True)
    )
    write_table(out, ("left", "right", "score", "band"), rows)


def shown(answer: tuple[float, Band]) -> tuple[str, str]:
    """A score and its band as they stand in files: six digits after the point, and the word."""
    score, band = answer
    return f"{score:.6f}", band.label


def check_ids(table: Table, ids: Sequence[str]) -> None:
    """Raise `InputError`, naming the first row, where a table names records that were not read."""
    known = set(ids)
    absent = [
        (row, row.cells[side])
        for row in table.rows
        for side in ("left", "right")
        if row.cells[side] not in known
    ]
    if absent:
        row, identity = absent[0]
        more = f", and {len(absent) - 1} more" if len(absent) > 1 else ""
        raise no_such_record(identity, known, more, table.where(row))
