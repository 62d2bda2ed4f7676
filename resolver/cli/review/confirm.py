"""Command `resolver confirm`: confirmation by a second steward."""

from __future__ import annotations

import json
from typing import Any

import click

from resolver.cli.command_log import log_records, steward_option
from resolver.cli.options import json_option, store_option
from resolver.settings import Settings


@click.command("confirm")
@click.argument("decision_id", metavar="ID")
@store_option(required=True)
@steward_option
@json_option
@click.pass_obj
def command(settings: Settings, /, decision_id: str, store_url: str, **options: Any) -> None:
    """Confirm the decision ID, which waits for a second steward (see `resolver queue --pending`).

    ID may also be its number in the log.

    \b
    Example:
      resolver confirm d-5f0c2a9be1734d68 --store sqlite:///hub.db --who lee
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Steward, confirm_decision

    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions that it rests on
        log_records(hub, 2, decision=decision_id)
        outcome = confirm_decision(
            hub, Steward(options["steward"], scopes=frozenset({"admin"})), decision_id
        )
    if options["as_json"]:
        click.echo(json.dumps(outcome.to_json(), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.ids[0]}, version {outcome.revision})")
