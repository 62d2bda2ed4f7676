"""Fit of evidence and population terms together, to pairs from populations of several sizes.

The weights are those that make the pairs from all populations likeliest, if chance look-alikes grow
with the population and relatives do not (`resolver.matching.scoring.terms`). Every term has a
weight against chance look-alikes and a weight against relatives; the second is drawn towards a
share of the first. The fit is penalized maximum likelihood by L-BFGS-B (Byrd et al. 1995), and
deterministic.

A term is a step function of one similarity. It rises and passes through 0: its lowest value is 0 or
less, and its highest is 0 or more. A missing value weighs 0. So a stated field that agrees never
lowers a sum, and a stated field that contradicts never raises it. A joint term is a grid over two
similarities, which applies if both are stated.

Sums of evidence never fall when the similarity of names rises. Joint terms correct sums for fields
that state the same fact twice. Without a limit, their correction could exceed what a better name
adds, so that an exact name would score below a misspelled one. So each step of a term is checked:
the difference of its weights at a cut, plus the worst cells of all joint terms over this cut, must
not be negative.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from resolver.matching.scoring import interval_indices
from resolver.records.prepared.batch import FloatArray
from resolver.training.data.labeled_pairs import LabeledPairs

Floats = npt.NDArray[np.float64]
MAX_CUTS, MAX_JOINT_CUTS = 22, 6


@dataclass(frozen=True, slots=True)
class TermCuts:
    """Cuts of the terms and of the axes of joint terms, with their positions among the weights.

    `first[k]` is the index of the first weight of term k, and `joint_first[k]` that of joint term
    k. `count` is the number of weights; one more weight after them stands for missing values.
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

        The last column is empty: a missing value has no entry. Entries are float64, because scipy
        would convert other types for every product.
        """
        index, missing, begin = {name: n for n, name in enumerate(self.features)}, self.count, 0
        columns: list[npt.NDArray[np.int64]] = []
        for name, cuts in zip(self.terms, self.cuts, strict=True):
            interval = interval_indices(evidence[:, index[name]], cuts)
            columns.append(np.where(interval > len(cuts), missing, begin + interval))
            begin += len(cuts) + 1
        for (first, second), (rows, across) in zip(self.joint, self.joint_cuts, strict=True):
            row = interval_indices(evidence[:, index[first]], rows)
            column = interval_indices(evidence[:, index[second]], across)
            is_stated = (row <= len(rows)) & (column <= len(across))
            cell = begin + row * (len(across) + 1) + column
            columns.append(np.where(is_stated, cell, missing))
            begin += (len(rows) + 1) * (len(across) + 1)
        indices = np.stack(columns, axis=1).astype(np.int32)
        has_weight = indices != missing
        starts = np.concatenate([[0], np.cumsum(has_weight.sum(axis=1))]).astype(np.int32)
        chosen = indices[has_weight]
        ones = np.ones(len(chosen))
        return csr_array((ones, chosen, starts), shape=(len(indices), missing + 1))


def choose_cuts(values: FloatArray, most: int) -> tuple[float, ...]:
    """Return cuts that divide the values evenly, and divide the extreme values from the others."""
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
    """Return at most `most` of the cuts, chosen so that values spread evenly between them."""
    present = np.sort(values[~np.isnan(values)].astype(np.float64))
    if len(cuts) <= most or not len(present):
        return tuple(cuts)
    below = np.searchsorted(present, np.array(cuts), side="right") / len(present)
    targets = np.linspace(0, 1, most + 2)[1:-1]
    nearest = {int(np.abs(below - target).argmin()) for target in targets}
    return tuple(cuts[index] for index in sorted(nearest))


@dataclass(frozen=True, slots=True)
class Increments:
    """Weights of `cuts` as parameters: two increments of at least 0 at each cut, and the cells of
    joint terms, which are parameters themselves.

    The increment above a cut raises all intervals above it. The increment below a cut lowers all
    intervals below it. A term without cuts has one weight of at least 0.
    """

    cuts: TermCuts

    @property
    def count(self) -> int:
        """Number of parameters that are increments; the cells of joint terms follow them."""
        return sum(2 * (size - 1) if size > 1 else 1 for size in self.cuts.sizes)

    def weights(self, parameters: Floats) -> Floats:
        """Return the weights, followed by the 0 of missing values."""
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
        """Return the gradient with respect to the parameters, from the gradient with respect to the
        weights.
        """
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

    `below` and `above` are the indices of weights, cuts × intervals of the other axis; `steps` is
    the number of the term's step at each cut.
    """

    below: _Places
    above: _Places
    steps: _Places


