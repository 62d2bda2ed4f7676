"""The weights of a model as flat arrays, and the kernel that sums those of many pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resolver.kernels.compiler import compiled
from resolver.records.prepared.batch import FloatArray

Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


class _Term(Protocol):
    @property
    def feature(self) -> str: ...
    @property
    def cuts(self) -> Sequence[float]: ...
    @property
    def weights(self) -> Sequence[int]: ...


class _PairTerm(Protocol):
    @property
    def features(self) -> Sequence[str]: ...
    @property
    def cuts(self) -> Sequence[Sequence[float]]: ...
    @property
    def weights(self) -> Sequence[Sequence[int]]: ...


@dataclass(frozen=True, slots=True)
class Weights:
    """Entry i adds one weight: by the intervals of two columns of evidence. `columns` (entries × 2; the second is -1
    where only one counts); the cuts of either are `cuts[bounds[i, 0]:bounds[i, 1]]` and `cuts[bounds[i, 1]:bounds[i,
    2]]`; the weights begin at `first[i]`, row by row."""

    columns: Numbers
    bounds: Numbers
    cuts: npt.NDArray[np.float64]
    first: Numbers
    weights: Numbers

    @classmethod
    def of(
        cls, features: Sequence[str], terms: Sequence[_Term], pairs: Sequence[_PairTerm]
    ) -> Weights:
        """Lay out the weights of a model. Raises `KeyError` for a feature it does not know."""
        place = {name: column for column, name in enumerate(features)}
        columns, bounds, cuts, first, weights = [], [], list[float](), [], list[int]()
        for term in terms:
            columns.append((place[term.feature], -1))
            bounds.append((len(cuts), len(cuts) + len(term.cuts), len(cuts) + len(term.cuts)))
            cuts += term.cuts
            first.append(len(weights))
            weights += term.weights
        for pair in pairs:
            columns.append((place[pair.features[0]], place[pair.features[1]]))
            middle = len(cuts) + len(pair.cuts[0])
            bounds.append((len(cuts), middle, middle + len(pair.cuts[1])))
            cuts += [*pair.cuts[0], *pair.cuts[1]]
            first.append(len(weights))
            weights += [weight for row in pair.weights for weight in row]
        return cls(
            np.array(columns, dtype=np.int64).reshape(-1, 2),
            np.array(bounds, dtype=np.int64).reshape(-1, 3),
            np.array(cuts, dtype=np.float64),
            np.array(first, dtype=np.int64),
            np.array(weights, dtype=np.int64),
        )

    def add(
        self,
        evidence: FloatArray,
        which: Bytes,
        part: int,
        curve: Curve,
        raw: Numbers,
        logodds: Numbers,
    ) -> None:
        """For each row of evidence that is `which` part's, put what its weights add up to, from the curve's start on,
        into `raw` and what that is on the curve into `logodds`."""
        # column by column, as `compare` lays evidence out
        by_column = np.ascontiguousarray(evidence.T)
        entries = (self.columns, self.bounds, self.cuts, self.first, self.weights)
        _summed(by_column, which, part, *entries, curve.start, raw)
        _calibrated(raw, which, part, curve.x, curve.y, curve.least, curve.most, logodds)


@dataclass(frozen=True, slots=True)
class Curve:
    """Where sums start, and how they become log-odds: by the line through the points (x, y), whose first and last
    slopes go on outside; rounded (halves to even), from `least` to `most`."""

    start: int
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    least: int
    most: int


@compiled(inline="always")
def _interval(value, cuts, start, end):  # type: ignore[no-untyped-def]
    """As `classify.model.interval`."""
    if np.isnan(value):
        return end - start + 1
    place = start
    while place < end and cuts[place] < value:
        place += 1
    return place - start


@compiled(allocates=False)
def _summed(evidence, which, part, columns, bounds, cuts, first, weights, start, out):  # type: ignore[no-untyped-def]
    for place in range(len(out)):
        if which[place] == part:
            out[place] = start
    for entry in range(len(columns)):
        begin, middle, end = bounds[entry, 0], bounds[entry, 1], bounds[entry, 2]
        one, two = evidence[columns[entry, 0]], evidence[columns[entry, 1]]
        paired = columns[entry, 1] >= 0
        for place in range(len(out)):
            if which[place] != part:
                continue
            at = _interval(np.float64(one[place]), cuts, begin, middle)
            if paired:
                at = at * (end - middle + 2) + _interval(np.float64(two[place]), cuts, middle, end)
            out[place] += weights[first[entry] + at]


@compiled(allocates=False)
def _calibrated(raw, which, part, x, y, least, most, out):  # type: ignore[no-untyped-def]
    last = np.int64(len(x) - 1)
    for place in range(len(raw)):
        if which[place] != part:
            continue
        value = np.float64(raw[place])
        # the last point at or left of the value, but never the last of all; outside, the line next to it goes on
        at = np.int64(0)
        while at + 1 < last and x[at + 1] <= value:
            at += 1
        base = last if value > x[last] else at
        found = np.rint(y[base] + (value - x[base]) * ((y[at + 1] - y[at]) / (x[at + 1] - x[at])))
        out[place] = np.int64(min(max(found, least), most))


def calibrated(raw: Numbers, curve: Curve) -> Numbers:
    """Each value on a curve."""
    out = np.empty(len(raw), dtype=np.int64)
    _calibrated(
        raw, np.zeros(len(raw), dtype=np.uint8), 0, curve.x, curve.y, curve.least, curve.most, out
    )
    return out
