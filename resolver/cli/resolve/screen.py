"""Commands on many subjects: who of a list of passengers or customers is in a store.

- Command `resolver screen`: compare a list of subjects with a store.
- Command `resolver clear`: say that a subject is not a listed entity, or that it is.
- Command `resolver clearances`: list these verdicts, and withdraw one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.arguments import check_output_outside, open_hub, read_list_files
from resolver.cli.options import (
    PATH,
    ReadingOptions,
    check_engine,
    check_engine_requirements,
    count_workers,
    engine_options,
    files_argument,
    json_option,
    listed_option,
    model_option,
    reading_options,
    store_option,
)
from resolver.cli.process_start import (
    ProgressBars,
    load_arrow_without_pandas,
    log_act_at,
    log_records,
    log_records_at,
    start_no_blas_threads,
    steward_option,
)
from resolver.cli.run_results import SHOWN_REJECTS
from resolver.errors import UsageError, pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.hub import Hub
    from resolver.lists.reader_types import Reject
    from resolver.records.progress import Progress
    from resolver.screening import Screening, Subject

MAX_HITS = 100
"""Maximum number of hits of one subject; a subject with so many hits has a name that means nobody.
"""
HITS_FOUND = 3
"""Exit code of a screening that has found somebody."""

_HELP = """Compare the subjects in FILE... with the entities of a store, without adding them to it.

Subjects are passengers, customers or suppliers: a table in CSV, Excel, Parquet or NDJSON whose
columns are recognized or mapped as those of lists are, or a list in any known format. Each subject
gets the score, the band and the reason of a single check with the same values.

The exit code is 0 without hits, 3 with hits, 1 after a failure and 2 for a wrong call.

\b
Examples:
  resolver screen people.csv --store sqlite:///hub.db --out hits.csv
  resolver screen people.xlsx --mapping people.yml --store sqlite:///hub.db --out hits.csv
  resolver screen people.parquet --store sqlite:///hub.db --out hits.csv --report hits.html
  resolver screen people.csv --store sqlite:///hub.db --dry-run
  resolver screen crew.csv --store sqlite:///hub.db --out hits.csv --watch crew --until 2027-06-30
