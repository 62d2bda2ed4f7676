"""Weights of relations that two entities share, as the model file `relations.json` has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resolver.errors import ModelError


@dataclass(frozen=True, slots=True)
class KindWeights:
    """Weights of one kind of entity, in thousandths of a nat.

    `degrees`: (relations of the shared node at most, weight), ascending; beyond the last it weighs
    nothing. `same_role`, `other_role`: added where both state a role there. `years`: added where
    both state a first year, by the years between them; the last is for more. `further`: share, per
    thousand, that each further node adds of its weight, for each node before it once more.
    """

    degrees: tuple[tuple[int, int], ...]
    same_role: int = 0
    other_role: int = 0
    years: tuple[int, ...] = (0,)
    further: int = 500

    def node_weight(self, degree: int) -> int | None:
        """Return the weight of a shared node by its degree; None for a hub, which says nothing."""
        return next((weight for most, weight in self.degrees if degree <= most), None)


@dataclass(frozen=True, slots=True)
class RelationWeights:
    """Weights by label of kind, and bounds of the sum of a pair (thousandths of a nat).

    `highest` is below what a merge takes, so that relations alone never decide; `lowest` is 0 or
    negative. Without kinds nothing has evidence.
    """

    kinds: Mapping[str, KindWeights] = field(default_factory=dict)
    highest: int = 0
    lowest: int = 0
    digest: str = ""
    """Version of the weights; empty for none."""

    @property
    def max_degree(self) -> int:
        """Degree beyond which a node is a hub for every kind."""
        return max((row.degrees[-1][0] for row in self.kinds.values()), default=0)


def weights_from_json(data: Mapping[str, Any]) -> RelationWeights:
    """Build the weights from JSON. Raises `ModelError` where it is damaged."""
    try:
        kinds = {
            label: KindWeights(
                tuple((int(most), int(weight)) for most, weight in row["degrees"]),
                int(row["same_role"]),
                int(row["other_role"]),
                tuple(int(weight) for weight in row["years"]),
                int(row["further"]),
            )
            for label, row in data["kinds"].items()
        }
        weights = RelationWeights(kinds, int(data["highest"]), int(data["lowest"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"the weights of relations are damaged: {error}", hint="restore relations.json"
        ) from error
    if not all(row.degrees and row.years for row in kinds.values()) or weights.lowest > 0:
        raise ModelError("the weights of relations are damaged", hint="restore relations.json")
    return weights
