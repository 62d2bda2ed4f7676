"""Command `resolver undo`: undo a decision."""

from __future__ import annotations

import json
from typing import Any

import click

from resolver.cli.command_log import log_records, steward_option
from resolver.cli.options import json_option, store_option
from resolver.settings import Settings

_HELP = """Undo decision N and those taken together with it; the state before is restored, including
entity ids.

Decisions of two stewards take two to undo: the second one runs `resolver confirm`.

\b
Example:
  resolver undo 17 --store sqlite:///hub.db --why "wrong file"
"""


@click.command("undo", help=_HELP)
@click.argument("number", type=int, metavar="N")
@store_option(required=True)
@click.option("--why", default="", help="Reason, for the log.")
@steward_option
@json_option
@click.pass_obj
def command(settings: Settings, /, number: int, store_url: str, **options: Any) -> None:
    """Run `resolver undo`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Steward, undo_decision

    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions that it rests on
        log_records(hub, 2, decision=number)
        outcome = undo_decision(
            hub,
            Steward(options["steward"], scopes=frozenset({"admin"})),
            number,
            why=options["why"],
        )
    if options["as_json"]:
        click.echo(json.dumps(outcome.to_json(), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.numbers[0]}, version {outcome.revision})")
