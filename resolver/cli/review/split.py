"""`resolver split`: take records out of an entity."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from resolver.cli.options import json_option, store_option
from resolver.cli.review.decide import shown
from resolver.cli.steward_option import who_option
from resolver.settings import Settings


@click.command("split")
@click.argument("entity", metavar="ENTITY")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@store_option(required=True)
@click.option("--why", default="", help="The reason, which the log keeps.")
@click.option("--dry-run", is_flag=True, help="Show what it would do, and change nothing.")
@who_option
@json_option
@click.pass_obj
def command(
    settings: Settings, /, entity: str, records: tuple[str, ...], store_url: str, **options: Any
) -> None:
    """Take RECORD... out of ENTITY: they become an entity of their own, and stay apart from what is left.

    \b
    Example:
      resolver split e-2y624haltqk5flozqykq us-ofac-sdn:7160 --store sqlite:///hub.db --why "another birth date"
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.review import Rules, Steward, preview_split, split

    steward, rules = Steward(options["who"], scopes=frozenset({"admin"})), Rules.of(settings)
    with open_hub(store_url, settings) as hub:
        if options["dry_run"]:
            found = preview_split(hub, steward, entity, records, rules)
            click.echo(
                json.dumps(asdict(found), ensure_ascii=False)
                if options["as_json"]
                else shown(found)
            )
            return
        outcome = split(hub, steward, entity, records, options["why"], rules=rules)
    if options["as_json"]:
        click.echo(json.dumps(asdict(outcome), ensure_ascii=False))
        return
    click.echo(f"{outcome.message} (decision {outcome.numbers[0]}, version {outcome.version})")
