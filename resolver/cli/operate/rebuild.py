"""`resolver replan`: everything in a store resolved anew."""

from __future__ import annotations

from typing import Any

import click

from resolver.cli.options import run_options, running_options, store_option
from resolver.cli.progress_bars import Bars
from resolver.settings import Settings


@click.command("replan")
@store_option(required=True)
@running_options
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what each stage did.")
@click.pass_obj
def command(settings: Settings, /, store_url: str, verbose: bool, **options: Any) -> None:
    """Resolve all records of a store anew, under another plan (default: the one for its size), model or border.

    Decisions hold, and entities keep their ids where their records stay together.

    \b
    Examples:
      resolver replan --store sqlite:///hub.db
      resolver replan --store sqlite:///hub.db --plan M --model my-model
    """
    from resolver.hub.hub import Hub

    running = run_options(settings, options)
    with (
        Hub.open(
            store_url, running, create=False, check=False, index_dir=settings.index_dir
        ) as hub,
        Bars(verbose=verbose) as bars,
    ):
        version = hub.replan(running, progress=bars)
    click.echo(f"The store stands at version {version}.")
