"""Command `resolver backup`."""

from __future__ import annotations

from pathlib import Path

import click

from resolver.cli.command_log import log_records_at
from resolver.cli.options import PATH, store_option
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
def command(settings: Settings, /, store_url: str, out: Path, sign_key: Path | None) -> None:
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
