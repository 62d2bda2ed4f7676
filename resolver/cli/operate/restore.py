"""Command `resolver restore`."""

from __future__ import annotations

from pathlib import Path

import click

from resolver.cli.options import PATH, store_option
from resolver.settings import Settings


@click.command("restore")
@click.argument("backup", type=PATH, metavar="FILE")
@store_option(required=True)
@click.pass_obj
def command(settings: Settings, /, backup: Path, store_url: str) -> None:
    """Create a new store from the backup FILE, completely or not at all.

    \b
    Example:
      resolver restore hub.backup --store sqlite:///hub.db
    """
    from resolver.hub.admin import restore_store

    revision = restore_store(backup, store_url)
    click.echo(f"The store is at version {revision}.")
