"""What commands do with a store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.list_arguments import read
from resolver.cli.options import Reading
from resolver.cli.progress_bars import Bars
from resolver.cli.run_results import prepare, show_costs, write
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.commit_result import CommitResult
    from resolver.hub.hub import Hub
    from resolver.hub.stored_results import Gathered
    from resolver.ingest.reader_types import Intake
    from resolver.pipeline import RunOptions
    from resolver.records.decisions import Decision


def open_hub(
    url: str,
    settings: Settings,
    running: RunOptions | None = None,
    *,
    create: bool = False,
    model_dir: Path | None = None,
) -> Hub:
    """The store at a URL, ready to resolve; without `running` under what it was resolved with. Raises `StoreError`."""
    from resolver.hub.hub import Hub

    model = model_dir or settings.model_dir
    return Hub.open(url, running, create=create, model_dir=model, index_dir=settings.index_dir)


def dedupe(
    url: str,
    settings: Settings,
    files: Sequence[Path],
    reading: Reading,
    running: RunOptions,
    decisions: Sequence[Decision],
    out: Path | None,
    options: dict[str, Any],
) -> None:
    """Add lists to a store; write results where a folder is given, and say what came of it."""
    from resolver.hub.stored_results import touched
    from resolver.records.visibility import OPERATOR
    from resolver.review import catch_up

    if out is not None:
        prepare(out)
    with (
        open_hub(url, settings, running, create=True) as hub,
        Bars(verbose=reading.verbose) as bars,
    ):
        intake = read(files, reading, bars, complete=options["complete"])
        landed = hub.add(
            intake,
            decisions,
            dry_run=options["dry_run"],
            accept_large=options["accept_large"],
            progress=bars,
        )
        if not options["dry_run"]:
            bars.start("queue of the desk", None)
            catch_up(hub)
        bars.finish()
        for note in landed.notes:
            click.echo(f"note: {note}", err=True)
        gathered = touched(hub, landed, OPERATOR) if out is not None else None
        if out is not None and gathered is not None:
            write(
                out,
                _told(intake, landed, gathered),
                gathered.resolution,
                running,
                bars,
                gathered.names,
            )
    if options["profile"]:
        show_costs(landed.stats)
    _tell(landed, intake, gathered, out, as_json=options["as_json"], dry_run=options["dry_run"])


def _told(intake: Intake, landed: CommitResult, gathered: Gathered) -> Intake:
    """What was read, as the results tell it: records withdrawn are those of the store too."""
    from dataclasses import replace

    withdrawn = tuple(sorted({*intake.withdrawn, *landed.withdrawn, *landed.older}))
    warnings = (*intake.warnings, *landed.notes)
    return replace(intake, batch=gathered.resolution.batch, withdrawn=withdrawn, warnings=warnings)


def _tell(
    landed: CommitResult,
    intake: Intake,
    gathered: Gathered | None,
    out: Path | None,
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    counts = landed.counts(intake)
    if as_json:
        click.echo(
            json.dumps(
                {**counts, "plan": landed.stats.plan, "out": None if out is None else str(out)}
            )
        )
        return
    head = "Would change" if dry_run else f"Version {landed.version}"
    click.echo(
        f"{head}: {len(intake.batch):,} records read, {landed.new:,} new, "
        f"{landed.superseded:,} changed, {len(landed.withdrawn):,} withdrawn; {len(landed.changed):,} entities changed."
    )
    if gathered is not None and out is not None:
        click.echo(f"Results on {len(gathered.numbers):,} records of the entities touched: {out}")
