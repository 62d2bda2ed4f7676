"""`dedupe --results parquet`: workers of a cluster read the lists and write the results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.csv_tables import read_decisions
from resolver.cli.options import ReadingOptions, run_options, start_engine
from resolver.cli.progress_bars import ProgressBars
from resolver.cli.run_results import (
    RunProfile,
    note_earlier_model,
    note_missing_ids,
    prepare_folder,
    print_counts,
)
from resolver.lists.io.remote_files import local_copies
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.matching.run_options import RunOptions
    from resolver.records.progress import Progress
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
    profile, decisions = RunProfile(), read_decisions(options["decisions"])
    only_entities = options["only"] == "entities"
    running = run_options(settings, options, decisions, only_entities=only_entities, out=out)
    prepare_folder(out)
    note_earlier_model(running)
    start_engine(options)
    with ProgressBars(verbose=options["verbose"]) as bars:
        profile.end_phase("start")
        run = _run(files, running, out, options, bars)
        profile.end_phase("run", "records", len(run.intake.batch), parts=run.stages)
    for warning in run.intake.warnings:
        click.echo(f"note: {warning}", err=True)
    note_missing_ids(decisions, run.unknown_ids)
    if options["profile"]:
        profile.print_table()
    _print_summary(out, run, running, as_json=options["as_json"])


def _run(
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
    print_counts(out, counts, forecast, plan, place, only_entities=only_entities)
