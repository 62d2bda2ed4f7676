"""`resolver demo`: a small world of agencies, made and resolved."""

from __future__ import annotations

from pathlib import Path

import click

from resolver.cli.list_arguments import read
from resolver.cli.options import PATH, Reading, run_options
from resolver.cli.progress_bars import Bars
from resolver.cli.run_results import prepare, tell, write
from resolver.settings import Settings


@click.command("demo")
@click.option(
    "--records",
    type=click.IntRange(100, 10_000_000),
    default=2000,
    show_default=True,
    help="How many.",
)
@click.option(
    "--out",
    type=PATH,
    default=Path("demo"),
    show_default=True,
    metavar="DIR",
    help="Where it all goes.",
)
@click.option(
    "--agencies",
    type=click.IntRange(5, 50),
    default=8,
    show_default=True,
    help="How many agencies.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="The same seed, the same world.",
)
@click.option(
    "--only-lists", is_flag=True, help="Make the lists and their truth, and resolve nothing."
)
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what each stage did.")
@click.pass_obj
def command(
    settings: Settings,
    /,
    *,
    records: int,
    out: Path,
    agencies: int,
    seed: int,
    only_lists: bool,
    verbose: bool,
) -> None:
    """Make the lists of some agencies that know the same people and groups under other spellings, and resolve them.

    Nobody in them exists. DIR/lists holds the lists, DIR/truth.csv who is who in them, DIR/result
    what came of it.

    \b
    Examples:
      resolver demo --records 2000 --out demo
      resolver demo --records 1000000 --agencies 30 --out world --only-lists
    """
    lists, result = out / "lists", out / "result"
    prepare(lists)
    with Bars(verbose=verbose) as bars:
        from resolver.synthetic import write_world

        bars.start("make lists", records, "records")
        write_world(lists, records, seed=seed, agencies=agencies, progress=bars)
        # what is true is no list
        (lists / "truth.csv").replace(out / "truth.csv")
        bars.finish()
        if only_lists:
            click.echo(f"Lists: {lists}")
            return
        from resolver.engines.local import dedupe

        prepare(result)
        running = run_options(settings, {})
        intake = read([lists], Reading(), bars)
        resolution = dedupe(intake, running, bars)
        write(result, intake, resolution, running, bars)
    click.echo(f"Lists of {agencies} agencies: {lists}")
    tell(result, intake, resolution, as_json=False, profile=False, only_entities=False)
