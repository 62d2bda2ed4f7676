"""Command `resolver restore`."""

from __future__ import annotations

from pathlib import Path

import click

from resolver.cli.command_log import log_act_at
from resolver.cli.options import PATH, store_option
from resolver.settings import Settings


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
def command(
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
