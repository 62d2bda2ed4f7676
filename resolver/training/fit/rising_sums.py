"""Sums of evidence that never fall as the likeness of names rises.

Joint terms correct sums for fields that say the same twice. What they take back may exceed what a
better name adds, and an exact name would score below a misspelt one. A step of a term is the
difference of its weights at a cut; with the worst cells of all joint terms over the same cut it
must not be negative, whatever the other fields say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.training.fit.evidence_terms import Floats, TermCuts

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
