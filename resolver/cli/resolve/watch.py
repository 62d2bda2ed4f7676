"""Commands on watches: subjects of a screening that are screened again when the store changes.

- Command `resolver watches`: list and show watches, run them now, and remove them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.options import (
    PATH,
    count_workers,
    json_option,
    listed_option,
    model_option,
    store_option,
)
from resolver.cli.process_start import (
    ProgressBars,
    log_records,
    log_records_at,
    steward_option,
)
from resolver.errors import StoreError, UsageError, pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.screening.watch import HitChange, Watch

_WORDS = {"new": "new hit", "lost": "lost hit", "returned": "returned", "changed": "now"}
_agency_option = click.option(
    "--agency", default="", metavar="NAME", help="Agency of the watch (default: the operator)."
)


@click.group("watches")
def watches_command() -> None:
    """List, show, run and remove watches.

    A watch keeps the subjects of a screening until a day, encrypted, and has them screened again
    when lists, decisions or entities change. `resolver screen --watch` makes one.

    \b
    Examples:
      resolver watches list --store sqlite:///hub.db
      resolver watches show crew --store sqlite:///hub.db --out hits.csv
      resolver watches run --store sqlite:///hub.db
      resolver watches remove crew --store sqlite:///hub.db
    """


def _owner(agency: str) -> str:
    return f"agency {agency}" if agency else ""


@watches_command.command("list")
@store_option(required=True)
@json_option
def list_watches_command(store_url: str, *, as_json: bool) -> None:
    """List the watches of all owners, with the number of their subjects and their last day."""
    from resolver.screening.watch import describe_watches

    log_records_at(store_url, 0)
    rows = describe_watches(store_url)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        click.echo("No watches.")
    for row in rows:
        owner = f" of {row['owner']}" if row["owner"] else ""
        state = "up to date" if row["is_current"] else "waits to be screened again"
        subjects = pluralize(row["subjects"], "subject")
        click.echo(f"{row['name']}{owner}: {subjects} until {row['until'][:10]}, {state}")


@watches_command.command("show")
@click.argument("name")
@store_option(required=True)
@_agency_option
@click.option("--out", type=PATH, metavar="FILE", help="Write the hits into this table (CSV).")
@json_option
def show_watch_command(
    name: str, store_url: str, agency: str, out: Path | None, *, as_json: bool
) -> None:
    """Show the hits of the watch NAME, as the last run found them."""
    from resolver.screening.result_files import describe_hit, write_hits
    from resolver.screening.watch import load_watch

    watch, screening, subjects = load_watch(store_url, _owner(agency), name)
    hits = screening.hits
    log_records_at(store_url, sum(len(hit.records) for hit in hits), watch=name, agency=agency)
    if out is not None:
        write_hits(out, hits)
    if as_json:
        for hit in hits:
            click.echo(json.dumps(describe_hit(hit), ensure_ascii=False))
        return
    for hit in hits:
        status = f" ({hit.status})" if hit.status else ""
        click.echo(
            f"{hit.subject.id}  {hit.subject.name}: {hit.caption} ({hit.entity_id}),"
            f" {hit.score:.2f} {hit.band}{status}: {hit.reason}"
        )
    click.echo(
        f"{pluralize(len(subjects), 'subject')}, {pluralize(len(hits), 'hit')},"
        f" {len(screening.cleared):,} cleared; screened with revision {watch.revision}",
        err=True,
    )


@watches_command.command("remove")
@click.argument("name")
@store_option(required=True)
@_agency_option
@click.option("--subject", "subject_id", metavar="ID", help="Remove this subject alone.")
@steward_option
def remove_watch_command(
    name: str, store_url: str, agency: str, subject_id: str | None, steward: str
) -> None:
    """Erase the watch NAME with all of its subjects, or one subject of it."""
    from resolver.screening.watch import remove_watch

    log_records_at(store_url, 0, watch=name, agency=agency, subject=subject_id, who=steward)
    remove_watch(store_url, _owner(agency), name, subject_id)
    if subject_id is None:
        click.echo(f"The watch {name} is erased.")
    else:
        click.echo(f"The subject {subject_id} is erased from the watch {name}.")


@watches_command.command("run")
@click.argument("name", required=False)
@store_option(required=True)
@_agency_option
@click.option("--full", is_flag=True, help="Screen all subjects, whatever has changed.")
@listed_option
@model_option
@click.pass_obj
def run_watches_command(
    settings: Settings,
    /,
    name: str | None,
    store_url: str,
    agency: str,
    *,
    full: bool,
    **options: Any,
) -> None:
    """Screen the watch NAME again, or all watches, as far as changes can affect them.

    A watch that has ended is erased. `resolver worker` does the same after each change.
    """
    from resolver.cli.arguments import open_hub
    from resolver.screening.watch import WatchRunner

    if agency and name is None:
        raise UsageError("--agency says whose watch it is", hint="name the watch, too")
    listed = settings.listed if options["listed"] is None else options["listed"]
    workers = count_workers(settings)
    with (
        ProgressBars() as bars,
        open_hub(store_url, settings, model_dir=options["model_dir"]) as hub,
    ):
        watches = hub.store.watches
        erased = watches.erase_expired()
        some = watches.list() if name is None else [watches.get(_owner(agency), name)]
        runner = WatchRunner(hub, listed, workers)
        lines: list[str] = []
        shown = 0
        for watch in some:
            run = runner.run(watch, full=full, progress=bars)
            if run is None:
                raise StoreError(
                    f"another process screens the watch {watch.name} now", hint="try again later"
                )
            lines += [_describe_change(watch, change) for change in run.changes]
            shown += sum(len(change.hit.records) for change in run.changes)
            lines.append(
                f"{watch.name}: {pluralize(run.screened, 'subject')} screened,"
                f" {pluralize(len(run.changes), 'change')}"
            )
        log_records(hub, shown, watch=name, agency=agency)
    for line in lines:
        click.echo(line)
    if erased:
        click.echo(f"{pluralize(erased, 'watch', 'watches')} had ended and were erased.")


def _describe_change(watch: Watch, change: HitChange) -> str:
    hit = change.hit
    subject = hit.subject.id if hit.subject.id else hit.subject.name
    band = "" if change.kind == "lost" else f", {hit.score:.2f} {hit.band}"
    return (
        f"{watch.name}: {subject} {hit.subject.name}: {_WORDS[change.kind]} {hit.caption}"
        f" ({hit.entity_id}){band}"
    )
