"""Commands that judge models: evaluation, comparison, and pairs worth a judgment.

- Command `resolver evaluate`: accuracy, error rates by group, and calibration of a model.
- Command `resolver compare`: compare two models on the decisions of a store.
- Command `resolver sample`: select pairs of lists for a steward to judge.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.arguments import check_file_exists, deduplicated_sources, read_list_files
from resolver.cli.csv_tables import check_writable, write_csv_table
from resolver.cli.model import measures
from resolver.cli.model.train import format_comparison
from resolver.cli.options import (
    LIST_PATH,
    PATH,
    ReadingOptions,
    costs_option,
    files_argument,
    json_option,
    model_option,
    reading_options,
    run_options,
    running_options,
    store_option,
)
from resolver.cli.process_start import ProgressBars, log_records_at
from resolver.errors import InputError, UsageError, pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from resolver.lists.reader_types import Intake
    from resolver.matching.resolution_task import RunOptions
    from resolver.records import Record
    from resolver.records.results.resolution import Band
    from resolver.training.data.active_sample import SampledPair
    from resolver.training.data.labeled_pairs import JudgedPair
    from resolver.training.measures import LabeledScores
    from resolver.training.reliability import Masks


DIMENSIONS = ("kind", "source", "script", "culture", "missing")


_HELP = """
Measure a model on PAIRS.csv (left,right,label: record ids and match or distinct) over the
lists FILE...

Figures are given at the model's own threshold, score 0.5, and at the threshold from which
records are merged. On pairs that the model was trained on they are too good; those in a model's
card are cross-validated.

With --by, shows how often matches are missed and different people called the same in each
group, the worst gap between two groups first. With --probes, the same on pairs of invented
records by name culture, script and difference: a part omitted, another transliteration, day and
month swapped, namesakes.

With --calibration, shows which share of the pairs scored p is true, in invented populations of
several sizes: by size, kind, script, and what both sides state.

\b
Examples:
  resolver evaluate pairs.csv sdn.csv consolidated.xml
  resolver evaluate pairs.csv lists/ --by script,culture
  resolver evaluate --probes
  resolver evaluate --calibration --sizes 1000,10000
  resolver evaluate pairs.csv lists/ --model mymodel --json
