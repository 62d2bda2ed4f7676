"""Models of all kinds of records, loaded with their frequency tables and stamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from resolver.comparison import features_of
from resolver.errors import ModelError
from resolver.models import loader
from resolver.records import KIND_BY_LABEL
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.scoring import Model, model_from_json

STAMPED_LIBRARIES = ("rigour", "jellyfish", "nicknames", "pyicu", "rapidfuzz", "pykakasi", "hanja")
"""Libraries that scores depend on, besides the model and this program."""


@dataclass(frozen=True)
class ModelSet:
    """Models by kind, with their frequency tables, and the stamp that every score carries."""

    models: dict[str, Model]
    tables: FrequencyTables
    stamp: dict[str, str] = field(default_factory=dict)
    _at: dict[str, ModelSet] = field(default_factory=dict, init=False, repr=False, compare=False)

    def for_plan(self, plan: str) -> ModelSet:
        """Return the models with the priors of a blocking plan."""
        if plan not in self._at:
            models = {kind: model.for_plan(plan) for kind, model in self.models.items()}
            self._at[plan] = replace(self, models=models)
        return self._at[plan]


@lru_cache(maxsize=8)
def load_models(directory: Path | None = None, plan: str | None = None) -> ModelSet:
    """Load the models of a directory (default: the shipped ones).

    `plan`: blocking plan whose priors they take. Raises `ModelError`.
    """
    if plan is not None:
        return load_models(directory).for_plan(plan)
    raw = {kind: loader.load(kind, directory) for kind in loader.KINDS}
    models = {
        kind: model_from_json(data, features_of(KIND_BY_LABEL[kind])) for kind, data in raw.items()
    }
    tables = loader.load("tables", directory)
    digest = loader.digest({**raw, "tables": tables})
    stamp = {"model": digest, **{library: version(library) for library in STAMPED_LIBRARIES}}
    return ModelSet(models, build_tables(tables), stamp)


def build_tables(data: Mapping[str, Any]) -> FrequencyTables:
    """Build the frequency tables from JSON. Raises `ModelError` where one is missing."""
    try:
        return FrequencyTables(
            dict(data["person_counts"]),
            int(data["person_total"]),
            dict(data["group_counts"]),
            int(data["group_total"]),
            frozenset(data["mass_used"]),
            dict(data["person_given"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the tables of the model are damaged: {error}", hint="restore tables.json"
        ) from error
