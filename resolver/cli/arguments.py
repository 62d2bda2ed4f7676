"""What several commands do with their arguments: read lists, check ids and files, open a store.

The module reads in this order:

1. lists: `read_list_files` reads them, reports problems on standard error and returns one intake;
2. errors for files and record ids that do not exist, with similar ids as suggestions;
3. stores: `open_hub`, and `dedupe_into_store`, which is `resolver dedupe --store`.

Reading and starting overlap: a command passes `meanwhile`, which loads tables or opens the store
while copies of this process read the lists.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from resolver.cli.app import describe_failure
from resolver.cli.options import (
    ReadingOptions,
    build_store_engine,
    check_engine_requirements,
    start_engine,
)
from resolver.cli.process_start import ProgressBars, log_records, log_records_at
from resolver.cli.run_results import (
    RunProfile,
    count_uncompared,
    prepare_folder,
    print_forecast,
    print_rejects,
    print_uncompared,
    write_run_results,
)
from resolver.errors import InputError, UsageError, pluralize
from resolver.lists.io.remote_files import describe_path, local_copies
from resolver.runtime.processes import compute_both
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.committer import CommitResult
    from resolver.hub.hub import Acceptance, Hub
    from resolver.hub.rebuild import DueRefresh, RebuildEffect
    from resolver.hub.stored_results import StoredResults
    from resolver.lists.reader_types import Intake
    from resolver.matching.resolution_task import Engine, RunOptions
    from resolver.records import Batch
    from resolver.records.decisions import Decision
    from resolver.records.results.resolution import ReviewForecast
    from resolver.review.change_report import Report


_Begun = TypeVar("_Begun")
BYTES_OF_ONE_COPY = range(512 << 10, 2 << 20)
"""Total size of lists, in bytes, for which exactly one copy of this process reads all lists.

