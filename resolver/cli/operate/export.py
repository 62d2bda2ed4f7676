"""`resolver export`: all that a store holds, as JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from resolver.cli.options import PATH, model_option, store_option
from resolver.cli.store_arguments import open_hub
from resolver.settings import Settings


@click.command("export")
@store_option(required=True)
@click.option(
    "--out", type=PATH, required=True, metavar="FILE", help="File to write; - is standard output."
)
@click.option(
    "--canonical",
    is_flag=True,
    help="No ids, versions or times: the same records give the same bytes.",
)
@model_option
@click.pass_obj
def command(
    settings: Settings, /, store_url: str, out: Path, canonical: bool, **options: Any
) -> None:
    """Write everything a store holds into FILE, one JSON object a line.

    Canonical exports name entities by their smallest record id and hold golden values and links alone, so that they are
    equal where the same records and decisions came in another order.

    \b
    Examples:
      resolver export --store sqlite:///hub.db --out hub.jsonl
      resolver export --store sqlite:///hub.db --canonical --out hub.canonical.jsonl
    """
    from resolver.hub.exports import export, lines

    with open_hub(store_url, settings, model_dir=options["model_dir"]) as hub:
        if str(out) == "-":
            for line in lines(hub, canonical=canonical):
                sys.stdout.buffer.write(line)
            return
        count = export(hub, out, canonical=canonical)
    click.echo(f"{count:,} lines: {out}")
