"""Models for checks: callers against the entities of a store, of whom few are listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from resolver.hub.hub import Hub
from resolver.model_set import ModelSet
from resolver.records.visibility.audiences import Audience
from resolver.store import StoreView


def build_check_models(
    hub: Hub, view: StoreView, entities: Mapping[str, int], listed: float, key: str = ""
) -> ModelSet:
    """Return the models for checks against some entities (their number by label of kind).

    `listed`: share of callers who are listed. Words count as at the last refresh, so profiles are
    those of the store's own models; models without a population stay as they are. `key`: that of
    the audience in whose population callers are compared.
    """
    models = hub.models_at(view)
    if key:
        models = models.for_audience(Audience.from_key(key))
    if models.population is None:
        return models
    population = models.population.for_checks(entities, listed)
    at_population = {
        kind: model.for_population(view.head.plan, population.of(kind))
        for kind, model in hub.models.models.items()
    }
    # built here and not by `for_population`, which keeps every set it builds
    return replace(models, models=at_population, population=population)
