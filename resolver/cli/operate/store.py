"""Commands on what a store holds: its state and sources, withdrawal, and resolving it again.

- Command `resolver status`.
- Command `resolver sources`: sources of a store, their owners and requirements.
- Command `resolver withdraw`: withdraw records from a store.
- Command `resolver erase`: take the values of records out of everything, for good.
- Command `resolver retention`: for how long records are kept, and what is due.
- Command `resolver rebuild`: resolve everything in a store again.

Commands that write a store out and bring it back: backup, restore, export.

- Command `resolver backup`.
- Command `resolver restore`.
- Command `resolver export`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli import process_start
from resolver.cli.arguments import open_hub_to_read, print_effect
from resolver.cli.options import (
    PATH,
    build_store_engine,
    check_engine,
    engine_options,
    handling_options,
    json_option,
    model_option,
    pack_handling,
    run_options,
    running_options,
    start_engine,
    store_option,
)
from resolver.errors import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.admin import StoredSource, StoreStatus
    from resolver.hub.rebuild import RebuildEffect


NOT_COMPLETE = 3
"""Exit code of an erasure that is not complete yet."""
_HELP = """Show the contents of a store: version, records, entities, pairs that wait for review,
sources.

\b
Example:
  resolver status --store sqlite:///hub.db
"""


@click.command("status", help=_HELP)
@store_option(required=True)
@json_option
@click.pass_obj
def status_command(settings: Settings, /, store_url: str, as_json: bool) -> None:
    """Run `resolver status`."""
    from resolver.hub.admin import load_status

    status = load_status(store_url)
    if as_json:
        click.echo(json.dumps(_status_to_json(status), ensure_ascii=False))
        return
    click.echo(
        f"Revision {status.revision}: {pluralize(status.records, 'record is', 'records are')} "
        f"{pluralize(status.entities, 'entity', 'entities')}; "
        f"{pluralize(status.waiting_pairs, 'pair of entities waits', 'pairs of entities wait')} "
        "for review. "
        f"Plan {status.plan or '-'}, model {status.model or '-'}."
    )
    for source in status.sources:
        version = f", list of {source.list_version}" if source.list_version else ""
        updated = f", updated {source.updated[:16]}Z" if source.updated else ""
        click.echo(f"{source.name}: {pluralize(source.records, 'record')}{version}{updated}")


def _source_to_json(source: StoredSource) -> dict[str, object]:
    return {
        "name": source.name,
        "agency": source.agency,
        "records": source.records,
        "version": source.list_version,
        "updated": source.updated,
        "deduplicated": source.deduplicated,
    }


def _status_to_json(status: StoreStatus) -> dict[str, object]:
    return {
        "version": status.revision,
        "plan": status.plan,
        "model": status.model,
        "records": status.records,
        "entities": status.entities,
        "waiting": status.waiting_pairs,
        "sources": [_source_to_json(source) for source in status.sources],
    }


@click.group("sources")
def sources_command() -> None:
    """List the sources of a store, and set their owner, title and maximum age.

    A source belongs to the agency that first sent it over HTTP; no other agency may change it.
    Sources loaded on the command line belong to the hub: only admins may change them over HTTP,
    until they are assigned to an agency.

    \b
    Examples:
      resolver sources list --store sqlite:///hub.db
      resolver sources set coast-wanted --agency "Coast guard" --store sqlite:///hub.db
      resolver sources set us-ofac-sdn --maximum-age-days 7 --required --store sqlite:///hub.db
    """


@sources_command.command("list")
@store_option(required=True)
@json_option
def list_sources_command(store_url: str, as_json: bool) -> None:
    """List the sources, including required ones that are missing."""
    from resolver.hub.admin import list_sources

    rows = list_sources(store_url)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        sender = f"sent by {row['keeper']}" if row["keeper"] else "owned by the hub"
        facts = [row["agency"] or sender, pluralize(row["records"], "record")]
        facts += [f"updated {row['updated'][:16]}Z"] if row["updated"] else []
        limit = row["maximum_age_days"]
        facts += [f"{limit} days old at most"] if limit is not None else []
        facts += ["required"] if row["required"] else []
        facts += [f"handling {row['handling']['code']}"] if row["handling"] else []
        facts += [f"answers {row['answers']}"] if row["answers"] != "open" else []
        facts += [str(row["fault"]).upper()] if row["fault"] else []
        click.echo(f"{row['name']}: {'; '.join(facts)}")


@sources_command.command("set")
@click.argument("name")
@store_option(required=True)
@click.option("--agency", help='Agency that owns it; "": the hub.')
@click.option("--title", help="Title for people.")
@click.option(
    "--maximum-age-days",
    type=click.IntRange(0, 36_500),
    help="Let /readyz fail if its list is older; 0: never.",
)
@click.option(
    "--required/--not-required",
    default=None,
    help="Let /readyz fail while the store has no record of it.",
)
@click.option(
    "--answers",
    type=click.Choice(["open", "contact", "silent"]),
    help="What checks of other agencies get of its records: what their handling allows; that there "
    "is a hit, the agency and a reference; or nothing.",
)
@click.option(
    "--least-query",
    multiple=True,
    type=click.Choice(["two-words", "name-and-year", "number"]),
    help="What a query has to state before a contact is given; repeat it for several, of which one "
    "is enough. Default: any of them.",
)
@handling_options
@click.pass_obj
def set_source_command(
    settings: Settings,
    /,
    name: str,
    store_url: str,
    *,
    handling: str | None,
    handling_facts: tuple[str, ...],
    least_query: tuple[str, ...],
    **values: Any,
) -> None:
    """Set properties of the source called NAME, before or after its first list was added.

    A handling holds for every list and record that comes later, and for the records in the store at
    once. A record that states a stricter code keeps it. After you loosen the handling, records are
    loosened when they are sent again.

    With the answers `contact` and `silent` all records have the handling H3, so for other agencies
    they do not exist. With `contact`, checks, searches and graphs also name the agency with a
    reference by which it can be asked. Checks have to state enough for that (--least-query). After
    you set a source to `open` again, send its list again.
    """
    from resolver.check.contacts import read_contents
    from resolver.cli.arguments import open_hub
    from resolver.hub.admin import update_source
    from resolver.records import Handling

    values["handling"] = pack_handling(handling, handling_facts)
    values["least_query"] = read_contents(least_query) if least_query else None
    if all(value is None for value in values.values()):
        raise click.UsageError(
            "nothing to set: give --agency, --title, --maximum-age-days, --required, --handling,"
            " --answers or --least-query"
        )
    process_start.log_act_at(store_url, source=name, **{**values, "handling": handling})
    is_new = update_source(store_url, name, **values)
    is_closed = values["answers"] in ("contact", "silent")
    if (values["handling"] or is_closed) and not is_new:
        with open_hub(store_url, settings) as hub:
            # the owner of the source becomes the agency of its records
            count = hub.tighten_sources({name: Handling()})
        click.echo(f"{pluralize(count, 'record')} of {name} got another handling.", err=True)
    click.echo(f"Source {name} is updated{'; it has no records yet' if is_new else ''}.", err=True)


_WITHDRAW_HELP = """Withdraw RECORD...: added by mistake, or no longer listed.

