"""What `train` and `compare` do with the decisions of a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.model import fairness
from resolver.cli.options import run_options
from resolver.cli.progress_bars import Bars
from resolver.cli.run_results import prepare
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.training.data.decided_pairs import Decided
    from resolver.training.data.labeled_clusters import Clusters
    from resolver.training.data.labeled_pairs import Judgement
    from resolver.training.evaluate.model_comparison import Beside
    from resolver.training.train import Material

_MEASURES = (
    ("precision", "precision at score 0.5"),
    ("recall", "recall at score 0.5"),
    ("f1", "F1 at score 0.5"),
    ("log_loss", "log loss"),
    ("calibration_error", "calibration error"),
)


def train(
    settings: Settings, options: Mapping[str, Any], out: Path, base: Path | None, named: str
) -> None:
    """Correct a model by the decisions of a store; write it, and say how it does. Raises `InputError` where it does no
    better."""
    from resolver.training.store_learning import learn

    with Bars(verbose=options["verbose"]) as bars:
        bars.start("decisions")
        learnt = learn(
            options["store_url"],
            out,
            base,
            named,
            seed=options["seed"],
            before_writing=lambda: prepare(out),
        )
        if options["probes"]:
            fairness.measure_and_keep(
                out, base, run_options(settings, {**options, "model_dir": out}), bars
            )
    for note in learnt.notes:
        click.echo(f"note: {note}", err=True)
    click.echo("\n".join(told(learnt.beside)))
    click.echo(f"\nModel: {out}")
    click.echo(f"To use it: resolver replan --store {options['store_url']} --model {out}")


def said(
    options: Mapping[str, Any], known: Clusters | None
) -> tuple[Decided | None, list[Judgement]]:
    """The decisions and the judgements that were asked for, as far as they can all be right."""
    from resolver.training.data.labeled_pairs import read_judgements

    judgements = read_judgements(options["judged"]) if options["judged"] else []
    if not options["store_url"]:
        return None, judgements
    from resolver.training.data.combined_pairs import agreed
    from resolver.training.store_learning import decisions_of

    return agreed(decisions_of(options["store_url"]), judgements, known)


def joined(
    material: Material,
    intake: Intake,
    judgements: list[Judgement],
    decided: Decided | None,
    tables: Mapping[str, Any],
) -> Material:
    """The material with decisions, where there are any."""
    if decided is None:
        return material
    from resolver.training.data.combined_pairs import with_decided

    return with_decided(material, intake, judgements, decided, tables)


def told(found: Beside) -> Iterator[str]:
    """A comparison for people, line by line."""
    yield f"Old model {found.old}, new model {found.new}; {found.decisions:,} decisions that teach."
    for kind, one in found.held_out.items():
        yield from ("", f"{kind}: decisions held out when the new one was made", *_table(one))
    for kind, fresh in found.fresh.items():
        yield from ("", f"{kind}: decisions that neither has learnt from", *_table(fresh.to_json()))
    if not found.fresh:
        yield from ("", "There are no decisions that neither has learnt from.")
    yield from ("", *_waiting(found))


def _table(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {one['pairs']:,} pairs of records, {one['same']:,} of them the same"
    yield f"  {'':<24}{'old':>26}{'new':>26}"
    for name, words in _MEASURES:
        yield f"  {words:<24}{_value(one['old'], name):>26}{_value(one['new'], name):>26}"
    interval = f"{one['gain_low']:+.4f} … {one['gain_high']:+.4f}"
    yield f"  the log loss is lower by {one['gain']:.4f} (95 %: {interval})"


def _value(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures.get(f"{name}_low"), figures.get(f"{name}_high")
    interval = f" ({low:.3f} … {high:.3f})" if low is not None and high is not None else ""
    return f"{figures[name]:.3f}{interval}"


def _waiting(found: Beside) -> Iterator[str]:
    held = found.waiting
    if not held.waiting:
        yield "No pair waits."
        return
    some = "" if held.looked_at == held.waiting else f" ({held.looked_at:,} looked at)"
    said = ", ".join(f"{count:,} {band}" for band, count in held.bands.items())
    yield f"Of {held.waiting:,} pairs of records that wait{some} there would be: {said}."
    for one in held.moved:
        yield f"  {one.old:.3f} → {one.new:.3f}  {one.left}  {one.right}"
