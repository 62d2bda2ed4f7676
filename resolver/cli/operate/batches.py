"""Command `resolver batches`: list submitted batches, accept those on hold."""

from __future__ import annotations

import json

import click

from resolver.cli.command_log import log_act_at, steward_option
from resolver.cli.options import json_option, store_option


@click.group("batches")
def command() -> None:
    """List submitted batches, and accept those on hold because they would change very much.

    \b
    Examples:
      resolver batches list --store sqlite:///hub.db
      resolver batches accept 6f1c0e6a3d5b4c0f8f3d2b1a09e8d7c6 --store sqlite:///hub.db
    """


@command.command("list")
@store_option(required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Number of batches, the newest first.",
)
@json_option
def list_batches_command(store_url: str, limit: int, as_json: bool) -> None:
    """List the newest batches."""
    from resolver.hub.admin import list_batches

    log_act_at(store_url, limit=limit)
    rows = list_batches(store_url, limit)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        owner = f" of {row['agency']}" if row["agency"] else ""
        error = f": {row['error']}" if row["error"] else ""
        click.echo(
            f"{row['id']} {row['created'][:16]}Z {row['label']}{owner}, {row['state']}{error}"
        )


@command.command("accept")
@click.argument("batch", metavar="ID")
@store_option(required=True)
@steward_option
def accept_batch_command(batch: str, store_url: str, steward: str) -> None:
    """Accept the batch ID, however much it changes. A worker then processes it."""
    from resolver.hub.admin import accept_held_batch

    log_act_at(store_url, batch=batch, who=steward)
    accept_held_batch(store_url, batch, steward)
    click.echo(f"Batch {batch} is accepted and waits for a worker.")
