"""Terms of an additive model of evidence: their cuts, indicators and constrained weights.

A term is a step function of one similarity. It rises and passes through 0: its lowest value is 0 or
less, and its highest is 0 or more. A missing value weighs 0. So a stated field that agrees never
lowers a sum, and one that contradicts never raises it. A joint term is a grid over two
similarities, which applies if both are stated.

Sums of evidence never fall if the similarity of names rises. Joint terms correct sums for fields
that state the same fact twice. Their correction may exceed what a better name adds, so that an
exact name would score below a misspelt one. So each step of a term is checked: the difference of
its weights at a cut, plus the worst cells of all joint terms over this cut, must not be negative.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from resolver.matching.scoring import interval_indices
from resolver.records.prepared.batch import FloatArray

Floats = npt.NDArray[np.float64]
MAX_CUTS, MAX_JOINT_CUTS = 22, 6


@dataclass(frozen=True, slots=True)
class TermCuts:
    """Cuts of the terms and of the axes of joint terms, with their places in the weights.

    `first[k]` is the first weight of term k, `joint_first[k]` that of joint term k; `count` is the
    number of weights, after which one more stands for missing values.
    """

    features: tuple[str, ...]
    terms: tuple[str, ...]
    cuts: tuple[tuple[float, ...], ...]
    joint: tuple[tuple[str, str], ...]
    joint_cuts: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]

    @property
    def sizes(self) -> list[int]:
        """Number of weights of each term."""
        return [len(cuts) + 1 for cuts in self.cuts]

    @property
    def joint_sizes(self) -> list[int]:
        """Number of weights of each joint term."""
        return [(len(first) + 1) * (len(second) + 1) for first, second in self.joint_cuts]

    @property
    def term_count(self) -> int:
        """Number of weights of all terms."""
        return sum(self.sizes)

    @property
    def count(self) -> int:
        """Number of weights of all terms and joint terms."""
        return self.term_count + sum(self.joint_sizes)

    def indicators(self, evidence: FloatArray) -> csr_array:
        """Return the weights that apply to each pair: a sparse matrix, pairs × (`count` + 1).

        The last column is empty: a missing value has no entry. Entries are float64, as scipy would
        convert others anew for every product.
        """
        place, missing, begin = {name: n for n, name in enumerate(self.features)}, self.count, 0
        columns: list[npt.NDArray[np.int64]] = []
        for name, cuts in zip(self.terms, self.cuts, strict=True):
            interval = interval_indices(evidence[:, place[name]], cuts)
            columns.append(np.where(interval > len(cuts), missing, begin + interval))
            begin += len(cuts) + 1
        for (first, second), (rows, across) in zip(self.joint, self.joint_cuts, strict=True):
            row = interval_indices(evidence[:, place[first]], rows)
            column = interval_indices(evidence[:, place[second]], across)
            is_stated = (row <= len(rows)) & (column <= len(across))
            cell = begin + row * (len(across) + 1) + column
            columns.append(np.where(is_stated, cell, missing))
            begin += (len(rows) + 1) * (len(across) + 1)
        places = np.stack(columns, axis=1).astype(np.int32)
        has_weight = places != missing
        starts = np.concatenate([[0], np.cumsum(has_weight.sum(axis=1))]).astype(np.int32)
        chosen = places[has_weight]
        ones = np.ones(len(chosen))
        return csr_array((ones, chosen, starts), shape=(len(places), missing + 1))


def choose_cuts(values: FloatArray, most: int) -> tuple[float, ...]:
    """Return cuts that part the values evenly, and its extreme values from the others."""
    present = values[~np.isnan(values)].astype(np.float64)
    distinct = np.unique(present)
    if len(distinct) < 2:
        return ()
    if len(distinct) <= most + 1:
        return tuple(((distinct[:-1] + distinct[1:]) / 2).tolist())
    even = np.quantile(present, np.linspace(0, 1, most + 2)[1:-1])
    ends = [(distinct[0] + distinct[1]) / 2, (distinct[-1] + distinct[-2]) / 2]
    return tuple(np.unique(np.concatenate([even, ends])).tolist())


def thin_cuts(cuts: Sequence[float], values: FloatArray, most: int) -> tuple[float, ...]:
    """Return at most `most` of the cuts, so that values spread evenly between them."""
    present = np.sort(values[~np.isnan(values)].astype(np.float64))
    if len(cuts) <= most or not len(present):
        return tuple(cuts)
    below = np.searchsorted(present, np.array(cuts), side="right") / len(present)
    targets = np.linspace(0, 1, most + 2)[1:-1]
    nearest = {int(np.abs(below - target).argmin()) for target in targets}
    return tuple(cuts[place] for place in sorted(nearest))


@dataclass(frozen=True, slots=True)
class Increments:
    """Weights of `cuts` as parameters: two increments of at least 0 at each cut, cells as they are.

    An increment above a cut raises what lies above it, one below lowers what lies below; a term
    without cuts has one weight of at least 0.
    """

    cuts: TermCuts

    @property
    def count(self) -> int:
        """Number of parameters that are increments; the cells of joint terms follow them."""
        return sum(2 * (size - 1) if size > 1 else 1 for size in self.cuts.sizes)

    def weights(self, parameters: Floats) -> Floats:
        """Return the weights, and last the 0 of missing values."""
        weights, at, begin = np.zeros(self.cuts.count + 1), 0, 0
        for size in self.cuts.sizes:
            steps = size - 1
            if not steps:
                weights[begin] = parameters[at]
                at += 1
            else:
                above, below = parameters[at : at + steps], parameters[at + steps : at + 2 * steps]
                weights[begin + 1 : begin + size] += np.cumsum(above)
                weights[begin : begin + size - 1] -= np.cumsum(below[::-1])[::-1]
                at += 2 * steps
            begin += size
        weights[begin:-1] = parameters[at:]
        return weights

    def gradient(self, by_weight: Floats) -> Floats:
        """Return the gradient by parameters from that by weights."""
        parts, begin = [], 0
        for size in self.cuts.sizes:
            own = by_weight[begin : begin + size]
            parts += [np.cumsum(own[::-1])[::-1][1:], -np.cumsum(own)[:-1]] if size > 1 else [own]
            begin += size
        return np.concatenate([*parts, by_weight[begin:-1]])


_Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Joint:
    """Cells of a joint term on both sides of its cuts along one axis.

    `below`, `above`: places of weights, cuts × intervals of the other axis; `steps`: the step of
    the term at each cut.
    """

    below: _Places
    above: _Places
    steps: _Places


@dataclass(frozen=True, slots=True)
class RisingSums:
    """Steps of the guarded terms: the weights `below` and `above` each, and its term's `first` and
    `last` weight; and the joint terms over them."""

    below: _Places
    first: _Places
    last: _Places
    joints: tuple[_Joint, ...]

    @classmethod
    def of(cls, cuts: TermCuts, guarded: Collection[str]) -> RisingSums:
        """Return the steps of the terms of `guarded` comparators."""
        rows: list[tuple[int, int, int]] = []
        step_at: dict[tuple[str, float], int] = {}
        begin = 0
        for name, own, size in zip(cuts.terms, cuts.cuts, cuts.sizes, strict=True):
            if name in guarded:
                for place, cut in enumerate(own):
                    step_at[name, cut] = len(rows)
                    rows.append((begin + place, begin, begin + size - 1))
            begin += size
        below, first, last = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return cls(below, first, last, tuple(_joints(cuts, step_at)))

    def shortfalls(self, weights: Floats) -> Floats:
        """Return how far each step falls below 0 at worst, 0 or less."""
        steps = weights[self.below + 1] - weights[self.below]
        for joint in self.joints:
            least = (weights[joint.above] - weights[joint.below]).min(axis=1)
            steps[joint.steps] += np.minimum(least, 0.0)
        short: Floats = np.minimum(steps, 0.0)
        return short

    def penalty(self, weights: Floats) -> tuple[float, Floats]:
        """Return the sum of squared shortfalls and its gradient by weights."""
        short = self.shortfalls(weights)
        gradient, slope = np.zeros_like(weights), 2 * short
        np.add.at(gradient, self.below + 1, slope)
        np.add.at(gradient, self.below, -slope)
        for joint in self.joints:
            falls = weights[joint.above] - weights[joint.below]
            rows = np.arange(len(falls))
            worst = falls.argmin(axis=1)
            by_cell = np.where(falls[rows, worst] < 0, slope[joint.steps], 0.0)
            np.add.at(gradient, joint.above[rows, worst], by_cell)
            np.add.at(gradient, joint.below[rows, worst], -by_cell)
        return float((short**2).sum()), gradient

    def lift(self, weights: Floats) -> Floats:
        """Return weights whose steps are as much larger as they fall short.

        What is above 0 rises, what is below falls, so that a term still passes through 0.
        """
        lifted, shortfalls = weights.copy(), self.shortfalls(weights)
        for step in np.flatnonzero(shortfalls < 0).tolist():
            below, short = int(self.below[step]), float(shortfalls[step])
            if weights[below] < 0:
                lifted[self.first[step] : below + 1] += short
            else:
                lifted[below + 1 : self.last[step] + 1] -= short
        return lifted


def _joints(cuts: TermCuts, step_at: dict[tuple[str, float], int]) -> list[_Joint]:
    """Return the joint terms along each axis that has guarded steps."""
    joints, begin = [], cuts.term_count
    for pair, axes, size in zip(cuts.joint, cuts.joint_cuts, cuts.joint_sizes, strict=True):
        cells = np.arange(begin, begin + size).reshape(len(axes[0]) + 1, len(axes[1]) + 1)
        for name, axis, grid in zip(pair, axes, (cells, cells.T), strict=True):
            steps = [step_at[name, cut] for cut in axis if (name, cut) in step_at]
            if steps:
                joints.append(_Joint(grid[:-1], grid[1:], np.array(steps, dtype=np.int64)))
        begin += size
    return joints
