"""Commands that resolve lists, or a store anew: `dedupe` and `refresh`.

- Command `resolver dedupe`: find duplicates in lists. With `--results parquet`, workers of a
  cluster read the lists and write the results.
- Command `resolver refresh`: measure the population of a store anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli import run_results
from resolver.cli.arguments import (
    check_output_outside,
    dedupe_into_store,
    open_hub,
    print_effect,
    read_list_files,
    read_while,
)
from resolver.cli.csv_tables import read_decision_log, read_decisions
from resolver.cli.options import (
    PATH,
    ReadingOptions,
    build_store_engine,
    check_engine,
    count_workers,
    decisions_option,
    engine_options,
    files_argument,
    json_option,
    load_engine,
    model_option,
    reading_options,
    resume_option,
    run_options,
    running_options,
    start_engine,
    store_option,
)
from resolver.cli.process_start import ProgressBars, log_act_at, start_batch_process
from resolver.cli.resolve import tables
from resolver.lists.io.remote_files import local_copies
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.rebuild import RebuildEffect
    from resolver.lists.reader_types import Intake
    from resolver.matching.resolution_task import RunOptions
    from resolver.records.decisions import Decision
    from resolver.records.progress import Progress
    from resolver.records.results.resolution import Resolution
    from resolver.spark.engine import ParquetRun


def check_parquet_options(options: dict[str, Any]) -> None:
    """Raise click's `UsageError` for options that do not go with Parquet files."""
    if options["results"] != "parquet":
        return
    if options["engine"] != "spark":
        raise click.UsageError("--results parquet goes with --engine spark.")
    if options["store_url"] or options["resume"]:
        raise click.UsageError("--results parquet goes without --store and --resume.")


def dedupe_into_parquet(
    settings: Settings, files: tuple[Path, ...], out: Path, options: dict[str, Any]
) -> None:
    """Resolve lists on a cluster whose workers write the results, and print the counts."""
    profile, decisions = run_results.RunProfile(), read_decisions(options["decisions"])
    only_entities = options["only"] == "entities"
    running = run_options(settings, options, decisions, only_entities=only_entities, out=out)
    run_results.prepare_folder(out)
    run_results.note_earlier_model(running)
    start_engine(options)
    with ProgressBars(verbose=options["verbose"]) as bars:
        profile.end_phase("start")
        run = _run_on_cluster(files, running, out, options, bars)
        profile.end_phase("run", "records", len(run.intake.batch), parts=run.stages)
    for warning in run.intake.warnings:
        click.echo(f"note: {warning}", err=True)
    run_results.note_missing_ids(decisions, run.unknown_ids)
    if options["profile"]:
        profile.print_table()
    _print_summary(out, run, running, as_json=options["as_json"])


def _run_on_cluster(
    files: tuple[Path, ...],
    running: RunOptions,
    out: Path,
    options: dict[str, Any],
    bars: Progress,
) -> ParquetRun:
    """Return the figures of the run; write rejects.csv, since no worker has all rejects."""
    from resolver.engines.result_files import write_rejects
    from resolver.lists.parallel_reading import ReadingRules
    from resolver.lists.readers import plan_reads
    from resolver.spark.engine import dedupe_to_parquet
    from resolver.spark.worker_reader import ReadingPlan

    reading = ReadingOptions.from_options(options)
    with local_copies(files) as paths:
        planned, skipped = plan_reads(
            paths,
            format=reading.list_format,
            mapping=reading.mappings(),
            source=reading.source,
            encoding=reading.encoding,
        )
        rules = ReadingRules(reading.accept_restricted)
        plan = ReadingPlan(planned, skipped, rules, reading.strict)
        run = dedupe_to_parquet(plan, running, out, bars, master=options["master"])
    if not running.only_entities:
        write_rejects(out, run.intake.rejects)
    return run


def _print_summary(out: Path, run: ParquetRun, running: RunOptions, *, as_json: bool) -> None:
    from resolver.records.results.resolution import forecast_reviews

    counts = {
        "records": len(run.intake.batch),
        "entities": run.merge.entities,
        **{outcome.label: count for outcome, count in run.merge.outcomes.items()},
        "rejects": len(run.intake.rejects),
        "withdrawn": run.withdrawn,
    }
    forecast = forecast_reviews(
        run.merge.waiting, running.wrong_merge_costs, running.review_capacity
    )
    plan = run.plan if as_json else None
    place = f"Entities: {out / 'entities'}"
    only_entities = running.only_entities
    run_results.print_counts(out, counts, forecast, plan, place, only_entities=only_entities)


