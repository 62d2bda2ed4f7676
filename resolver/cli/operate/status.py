"""Command `resolver status`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from resolver.cli.options import json_option, store_option
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.admin import StoredSource, StoreStatus


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
def command(settings: Settings, /, store_url: str, as_json: bool) -> None:
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
