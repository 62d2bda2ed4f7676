"""Use of a store's decisions by `train` and `compare`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.command_log import log_records_at
from resolver.cli.model import calibration, fairness
from resolver.cli.options import run_options
from resolver.cli.progress_bars import ProgressBars
from resolver.cli.run_results import prepare_folder
from resolver.reference.plurals import pluralize
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.training.data.labeled_clusters import LabeledClusters
    from resolver.training.data.labeled_pairs import JudgedPair
    from resolver.training.data.training_decisions import TrainingDecisions
    from resolver.training.evaluate.model_comparison import ModelComparison
    from resolver.training.training_data import TrainingData

_MEASURES = (
    ("precision", "precision at score 0.5"),
    ("recall", "recall at score 0.5"),
    ("f1", "F1 at score 0.5"),
    ("log_loss", "log loss"),
    ("calibration_error", "calibration error"),
)


def train_from_store(
    settings: Settings, options: Mapping[str, Any], out: Path, base: Path | None, name: str
) -> None:
    """Correct a model by a store's decisions. Raises `InputError` if the result is no better."""
    from resolver.training.store_learning import learn_at_url

    url = options["store_url"]
    with ProgressBars(verbose=options["verbose"]) as bars:
        bars.start("decisions")
        prepare = partial(prepare_folder, out)
        result = learn_at_url(url, out, base, name, seed=options["seed"], before_writing=prepare)
        if options["probes"]:
            running = run_options(settings, {**options, "model_dir": out})
            fairness.measure_and_save(out, base, running, bars)
            calibration.measure_and_save(out, running, bars)
    log_records_at(url, 2 * len(result.comparison.waiting.moved))
    for note in result.notes:
        click.echo(f"note: {note}", err=True)
    click.echo("\n".join(format_comparison(result.comparison)))
    click.echo(f"\nModel: {out}\nTo use it: resolver rebuild --store {url} --model {out}")


def read_labels(
    options: Mapping[str, Any], clusters: LabeledClusters | None
) -> tuple[TrainingDecisions | None, list[JudgedPair]]:
    """Return the requested decisions and judged pairs, without contradictory ones."""
    from resolver.training.data.labeled_pairs import read_judged_pairs

    judgments = [pair for path in options["judged"] for pair in read_judged_pairs(path)]
    if not options["store_url"]:
        return None, judgments
    from resolver.training.data.combined_pairs import reconcile_labels
    from resolver.training.store_learning import read_store_decisions

    decisions = read_store_decisions(options["store_url"])
    log_records_at(options["store_url"], len(decisions.records))
    return reconcile_labels(decisions, judgments, clusters)


def add_decisions(
    material: TrainingData,
    intake: Intake,
    judgments: list[JudgedPair],
    decided: TrainingDecisions | None,
    tables: Mapping[str, Any],
) -> TrainingData:
    """Add decisions to training data, if there are any."""
    if decided is None:
        return material
    from resolver.training.data.combined_pairs import add_decided_pairs

    return add_decided_pairs(material, intake, judgments, decided, tables)


def format_comparison(comparison: ModelComparison) -> Iterator[str]:
    """Iterate over the lines of a comparison."""
    yield (
        f"Old model {comparison.old}, new model {comparison.new}; "
        f"{pluralize(comparison.decisions, 'decision')} to learn from."
    )
    for kind, figures in comparison.held_out.items():
        yield from ("", f"{kind}: decisions held out when the new one was trained")
        yield from _table(figures)
    for kind, fresh in comparison.fresh.items():
        yield from ("", f"{kind}: decisions that neither has learned from")
        yield from _table(fresh.to_json())
    if not comparison.fresh:
        yield from ("", "There are no decisions that neither has learned from.")
    yield from ("", *_waiting(comparison))


def _table(figures: Mapping[str, Any]) -> Iterator[str]:
    pairs = pluralize(figures["pairs"], "pair")
    yield f"  {pairs} of records, {figures['same']:,} of them the same"
    yield f"  {'':<24}{'old':>26}{'new':>26}"
    for name, words in _MEASURES:
        yield f"  {words:<24}{_value(figures['old'], name):>26}{_value(figures['new'], name):>26}"
    interval = f"{figures['gain_low']:+.4f} … {figures['gain_high']:+.4f}"
    yield f"  the log loss is lower by {figures['gain']:.4f} (95 %: {interval})"


def _value(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures.get(f"{name}_low"), figures.get(f"{name}_high")
    interval = f" ({low:.3f} … {high:.3f})" if low is not None and high is not None else ""
    return f"{figures[name]:.3f}{interval}"


def _waiting(comparison: ModelComparison) -> Iterator[str]:
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
