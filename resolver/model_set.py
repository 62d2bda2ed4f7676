"""Models of all kinds of records, loaded with their frequency tables and stamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from resolver.comparison import features_of
from resolver.errors import ModelError
from resolver.models import loader
from resolver.records import KIND_BY_LABEL, Batch
from resolver.records.prepared.population import FrequencyTables, Population
from resolver.records.visibility import Audience, find_visibility_classes
from resolver.reference.tables import RIGOUR_VERSION
from resolver.scoring import Model, model_from_json
from resolver.scoring.relation_evidence import RelationWeights, weights_from_json
from resolver.scoring.terms import CheckTerms, check_terms_from_json

STAMPED_LIBRARIES = ("jellyfish", "nicknames", "icu4py", "rapidfuzz")
"""Libraries that scores depend on, besides the model and this program."""
RELATIONS = "relations"
"""Name of the file of weights of relations, without its ending, and of their version in a stamp."""
CHECKS = "checks"
"""Name of the file of what checks say of names, without its ending."""
_MAX_POPULATIONS = 16


@dataclass(frozen=True)
class ModelSet:
    """Models by kind, with their frequency tables, and the stamp that every score carries."""

    models: dict[str, Model]
    tables: FrequencyTables
    stamp: dict[str, str] = field(default_factory=dict)
    relations: RelationWeights = field(default_factory=RelationWeights)
    """Weights of what two entities are both related to."""
    population: Population | None = None
    """Population that the scores hold for; None for even odds, and before one is chosen."""
    plan: str = ""
    """Plan that records are blocked under, where a population or even odds are chosen."""
    origin: ModelSet | None = field(default=None, repr=False, compare=False)
    """Models before a population was chosen."""
    is_limited: bool = True
    """False without limits for pairs that only names support."""
    _at: dict[tuple[str, int], ModelSet] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def for_population(self, plan: str, population: Population | None) -> ModelSet:
        """Return the models for a population (None: even odds), blocked under a plan.

        The frequency tables count the words of the population. Sets are built once.
        """
        key = (plan, id(population))
        models = self._at.get(key)
        # a set holds its population, so that no other object can have that identity
        if models is None:
            if len(self._at) >= _MAX_POPULATIONS:
                self._at.clear()
            models = self._at[key] = self._build(plan, population)
        return models

    def _build(self, plan: str, population: Population | None) -> ModelSet:
        models = {
            kind: model.for_population(plan, None if population is None else population.of(kind))
            for kind, model in self.models.items()
        }
        tables = self.tables
        if population is not None and self.counts_words:
            tables = replace(tables, at_hand=population.common_counts)
        return replace(
            self,
            models=models,
            tables=tables,
            population=population,
            plan=plan,
            origin=self.origin or self,
        )

    def for_audience(self, audience: Audience) -> ModelSet:
        """Return the models for records that all of an audience may see."""
        population = self.population
        key = "" if population is None else population.find_key(audience)
        if not key or population is None or self.origin is None:
            return self
        models = self.origin.for_population(self.plan, population.restricted[key])
        return models if self.is_limited else models.without_limits

    def for_records(self, batch: Batch) -> ModelSet:
        """Return the models for evidence of some records together."""
        if self.population is None or not self.population.restricted:
            return self
        classes = find_visibility_classes(batch)
        if classes is None:
            return self
        group = np.zeros(len(batch), dtype=np.int32)
        return self.for_audience(classes.audiences[classes.find_first_of_groups(group, 1)[0]])

    def for_names(self, plan: str) -> ModelSet:
        """Return the models that say whether two names are one, at even odds."""
        return replace(self, models={kind: m.for_names(plan) for kind, m in self.models.items()})

    @cached_property
    def without_limits(self) -> ModelSet:
        """The same models without limits for pairs that only names support."""
        models = {kind: model.unlimited for kind, model in self.models.items()}
        return replace(self, models=models, is_limited=False)

    @property
    def store_stamp(self) -> dict[str, str]:
        """Stamp of a store, whose entities depend on the weights of relations as well."""
        digest = self.relations.digest
        return {**self.stamp, RELATIONS: digest} if digest else self.stamp

    @property
    def counts_words(self) -> bool:
        """True if the weights were fitted with the word counts of each population."""
        return any(model.population is not None for model in self.models.values())


@lru_cache(maxsize=8)
def load_models(directory: Path | None = None) -> ModelSet:
    """Load the models of a directory (default: the shipped ones). Raises `ModelError`.

    `ModelSet.for_population` fits them to the records that they are to score.
    """
    raw = {kind: loader.load(kind, directory) for kind in loader.KINDS}
    models = {
        kind: model_from_json(data, features_of(KIND_BY_LABEL[kind])) for kind, data in raw.items()
    }
    checks = load_check_terms(directory)
    models = {kind: replace(model, checks=checks.get(kind)) for kind, model in models.items()}
    tables = loader.load("tables", directory)
    digest = loader.digest({**raw, "tables": tables})
    versions = {library: version(library) for library in STAMPED_LIBRARIES}
    stamp = {"model": digest, "rigour": RIGOUR_VERSION, **versions}
    return ModelSet(models, build_tables(tables), stamp, load_relation_weights(directory))


def load_check_terms(directory: Path | None = None) -> dict[str, CheckTerms]:
    """Return what checks say of names, by kind; none where a model directory has no such file."""
    if directory is not None and not (directory / f"{CHECKS}.json").exists():
        return {}
    features = {kind: features_of(KIND_BY_LABEL[kind]) for kind in loader.KINDS}
    return check_terms_from_json(loader.load(CHECKS, directory), features)


def load_relation_weights(directory: Path | None = None) -> RelationWeights:
    """Return the weights of relations of a model directory; none where it has no such file."""
    if directory is not None and not (directory / f"{RELATIONS}.json").exists():
        return RelationWeights()
    data = loader.load(RELATIONS, directory)
    return replace(weights_from_json(data), digest=loader.digest(data))


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
