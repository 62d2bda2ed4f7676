"""Commands on watches: subjects of a screening that are screened again when the store changes.

- Command `resolver watches`: list and show watches, run them now, and remove them.
- Command `resolver notices`: show notices, and set what an agency is told of and how.
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


_whose_option = click.option(
    "--agency", default="", metavar="NAME", help="Agency that is told (default: the operator)."
)


@click.group("notices")
def notices_command() -> None:
    """Show notices, and say what an agency is told of and how.

    \b
    Examples:
      resolver notices subscribe country iq --agency Coast --store sqlite:///hub.db
      resolver notices subscribe watch crew --store sqlite:///hub.db
      resolver notices list --store sqlite:///hub.db
      resolver notices add-webhook https://example.org/hook --agency Coast --store URL
      resolver notices receivers --store sqlite:///hub.db
    """


@notices_command.command("list")
@store_option(required=True)
@_whose_option
@click.option(
    "--after", type=click.IntRange(0), default=0, metavar="N", help="Notices after number N."
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Most notices."
)
@json_option
@click.pass_obj
def list_notices_command(
    settings: Settings,
    /,
    store_url: str,
    agency: str,
    after: int,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Bring notices up to date and list them, the oldest first, each with its number."""
    from resolver.cli.arguments import open_hub
    from resolver.notices import describe_line, make_notices, operator_or_agency, read_notices

    with open_hub(store_url, settings) as hub:
        make_notices(hub)
        read = read_notices(hub, operator_or_agency(agency), after, limit)
        log_records(hub, len(read.notices), agency=agency, after=after)
    if as_json:
        click.echo(json.dumps(read.notices, ensure_ascii=False))
        return
    if not read.notices:
        click.echo("No notices.")
    for notice in read.notices:
        click.echo(f"{notice['cursor']}  {describe_line(notice)}")
    if read.has_more:
        click.echo(f"There are more: --after {read.cursor}", err=True)


@notices_command.command("subscribe")
@click.argument("kind")
@click.argument("value", default="")
@store_option(required=True)
@_whose_option
@steward_option
@click.pass_obj
def subscribe_command(
    settings: Settings, /, kind: str, value: str, store_url: str, agency: str, steward: str
) -> None:
    """Subscribe to KIND: entity, source, country, crime, words, search, watch, joined or checked.

    VALUE says which: an id, the name of a source or of a watch, a country, a
    crime, words of a name, or a search. A search such as "ivanov country:ru
    crime:corruption" is met by entities that have all of its parts. joined (a
    record of another agency joined an entity of ours) and checked (another
    agency that allows it checked a record of ours) have no value.
    """
    from resolver.cli.arguments import open_hub
    from resolver.notices import operator_or_agency, subscribe

    with open_hub(store_url, settings) as hub:
        log_records(hub, 0, kind=kind, value=value, agency=agency, who=steward)
        row = subscribe(hub, operator_or_agency(agency), kind, value)
    click.echo(f"Subscription {row.id}: {row.kind} {row.value}".rstrip())


@notices_command.command("subscriptions")
@store_option(required=True)
@_whose_option
def list_subscriptions_command(store_url: str, agency: str) -> None:
    """List subscriptions."""
    from resolver.notices import list_subscriptions

    log_records_at(store_url, 0, agency=agency)
    rows = list_subscriptions(store_url, _owner(agency))
    for row in rows:
        click.echo(f"{row.id}  {row.kind} {row.value}".rstrip())
    if not rows:
        click.echo("No subscriptions.")


@notices_command.command("unsubscribe")
@click.argument("subscription", metavar="ID")
@store_option(required=True)
@_whose_option
def unsubscribe_command(subscription: str, store_url: str, agency: str) -> None:
    """End the subscription ID. Its notices stay."""
    from resolver.notices import unsubscribe

    log_records_at(store_url, 0, agency=agency, subscription=subscription)
    unsubscribe(store_url, _owner(agency), subscription)
    click.echo(f"The subscription {subscription} has ended.")


