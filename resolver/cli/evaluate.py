"""`resolver evaluate`: how often a model is right on judged pairs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.bars import Bars
from resolver.cli.lists import declared, read
from resolver.cli.options import PATH, Reading, files_argument, json_option, model_option, reading_options, run_options
from resolver.errors import InputError
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.base import Intake
    from resolver.pipeline import RunOptions
    from resolver.training.labelled import Judgement


@click.command("evaluate")
@click.argument("pairs", type=PATH, metavar="PAIRS.csv")
@files_argument
@model_option
@reading_options
@json_option
@click.pass_obj
def command(settings: Settings, /, pairs: Path, files: tuple[Path, ...], **options: Any) -> None:
    """Measure a model on PAIRS.csv (left,right,label: record ids and match or distinct) over the lists FILE...

    Shown at the model's own threshold, score 0.5, and at the border from which records are merged. On pairs that the
    model was trained on the figures flatter; those in the card of a model are cross-validated.

    \b
    Examples:
      resolver evaluate pairs.csv sdn.csv consolidated.xml
      resolver evaluate pairs.csv lists/ --model mymodel --json
    """
    reading = Reading.take(options)
    from resolver.training.labelled import read_judgements

    judgements = read_judgements(pairs)
    with Bars(verbose=reading.verbose) as bars:
        intake = read(files, reading, bars)
        known = set(intake.batch.ids.to_pylist())
        held = [one for one in judgements if one.left in known and one.right in known]
        if not held:
            raise InputError("no pair has both its records in the lists", where=str(pairs), mend="name the right lists")
        bars.start("score", len(held), "pairs")
        running = run_options(settings, options)
        figures = _figures(held, intake, running)
    missing = len(judgements) - len(held)
    if options["as_json"]:
        click.echo(json.dumps({"pairs": len(held), "not_in_lists": missing, "at": figures}))
        return
    if missing:
        click.echo(f"note: {missing} pairs name records that are not in the lists", err=True)
    click.echo(f"{'kind':<8}{'at':>6}{'pairs':>8}{'same':>7}{'precision':>11}{'recall':>9}{'F1':>9}{'wrong':>7}{'missed':>8}")
    for row in figures:
        click.echo(
            f"{row['kind']:<8}{row['threshold']:>6.2f}{row['pairs']:>8,}{row['matches']:>7,}{row['precision']:>11.4f}"
            f"{row['recall']:>9.4f}{row['f1']:>9.4f}{row['wrong']:>7,}{row['missed']:>8,}"
        )


def _figures(held: list[Judgement], intake: Intake, running: RunOptions) -> list[dict[str, Any]]:
    """One row for each threshold and kind (of the left record), and for all kinds together."""
    import numpy as np

    from resolver.pipeline import score_pairs
    from resolver.records import Kind
    from resolver.training.crossval import measure

    answers = score_pairs(
        intake.batch, [one.left for one in held], [one.right for one in held], running, declared(intake)
    )
    score = np.array([answer[0] for answer in answers])
    labels = np.array([one.same for one in held], dtype=np.int8)
    place = {identity: row for row, identity in enumerate(intake.batch.ids.to_pylist())}
    kinds = intake.batch.kinds[[place[one.left] for one in held]]
    merge_at = running.borders.match if running.merge_at is None else running.merge_at
    rows: list[dict[str, Any]] = []
    for threshold in (0.5, merge_at):
        over = np.where(score >= threshold, 1, -1)
        for name, chosen in [("all", kinds > 0), *((kind.label, kinds == kind) for kind in Kind)]:
            if chosen.any():
                rows.append({"kind": name, "threshold": threshold, **asdict(measure(over[chosen], labels[chosen]))})
    return rows
