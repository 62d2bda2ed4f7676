"""Trained models to a folder: one JSON file a kind, the tables they were made with, and a card of how good they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models import loader
from resolver.classify import to_json
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
    (directory / CARD).write_text(card(fitted, kept), encoding="utf-8")
    return kept


def card(models: Mapping[str, Mapping[str, Any]], kept: tuple[str, ...] = ()) -> str:
    """What models (by kind, as JSON) were trained on, and what cross-validation by cluster measured at score 0.5."""
    lines = [
        "# Model card\n\n",
        "Figures are cross-validated: no entity of a tested pair was seen in training. Own threshold: 0.5.\n\n",
        "| kind | pairs from | same | different | precision | recall | F1 |\n|---|---|---|---|---|---|---|\n",
    ]
    for kind in loader.KINDS:
        training = models[kind].get("training", {})
        for origin, counts in sorted(training.get("pairs", {}).items()):
            found = training.get("figures", {}).get(origin, {})
            rates = " | ".join(f"{found[name]:.4f}" if name in found else "" for name in ("precision", "recall", "f1"))
            lines.append(f"| {kind} | {origin} | {counts['same']:,} | {counts['different']:,} | {rates} |\n")
    for kind in loader.KINDS:
        taken = " (taken over, not trained)" if kind in kept else ""
        lines.append(f"\n- {kind}: version {models[kind]['version']}{taken}")
    return "".join(lines) + "\n"
