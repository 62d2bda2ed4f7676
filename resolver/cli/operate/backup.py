"""Commands that write a store out and bring it back: backup, restore, export.

- Command `resolver backup`.
- Command `resolver restore`.
- Command `resolver export`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from resolver.cli.command_log import log_act_at, log_records, log_records_at
from resolver.cli.options import PATH, model_option, store_option
from resolver.cli.store_arguments import open_hub_to_read
from resolver.reference.plurals import pluralize
from resolver.settings import Settings


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

    # the backup holds its own event
    log_records_at(store_url, None)
    count = backup_store(store_url, out, sign_key)
    click.echo(f"{pluralize(count, 'row')}: {out}")


@click.command("restore")
@click.argument("backup", type=PATH, metavar="FILE")
@store_option(required=True)
@click.option(
    "--with-accounts",
    is_flag=True,
    help="Restore API keys and users, too: whoever wrote the backup decides who gets in.",
)
@click.option(
    "--verify-key",
    type=PATH,
    metavar="FILE",
    help="Refuse a backup that was not signed with the key in this file.",
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
) -> None:
    """Create a new store from the backup FILE, completely or not at all.

    API keys and users are left out unless you ask for them.

    \b
    Examples:
      resolver restore hub.backup --store sqlite:///hub.db
      resolver restore hub.backup --store sqlite:///hub.db --verify-key backup.key --with-accounts
    """
    from resolver.hub.admin import restore_store

    revision = restore_store(
        backup,
        store_url,
        with_accounts=with_accounts,
        verify_key=verify_key,
        warn=lambda text: click.echo(f"note: {text}", err=True),
    )
    log_act_at(store_url, backup=backup.name, with_accounts=with_accounts)
    click.echo(f"The store is at version {revision}.")
    if not with_accounts:
        click.echo(
            "note: API keys and users are not restored; make new ones, or use --with-accounts",
            err=True,
        )


_HELP = """Write everything in a store into FILE, one JSON object per line.

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


@click.command("export", help=_HELP)
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
        log_records(hub, None, canonical=canonical, ftm=ftm or None)
        if str(out) == "-":
            for line in export_lines(hub, canonical=canonical, ftm=ftm):
                sys.stdout.buffer.write(line)
            return
        count = export_store(hub, out, canonical=canonical, ftm=ftm)
    click.echo(f"{pluralize(count, 'line')}: {out}")
