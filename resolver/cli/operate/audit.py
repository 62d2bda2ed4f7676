"""Commands on the audit log.

- `resolver audit`: verify the log, sign its head, and answer who was shown a record.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path

import click

from resolver.cli.options import PATH, json_option, store_option
from resolver.cli.process_start import account_name, log_records_at
from resolver.errors import UsageError, pluralize

_SHOWN = 50
ALTERED = 3
"""Exit code of a verification that has found a fault."""


@click.group("audit")
def audit_command() -> None:
    """Read the audit log, prove that nobody changed it, and say who was shown a record.

    \b
    Examples:
      resolver audit verify --store sqlite:///hub.db
      resolver audit who-saw coast:17 --store sqlite:///hub.db
      resolver audit subject coast:17 --store sqlite:///hub.db > subject.json
      resolver audit subject coast:17 --pdf subject.pdf --store sqlite:///hub.db
      resolver audit statistics --year 2026 --store sqlite:///hub.db
      resolver audit key --out audit.key
      resolver audit sign --key audit.key --to heads.jsonl --store sqlite:///hub.db
    """


@audit_command.command("verify")
@store_option(required=True)
@click.option("--heads", type=PATH, metavar="FILE", help="Signed heads to compare the log with.")
@click.option(
    "--public-key", default="", metavar="TEXT", help="Key that the heads are signed with."
)
@json_option
def verify(store_url: str, heads: Path | None, public_key: str, *, as_json: bool) -> None:
    """Compute the chain of the log anew, and name every event that was altered, removed or added.

    The exit code is 0 if the log is whole, and 3 if it is not.
    """
    from dataclasses import asdict

    from resolver.trust.audit_chain import open_log, verify_log

    if heads is not None and not public_key:
        raise click.UsageError("--heads needs --public-key")
    log_records_at(store_url, 0)
    with open_log(store_url) as store:
        proof = verify_log(store, heads, public_key)
    if as_json:
        click.echo(json.dumps(asdict(proof)))
    else:
        for fault in proof.faults[:_SHOWN]:
            events = f"event {fault.first}"
            if fault.last != fault.first:
                events = f"events {fault.first} to {fault.last}"
            click.echo(f"{events}: {fault.problem}")
        if len(proof.faults) > _SHOWN:
            click.echo(f"and {pluralize(len(proof.faults) - _SHOWN, 'more fault')}")
        if not proof.faults:
            text = f"The log is whole: {pluralize(proof.events, 'event')}"
            text = f"{text}, the last one is number {proof.head.number}."
            if heads is not None:
                text = f"{text} It agrees with {pluralize(proof.heads, 'signed head')}."
            click.echo(text)
        for event in proof.removals:
            through, erased = event.query.get("through"), event.query.get("events", ())
            what = f"events up to {through} were removed" if through else f"erased: {len(erased)}"
            click.echo(f"event {event.number}: {what}, by {event.actor} on {event.at[:10]}")
    if proof.faults:
        click.get_current_context().exit(ALTERED)


@audit_command.command("log")
@store_option(required=True)
@click.option("--since", default="", metavar="TIME", help="Events from this time on (UTC).")
@click.option("--who", default=None, help="Events of this user, key or account.")
@click.option("--agency", default=None, help="Events of this agency.")
@click.option("--action", "actions", multiple=True, help="Events of this action; repeatable.")
@click.option("--after", default=0, metavar="N", help="Events with a number above N.")
@click.option("--limit", default=100, show_default=True, help="Events at most.")
@json_option
def show_log(
    store_url: str,
    *,
    since: str,
    who: str | None,
    agency: str | None,
    actions: Sequence[str],
    after: int,
    limit: int,
    as_json: bool,
) -> None:
    """List events of the log, the oldest first."""
    from dataclasses import asdict

    from resolver.trust.audit_chain import describe_event, open_log

    log_records_at(store_url, 0, since=since, of=who, agency=agency, actions=list(actions))
    with open_log(store_url) as store:
        events = store.audit_events.list(
            since=since, actor=who, agency=agency, actions=actions, after=after, limit=limit
        )
    for event in events:
        click.echo(
            json.dumps(asdict(event), ensure_ascii=False) if as_json else describe_event(event)
        )


@audit_command.command("who-saw")
@click.argument("record_id", metavar="RECORD")
@store_option(required=True)
@json_option
def who_saw(record_id: str, store_url: str, *, as_json: bool) -> None:
    """List who was shown the record RECORD, when and why.

    An event counts if it names the record, or an entity that the record was in at that time. Events
    that do not name the records that they showed, such as backups, count as well.
    """
    from resolver.trust import audit_chain

    log_records_at(store_url, 1, record=record_id)
    with audit_chain.open_log(store_url) as store:
        accesses = audit_chain.find_accesses(store, [record_id])
    for access in accesses:
        if as_json:
            click.echo(json.dumps(audit_chain.describe_access(access), ensure_ascii=False))
        else:
            shown = access.shown or audit_chain.UNNAMED
            click.echo(f"{audit_chain.describe_event(access.event, short=True)}; shown: {shown}")
    if not accesses and not as_json:
        click.echo(f"Nobody was shown {record_id} since the log began.")


@audit_command.command("subject")
@click.argument("requested_id", metavar="ID")
@store_option(required=True)
@click.option("--pdf", type=PATH, metavar="FILE", help="Write the report as PDF instead.")
def subject(requested_id: str, store_url: str, pdf: Path | None) -> None:
    """Print, as JSON, all that the store holds about one person, and who was shown it.

    ID is the id of an entity or of a record. The report has every version of every record of the
    entity, the decisions on them, and each access. With --pdf the report is a file for people.
    """
    from resolver.trust.audit_chain import open_log, report_subject

    if pdf is not None:
        from resolver.report.pdf import check_installed

        check_installed()
    log_records_at(store_url, None, subject=requested_id)
    with open_log(store_url) as store:
        report = report_subject(store, requested_id)
    if pdf is None:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    from resolver.report.pdf import render_subject
    from resolver.screening.result_files import write_bytes

    content = render_subject(report, created=datetime.datetime.now(datetime.UTC))
    write_bytes(pdf, iter([content]))
    click.echo(f"Written: {pdf}", err=True)


@audit_command.command("statistics")
@store_option(required=True)
@click.option("--year", type=click.IntRange(1, 9998), metavar="YEAR", help="Default: this year.")
@json_option
def statistics(store_url: str, year: int | None, *, as_json: bool) -> None:
    """Count the events of a year by month, agency and action."""
    from resolver.trust.audit_chain import open_log

    year = year or datetime.datetime.now(datetime.UTC).year
    log_records_at(store_url, 0, year=year)
    with open_log(store_url) as store:
        rows = store.audit_events.count_by(year)
    for month, agency, action, count in rows:
        if as_json:
            row = {"month": month, "agency": agency, "action": action, "events": count}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{month}  {agency or 'no agency'}  {action}  {count:,}")


@audit_command.command("key")
@click.option("--out", type=PATH, required=True, metavar="FILE", help="File of the private key.")
def write_signing_key(out: Path) -> None:
    """Make a key to sign heads of the log, and print its public part.

    Keep the file where nobody who can change the store can read it.
    """
    from resolver.trust.audit_chain import create_signing_key

    click.echo(create_signing_key(out))


@audit_command.command("sign")
@store_option(required=True)
@click.option("--key", type=PATH, required=True, metavar="FILE", help="Private key.")
@click.option("--to", type=PATH, required=True, metavar="FILE", help="File to append the head to.")
def sign(store_url: str, key: Path, to: Path) -> None:
    """Append a signed head of the log to a file.

    Run it on a schedule, and keep the file outside of the machine of the store: then even
    somebody who computes the whole chain anew after a change is found out.
    """
    from resolver.trust.audit_chain import open_log, sign_head

    log_records_at(store_url, 0, heads=str(to))
    with open_log(store_url) as store:
        head = sign_head(store, key, to)
    click.echo(f"Signed: event {head.number}.", err=True)


@audit_command.command("remove")
@store_option(required=True)
@click.option(
    "--before", required=True, metavar="DATE", help="Remove events before this day (UTC)."
)
def remove(store_url: str, before: str) -> None:
    """Remove old events, by the retention rules of your agency.

    An event that states the chain of the last removed one stays, so the rest can be verified.
    """
    from resolver.trust.audit_chain import open_log
    from resolver.trust.audit_spool import CommandAccess, command_event

    try:
        day = datetime.date.fromisoformat(before)
    except ValueError:
        raise UsageError(f"{before[:40]!r} is no date", hint="write it as 2025-01-31") from None
    log_records_at(store_url, 0, before=before)
    with open_log(store_url) as store:
        event = command_event(store, CommandAccess(account_name(), "", "audit remove", {}, 0))
        count = store.audit_events.remove_before(day.isoformat(), event)
    click.echo(f"Removed: {pluralize(count, 'event')}.", err=True)
