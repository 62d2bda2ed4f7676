"""`resolver dedupe`: who is the same as whom in some lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli import lazy_imports, store_arguments
from resolver.cli.decision_files import read_decisions, read_log
from resolver.cli.list_arguments import keep_apart, read
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
    store_option,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.resolve import preview
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


@click.command("dedupe")
@files_argument
@click.option("--out", type=PATH, metavar="DIR", help="Folder for the results (made if absent).")
@decisions_option
@click.option(
    "--only", type=click.Choice(["entities"]), help="Write entities.csv and nothing else."
)
@click.option(
    "--preview",
    "only_preview",
    is_flag=True,
    help="Show the first records as understood, and stop.",
)
@click.option("--profile", is_flag=True, help="Show what each stage cost.")
@store_option()
@click.option(
    "--dry-run",
    is_flag=True,
    help="With --store: say what would change (with --out: write what would be), and change nothing.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="With --store: withdraw what the lists' sources no longer hold.",
)
@click.option(
    "--accept-large-change",
    "accept_large",
    is_flag=True,
    help="With --store: land it, however much changes.",
)
@engine_options
@resume_option
@running_options
@reading_options
@json_option
@click.pass_obj
def command(
    settings: Settings, /, files: tuple[Path, ...], out: Path | None, **options: Any
) -> None:
    """Find who is the same as whom in the lists FILE... of one or more agencies.

    A FILE may be a folder: it stands for the lists in it. DIR then holds links.csv (pairs with their scores),
    entities.csv (who belongs together), entities.ftm.json (merged records), statements.csv (where every value comes
    from), rejects.csv (rows and values that could not be read) and report.html.

    \b
    Examples:
      resolver dedupe sdn.csv consolidated.xml --out result
      resolver dedupe lists/ --out result --decisions decisions.csv
      resolver dedupe suspects.csv --mapping suspects.yml --preview
      resolver dedupe suspects.csv --mapping suspects.yml --merge-at 0.99 --out result
      resolver dedupe update.xml --store sqlite:///hub.db --out update
      resolver dedupe lists/ --out result --engine spark --master spark://host:7077

    With --store the lists are added to what the store holds already: only new pairs are compared, entities keep their
    ids, and the results cover these lists and the entities they touch. --out may then be left out.
    """
    reading = Reading.take(options)
    _check_together(options)
    if options["engine"] == "local":
        lazy_imports.load()
    if options["only_preview"]:
        preview.show(files, reading)
        return
    if options["dry_run"] and not options["store_url"]:
        raise click.UsageError("--dry-run goes with --store")
    if (options["complete"] or options["accept_large"]) and not options["store_url"]:
        raise click.UsageError("--complete and --accept-large-change go with --store")
    if options["store_url"]:
        if out is not None:
            keep_apart(files, out)
        log = read_log(options["decisions"])
        only_entities = options["only"] == "entities"
        running = run_options(settings, options, only_entities=only_entities)
        store_arguments.dedupe(
            options["store_url"], settings, files, reading, running, log, out, options
        )
        return
    if out is None:
        raise click.UsageError("Missing option '--out DIR'.")
    keep_apart(files, out)
    only_entities = options["only"] == "entities"
    decisions = read_decisions(options["decisions"])
    running = run_options(settings, options, decisions, only_entities=only_entities, out=out)
    prepare(out)
    start_engine(options)
    with Bars(verbose=reading.verbose) as bars:
        intake = read(files, reading, bars)
        unknown_ids(decisions, intake)
        resolution = _resolved(intake, running, bars, options)
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


def _check_together(options: dict[str, Any]) -> None:
    check_engine(options)
    if options["resume"] and options["store_url"]:
        raise click.UsageError("--resume is for runs without a store.")
    if options["engine"] == "spark" and options["store_url"]:
        raise click.UsageError(
            "--store is for increments on one machine: leave out --engine spark."
        )


def _resolved(
    intake: Intake, running: RunOptions, bars: Bars, options: dict[str, Any]
) -> Resolution:
    if options["engine"] == "spark":
        from resolver.engines.spark import engine as spark

        return spark.dedupe(intake, running, bars, master=options["master"])
    from resolver.engines import local

    return local.dedupe(intake, running, bars)