_HELP = """
Find the records in the lists FILE... of one or more agencies that are the same person, group
or asset.

A FILE may be a folder, which stands for the lists in it. DIR then has links.csv (pairs with
their scores), entities.csv (records grouped by entity), entities.ftm.json (merged records),
statements.csv (the source of every value), rejects.csv (rows and values that could not be read)
and report.html.

\b
Examples:
  resolver dedupe sdn.csv consolidated.xml --out result
  resolver dedupe lists/ --out result --decisions decisions.csv
  resolver dedupe suspects.csv --mapping suspects.yml --preview
  resolver dedupe suspects.csv --mapping suspects.yml --merge-at 0.99 --out result
  resolver dedupe update.xml --store sqlite:///hub.db --out update
  resolver dedupe lists/ --out result --engine spark --master spark://host:7077
  resolver dedupe lists/ --out result --engine spark --results parquet
  resolver dedupe lists/ --store sqlite:///hub.db --engine spark --master spark://host:7077

With --store the lists are added to those already in the store: only new pairs are compared,
entities keep their ids, and the results cover these lists and the entities they change. --out
may then be left out. With --engine spark a cluster compares the first lists of a store; later
ones are compared with the store on this machine (see `rebuild --engine spark`).
"""


@click.command("dedupe", help=_HELP)
@files_argument
@click.option("--out", type=PATH, metavar="DIR", help="Folder for the results; created if missing.")
@decisions_option
@click.option("--only", type=click.Choice(["entities"]), help="Write entities.csv only.")
@click.option(
    "--results",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    help="With --engine spark: parquet has the cluster read lists and write Parquet files.",
)
@click.option(
    "--preview",
    "only_preview",
    is_flag=True,
    help="Show the first records as they are read, and stop.",
)
@click.option("--profile", is_flag=True, help="Show the costs of each stage.")
@click.option(
    "--review-capacity",
    type=click.IntRange(0, 1_000_000),
    metavar="N",
    help="Reviews a day: show how far they go and what is left undecided.",
)
@store_option()
@click.option(
    "--dry-run",
    is_flag=True,
    help="With --store: show what would change (with --out: write it), and change nothing.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="With --store: withdraw records that are missing in the lists of their sources.",
)
@click.option(
    "--accept-large-change",
    "accept_large",
    is_flag=True,
    help="With --store: accept the lists, however much they change.",
)
@engine_options
@resume_option
@running_options
@reading_options
@json_option
@click.pass_obj
def dedupe_command(
    settings: Settings, /, files: tuple[Path, ...], out: Path | None, **options: Any
) -> None:
    """Run `resolver dedupe`."""
    profile = run_results.RunProfile()
    _check_options(options)
    if options["engine"] == "local":
        start_batch_process()
    if options["only_preview"]:
        tables.print_list_preview(files, ReadingOptions.from_options(options))
        return
    _check_store_options(options)
    if options["store_url"]:
        _add_to_store(settings, files, out, options, profile)
        return
    if out is None:
        raise click.UsageError("Missing option '--out DIR'.")
    check_output_outside(files, out)
    if options["results"] == "parquet":
        dedupe_into_parquet(settings, files, out, options)
        return
    begin = partial(_begin, settings, options, read_decisions(options["decisions"]), out)
    intake, resolution, running = _run(files, out, begin, count_workers(settings), options, profile)
    run_results.remove_checkpoints(running)
    profile.end_phase("write", "records", len(resolution.batch))
    if options["profile"]:
        profile.print_table()
    run_results.print_summary(out, intake, resolution, running, as_json=options["as_json"])


def _begin(
    settings: Settings, options: dict[str, Any], decisions: tuple[Decision, ...], out: Path
) -> RunOptions:
    """Check the options and the folder of results, and start or load the engine."""
    only_entities = options["only"] == "entities"
    running = run_options(settings, options, decisions, only_entities=only_entities, out=out)
    run_results.prepare_folder(out)
    start_engine(options)
    load_engine(running, options)
    return running