"""


@click.command("screen", help=_HELP)
@files_argument
@store_option(required=True)
@click.option("--out", type=PATH, metavar="FILE", help="Write the hits into this table (CSV).")
@click.option("--report", type=PATH, metavar="FILE", help="Write a report as HTML, too.")
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_HITS),
    default=10,
    show_default=True,
    help="Maximum number of hits of one subject.",
)
@click.option(
    "--dry-run", is_flag=True, help="Show how the list is read; compare and keep nothing."
)
@click.option("--watch", metavar="NAME", help="Keep the subjects in this watch, until --until.")
@click.option("--until", default="", metavar="DATE", help="Last day of the watch: 2027-06-30.")
@listed_option
@model_option
@engine_options
@reading_options
@json_option
@click.pass_obj
def screen_command(
    settings: Settings,
    /,
    files: tuple[Path, ...],
    store_url: str,
    out: Path | None,
    report: Path | None,
    limit: int,
    watch: str | None,
    until: str,
    **options: Any,
) -> int:
    """Run `resolver screen`; return its exit code."""
    if until and watch is None:
        raise UsageError("--until ends a watch", hint="name the watch with --watch, too")
    if out is None and not options["as_json"] and not options["dry_run"]:
        raise UsageError("screen needs a file for the hits", hint="add --out hits.csv, or --json")
    check_engine(options)
    check_engine_requirements(options)
    _check_outputs(files, out, report)
    start_no_blas_threads()
    load_arrow_without_pandas()
    if watch is not None:
        from resolver.screening.watch import read_watch_end, read_watch_name

        watch, until = read_watch_name(watch), read_watch_end(until)
    with ProgressBars(verbose=options["verbose"]) as bars:
        reading = ReadingOptions.from_options(options)
        workers = count_workers(settings)
        intake = read_list_files(files, reading, bars, workers=workers, apart=True)
        from resolver.screening import describe_hit, read_subjects

        if options["dry_run"]:
            _print_rejects(intake.rejects)
            _print_subjects(read_subjects(intake), intake.collapsed)
            return 0
        listed = settings.listed if options["listed"] is None else options["listed"]
        with open_hub(store_url, settings, model_dir=options["model_dir"]) as hub:
            subjects = read_subjects(intake)
            if options["engine"] == "spark":
                model = options["model_dir"] or settings.model_dir
                cluster = options["master"], model
                screening = _screen_on_cluster(store_url, subjects, limit, listed, cluster)
            else:
                screening = _screen_in_store(hub, subjects, limit, listed, workers, bars)
            screening = _apply_verdicts(hub, screening)
            _keep_traces(hub, screening, files, watch, until)
    from resolver.screening.result_files import write_hits, write_report

    if out is not None:
        write_hits(out, screening.hits)
    if report is not None:
        write_report(report, screening, f"Screening of {files[0].name}")
    if options["as_json"]:
        for hit in screening.hits:
            click.echo(json.dumps(describe_hit(hit), ensure_ascii=False))
    _print_rejects(intake.rejects)
    unread = sum(reject.is_row for reject in intake.rejects)
    _print_summary(screening, intake.collapsed, unread, out)
    if watch is not None:
        click.echo(
            f"Watched as {watch!r} until {until[:10]}: `resolver worker`, or `resolver watches"
            " run`, screens the subjects again when the store changes",
            err=True,
        )
    return HITS_FOUND if screening.hits else 0


def _check_outputs(files: Sequence[Path], out: Path | None, report: Path | None) -> None:
    """Raise `UsageError` if a file to write is a list to read, or cannot be written."""
    if out is not None and report is not None and out.resolve() == report.resolve():
        raise UsageError(f"--out and --report are both {out}", hint="choose two files")
    for target in filter(None, (out, report)):
        check_output_outside(files, target)
        if not target.resolve().parent.is_dir():
            raise UsageError(
                f"there is no folder {target.parent} to write {target.name} into",
                hint="make it, or choose another file",
            )
        if any(path.exists() and target.resolve() == path.resolve() for path in files):
            raise UsageError(
                f"{target} is one of the lists to read", hint="choose another file to write"
            )


def _screen_in_store(
    hub: Hub,
    subjects: Sequence[Subject],
    limit: int,
    listed: float | None,
    workers: int,
    progress: Progress,
) -> Screening:
    """Return the hits of subjects in a store."""
    from resolver.check.screener import MatchQuery, Screener
    from resolver.records.visibility import OPERATOR
    from resolver.screening import screen_subjects

    query = MatchQuery(limit, viewer=OPERATOR)
    return screen_subjects(
        Screener(hub, listed), subjects, query, workers=workers, progress=progress
    )


def _screen_on_cluster(
    url: str,
    subjects: Sequence[Subject],
    limit: int,
    listed: float | None,
    cluster: tuple[str | None, Path | None],
) -> Screening:
    """Return the hits of subjects in a store, found by the workers of a cluster. `cluster` has its
    address, and the folder of the model.
    """
    from resolver.check.screener import MatchQuery
    from resolver.records.visibility import OPERATOR
    from resolver.spark.engine import ClusterScreening

    query = MatchQuery(limit, viewer=OPERATOR)
    master, model_dir = cluster
    return ClusterScreening(url, query, listed, model_dir, master).screen(subjects)


def _apply_verdicts(hub: Hub, screening: Screening) -> Screening:
    """Return a screening without the hits that an operator has cleared."""
    from resolver.screening import OPERATOR_OWNER, apply_verdicts

    return apply_verdicts(screening, hub.store.verdicts.list(OPERATOR_OWNER), hub.store)


def _keep_traces(
    hub: Hub, screening: Screening, files: Sequence[Path], watch: str | None, expires: str
) -> None:
    """Write a screening to the audit log, and its subjects to a watch if a watch is named."""
    from resolver.records.visibility import OPERATOR
    from resolver.screening.watch import add_watch

    shown = sum(len(hit.records) for hit in screening.hits)
    names, subjects = [path.name for path in files], len(screening.subjects)
    log_records(hub, shown, files=names, subjects=subjects, watch=watch)
    if watch is not None:
        add_watch(hub.store, OPERATOR, watch, expires, screening)


def _print_rejects(rejects: Sequence[Reject]) -> None:
    """Print what could not be read, on standard error."""
    for reject in rejects[:SHOWN_REJECTS]:
        where = f"{Path(reject.file).name}, line {reject.line}" if reject.line else reject.file
        click.echo(f"note: {where}: {reject.reason}", err=True)
    if len(rejects) > SHOWN_REJECTS:
        click.echo(f"note: and {len(rejects) - SHOWN_REJECTS:,} more", err=True)


def _print_subjects(subjects: Sequence[Subject], repeated: int) -> None:
    """Print how a list was read: how many subjects state each property, and the values of one."""
    from resolver.records.labels import property_label, sort_properties
    from resolver.screening.result_files import list_stated_values

    stated = [list_stated_values(subject.record) for subject in subjects]
    counts = Counter(prop for values in stated for prop in values)
    click.echo(f"{pluralize(len(subjects), 'subject')}; nothing was compared or kept")
    for prop in sort_properties(counts):
        example = next(values[prop][0] for values in stated if prop in values)
        click.echo(f"  {property_label(prop)}: {counts[prop]:,}, for example {example[:60]}")
    if repeated:
        click.echo(f"{pluralize(repeated, 'row repeats', 'rows repeat')} another one")
    notes = Counter(note for subject in subjects for note in subject.notes)
    for note, count in notes.most_common(SHOWN_REJECTS):
        click.echo(f"{pluralize(count, 'subject')}: {note}")


def _print_summary(screening: Screening, repeated: int, unread: int, out: Path | None) -> None:
    """Print what was found, on standard error."""
    with_hits = screening.hits_by_subject()
    matches = sum(any(hit.band == "match" for hit in hits) for hits in with_hits.values())
    lines = [
        f"{pluralize(len(screening.subjects), 'subject')} compared with revision "
        f"{screening.revision.revision} of the store: "
        f"{pluralize(len(with_hits), 'subject has hits', 'subjects have hits')}, "
        f"{matches:,} of them in band match ({pluralize(len(screening.hits), 'hit')})"
    ]
    if unread:
        rows = pluralize(unread, "row was", "rows were")
        lines.append(f"{rows} not compared: the notes above say why")
    unnamed = sum(1 for subject in screening.subjects if subject.notes)
    if unnamed:
        lines.append(
            f"{pluralize(unnamed, 'subject has', 'subjects have')} values that were not compared"
        )
    if screening.cleared:
        lines.append(f"{pluralize(len(screening.cleared), 'cleared hit')} stayed away")
    if repeated:
        lines.append(f"{pluralize(repeated, 'row repeats', 'rows repeat')} another one")
    if screening.cut:
        lines.append(
            f"{pluralize(screening.cut, 'subject has', 'subjects have')} more hits than are shown: "
            "raise --limit"
        )
    if out is not None:
        lines.append(f"Hits: {out}")
    for line in lines:
        click.echo(line, err=True)


_CLEAR_HELP = """Say that a subject in FILE... is not a listed entity ("not our passenger").