The remaining records of their entities are resolved again. The store keeps everything: withdrawn
records stay in its history, its audit log and its files, and adding a record again reverses its
withdrawal. `resolver erase` removes the values for good.

\b
Example:
  resolver withdraw us-ofac-sdn:7160 --store sqlite:///hub.db
"""


@click.command("withdraw", help=_WITHDRAW_HELP)
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@store_option(required=True)
@process_start.steward_option
@json_option
@click.pass_obj
def withdraw_command(
    settings: Settings, /, records: tuple[str, ...], store_url: str, steward: str, as_json: bool
) -> None:
    """Run `resolver withdraw`."""
    from resolver.cli.arguments import open_hub
    from resolver.hub.ownership import RecordOwner

    process_start.log_act_at(store_url, ids=sorted(set(records)), who=steward)
    with open_hub(store_url, settings) as hub:
        result = hub.withdraw(sorted(set(records)), owner=RecordOwner(steward))
    if as_json:
        answer = {"withdrawn": list(result.withdrawn), "version": result.revision}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    count = pluralize(len(result.withdrawn), "record")
    click.echo(f"{count} withdrawn; the store is at version {result.revision}.")
    click.echo("note: their values stay in the history; `resolver erase` removes them", err=True)


_ERASE_HELP = """Erase RECORD... for good, and prove it: by an order of a court, or because nobody
may keep the data any longer.

The remaining records of their entities are resolved again. The values are taken out of the history,
the decisions, the audit log (whose chain still holds), verdicts, watches and notices. The index and
the files that hold values are removed. Then every table and file is searched. A list that sends the
record again has this row refused. Values that other records state as well stay.

If the command is killed, or a batch that holds a value is not over yet, `--resume` or a worker
finishes the erasure.

\b
Examples:
  resolver erase coast:17 --reason "court order 4 B 113/26" --store sqlite:///hub.db
  resolver erase coast:17 --value phone --value "birthDate=1962-02-11" --reason "…" --store ...
  resolver erase --resume --store sqlite:///hub.db
  resolver erase --list erased.json --store sqlite:///hub.db
  resolver restore old.backup --erasures erased.json --store sqlite:///restored.db
