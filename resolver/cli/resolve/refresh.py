"""Command `resolver refresh`: measure the population of a store anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from resolver.cli.command_log import log_act_at
from resolver.cli.options import (
    build_store_engine,
    check_engine,
    engine_options,
    model_option,
    start_engine,
    store_option,
)
from resolver.cli.progress_bars import ProgressBars
from resolver.cli.store_arguments import open_hub, print_effect
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.populations.rebuild import RebuildEffect

_HELP = """Measure the population of a store anew, and resolve its records in it.

Scores depend on how many records a store has, on how common their words are, and on how many
duplicates there are. These figures stay as they are until the next refresh. `dedupe --store` and
workers refresh a store by themselves when it has grown by half.

Plan, model and thresholds stay: see `resolver rebuild` for others. With --engine spark a cluster
compares the records; what it returns is clustered and committed on this machine.

\b
Examples:
  resolver refresh --store sqlite:///hub.db --dry-run
  resolver refresh --store sqlite:///hub.db
  resolver refresh --store sqlite:///hub.db --accept-large
  resolver refresh --store sqlite:///hub.db --engine spark --master spark://host:7077
"""


@click.command("refresh", help=_HELP)
@store_option(required=True)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--accept-large",
    is_flag=True,
    help="Accept the changes, however many entities split or merge.",
)
@engine_options
@model_option
@click.option("-v", "--verbose", is_flag=True, help="Report each stage on standard error.")
@click.pass_obj
def command(
    settings: Settings,
    /,
    store_url: str,
    *,
    dry_run: bool,
    accept_large: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Run `resolver refresh`."""
    from resolver.hub.populations.rebuild import refuse_large

    check_engine(options)
    log_act_at(store_url, dry_run=dry_run, accept_large=accept_large)
    with (
        open_hub(store_url, settings, model_dir=options["model_dir"]) as hub,
        ProgressBars(verbose=verbose) as bars,
    ):

        def show(effect: RebuildEffect) -> None:
            """Show what a refresh changes, and refuse too much of it."""
            bars.finish()
            print_effect(effect)
            if not (dry_run or accept_large):
                refuse_large(effect)

        start_engine(options)
        engine = build_store_engine(options)
        if dry_run:
            show(hub.preview_refresh(progress=bars, engine=engine))
            return
        revision = hub.refresh(inspect=show, progress=bars, engine=engine)
    click.echo(f"The store is at version {revision}.")