@notices_command.command("add-webhook")
@click.argument("address", metavar="URL")
@store_option(required=True)
@_whose_option
@click.pass_obj
def add_webhook_command(settings: Settings, /, address: str, store_url: str, agency: str) -> None:
    """Send notices to URL from now on, signed after Standard Webhooks; print the secret.

    An address of a private network is refused unless RESOLVER_PRIVATE_NETWORKS allows it.
    """
    _add_receiver(settings, "webhook", address, store_url, agency)


@notices_command.command("add-mail")
@click.argument("address")
@store_option(required=True)
@_whose_option
@click.option(
    "--hours",
    type=click.IntRange(1, 720),
    default=24,
    show_default=True,
    help="Hours between two digests.",
)
@click.pass_obj
def add_mail_command(
    settings: Settings, /, address: str, store_url: str, agency: str, hours: int
) -> None:
    """Send a digest of new notices to the mail ADDRESS; the first at once."""
    _add_receiver(settings, "mail", address, store_url, agency, hours)


def _add_receiver(
    settings: Settings, kind: str, address: str, store_url: str, agency: str, hours: int = 24
) -> None:
    from resolver.notices import add_receiver

    log_records_at(store_url, 0, agency=agency, receiver=kind)
    receiver_id, secret = add_receiver(store_url, agency, kind, address, settings, hours)
    click.echo(f"Receiver {receiver_id}", err=bool(secret))
    if kind == "mail" and settings.smtp is None:
        click.echo("note: the worker needs the setting RESOLVER_SMTP to send mails", err=True)
    if secret:
        click.echo("The secret of its signatures, which is not shown again:", err=True)
        click.echo(secret)


@notices_command.command("receivers")
@store_option(required=True)
@json_option
def list_receivers_command(store_url: str, *, as_json: bool) -> None:
    """List webhooks and mailboxes with what waits for them, and why."""
    from resolver.notices import list_receivers

    log_records_at(store_url, 0)
    rows = list_receivers(store_url)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        state = f"{row['waiting']:,} waiting, {row['dead']:,} dead" if "dead" in row else ""
        error = f": {row['error']}" if row["error"] else ""
        click.echo(f"{row['id']}  {row['kind']} {row['address']} {state}{error}".rstrip())
    if not rows:
        click.echo("No receivers.")


@notices_command.command("resend")
@click.argument("receiver", metavar="ID")
@store_option(required=True)
def resend_command(receiver: str, store_url: str) -> None:
    """Have all messages that wait for the webhook ID, or are dead, sent again now."""
    from resolver.notices import resend

    log_records_at(store_url, 0, receiver=receiver)
    count = resend(store_url, receiver)
    click.echo(f"{pluralize(count, 'message')} will be sent by the next worker.")


@notices_command.command("remove-receiver")
@click.argument("receiver", metavar="ID")
@store_option(required=True)
def remove_receiver_command(receiver: str, store_url: str) -> None:
    """Send nothing more to the webhook or mailbox ID."""
    from resolver.notices import remove_receiver

    log_records_at(store_url, 0, receiver=receiver)
    remove_receiver(store_url, receiver)
    click.echo(f"The receiver {receiver} is removed.")


@notices_command.command("tell-checks")
@click.argument("agency")
@click.argument("state", type=click.Choice(["on", "off"]))
@store_option(required=True)
def tell_checks_command(agency: str, state: str, store_url: str) -> None:
    """Let owners of records know when AGENCY checks them (off by default)."""
    from resolver.notices import tell_checks

    log_records_at(store_url, 0, agency=agency, tells_checks=state)
    tell_checks(store_url, agency, tells=state == "on")
    does = "are told" if state == "on" else "are not told"
    click.echo(f"Owners of records {does} when {agency} checks them.")
