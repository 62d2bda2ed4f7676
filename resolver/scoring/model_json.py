"""Models as JSON: plain data out, and back only where it is whole and was made for the comparators there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from resolver.errors import ModelError
from resolver.scoring.model import (
    ALONE_GATE,
    GATE,
    PARTS,
    Calibration,
    Model,
    PairTerm,
    Term,
)

FORMAT = 1
_MEND = "restore the model file or train it again"
_MOST = 10**9


def to_json(model: Model) -> dict[str, Any]:
    """The model as plain data for JSON."""
    return {
        "format": FORMAT,
        "kind": model.kind,
        "version": model.version,
        "features": list(model.features),
        "intercept": model.intercept,
        "terms": [
            {"feature": t.feature, "cuts": list(t.cuts), "weights": list(t.weights)}
            for t in model.terms
        ],
        "pairs": [
            {
                "features": list(p.features),
                "cuts": [list(c) for c in p.cuts],
                "weights": [list(r) for r in p.weights],
            }
            for p in model.pairs
        ],
        "calibration": {
            "raw": list(model.calibration.raw),
            "logodds": list(model.calibration.logodds),
        },
        "training": dict(model.training),
        "priors": dict(model.priors),
        "ceilings": dict(model.ceilings),
        **{name: to_json(part) for name, part in model.parts.items() if name},
    }


def from_json(data: Mapping[str, Any], features: Sequence[str]) -> Model:
    """The model of plain data. Raises `ModelError` where it is damaged or was made for other features than
    `features`."""
    if data.get("format") != FORMAT:
        raise ModelError(
            f"model format {data.get('format')!r} is not {FORMAT}",
            mend="train it again with this version",
        )
    try:
        _same_features(data, features)
        plain, alone = (_part(name, data, features) for name in PARTS)
        return Model(
            str(data["kind"]),
            str(data["version"]),
            tuple(features),
            _whole(data["intercept"], "intercept"),
            _terms(data["terms"], features),
            tuple(_pair(item, features) for item in data["pairs"]),
            _calibration(data["calibration"]),
            dict(data.get("training", {})),
            {str(plan): _whole(prior, "priors") for plan, prior in data.get("priors", {}).items()},
            plain,
            alone,
            {
                str(plan): _whole(most, "ceilings")
                for plan, most in data.get("ceilings", {}).items()
            },
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"the model file is damaged: {type(error).__name__} {error}", mend=_MEND
        ) from error


def _part(name: str, whole: Mapping[str, Any], features: Sequence[str]) -> Model | None:
    data = whole.get(name)
    if data is None:
        return None
    gate = GATE if name == "plain" else ALONE_GATE
    if gate not in features or any(data.get(part) is not None for part in PARTS):
        raise ModelError(f"the part {name!r} of the model does not belong to it", mend=_MEND)
    return from_json(data, features)


def _same_features(data: Mapping[str, Any], features: Sequence[str]) -> None:
    held = tuple(data["features"])
    if held != tuple(features):
        odd = sorted(set(map(str, held)) ^ set(features))
        raise ModelError(
            f"the {data.get('kind')} model was made for other comparators ({', '.join(odd) or 'another order'})",
            mend="train it again with `resolver train`",
        )


def _terms(items: Sequence[Mapping[str, Any]], features: Sequence[str]) -> tuple[Term, ...]:
    terms = tuple(_term(item, features) for item in items)
    if len({term.feature for term in terms}) < len(terms):
        raise ModelError("a comparator has weights twice", mend=_MEND)
    return terms


def _term(item: Mapping[str, Any], features: Sequence[str]) -> Term:
    name = item["feature"]
    if name not in features:
        raise ModelError(f"there are weights of {name!r}, which is no comparator", mend=_MEND)
    cuts = _cuts(item["cuts"], name)
    weights = tuple(_whole(weight, name) for weight in item["weights"])
    if len(weights) != len(cuts) + 2:
        raise ModelError(f"the weights of {name} do not fit its cuts", mend=_MEND)
    return Term(name, cuts, weights)


def _pair(item: Mapping[str, Any], features: Sequence[str]) -> PairTerm:
    one, two = item["features"]
    if one not in features or two not in features or one == two:
        raise ModelError(
            f"there are weights of {one!r} and {two!r}, which are no two comparators", mend=_MEND
        )
    first, second = (_cuts(cuts, name) for cuts, name in zip(item["cuts"], (one, two), strict=True))
    weights = tuple(
        tuple(_whole(weight, f"{one} and {two}") for weight in row) for row in item["weights"]
    )
    if len(weights) != len(first) + 2 or any(len(row) != len(second) + 2 for row in weights):
        raise ModelError(f"the weights of {one} and {two} do not fit their cuts", mend=_MEND)
    return PairTerm((one, two), (first, second), weights)


def _calibration(item: Mapping[str, Any]) -> Calibration:
    raw, logodds = (
        tuple(_whole(point, "calibration") for point in item[key]) for key in ("raw", "logodds")
    )
    rises = all(one < two for points in (raw, logodds) for one, two in pairwise(points))
    if len(raw) < 2 or len(raw) != len(logodds) or not rises:
        raise ModelError("the calibration does not rise everywhere", mend=_MEND)
    return Calibration(raw, logodds)


def _cuts(values: Sequence[Any], name: str) -> tuple[float, ...]:
    cuts = tuple(float(value) for value in values)
    if not all(map(math.isfinite, cuts)) or any(two <= one for one, two in pairwise(cuts)):
        raise ModelError(f"the cuts of {name} do not rise", mend=_MEND)
    return cuts


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST:
        raise ModelError(f"a weight of {name} is {str(value)[:40]!r}, no whole number", mend=_MEND)
    return value