"""


@click.command("evaluate", help=_HELP)
@click.argument("pairs", type=PATH, metavar="PAIRS.csv", required=False)
@click.argument("files", nargs=-1, type=LIST_PATH, metavar="FILE...")
@click.option(
    "--by",
    metavar="GROUPS",
    help=f"Error rates by group, separated by commas: {', '.join(DIMENSIONS)}.",
)
@click.option(
    "--probes", is_flag=True, help="Measure on invented pairs with one known difference each."
)
@click.option(
    "--count",
    type=click.IntRange(1),
    default=measures.PROBES,
    show_default=True,
    help="Number of probes.",
)
@click.option(
    "--calibration", is_flag=True, help="Measure scores in invented populations of several sizes."
)
@click.option(
    "--sizes",
    metavar="N,…",
    default=",".join(map(str, measures.SIZES)),
    show_default=True,
    help="Records of the populations of --calibration.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    show_default=f"{measures.PROBE_SEED} for --probes, {measures.SEED} for --calibration",
    help="Random seed of the probes or the populations.",
)
@click.option(
    "--keep",
    is_flag=True,
    help="Save the figures in the model folder (fairness.json or calibration.json).",
)
@costs_option
@model_option
@reading_options
@json_option
@click.pass_obj
def evaluate_command(
    settings: Settings,
    /,
    pairs: Path | None,
    files: tuple[Path, ...],
    by: str | None,
    **options: Any,
) -> None:
    """Run `resolver evaluate`."""
    running = run_options(settings, options)
    dimensions = _parse_dimensions(by) if by is not None else []
    check_file_exists(pairs)
    with ProgressBars(verbose=options["verbose"]) as bars:
        if options["calibration"]:
            if pairs or by or options["probes"]:
                message = "--calibration excludes pairs, --by and --probes"
                raise UsageError(message, hint="run evaluate twice")
            _evaluate_calibration(running, bars, options)
            return
        if options["probes"]:
            if pairs or by:
                raise UsageError("--probes excludes pairs and --by", hint="run evaluate twice")
            _evaluate_probes(running, bars, options)
            return
        if pairs is None or not files:
            raise UsageError(
                "evaluate needs PAIRS.csv and lists",
                hint="name them, or use --probes or --calibration",
            )
        reading = ReadingOptions.from_options(options)
        judged, missing, intake = _read_judged(pairs, files, reading, bars)
        bars.start("score", len(judged), "pairs")
        figures, text = _measure_pairs(judged, intake, running, dimensions)
    if options["as_json"]:
        result = {"pairs": len(judged), "not_in_lists": missing, **figures}
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    if missing:
        pairs_text = pluralize(missing, "pair names", "pairs name")
        click.echo(f"note: {pairs_text} records that are not in the lists", err=True)
    click.echo(text)


def _measure_pairs(
    judged: list[JudgedPair], intake: Intake, running: RunOptions, dimensions: list[str]
) -> tuple[dict[str, Any], str]:
    """Return figures as JSON and as text: error rates by group if there are dimensions."""
    if dimensions:
        rates = measures.group_rates(*_score_groups(judged, intake, running, dimensions))
        by_group = {"by": measures.rates_to_json(rates)}
        return by_group, measures.format_rates(rates, standardized=False)
    figures = _figures(judged, intake, running)
    return {"at": figures}, _table(figures)


def _read_judged(
    pairs: Path, files: tuple[Path, ...], reading: ReadingOptions, bars: ProgressBars
) -> tuple[list[JudgedPair], int, Intake]:
    """Return the judged pairs whose records are in the lists, the number of other pairs, and the
    lists.
    """
    from resolver.training.data.labeled_pairs import read_judged_pairs

    judgments = read_judged_pairs(pairs)
    intake = read_list_files(files, reading, bars)
    ids = set(intake.batch.ids.to_pylist())
    judged = [pair for pair in judgments if pair.left in ids and pair.right in ids]
    if not judged:
        raise InputError(
            "no pair has both its records in the lists",
            place=str(pairs),
            hint="name the right lists",
        )
    return judged, len(judgments) - len(judged), intake


def _parse_dimensions(by: str) -> list[str]:
    words = [word.strip() for word in by.split(",") if word.strip()]
    unknown = [word for word in words if word not in DIMENSIONS]
    if unknown or not words:
        raise UsageError(
            f"--by has no group {(unknown or [by])[0]!r}", hint=f"use {', '.join(DIMENSIONS)}"
        )
    return words


def _evaluate_probes(running: RunOptions, bars: ProgressBars, options: dict[str, Any]) -> None:
    from resolver.matching.resolution_task import load_models

    seed = measures.PROBE_SEED if options["seed"] is None else options["seed"]
    defaults = (measures.PROBES, measures.PROBE_SEED)
    if options["keep"] and (options["count"], seed) != defaults:
        raise UsageError(
            "--keep saves figures of the default probes only", hint="leave --count and --seed out"
        )
    rates = measures.group_rates(*measures.measure_probes(running, options["count"], seed, bars))
    bars.finish()
    figures = measures.rates_to_json(rates)
    if options["keep"]:
        _save_probe_rates(running, figures)
    if options["as_json"]:
        stamp = load_models(running.model_dir).stamp
        click.echo(json.dumps({"model": stamp["model"], "probes": options["count"], "by": figures}))
    else:
        click.echo(measures.format_rates(rates, standardized=True))


def _evaluate_calibration(running: RunOptions, bars: ProgressBars, options: dict[str, Any]) -> None:
    from resolver.matching.resolution_task import load_models
    from resolver.models import loader
    from resolver.training.train import save_calibration

    sizes = measures.parse_sizes(options["sizes"])
    seed = measures.SEED if options["seed"] is None else options["seed"]
    if options["keep"] and (sizes, seed) != (measures.SIZES, measures.SEED):
        raise UsageError(
            "--keep saves figures of the default populations only",
            hint="leave --sizes and --seed out",
        )
    model = load_models(running.model_dir).stamp["model"]
    reliability = measures.measure_worlds(running, sizes, seed, bars)
    bars.finish()
    figures = measures.to_figures(reliability, model, sizes, seed)
    if options["keep"]:
        save_calibration(figures, running.model_dir or loader.MODEL_DIR)
    if options["as_json"]:
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        click.echo(measures.format_calibration(reliability))


def _save_probe_rates(running: RunOptions, figures: dict[str, Any]) -> None:
    from resolver.matching.resolution_task import load_models
    from resolver.models import loader

    directory = running.model_dir or loader.MODEL_DIR
    model = load_models(running.model_dir).stamp["model"]
    warning = measures.save_rates(
        directory, running.model_dir, model, measures.PROBES, measures.PROBE_SEED, figures
    )
    if warning:
        click.echo(f"note: {warning}", err=True)


def _score_groups(
    judged: list[JudgedPair], intake: Intake, running: RunOptions, dimensions: list[str]
) -> tuple[LabeledScores, dict[str, Masks]]:
    """Return the pairs with their scores, and the pairs of each group."""
    import numpy as np

    from resolver.engines.local import find_rows
    from resolver.matching.pipeline import normalize
    from resolver.matching.resolution_task import load_models
    from resolver.training.reliability import pair_group_masks

    answers = _score_judged(judged, intake, running)
    scored = measures.label_scores(answers, [pair.same for pair in judged])
    ids = [*(pair.left for pair in judged), *(pair.right for pair in judged)]
    rows = find_rows(intake.batch, ids)
    needed = np.unique(rows)
    batch, models = intake.batch.take(needed).canonical(), load_models(running.model_dir)
    prepared = normalize(batch, models, deduplicated_sources(intake))
    left, right = np.searchsorted(needed, rows).astype(np.int32).reshape(2, -1)
    return scored, {by: pair_group_masks(prepared, left, right, by) for by in dimensions}


def _score_judged(
    judged: list[JudgedPair], intake: Intake, running: RunOptions
) -> list[tuple[float, Band]]:
    from resolver.engines.local import score_pairs

    lefts, rights = [pair.left for pair in judged], [pair.right for pair in judged]
    return score_pairs(intake.batch, lefts, rights, running, deduplicated_sources(intake))


def _table(figures: list[dict[str, Any]]) -> str:
    lines = [
        f"{'kind':<8}{'at':>6}{'pairs':>8}{'same':>7}"
        f"{'precision':>11}{'recall':>9}{'F1':>9}{'wrong':>7}{'missed':>8}"
    ]
    for row in figures:
        lines.append(
            f"{row['kind']:<8}{row['threshold']:>6.2f}{row['pairs']:>8,}{row['matches']:>7,}"
            f"{row['precision']:>11.4f}{row['recall']:>9.4f}{row['f1']:>9.4f}"
            f"{row['wrong']:>7,}{row['missed']:>8,}"
        )
    return "\n".join(lines)


def _figures(judged: list[JudgedPair], intake: Intake, running: RunOptions) -> list[dict[str, Any]]:
    """Return one row for each threshold and kind (of the left record), and for all kinds."""
    import numpy as np

    from resolver.records import Kind

    score = np.array([answer[0] for answer in _score_judged(judged, intake, running)])
    labels = np.array([pair.same for pair in judged], dtype=np.int8)
    index = {identity: row for row, identity in enumerate(intake.batch.ids.to_pylist())}
    kinds = intake.batch.kinds[[index[pair.left] for pair in judged]]
    merge_at = running.thresholds.match if running.merge_at is None else running.merge_at
    groups = [("all", kinds > 0), *((kind.label, kinds == kind) for kind in Kind)]
    return [
        _figure_row(name, threshold, score[chosen], labels[chosen])
        for threshold in (0.5, merge_at)
        for name, chosen in groups
        if chosen.any()
    ]


def _figure_row(
    kind: str, threshold: float, score: npt.NDArray[np.float64], labels: npt.NDArray[np.int8]
) -> dict[str, Any]:
    import numpy as np

    from resolver.training.fit.cross_validation import measure_at_even_point

    predicted = np.where(score >= threshold, 1, -1)
    figures = asdict(measure_at_even_point(predicted, labels))
    return {"kind": kind, "threshold": threshold, **figures}


_COMPARE_HELP = """Compare the models in the folders OLD and NEW before one replaces the other.

