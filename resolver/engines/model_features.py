"""What a model looks at, for those who ask how scores come about."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.comparison import COMPARATOR_BY_NAME
from resolver.pipeline import ModelSet


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: what it sees, and the most and the least it can add to the log-odds (thousandths) by itself, over the
    models of all kinds."""

    name: str
    help: str
    most: int
    least: int


def features(models: ModelSet) -> list[Feature]:
    """The features of a model, by name."""
    weights: dict[str, list[int]] = {}
    for model in (part for whole in models.models.values() for part in whole.parts.values()):
        for term in model.terms:
            weights.setdefault(term.feature, []).extend(term.weights)
        for pair in model.pairs:
            for name in pair.features:
                weights.setdefault(name, []).append(0)
    return [
        Feature(name, COMPARATOR_BY_NAME[name].help, max(found), min(found))
        for name, found in sorted(weights.items())
    ]