@dataclass(frozen=True, slots=True)
class RisingSums:
    """Steps of the guarded terms. `below` is the index of the weight below each step, the next
    weight is above it, and `first` and `last` are the first and last weight of its term. `joints`
    are the joint terms over these steps.
    """

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
                for index, cut in enumerate(own):
                    step_at[name, cut] = len(rows)
                    rows.append((begin + index, begin, begin + size - 1))
            begin += size
        below, first, last = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return cls(below, first, last, tuple(_joints(cuts, step_at)))

    def shortfalls(self, weights: Floats) -> Floats:
        """Return how far each step can fall below 0, as a number of 0 or less."""
        steps = weights[self.below + 1] - weights[self.below]
        for joint in self.joints:
            least = (weights[joint.above] - weights[joint.below]).min(axis=1)
            steps[joint.steps] += np.minimum(least, 0.0)
        short: Floats = np.minimum(steps, 0.0)
        return short

    def penalty(self, weights: Floats) -> tuple[float, Floats]:
        """Return the sum of squared shortfalls, and its gradient with respect to the weights."""
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
        """Return weights with each step enlarged by its shortfall.

        Weights above 0 rise and weights below 0 fall, so that a term still passes through 0.
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


KNOTS = (-6.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0)
"""Evidence (nats) at which the lines of chance and of dependent coincidences bend."""
_RELATIVE_SHARE = 0.6
"""Share of a weight against chance towards which the weight against relatives is drawn."""
_RELATIVE_SLOPES, _CHANCE_SLOPES = (0.1, 4.0), (0.5, 2.5)
_ANCHOR = 3
"""Knot at which f is its own argument, and where g is fitted."""
_RARE = 2.0
"""How much higher (nats) g begins there: relatives are taken to be rare until pairs show them."""
_RIDGE, _JOINT_RIDGE, _SLOPE_RIDGE = 1e-6, 1e-5, 1e-5
RISING = ("name", "name_rarity", "name_contradicted", "name_omitted", "name_weakest")
"""Comparators of likeness of names, which joint terms must not turn against a pair."""
_RATE_RIDGE = 1e-5
"""Penalty of the constants of known populations."""
_FALL_RIDGE = 3e-4
"""Penalty of a nat by which a sum falls where such a similarity rises, squared."""
_AMPLE_PAIRS = 50_000.0
"""True pairs from which the penalty is least; fewer are penalized in proportion."""
_MAX_STEPS, _TOLERANCE = 2_000, 1e-7
_SCALE = 1_000.0
"""Factor of the loss, whose gradient would otherwise be below the optimizer's tolerance at once."""
JointPairs = Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FittedEvidence:
    """Weights of the terms (the last weight, for missing values, is 0), start of the sum, f and g.

    All values are in nats. `weights` are the weights against chance, and `relative` those against
    relatives; `chance` and `dependent` are f and g at `KNOTS`. `penalized` is the penalized loss,
    which the fit minimized.
    """

    cuts: TermCuts
    weights: Floats
    relative: Floats
    start: float
    chance: Floats
    dependent: Floats
    penalized: float


@dataclass(frozen=True, slots=True)
class _Pairs:
    indicators: csr_array
    labels: Floats
    weights: Floats
    chance: Floats
    partners: Floats
    origin: npt.NDArray[np.int64]
    """Number of the origin of each pair, and of its constant: how much more relatives there are
    than in other origins, or, where the population is unknown, the log-odds of a true pair."""
    is_known: npt.NDArray[np.bool_]
    """Whether the population of each origin is known."""
    true_pairs: float
    """Number of true pairs that were compared, as weights count them at most."""


