"""Command `resolver train`: fit a model on lists, judged pairs and decisions of a store.

The command trains in one of three ways, which the module has in this order:

- `train_from_store` corrects the current model by the decisions of a store. It prints the
  comparison of both models (`format_comparison`), as `resolver compare` does.
- `train_on_lists` fits a model on lists: with labels, or without labels (`--unlabelled`).
- `train_checks` fits only the weights that checks of a name use (`--checks-only`).

Options and help of the command are at the end. The training itself is in `resolver.training`, which
is imported where it is used, so that other commands start fast.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.arguments import check_file_exists, read_list_files
from resolver.cli.model import measures
from resolver.cli.model.measures import invent_material, invent_query_worlds
from resolver.cli.options import (
    LIST_PATH,
    PATH,
    ReadingOptions,
    costs_option,
    model_option,
    reading_options,
    run_options,
)
from resolver.cli.process_start import ProgressBars, log_records_at
from resolver.cli.run_results import prepare_folder
from resolver.errors import InputError, UsageError, pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.lists.reader_types import Intake
    from resolver.training.data.labeled_clusters import LabeledClusters
    from resolver.training.data.labeled_pairs import JudgedPair
    from resolver.training.data.training_decisions import TrainingDecisions
    from resolver.training.store_learning import ModelComparison
    from resolver.training.train import TrainedModels
    from resolver.training.training_data import TrainingData


_COMPARED_MEASURES = (
    ("precision", "precision at score 0.5"),
    ("recall", "recall at score 0.5"),
    ("f1", "F1 at score 0.5"),
    ("log_loss", "log loss"),
    ("calibration_error", "calibration error"),
)


def train_from_store(
    settings: Settings, options: Mapping[str, Any], out: Path, base: Path | None, name: str
) -> None:
    """Correct the model of `base` by the decisions of a store, and write it to `out`.

    Raises `InputError` if the result is no better.
    """
    from resolver.training.store_learning import learn_at_url

    url = options["store_url"]
    with ProgressBars(verbose=options["verbose"]) as bars:
        bars.start("decisions")
        prepare = partial(prepare_folder, out)
        result = learn_at_url(url, out, base, name, seed=options["seed"], before_writing=prepare)
        if options["probes"]:
            running = run_options(settings, {**options, "model_dir": out})
            measures.measure_and_save(out, base, running, bars)
            measures.measure_calibration_and_save(out, running, bars)
    log_records_at(url, 2 * len(result.comparison.waiting.moved))
    for note in result.notes:
        click.echo(f"note: {note}", err=True)
    click.echo("\n".join(format_comparison(result.comparison)))
    click.echo(f"\nModel: {out}\nTo use it: resolver rebuild --store {url} --model {out}")


def format_comparison(comparison: ModelComparison) -> Iterator[str]:
    """Yield the lines that show how two models judge the decisions of a store."""
    yield (
        f"Old model {comparison.old}, new model {comparison.new}; "
        f"{pluralize(comparison.decisions, 'decision')} to learn from."
    )
    for kind, figures in comparison.held_out.items():
        yield from ("", f"{kind}: decisions held out when the new one was trained")
        yield from _comparison_rows(figures)
    for kind, fresh in comparison.fresh.items():
        yield from ("", f"{kind}: decisions that neither has learned from")
        yield from _comparison_rows(fresh.to_json())
    if not comparison.fresh:
        yield from ("", "There are no decisions that neither has learned from.")
    yield from ("", *_waiting_lines(comparison))


def _comparison_rows(figures: Mapping[str, Any]) -> Iterator[str]:
    pairs = pluralize(figures["pairs"], "pair")
    yield f"  {pairs} of records, {figures['same']:,} of them the same"
    yield f"  {'':<24}{'old':>26}{'new':>26}"
    for name, words in _COMPARED_MEASURES:
        yield f"  {words:<24}{_figure(figures['old'], name):>26}{_figure(figures['new'], name):>26}"
    interval = f"{figures['gain_low']:+.4f} … {figures['gain_high']:+.4f}"
    yield f"  the log loss is lower by {figures['gain']:.4f} (95 %: {interval})"


def _figure(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures.get(f"{name}_low"), figures.get(f"{name}_high")
    interval = f" ({low:.3f} … {high:.3f})" if low is not None and high is not None else ""
    return f"{figures[name]:.3f}{interval}"


def _waiting_lines(comparison: ModelComparison) -> Iterator[str]:
    bands = comparison.waiting
    if not bands.waiting:
        yield "No pair waits."
        return
    sampled = "" if bands.looked_at == bands.waiting else f" ({bands.looked_at:,} sampled)"
    counts = ", ".join(f"{count:,} {band}" for band, count in bands.bands.items())
    pairs = pluralize(bands.waiting, "pair")
    yield f"Of {pairs} of records that wait{sampled} there would be: {counts}."
    for pair in bands.moved:
        yield f"  {pair.old:.3f} → {pair.new:.3f}  {pair.left}  {pair.right}"


FEW_RECORDS = 5_000
"""Number of records below which most of the training material is invented."""
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

    `options` are the options of `resolver train`. Raises `InputError` if the lists have nothing to
    learn from.
    """
    from resolver.models import loader
    from resolver.training.fit.unlabeled import learn_unlabeled
    from resolver.training.train import (
        CARD_FILE,
        default_fit_options,
        measure_left_out,
        save_left_out,
        tables_from_intakes,
        train_models,
    )

    seed = options["seed"]
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
        count_new = options["new_tables"]
        tables = tables_from_intakes([intake]) if count_new else loader.load("tables", base)
        notes: list[str] = []
        data: TrainingData | None = None
        if options["unlabelled"]:
            trained, untrained = learn_unlabeled(intake, others, tables, version, seed=seed)
            notes += [f"{kind} is not trained: {reason}" for kind, reason in untrained.items()]
        else:
            labels = _read_labels(options, intake, notes)
            data = _gather_labeled(intake, labels, tables, options, notes)
            bars.start("fit")
            trained = train_models(data, tables, version, default_fit_options(seed, base))
        _write_model(settings, options, trained, out, base, bars, notes)
        if data and options["left_out"]:
            bars.start("leave out")
            save_left_out(measure_left_out(data.pairs, default_fit_options(seed, out)), out)
    for note in notes:
        click.echo(f"note: {note}", err=True)
    click.echo((out / CARD_FILE).read_text("utf-8"), nl=False)
    click.echo(f"\nModel: {out}")


