"""Command `resolver undo`: undo a decision."""

from __future__ import annotations

import json
from typing import Any

import click

from resolver.cli.command_log import log_records, steward_option
from resolver.cli.options import json_option, store_option
from resolver.settings import Settings

_HELP = """Undo the decision ID and those taken together with it; the state before is restored,
including entity ids. ID may also be its number in the log.

Decisions of two stewards take two to undo: the second one runs `resolver confirm`.

\b
Example:
  resolver undo d-5f0c2a9be1734d68 --store sqlite:///hub.db --why "wrong file"
"""


@click.command("undo", help=_HELP)
@click.argument("decision_id", metavar="ID")
@store_option(required=True)
@click.option("--why", default="", help="Reason, for the log.")
@steward_option
@json_option
@click.pass_obj
def command(settings: Settings, /, decision_id: str, store_url: str, **options: Any) -> None:
    """Run `resolver undo`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Steward, undo_decision

    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions that it rests on
        log_records(hub, 2, decision=decision_id)
        outcome = undo_decision(
            hub,
            Steward(options["steward"], scopes=frozenset({"admin"})),
            decision_id,
            why=options["why"],
        )
    if options["as_json"]:
        click.echo(json.dumps(outcome.to_json(), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.ids[0]}, version {outcome.revision})")
