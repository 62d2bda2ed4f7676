"""`resolver withdraw`: take records of a store back."""

from __future__ import annotations

import json

import click

from resolver.cli.options import json_option, store_option
from resolver.cli.steward_option import who_option
from resolver.settings import Settings


@click.command("withdraw")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@store_option(required=True)
@who_option
@json_option
@click.pass_obj
def command(
    settings: Settings, /, records: tuple[str, ...], store_url: str, who: str, as_json: bool
) -> None:
    """Take RECORD... back: a mistake, or somebody who is no longer sought.

    Who is left of their entities is resolved anew. What they said stays in the history; adding a record again undoes
    it.

    \b
    Example:
      resolver withdraw us-ofac-sdn:7160 --store sqlite:///hub.db
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.hub.ownership import Sender

    with open_hub(store_url, settings) as hub:
        landed = hub.withdraw(sorted(set(records)), sender=Sender(who))
    if as_json:
        click.echo(
            json.dumps(
                {"withdrawn": list(landed.withdrawn), "version": landed.version}, ensure_ascii=False
            )
        )
        return
    count = len(landed.withdrawn)
    click.echo(
        f"{count} record{'' if count == 1 else 's'} withdrawn; the store stands at version {landed.version}."
    )