"""


@click.command("erase", help=_ERASE_HELP)
@click.argument("records", nargs=-1, metavar="RECORD...")
@store_option(required=True)
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="PROPERTY[=TEXT]",
    help="Erase only these values of the records, which stay. May be given several times.",
)
@click.option("--reason", default="", metavar="TEXT", help="Legal ground; do not name the person.")
@click.option("--resume", is_flag=True, help="Finish the erasures that were begun or confirmed.")
@click.option(
    "--list", "list_path", type=PATH, metavar="FILE", help="Write the list of erasures for backups."
)
@click.option(
    "--jobs", type=PATH, metavar="DIR", help="Folder of jobs. Default: next to a SQLite store."
)
@process_start.steward_option
@json_option
@click.pass_obj
def erase_command(
    settings: Settings,
    /,
    records: tuple[str, ...],
    store_url: str,
    *,
    values: tuple[str, ...],
    reason: str,
    resume: bool,
    list_path: Path | None,
    jobs: Path | None,
    steward: str,
    as_json: bool,
) -> None:
    """Run `resolver erase`."""
    from resolver.cli.arguments import open_hub
    from resolver.hub.job_worker import jobs_folder
    from resolver.trust import erasure

    if sum((bool(records), resume, list_path is not None)) != 1:
        raise click.UsageError("name records, or give --resume or --list")
    if values and not records:
        raise click.UsageError("name the records whose values are erased")
    # the event does not name the records: it would have to be erased with them
    process_start.log_records_at(store_url, len(set(records)), resume=resume, who=steward)
    with open_hub(store_url, settings) as hub:
        if list_path is not None:
            counted = erasure.write_erasure_list(hub.store, list_path)
            click.echo(f"{counted}: {list_path}")
            return
        if records:
            erasure.ask_for_erasure(
                hub.store, records, reason, who=steward, confirmed=True, values=values
            )
        results = erasure.erase_confirmed(hub, jobs_folder(hub.store, jobs))
    for result in results:
        if as_json:
            click.echo(json.dumps(erasure.describe_result(result), ensure_ascii=False))
        else:
            click.echo("\n".join(erasure.result_lines(result)))
    if any(result.waits for result in results):
        click.get_current_context().exit(NOT_COMPLETE)


@click.group("retention")
def retention_command() -> None:
    """Set for how long records are kept, and when somebody looks whether they are still needed.

    A worker proposes the erasure of records whose time is over. Nothing is erased before a person
    confirms it: at the desk on the page Erasures, or here with `confirm`. A record that says when
    it is to be reviewed is due on that day, whatever the rules say.

    \b
    Examples:
      resolver retention set --source coast-wanted --keep-days 1825 --store sqlite:///hub.db
      resolver retention set --category witness --review-days 365 --keep-days 730 --store ...
      resolver retention due --store sqlite:///hub.db
      resolver retention propose --store sqlite:///hub.db
      resolver retention confirm 5b6f… --store sqlite:///hub.db
    """


@retention_command.command("set")
@store_option(required=True)
@click.option("--source", default="", metavar="NAME", help="Default: all sources.")
@click.option("--category", default="", metavar="TEXT", help="Default: all categories.")
@click.option("--review-days", type=click.IntRange(0, 36_500), help="0: never.")
@click.option("--keep-days", type=click.IntRange(0, 36_500), help="0: without end.")
def set_retention(
    store_url: str, source: str, category: str, review_days: int | None, keep_days: int | None
) -> None:
    """Set the rule for a source and a category, in place of the one that is there.

    Days count from the last statement of a record: its version, the last list of its source, or its
    withdrawal. Of several rules, that of source and category counts, then that of the source, then
    that of the category.
    """
    from resolver.trust.audit_chain import open_log
    from resolver.trust.erasure import RetentionRule

    if review_days is None and keep_days is None:
        raise click.UsageError("give --review-days, --keep-days or both")
    rule = RetentionRule(source, category, review_days or None, keep_days or None)
    process_start.log_records_at(store_url, 0, source=source, category=category)
    with open_log(store_url) as store:
        store.retention.set_rule(rule)
    click.echo("The rule is stored." if review_days or keep_days else "The rule is gone.", err=True)


@retention_command.command("list")
@store_option(required=True)
@json_option
def list_retention(store_url: str, as_json: bool) -> None:
    """List the rules."""
    from resolver.trust.audit_chain import open_log

    process_start.log_records_at(store_url, 0)
    with open_log(store_url) as store:
        rules = store.retention.rules()
    for rule in rules:
        if as_json:
            click.echo(json.dumps(asdict(rule), ensure_ascii=False))
            continue
        days = ((rule.review_days, "reviewed after"), (rule.keep_days, "kept for"))
        facts = [f"{text} {pluralize(count, 'day')}" for count, text in days if count is not None]
        what = f"{rule.source or 'all sources'}, {rule.category or 'all categories'}"
        click.echo(f"{what}: {', '.join(facts)}")


@retention_command.command("due")
@store_option(required=True)
@json_option
def show_due(store_url: str, as_json: bool) -> None:
    """List the records that are to be reviewed, and those whose erasure is due."""
    from resolver.trust.audit_chain import open_log

    process_start.log_records_at(store_url, None)
    with open_log(store_url) as store:
        due = store.retention.find_due()
    for row in due:
        what = "review" if row.is_review else "erase"
        if as_json:
            click.echo(json.dumps({"record": row.record_id, "what": what, "due": row.due}))
        else:
            click.echo(f"{what} {row.record_id}: due on {row.due[:10]}")


@retention_command.command("propose")
@store_option(required=True)
def propose_erasures(store_url: str) -> None:
    """Propose the erasure of the records whose time is over, as a worker does every hour."""
    from resolver.trust.audit_chain import open_log

    process_start.log_records_at(store_url, 0)
    with open_log(store_url) as store:
        asked = store.retention.propose()
    for row in asked:
        click.echo(f"{row.id}: {pluralize(len(row.records), 'record')}, {row.reason}")


@retention_command.command("confirm")
@click.argument("erasure_id", metavar="ID")
@store_option(required=True)
@click.option("--refuse", is_flag=True, help="Keep the records for as many days again.")
@process_start.steward_option
def confirm_erasure(erasure_id: str, store_url: str, steward: str, *, refuse: bool) -> None:
    """Confirm an erasure that a rule or another person asks for; `resolver erase --resume` or a
    worker carries it out.
    """
    from resolver.trust.audit_chain import open_log

    process_start.log_records_at(store_url, 0, erasure=erasure_id, refuse=refuse, who=steward)
    with open_log(store_url) as store:
        decide = store.erasures.refuse if refuse else store.erasures.confirm
        row = decide(erasure_id, steward)
    click.echo(f"The erasure of {pluralize(len(row.records), 'record')} is {row.state}.", err=True)


_REBUILD_HELP = """Resolve all records of a store again, with another plan (default: by size), model
or threshold.