def train_checks(
    options: Mapping[str, Any], files: tuple[Path, ...], out: Path, base: Path | None
) -> None:
    """Fit the weights of names in checks; copy all other files of the model from `base`."""
    from resolver.matching.resolution_task import CHECKS
    from resolver.models import loader
    from resolver.training.fit.check_fit import fit_checks
    from resolver.training.train import copy_model

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


def _gather_labeled(
    intake: Intake,
    labels: _Labels,
    tables: Mapping[str, Any],
    options: Mapping[str, Any],
    notes: list[str],
) -> TrainingData:
    """Return the labeled pairs to learn from; add a note for all labels that were left out."""
    from resolver.training.training_data import add_decided_pairs

    _check_labels(intake, labels)
    seed = options["seed"]
    if options["worlds"] and len(intake.batch) < FEW_RECORDS:
        click.echo(_FEW_NOTE, err=True)
    is_labeled = labels.clusters is not None and labels.clusters.is_sufficient
    data = _training_data(
        intake, labels, tables, seed, with_worlds=options["worlds"] and not is_labeled
    )
    if labels.decisions is not None:
        data = add_decided_pairs(data, intake, labels.judged, labels.decisions, tables)
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
    from resolver.training.train import save_trained_models

    copied = save_trained_models(trained, out, base)
    if options["probes"] and not options["unlabelled"]:
        running = run_options(settings, {**options, "model_dir": out})
        measures.measure_and_save(out, base, running, bars)
        measures.measure_calibration_and_save(out, running, bars)
    if copied:
        notes.append(f"nothing to learn for {', '.join(copied)}; copied from the model before")


def _read_labels(options: Mapping[str, Any], intake: Intake, notes: list[str]) -> _Labels:
    """Read the labels that the options name; judged pairs that contradict other pairs are left
    out.
    """
    from resolver.training.data.labeled_pairs import read_judged_pairs

    clusters = _read_clusters(options, intake, notes)
    judged = [pair for path in options["judged"] for pair in read_judged_pairs(path)]
    if not options["store_url"]:
        return _Labels(judged, clusters, None)
    from resolver.training.store_learning import read_store_decisions
    from resolver.training.training_data import reconcile_labels

    stored = read_store_decisions(options["store_url"])
    log_records_at(options["store_url"], len(stored.records))
    decisions, judged = reconcile_labels(stored, judged, clusters)
    return _Labels(judged, clusters, decisions)


def _read_clusters(
    options: Mapping[str, Any], intake: Intake, notes: list[str]
) -> LabeledClusters | None:
    """Return the labeled clusters; add a note for rows that cannot be used."""
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
    """Raise `InputError` before long work if the lists have nothing to learn from."""
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


