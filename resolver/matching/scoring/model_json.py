"""Models as JSON: written as plain data, read back only if complete and for these comparators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from resolver.errors import ModelError
from resolver.matching.scoring.model import (
    LISTED_FEATURE,
    NAME_ONLY_FEATURE,
    PART_KEYS,
    REGISTER_PART,
    Model,
)
from resolver.matching.scoring.terms import (
    HINT,
    Calibration,
    PopulationTerms,
    SupportLimit,
    pair_from_json,
    pair_to_json,
    term_to_json,
    terms_from_json,
    weight_from_json,
)

FORMAT, POPULATION_FORMAT = 1, 3
"""Formats of models without and with population terms."""
_POPULATION_POINTS = ("raw", "chance", "dependent", "even")


def model_to_json(model: Model) -> dict[str, Any]:
    """Return the model as plain data for JSON."""
    return {
        "format": FORMAT if model.population is None else POPULATION_FORMAT,
        "kind": model.kind,
        "version": model.version,
        "features": list(model.features),
        "intercept": model.intercept,
        "terms": [term_to_json(term) for term in model.terms],
        "pairs": [pair_to_json(pair) for pair in model.pairs],
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
            "terms": [term_to_json(term) for term in terms.terms],
            "pairs": [pair_to_json(pair) for pair in terms.pairs],
        }
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
            weight_from_json(data["intercept"], "intercept"),
            terms_from_json(data["terms"], features),
            tuple(pair_from_json(item, features) for item in data["pairs"]),
            _calibration(data["calibration"]),
            dict(data.get("training", {})),
            {
                str(plan): weight_from_json(prior, "priors")
                for plan, prior in data.get("priors", {}).items()
            },
            register,
            name_only,
            {
                str(plan): weight_from_json(most, "ceilings")
                for plan, most in data.get("ceilings", {}).items()
            },
            _population(data.get("population"), features),
            limit=_limit(data.get("limit"), features),
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"the model file is damaged: {type(error).__name__} {error}", hint=HINT
        ) from error


def _part(name: str, model_data: Mapping[str, Any], features: Sequence[str]) -> Model | None:
    data = model_data.get(name)
    if data is None:
        return None
    selector = LISTED_FEATURE if name == REGISTER_PART else NAME_ONLY_FEATURE
    if selector not in features or any(data.get(part) is not None for part in PART_KEYS):
        raise ModelError(f"the part {name!r} of the model does not belong to it", hint=HINT)
    return model_from_json(data, features)


def _check_features(data: Mapping[str, Any], features: Sequence[str]) -> None:
    """Refuse a model with unknown comparators, or with comparators in another order.

    A model that was made before a comparator was added gives it no weight.
    """
    stored = tuple(data["features"])
    if stored != tuple(name for name in features if name in stored):
        difference = ", ".join(sorted(set(map(str, stored)) - set(features)))
        raise ModelError(
            f"the {data.get('kind')} model was made for other comparators "
            f"({difference or 'another order'})",
            hint="train it again with `resolver train`",
        )


def _calibration(item: Mapping[str, Any]) -> Calibration:
    raw, logodds = (
        tuple(weight_from_json(point, "calibration") for point in item[key])
        for key in ("raw", "logodds")
    )
    rises = all(lower < upper for points in (raw, logodds) for lower, upper in pairwise(points))
    if len(raw) < 2 or len(raw) != len(logodds) or not rises:
        raise ModelError("the calibration does not rise everywhere", hint=HINT)
    return Calibration(raw, logodds)


def _population(item: Mapping[str, Any] | None, features: Sequence[str]) -> PopulationTerms | None:
    if item is None:
        return None
    columns = [
        tuple(weight_from_json(point, "population") for point in item[key])
        for key in _POPULATION_POINTS
    ]
    rises = all(lower < upper for points in columns for lower, upper in pairwise(points))
    if len(columns[0]) < 2 or len(set(map(len, columns))) > 1 or not rises:
        raise ModelError("the population terms do not rise everywhere", hint=HINT)
    raw, chance, dependent, even = columns
    pairs = tuple(pair_from_json(pair, features) for pair in item["pairs"])
    return PopulationTerms(
        raw, chance, dependent, even, terms_from_json(item["terms"], features), pairs
    )


def _limit(item: Mapping[str, Any] | None, features: Sequence[str]) -> SupportLimit | None:
    if item is None:
        return None
    if not set(item["features"]) <= set(features):
        raise ModelError("the limit names features that are not comparators", hint=HINT)
    return SupportLimit(
        tuple(item["features"]),
        weight_from_json(item["support"], "limit"),
        weight_from_json(item["most"], "limit"),
    )
