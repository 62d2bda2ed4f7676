"""Command `resolver link`: find records of some lists in others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli import run_results
from resolver.cli.arguments import (
    check_output_outside,
    merge_intakes,
    read_list_files,
)
from resolver.cli.csv_tables import read_decisions
from resolver.cli.options import (
    LIST_PATH,
    PATH,
    ReadingOptions,
    check_engine,
    decisions_option,
    engine_options,
    files_argument,
    json_option,
    load_engine,
    reading_options,
    resume_option,
    run_options,
    running_options,
    start_engine,
)
from resolver.cli.process_start import ProgressBars, start_batch_process
from resolver.errors import UnneededMappingError, pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.lists.reader_types import Intake
    from resolver.matching.resolution_task import RunOptions
    from resolver.records.results.resolution import Resolution


_HELP = """
Find records of the lists FILE... in the lists RIGHT. Records of one side are never compared
with each other.

\b
Examples:
  resolver link passengers.csv --to sdn.csv --mapping passengers.yml --out result
  resolver link ours/ --to sdn.csv --to consolidated.xml --out result
"""


@click.command("link", help=_HELP)
@files_argument
@click.option(
    "--to",
    "others",
    type=LIST_PATH,
    multiple=True,
    required=True,
    metavar="RIGHT",
    help="List to search in; repeatable.",
)
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="DIR",
    help="Folder for the results; created if missing.",
)
@decisions_option
@click.option("--only", type=click.Choice(["entities"]), help="Write entities.csv only.")
@click.option("--profile", is_flag=True, help="Show the costs of each stage.")
@engine_options
@resume_option
@running_options
@reading_options
@json_option
@click.pass_obj
def link_command(
    settings: Settings,
    /,
    files: tuple[Path, ...],
    others: tuple[Path, ...],
    out: Path,
    **options: Any,
) -> None:
    """Run `resolver link`."""
    profile, reading = run_results.RunProfile(), ReadingOptions.from_options(options)
    check_engine(options)
    if options["engine"] == "local":
        start_batch_process()
    check_output_outside((*files, *others), out)
    only_entities = options["only"] == "entities"
    decisions = read_decisions(options["decisions"])
    running = run_options(settings, options, decisions, only_entities=only_entities, out=out)
    run_results.prepare_folder(out)
    start_engine(options)
    intake, resolution = _run((files, others), out, reading, running, options, profile)
    run_results.remove_checkpoints(running)
    profile.end_phase("write", "records", len(resolution.batch))
    if options["profile"]:
        profile.print_table()
    run_results.print_summary(out, intake, resolution, running, as_json=options["as_json"])


def _run(
    sides: tuple[tuple[Path, ...], tuple[Path, ...]],
    out: Path,
    reading: ReadingOptions,
    running: RunOptions,
    options: dict[str, Any],
    profile: run_results.RunProfile,
) -> tuple[Intake, Resolution]:
    """Read both sides, resolve them and write the results. It is short for the same reason as
    `_run` of `dedupe`.
    """
    with ProgressBars(verbose=reading.verbose) as bars:
        profile.end_phase("start")
        begin = partial(load_engine, running, options)
        left, right = _read_sides(*sides, reading, bars, running.workers, begin)
        profile.end_phase("read", "records", len(left.batch) + len(right.batch))
        run_results.note_unknown_ids(running.decisions, left, right)
        _note_shared(left, right)
        resolution = _resolve(left, right, running, bars, options)
        profile.end_phase("prepare", parts=resolution.stats.stages)
        intake = merge_intakes(left, right, resolution.batch)
        run_results.write_run_results(out, intake, resolution, running, bars)
    return intake, resolution


def _read_sides(
    files: tuple[Path, ...],
    others: tuple[Path, ...],
    reading: ReadingOptions,
    bars: ProgressBars,
    workers: int,
    meanwhile: Callable[[], None],
) -> tuple[Intake, Intake]:
    """Read both sides; a mapping may be needed on one of them only. Raises `InputError`."""

    def read(stage: str, paths: tuple[Path, ...], reading: ReadingOptions) -> Intake:
        """Read one side."""
        return read_list_files(
            paths, reading, bars, stage=stage, workers=workers, meanwhile=meanwhile
        )

    sides = {"read left": files, "read right": others}
    intakes: dict[str, Intake] = {}
    unneeded: UnneededMappingError | None = None
    for stage, paths in sides.items():
        try:
            intakes[stage] = read(stage, paths, reading)
        except UnneededMappingError as error:
            if unneeded is not None:
                raise
            unneeded = error
            intakes[stage] = read(stage, paths, replace(reading, mapping_files=()))
    return intakes["read left"], intakes["read right"]


def _note_shared(left: Intake, right: Intake) -> None:
    """Note on standard error how many records are on both sides: they are not compared with
    themselves.
    """
    import pyarrow.compute as pc

    shared = pc.sum(pc.is_in(left.batch.ids, value_set=right.batch.ids)).as_py() or 0
    if shared:
        click.echo(
            f"note: {pluralize(shared, 'record is', 'records are')} on both sides; "
            "none is compared with itself",
            err=True,
        )


def _resolve(
    left: Intake, right: Intake, running: RunOptions, bars: ProgressBars, options: dict[str, Any]
) -> Resolution:
    if options["engine"] == "spark":
        from resolver.spark import engine as spark

        return spark.link_on_spark(left, right, running, bars, master=options["master"])
    from resolver.engines import local

    return local.link(left, right, running, bars)