The hit then stays away from screenings by command until the verdict expires. If its evidence
changes before, the hit returns and says what changed. The subject is recognized by the id in its
list, or without one by a keyed hash of its values. With --confirm the subject is the entity, and
its hit is marked from now on.

\b
Examples:
  resolver clear people.csv --subject P3 --entity e-fobx --reason "born 1984" --store URL
  resolver clear people.csv --subject P7 --entity e-fobx --reason "seen" --confirm --store URL
"""


@click.command("clear", help=_CLEAR_HELP)
@files_argument
@store_option(required=True)
@click.option("--subject", "subject_id", required=True, metavar="ID", help="Id of the subject.")
@click.option("--entity", "entity_id", required=True, metavar="ID", help="Id of the entity.")
@click.option("--reason", required=True, metavar="TEXT", help="Reason of the verdict.")
@click.option("--confirm", is_flag=True, help="The subject is the entity.")
@click.option(
    "--until", default="", metavar="DATE", help="Last day of the verdict (default: a year)."
)
@click.option("--anonymous", is_flag=True, help="Keep a keyed hash of the subject alone.")
@steward_option
@listed_option
@model_option
@reading_options
@click.pass_obj
def clear_command(
    settings: Settings,
    /,
    files: tuple[Path, ...],
    store_url: str,
    subject_id: str,
    entity_id: str,
    **options: Any,
) -> None:
    """Run `resolver clear`."""
    with ProgressBars(verbose=options["verbose"]) as bars:
        intake = read_list_files(files, ReadingOptions.from_options(options), bars, apart=True)
        from resolver.check.screener import MatchQuery, Screener
        from resolver.cli.arguments import open_hub
        from resolver.records.visibility import OPERATOR
        from resolver.screening import (
            OPERATOR_OWNER,
            HitVerdict,
            give_verdict,
            read_expiry,
            read_subjects,
            screen_subjects,
        )
        from resolver.screening.clearances import find_hit, read_reason

        expires, reason = read_expiry(options["until"]), read_reason(options["reason"])
        subjects = [row for row in read_subjects(intake) if row.id == subject_id]
        if not subjects:
            hint = "take it from the column subject_id of the hits"
            raise UsageError(f"there is no subject {subject_id[:60]!r} in the file", hint=hint)
        listed = settings.listed if options["listed"] is None else options["listed"]
        with open_hub(store_url, settings, model_dir=options["model_dir"]) as hub:
            query = MatchQuery(MAX_HITS, viewer=OPERATOR)
            screening = screen_subjects(Screener(hub, listed), subjects[:1], query)
            hit = find_hit(screening.hits, entity_id, hub.store)
            verdict = HitVerdict.CONFIRMED if options["confirm"] else HitVerdict.CLEARED
            who = options["steward"]
            log_records(hub, len(hit.records), subject=subject_id, entity=entity_id, who=who)
            stored = give_verdict(
                hub.store,
                hit,
                verdict,
                owner=OPERATOR_OWNER,
                who=who,
                reason=reason,
                expires=expires,
                anonymous=options["anonymous"],
            )
    click.echo(
        f"{subject_id} and {hit.caption} ({hit.entity_id}): {verdict} until {expires[:10]},"
        f" verdict {stored.id}"
    )


_CLEARANCES_HELP = """List the verdicts of `resolver clear`, the newest first, or withdraw one.

