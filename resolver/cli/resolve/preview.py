"""Command `resolver preview`: show the first records of lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from resolver.cli.options import ReadingOptions, files_argument, reading_options


@click.command("preview")
@files_argument
@click.option(
    "--records",
    default=5,
    type=click.IntRange(1, 1000),
    show_default=True,
    help="Number of records of each list.",
)
@reading_options
def command(files: tuple[Path, ...], records: int, **options: Any) -> None:
    """Show the first records of lists as they are read, without resolving anything.

    \b
    Examples:
      resolver preview suspects.csv --mapping suspects.yml
      resolver preview lists/ --records 2
    """
    print_list_preview(files, ReadingOptions.from_options(options), records)


def print_list_preview(files: tuple[Path, ...], reading: ReadingOptions, records: int = 5) -> None:
    """Print the first records of lists."""
    from resolver.ingest.io.remote_files import local_copies
    from resolver.ingest.list_preview import preview_lists

    with local_copies(files) as paths:
        text = preview_lists(
            paths, format=reading.list_format, mapping=reading.mappings(), records=records
        )
    click.echo(text, nl=False)
