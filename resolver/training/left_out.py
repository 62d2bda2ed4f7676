"""Quality on a set of pairs by a model that learned from all other sets (leave one set out)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from resolver.records import Kind
from resolver.scoring import scores
from resolver.training.augment.resampled_entries import RESAMPLED_ORIGIN
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.evaluate.card_figures import hash_data, pair_figures
from resolver.training.fit.boosting import FitOptions
from resolver.training.fit.model_parts import MIN_PAIRS
from resolver.training.fit.population_model import fit_population_model
from resolver.training.train import population_logodds, weight_for_populations

_LISTS = "lists"
_SET_OF_ORIGIN: Mapping[str, str] = {"judged": _LISTS, RESAMPLED_ORIGIN: _LISTS}
"""Origins whose records come from the same lists; any other origin is a set of its own."""


def measure_left_out(pairs: Mapping[Kind, LabeledPairs], options: FitOptions) -> dict[str, Any]:
    """Return figures of each set, by kind: fit on all other sets, scored in its own population.

    Sets are those drawn from a population, and the given lists (judged pairs and resampled
    entries); pairs invented to teach one thing are no set, and learned from unless they have an
    entity of the tested set. Sets with fewer than `MIN_PAIRS` pairs of either label are skipped.
    Deterministic; takes one fit for each set. Each row names the data of its kind, as a model that
    learns from all sets does.
    """
    return {
        kind.label: list(_measure_sets(data, options))
        for kind, data in pairs.items()
        if not np.isnan(data.chance).all()
    }


def _measure_sets(raw_data: LabeledPairs, options: FitOptions) -> Iterator[dict[str, Any]]:
    data, digest = weight_for_populations(raw_data), hash_data(raw_data)
    sets = np.array([_SET_OF_ORIGIN.get(origin, origin) for origin in data.origin.astype(str)])
    is_set = ~np.isnan(data.chance) | (sets == _LISTS)
    for name in sorted(set(sets[is_set].tolist())):
        tested = data.select(is_set & (sets == name))
        is_shared = np.isin(data.clusters.astype(str), np.unique(tested.clusters.astype(str)))
        rest = data.select((sets != name) & ~is_shared.any(axis=1))
        if min(_least_label(tested), _least_label(rest)) >= MIN_PAIRS:
            yield {"set": name, "data": digest, **_measure_set(tested, rest, options)}


def _least_label(data: LabeledPairs) -> int:
    return int(np.bincount(data.labels, minlength=2).min())


def _measure_set(tested: LabeledPairs, rest: LabeledPairs, options: FitOptions) -> dict[str, Any]:
    model = fit_population_model(rest, options.fixed, options.measured.get(rest.kind))
    score = scores(population_logodds(model, tested))
    return pair_figures(tested, score)
