"""Command `resolver withdraw`: withdraw records from a store."""

from __future__ import annotations

import json

import click

from resolver.cli.command_log import log_act_at, steward_option
from resolver.cli.options import json_option, store_option
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

_HELP = """Withdraw RECORD...: added by mistake, or no longer listed.

The remaining records of their entities are resolved again. Withdrawn records stay in the
history; adding a record again reverses its withdrawal.

\b
Example:
  resolver withdraw us-ofac-sdn:7160 --store sqlite:///hub.db
"""


@click.command("withdraw", help=_HELP)
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@store_option(required=True)
@steward_option
@json_option
@click.pass_obj
def command(
    settings: Settings, /, records: tuple[str, ...], store_url: str, steward: str, as_json: bool
) -> None:
    """Run `resolver withdraw`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.hub.ownership import RecordOwner

    log_act_at(store_url, ids=sorted(set(records)), who=steward)
    with open_hub(store_url, settings) as hub:
        result = hub.withdraw(sorted(set(records)), owner=RecordOwner(steward))
    if as_json:
        answer = {"withdrawn": list(result.withdrawn), "version": result.revision}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    count = pluralize(len(result.withdrawn), "record")
    click.echo(f"{count} withdrawn; the store is at version {result.revision}.")
