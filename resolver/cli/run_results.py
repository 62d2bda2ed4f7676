"""Results out: the files of a run, and what is said about it on the way out."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import resolver

if TYPE_CHECKING:
    import pyarrow as pa

    from resolver.ingest.reader_types import Intake
    from resolver.pipeline import RunOptions
    from resolver.records.batch import IntArray
    from resolver.records.decisions import Decision
    from resolver.records.progress import Progress
    from resolver.records.results.resolution import Resolution, RunStats


def prepare(out: Path) -> None:
    """Make the folder for results. Raises `OSError` now, not after the work, where nothing can be written there."""
    out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        error.filename = str(out)
        raise


def write(
    out: Path,
    intake: Intake,
    resolution: Resolution,
    running: RunOptions,
    bars: Progress,
    names: pa.StringArray | None = None,
) -> None:
    """Write every file of the results, or only entities.csv where nothing else was asked for. `names`: the ids of
    entities that a store has named."""
    from resolver.engines.result_files import write_results

    report = ""
    if not running.only_entities:
        bars.start("report")
        report = _report(intake, resolution, running)
    bars.start("write", len(resolution.batch), "records")
    only = running.only_entities
    write_results(
        out, resolution, rejects=intake.rejects, report=report, only_entities=only, names=names
    )
    bars.advance(len(resolution.batch))
    bars.finish()


def finished(running: RunOptions) -> None:
    """Forget what was kept of a run that might have been stopped."""
    if running.resume is not None:
        shutil.rmtree(running.resume, ignore_errors=True)


def _report(intake: Intake, resolution: Resolution, running: RunOptions) -> str:
    from resolver.engines.local import explain_links
    from resolver.report import build_report, pairs_to_explain, render_report

    wanted = _places(resolution, pairs_to_explain(resolution))
    explanations = explain_links(resolution, running, wanted, sorted(intake.deduplicated_sources))
    data = build_report(
        resolution,
        rejects=intake.rejects,
        lists=intake.lists,
        withdrawn=intake.withdrawn,
        collapsed=intake.collapsed,
        warnings=intake.warnings,
        explanations=explanations,
        run={"version": resolver.__version__},
        review_from=running.borders.review,
        match_from=running.borders.match,
    )
    return render_report(data)


def _places(resolution: Resolution, pairs: Sequence[tuple[str, str]]) -> IntArray:
    """Where the links of some pairs of record ids stand. Every pair must have one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    links, count = resolution.links, len(resolution.batch)
    sides = (pa.array([pair[side] for pair in pairs], pa.string()) for side in (0, 1))
    left, right = (
        np.asarray(pc.index_in(ids, resolution.batch.ids), dtype=np.int64) for ids in sides
    )
    keys = links.left.astype(np.int64) * count + links.right
    return np.searchsorted(keys, left * count + right).astype(np.int32)


def tell(
    out: Path,
    intake: Intake,
    resolution: Resolution,
    *,
    as_json: bool,
    profile: bool,
    only_entities: bool,
) -> None:
    """Say on standard output what came of a run, and where it lies."""
    counts = _counts(intake, resolution)
    if profile:
        show_costs(resolution.stats)
    if as_json:
        click.echo(json.dumps({**counts, "plan": resolution.stats.plan, "out": str(out)}))
        return
    click.echo(
        f"{counts['records']:,} records are {counts['entities']:,} entities: "
        f"{counts['merged']:,} pairs merged, {counts['queued']:,} to review, {counts['apart']:,} kept apart."
    )
    if counts["rejects"]:
        click.echo(f"{counts['rejects']:,} rows or values could not be read: {out / 'rejects.csv'}")
    click.echo(
        f"Entities: {out / 'entities.csv'}" if only_entities else f"Report: {out / 'report.html'}"
    )


def unknown_ids(decisions: Sequence[Decision], *intakes: Intake) -> None:
    """Note on standard error how many decisions name records that were not read."""
    if not decisions:
        return
    known = {identity for intake in intakes for identity in intake.batch.ids.to_pylist()}
    absent = [one for one in decisions if one.left_id not in known or one.right_id not in known]
    if absent:
        first = absent[0]
        missing = first.left_id if first.left_id not in known else first.right_id
        click.echo(
            f"note: {len(absent)} decisions name records that are not in the lists, e.g. {missing}",
            err=True,
        )


def _counts(intake: Intake, resolution: Resolution) -> dict[str, int]:
    import numpy as np

    from resolver.records.results.resolution import Outcome

    outcomes = np.bincount(resolution.links.outcome, minlength=len(Outcome))
    return {
        "records": len(resolution.batch),
        "entities": len(np.unique(resolution.labels)),
        **{outcome.label: int(outcomes[outcome]) for outcome in Outcome},
        "rejects": len(intake.rejects),
        "withdrawn": len(intake.withdrawn),
    }


def show_costs(stats: RunStats) -> None:
    """A table of what each stage cost, on standard error."""
    click.echo(
        f"{'stage':<16}{'items':>14}  {'unit':<10}{'seconds':>9}{'cpu s':>9}{'peak MiB':>10}",
        err=True,
    )
    for stage in stats.stages:
        click.echo(
            f"{stage.name:<16}{stage.items:>14,}  {stage.unit:<10}"
            f"{stage.wall:>9.2f}{stage.cpu:>9.2f}{stage.peak_mib:>10,.0f}",
            err=True,
        )
