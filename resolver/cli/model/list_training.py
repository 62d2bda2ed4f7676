"""Training on lists: labels, invented records, and the fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.list_arguments import read_list_files
from resolver.cli.model import calibration, fairness, learning
from resolver.cli.model.invented_records import invent_material, invent_query_worlds
from resolver.cli.options import ReadingOptions, run_options
from resolver.cli.progress_bars import ProgressBars
from resolver.cli.record_ids import check_file_exists
from resolver.cli.run_results import prepare_folder
from resolver.errors import InputError, UsageError
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.training.data.labeled_clusters import LabeledClusters
    from resolver.training.data.labeled_pairs import JudgedPair
    from resolver.training.data.training_decisions import TrainingDecisions
    from resolver.training.train import TrainedModels
    from resolver.training.training_data import TrainingData

FEW_RECORDS = 5_000
"""Records below which training is dominated by invented ones."""
_FEW_NOTE = (
    "note: with so few records, a model is trained on invented ones too, which takes minutes "
    "(--no-worlds: without them)"
)


def train_on_lists(
    settings: Settings,
    options: Mapping[str, Any],
    files: tuple[Path, ...],
    out: Path,
    base: Path | None,
    version: str,
) -> None:
    """Fit a model on lists, write it, and print its card.

    `options`: those of the command `train`. Raises `InputError` if there is nothing to learn from.
    """
    for path in options["judged"]:
        check_file_exists(path)
    check_file_exists(options["clusters"])
    prepare_folder(out)
    reading = ReadingOptions.from_options(dict(options))
    with ProgressBars(verbose=reading.verbose) as bars:
        intake = read_list_files(files, reading, bars)
        others = None
        if options["others"]:
            others = read_list_files(options["others"], reading, bars, stage="read right")
        bars.start("compare")
        tables = _load_tables(intake, base, count_new=options["new_tables"])
        notes: list[str] = []
        data: TrainingData | None = None
        if options["unlabelled"]:
            trained = _fit_unlabeled((intake, others), tables, version, options["seed"], notes)
        else:
            labels = _read_labels(options, intake, notes)
            data = _gather_labeled(intake, labels, tables, options, notes)
            bars.start("fit")
            trained = _fit_labeled(data, tables, version, options["seed"], base)
        _write_model(settings, options, trained, out, base, bars, notes)
        if data and options["left_out"]:
            bars.start("leave out")
            _measure_left_out(data, options["seed"], out)
    _print_model(out, notes)


def train_checks(
    options: Mapping[str, Any], files: tuple[Path, ...], out: Path, base: Path | None
) -> None:
    """Fit what checks say of names, and write it beside a copy of the other files of a model."""
    from resolver.model_set import CHECKS
    from resolver.models import loader
    from resolver.training.fit.check_fit import fit_checks
    from resolver.training.model_files import copy_model

    prepare_folder(out)
    reading = ReadingOptions.from_options(dict(options))
    with ProgressBars(verbose=reading.verbose) as bars:
        intake = read_list_files(files, reading, bars)
        bars.start("fit")
        worlds, strangers = invent_query_worlds(options["seed"])
        fitted = fit_checks(intake, worlds, strangers, options["seed"], base)
        copy_model(base, out)
        loader.save(CHECKS, fitted, out)
    click.echo(f"Checks learned for: {', '.join(sorted(fitted['kinds'])) or 'no kind'}")
    click.echo(f"\nModel: {out}")


@dataclass(frozen=True)
class _Labels:
    judged: list[JudgedPair]
    clusters: LabeledClusters | None
    decisions: TrainingDecisions | None


def _load_tables(intake: Intake, base: Path | None, *, count_new: bool) -> dict[str, Any]:
    from resolver.models import loader
    from resolver.training.train import tables_from_intakes

    return tables_from_intakes([intake]) if count_new else loader.load("tables", base)


def _fit_unlabeled(
    sides: tuple[Intake, Intake | None],
    tables: Mapping[str, Any],
    version: str,
    seed: int,
    notes: list[str],
) -> TrainedModels:
    from resolver.training.fit.unlabeled import learn_unlabeled

    trained, untrained = learn_unlabeled(*sides, tables, version, seed=seed)
    notes += [f"{kind} is not trained: {reason}" for kind, reason in untrained.items()]
    return trained


def _gather_labeled(
    intake: Intake,
    labels: _Labels,
    tables: Mapping[str, Any],
    options: Mapping[str, Any],
    notes: list[str],
) -> TrainingData:
    """Return the labeled pairs to learn from; add what was left out to `notes`."""
    _check_labels(intake, labels)
    seed = options["seed"]
    if options["worlds"] and len(intake.batch) < FEW_RECORDS:
        click.echo(_FEW_NOTE, err=True)
    is_labeled = labels.clusters is not None and labels.clusters.is_sufficient
    data = _training_data(
        intake, labels, tables, seed, with_worlds=options["worlds"] and not is_labeled
    )
    data = learning.add_decisions(data, intake, labels.judged, labels.decisions, tables)
    if data.dropped:
        notes.append(
            f"{pluralize(data.dropped, 'judged pair names', 'judged pairs name')} records that "
            "are not in the lists"
        )
    notes += [
        f"left out: {pluralize(count, 'judged pair')} {reason}"
        for reason, count in data.quarantined.items()
    ]
    return data


def _fit_labeled(
    data: TrainingData, tables: Mapping[str, Any], version: str, seed: int, base: Path | None
) -> TrainedModels:
    from resolver.training.train import default_fit_options, train_models

    return train_models(data, tables, version, default_fit_options(seed, base))


def _measure_left_out(data: TrainingData, seed: int, out: Path) -> None:
    from resolver.training.left_out import measure_left_out
    from resolver.training.model_files import save_left_out
    from resolver.training.train import default_fit_options

    save_left_out(measure_left_out(data.pairs, default_fit_options(seed, out)), out)


def _write_model(
    settings: Settings,
    options: Mapping[str, Any],
    trained: TrainedModels,
    out: Path,
    base: Path | None,
    bars: ProgressBars,
    notes: list[str],
) -> None:
    """Write a model; measure fairness and calibration unless it was fitted without labels."""
    from resolver.training.model_files import save_trained_models

    copied = save_trained_models(trained, out, base)
    if options["probes"] and not options["unlabelled"]:
        running = run_options(settings, {**options, "model_dir": out})
        fairness.measure_and_save(out, base, running, bars)
        calibration.measure_and_save(out, running, bars)
    if copied:
        notes.append(f"nothing to learn for {', '.join(copied)}; copied from the model before")


def _print_model(out: Path, notes: list[str]) -> None:
    from resolver.training.model_files import CARD_FILE

    for note in notes:
        click.echo(f"note: {note}", err=True)
    click.echo((out / CARD_FILE).read_text("utf-8"), nl=False)
    click.echo(f"\nModel: {out}")


def _read_labels(options: Mapping[str, Any], intake: Intake, notes: list[str]) -> _Labels:
    clusters = _read_clusters(options, intake, notes)
    decisions, judged = learning.read_labels(options, clusters)
    return _Labels(judged, clusters, decisions)


def _read_clusters(
    options: Mapping[str, Any], intake: Intake, notes: list[str]
) -> LabeledClusters | None:
    """Return the labeled clusters; add rows that teach nothing to `notes`."""
    path, columns = options["clusters"], (options["cluster_columns"] or "").split(",")
    if not path:
        return None
    if columns != [""] and len(columns) != 2:
        raise UsageError("--cluster-columns takes two names", hint="write ID,CLUSTER")
    from resolver.training.data.labeled_clusters import match_clusters, read_cluster_rows

    names = (columns[0].strip(), columns[1].strip()) if len(columns) == 2 else None
    clusters = match_clusters(read_cluster_rows(path, names), intake.batch.ids.to_pylist())
    notes += [
        f"left out: {pluralize(count, 'row')} {reason}"
        for reason, count in clusters.dropped.items()
    ]
    return clusters


def _check_labels(intake: Intake, labels: _Labels) -> None:
    """Raise `InputError` before long work if nothing in the lists teaches anything."""
    ids = set(intake.batch.ids.to_pylist())
    has_judged = any(pair.left in ids and pair.right in ids for pair in labels.judged)
    has_clusters = labels.clusters is not None and bool(labels.clusters.cluster_of)
    has_decisions = labels.decisions is not None
    if has_judged or has_clusters or has_decisions or intake.deduplicated_sources:
        return
    message = "there is nothing to learn from in these lists"
    if labels.judged:
        reason = "no judged pair has both its records in them"
        raise InputError(f"{message}: {reason}", hint="name the lists that have them")
    if labels.clusters:
        reason = "no labeled cluster has two of their records"
        raise InputError(f"{message}: {reason}", hint="ids are <source>:<id>")
    raise InputError(
        f"{message}: no labels are given, and none of the lists is free of duplicates",
        hint="add --judged, --clusters or --from-store; or --unlabelled, to learn without labels; "
        "or `deduplicated: true` in the mapping of lists whose entries are all different",
    )


def _training_data(
    intake: Intake,
    labels: _Labels,
    tables: Mapping[str, Any],
    seed: int,
    *,
    with_worlds: bool,
) -> TrainingData:
    from resolver.training.training_data import InventedMaterial, gather_training_data

    invented = invent_material(seed) if with_worlds else InventedMaterial()
    data = gather_training_data(
        intake, labels.judged, tables, invented, clusters=labels.clusters, seed=seed
    )
    if not data.pairs:
        raise InputError(
            "there is nothing to learn from in these lists",
            hint="add --judged, --clusters, or lists with aliases and without duplicates",
        )
    return data
