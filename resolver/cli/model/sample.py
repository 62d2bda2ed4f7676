"""Command `resolver sample`: select pairs of lists for a steward to judge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.csv_tables import check_writable, write_csv_table
from resolver.cli.list_arguments import deduplicated_sources, read_list_files
from resolver.cli.options import (
    PATH,
    ReadingOptions,
    files_argument,
    reading_options,
    run_options,
    running_options,
)
from resolver.cli.progress_bars import ProgressBars
from resolver.cli.record_ids import check_file_exists
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.records import Record
    from resolver.training.data.active_sample import SampledPair

COLUMNS = ("left", "right", "label", "score", "band", "chosen")
_SHOWN_PROPERTIES = {
    "name": ("name", "alias", "firstName", "lastName"),
    "born": ("birthDate", "incorporationDate"),
    "place": ("birthPlace",),
    "country": ("nationality", "country"),
}
_MAX_VALUES = 3


_HELP = """Select the pairs of the lists FILE... whose judgment teaches a model most.

Half of them are pairs that the model is unsure of, spread over different patterns; the others
are drawn at random, so that the model keeps the plain ones. CSV has left,right,label and the
values of both records; write match or distinct into the column label, delete rows that you
cannot judge, and pass the file to `resolver train --judged`.

\b
Examples:
  resolver sample sdn.csv consolidated.xml --pairs 50 --out pairs.csv
  resolver train sdn.csv consolidated.xml --judged pairs.csv --out mymodel
  resolver sample lists/ --judged pairs.csv --model mymodel --out more.csv
"""


@click.command("sample", help=_HELP)
@files_argument
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="CSV",
    help="File for the pairs; - is standard output.",
)
@click.option(
    "--pairs",
    "count",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Number of pairs.",
)
@click.option(
    "--judged",
    type=PATH,
    metavar="PAIRS.csv",
    help="Pairs that were judged before, which are left out.",
)
@running_options
@reading_options
@click.pass_obj
def command(
    settings: Settings, /, files: tuple[Path, ...], out: Path, count: int, **options: Any
) -> None:
    """Run `resolver sample`."""
    reading = ReadingOptions.from_options(options)
    check_writable(out)
    check_file_exists(options["judged"])
    judged = _judged_pairs(options["judged"])
    with ProgressBars(verbose=reading.verbose) as bars:
        intake = read_list_files(files, reading, bars)
        from resolver.training.data.active_sample import sample_pairs

        bars.start("compare")
        running, sources = run_options(settings, options), deduplicated_sources(intake)
        sampled = sample_pairs(intake.batch, running, count, sources, judged)
    shown = (f"{side}_{name}" for name in _SHOWN_PROPERTIES for side in ("left", "right"))
    write_csv_table(out, (*COLUMNS, *shown), _rows(sampled, intake))
    if len(sampled) < count:
        click.echo(f"note: only {pluralize(len(sampled), 'pair')} to judge", err=True)


def _judged_pairs(path: Path | None) -> set[tuple[str, str]]:
    if path is None:
        return set()
    from resolver.training.data.labeled_pairs import read_judged_pairs

    return {
        (min(pair.left, pair.right), max(pair.left, pair.right)) for pair in read_judged_pairs(path)
    }


def _rows(sampled: list[SampledPair], intake: Intake) -> list[list[str]]:
    import numpy as np

    place = {identity: row for row, identity in enumerate(intake.batch.ids.to_pylist())}
    needed = sorted({place[name] for pair in sampled for name in (pair.left_id, pair.right_id)})
    part = intake.batch.take(np.array(needed, dtype=np.int64))
    records = {record.id: record for record in part.to_records()}
    rows = []
    for pair in sampled:
        left, right = records[pair.left_id], records[pair.right_id]
        values = [
            _values(record, props)
            for props in _SHOWN_PROPERTIES.values()
            for record in (left, right)
        ]
        chosen = "by chance" if pair.is_random else "unsure"
        rows.append(
            [pair.left_id, pair.right_id, "", f"{pair.score:.6f}", pair.band.label, chosen, *values]
        )
    return rows


def _values(record: Record, props: tuple[str, ...]) -> str:
    """Return some values of a record as one text."""
    texts = list(dict.fromkeys(record.texts(*props)))
    return " | ".join(texts[:_MAX_VALUES]) + (" | …" if len(texts) > _MAX_VALUES else "")