The copy also loads the readers. Smaller lists are not worth a copy of the process, and larger lists
are read by several copies.
"""


def read_list_files(
    files: Sequence[Path],
    reading: ReadingOptions,
    bars: ProgressBars,
    *,
    stage: str = "read",
    complete: bool = False,
    workers: int = 1,
    apart: bool = False,
    meanwhile: Callable[[], None] | None = None,
    name_source: Callable[[str], str] | None = None,
) -> Intake:
    """Read lists as one intake, in up to `workers` processes, and print notes on standard error.

    `apart`: see `ReadingRules`. `name_source` returns the source of a table by its file's name.
    `meanwhile` is called once: before the lists are read, or while
    copies of this process read them. Raises `InputError` if no record could be read.
    """
    counts: dict[str, int] = {}

    def report_progress(label: str, count: int) -> None:
        """Report the number of records read so far from all lists."""
        counts[label] = count
        bars.reach(sum(counts.values()))

    def read(meanwhile: Callable[[], None] | None = None) -> Intake:
        """Load the readers of all formats, and read the lists."""
        from resolver.lists.parallel_reading import ReadingRules
        from resolver.lists.readers import read_lists

        return read_lists(
            paths,
            format=reading.list_format,
            mapping=reading.mappings(),
            source=reading.source or name_source or "",
            encoding=reading.encoding,
            strict=reading.strict,
            rules=ReadingRules(reading.accept_restricted, complete, workers, apart),
            progress=report_progress,
            meanwhile=meanwhile,
        )

    bars.start(stage, unit="records")
    with local_copies(files) as paths:
        if meanwhile is not None and workers > 1 and _count_bytes(paths) in BYTES_OF_ONE_COPY:
            intake = compute_both(meanwhile, read, parallel=True)[1]
            bars.reach(len(intake.batch))
        else:
            intake = read(meanwhile)
    bars.finish()
    for warning in intake.warnings:
        click.echo(f"note: {warning}", err=True)
    if not len(intake.batch):
        place = _list_names(files)
        raise InputError("no record could be read", place=place, hint=_first_reject(intake))
    return intake


def read_while(
    begin: Callable[[], _Begun], read: Callable[[Callable[[], None]], Intake]
) -> tuple[Intake, _Begun]:
    """Return the result of `read`, and the result of `begin`, which runs before or during `read`.

    `read` gets a function that calls `begin`. It must call this function once: before it reads
    lists, or while copies of this process read them.
    """
    begun: list[_Begun] = []
    intake = read(lambda: begun.append(begin()))
    return intake, begun[0]


def _count_bytes(paths: Sequence[Path]) -> int:
    """Return the total size of files, and of files in folders, in bytes. Unreadable files count as
    0.

    `parallel_reading.count_bytes` is more exact, but it needs the readers, which load slowly.
    """
    total = 0
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else (path,):
            with suppress(OSError):
                total += file.stat().st_size
    return total


def deduplicated_sources(intake: Intake) -> list[str]:
    """Return the names of the sources that are declared free of duplicates, sorted."""
    return sorted(intake.deduplicated_sources)


def merge_intakes(left: Intake, right: Intake, batch: Batch) -> Intake:
    """Return the intakes of both sides of a run as one, with the records of `batch`."""
    from resolver.lists.reader_types import Intake

    return Intake(
        batch,
        left.lists + right.lists,
        tuple(sorted(left.rejects + right.rejects)),
        tuple(sorted({*left.withdrawn, *right.withdrawn})),
        left.collapsed + right.collapsed,
        left.warnings + right.warnings,
    )


def check_output_outside(files: Sequence[Path], out: Path) -> None:
    """Raise `UsageError` if `out` is inside a folder that is read.

    The next run would otherwise read its own results as lists.
    """
    target = out.resolve()
    for path in files:
        folder = path.resolve()
        if folder.is_dir() and (folder == target or folder in target.parents):
            raise UsageError(
                f"--out {out} is inside {path}, which is read",
                hint="write to a folder outside of it",
            )


def _list_names(files: Sequence[Path]) -> str:
    text = ", ".join(describe_path(path) for path in files[:3])
    return text + (f" and {len(files) - 3} more" if len(files) > 3 else "")


def _first_reject(intake: Intake) -> str:
    if not intake.rejects:
        return "the lists are empty"
    first = intake.rejects[0]
    place = f"{first.file}, line {first.line}" if first.line else first.file
    return f"{place}: {first.reason}"


_MAX_SUGGESTIONS = 3
_MIN_SIMILARITY = 80
"""Minimum similarity, in percent, of an existing id that is suggested."""


def check_file_exists(path: Path | None) -> None:
    """Raise `InputError` before long work if a file to read does not exist."""
    if path is not None and not path.is_file():
        message = "this is a folder, not a file" if path.is_dir() else "there is no such file"
        raise InputError(message, place=str(path), hint="check the path")


def unknown_record_error(
    identity: str, ids: Collection[str], suffix: str = "", place: str = ""
) -> InputError:
    """Return the error for an unknown record id, with similar ids as suggestions.

    `suffix` is appended to the message. `place` is the file or option that has the id.
    """
    suggestions = " or ".join(_suggestions(identity, ids))
    hint = f"did you mean {suggestions}? " if suggestions else "name the lists that hold it; "
    return InputError(
        f"there is no record {identity[:100]!r} in the lists{suffix}",
        place=place,
        hint=f"{hint}ids are <source>:<id>, as in entities.csv",
    )


def _suggestions(identity: str, ids: Collection[str]) -> list[str]:
    """Return the ids whose part after the source is `identity`. Without any, return similar ids."""
    wanted_id = identity.strip().casefold()
    matches = sorted(
        candidate
        for candidate in ids
        if candidate.partition(":")[2].casefold() == wanted_id or candidate.casefold() == wanted_id
    )
    if matches:
        return matches[:_MAX_SUGGESTIONS]
    from rapidfuzz import process

    close = process.extract(
        identity[:100], list(ids), limit=_MAX_SUGGESTIONS, score_cutoff=_MIN_SIMILARITY
    )
    return [candidate for candidate, _, _ in close]


_REFRESH_HINT = "free some space, then run `resolver refresh`"
_EXPORT_HINT = (
    "free some space or name another folder, then repeat the command, which adds nothing twice; "
    "or write the whole store with `resolver export`"
)


def open_hub(
    url: str,
    settings: Settings,
    running: RunOptions | None = None,
    *,
    create: bool = False,
    model_dir: Path | None = None,
) -> Hub:
    """Open the store at a URL, ready to resolve. Raises `StoreError`.

    Without `running`, the hub uses the options of the last run on this store.
    """
    from resolver.hub.hub import Hub

    model = model_dir or settings.model_dir
    return Hub.open(url, running, create=create, model_dir=model, index_dir=settings.index_dir)


def open_hub_to_read(url: str, settings: Settings, model_dir: Path | None) -> Hub:
    """Open the store at a URL for reading. Raises `StoreError`.

    If the store was resolved with another model, it is opened all the same, with a note on standard
    error.
    """
    from resolver.errors import StoreError
    from resolver.hub.hub import Hub

    model = model_dir or settings.model_dir
    hub = Hub.open(url, create=False, check=False, model_dir=model, index_dir=settings.index_dir)
    with hub.store.view() as view:
        try:
            hub.options_of(view.head)
        except StoreError as error:
            click.echo(f"note: {error.message}; {error.hint}", err=True)
    return hub


def dedupe_into_store(
    settings: Settings,
    files: Sequence[Path],
    running: RunOptions,
    decisions: Sequence[Decision],
    out: Path | None,
    options: dict[str, Any],
    profile: RunProfile,
) -> None:
    """Add lists to a store, write results if a folder is given, and print a summary.

    `options` are the options of `resolver dedupe`, and `profile` has the costs of the run so far.
    """
    check_engine_requirements(options)
    if out is not None:
        prepare_folder(out)
    forecast = None
    reports: list[Report] = []
    with ExitStack() as stack, ProgressBars(verbose=options["verbose"]) as bars:
        profile.end_phase("start")
        intake, hub, engine, acceptance = _read_while_opening(
            stack, settings, files, running, options, bars
        )
        profile.end_phase("read", "records", len(intake.batch))
        from resolver.review.find_changes import plan_report

        result = hub.add(
            intake,
            decisions,
            dry_run=options["dry_run"],
            with_refresh=True,
            accept_large=options["accept_large"],
            acceptance=acceptance,
            # for the first lists of a store, everything is new
            inspect=(
                (lambda *found: reports.append(plan_report(*found)))
                if options["dry_run"] and hub.store.revision
                else None
            ),
            progress=bars,
            engine=engine,
        )
        profile.end_phase("prepare", parts=result.stats.stages)
        if not options["dry_run"]:
            with _lists_committed(result, "the store was not refreshed", _REFRESH_HINT):
                forecast = _refresh_store(
                    hub, running, bars, profile, accept_large=options["accept_large"]
                )
        bars.finish()
        _print_notes(result, accept_large=options["accept_large"])
        stored = None
        if out is not None:
            unwritten = f"the files in {out} were not written"
            with _lists_committed(result, unwritten, _EXPORT_HINT, is_dry=options["dry_run"]):
                stored = _write_commit(
                    hub, result, intake, out, running, bars, forecast, is_dry=options["dry_run"]
                )
    profile.end_phase("write", "records", 0 if stored is None else len(stored.resolution.batch))
    if options["profile"]:
        profile.print_table()
    if reports:
        log_records_at(hub.store.url, len(reports[0].records), dry_run=True)
    _print_summary(
        result,
        intake,
        stored,
        out,
        as_json=options["as_json"],
        dry_run=options["dry_run"],
        report=reports[0] if reports else None,
    )
    print_rejects(
        intake.rejects, out, only_entities=running.only_entities, as_json=options["as_json"]
    )
    if forecast is not None and not options["as_json"]:
        print_forecast(forecast)


def _print_notes(result: CommitResult, *, accept_large: bool) -> None:
    """Print the notes of a commit on standard error, and whether a refresh is due."""
    if result.refresh is not None:
        _print_due_refresh(result.refresh, accept_large=accept_large)
    for note in result.notes:
        click.echo(f"note: {note}", err=True)


def _write_commit(
    hub: Hub,
    result: CommitResult,
    intake: Intake,
    out: Path,
    running: RunOptions,
    bars: ProgressBars,
    forecast: ReviewForecast | None,
    *,
    is_dry: bool,
) -> StoredResults:
    """Write the files of a commit into a folder, log what they show, and return it."""
    from resolver.hub.stored_results import load_commit_results
    from resolver.records.visibility import OPERATOR
    from resolver.review.find_changes import find_waiting_entities

    waiting = find_waiting_entities(hub, result, OPERATOR)
    stored = load_commit_results(hub, result, OPERATOR, waiting)
    log_records(hub, len(stored.record_numbers), dry_run=is_dry)
    shown = _shown_intake(intake, result, stored)
    write_run_results(out, shown, stored.resolution, running, bars, stored, forecast)
    return stored


@contextmanager
def _lists_committed(
    result: CommitResult, missing: str, hint: str, *, is_dry: bool = False
) -> Iterator[None]:
    """Turn an error into one which says that the lists are in the store and what is `missing`.

    `hint` says how to get the missing part. Errors of a dry run stay as they are.
    """
    from resolver.errors import OutputError, ResolverError

    try:
        yield
    except (ResolverError, OSError, MemoryError) as error:
        if is_dry:
            raise
        cause, _ = describe_failure(error)
        committed = f"the lists are in the store, as version {result.revision}"
        raise OutputError(f"{committed}, but {missing}: {cause}", hint=hint) from error


def _read_while_opening(
    stack: ExitStack,
    settings: Settings,
    files: Sequence[Path],
    running: RunOptions,
    options: dict[str, Any],
    bars: ProgressBars,
) -> tuple[Intake, Hub, Engine | None, Acceptance]:
    """Read lists; open the store and start its engine before or meanwhile.

    `stack` closes the store. The time of acceptance of the lists is now. Raises `StoreError`,
    `EngineError`, and the errors of `read_list_files`.
    """

    name_source = _load_source_names(options)

    def open_store() -> tuple[Hub, Engine | None, Acceptance]:
        """Open the store. Do not call this in a copy of the process, which would keep its locks."""
        url = options["store_url"]
        hub = stack.enter_context(open_hub(url, settings, running, create=True))
        acceptance = hub.accept_now()
        engine = _start_store_engine(hub, options)
        if engine is None:
            _load_for_commit(hub)
        return hub, engine, acceptance

    def read(meanwhile: Callable[[], None]) -> Intake:
        """Read the lists."""
        return read_list_files(
            files,
            ReadingOptions.from_options(options),
            bars,
            complete=options["complete"],
            workers=running.workers,
            meanwhile=meanwhile,
            name_source=name_source,
        )

    intake, (hub, engine, acceptance) = read_while(open_store, read)
    return intake, hub, engine, acceptance


def _load_source_names(options: dict[str, Any]) -> Callable[[str], str] | None:
    """Return a function that finds the name of the source of a table by its file, given the sources
    of a store. Return None if a source is stated, or if the store is new.

    If a file may be a new edition of a known source, the function asks on a terminal, and otherwise
    raises `InputError`.
    """
    from resolver.errors import StoreError
    from resolver.hub.ownership import read_source_names
    from resolver.lists.formats.tabular.guessed_mapping import source_name

    if options["source_name"]:
        return None
    try:
        names = read_source_names(options["store_url"])
    except StoreError:
        # the store is opened again in a moment, and the error is reported then
        return None

    def name_source(stem: str) -> str:
        """Return the source of a table."""
        default = source_name(stem)
        try:
            found = names.find(stem)
        except InputError:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise
            likely = names.find_likely(stem)
            is_edition = click.confirm(
                f"Does {stem} update the source {likely}? If not, it is a new source, {default}",
                default=True,
                err=True,
            )
            return likely if is_edition else default
        if found != default:
            click.echo(
                f"note: {stem} updates the source {found}, as a file of this name did before; "
                f"say --source {default} if it is another list",
                err=True,
            )
        return found

    return name_source


def _load_for_commit(hub: Hub) -> None:
    """Load the index of the store, which the commit needs. For a new store, load the tables of
    every script instead.
    """
    from resolver.errors import StoreError
    from resolver.hub.segment_contents import fingerprint_records
    from resolver.matching.pipeline import normalize

    if not hub.store.revision:
        normalize(fingerprint_records(), hub.models)
        return
    # the commit reports an error of the index
    with suppress(StoreError), hub.indexed_view():
        pass


def _start_store_engine(hub: Hub, options: dict[str, Any]) -> Engine | None:
    """Start the engine that the options name; return None if this process does the work.

    Another engine can only process the first lists of a store. Raises `EngineError` if the store
    has or had records.
    """
    from resolver.hub.growth import check_first_lists

    engine = build_store_engine(options)
    if engine is not None:
        with hub.store.view() as view:
            check_first_lists(view.head, hub.store.url)
        start_engine(options)
    return engine


def _refresh_store(
    hub: Hub, running: RunOptions, bars: ProgressBars, profile: RunProfile, *, accept_large: bool
) -> ReviewForecast | None:
    """Refresh population and queue of a store; return the forecast of the queue if a forecast is
    due.
    """
    from resolver.records.visibility import OPERATOR
    from resolver.review import forecast_queue, refresh_queue

    forecast = None
    _refresh_if_due(hub, bars, accept_large=accept_large)
    profile.end_phase("refresh")
    bars.start("review queue", None)
    refresh_queue(hub)
    if running.review_capacity is not None:
        cut = forecast_queue(hub, running.review_capacity, OPERATOR)
        forecast = replace(cut.forecast, place="in the store")
    profile.end_phase("review queue")
    return forecast


def print_effect(effect: RebuildEffect) -> None:
    """Print the entities that a rebuild changes, and the population before and after."""
    click.echo(f"{effect.summary}.")
    for line in effect.population_lines():
        click.echo(f"  {line}")


def _refresh_if_due(hub: Hub, bars: ProgressBars, *, accept_large: bool) -> None:
    """Refresh a store that has grown, and say so on standard error."""
    from resolver.errors import LargeChangeError
    from resolver.hub.job_worker import refresh_if_due

    effects: list[RebuildEffect] = []
    try:
        revision = refresh_if_due(
            hub, accept_large=accept_large, report=effects.append, progress=bars
        )
    except LargeChangeError as error:
        bars.finish()
        click.echo(f"note: a refresh is due, but {error.line()}", err=True)
        return
    if revision is not None:
        bars.finish()
        click.echo(
            "note: the store has grown by half since its last refresh and was refreshed: "
            f"version {revision}, {effects[-1].summary}",
            err=True,
        )


def _print_due_refresh(refresh: DueRefresh, *, accept_large: bool) -> None:
    """Print a note on the refresh that would follow, if a dry run were committed."""
    from resolver.errors import LargeChangeError

    try:
        refresh.check(accept_large=accept_large)
    except LargeChangeError as error:
        click.echo(f"note: a refresh would then be due, but {error.line()}", err=True)
        return
    click.echo(
        "note: the store would then have grown by half since its last refresh and would be "
        f"refreshed: {refresh.effect.summary}",
        err=True,
    )


def _shown_intake(intake: Intake, result: CommitResult, stored: StoredResults) -> Intake:
    """Return the intake for the result files, which also lists records withdrawn from the store."""
    withdrawn = tuple(sorted({*intake.withdrawn, *result.withdrawn, *result.outdated_ids}))
    warnings = (*intake.warnings, *result.notes)
    return replace(intake, batch=stored.resolution.batch, withdrawn=withdrawn, warnings=warnings)


_SHOWN_CHANGES = 40
"""Maximum number of changes that a dry run prints; `--json` prints all of them."""


def _print_summary(
    result: CommitResult,
    intake: Intake,
    stored: StoredResults | None,
    out: Path | None,
    *,
    as_json: bool,
    dry_run: bool,
    report: Report | None,
) -> None:
    """Print what a run changed. `report` describes what a dry run would change."""
    counts: dict[str, Any] = dict(result.counts(intake))
    if as_json:
        place = None if out is None else str(out)
        counts |= count_uncompared(result.stats)
        if result.refresh is not None:
            counts["refresh_entities_changed"] = result.refresh.effect.changed
        hold: dict[str, Any] = {"would_be_held": bool(result.alarms)} if dry_run else {}
        if report is not None:
            hold["changes"] = report.to_json()
        click.echo(json.dumps({**counts, **hold, "plan": result.stats.plan, "out": place}))
        return
    click.echo(_changes_text(result, len(intake.batch), dry_run=dry_run))
    if report is not None:
        from resolver.review.change_report import text_lines

        # the first two lines repeat the comparison and the number of changes
        for line in list(text_lines(replace(report, alarms=()), _SHOWN_CHANGES))[2:]:
            click.echo(line)
    print_uncompared(result.stats.uncompared)
    if stored is not None and out is not None:
        count = pluralize(len(stored.record_numbers), "record")
        click.echo(f"Results on {count} of the entities touched: {out}")


def _changes_text(result: CommitResult, read_count: int, *, dry_run: bool) -> str:
    head = "Would change" if dry_run else f"Revision {result.revision}"
    return (
        f"{head}: {pluralize(read_count, 'record')} read, {result.new_count:,} new, "
        f"{result.superseded_count:,} changed, {len(result.withdrawn):,} withdrawn; "
        f"{pluralize(len(result.changed_entities), 'entity', 'entities')} changed."
    )
