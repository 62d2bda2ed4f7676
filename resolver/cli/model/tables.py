"""Command `resolver tables`: count common names and numbers used by many."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from resolver.cli.arguments import read_list_files
from resolver.cli.options import (
    LIST_PATH,
    PATH,
    ReadingOptions,
    json_option,
    model_option,
    reading_options,
    store_option,
)
from resolver.cli.process_start import ProgressBars, log_records_at
from resolver.cli.run_results import prepare_folder
from resolver.errors import ModelError, pluralize
from resolver.settings import Settings

_SHOWN = 8


_HELP = """Count in the lists FILE... how common the words of names are, and which numbers (of
documents, telephones, e-mail addresses) many people use. Such numbers count for nothing.

DIR/tables.json has only words used by 20 entries of one list, and numbers used under 20
different names, so that it reveals nobody's list. Models missing in DIR are copied from
--model. Scores change with the tables: a model fitted with others still works, but train it
again for calibrated scores.

--store adds the numbers that 20 entities of a store use to those of --model, and leaves the
words as they are: only pairs with such a number get other scores, and no model has to be
trained again. `resolver rebuild` then resolves the store with the new tables.

\b
Examples:
  resolver tables lists/ --out mymodel
  resolver train lists/ --judged pairs.csv --model mymodel --out mymodel
  resolver tables --store sqlite:///hub.db --out mymodel
  resolver rebuild --store sqlite:///hub.db --model mymodel
"""


@click.command("tables", help=_HELP)
@click.argument("files", nargs=-1, type=LIST_PATH, metavar="[FILE...]")
@store_option()
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="DIR",
    help="Model folder for tables.json; created if missing.",
)
@model_option
@reading_options
@json_option
@click.pass_obj
def tables_command(
    settings: Settings, /, files: tuple[Path, ...], out: Path, **options: Any
) -> None:
    """Run `resolver tables`."""
    url = options["store_url"]
    if bool(files) == bool(url):
        raise click.UsageError("name either lists or, with --store, a store.")
    base = options["model_dir"] or settings.model_dir
    with ProgressBars(verbose=options["verbose"]) as bars:
        from resolver.models import loader

        before = loader.load("tables", base)
        count, tables = (
            _tables_of_store(url, before, bars)
            if url
            else _tables_of_lists(files, ReadingOptions.from_options(options), bars)
        )
        prepare_folder(out)
        copied = _copy_missing_models(out, base)
        loader.save("tables", tables, out)
    summary = {"records": count, **_changes(before, tables), "taken_over": copied, "out": str(out)}
    _print_summary(summary, url, as_json=options["as_json"])


def _print_summary(summary: dict[str, Any], url: str | None, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
        return
    click.echo(_text(summary))
    if url:
        click.echo(f"To use them: resolver rebuild --store {url} --model {summary['out']}")


def _tables_of_lists(
    files: tuple[Path, ...], reading: ReadingOptions, bars: ProgressBars
) -> tuple[int, dict[str, Any]]:
    """Return the number of records, and tables counted in them."""
    intake = read_list_files(files, reading, bars)
    from resolver.training.train import tables_from_intakes

    bars.start("count", len(intake.batch), "records")
    return len(intake.batch), tables_from_intakes([intake])


def _tables_of_store(
    url: str, before: dict[str, Any], bars: ProgressBars
) -> tuple[int, dict[str, Any]]:
    """Return the number of records in a store, and tables with the numbers that many of its
    entities use.
    """
    from resolver.training.frequency_counts import mass_used_at_url

    bars.start("count", None)
    count, numbers = mass_used_at_url(url)
    log_records_at(url, count)
    return count, {**before, "mass_used": sorted({*before["mass_used"], *numbers})}


def _copy_missing_models(out: Path, base: Path | None) -> list[str]:
    """Copy the models that a folder lacks from `base`, so that the folder has a complete model;
    return their names.
    """
    from resolver.models import loader

    copied = []
    for kind in loader.KINDS:
        try:
            loader.load(kind, out)
        except ModelError:
            loader.save(kind, loader.load(kind, base), out)
            copied.append(kind)
    return copied


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return counts of words and numbers, and the most common new words."""
    changes: dict[str, Any] = {}
    for population in ("person", "group"):
        old, new = before.get(f"{population}_counts", {}), after[f"{population}_counts"]
        added = sorted(set(new) - set(old), key=lambda word: (-new[word], word))
        changes[f"{population}_words"] = len(new)
        changes[f"{population}_words_before"] = len(old)
        changes[f"{population}_new"] = added[:_SHOWN]
    changes["mass_used"] = after["mass_used"]
    changes["mass_used_before"] = len(before.get("mass_used", ()))
    return changes


def _text(summary: dict[str, Any]) -> str:
    lines = [f"{pluralize(summary['records'], 'record')} counted."]
    for population in ("person", "group"):
        count, before, new = (
            summary[f"{population}_{key}"] for key in ("words", "words_before", "new")
        )
        examples = f"; new ones, most common first: {', '.join(new)}" if new else ""
        lines.append(
            f"{count:,} common words in names of {population}s (before: {before:,}){examples}"
        )
    numbers = summary["mass_used"]
    shown = ", ".join(numbers[:_SHOWN]) + (" …" if len(numbers) > _SHOWN else "")
    earlier = summary["mass_used_before"]
    lines.append(
        f"{len(numbers):,} numbers that many people use (before: {earlier:,})"
        f"{': ' + shown if numbers else ''}"
    )
    if summary["taken_over"]:
        lines.append(f"Models copied: {', '.join(summary['taken_over'])}")
    return "\n".join([*lines, f"Tables: {Path(summary['out']) / 'tables.json'}"])
