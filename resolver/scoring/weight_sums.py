"""Weights of a model as flat arrays, and their sums and log-odds for many pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resolver.kernels.scoring import (
    CalibrationCurve,
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


@dataclass(frozen=True, slots=True)
class Weights:
    """Entries that each add one weight, by the intervals of one or two columns of evidence.

    `columns` (entries × 2): the second is -1 where only one counts. The cuts of entry i are
    `cuts[bounds[i, 0]:bounds[i, 1]]` and `cuts[bounds[i, 1]:bounds[i, 2]]`; its weights begin at
    `first[i]`, row by row.
    """

    columns: Numbers
    bounds: Numbers
    cuts: npt.NDArray[np.float64]
    first: Numbers
    weights: Numbers

    @classmethod
    def of(
        cls, features: Sequence[str], terms: Sequence[_Term], pairs: Sequence[_PairTerm]
    ) -> Weights:
        """Lay out the weights of a model. Raises `KeyError` for an unknown feature."""
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
        parts: Bytes,
        part: int,
        curve: Curve,
        raw: Numbers,
        logodds: Numbers,
    ) -> None:
        """Write the sums and log-odds of the rows of evidence that belong to a part of the model.

        `parts`: part of each row. `raw` receives the sum of weights, from the start of the curve,
        `logodds` its value on the curve.
        """
        # Column by column, as `compare` lays evidence out.
        by_column = np.ascontiguousarray(evidence.T)
        entries = WeightEntries(self.columns, self.bounds, self.cuts, self.first, self.weights)
        sum_weights(by_column, parts, part, entries, curve.start, raw)
        calibrate_sums(raw, parts, part, curve.calibration, logodds)


@dataclass(frozen=True, slots=True)
class Curve:
    """Start of the sums, and the curve that turns them into log-odds.

    Lines through the points (x, y), whose first and last slopes go on outside; rounded (halves to
    even) and limited to `least` … `most`.
    """

    start: int
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    least: int
    most: int

    @property
    def calibration(self) -> CalibrationCurve:
        """Curve as the kernels read it."""
        return CalibrationCurve(self.x, self.y, self.least, self.most)


def calibrated(raw: Numbers, curve: Curve) -> Numbers:
    """Return each value on a curve."""
    out = np.empty(len(raw), dtype=np.int64)
    calibrate_sums(raw, np.zeros(len(raw), dtype=np.uint8), 0, curve.calibration, out)
    return out