The population that scores depend on is measured anew. Decisions stay valid, and entities keep their
ids if their records stay together. What changes is shown before the store is changed. With --engine
spark a cluster compares the records; what it returns is clustered and committed on this machine.

\b
Examples:
  resolver rebuild --store sqlite:///hub.db --dry-run
  resolver rebuild --store sqlite:///hub.db
  resolver rebuild --store sqlite:///hub.db --plan M --model my-model
  resolver rebuild --store sqlite:///hub.db --engine spark --master spark://host:7077
"""


@click.command("rebuild", help=_REBUILD_HELP)
@store_option(required=True)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@engine_options
@running_options
@click.option("-v", "--verbose", is_flag=True, help="Report each stage on standard error.")
@click.pass_obj
def rebuild_command(
    settings: Settings, /, store_url: str, *, dry_run: bool, verbose: bool, **options: Any
) -> None:
    """Run `resolver rebuild`."""
    from resolver.hub.hub import Hub

    check_engine(options)
    process_start.log_act_at(store_url, dry_run=dry_run, plan=options.get("plan"))
    running = run_options(settings, options)
    with (
        Hub.open(
            store_url, running, create=False, check=False, index_dir=settings.index_dir
        ) as hub,
        process_start.ProgressBars(verbose=verbose) as bars,
    ):

        def show(effect: RebuildEffect) -> None:
            """Show what a rebuild changes, before it does."""
            bars.finish()
            print_effect(effect)

        start_engine(options)
        engine = build_store_engine(options)
        if dry_run:
            show(hub.preview_rebuild(running, progress=bars, engine=engine))
            return
        revision = hub.rebuild(running, inspect=show, progress=bars, engine=engine)
    click.echo(f"The store is at version {revision}.")


@click.command("backup")
@store_option(required=True)
@click.option("--out", type=PATH, required=True, metavar="FILE", help="File to write.")
@click.option(
    "--sign-key",
    type=PATH,
    metavar="FILE",
    help="Sign the backup with the key in this file (HMAC-SHA-256, 32 bytes at least).",
)
@click.pass_obj
def backup_command(settings: Settings, /, store_url: str, out: Path, sign_key: Path | None) -> None:
    """Write a store with its complete history into FILE. The store can be used meanwhile.

    \b
    Examples:
      resolver backup --store sqlite:///hub.db --out hub.backup
      resolver restore hub.backup --store postgresql+psycopg://hub@db/hub
    """
    from resolver.hub.admin import backup_store

    # the backup contains its own event
    process_start.log_records_at(store_url, None)
    count = backup_store(store_url, out, sign_key)
    click.echo(f"{pluralize(count, 'row')}: {out}")


@click.command("restore")
@click.argument("backup", type=PATH, metavar="FILE")
@store_option(required=True)
@click.option(
    "--with-accounts",
    is_flag=True,
    help="Restore API keys, users and receivers of notices, too: whoever wrote the backup "
    "decides who gets in.",
)
@click.option(
    "--verify-key",
    type=PATH,
    metavar="FILE",
    help="Refuse a backup that was not signed with the key in this file.",
)
@click.option(
    "--erasures",
    "erasures_path",
    type=PATH,
    metavar="FILE",
    help="Erase what was erased after the backup: list of `resolver erase --list`.",
)
@click.pass_obj
def restore_command(
    settings: Settings,
    /,
    backup: Path,
    store_url: str,
    *,
    with_accounts: bool,
    verify_key: Path | None,
    erasures_path: Path | None,
) -> None:
    """Create a new store from the backup FILE, completely or not at all.

    API keys, users and receivers of notices are left out unless you ask for them.

    \b
    Examples:
      resolver restore hub.backup --store sqlite:///hub.db
      resolver restore hub.backup --store sqlite:///hub.db --verify-key backup.key --with-accounts
      resolver restore hub.backup --store sqlite:///hub.db --erasures erased.json
    """
    from resolver.hub.admin import restore_store
    from resolver.trust import erasure

    complete = None
    if erasures_path is not None:
        complete = partial(
            erasure.apply_list,
            listed=erasure.read_erasure_list(erasures_path),
            who=process_start.account_name(),
            model_dir=settings.model_dir,
        )
    revision = restore_store(
        backup,
        store_url,
        with_accounts=with_accounts,
        verify_key=verify_key,
        warn=lambda text: click.echo(f"note: {text}", err=True),
        complete=complete,
    )
    if complete is None:
        click.echo(
            "note: records that were erased after the backup are back, unless you give --erasures",
            err=True,
        )
    process_start.log_act_at(store_url, backup=backup.name, with_accounts=with_accounts)
    click.echo(f"The store is at version {revision}.")
    if not with_accounts:
        click.echo(
            "note: API keys, users and receivers of notices are not restored; make new ones, "
            "or use --with-accounts",
            err=True,
        )


_BACKUP_HELP = """Write everything in a store into FILE, one JSON object per line.