def _run(
    files: tuple[Path, ...],
    out: Path,
    begin: Callable[[], RunOptions],
    workers: int,
    options: dict[str, Any],
    profile: run_results.RunProfile,
) -> tuple[Intake, Resolution, RunOptions]:
    """Read the lists, resolve them and write the results.

    This is a short function of its own for a reason. If memory runs out, Python 3.11 needs a number
    from the heap to leave a `with` block that is more than 256 instructions into a function, and
    tries for ever to get it.
    """
    reading = ReadingOptions.from_options(options)
    with ProgressBars(verbose=reading.verbose) as bars:
        profile.end_phase("start")
        read = partial(read_list_files, files, reading, bars, workers=workers)
        intake, running = read_while(begin, lambda begin: read(meanwhile=begin))
        profile.end_phase("read", "records", len(intake.batch))
        run_results.note_earlier_model(running)
        run_results.note_unknown_ids(running.decisions, intake)
        resolution = _resolve(intake, running, bars, options)
        profile.end_phase("prepare", parts=resolution.stats.stages)
        run_results.write_run_results(out, intake, resolution, running, bars)
    return intake, resolution, running


def _add_to_store(
    settings: Settings,
    files: tuple[Path, ...],
    out: Path | None,
    options: dict[str, Any],
    profile: run_results.RunProfile,
) -> None:
    if out is not None:
        check_output_outside(files, out)
    log = read_decision_log(options["decisions"])
    running = run_options(settings, options, only_entities=options["only"] == "entities")
    dedupe_into_store(settings, files, running, log, out, options, profile)


def _check_options(options: dict[str, Any]) -> None:
    """Raise click's `UsageError` for options that exclude each other."""
    check_engine(options)
    check_parquet_options(options)
    if options["resume"] and options["store_url"]:
        raise click.UsageError("--resume is for runs without a store.")


def _check_store_options(options: dict[str, Any]) -> None:
    """Raise click's `UsageError` if an option that needs a store is given without a store."""
    if options["store_url"]:
        return
    if options["dry_run"]:
        raise click.UsageError("--dry-run goes with --store")
    if options["complete"] or options["accept_large"]:
        raise click.UsageError("--complete and --accept-large-change go with --store")


def _resolve(
    intake: Intake, running: RunOptions, bars: ProgressBars, options: dict[str, Any]
) -> Resolution:
    if options["engine"] == "spark":
        from resolver.spark import engine as spark

        return spark.dedupe_on_spark(intake, running, bars, master=options["master"])
    from resolver.engines import local

    return local.dedupe(intake, running, bars)


_REFRESH_HELP = """Measure the population of a store anew, and resolve its records in it.

Scores depend on how many records a store has, on how common their words are, and on how many
duplicates there are. These figures stay as they are until the next refresh. `dedupe --store` and
workers refresh a store by themselves when it has grown by half.

Plan, model and thresholds stay: see `resolver rebuild` for others. With --engine spark a cluster
compares the records; what it returns is clustered and committed on this machine.

\b
Examples:
  resolver refresh --store sqlite:///hub.db --dry-run
  resolver refresh --store sqlite:///hub.db
  resolver refresh --store sqlite:///hub.db --accept-large
  resolver refresh --store sqlite:///hub.db --engine spark --master spark://host:7077
"""


@click.command("refresh", help=_REFRESH_HELP)
@store_option(required=True)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--accept-large",
    is_flag=True,
    help="Accept the changes, however many entities split or merge.",
)
@engine_options
@model_option
@click.option("-v", "--verbose", is_flag=True, help="Report each stage on standard error.")
@click.pass_obj
def refresh_command(
    settings: Settings,
    /,
    store_url: str,
    *,
    dry_run: bool,
    accept_large: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Run `resolver refresh`."""
    from resolver.hub.rebuild import refuse_large

    check_engine(options)
    log_act_at(store_url, dry_run=dry_run, accept_large=accept_large)
    with (
        open_hub(store_url, settings, model_dir=options["model_dir"]) as hub,
        ProgressBars(verbose=verbose) as bars,
    ):

        def show(effect: RebuildEffect) -> None:
            """Show what a refresh changes, and refuse it if it changes too much."""
            bars.finish()
            print_effect(effect)
            if not (dry_run or accept_large):
                refuse_large(effect)

        start_engine(options)
        engine = build_store_engine(options)
        if dry_run:
            show(hub.preview_refresh(progress=bars, engine=engine))
            return
        revision = hub.refresh(inspect=show, progress=bars, engine=engine)
    click.echo(f"The store is at version {revision}.")
