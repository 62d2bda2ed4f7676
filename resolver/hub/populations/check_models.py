"""Models for checks: callers against the entities of a store, of whom few are listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from resolver.hub.hub import Hub
from resolver.model_set import ModelSet
from resolver.records.kinds import combine_kinds, count_kinds
from resolver.records.prepared.population import Population
from resolver.records.visibility import OPERATOR
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


def load_check_population(hub: Hub, listed: float) -> Population | None:
    """Return the population of checks against a store; None for models that know none.

    It is that of the operator, who reads all records. Raises `StoreError`.
    """
    with hub.indexed_view() as (view, index):
        population = hub.models_at(view).population
        if population is None:
            return None
        audience = Audience.from_key(population.find_key(Audience.of([OPERATOR])))
        population = population.for_audience(audience)
        record, entity = view.all_members()
        kinds = np.zeros(view.head.last_record + 1, dtype=np.uint8)
        for segment in index.segments:
            visible = audience.visible_rows(segment.batch)
            shown = segment.batch.kinds if visible is None else segment.batch.kinds * visible
            kinds[segment.first : segment.first + len(segment)] = shown
        is_visible = kinds[record] > 0
        _, place = np.unique(entity[is_visible], return_inverse=True)
        count = int(place.max(initial=-1)) + 1
        entity_kinds = combine_kinds(kinds[record[is_visible]], place.astype(np.int64), count)
        return population.for_checks(count_kinds(entity_kinds), listed)
