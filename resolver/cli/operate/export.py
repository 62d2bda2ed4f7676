"""Command `resolver export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from resolver.cli.command_log import log_records
from resolver.cli.options import PATH, model_option, store_option
from resolver.cli.store_arguments import open_hub_to_read
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

_HELP = """Write everything in a store into FILE, one JSON object per line.

Canonical exports name entities by their smallest record id and contain golden values and links
only, so that stores with the same records and decisions give the same file, in whatever order
these came. With --ftm the file holds FollowTheMoney entities, with the addresses, sanctions and
other link entities of FollowTheMoney lists under their own ids; it can be read again as a list.

\b
Examples:
  resolver export --store sqlite:///hub.db --out hub.jsonl
  resolver export --store sqlite:///hub.db --canonical --out hub.canonical.jsonl
  resolver export --store sqlite:///hub.db --ftm --out hub.ftm.json
"""


@click.command("export", help=_HELP)
@store_option(required=True)
@click.option(
    "--out", type=PATH, required=True, metavar="FILE", help="File to write; - is standard output."
)
@click.option(
    "--canonical",
    is_flag=True,
    help="Leave out ids, versions and times: the same records give the same bytes.",
)
@click.option("--ftm", is_flag=True, help="Write FollowTheMoney entities.")
@model_option
@click.pass_obj
def command(
    settings: Settings, /, store_url: str, out: Path, canonical: bool, ftm: bool, **options: Any
) -> None:
    """Run `resolver export`."""
    from resolver.hub.exports import export_lines, export_store

    if canonical and ftm:
        raise click.UsageError("--canonical and --ftm are two forms: give one of them")
    with open_hub_to_read(store_url, settings, options["model_dir"]) as hub:
        log_records(hub, None, canonical=canonical, ftm=ftm or None)
        if str(out) == "-":
            for line in export_lines(hub, canonical=canonical, ftm=ftm):
                sys.stdout.buffer.write(line)
            return
        count = export_store(hub, out, canonical=canonical, ftm=ftm)
    click.echo(f"{pluralize(count, 'line')}: {out}")