def fit_evidence(data: LabeledPairs, cuts: TermCuts, related: JointPairs) -> FittedEvidence:
    """Fit terms to pairs.

    Every origin has a constant. If the population of an origin is known, the constant is the log of
    the number of its relatives; otherwise it is the log of the odds of a true pair. Some origins
    hold many more relatives than others. So g uses a value halfway between two constants: the
    average over pairs of known populations, and the constant of the origin with the fewest
    relatives. Only the joint terms of `related` are fitted against relatives.
    """
    return _minimize(_Objective(_lay_out(data, cuts), Increments(cuts), related))


def _minimize(objective: _Objective) -> FittedEvidence:
    optimum = minimize(
        objective.scaled_loss,
        objective.start(),
        jac=True,
        method="L-BFGS-B",
        bounds=objective.bounds(),
        options={"maxiter": _MAX_STEPS, "maxfun": 2 * _MAX_STEPS, "ftol": _TOLERANCE},
    )
    return objective.result(optimum.x, float(optimum.fun) / _SCALE)


def refit_population(data: LabeledPairs, sums: tuple[Floats, Floats]) -> FittedEvidence:
    """Fit start, f and g to fixed sums against chance and relatives, as `fit_evidence` does.

    Sums are in nats, without a start. The result has no terms.
    """
    no_terms = TermCuts(data.features, (), (), (), ())
    return _minimize(_Objective(_lay_out(data, None), Increments(no_terms), (), sums))


def _lay_out(data: LabeledPairs, cuts: TermCuts | None) -> _Pairs:
    unknown = np.isnan(data.chance)
    names, origin = np.unique(data.origin.astype(str), return_inverse=True)
    is_known = np.ones(len(names), dtype=bool)
    is_known[origin[unknown]] = False
    return _Pairs(
        csr_array((len(data), 1)) if cuts is None else cuts.indicators(data.evidence),
        data.labels.astype(np.float64),
        data.weights / data.weights.sum(),
        np.where(unknown, 0.0, data.chance),
        np.where(unknown, 0.0, data.partners),
        origin.astype(np.int64),
        is_known,
        float(np.minimum(data.weights, 1.0)[data.labels == 1].sum()),
    )


@dataclass(frozen=True, slots=True)
class _Lines:
    """Values of f or g at the knots, and its slopes between them."""

    values: Floats
    slopes: Floats

    @classmethod
    def through(cls, anchor: float, slopes: Floats) -> _Lines:
        """Return the lines that have a given value at the anchor."""
        values = np.concatenate([[0.0], np.cumsum(slopes * np.diff(KNOTS))])
        return cls(values - values[_ANCHOR] + anchor, slopes)

    def at(self, evidence: Floats) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
        """Return the value at each sum, the interval of the sum, and the distance of the sum from
        the knot of this interval.
        """
        knots = np.array(KNOTS)
        interval = np.clip(np.searchsorted(knots, evidence) - 1, 0, len(knots) - 2)
        beyond = evidence - knots[interval]
        return self.values[interval] + beyond * self.slopes[interval], interval, beyond


