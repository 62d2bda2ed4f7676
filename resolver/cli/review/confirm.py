"""`resolver confirm`: the second pair of eyes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from resolver.cli.options import json_option, store_option
from resolver.cli.steward_option import who_option
from resolver.settings import Settings


@click.command("confirm")
@click.argument("number", type=int, metavar="N")
@store_option(required=True)
@who_option
@json_option
@click.pass_obj
def command(settings: Settings, /, number: int, store_url: str, **options: Any) -> None:
    """Say the same as decision N, which waits for a second steward (see `resolver queue --pending`).

    \b
    Example:
      resolver confirm 17 --store sqlite:///hub.db --who lee
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Steward, confirm

    with open_hub(store_url, settings) as hub:
        outcome = confirm(hub, Steward(options["who"], scopes=frozenset({"admin"})), number)
    if options["as_json"]:
        click.echo(json.dumps(asdict(outcome), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.numbers[0]}, version {outcome.version})")