Shows how both do on held-out decisions (those that neither has learned from, and those held out
when the new one was trained from a store) and the bands that waiting pairs would get. `resolver
rebuild` then resolves the store with the new model.

\b
Examples:
  resolver compare models newmodel --store sqlite:///hub.db
  resolver compare mymodel newmodel --store sqlite:///hub.db --json
"""


@click.command("compare", help=_COMPARE_HELP)
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@store_option(required=True)
@json_option
@click.pass_obj
def compare_command(
    settings: Settings, /, old: Path, new: Path, store_url: str, *, as_json: bool
) -> None:
    """Run `resolver compare`."""
    from resolver.training.store_learning import compare_at_url

    comparison = compare_at_url(store_url, old, new)
    log_records_at(store_url, 2 * len(comparison.waiting.moved))
    if as_json:
        click.echo(json.dumps(comparison.to_json(), ensure_ascii=False))
        return
    click.echo("\n".join(format_comparison(comparison)))
    for kind in comparison.worse:
        click.echo(f"note: the new model does worse on decisions about {kind}", err=True)


COLUMNS = ("left", "right", "label", "score", "band", "chosen")
_MAX_VALUES = 3


_SAMPLE_HELP = """Select the pairs of the lists FILE... whose judgment teaches a model most.

Half of them are pairs that the model is unsure of, spread over different patterns; the others
are drawn at random, so that the model keeps the plain ones. CSV has left,right,label and the
values of both records; write match or distinct into the column label, delete rows that you
cannot judge, and pass the file to `resolver train --judged`.

