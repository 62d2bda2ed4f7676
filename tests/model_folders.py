"""Folders of models for tests: the shipped ones, with other population terms or none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from resolver.models.loader import KINDS, MODEL_DIR

TERMS = {
    "raw": [-20_000, 0, 10_000, 20_000, 40_000],
    "chance": [-20_000, 0, 10_000, 20_000, 40_000],
    "dependent": [-21_000, -1_000, 6_000, 12_000, 25_000],
    "even": [-16_000, 0, 8_000, 12_000, 20_000],
}
_EARLIER_KEYS = ("plain", "alone", "priors", "ceilings")


def make_population_models(folder: Path) -> Path:
    """Copy the shipped models into a new folder, with population terms; return the folder."""
    return _copy_models(folder, _EARLIER_KEYS, {"format": 3, "population": TERMS})


def make_earlier_models(folder: Path) -> Path:
    """Copy the shipped models into a new folder, in the form that knows no population."""
    return _copy_models(folder, (*_EARLIER_KEYS, "population", "limit"), {"format": 1})


def _copy_models(folder: Path, dropped: Collection[str], added: Mapping[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for path in MODEL_DIR.glob("*.json"):
        shutil.copy(path, folder)
    for kind in KINDS:
        path = folder / f"{kind}.json"
        model = json.loads(path.read_text("utf-8"))
        rest = {name: value for name, value in model.items() if name not in dropped}
        changed = {**rest, **added}
        if "population" in added:
            weights = {name: model[name] for name in ("terms", "pairs")}
            changed["population"] = {**added["population"], **weights}
        path.write_text(json.dumps(changed), "utf-8")
    return folder
