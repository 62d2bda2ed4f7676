"""Command `resolver score`: score pairs of records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.csv_tables import (
    CsvTable,
    check_writable,
    read_csv_table,
    write_csv_table,
)
from resolver.cli.list_arguments import deduplicated_sources, read_list_files
from resolver.cli.options import (
    PATH,
    ReadingOptions,
    files_argument,
    model_option,
    reading_options,
    run_options,
)
from resolver.cli.progress_bars import ProgressBars
from resolver.cli.record_ids import unknown_record_error
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.records.results.resolution import Band


_HELP = """
Score the pairs of PAIRS.csv (columns left and right: record ids) with records of the lists
FILE...

OUT.csv has left,right,score,band: one row for each row of PAIRS.csv, in its order, even if a
run would not compare the two.

\b
Examples:
  resolver score pairs.csv sdn.csv consolidated.xml --out scores.csv
  resolver score pairs.csv lists/ --out -
"""


@click.command("score", help=_HELP)
@click.argument("pairs", type=PATH, metavar="PAIRS.csv")
@files_argument
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="OUT.csv",
    help="File for the scores; - is standard output.",
)
@model_option
@reading_options
@click.pass_obj
def command(
    settings: Settings, /, pairs: Path, files: tuple[Path, ...], out: Path, **options: Any
) -> None:
    """Run `resolver score`."""
    reading = ReadingOptions.from_options(options)
    table = read_csv_table(pairs, ("left", "right"))
    check_writable(out)
    with ProgressBars(verbose=reading.verbose) as bars:
        intake = read_list_files(files, reading, bars)
        check_ids(table, intake.batch.ids.to_pylist())
        from resolver.engines.record_pairs import score_pairs

        bars.start("score", len(table.rows), "pairs")
        lefts, rights = table.column("left"), table.column("right")
        running, sources = run_options(settings, options), deduplicated_sources(intake)
        answers = score_pairs(intake.batch, lefts, rights, running, sources)
    scored = zip(lefts, rights, answers, strict=True)
    rows = ([left, right, *format_score(answer)] for left, right, answer in scored)
    write_csv_table(out, ("left", "right", "score", "band"), rows)


def format_score(answer: tuple[float, Band]) -> tuple[str, str]:
    """Return a score with six decimals and its band, as written in files."""
    score, band = answer
    return f"{score:.6f}", band.label


def check_ids(table: CsvTable, ids: Sequence[str]) -> None:
    """Raise `InputError` for the first row with a record that was not read."""
    existing = set(ids)
    missing = [
        (row, row.cells[side])
        for row in table.rows
        for side in ("left", "right")
        if row.cells[side] not in existing
    ]
    if missing:
        row, identity = missing[0]
        others = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise unknown_record_error(identity, existing, others, table.place_of(row))
