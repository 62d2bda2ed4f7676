"""Trained models to a folder: one JSON file a kind, the tables they were made with, and a card of how good they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from resolver.models import loader
from resolver.scoring import to_json
from resolver.training.evaluate.model_card import PLOT, bins, card
from resolver.training.evaluate.reliability_plot import plot
from resolver.training.train import Trained

CARD = "card.md"


def save(trained: Trained, directory: Path, base: Path | None = None) -> tuple[str, ...]:
    """Write the models, tables and card. Kinds that were not trained are taken over from `base` (default: the shipped
    models); their names are returned. Raises `ModelError` where `base` lacks one."""
    fitted = {kind.label: to_json(model) for kind, model in trained.models.items()}
    kept = tuple(name for name in loader.KINDS if name not in fitted)
    fitted.update({name: loader.load(name, base) for name in kept})
    for name, data in sorted(fitted.items()):
        loader.save(name, data, directory)
    loader.save("tables", dict(trained.tables), directory)
    write_card(fitted, directory, kept)
    return kept


def write_card(
    models: Mapping[str, Mapping[str, Any]], directory: Path, kept: Sequence[str] = ()
) -> None:
    """Write the card of models (by kind, as JSON), and its plot where there is anything to plot."""
    (directory / CARD).write_text(card(models, kept), encoding="utf-8")
    rows = bins(models)
    if rows:
        (directory / PLOT).write_text(plot(rows), encoding="utf-8")
