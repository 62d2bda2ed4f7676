"""Command `resolver rebuild`: resolve everything in a store again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from resolver.cli.command_log import log_act_at
from resolver.cli.options import (
    build_store_engine,
    check_engine,
    engine_options,
    run_options,
    running_options,
    start_engine,
    store_option,
)
from resolver.cli.progress_bars import ProgressBars
from resolver.cli.store_arguments import print_effect
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.populations.rebuild import RebuildEffect

_HELP = """Resolve all records of a store again, with another plan (default: by size), model or
threshold.

The population that scores depend on is measured anew. Decisions stay valid, and entities keep their
ids if their records stay together. What changes is shown before the store is changed. With --engine
spark a cluster compares the records; what it returns is clustered and committed on this machine.

\b
Examples:
  resolver rebuild --store sqlite:///hub.db --dry-run
  resolver rebuild --store sqlite:///hub.db
  resolver rebuild --store sqlite:///hub.db --plan M --model my-model
  resolver rebuild --store sqlite:///hub.db --engine spark --master spark://host:7077
"""


@click.command("rebuild", help=_HELP)
@store_option(required=True)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@engine_options
@running_options
@click.option("-v", "--verbose", is_flag=True, help="Report each stage on standard error.")
@click.pass_obj
def command(
    settings: Settings, /, store_url: str, *, dry_run: bool, verbose: bool, **options: Any
) -> None:
    """Run `resolver rebuild`."""
    from resolver.hub.hub import Hub

    check_engine(options)
    log_act_at(store_url, dry_run=dry_run, plan=options.get("plan"))
    running = run_options(settings, options)
    with (
        Hub.open(
            store_url, running, create=False, check=False, index_dir=settings.index_dir
        ) as hub,
        ProgressBars(verbose=verbose) as bars,
    ):

        def show(effect: RebuildEffect) -> None:
            """Show what a rebuild changes, before it does."""
            bars.finish()
            print_effect(effect)

        start_engine(options)
        engine = build_store_engine(options)
        if dry_run:
            show(hub.preview_rebuild(running, progress=bars, engine=engine))
            return
        revision = hub.rebuild(running, inspect=show, progress=bars, engine=engine)
    click.echo(f"The store is at version {revision}.")
