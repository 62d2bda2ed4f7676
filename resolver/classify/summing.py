"""The weights of a model as flat arrays, and the kernel that sums those of many pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resolver.records.compiled import compiled
from resolver.records.prepared import FloatArray

Numbers = npt.NDArray[np.int64]


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
    def of(cls, features: Sequence[str], terms: Sequence[_Term], pairs: Sequence[_PairTerm]) -> Weights:
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

    def sums(self, evidence: FloatArray, start: int, rows: npt.NDArray[np.intp] | None = None) -> Numbers:
        """What the weights of each row of evidence (of `rows`, where only some are asked for) add up to, from `start`
        on."""
        rows = np.arange(len(evidence)) if rows is None else rows
        out = np.full(len(rows), start, dtype=np.int64)
        # column by column, as `compare` lays evidence out
        by_column = np.ascontiguousarray(evidence.T)
        _sums(by_column, rows, self.columns, self.bounds, self.cuts, self.first, self.weights, out)
        return out


@compiled(inline="always")
def _interval(value, cuts, start, end):  # type: ignore[no-untyped-def]
    """As `classify.model.interval`."""
    if np.isnan(value):
        return end - start + 1
    place = start
    while place < end and cuts[place] < value:
        place += 1
    return place - start


@compiled()
def _sums(evidence, rows, columns, bounds, cuts, first, weights, out):  # type: ignore[no-untyped-def]
    for entry in range(len(columns)):
        start, middle, end = bounds[entry, 0], bounds[entry, 1], bounds[entry, 2]
        one, two = evidence[columns[entry, 0]], evidence[columns[entry, 1]]
        paired = columns[entry, 1] >= 0
        for place in range(len(out)):
            row = rows[place]
            at = _interval(np.float64(one[row]), cuts, start, middle)
            if paired:
                at = at * (end - middle + 2) + _interval(np.float64(two[row]), cuts, middle, end)
            out[place] += weights[first[entry] + at]


def calibrated(raw: Numbers, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], limit: int) -> Numbers:
    """Each value by the line through the points (x, y), whose first and last slopes go on outside; rounded (halves to
    even), from -limit to limit."""
    out = np.empty(len(raw), dtype=np.int64)
    _calibrated(raw, x, y, limit, out)
    return out


@compiled()
def _calibrated(raw, x, y, limit, out):  # type: ignore[no-untyped-def]
    last = np.int64(len(x) - 1)
    for place in range(len(raw)):
        value = np.float64(raw[place])
        # the last point at or left of the value, but never the last of all; outside, the line next to it goes on
        at = np.int64(np.searchsorted(x, value, side="right") - 1)
        at = np.int64(0) if at < 0 else (last - 1 if at >= last else at)
        base = last if value > x[last] else at
        found = np.rint(y[base] + (value - x[base]) * ((y[at + 1] - y[at]) / (x[at + 1] - x[at])))
        out[place] = np.int64(min(max(found, -limit), limit))
