"""Fit of evidence and population terms together, over pairs from populations of several sizes.

Weights are those under which pairs from all populations are likeliest, where chance look-alikes
grow with the population and dependent ones do not (`resolver.scoring.population_terms`). Penalized
maximum likelihood by L-BFGS-B (Byrd et al. 1995); deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.fit.evidence_terms import Floats, Increments, TermCuts

KNOTS = (-6.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0)
"""Evidence (nats) at which the lines of chance and of dependent coincidences bend."""
_MIN_SLOPE, _MAX_SLOPE, _USUAL_SLOPE = 0.02, 4.0, 0.6
_CHANCE_SLOPES = (0.5, 2.5)
_ANCHOR = 3
"""Knot at which f is its own argument."""
_RIDGE, _JOINT_RIDGE, _SLOPE_RIDGE = 1e-6, 1e-5, 1e-5
_AMPLE_PAIRS = 50_000.0
"""True pairs from which the penalty is least; fewer are penalized in proportion."""
_MAX_STEPS = 600


@dataclass(frozen=True, slots=True)
class FittedEvidence:
    """Weights of the terms (the last one, of missing values, is 0), start of the sum, and g.

    All in nats; `chance` and `dependent` are f and g at `KNOTS`. `penalized` is the value that the
    fit made least.
    """

    cuts: TermCuts
    weights: Floats
    start: float
    chance: Floats
    dependent: Floats
    penalized: float

    def sums(self, indicators: csr_array) -> Floats:
        """Return the evidence of each pair."""
        total: Floats = indicators @ self.weights + self.start
        return total


@dataclass(frozen=True, slots=True)
class _Pairs:
    indicators: csr_array
    labels: Floats
    weights: Floats
    chance: Floats
    partners: Floats
    free: npt.NDArray[np.int64]
    """Number of the free constant of each pair; 0 for pairs of known populations."""
    free_count: int
    true_pairs: float
    """Number of true pairs that were compared, as weights count them at most."""


def fit_evidence(data: LabeledPairs, cuts: TermCuts) -> FittedEvidence:
    """Fit terms to pairs. Those without a population get a constant for each origin."""
    pairs = _lay_out(data, cuts)
    increments = Increments(cuts)
    objective = _Objective(pairs, increments)
    optimum = minimize(
        objective.loss,
        objective.start(),
        jac=True,
        method="L-BFGS-B",
        bounds=objective.bounds(),
        options={"maxiter": _MAX_STEPS, "maxfun": 2 * _MAX_STEPS, "ftol": 1e-9},
    )
    return objective.result(optimum.x, float(optimum.fun))


def refit_population(data: LabeledPairs, cuts: TermCuts, weights: Floats) -> FittedEvidence:
    """Fit start, f and g to fixed weights, as `fit_evidence` does."""
    pairs = _lay_out(data, cuts)
    objective = _Objective(pairs, Increments(cuts), pairs.indicators @ weights)
    optimum = minimize(
        objective.loss,
        objective.start(),
        jac=True,
        method="L-BFGS-B",
        bounds=objective.bounds(),
        options={"maxiter": _MAX_STEPS, "ftol": 1e-10},
    )
    return replace(objective.result(optimum.x, float(optimum.fun)), weights=weights)


def _lay_out(data: LabeledPairs, cuts: TermCuts) -> _Pairs:
    unknown = np.isnan(data.chance)
    origins = sorted(set(data.origin[unknown].tolist()))
    number = {origin: place + 1 for place, origin in enumerate(origins)}
    free = np.zeros(len(data), dtype=np.int64)
    free[unknown] = [number[origin] for origin in data.origin[unknown].tolist()]
    return _Pairs(
        cuts.indicators(data.evidence),
        data.labels.astype(np.float64),
        data.weights / data.weights.sum(),
        np.where(unknown, 0.0, data.chance),
        np.where(unknown, 0.0, data.partners),
        free,
        len(origins),
        float(np.minimum(data.weights, 1.0)[data.labels == 1].sum()),
    )


class _Objective:
    """Penalized loss of parameters: increments and cells, start, g at its first knot, slopes of g
    and of f, constants. f is its own argument at `_ANCHOR`.

    With `fixed` sums of evidence there are no increments and cells.
    """

    def __init__(self, pairs: _Pairs, increments: Increments, fixed: Floats | None = None) -> None:
        self._pairs, self._increments, self._fixed = pairs, increments, fixed
        self._transposed = None if fixed is not None else pairs.indicators.T.tocsr()
        cells = increments.cuts.count - increments.cuts.term_count
        self._steps = 0 if fixed is not None else increments.count
        self._terms = self._steps + (0 if fixed is not None else cells)
        self._knots = np.array(KNOTS)
        self._gaps = np.diff(self._knots)

    def start(self) -> Floats:
        """Return the parameters to begin with."""
        slopes = np.ones(2 * len(self._gaps))
        terms = [np.full(self._steps, 0.05), np.zeros(self._terms - self._steps)]
        return np.concatenate(
            [*terms, [0.0, self._knots[0]], slopes, np.zeros(self._pairs.free_count)]
        )

    def bounds(self) -> list[tuple[float | None, float | None]]:
        """Return the bounds of each parameter."""
        anywhere: tuple[float | None, float | None] = (None, None)
        return [
            *[(0.0, None)] * self._steps,
            *[anywhere] * (self._terms - self._steps + 2),
            *[(_MIN_SLOPE, _MAX_SLOPE)] * len(self._gaps),
            *[_CHANCE_SLOPES] * len(self._gaps),
            *[anywhere] * self._pairs.free_count,
        ]

    def result(self, parameters: Floats, penalized: float) -> FittedEvidence:
        """Return what parameters stand for."""
        cuts, first = self._increments.cuts, self._terms
        weights = np.zeros(cuts.count + 1)
        if self._fixed is None:
            weights = self._increments.weights(parameters[:first])
        chance, dependent, _, _ = self._lines(parameters)
        start = float(parameters[first])
        return FittedEvidence(cuts, weights, start, chance, dependent, penalized)

    def _lines(self, parameters: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return f and g at the knots, and their slopes."""
        first, gaps = self._terms + 2, self._gaps
        g_slopes = parameters[first : first + len(gaps)]
        f_slopes = parameters[first + len(gaps) : first + 2 * len(gaps)]
        dependent = parameters[first - 1] + np.concatenate([[0.0], np.cumsum(g_slopes * gaps)])
        chance = np.concatenate([[0.0], np.cumsum(f_slopes * gaps)])
        return chance - chance[_ANCHOR] + self._knots[_ANCHOR], dependent, f_slopes, g_slopes

    def loss(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the penalized loss and its gradient."""
        pairs, gaps = self._pairs, self._gaps
        f_values, g_values, f_slopes, g_slopes = self._lines(parameters)
        constants = np.concatenate([[0.0], parameters[self._terms + 2 + 2 * len(gaps) :]])
        evidence = self._evidence(parameters)
        at = np.clip(np.searchsorted(self._knots, evidence) - 1, 0, len(gaps) - 1)
        beyond = evidence - self._knots[at]
        by_chance = pairs.chance - (f_values[at] + beyond * f_slopes[at])
        dependent = -(g_values[at] + beyond * g_slopes[at])
        total = np.logaddexp(by_chance, dependent)
        chance_share = np.exp(by_chance - total)
        logodds = pairs.partners + constants[pairs.free] - total
        lost = np.logaddexp(0.0, logodds) - pairs.labels * logodds
        slope = pairs.weights * (expit(logodds) - pairs.labels)
        by_f, by_g = slope * chance_share, slope * (1 - chance_share)
        by_evidence = by_f * f_slopes[at] + by_g * g_slopes[at]
        gradient = np.concatenate(
            [
                self._by_terms(by_evidence),
                [by_evidence.sum(), by_g.sum()],
                _by_slopes(by_g, at, beyond, gaps),
                _by_anchored_slopes(by_f, at, beyond, gaps),
                np.bincount(pairs.free, slope, pairs.free_count + 1)[1:],
            ]
        )
        penalty = self._penalize(parameters, gradient)
        return float((pairs.weights * lost).sum()) + penalty, gradient

    def _evidence(self, parameters: Floats) -> Floats:
        if self._fixed is not None:
            shifted: Floats = self._fixed + parameters[0]
            return shifted
        weights = self._increments.weights(parameters[: self._terms])
        total: Floats = self._pairs.indicators @ weights + parameters[self._terms]
        return total

    def _by_terms(self, by_evidence: Floats) -> Floats:
        if self._transposed is None:
            return np.zeros(0)
        by_weight: Floats = self._transposed @ by_evidence
        return self._increments.gradient(by_weight)

    def _penalize(self, parameters: Floats, gradient: Floats) -> float:
        """Return the penalty, and add its gradient."""
        first, gaps = self._terms, len(self._gaps)
        scarcity = max(_AMPLE_PAIRS / max(self._pairs.true_pairs, 1.0), 1.0)
        ridge = scarcity * np.concatenate(
            [
                np.full(self._steps, _RIDGE),
                np.full(first - self._steps, _JOINT_RIDGE),
                np.zeros(2),
                np.full(2 * gaps, _SLOPE_RIDGE),
                np.zeros(self._pairs.free_count),
            ]
        )
        usual = np.zeros(len(parameters))
        usual[first + 2 : first + 2 + gaps] = _USUAL_SLOPE
        usual[first + 2 + gaps : first + 2 + 2 * gaps] = 1.0
        gradient += 2 * ridge * (parameters - usual)
        return float((ridge * (parameters - usual) ** 2).sum())


def _by_slopes(by_line: Floats, at: npt.NDArray[np.int64], beyond: Floats, gaps: Floats) -> Floats:
    """Return the gradient by the slopes of a line: its own interval counts in part, all before it
    in full.
    """
    part = np.bincount(at, by_line * beyond, len(gaps))
    count = np.bincount(at, by_line, len(gaps))
    after = np.concatenate([np.cumsum(count[::-1])[::-1][1:], [0.0]])
    gradient: Floats = part + after * gaps
    return gradient


def _by_anchored_slopes(
    by_line: Floats, at: npt.NDArray[np.int64], beyond: Floats, gaps: Floats
) -> Floats:
    """Return the same for a line whose value is fixed at `_ANCHOR`, not at its first knot."""
    gradient = _by_slopes(by_line, at, beyond, gaps)
    gradient[:_ANCHOR] -= by_line.sum() * gaps[:_ANCHOR]
    return gradient


def joint_bounds(
    weights: Sequence[float], others: Sequence[float], share: float
) -> tuple[Floats, Floats]:
    """Return least and most of the cells of a joint term, rows × columns.

    `weights` are those of the first comparator at the rows, `others` those of the second in the
    columns: a cell is bounded by the larger of the two, and takes back at most a `share` of what
    the second says by itself, so that all its joint terms together never turn that.
    """
    first = np.abs(np.array(weights))[:, None]
    second = np.array(others)
    size = np.maximum(first, np.abs(second)[None, :])
    least = np.where(second >= 0, -second * share, -np.inf)
    most = np.where(second <= 0, -second * share, np.inf)
    return np.maximum(-size, least[None, :]), np.minimum(size, most[None, :])
