"""What the fields of a pair could say instead: agree, disagree, be unknown, or (dates) anything between.

Agreement is not assumed to be a similarity of 1: it is what the comparators see where one record is compared with
itself, so that agreeing on a common name or on a number that branches share counts as the little it is. A field is what
comparators look at: all those of names change together, since they come from one alignment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from resolver.comparison.comparators import COMPARATOR_BY_NAME
from resolver.comparison.context import Context
from resolver.comparison.date_grades import GRADES
from resolver.records.prepared.batch import FloatArray
from resolver.records.results.explanation import Alternative

_NAMES, _SOURCES = "names", "sources"
_DATES = ("births", "starts")


def alternatives(
    context: Context, features: Sequence[str], evidence: FloatArray
) -> tuple[Alternative, ...]:
    """The alternatives of every field of the one pair in `context`, whose `evidence` is 1 × features."""
    seen = dict(zip(features, evidence[0].tolist(), strict=True))
    fields: dict[str, list[str]] = {}
    for name in features:
        fields.setdefault(COMPARATOR_BY_NAME[name].shows, []).append(name)
    itself = replace(context, right=context.left), replace(context, left=context.right)
    found: list[Alternative] = []
    for field, names in fields.items():
        now = {name: seen[name] for name in names}
        found += [one for one in _of_field(field, now, itself) if not _same(one.values, now)]
    return tuple(found)


def _of_field(
    field: str, now: dict[str, float], itself: tuple[Context, Context]
) -> Iterator[Alternative]:
    label = "names" if field == _NAMES else next(iter(now)).replace("_", " ")
    known = "" if any(not math.isnan(value) for value in now.values()) else "known and "
    if field == _SOURCES:
        yield Alternative(field, "the two did not stand in one list", dict.fromkeys(now, math.nan))
        return
    agreeing = _agreeing(field, tuple(now), itself)
    if agreeing:
        verb = "had been known and agreed" if known else "agreed"
        yield Alternative(field, f"{label} {verb}", agreeing)
    if field == _NAMES:
        return
    if field in _DATES and not known:
        for grade, words in GRADES.items():
            if grade < 1:
                yield Alternative(field, f"{label} had shown “{words}”", dict.fromkeys(now, grade))
    else:
        verb = "had been known and disagreed" if known else "disagreed"
        yield Alternative(field, f"{label} {verb}", dict.fromkeys(now, 0.0))
    yield Alternative(field, f"{label} had been unknown", dict.fromkeys(now, math.nan))


def _agreeing(
    field: str, names: tuple[str, ...], itself: tuple[Context, Context]
) -> dict[str, float]:
    """What is seen where the field of either record meets itself; nothing where neither record has names."""
    for context in itself:
        found = {name: float(COMPARATOR_BY_NAME[name].compare(context)[0]) for name in names}
        if not all(math.isnan(value) for value in found.values()):
            return found
    return {} if field == _NAMES else dict.fromkeys(names, 1.0)


def _same(one: Mapping[str, float], now: Mapping[str, float]) -> bool:
    return all(
        np.array_equal(np.float32(one[name]), np.float32(now[name]), equal_nan=True) for name in now
    )