class _Objective:
    """Penalized loss of the parameters. These are the increments and cells against chance, those
    against relatives, the start, g at `_ANCHOR`, the slopes of f and of g, and the constants. At
    `_ANCHOR`, f is equal to its argument.

    If the sums of evidence are `fixed`, there are no increments and cells.
    """

    def __init__(
        self,
        pairs: _Pairs,
        increments: Increments,
        related: JointPairs,
        fixed: tuple[Floats, Floats] | None = None,
    ) -> None:
        self._pairs, self._increments, self._fixed = pairs, increments, fixed
        self._related = related
        self._rising = RisingSums.of(increments.cuts, RISING)
        self._transposed = None if fixed is not None else pairs.indicators.T.tocsr()
        cells = increments.cuts.count - increments.cuts.term_count
        self._steps = 0 if fixed is not None else increments.count
        self._terms = self._steps + (0 if fixed is not None else cells)
        self._gaps = np.diff(KNOTS)

    def start(self) -> Floats:
        """Return the parameters to begin with."""
        terms = np.concatenate([np.full(self._steps, 0.05), np.zeros(self._terms - self._steps)])
        lines = [[0.0, KNOTS[_ANCHOR] + _RARE], np.ones(2 * len(self._gaps))]
        return np.concatenate(
            [terms, _RELATIVE_SHARE * terms, *lines, np.zeros(len(self._pairs.is_known))]
        )

    def bounds(self) -> list[tuple[float | None, float | None]]:
        """Return the bounds of each parameter."""
        anywhere: tuple[float | None, float | None] = (None, None)
        nowhere: tuple[float | None, float | None] = (0.0, 0.0)
        cuts, rising = self._increments.cuts, [(0.0, None)] * self._steps
        relative = [
            anywhere if pair in self._related else nowhere
            for pair, size in zip(cuts.joint, cuts.joint_sizes, strict=True)
            for _ in range(size if self._steps else 0)
        ]
        return [
            *rising,
            *[anywhere] * (self._terms - self._steps),
            *rising,
            *relative,
            *[anywhere] * 2,
            *[_CHANCE_SLOPES] * len(self._gaps),
            *[_RELATIVE_SLOPES] * len(self._gaps),
            *[anywhere] * len(self._pairs.is_known),
        ]

    def result(self, parameters: Floats, penalized: float) -> FittedEvidence:
        """Return the fitted evidence that the parameters describe."""
        cuts = self._increments.cuts
        weights, relative = np.zeros(cuts.count + 1), np.zeros(cuts.count + 1)
        own, related, (start, _), _, constants = self._split(parameters)
        if self._fixed is None:
            weights, relative = (self._increments.weights(part) for part in (own, related))
        f, g = self._lines(parameters)
        usual = g.values - self._usual_rate(constants)
        return FittedEvidence(cuts, weights, relative, float(start), f.values, usual, penalized)

    def _usual_rate(self, constants: Floats) -> float:
        """Return the value halfway between two constants: the mean of known populations, weighted
        by their pairs, and the smallest of them.
        """
        pairs = self._pairs
        weights = np.bincount(pairs.origin, pairs.weights, len(constants)) * pairs.is_known
        mean = float(weights @ constants / weights.sum()) if weights.any() else 0.0
        return (mean + float(constants[pairs.is_known].min(initial=mean))) / 2

    def _split(self, parameters: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return both sets of terms, start and anchor, the slopes of f and g, and the constants."""
        ends = np.cumsum([self._terms, self._terms, 2, 2 * len(self._gaps)])
        own, related, ends_of_lines, slopes, constants = np.split(parameters, ends)
        return own, related, ends_of_lines, slopes, constants

    def _lines(self, parameters: Floats) -> tuple[_Lines, _Lines]:
        _, _, (_, anchor), slopes, _ = self._split(parameters)
        of_chance, of_relatives = np.split(slopes, 2)
        return (
            _Lines.through(KNOTS[_ANCHOR], of_chance),
            _Lines.through(float(anchor), of_relatives),
        )

    def scaled_loss(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the penalized loss and its gradient, both `_SCALE` times as large."""
        loss, gradient = self.loss(parameters)
        return _SCALE * loss, _SCALE * gradient

    def loss(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the penalized loss and its gradient."""
        pairs, gaps = self._pairs, self._gaps
        constants = self._split(parameters)[4]
        rates = np.where(pairs.is_known, constants, 0.0)[pairs.origin]
        odds = np.where(pairs.is_known, 0.0, constants)[pairs.origin]
        f, g = self._lines(parameters)
        against_chance, against_relatives = self._evidence(parameters)
        f_value, f_at, f_beyond = f.at(against_chance)
        g_value, g_at, g_beyond = g.at(against_relatives)
        by_chance = pairs.chance - f_value
        total = np.logaddexp(by_chance, rates - g_value)
        chance_share = np.exp(by_chance - total)
        logodds = pairs.partners + odds - total
        lost = np.logaddexp(0.0, logodds) - pairs.labels * logodds
        slope = pairs.weights * (expit(logodds) - pairs.labels)
        by_f, by_g = slope * chance_share, slope * (1 - chance_share)
        is_known = pairs.is_known[pairs.origin]
        by_sum, by_relative_sum = by_f * f.slopes[f_at], by_g * g.slopes[g_at]
        gradient = np.concatenate(
            [
                self._by_terms(by_sum),
                self._by_terms(by_relative_sum),
                [by_sum.sum(), by_g.sum()],
                _by_slopes(by_f, f_at, f_beyond, gaps),
                _by_slopes(by_g, g_at, g_beyond, gaps),
                np.bincount(pairs.origin, np.where(is_known, -by_g, slope), len(constants)),
            ]
        )
        penalty = self._penalize(parameters, gradient)
        return float((pairs.weights * lost).sum()) + penalty, gradient

    def _evidence(self, parameters: Floats) -> tuple[Floats, Floats]:
        own, related, (start, _), _, _ = self._split(parameters)
        if self._fixed is not None:
            return self._fixed[0] + start, self._fixed[1]
        sums, relative = (
            self._pairs.indicators @ self._increments.weights(part) for part in (own, related)
        )
        return sums + start, relative

    def _by_terms(self, by_evidence: Floats) -> Floats:
        if self._transposed is None:
            return np.zeros(0)
        by_weight: Floats = self._transposed @ by_evidence
        return self._increments.gradient(by_weight)

    def _penalize(self, parameters: Floats, gradient: Floats) -> float:
        """Return the penalty, and add its gradient."""
        own, related, _, slopes, constants = self._split(parameters)
        rates = np.where(self._pairs.is_known, constants, 0.0)
        scarcity = max(_AMPLE_PAIRS / max(self._pairs.true_pairs, 1.0), 1.0)
        ridge = scarcity * np.concatenate(
            [np.full(self._steps, _RIDGE), np.full(self._terms - self._steps, _JOINT_RIDGE)]
        )
        apart, bent = related - _RELATIVE_SHARE * own, slopes - 1.0
        by_apart, by_slopes = 2 * ridge * apart, 2 * scarcity * _SLOPE_RIDGE * bent
        indices = [0, self._terms, 2 * self._terms, 2 * self._terms + 2]
        gradient[indices[0] : indices[1]] += 2 * ridge * own - _RELATIVE_SHARE * by_apart
        gradient[indices[1] : indices[2]] += by_apart
        gradient[indices[3] : indices[3] + len(slopes)] += by_slopes
        gradient[indices[3] + len(slopes) :] += 2 * _RATE_RIDGE * rates
        penalty = _RATE_RIDGE * float((rates**2).sum())
        for fall in self._penalize_falls((own, related), gradient):
            penalty += fall
        squares = ridge * (own**2 + apart**2)
        return penalty + float(squares.sum() + scarcity * _SLOPE_RIDGE * (bent**2).sum())

    def _penalize_falls(self, terms: tuple[Floats, Floats], gradient: Floats) -> Iterator[float]:
        """Yield the penalties of sums that fall when names become more alike, and add their
        gradients.
        """
        for number, part in enumerate(terms if self._fixed is None else ()):
            fall, by_weight = self._rising.penalty(self._increments.weights(part))
            own = gradient[number * self._terms : (number + 1) * self._terms]
            own += _FALL_RIDGE * self._increments.gradient(by_weight)
            yield _FALL_RIDGE * fall


def _by_slopes(by_line: Floats, at: npt.NDArray[np.int64], beyond: Floats, gaps: Floats) -> Floats:
    """Return the gradient with respect to the slopes of a line whose value is fixed at `_ANCHOR`.

    A sum counts in part in its own interval, and in full in the intervals between it and the
    anchor.
    """
    part = np.bincount(at, by_line * beyond, len(gaps))
    count = np.bincount(at, by_line, len(gaps))
    after = np.concatenate([np.cumsum(count[::-1])[::-1][1:], [0.0]])
    gradient: Floats = part + after * gaps
    gradient[:_ANCHOR] -= by_line.sum() * gaps[:_ANCHOR]
    return gradient


def joint_bounds(
    weights: Sequence[float], others: Sequence[float], share: float
) -> tuple[Floats, Floats]:
    """Return the smallest and the largest value of each cell of a joint term, rows × columns.

    `weights` has the weight of the first comparator in each row, and `others` the weight of the
    second comparator in each column. No cell is larger than the larger of its two weights. A cell
    takes back at most a `share` of the second comparator's weight, so that all joint terms of this
    comparator together never reverse this weight.
    """
    first = np.abs(np.array(weights))[:, None]
    second = np.array(others)
    size = np.maximum(first, np.abs(second)[None, :])
    least = np.where(second >= 0, -second * share, -np.inf)
    most = np.where(second <= 0, -second * share, np.inf)
    return np.maximum(-size, least[None, :]), np.minimum(size, most[None, :])
