"""Alternative evidence of a pair: what its fields would show if they agreed, disagreed or were
unknown.

Agreement is not taken as a similarity of 1: it is what comparators show when a record is compared
with itself, so that agreeing on a common name or a shared number counts as little as it should.
Comparators that look at one field change together; all names are one field, since they come from
one alignment. Dates can also agree in part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.names.context import GRADES, Context
from resolver.records.prepared.batch import FloatArray
from resolver.records.results.explanation import Alternative

_NAMES, _SOURCES = "names", "sources"
_DATES = ("births", "starts")


def alternatives(
    context: Context, features: Sequence[str], evidence: FloatArray
) -> tuple[Alternative, ...]:
    """Return the alternatives of every field of the one pair in `context` (`evidence`: 1 ×
    features).
    """
    current = dict(zip(features, evidence[0].tolist(), strict=True))
    fields: dict[str, list[str]] = {}
    for name in features:
        fields.setdefault(COMPARATOR_BY_NAME[name].shows, []).append(name)
    itself = replace(context, right=context.left), replace(context, left=context.right)
    changes: list[Alternative] = []
    for field, names in fields.items():
        now = {name: current[name] for name in names}
        changes += [
            alternative
            for alternative in _of_field(field, now, itself)
            if not _same(alternative.values, now)
        ]
    return tuple(changes)


def _of_field(
    field: str, now: dict[str, float], itself: tuple[Context, Context]
) -> Iterator[Alternative]:
    label = "names" if field == _NAMES else next(iter(now)).replace("_", " ")
    is_unknown = all(math.isnan(value) for value in now.values())
    if field == _SOURCES:
        yield Alternative(field, "the two did not stand in one list", dict.fromkeys(now, math.nan))
        return
    agreeing = _agreeing(field, tuple(now), itself)
    if agreeing:
        verb = "had been known and agreed" if is_unknown else "agreed"
        yield Alternative(field, f"{label} {verb}", agreeing)
    if field == _NAMES:
        return
    if field in _DATES and not is_unknown:
        for grade, words in GRADES.items():
            if grade < 1:
                yield Alternative(field, f"{label} had shown “{words}”", dict.fromkeys(now, grade))
    else:
        verb = "had been known and disagreed" if is_unknown else "disagreed"
        yield Alternative(field, f"{label} {verb}", dict.fromkeys(now, 0.0))
    yield Alternative(field, f"{label} had been unknown", dict.fromkeys(now, math.nan))


def _agreeing(
    field: str, names: tuple[str, ...], itself: tuple[Context, Context]
) -> dict[str, float]:
    """Return the evidence of each record against itself; nothing if neither record has names."""
    for context in itself:
        evidence = {name: float(COMPARATOR_BY_NAME[name].compare(context)[0]) for name in names}
        if not all(math.isnan(value) for value in evidence.values()):
            return evidence
    return {} if field == _NAMES else dict.fromkeys(names, 1.0)


def _same(values: Mapping[str, float], now: Mapping[str, float]) -> bool:
    return all(
        np.array_equal(np.float32(values[name]), np.float32(now[name]), equal_nan=True)
        for name in now
    )
