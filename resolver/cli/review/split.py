"""Command `resolver split`: split records off an entity."""

from __future__ import annotations

from typing import Any

import click

from resolver.cli.command_log import log_records, steward_option
from resolver.cli.options import json_option, store_option
from resolver.cli.review.decide import log_preview, print_outcome, print_preview
from resolver.settings import Settings

_HELP = """
Split RECORD... off ENTITY: they become an entity of their own and are never merged with the
rest.

\b
Example:
  resolver split e-2y624haltqk5flozqykq us-ofac-sdn:7160 --store sqlite:///hub.db --dry-run
"""


@click.command("split", help=_HELP)
@click.argument("entity", metavar="ENTITY")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@store_option(required=True)
@click.option("--why", default="", help="Reason, for the log.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@steward_option
@json_option
@click.pass_obj
def command(
    settings: Settings, /, entity: str, records: tuple[str, ...], store_url: str, **options: Any
) -> None:
    """Run `resolver split`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.review import DeskRules, Steward, preview_split, split_entity

    steward = Steward(options["steward"], scopes=frozenset({"admin"}))
    rules = DeskRules.from_settings(settings)
    with open_hub(store_url, settings) as hub:
        # a refusal shows the decisions that it rests on
        log_records(hub, len(records), entity=entity)
        if options["dry_run"]:
            effects = preview_split(hub, steward, entity, records, rules)
            log_preview(hub, effects)
            print_preview(effects, as_json=options["as_json"])
            return
        outcome = split_entity(hub, steward, entity, records, options["why"], rules=rules)
    print_outcome(outcome, as_json=options["as_json"])
