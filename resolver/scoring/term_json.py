"""Terms of a model as JSON: written as plain data, and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from resolver.errors import ModelError
from resolver.scoring.terms import PairTerm, Term

HINT = "restore the model file or train it again"
_MAX_WEIGHT = 10**9


def term_to_json(term: Term) -> dict[str, Any]:
    """Return a term as plain data for JSON."""
    return {"feature": term.feature, "cuts": list(term.cuts), "weights": list(term.weights)}


def pair_to_json(pair: PairTerm) -> dict[str, Any]:
    """Return a pair term as plain data for JSON."""
    return {
        "features": list(pair.features),
        "cuts": [list(cuts) for cuts in pair.cuts],
        "weights": [list(row) for row in pair.weights],
    }


def terms_from_json(
    items: Sequence[Mapping[str, Any]], features: Sequence[str]
) -> tuple[Term, ...]:
    """Return terms stored as plain data. Raises `ModelError` if one is damaged, of none of
    `features`, or there twice.
    """
    terms = tuple(_term(item, features) for item in items)
    if len({term.feature for term in terms}) < len(terms):
        raise ModelError("a comparator has weights twice", hint=HINT)
    return terms


def _term(item: Mapping[str, Any], features: Sequence[str]) -> Term:
    name = item["feature"]
    if name not in features:
        raise ModelError(f"there are weights of {name!r}, which is not a comparator", hint=HINT)
    cuts = _cuts(item["cuts"], name)
    weights = tuple(weight_from_json(weight, name) for weight in item["weights"])
    if len(weights) != len(cuts) + 2:
        raise ModelError(f"the weights of {name} do not fit its cuts", hint=HINT)
    return Term(name, cuts, weights)


def pair_from_json(item: Mapping[str, Any], features: Sequence[str]) -> PairTerm:
    """Return a pair term stored as plain data. Raises `ModelError` if it is damaged, or not of two
    of `features`.
    """
    first_name, second_name = item["features"]
    if first_name not in features or second_name not in features or first_name == second_name:
        raise ModelError(
            f"there are joint weights of {first_name!r} and {second_name!r}, which are not two "
            "different comparators",
            hint=HINT,
        )
    first, second = (
        _cuts(cuts, name)
        for cuts, name in zip(item["cuts"], (first_name, second_name), strict=True)
    )
    names = f"{first_name} and {second_name}"
    weights = tuple(
        tuple(weight_from_json(weight, names) for weight in row) for row in item["weights"]
    )
    if len(weights) != len(first) + 2 or any(len(row) != len(second) + 2 for row in weights):
        raise ModelError(f"the weights of {names} do not fit their cuts", hint=HINT)
    return PairTerm((first_name, second_name), (first, second), weights)


def _cuts(values: Sequence[Any], name: str) -> tuple[float, ...]:
    cuts = tuple(float(value) for value in values)
    if not all(map(math.isfinite, cuts)) or any(upper <= lower for lower, upper in pairwise(cuts)):
        raise ModelError(f"the cuts of {name} do not rise", hint=HINT)
    return cuts


def weight_from_json(value: Any, name: str) -> int:
    """Return a weight of `name`. Raises `ModelError` if it is no whole number within bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MAX_WEIGHT:
        raise ModelError(
            f"a weight of {name} is {str(value)[:40]!r}, not a whole number within bounds",
            hint=HINT,
        )
    return value
