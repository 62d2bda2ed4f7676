"""`resolver link`: who of some lists stands in others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli import lazy_imports
from resolver.cli.decision_files import read_decisions
from resolver.cli.list_arguments import keep_apart, read, together
from resolver.cli.options import (
    PATH,
    Reading,
    check_engine,
    decisions_option,
    engine_options,
    files_argument,
    json_option,
    reading_options,
    resume_option,
    run_options,
    running_options,
    start_engine,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.run_results import (
    finished,
    prepare,
    tell,
    unknown_ids,
    write,
)
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.pipeline import RunOptions
    from resolver.records.results.resolution import Resolution


@click.command("link")
@files_argument
@click.option(
    "--to",
    "others",
    type=PATH,
    multiple=True,
    required=True,
    metavar="RIGHT",
    help="Where to find them.",
)
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="DIR",
    help="Folder for the results (made if absent).",
)
@decisions_option
@click.option(
    "--only", type=click.Choice(["entities"]), help="Write entities.csv and nothing else."
)
@click.option("--profile", is_flag=True, help="Show what each stage cost.")
@engine_options
@resume_option
@running_options
@reading_options
@json_option
@click.pass_obj
def command(
    settings: Settings,
    /,
    files: tuple[Path, ...],
    others: tuple[Path, ...],
    out: Path,
    **options: Any,
) -> None:
    """Find who of the lists FILE... stands in the lists RIGHT. Records of one side are never compared with each other.

    \b
    Examples:
      resolver link passengers.csv --to sdn.csv --mapping passengers.yml --out result
      resolver link ours/ --to sdn.csv --to consolidated.xml --out result
    """
    reading = Reading.take(options)
    check_engine(options)
    if options["engine"] == "local":
        lazy_imports.load()
    keep_apart((*files, *others), out)
    only_entities = options["only"] == "entities"
    decisions = read_decisions(options["decisions"])
    running = run_options(settings, options, decisions, only_entities=only_entities, out=out)
    prepare(out)
    start_engine(options)
    with Bars(verbose=reading.verbose) as bars:
        left = read(files, reading, bars, stage="read left")
        right = read(others, reading, bars, stage="read right")
        unknown_ids(decisions, left, right)
        _tell_shared(left, right)
        resolution = _resolved(left, right, running, bars, options)
        intake = together(left, right, resolution.batch)
        write(out, intake, resolution, running, bars)
    finished(running)
    tell(
        out,
        intake,
        resolution,
        as_json=options["as_json"],
        profile=options["profile"],
        only_entities=only_entities,
    )


def _tell_shared(left: Intake, right: Intake) -> None:
    """Say where both sides hold a record: nothing is found by comparing it with itself."""
    import pyarrow.compute as pc

    shared = pc.sum(pc.is_in(left.batch.ids, value_set=right.batch.ids)).as_py() or 0
    if shared:
        click.echo(
            f"note: {shared:,} records stand on both sides; none is compared with itself", err=True
        )


def _resolved(
    left: Intake, right: Intake, running: RunOptions, bars: Bars, options: dict[str, Any]
) -> Resolution:
    if options["engine"] == "spark":
        from resolver.engines.spark import engine as spark

        return spark.link(left, right, running, bars, master=options["master"])
    from resolver.engines import local

    return local.link(left, right, running, bars)
