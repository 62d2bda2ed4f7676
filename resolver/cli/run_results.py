"""Results of a run: its files, its summary on the command line, and its costs.

The costs are the time and the memory of each phase, which `--profile` prints.
"""

from __future__ import annotations

import json
import resource
import shutil
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import resolver
from resolver.errors import pluralize

if TYPE_CHECKING:
    from resolver.engines.pair_explanation import EntityComparer
    from resolver.hub.stored_results import StoredResults
    from resolver.lists.reader_types import Intake, Reject
    from resolver.matching.resolution_task import RunOptions
    from resolver.records.batch import IntArray
    from resolver.records.decisions import Decision
    from resolver.records.progress import Progress
    from resolver.records.results.resolution import Resolution, ReviewForecast, RunStats, StageStat


SHOWN_REJECTS = 5
"""Maximum number of rejects that a command prints if no file lists them."""


def prepare_folder(out: Path) -> None:
    """Create the folder for results. Raises `OSError` before the work if it is not writable."""
    out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        error.filename = str(out)
        raise


def note_earlier_model(running: RunOptions) -> None:
    """Print a note if the model of a run knows no population."""
    if running.model_dir is None:
        return
    from resolver.matching.resolution_task import load_models

    if not load_models(running.model_dir).counts_words:
        click.echo(
            f"note: the model in {running.model_dir} knows no population: its scores hold for data "
            "like those it was trained on, not for larger ones",
            err=True,
        )


def write_run_results(
    out: Path,
    intake: Intake,
    resolution: Resolution,
    running: RunOptions,
    bars: Progress,
    stored: StoredResults | None = None,
    forecast: ReviewForecast | None = None,
) -> None:
    """Write result files under `running`; `stored`: the results, if a store holds them.
    `forecast`: work of review for the report (default: that of this run).
    """
    from resolver.engines.result_files import write_results

    report = ""
    if not running.only_entities:
        forecast = forecast or _forecast_run(resolution, running)
        compare = None if stored is None else stored.compare
        report = _report(intake, resolution, running, bars, forecast, compare)
    bars.start("write", len(resolution.batch), "records")
    only = running.only_entities
    write_results(
        out,
        resolution,
        rejects=intake.rejects,
        report=report,
        only_entities=only,
        entity_ids=None if stored is None else stored.entity_ids,
        workers=running.workers,
    )
    bars.advance(len(resolution.batch))
    bars.finish()


def remove_checkpoints(running: RunOptions) -> None:
    """Remove the checkpoints of a run that is complete."""
    if running.resume is not None:
        shutil.rmtree(running.resume, ignore_errors=True)


def _forecast_run(resolution: Resolution, running: RunOptions) -> ReviewForecast:
    from resolver.records.results.resolution import forecast_run

    return forecast_run(resolution, running.wrong_merge_costs, running.review_capacity)


def _report(
    intake: Intake,
    resolution: Resolution,
    running: RunOptions,
    bars: Progress,
    forecast: ReviewForecast,
    compare: EntityComparer | None,
) -> str:
    bars.start("report")
    from resolver import report
    from resolver.engines.pair_explanation import explain_links

    places = _link_places(resolution, report.select_pairs_to_explain(resolution))
    sources = sorted(intake.deduplicated_sources)
    explanations = explain_links(resolution, running, places, sources, compare)
    data = report.build_report(
        resolution,
        report.IntakeSummary(
            intake.rejects, intake.lists, intake.withdrawn, intake.collapsed, intake.warnings
        ),
        explanations=explanations,
        run={"version": resolver.__version__},
        thresholds=report.ReportThresholds(
            running.thresholds.review,
            running.thresholds.match,
            running.merge_at,
            running.thresholds.queue,
        ),
    )
    return report.render_report(replace(data, forecast=forecast))


def _link_places(resolution: Resolution, pairs: Sequence[tuple[str, str]]) -> IntArray:
    """Return the positions of links by pairs of record ids. Every pair must have a link."""
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


def print_summary(
    out: Path,
    intake: Intake,
    resolution: Resolution,
    running: RunOptions,
    *,
    as_json: bool,
) -> None:
    """Print the counts of a run, the work of review, and the place of the results."""
    forecast = _forecast_run(resolution, running)
    place = f"Entities: {out / 'entities.csv'}"
    print_counts(
        out,
        _counts(intake, resolution),
        forecast,
        resolution.stats.plan if as_json else None,
        place if running.only_entities else f"Report: {out / 'report.html'}",
        only_entities=running.only_entities,
    )


def print_counts(
    out: Path,
    counts: Mapping[str, int],
    forecast: ReviewForecast,
    plan: str | None,
    place: str,
    *,
    only_entities: bool,
) -> None:
    """Print the counts of a run, the work of review, and a line on the place of the results; print
    JSON if the `plan` is given. With `only_entities` no file lists what could not be read.
    """
    if plan is not None:
        extra = {"plan": plan, "out": str(out), "review": forecast.to_json()}
        click.echo(json.dumps({**counts, **extra}))
        return
    click.echo(_counts_text(counts))
    print_forecast(forecast)
    if counts["rejects"]:
        unlisted = "a run without --only entities lists them"
        rejects_place = unlisted if only_entities else out / "rejects.csv"
        click.echo(f"{_rejects_text(counts['rejects'])} could not be read: {rejects_place}")
    print_uncompared(counts.get("uncompared"))
    click.echo(place)