_HELP = """Fit a model on the lists FILE... and, if given, on pairs judged by humans or on labeled
clusters.

--unlabelled finds weights that separate matches from other pairs (Fellegi-Sunter model, by
expectation-maximization): for the files you want to resolve, with at least a few hundred
records. Give --to as you would to link them.

--from-store without lists corrects the current model (that of --model) by the decisions of a
store. Held-out decisions determine how far; if it is no better on them, nothing is written.
With lists, decisions are used in addition to them.

Lists teach by the aliases in their entries: each entry of a list that is free of duplicates
becomes two resampled entries. PAIRS.csv has record ids of the lists; label is match or
distinct. DIR gets the weights as JSON, the tables of name frequencies (those of --model unless
--new-tables), card.md with cross-validated figures, fairness.json with error rates by name
culture on invented pairs, and calibration.json with the share of true pairs by score in invented
populations of several sizes.

--checks-only asks names against FILE... and against generated worlds: as they are written, with
slips, and names of strangers. From these it learns what a name says in a check, where mostly
strangers are asked; `checks.json` holds it.

--clusters says which records are the same. If there are enough, no invented records are added.

--wrong-merge-costs sets the bands that the error rates in fairness.json refer to; a model
itself has none, so that each run may set its own.

\b
Examples:
  resolver train people.csv --clusters truth.csv --out mymodel
  resolver train sdn.csv consolidated.xml --judged pairs.csv --out mymodel
  resolver train people.csv --mapping people.yml --unlabelled --out mymodel
  resolver train --from-store sqlite:///hub.db --out newmodel
  resolver dedupe lists/ --model mymodel --out result
"""


@click.command("train", help=_HELP)
@click.argument("files", nargs=-1, type=LIST_PATH, metavar="[FILE...]")
@click.option(
    "--from-store",
    "store_url",
    metavar="URL",
    help="Learn from the decisions of stewards in this store.",
)
@click.option(
    "--judged",
    type=PATH,
    multiple=True,
    metavar="PAIRS.csv",
    help="Pairs judged by humans: left,right,label. May be given several times.",
)
@click.option(
    "--clusters",
    type=PATH,
    metavar="FILE",
    help="Records known to be the same (CSV or Parquet: id,cluster).",
)
@click.option(
    "--cluster-columns",
    metavar="ID,CLUSTER",
    help="Names of the two columns of --clusters, if different.",
)
@click.option("--unlabelled", is_flag=True, help="Learn from FILE... without labels (see above).")
@click.option(
    "--to",
    "others",
    type=PATH,
    multiple=True,
    metavar="RIGHT",
    help="With --unlabelled: compare FILE... with these lists only.",
)
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="DIR",
    help="Folder for the model; created if missing.",
)
@click.option(
    "--new-tables",
    is_flag=True,
    help="Count common names in FILE... (needs many records).",
)
@click.option(
    "--worlds/--no-worlds",
    default=True,
    show_default=True,
    help="Learn from invented records as well (slower).",
)
@click.option(
    "--probes/--no-probes",
    default=True,
    show_default=True,
    help="Measure fairness and calibration as well (minutes).",
)
@click.option(
    "--left-out",
    is_flag=True,
    help="Measure each set of pairs by a model of the others as well (takes as many fits).",
)
@click.option(
    "--checks-only",
    is_flag=True,
    help="Fit only what checks say of names; the rest is copied from the model of --model.",
)
@click.option("--version", metavar="NAME", help="Version of the model (default: year and month).")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=7,
    show_default=True,
    help="Random seed; the same seed gives the same model.",
)
@costs_option
@model_option
@reading_options
@click.pass_obj
def train_command(
    settings: Settings, /, files: tuple[Path, ...], out: Path, **options: Any
) -> None:
    """Run `resolver train`."""
    _check_options(options, files)
    base = options["model_dir"] or settings.model_dir
    version = options["version"] or f"{datetime.datetime.now(tz=datetime.UTC):%Y.%m}"
    if options["checks_only"]:
        train_checks(options, files, out, base)
    elif files:
        train_on_lists(settings, options, files, out, base, version)
    else:
        train_from_store(settings, options, out, base, version)


_OPTIONS_OF_LISTS = ("judged", "clusters", "others", "new_tables", "left_out")
_OPTIONS_OF_LABELS = ("judged", "clusters", "store_url", "left_out")
"""Options that need lists; and options that need labels, so --unlabelled excludes them."""


def _check_options(options: Mapping[str, Any], files: tuple[Path, ...]) -> None:
    if not files and not options["store_url"]:
        raise UsageError(
            "there is nothing to learn from",
            hint="name lists FILE..., or a store with --from-store",
        )
    for name in () if files else _OPTIONS_OF_LISTS:
        if options[name]:
            word = "to" if name == "others" else name.replace("_", "-")
            raise UsageError(f"--{word} goes with lists", hint="name them as FILE...")
    if options["checks_only"] and (options["unlabelled"] or options["store_url"]):
        raise UsageError(
            "--checks-only learns from names asked against lists",
            hint="name lists FILE..., without --unlabelled and --from-store",
        )
    if options["unlabelled"] and any(options[name] for name in _OPTIONS_OF_LABELS):
        raise UsageError(
            "--unlabelled learns without labels",
            hint="leave out --judged, --clusters, --from-store and --left-out, or --unlabelled",
        )
    if options["cluster_columns"] and not options["clusters"]:
        raise UsageError("--cluster-columns goes with --clusters", hint="name the file with them")
    if options["others"] and not options["unlabelled"]:
        raise UsageError("--to goes with --unlabelled", hint="give all lists as FILE...")