\b
Examples:
  resolver clearances --store sqlite:///hub.db
  resolver clearances --withdraw 6f1c0e6a3d5b4c0f8f3d2b1a09e8d7c6 --store sqlite:///hub.db
"""


@click.command("clearances", help=_CLEARANCES_HELP)
@store_option(required=True)
@click.option("--withdraw", "verdict_id", metavar="ID", help="End this verdict: its hit returns.")
@steward_option
@json_option
def clearances_command(
    store_url: str, verdict_id: str | None, steward: str, *, as_json: bool
) -> None:
    """Run `resolver clearances`."""
    from resolver.screening import OPERATOR_OWNER, describe_verdict
    from resolver.screening.clearances import list_verdicts, withdraw_verdict

    if verdict_id:
        log_act_at(store_url, verdict=verdict_id, who=steward)
        withdraw_verdict(store_url, OPERATOR_OWNER, verdict_id, steward)
        click.echo(f"The verdict {verdict_id} is withdrawn.")
        return
    rows = list_verdicts(store_url, OPERATOR_OWNER)
    log_records_at(store_url, len(rows))
    if as_json:
        click.echo(json.dumps(list(map(describe_verdict, rows)), ensure_ascii=False))
        return
    if not rows:
        click.echo("No verdicts.")
    for row in rows:
        subject = row.subject.id or row.subject.name or f"hash {row.subject.digest[:12]}"
        click.echo(
            f"{row.id}  {row.verdict} until {row.expires[:10]}  {subject} is"
            f"{'' if row.verdict == 'confirmed' else ' not'} {row.evidence.caption}"
            f" ({row.evidence.entity}): {row.reason}"
        )
