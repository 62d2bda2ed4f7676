"""`resolver status`: what a store holds."""

from __future__ import annotations

import json

import click

from resolver.cli.options import json_option, store_option
from resolver.settings import Settings


@click.command("status")
@store_option(required=True)
@json_option
@click.pass_obj
def command(settings: Settings, /, store_url: str, as_json: bool) -> None:
    """Show what a store holds: its version, records, entities, what waits for review, and its sources.

    \b
    Example:
      resolver status --store sqlite:///hub.db
    """
    from resolver.hub.admin import status

    found = status(store_url)
    if as_json:
        sources = [
            {"name": one.name, "agency": one.agency, "records": one.records, "version": one.list_version,
             "updated": one.updated, "deduplicated": one.deduplicated}
            for one in found.sources
        ]  # fmt: skip
        counts = {"records": found.records, "entities": found.entities, "waiting": found.waiting}
        said = {
            "version": found.version,
            "plan": found.plan,
            "model": found.model,
            **counts,
            "sources": sources,
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(
        f"Version {found.version}: {found.records:,} records are {found.entities:,} entities; "
        f"{found.waiting:,} pairs wait for review. Plan {found.plan or '-'}, model {found.model or '-'}."
    )
    for one in found.sources:
        when = f", list of {one.list_version}" if one.list_version else ""
        updated = f", updated {one.updated[:16]}Z" if one.updated else ""
        click.echo(f"{one.name}: {one.records:,} records{when}{updated}")
