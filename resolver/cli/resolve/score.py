"""Command `resolver score`: score pairs of records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import compress
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
    from resolver.ingest.reader_types import Intake
    from resolver.records.results.resolution import Band


_HELP = """
Score the pairs of PAIRS.csv (columns left and right: record ids) with records of the lists
FILE...

OUT.csv has left,right,score,band: one row for each row of PAIRS.csv, in its order, even if a
run would not compare the two. A pair with a record that could not be read has no score, and a
note says why.

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
        reasons = rejected_records(intake)
        check_ids(table, intake.batch.ids.to_pylist(), reasons)
        from resolver.engines.record_pairs import score_pairs

        bars.start("score", len(table.rows), "pairs")
        lefts, rights = table.column("left"), table.column("right")
        can_score = [reasons.keys().isdisjoint(pair) for pair in zip(lefts, rights, strict=True)]
        running, sources = run_options(settings, options), deduplicated_sources(intake)
        answers = iter(
            score_pairs(
                intake.batch,
                list(compress(lefts, can_score)),
                list(compress(rights, can_score)),
                running,
                sources,
            )
        )
    _note_unscored(table, reasons)
    rows = (
        [left, right, *(format_score(next(answers)) if is_scored else ("", ""))]
        for left, right, is_scored in zip(lefts, rights, can_score, strict=True)
    )
    write_csv_table(out, ("left", "right", "score", "band"), rows)


def rejected_records(intake: Intake) -> dict[str, str]:
    """Return the reason for each record id that the lists have and that was not read."""
    read = set(intake.batch.ids.to_pylist())
    rejects = (reject for reject in intake.rejects if reject.record_id)
    return {reject.record_id: reject.fault for reject in rejects if reject.record_id not in read}


def _note_unscored(table: CsvTable, reasons: Mapping[str, str]) -> None:
    """Note on standard error which rows have no score, and why."""
    for row in table.rows:
        for side in ("left", "right"):
            if row.cells[side] in reasons:
                reason = f"{row.cells[side]} was not read: {reasons[row.cells[side]]}"
                click.echo(f"note: {table.place_of(row)}: no score: {reason}", err=True)


def format_score(answer: tuple[float, Band]) -> tuple[str, str]:
    """Return a score with six decimals and its band, as written in files."""
    score, band = answer
    return f"{score:.6f}", band.label


def check_ids(table: CsvTable, ids: Sequence[str], rejected: Collection[str] = ()) -> None:
    """Raise `InputError` for the first row with a record that no list has.

    `rejected`: ids of records that lists have and that were not read.
    """
    existing = {*ids, *rejected}
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
