"""`resolver tables`: how common names are and which numbers many use, counted anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from resolver.cli.list_arguments import read
from resolver.cli.options import (
    PATH,
    Reading,
    json_option,
    model_option,
    reading_options,
    store_option,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.run_results import prepare
from resolver.errors import ModelError
from resolver.settings import Settings

_SHOWN = 8


@click.command("tables")
@click.argument("files", nargs=-1, type=PATH, metavar="[FILE...]")
@store_option()
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="DIR",
    help="Model folder for tables.json (made if absent).",
)
@model_option
@reading_options
@json_option
@click.pass_obj
def command(settings: Settings, /, files: tuple[Path, ...], out: Path, **options: Any) -> None:
    """Count in the lists FILE... how common the words of names are, and which numbers many people use: document
    numbers, telephones, e-mail addresses. Such a number counts for nothing.

    DIR/tables.json holds only words that 20 entries of one list bear, and numbers used under 20 different names, so
    that nobody's list can be read from it. Models that DIR lacks are taken over from --model. Scores change with the
    tables: a model fitted on others still works, but train it again for scores that hold.

    --store adds the numbers that 20 entities of a store use to those of --model, and leaves the words as they are: only
    pairs with such a number are scored otherwise, and nothing need be trained again. `resolver replan` then resolves
    the store with them.

    \b
    Examples:
      resolver tables lists/ --out mymodel
      resolver train lists/ --judged pairs.csv --model mymodel --out mymodel
      resolver tables --store sqlite:///hub.db --out mymodel
      resolver replan --store sqlite:///hub.db --model mymodel
    """
    url = options["store_url"]
    if bool(files) == bool(url):
        raise click.UsageError("name either lists or, with --store, a store.")
    base = options["model_dir"] or settings.model_dir
    with Bars(verbose=options["verbose"]) as bars:
        from resolver.models import loader

        before = loader.load("tables", base)
        count, tables = (
            _of_store(url, before, bars) if url else _of_lists(files, Reading.take(options), bars)
        )
        prepare(out)
        taken = _take_over(out, base)
        loader.save("tables", tables, out)
    said = {"records": count, **_changes(before, tables), "taken_over": taken, "out": str(out)}
    if options["as_json"]:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(_text(said))
    if url:
        click.echo(f"To use them: resolver replan --store {url} --model {out}")


def _of_lists(files: tuple[Path, ...], reading: Reading, bars: Bars) -> tuple[int, dict[str, Any]]:
    """How many records there are, and tables counted in them."""
    intake = read(files, reading, bars)
    from resolver.training.train import make_tables

    bars.start("count", len(intake.batch), "records")
    return len(intake.batch), make_tables([intake])


def _of_store(url: str, before: dict[str, Any], bars: Bars) -> tuple[int, dict[str, Any]]:
    """How many records a store holds, and the tables with the numbers that many of its entities use."""
    from resolver.training.shared_numbers import of_store_at

    bars.start("count", None)
    count, found = of_store_at(url)
    return count, {**before, "mass_used": sorted({*before["mass_used"], *found})}


def _take_over(out: Path, base: Path | None) -> list[str]:
    """Copy the models that a folder lacks from `base`, so that it can be used as a model: their names."""
    from resolver.models import loader

    taken = []
    for kind in loader.KINDS:
        try:
            loader.load(kind, out)
        except ModelError:
            loader.save(kind, loader.load(kind, base), out)
            taken.append(kind)
    return taken


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """How many words and numbers there are, and the most common words that are new."""
    found: dict[str, Any] = {}
    for population in ("person", "group"):
        old, new = before.get(f"{population}_counts", {}), after[f"{population}_counts"]
        added = sorted(set(new) - set(old), key=lambda word: (-new[word], word))
        found[f"{population}_words"] = len(new)
        found[f"{population}_words_before"] = len(old)
        found[f"{population}_new"] = added[:_SHOWN]
    found["mass_used"] = after["mass_used"]
    found["mass_used_before"] = len(before.get("mass_used", ()))
    return found


def _text(said: dict[str, Any]) -> str:
    lines = [f"{said['records']:,} records counted."]
    for population in ("person", "group"):
        count, before, new = (
            said[f"{population}_{key}"] for key in ("words", "words_before", "new")
        )
        most = f"; new ones, most common first: {', '.join(new)}" if new else ""
        lines.append(f"{count:,} common words in names of {population}s (before: {before:,}){most}")
    numbers = said["mass_used"]
    shown = ", ".join(numbers[:_SHOWN]) + (" …" if len(numbers) > _SHOWN else "")
    was = said["mass_used_before"]
    lines.append(
        f"{len(numbers):,} numbers that many people use (before: {was:,}){': ' + shown if numbers else ''}"
    )
    if said["taken_over"]:
        lines.append(f"Models taken over: {', '.join(said['taken_over'])}")
    return "\n".join([*lines, f"Tables: {Path(said['out']) / 'tables.json'}"])
