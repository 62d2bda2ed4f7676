"""Trained models in a folder: one JSON file for each kind, frequency tables, and a model card."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from resolver.matching.comparators import features_of
from resolver.matching.resolution_task import CHECKS, RELATIONS
from resolver.matching.scoring import model_from_json, model_to_json
from resolver.models import loader
from resolver.training import model_card
from resolver.training.fit.measured_evidence import (
    MEASURED,
    REASONS,
    load_measured,
    measured_levels,
)
from resolver.training.reliability import render_reliability_plot
from resolver.training.train import TrainedModels

CARD_FILE = "card.md"
CALIBRATION = "calibration"
"""Name of the file of figures in populations of several sizes, without its ending."""
LEFT_OUT = "left_out"
"""Name of the file of figures of sets left out, without its ending."""


def save_trained_models(
    trained: TrainedModels, directory: Path, base: Path | None = None
) -> tuple[str, ...]:
    """Write models, tables and card; return the kinds whose models were reused.

    Models of kinds that were not trained are copied from `base` (default: the shipped models).
    Raises `ModelError` if `base` lacks such a model.
    """
    models = {kind.label: model_to_json(model) for kind, model in trained.models.items()}
    reused = tuple(name for name in loader.KINDS if name not in models)
    models.update({name: loader.load(name, base) for name in reused})
    for name, data in sorted(models.items()):
        loader.save(name, data, directory)
    loader.save("tables", dict(trained.tables), directory)
    for name in (RELATIONS, CHECKS):
        # models of relations, and of names in checks, are not trained on these pairs
        if ((base or loader.MODEL_DIR) / f"{name}.json").exists():
            loader.save(name, loader.load(name, base), directory)
    for name in (MEASURED, REASONS):
        if ((base or loader.MODEL_DIR) / f"{name}.json").exists():
            loader.save(name, loader.load(name, base), directory)
    write_model_card(models, directory, reused)
    return reused


def copy_model(base: Path | None, directory: Path) -> None:
    """Copy the files of a model (None: the shipped one) on which scores depend, and its card."""
    source = base or loader.MODEL_DIR
    directory.mkdir(parents=True, exist_ok=True)
    names = [*loader.KINDS, "tables", RELATIONS, CALIBRATION, LEFT_OUT, CHECKS, MEASURED, REASONS]
    for name in [*(f"{name}.json" for name in names), CARD_FILE, model_card.PLOT_FILE]:
        if (source / name).exists() and source.resolve() != directory.resolve():
            shutil.copyfile(source / name, directory / name)


def write_model_card(
    models: Mapping[str, Mapping[str, Any]], directory: Path, reused: Sequence[str] = ()
) -> None:
    """Write the card of models (by kind, as JSON), and its plot if there are bins."""
    (directory / CARD_FILE).write_text(
        model_card.render_model_card(models, reused), encoding="utf-8"
    )
    write_measured_section(directory)
    rows = model_card.reliability_bins(models)
    if rows:
        (directory / model_card.PLOT_FILE).write_text(
            render_reliability_plot(rows), encoding="utf-8"
        )


def write_measured_section(directory: Path) -> None:
    """Write the measured evidence of contradictions into the card of models that have counts."""
    card = directory / CARD_FILE
    if card.exists():
        text = insert_measured_levels(card.read_text(encoding="utf-8"), directory)
        card.write_text(text, encoding="utf-8")


def insert_measured_levels(card: str, directory: Path) -> str:
    """Return a card with the measured evidence of contradictions, if its folder has counts."""
    counts = load_measured(directory)
    if not counts:
        return card
    has_reasons = (directory / f"{REASONS}.json").exists()
    reasons = loader.load(REASONS, directory) if has_reasons else {}
    rows = {}
    for kind, own in counts.items():
        model = model_from_json(loader.load(kind.label, directory), features_of(kind))
        rows[kind.label] = list(measured_levels(model, own))
    return model_card.insert_measured(card, rows, reasons)


def save_calibration(figures: dict[str, Any], directory: Path) -> None:
    """Write figures of calibration beside a model, and write their section into its card if it has
    one.
    """
    _save_figures(CALIBRATION, figures, directory, model_card.insert_calibration)


def save_left_out(figures: dict[str, Any], directory: Path) -> None:
    """Write figures of sets that were left out beside a model, and write their section into its
    card if it has one.
    """
    _save_figures(LEFT_OUT, figures, directory, model_card.insert_left_out)


def _save_figures(
    name: str,
    figures: dict[str, Any],
    directory: Path,
    insert: Callable[[str, Mapping[str, Any]], str],
) -> None:
    loader.save(name, figures, directory)
    card = directory / CARD_FILE
    if card.exists():
        # the figures are read from the file, so that a card that is written again is the same
        stored = loader.load(name, directory)
        card.write_text(insert(card.read_text(encoding="utf-8"), stored), encoding="utf-8")
