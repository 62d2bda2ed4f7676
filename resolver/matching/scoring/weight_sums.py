"""Weights of a model as flat arrays, and their sums and log-odds for many pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resolver.matching.kernels.agreement_patterns import (
    TILE,
    CalibrationCurve,
    SumScratch,
    WeightEntries,
    calibrate_sums,
    sum_weights,
)
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


TermGroup = tuple[Sequence[_Term], Sequence[_PairTerm]]
"""Terms and pair terms of one sum."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Entries that each add one weight to a sum, by the intervals on one or two axes.

    An axis cuts a column of evidence into intervals, which are found once for all sums. Its column
    is `columns[i]`, its cuts are `cuts[bounds[i]:bounds[i + 1]]`. `axes` (entries × 2): the two
    axes of each entry; the second is -1 if only one axis counts. `sums`: for each entry, the sum to
    which it belongs, of `count` sums. Its weights begin at `first`, row by row.
    """

    columns: Numbers
    bounds: Numbers
    cuts: npt.NDArray[np.float64]
    axes: Numbers
    sums: Numbers
    first: Numbers
    weights: Numbers
    count: int

    @classmethod
    def of(cls, features: Sequence[str], groups: Sequence[TermGroup]) -> Weights:
        """Lay out the weights of sums. Raises `KeyError` for an unknown feature."""
        place = {name: column for column, name in enumerate(features)}
        numbers: dict[tuple[int, tuple[float, ...]], int] = {}

        def axis(feature: str, cuts: Sequence[float]) -> int:
            return numbers.setdefault((place[feature], tuple(cuts)), len(numbers))

        axes, sums, first, weights = list[tuple[int, int]](), list[int](), [0], list[int]()
        for number, (terms, pairs) in enumerate(groups):
            for term in terms:
                axes.append((axis(term.feature, term.cuts), -1))
                weights += term.weights
                first.append(len(weights))
            for pair in pairs:
                rows, columns = map(axis, pair.features, pair.cuts)
                axes.append((rows, columns))
                weights += [weight for row in pair.weights for weight in row]
                first.append(len(weights))
            sums += [number] * (len(terms) + len(pairs))
        bounds = np.cumsum([0, *(len(cuts) for _, cuts in numbers)])
        return cls(
            np.array([column for column, _ in numbers], dtype=np.int64),
            bounds.astype(np.int64),
            np.array([cut for _, cuts in numbers for cut in cuts], dtype=np.float64),
            np.array(axes, dtype=np.int64).reshape(-1, 2),
            np.array(sums, dtype=np.int64),
            np.array(first[:-1], dtype=np.int64),
            np.array(weights, dtype=np.int64),
            len(groups),
        )

    def add(
        self,
        evidence: FloatArray,
        parts: Bytes,
        part: int,
        curve: Curve,
        raw: Numbers,
        logodds: Numbers,
    ) -> None:
        """Write the sums and log-odds of the rows of evidence that belong to a part of the model.

        `parts`: part of the model for each row. `raw` (sums × rows) receives the sums of weights;
        the first sum begins at the start of the curve. `logodds` receives the value of the first
        sum on the curve.
        """
        # Column by column, because `compare` lays out evidence in this way.
        by_column = np.ascontiguousarray(evidence.T)
        entries = WeightEntries(
            *(self.columns, self.bounds, self.cuts, self.axes, self.sums, self.first, self.weights)
        )
        scratch = SumScratch(
            np.empty((len(self.columns), TILE), dtype=np.int64),
            np.empty((self.count, TILE), dtype=np.int64),
        )
        sum_weights(by_column, parts, part, entries, curve.start, scratch, raw[: self.count])
        calibrate_sums(raw[0], parts, part, curve.calibration, logodds)


@dataclass(frozen=True, slots=True)
class Curve:
    """Start of the sums, and the curve that turns them into log-odds.

    Lines through the points (x, y), whose first and last slopes continue outside; rounded (halves
    to even) and limited to `least` … `most`.
    """

    start: int
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    least: int
    most: int

    @property
    def calibration(self) -> CalibrationCurve:
        """Curve in the form that the kernels read."""
        return CalibrationCurve(self.x, self.y, self.least, self.most)


def calibrated(raw: Numbers, curve: Curve) -> Numbers:
    """Return each value on a curve."""
    out = np.empty(len(raw), dtype=np.int64)
    calibrate_sums(raw, np.zeros(len(raw), dtype=np.uint8), 0, curve.calibration, out)
    return out
