"""Features of a model, for readers who ask how scores come about."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.comparison import COMPARATOR_BY_NAME
from resolver.model_set import ModelSet


@dataclass(frozen=True, slots=True)
class FeatureWeights:
    """Feature of a model, with the range of its weights over the models of all kinds.

    `max_weight` and `min_weight` are the most and the least that the feature by itself can add to
    the log-odds, in thousandths.
    """

    name: str
    help: str
    max_weight: int
    min_weight: int


def feature_weights(models: ModelSet) -> list[FeatureWeights]:
    """Return the features of a model, by name."""
    weights: dict[str, list[int]] = {}
    for model in (
        part for model_of_kind in models.models.values() for part in model_of_kind.parts.values()
    ):
        for term in model.terms:
            weights.setdefault(term.feature, []).extend(term.weights)
        for pair in model.pairs:
            for name in pair.features:
                weights.setdefault(name, []).append(0)
    return [
        FeatureWeights(name, COMPARATOR_BY_NAME[name].help, max(values), min(values))
        for name, values in sorted(weights.items())
    ]
