"""Sums of a model's weights for many pairs, and their calibration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import ByteArray, DoubleArray, FloatArray, LongArray
from resolver.kernels.compiler import compiled


class WeightEntries(NamedTuple):
    """Weights of a model; see `resolver.scoring.weight_sums.Weights` for the fields."""

    columns: LongArray
    bounds: LongArray
    cuts: DoubleArray
    first: LongArray
    weights: LongArray


class CalibrationCurve(NamedTuple):
    """Points (x, y) of a piecewise linear curve, and the limits of its rounded values."""

    x: DoubleArray
    y: DoubleArray
    minimum: int
    maximum: int


@compiled(inline="always")
def _interval(value: np.float64, cuts: DoubleArray, start: int, end: int) -> int:
    """Return the interval of a value between `cuts[start:end]`, as `scoring.model.interval` does.

    A missing value (NaN) has the interval behind the last one.
    """
    if np.isnan(value):
        return end - start + 1
    place = start
    while place < end and cuts[place] < value:
        place += 1
    return place - start


@compiled(allocates=False)
def sum_weights(
    evidence: FloatArray,
    parts: ByteArray,
    part: int,
    entries: WeightEntries,
    start: int,
    out: LongArray,
) -> None:
    """Write the sum of weights, from `start` on, of each pair that belongs to `part` into `out`.

    `evidence`: features × pairs.
    """
    columns, bounds, cuts, first, weights = entries
    for pair in range(len(out)):
        if parts[pair] == part:
            out[pair] = start
    for entry in range(len(columns)):
        begin, middle, end = bounds[entry, 0], bounds[entry, 1], bounds[entry, 2]
        left, right = evidence[columns[entry, 0]], evidence[columns[entry, 1]]
        is_pair_term = columns[entry, 1] >= 0
        for pair in range(len(out)):
            if parts[pair] != part:
                continue
            cell = _interval(np.float64(left[pair]), cuts, begin, middle)
            if is_pair_term:
                column = _interval(np.float64(right[pair]), cuts, middle, end)
                cell = cell * (end - middle + 2) + column
            out[pair] += weights[first[entry] + cell]


@compiled(allocates=False)
def calibrate_sums(
    raw: LongArray, parts: ByteArray, part: int, curve: CalibrationCurve, out: LongArray
) -> None:
    """Write the log-odds (thousandths) of each sum that belongs to `part` into `out`.

    Beyond the first and last point of the curve its outermost lines go on. Values are rounded,
    halves to even, and limited.
    """
    x, y = curve.x, curve.y
    last = np.int64(len(x) - 1)
    for place in range(len(raw)):
        if parts[place] != part:
            continue
        value = np.float64(raw[place])
        # The line begins at the last point at or left of the value, but never at the last of all.
        at = np.int64(0)
        while at + 1 < last and x[at + 1] <= value:
            at += 1
        base = last if value > x[last] else at
        logodds = np.rint(y[base] + (value - x[base]) * ((y[at + 1] - y[at]) / (x[at + 1] - x[at])))
        out[place] = np.int64(min(max(logodds, curve.minimum), curve.maximum))
