"""Models as JSON: written as plain data, read back only if complete and for these comparators."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from resolver.errors import ModelError
from resolver.scoring.model import (
    LISTED_FEATURE,
    NAME_ONLY_FEATURE,
    PART_KEYS,
    REGISTER_PART,
    Model,
)
from resolver.scoring.population_terms import PopulationTerms
from resolver.scoring.terms import Calibration, PairTerm, SupportLimit, Term

FORMAT, POPULATION_FORMAT = 1, 3
"""Formats of models without and with population terms."""
_HINT = "restore the model file or train it again"
_MAX_WEIGHT = 10**9
_POPULATION_POINTS = ("raw", "chance", "dependent", "even")


def model_to_json(model: Model) -> dict[str, Any]:
    """Return the model as plain data for JSON."""
    return {
        "format": FORMAT if model.population is None else POPULATION_FORMAT,
        "kind": model.kind,
        "version": model.version,
        "features": list(model.features),
        "intercept": model.intercept,
        "terms": [_term_to_json(term) for term in model.terms],
        "pairs": [_pair_to_json(pair) for pair in model.pairs],
        "calibration": {
            "raw": list(model.calibration.raw),
            "logodds": list(model.calibration.logodds),
        },
        "training": dict(model.training),
        "priors": dict(model.priors),
        "ceilings": dict(model.ceilings),
        **_population_to_json(model.population),
        **_limit_to_json(model.limit),
        **{name: model_to_json(part) for name, part in model.parts.items() if name},
    }


def _population_to_json(terms: PopulationTerms | None) -> dict[str, Any]:
    if terms is None:
        return {}
    points = {name: getattr(terms, name) for name in _POPULATION_POINTS}
    return {
        "population": {
            **{name: list(values) for name, values in points.items()},
            "terms": [_term_to_json(term) for term in terms.terms],
            "pairs": [_pair_to_json(pair) for pair in terms.pairs],
        }
    }


def _term_to_json(term: Term) -> dict[str, Any]:
    return {"feature": term.feature, "cuts": list(term.cuts), "weights": list(term.weights)}


def _pair_to_json(pair: PairTerm) -> dict[str, Any]:
    return {
        "features": list(pair.features),
        "cuts": [list(cuts) for cuts in pair.cuts],
        "weights": [list(row) for row in pair.weights],
    }


def _limit_to_json(limit: SupportLimit | None) -> dict[str, Any]:
    if limit is None:
        return {}
    features = list(limit.features)
    return {"limit": {"features": features, "support": limit.support, "most": limit.most}}


def model_from_json(data: Mapping[str, Any], features: Sequence[str]) -> Model:
    """Return the model stored as plain data.

    Raises `ModelError` if the data is damaged or belongs to comparators other than `features`.
    """
    if data.get("format") not in (FORMAT, POPULATION_FORMAT):
        raise ModelError(
            f"model format {data.get('format')!r} is neither {FORMAT} nor {POPULATION_FORMAT}",
            hint="train it again with this version",
        )
    try:
        _check_features(data, features)
        register, name_only = (_part(name, data, features) for name in PART_KEYS)
        return Model(
            str(data["kind"]),
            str(data["version"]),
            tuple(features),
            _integer(data["intercept"], "intercept"),
            _terms(data["terms"], features),
            tuple(_pair(item, features) for item in data["pairs"]),
            _calibration(data["calibration"]),
            dict(data.get("training", {})),
            {
                str(plan): _integer(prior, "priors")
                for plan, prior in data.get("priors", {}).items()
            },
            register,
            name_only,
            {
                str(plan): _integer(most, "ceilings")
                for plan, most in data.get("ceilings", {}).items()
            },
            _population(data.get("population"), features),
            limit=_limit(data.get("limit"), features),
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"the model file is damaged: {type(error).__name__} {error}", hint=_HINT
        ) from error


def _part(name: str, model_data: Mapping[str, Any], features: Sequence[str]) -> Model | None:
    data = model_data.get(name)
    if data is None:
        return None
    selector = LISTED_FEATURE if name == REGISTER_PART else NAME_ONLY_FEATURE
    if selector not in features or any(data.get(part) is not None for part in PART_KEYS):
        raise ModelError(f"the part {name!r} of the model does not belong to it", hint=_HINT)
    return model_from_json(data, features)


def _check_features(data: Mapping[str, Any], features: Sequence[str]) -> None:
    """Refuse a model of comparators that there are not, or in another order.

    One that was made before a comparator was added gives it no weight.
    """
    stored = tuple(data["features"])
    if stored != tuple(name for name in features if name in stored):
        difference = ", ".join(sorted(set(map(str, stored)) - set(features)))
        raise ModelError(
            f"the {data.get('kind')} model was made for other comparators "
            f"({difference or 'another order'})",
            hint="train it again with `resolver train`",
        )


def _terms(items: Sequence[Mapping[str, Any]], features: Sequence[str]) -> tuple[Term, ...]:
    terms = tuple(_term(item, features) for item in items)
    if len({term.feature for term in terms}) < len(terms):
        raise ModelError("a comparator has weights twice", hint=_HINT)
    return terms


def _term(item: Mapping[str, Any], features: Sequence[str]) -> Term:
    name = item["feature"]
    if name not in features:
        raise ModelError(f"there are weights of {name!r}, which is not a comparator", hint=_HINT)
    cuts = _cuts(item["cuts"], name)
    weights = tuple(_integer(weight, name) for weight in item["weights"])
    if len(weights) != len(cuts) + 2:
        raise ModelError(f"the weights of {name} do not fit its cuts", hint=_HINT)
    return Term(name, cuts, weights)


def _pair(item: Mapping[str, Any], features: Sequence[str]) -> PairTerm:
    first_name, second_name = item["features"]
    if first_name not in features or second_name not in features or first_name == second_name:
        raise ModelError(
            f"there are joint weights of {first_name!r} and {second_name!r}, which are not two "
            "different comparators",
            hint=_HINT,
        )
    first, second = (
        _cuts(cuts, name)
        for cuts, name in zip(item["cuts"], (first_name, second_name), strict=True)
    )
    names = f"{first_name} and {second_name}"
    weights = tuple(tuple(_integer(weight, names) for weight in row) for row in item["weights"])
    if len(weights) != len(first) + 2 or any(len(row) != len(second) + 2 for row in weights):
        raise ModelError(f"the weights of {names} do not fit their cuts", hint=_HINT)
    return PairTerm((first_name, second_name), (first, second), weights)


def _calibration(item: Mapping[str, Any]) -> Calibration:
    raw, logodds = (
        tuple(_integer(point, "calibration") for point in item[key]) for key in ("raw", "logodds")
    )
    rises = all(lower < upper for points in (raw, logodds) for lower, upper in pairwise(points))
    if len(raw) < 2 or len(raw) != len(logodds) or not rises:
        raise ModelError("the calibration does not rise everywhere", hint=_HINT)
    return Calibration(raw, logodds)


def _population(item: Mapping[str, Any] | None, features: Sequence[str]) -> PopulationTerms | None:
    if item is None:
        return None
    columns = [
        tuple(_integer(point, "population") for point in item[key]) for key in _POPULATION_POINTS
    ]
    rises = all(lower < upper for points in columns for lower, upper in pairwise(points))
    if len(columns[0]) < 2 or len(set(map(len, columns))) > 1 or not rises:
        raise ModelError("the population terms do not rise everywhere", hint=_HINT)
    raw, chance, dependent, even = columns
    pairs = tuple(_pair(pair, features) for pair in item["pairs"])
    return PopulationTerms(raw, chance, dependent, even, _terms(item["terms"], features), pairs)


def _limit(item: Mapping[str, Any] | None, features: Sequence[str]) -> SupportLimit | None:
    if item is None:
        return None
    if not set(item["features"]) <= set(features):
        raise ModelError("the limit names features that are not comparators", hint=_HINT)
    return SupportLimit(
        tuple(item["features"]),
        _integer(item["support"], "limit"),
        _integer(item["most"], "limit"),
    )


def _cuts(values: Sequence[Any], name: str) -> tuple[float, ...]:
    cuts = tuple(float(value) for value in values)
    if not all(map(math.isfinite, cuts)) or any(upper <= lower for lower, upper in pairwise(cuts)):
        raise ModelError(f"the cuts of {name} do not rise", hint=_HINT)
    return cuts


def _integer(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MAX_WEIGHT:
        raise ModelError(
            f"a weight of {name} is {str(value)[:40]!r}, not a whole number within bounds",
            hint=_HINT,
        )
    return value
