"""`resolver formats`: the list formats that are known, from the table of readers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from resolver.cli.options import json_option

if TYPE_CHECKING:
    from resolver.ingest.reader_types import ReaderRow

PAGE = """# List formats

The format of a file is found from what is in it; `--format NAME` overrides. Files that belong together are one list:
name any of them, or the folder. Gzip (`.gz`) and zip files are read as they are. A list that declares itself free of
duplicates lets two of its own entries count as different people.

This page is made by `resolver formats --markdown`. Tabular files of any other layout need a mapping: see
[Submit a batch](submit-a-batch.md).

| name | what | files that make one list | free of duplicates |
|---|---|---|---|
"""


@click.command("formats")
@click.option("--markdown", is_flag=True, help="Print the page docs/formats.md.")
@json_option
def command(*, markdown: bool, as_json: bool) -> None:
    """List the formats of lists that are known.

    \b
    Examples:
      resolver formats
      resolver dedupe export.txt --format bis_dpl --out result
    """
    from resolver.ingest.readers import READERS

    rows = tuple(READERS)
    if markdown:
        click.echo(page(rows), nl=False)
    elif as_json:
        click.echo(json.dumps([_plain(row) for row in rows], indent=2))
    else:
        width = max(len(row.name) for row in rows)
        for row in rows:
            click.echo(f"{row.name:<{width}}  {row.help}")


def page(rows: tuple[ReaderRow, ...]) -> str:
    """The text of docs/formats.md."""
    lines = [
        f"| `{row.name}` | {row.help} | {_together(row)} | {'yes' if row.deduplicated else 'no'} |\n"
        for row in rows
    ]
    return PAGE + "".join(lines)


def _together(row: ReaderRow) -> str:
    return "; ".join(", ".join(f"`{stem}`" for stem in stems) for stems in row.companions)


def _plain(row: ReaderRow) -> dict[str, object]:
    return {
        "name": row.name,
        "help": row.help,
        "files": [list(stems) for stems in row.companions],
        "deduplicated": row.deduplicated,
    }
