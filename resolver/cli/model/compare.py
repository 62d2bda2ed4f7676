"""Command `resolver compare`: compare two models on the decisions of a store."""

from __future__ import annotations

import json
from pathlib import Path

import click

from resolver.cli.command_log import log_records_at
from resolver.cli.model.learning import format_comparison
from resolver.cli.options import PATH, json_option, store_option
from resolver.settings import Settings

_HELP = """Compare the models in the folders OLD and NEW before one replaces the other.

Shows how both do on held-out decisions (those that neither has learned from, and those held out
when the new one was trained from a store) and the bands that waiting pairs would get. `resolver
rebuild` then resolves the store with the new model.

\b
Examples:
  resolver compare models newmodel --store sqlite:///hub.db
  resolver compare mymodel newmodel --store sqlite:///hub.db --json
"""


@click.command("compare", help=_HELP)
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@store_option(required=True)
@json_option
@click.pass_obj
def command(settings: Settings, /, old: Path, new: Path, store_url: str, *, as_json: bool) -> None:
    """Run `resolver compare`."""
    from resolver.training.store_learning import compare_at_url

    comparison = compare_at_url(store_url, old, new)
    log_records_at(store_url, 2 * len(comparison.waiting.moved))
    if as_json:
        click.echo(json.dumps(comparison.to_json(), ensure_ascii=False))
        return
    click.echo("\n".join(format_comparison(comparison)))
    for kind in comparison.worse:
        click.echo(f"note: the new model does worse on decisions about {kind}", err=True)