\b
Examples:
  resolver sample sdn.csv consolidated.xml --pairs 50 --out pairs.csv
  resolver train sdn.csv consolidated.xml --judged pairs.csv --out mymodel
  resolver sample lists/ --judged pairs.csv --model mymodel --out more.csv
"""


@click.command("sample", help=_SAMPLE_HELP)
@files_argument
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="CSV",
    help="File for the pairs; - is standard output.",
)
@click.option(
    "--pairs",
    "count",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Number of pairs.",
)
@click.option(
    "--judged",
    type=PATH,
    metavar="PAIRS.csv",
    help="Pairs that were judged before, which are left out.",
)
@running_options
@reading_options
@click.pass_obj
def sample_command(
    settings: Settings, /, files: tuple[Path, ...], out: Path, count: int, **options: Any
) -> None:
    """Run `resolver sample`."""
    reading = ReadingOptions.from_options(options)
    check_writable(out)
    check_file_exists(options["judged"])
    judged = _judged_pairs(options["judged"])
    with ProgressBars(verbose=reading.verbose) as bars:
        intake = read_list_files(files, reading, bars)
        from resolver.training.data.active_sample import sample_pairs

        bars.start("compare")
        running, sources = run_options(settings, options), deduplicated_sources(intake)
        sampled = sample_pairs(intake.batch, running, count, sources, judged)
    shown = (f"{side}_{name}" for name in _shown_properties() for side in ("left", "right"))
    write_csv_table(out, (*COLUMNS, *shown), _rows(sampled, intake))
    if len(sampled) < count:
        click.echo(f"note: only {pluralize(len(sampled), 'pair')} to judge", err=True)


def _shown_properties() -> dict[str, tuple[str, ...]]:
    """Return the properties that each column of the sample shows."""
    from resolver.records.properties import BEGINNINGS, NATIONALITY, PLACES

    return {
        "name": ("name", "alias", "firstName", "lastName"),
        "born": BEGINNINGS,
        "place": PLACES,
        "country": (NATIONALITY, "country"),
    }


def _judged_pairs(path: Path | None) -> set[tuple[str, str]]:
    if path is None:
        return set()
    from resolver.training.data.labeled_pairs import read_judged_pairs

    return {
        (min(pair.left, pair.right), max(pair.left, pair.right)) for pair in read_judged_pairs(path)
    }


def _rows(sampled: list[SampledPair], intake: Intake) -> list[list[str]]:
    import numpy as np

    place = {identity: row for row, identity in enumerate(intake.batch.ids.to_pylist())}
    needed = sorted({place[name] for pair in sampled for name in (pair.left_id, pair.right_id)})
    part = intake.batch.take(np.array(needed, dtype=np.int64))
    records = {record.id: record for record in part.to_records()}
    rows = []
    for pair in sampled:
        left, right = records[pair.left_id], records[pair.right_id]
        values = [
            _values(record, props)
            for props in _shown_properties().values()
            for record in (left, right)
        ]
        chosen = "by chance" if pair.is_random else "unsure"
        rows.append(
            [pair.left_id, pair.right_id, "", f"{pair.score:.6f}", pair.band.label, chosen, *values]
        )
    return rows


def _values(record: Record, props: tuple[str, ...]) -> str:
    """Return some values of a record as one text."""
    texts = list(dict.fromkeys(record.texts(*props)))
    return " | ".join(texts[:_MAX_VALUES]) + (" | …" if len(texts) > _MAX_VALUES else "")
