"""Command `resolver demo`: generate lists of invented agencies and resolve them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click

from resolver.cli.arguments import read_list_files
from resolver.cli.options import PATH, ReadingOptions, run_options
from resolver.cli.process_start import ProgressBars
from resolver.cli.run_results import prepare_folder, print_summary, write_run_results
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.records import Batch
    from resolver.records.batch import IntArray

_HELP = """Generate the lists of some agencies with the same people and groups under different
spellings, and resolve them.

All persons and groups are invented. DIR/lists has the lists, DIR/truth.csv the true entity of
each record, DIR/result the results. The last lines look up one of the persons.

\b
Examples:
  resolver demo --records 2000 --out demo
  resolver demo --records 1000000 --agencies 30 --out world --only-lists
"""

_EXAMINED = 500
"""Number of records that are examined for a person to look up."""


@click.command("demo", help=_HELP)
@click.option(
    "--records",
    type=click.IntRange(100, 10_000_000),
    default=2000,
    show_default=True,
    help="Number of records.",
)
@click.option(
    "--out",
    type=PATH,
    default=Path("demo"),
    show_default=True,
    metavar="DIR",
    help="Folder for lists and results.",
)
@click.option(
    "--agencies",
    type=click.IntRange(5, 50),
    default=8,
    show_default=True,
    help="Number of agencies.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Random seed; the same seed gives the same lists.",
)
@click.option(
    "--networks", is_flag=True, help="Let lists relate members of cells, factions and fronts."
)
@click.option("--only-lists", is_flag=True, help="Generate the lists and the truth only.")
@click.option("-v", "--verbose", is_flag=True, help="Report each stage on standard error.")
@click.pass_obj
def demo_command(
    settings: Settings,
    /,
    *,
    records: int,
    out: Path,
    only_lists: bool,
    verbose: bool,
    **world: Any,
) -> None:
    """Run `resolver demo`."""
    lists, result = out / "lists", out / "result"
    prepare_folder(lists)
    with ProgressBars(verbose=verbose) as bars:
        from resolver.world import write_world

        bars.start("make lists", records, "records")
        write_world(lists, records, **world, progress=bars)
        # the truth is not one of the lists
        (lists / "truth.csv").replace(out / "truth.csv")
        bars.finish()
        if only_lists:
            click.echo(f"Lists: {lists}")
            return
        from resolver.engines.local import dedupe
        from resolver.records import properties

        prepare_folder(result)
        running = run_options(settings, {})
        intake = read_list_files([lists], ReadingOptions(), bars)
        resolution = dedupe(intake, running, bars)
        write_run_results(result, intake, resolution, running, bars)
    click.echo(f"Lists of {world['agencies']} agencies: {lists}")
    print_summary(result, intake, resolution, running, as_json=False)
    name, birth_date = find_example(intake.batch, resolution.labels)
    words = ["resolver", "check", name, "--birth-date", birth_date, "--list", str(lists)]
    click.echo(f"Look up one of them: {shlex.join(words)}")
    query = urlencode({"name": name, properties.BIRTH_DATE: birth_date})
    click.echo(f"The same where a store of these lists is served: /check?{query}")


def find_example(batch: Batch, labels: IntArray) -> tuple[str, str]:
    """Return name and birth date of a person with many records, preferably in Latin letters and
    with a full date.

    `labels`: entity of each record.
    """
    import numpy as np

    from resolver.records import Kind
    from resolver.records.properties import BIRTH_DATE

    sizes = np.bincount(labels)[labels]
    # some hundreds of records of the largest entities: one of them is a person with a birth date
    rows = np.sort(np.argsort(-sizes, kind="stable")[:_EXAMINED])
    people = [
        (not record.caption.isascii(), -len(birth_dates[0]), -size, record.caption, birth_dates[0])
        for record, size in zip(batch.take(rows).to_records(), sizes[rows].tolist(), strict=True)
        if record.kind is Kind.PERSON and (birth_dates := record.texts(BIRTH_DATE))
    ]
    *_, name, birth_date = min(people)
    return name, birth_date
