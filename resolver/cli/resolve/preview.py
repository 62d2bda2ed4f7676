"""`resolver preview`: the first records of lists as they are understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from resolver.cli.options import Reading, files_argument, reading_options


@click.command("preview")
@files_argument
@click.option(
    "--records",
    default=5,
    type=click.IntRange(1, 1000),
    show_default=True,
    help="How many of each list.",
)
@reading_options
def command(files: tuple[Path, ...], records: int, **options: Any) -> None:
    """Show the first records of lists as they are understood, and resolve nothing.

    \b
    Examples:
      resolver preview suspects.csv --mapping suspects.yml
      resolver preview lists/ --records 2
    """
    show(files, Reading.take(options), records)


def show(files: tuple[Path, ...], reading: Reading, records: int = 5) -> None:
    """Print the preview."""
    from resolver.ingest.preview import preview

    click.echo(
        preview(
            list(files), format=reading.list_format, mapping=reading.mappings(), records=records
        ),
        nl=False,
    )
