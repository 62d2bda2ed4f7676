"""`resolver evaluate`: how often a model is right on judged pairs, and whom it serves worse."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.list_arguments import declared, read
from resolver.cli.model import fairness
from resolver.cli.options import (
    PATH,
    Reading,
    costs_option,
    json_option,
    model_option,
    reading_options,
    run_options,
)
from resolver.cli.progress_bars import Bars
from resolver.cli.record_ids import must_exist
from resolver.errors import InputError, UsageError
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.pipeline import RunOptions
    from resolver.training.data.labeled_pairs import Judgement
    from resolver.training.evaluate.fairness_measures import Scored
    from resolver.training.evaluate.pair_groups import Masks

DIMENSIONS = ("kind", "source", "script", "culture", "missing")


@click.command("evaluate")
@click.argument("pairs", type=PATH, metavar="PAIRS.csv", required=False)
@click.argument("files", nargs=-1, type=PATH, metavar="FILE...")
@click.option(
    "--by",
    metavar="GROUPS",
    help=f"Error rates by group, separated by commas: {', '.join(DIMENSIONS)}.",
)
@click.option(
    "--probes", is_flag=True, help="Measure on invented pairs with one named difference each."
)
@click.option(
    "--count",
    type=click.IntRange(1),
    default=fairness.PROBES,
    show_default=True,
    help="How many probes.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=fairness.PROBE_SEED,
    show_default=True,
    help="Which probes.",
)
@click.option(
    "--keep", is_flag=True, help="Keep the figures of all probes beside the model (fairness.json)."
)
@costs_option
@model_option
@reading_options
@json_option
@click.pass_obj
def command(
    settings: Settings,
    /,
    pairs: Path | None,
    files: tuple[Path, ...],
    by: str | None,
    **options: Any,
) -> None:
    """Measure a model on PAIRS.csv (left,right,label: record ids and match or distinct) over the lists FILE...

    Shown at the model's own threshold, score 0.5, and at the border from which records are merged. On pairs that the
    model was trained on the figures flatter; those in the card of a model are cross-validated.

    With --by, how often matches are missed and different people called the same in each group, the worst gap between
    two groups first. With --probes, the same on pairs of invented records by name culture, script and what differs:
    a part omitted, another transliteration, day and month swapped, namesakes.

    \b
    Examples:
      resolver evaluate pairs.csv sdn.csv consolidated.xml
      resolver evaluate pairs.csv lists/ --by script,culture
      resolver evaluate --probes
      resolver evaluate pairs.csv lists/ --model mymodel --json
    """
    reading = Reading.take(options)
    running = run_options(settings, options)
    wanted = _wanted(by) if by is not None else []
    must_exist(pairs)
    with Bars(verbose=reading.verbose) as bars:
        if options["probes"]:
            if pairs or by:
                raise UsageError(
                    "--probes takes neither pairs nor --by", mend="call evaluate twice"
                )
            _probes(running, bars, options)
            return
        if pairs is None or not files:
            raise UsageError(
                "evaluate needs PAIRS.csv and lists", mend="name them, or use --probes"
            )
        held, missing, intake = _read(pairs, files, reading, bars)
        bars.start("score", len(held), "pairs")
        if wanted:
            scored, masks = _scored(held, intake, running, wanted)
            found = fairness.by_group(scored, masks)
            said = {"pairs": len(held), "not_in_lists": missing, "by": fairness.plain(found)}
            shown = fairness.text(found, standardised=False)
        else:
            figures = _figures(held, intake, running)
            said, shown = (
                {"pairs": len(held), "not_in_lists": missing, "at": figures},
                _table(figures),
            )
    if options["as_json"]:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    if missing:
        click.echo(f"note: {missing} pairs name records that are not in the lists", err=True)
    click.echo(shown)


def _read(
    pairs: Path, files: tuple[Path, ...], reading: Reading, bars: Bars
) -> tuple[list[Judgement], int, Intake]:
    """The judgements whose records are in the lists, how many are not, and the lists."""
    from resolver.training.data.labeled_pairs import read_judgements

    judgements = read_judgements(pairs)
    intake = read(files, reading, bars)
    known = set(intake.batch.ids.to_pylist())
    held = [one for one in judgements if one.left in known and one.right in known]
    if not held:
        raise InputError(
            "no pair has both its records in the lists",
            where=str(pairs),
            mend="name the right lists",
        )
    return held, len(judgements) - len(held), intake


def _wanted(by: str) -> list[str]:
    words = [word.strip() for word in by.split(",") if word.strip()]
    unknown = [word for word in words if word not in DIMENSIONS]
    if unknown or not words:
        raise UsageError(
            f"--by knows no {(unknown or [by])[0]!r}", mend=f"use {', '.join(DIMENSIONS)}"
        )
    return words


def _probes(running: RunOptions, bars: Bars, options: dict[str, Any]) -> None:
    from resolver.pipeline import load_models

    if options["keep"] and (options["count"], options["seed"]) != (
        fairness.PROBES,
        fairness.PROBE_SEED,
    ):
        raise UsageError(
            "--keep keeps the figures of the usual probes only", mend="leave --count and --seed out"
        )
    found = fairness.by_group(
        *fairness.measure_probes(running, options["count"], options["seed"], bars)
    )
    bars.finish()
    plain = fairness.plain(found)
    if options["keep"]:
        _keep(running, plain)
    if options["as_json"]:
        stamp = load_models(running.model_dir).stamp
        click.echo(json.dumps({"model": stamp["model"], "probes": options["count"], "by": plain}))
    else:
        click.echo(fairness.text(found, standardised=True))


def _keep(running: RunOptions, plain: dict[str, Any]) -> None:
    from resolver.models import loader
    from resolver.pipeline import load_models

    directory = running.model_dir or loader.HERE
    model = load_models(running.model_dir).stamp["model"]
    said = fairness.keep(
        directory, running.model_dir, model, fairness.PROBES, fairness.PROBE_SEED, plain
    )
    if said:
        click.echo(f"note: {said}", err=True)


def _scored(
    held: list[Judgement], intake: Intake, running: RunOptions, wanted: list[str]
) -> tuple[Scored, dict[str, Masks]]:
    """The pairs with their answers, and which belong to each group."""
    import numpy as np

    from resolver.pipeline import load_models, prepared_of, rows_of, score_pairs
    from resolver.training.evaluate.fairness_measures import Scored
    from resolver.training.evaluate.pair_groups import groups

    lefts, rights = [one.left for one in held], [one.right for one in held]
    answers = score_pairs(intake.batch, lefts, rights, running, declared(intake))
    scored = Scored(
        np.array([answer[0] for answer in answers], dtype=np.float64),
        np.array([int(answer[1]) for answer in answers], dtype=np.uint8),
        np.array([one.same for one in held], dtype=bool),
    )
    rows = rows_of(intake.batch, [*lefts, *rights])
    needed = np.unique(rows)
    prepared = prepared_of(
        intake.batch.take(needed).canonical(), load_models(running.model_dir), declared(intake)
    )
    place = np.searchsorted(needed, rows).astype(np.int32)
    left, right = place[: len(held)], place[len(held) :]
    return scored, {by: groups(prepared, left, right, by) for by in wanted}


def _table(figures: list[dict[str, Any]]) -> str:
    lines = [
        f"{'kind':<8}{'at':>6}{'pairs':>8}{'same':>7}{'precision':>11}{'recall':>9}{'F1':>9}{'wrong':>7}{'missed':>8}"
    ]
    for row in figures:
        lines.append(
            f"{row['kind']:<8}{row['threshold']:>6.2f}{row['pairs']:>8,}{row['matches']:>7,}{row['precision']:>11.4f}"
            f"{row['recall']:>9.4f}{row['f1']:>9.4f}{row['wrong']:>7,}{row['missed']:>8,}"
        )
    return "\n".join(lines)


def _figures(held: list[Judgement], intake: Intake, running: RunOptions) -> list[dict[str, Any]]:
    """One row for each threshold and kind (of the left record), and for all kinds together."""
    import numpy as np

    from resolver.pipeline import score_pairs
    from resolver.records import Kind
    from resolver.training.fit.cross_validation import measure

    answers = score_pairs(
        intake.batch,
        [one.left for one in held],
        [one.right for one in held],
        running,
        declared(intake),
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
                rows.append(
                    {
                        "kind": name,
                        "threshold": threshold,
                        **asdict(measure(over[chosen], labels[chosen])),
                    }
                )
    return rows
