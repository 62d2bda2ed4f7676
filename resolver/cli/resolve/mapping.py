"""Command `resolver mapping`: propose a mapping for a table."""

from __future__ import annotations

from pathlib import Path

import click

from resolver.cli.options import LIST_PATH, PATH


@click.command("mapping")
@click.argument("file", type=LIST_PATH, metavar="FILE")
@click.option("--out", type=PATH, metavar="FILE.yml", help="Write the mapping to this file.")
def command(file: Path, out: Path | None) -> None:
    """Propose a mapping for a table: what each column seems to hold, and why.

    Names of columns in 29 languages are known; values decide about the others. Check the proposal
    before you use it.

    \b
    Examples:
      resolver mapping suspects.csv
      resolver mapping suspects.xlsx --out suspects.mapping.yml
    """
    from resolver.errors import UsageError
    from resolver.ingest.io.remote_files import local_copies
    from resolver.ingest.proposals.mapping_proposal import propose_mapping

    if out is not None and out.exists():
        raise UsageError(f"--out {out} exists", hint="choose another name, or remove it")
    with local_copies([file]) as paths:
        text = propose_mapping(paths[0])
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, "utf-8")
    click.echo(f"wrote {out}")