def print_rejects(
    rejects: Sequence[Reject], out: Path | None, *, only_entities: bool, as_json: bool
) -> None:
    """Print how many rows and values could not be read, and the file of results that lists them.

    Without such a file the first rejects go to standard error; JSON has their number already.
    """
    if not rejects:
        return
    files = [reject for reject in rejects if reject.is_file]
    rest = [reject for reject in rejects if not reject.is_file]
    parts = [_rejects_text(len(rest))] if rest else []
    parts += [pluralize(len(files), "file")] if files else []
    line = f"{' and '.join(parts)} could not be read"
    if out is not None and not only_entities:
        if not as_json:
            click.echo(f"{line}: {out / 'rejects.csv'}")
        return
    remedy = "leave out --only entities" if only_entities else "add --out FOLDER"
    click.echo(f"note: {line}; to list all in rejects.csv, {remedy}", err=True)
    # whole files first, because most is lost with them
    for reject in [*files, *rest][:SHOWN_REJECTS]:
        place = f"{reject.file}:{reject.line}" if reject.line else reject.file
        click.echo(f"  {place}: {reject.reason}", err=True)
    if len(rejects) > SHOWN_REJECTS:
        click.echo(f"  and {len(rejects) - SHOWN_REJECTS:,} more", err=True)


def count_uncompared(stats: RunStats) -> dict[str, int]:
    """Return the number of records that purging left without a pair; empty if nobody counted it."""
    return {} if stats.uncompared is None else {"uncompared": stats.uncompared}


def print_uncompared(count: int | None) -> None:
    """Print how many records were compared with no other because of purged keys, if any were."""
    if count:
        records = pluralize(count, "record was", "records were")
        click.echo(
            f"{records} compared with no other: too many records share what these have in common"
        )


def print_forecast(forecast: ReviewForecast) -> None:
    """Print the work of review, if a capacity is stated."""
    if forecast.capacity is not None:
        click.echo(" ".join(forecast.sentences()))


def _rejects_text(count: int) -> str:
    return pluralize(count, "row or value", "rows or values")


def _counts_text(counts: Mapping[str, int]) -> str:
    return (
        f"{pluralize(counts['records'], 'record is', 'records are')} "
        f"{pluralize(counts['entities'], 'entity', 'entities')}. Pairs of records: "
        f"{counts['merged']:,} merged, {counts['queued']:,} to review, "
        f"{counts['apart']:,} kept apart."
    )


def note_unknown_ids(decisions: Sequence[Decision], *intakes: Intake) -> None:
    """Note on standard error how many decisions name records that were not read."""
    if decisions:
        ids = {identity for intake in intakes for identity in intake.batch.ids.to_pylist()}
        stated = {end for row in decisions for end in (row.left_id, row.right_id)}
        note_missing_ids(decisions, stated - ids)


def note_missing_ids(decisions: Sequence[Decision], missing: Collection[str]) -> None:
    """Note on standard error how many decisions name a record with one of the `missing` ids."""
    ids = [
        row.left_id if row.left_id in missing else row.right_id
        for row in decisions
        if row.left_id in missing or row.right_id in missing
    ]
    if ids:
        click.echo(
            f"note: {pluralize(len(ids), 'decision names', 'decisions name')} records that are not "
            f"in the lists, e.g. {ids[0]}",
            err=True,
        )


def _counts(intake: Intake, resolution: Resolution) -> dict[str, int]:
    import numpy as np

    from resolver.records.results.resolution import Outcome

    outcomes = np.bincount(resolution.links.outcome, minlength=len(Outcome))
    return {
        "records": len(resolution.batch),
        "entities": int(np.count_nonzero(np.bincount(resolution.labels))),
        **{outcome.label: int(outcomes[outcome]) for outcome in Outcome},
        "rejects": len(intake.rejects),
        "withdrawn": len(intake.withdrawn),
        **count_uncompared(resolution.stats),
    }


class RunProfile:
    """Clock of a command. Each second since its start belongs to one row, so the rows add up to the
    whole time.
    """

    def __init__(self) -> None:
        self._began = self._wall = time.perf_counter()
        self._cpu = time.process_time()
        self.stages: list[StageStat] = []

    def end_phase(
        self, name: str, unit: str = "", items: int = 0, parts: Sequence[StageStat] = ()
    ) -> None:
        """Add the costs since the last phase: its measured `parts`, and the rest as row `name`.

        A part with the same name is one row together with the rest. Parts may have used other
        processes.
        """
        from resolver.records.results.resolution import StageStat, cpu_seconds

        wall, cpu = time.perf_counter(), cpu_seconds()
        rest = StageStat(
            name,
            items,
            unit,
            max(0.0, wall - self._wall - sum(part.wall for part in parts)),
            max(0.0, cpu - self._cpu - sum(part.cpu for part in parts)),
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )
        self._wall, self._cpu = wall, cpu
        names = [part.name for part in parts]
        if name not in names:
            self.stages += [rest, *parts]
            return
        self.stages += [_add_rest(part, rest) if part.name == name else part for part in parts]

    def print_table(self) -> None:
        """Print a row for each phase and their sum on standard error."""
        click.echo(
            f"{'stage':<16}{'items':>14}  {'unit':<10}{'seconds':>9}{'cpu s':>9}{'peak MiB':>10}",
            err=True,
        )
        for stage in self.stages:
            items = f"{stage.items:,}" if stage.unit else ""
            click.echo(
                f"{stage.name:<16}{items:>14}  {stage.unit:<10}"
                f"{stage.wall:>9.2f}{stage.cpu:>9.2f}{stage.peak_mib:>10,.0f}",
                err=True,
            )
        cpu = sum(stage.cpu for stage in self.stages)
        click.echo(
            f"{'total':<16}{'':>14}  {'':<10}{self._wall - self._began:>9.2f}{cpu:>9.2f}", err=True
        )


def _add_rest(part: StageStat, rest: StageStat) -> StageStat:
    return replace(part, wall=part.wall + rest.wall, cpu=part.cpu + rest.cpu)
