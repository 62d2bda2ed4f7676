"""`resolver compare`: two models on what a store holds."""

from __future__ import annotations

import json
from pathlib import Path

import click

from resolver.cli.model.learning import told
from resolver.cli.options import PATH, json_option, store_option
from resolver.settings import Settings


@click.command("compare")
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@store_option(required=True)
@json_option
@click.pass_obj
def command(settings: Settings, /, old: Path, new: Path, store_url: str, *, as_json: bool) -> None:
    """Compare the models in the folders OLD and NEW before the one replaces the other.

    Shows how both do on decisions held out: those that neither has learnt from, and those that were held out while the
    new one was made from a store; and what would become of the pairs that wait. `resolver replan` then resolves the
    store with the new one.

    \b
    Examples:
      resolver compare models newmodel --store sqlite:///hub.db
      resolver compare mymodel newmodel --store sqlite:///hub.db --json
    """
    from resolver.training.store_learning import compare

    found = compare(store_url, old, new)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo("\n".join(told(found)))
    for kind in found.worse:
        click.echo(f"note: the new model does worse on decisions about {kind}", err=True)
