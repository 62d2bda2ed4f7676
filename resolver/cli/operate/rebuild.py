"""Commands `resolver rebuild` and `resolver refresh`: resolve everything in a store again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.options import model_option, run_options, running_options, store_option
from resolver.cli.progress_bars import ProgressBars
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.populations.rebuild import RebuildEffect

_REBUILD_HELP = """Resolve all records of a store again, with another plan (default: by size), model
or threshold.

The population that scores depend on is measured anew. Decisions stay valid, and entities keep their
ids if their records stay together. What will change is shown before the store changes.

\b
Examples:
  resolver rebuild --store sqlite:///hub.db --dry-run
  resolver rebuild --store sqlite:///hub.db --plan M --model my-model
"""
_REFRESH_HELP = """Measure the population of a store anew, and resolve its records in it.

Scores depend on how many records a store has, on how common their words are, and on how many
duplicates there are. These figures stay as they are until the next refresh. `dedupe --store` and
workers refresh a store by themselves when it has grown by half.

Plan, model and thresholds stay; see `resolver rebuild` for others.

\b
Examples:
  resolver refresh --store sqlite:///hub.db --dry-run
  resolver refresh --store sqlite:///hub.db --accept-large
"""
_dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would change, and change nothing."
)
_verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Report each stage on standard error."
)


@click.command("rebuild", help=_REBUILD_HELP)
@store_option(required=True)
@_dry_run_option
@running_options
@_verbose_option
@click.pass_obj
def command(
    settings: Settings, /, store_url: str, *, dry_run: bool, verbose: bool, **options: Any
) -> None:
    """Run `resolver rebuild`."""
    from resolver.hub.hub import Hub

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
            _show(effect)

        if dry_run:
            show(hub.preview_rebuild(running, progress=bars))
            return
        revision = hub.rebuild(running, inspect=show, progress=bars)
    click.echo(f"The store is at version {revision}.")


@click.command("refresh", help=_REFRESH_HELP)
@store_option(required=True)
@_dry_run_option
@click.option(
    "--accept-large",
    is_flag=True,
    help="Accept the changes, however many entities split or merge.",
)
@model_option
@_verbose_option
@click.pass_obj
def refresh_command(
    settings: Settings,
    /,
    store_url: str,
    *,
    dry_run: bool,
    accept_large: bool,
    model_dir: Path | None,
    verbose: bool,
) -> None:
    """Run `resolver refresh`."""
    from resolver.cli.store_arguments import open_hub
    from resolver.hub.populations.rebuild import refuse_large

    with (
        open_hub(store_url, settings, model_dir=model_dir) as hub,
        ProgressBars(verbose=verbose) as bars,
    ):

        def show(effect: RebuildEffect) -> None:
            """Show what a refresh changes, and refuse too much of it."""
            bars.finish()
            _show(effect)
            if not (dry_run or accept_large):
                refuse_large(effect)

        if dry_run:
            show(hub.preview_refresh(progress=bars))
            return
        revision = hub.refresh(inspect=show, progress=bars)
    click.echo(f"The store is at version {revision}.")


def _show(effect: RebuildEffect) -> None:
    click.echo(f"{effect.summary}.")
    for line in effect.population_lines():
        click.echo(f"  {line}")
