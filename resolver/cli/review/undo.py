"""`resolver undo`: take a decision back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from resolver.cli.options import json_option, store_option
from resolver.cli.steward_option import who_option
from resolver.settings import Settings


@click.command("undo")
@click.argument("number", type=int, metavar="N")
@store_option(required=True)
@click.option("--why", default="", help="The reason, which the log keeps.")
@who_option
@json_option
@click.pass_obj
def command(settings: Settings, /, number: int, store_url: str, **options: Any) -> None:
    """Take back decision N, with those taken together with it: what stood before stands again, ids included.

    What two stewards decided takes two to undo: the second one runs `resolver confirm`.

    \b
    Example:
      resolver undo 17 --store sqlite:///hub.db --why "wrong file"
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Steward, undo

    with open_hub(store_url, settings) as hub:
        outcome = undo(
            hub, Steward(options["who"], scopes=frozenset({"admin"})), number, why=options["why"]
        )
    if options["as_json"]:
        click.echo(json.dumps(asdict(outcome), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.numbers[0]}, version {outcome.version})")
