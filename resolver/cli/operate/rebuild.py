"""Command `resolver rebuild`: resolve everything in a store again."""

from __future__ import annotations

from typing import Any

import click

from resolver.cli.options import run_options, running_options, store_option
from resolver.cli.progress_bars import ProgressBars
from resolver.settings import Settings

_HELP = """Resolve all records of a store again, with another plan (default: by size), model or
threshold.

Decisions stay valid, and entities keep their ids if their records stay together.

\b
Examples:
  resolver rebuild --store sqlite:///hub.db
  resolver rebuild --store sqlite:///hub.db --plan M --model my-model
"""


@click.command("rebuild", help=_HELP)
@store_option(required=True)
@running_options
@click.option("-v", "--verbose", is_flag=True, help="Report each stage on standard error.")
@click.pass_obj
def command(settings: Settings, /, store_url: str, verbose: bool, **options: Any) -> None:
    """Run `resolver rebuild`."""
    from resolver.hub.hub import Hub

    running = run_options(settings, options)
    with (
        Hub.open(
            store_url, running, create=False, check=False, index_dir=settings.index_dir
        ) as hub,
        ProgressBars(verbose=verbose) as bars,
    ):
        revision = hub.rebuild(running, progress=bars)
    click.echo(f"The store is at version {revision}.")