Canonical exports name entities by their smallest record id and contain golden values and links
only, so that stores with the same records and decisions give the same file, in whatever order
these came. With --ftm the file holds FollowTheMoney entities, with the addresses, sanctions and
other link entities of FollowTheMoney lists under their own ids; it can be read again as a list.

\b
Examples:
  resolver export --store sqlite:///hub.db --out hub.jsonl
  resolver export --store sqlite:///hub.db --canonical --out hub.canonical.jsonl
  resolver export --store sqlite:///hub.db --ftm --out hub.ftm.json
"""


@click.command("export", help=_BACKUP_HELP)
@store_option(required=True)
@click.option(
    "--out", type=PATH, required=True, metavar="FILE", help="File to write; - is standard output."
)
@click.option(
    "--canonical",
    is_flag=True,
    help="Leave out ids, versions and times: the same records give the same bytes.",
)
@click.option("--ftm", is_flag=True, help="Write FollowTheMoney entities.")
@model_option
@click.pass_obj
def export_command(
    settings: Settings, /, store_url: str, out: Path, canonical: bool, ftm: bool, **options: Any
) -> None:
    """Run `resolver export`."""
    from resolver.hub.stored_results import export_lines, export_store

    if canonical and ftm:
        raise click.UsageError("--canonical and --ftm are two forms: give one of them")
    with open_hub_to_read(store_url, settings, options["model_dir"]) as hub:
        process_start.log_records(hub, None, canonical=canonical, ftm=ftm or None)
        if str(out) == "-":
            for line in export_lines(hub, canonical=canonical, ftm=ftm):
                sys.stdout.buffer.write(line)
            return
        count = export_store(hub, out, canonical=canonical, ftm=ftm)
    click.echo(f"{pluralize(count, 'line')}: {out}")
