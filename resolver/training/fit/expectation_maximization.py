"""Cold start: Fellegi–Sunter weights by expectation–maximisation, without any label.

The model is that of Fellegi and Sunter (1969) as fitted by Winkler (1988): pairs are a mixture of matches and others,
and inside either class the variables are independent. Three things keep it from drifting to another pair of classes
(such as namesakes against the rest), where plain EM on candidate pairs often ends:

- it is fitted over *all* pairs of records. Pairs that blocking never joined count as different; how they look is taken
  from a sample. So a name in common is weighed against chance, not against what blocking let through, and the share of
  matches among all pairs (the prior) is estimated, not given;
- what the comparators say of names is one variable (what contradicts × how rare is what agrees), since parts of one
  thing are not independent;
- weights never fall as similarity rises (isotonic regression in every step), and a missing value weighs nothing.

Only distinct patterns of intervals are kept, with their counts: a step costs the same for a million pairs as for ten
million.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import isotonic_regression

from resolver.comparison import features_of
from resolver.records import Kind
from resolver.records.prepared.batch import FloatArray
from resolver.scoring import (
    Model,
    PairTerm,
    Term,
    interval,
)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Variable:
    """One comparator, or two whose joint effect is one variable, with the cuts of their similarities. It is left out
    where one of `unless` has anything to say: what follows from another is no second witness."""

    features: tuple[str, ...]
    cuts: tuple[tuple[float, ...], ...]
    unless: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """How many intervals each comparator has, missing aside."""
        return tuple(len(cuts) + 1 for cuts in self.cuts)

    @property
    def size(self) -> int:
        """How many values the variable has, missing aside."""
        return int(np.prod(self.shape))

    def codes(self, evidence: FloatArray, features: Sequence[str]) -> Codes:
        """Per pair the value of the variable, 0 … size − 1; `size` where a comparator says nothing."""
        code = np.zeros(len(evidence), dtype=np.int64)
        missing = np.zeros(len(evidence), dtype=bool)
        for feature, cuts in zip(self.features, self.cuts, strict=True):
            found = interval(evidence[:, features.index(feature)], cuts)
            missing |= found > len(cuts)
            code = code * (len(cuts) + 1) + np.minimum(found, len(cuts))
        code[missing] = self.size
        return code


_DATE = (0.04, 0.1, 0.2, 0.3, 0.4, 0.47, 0.55, 0.65, 0.73, 0.78, 0.83, 0.89, 0.96)
_PLACE = (0.1, 0.3, 0.45, 0.6, 0.75, 0.9, 0.97)
_HALF = (0.5,)
# rarity of what agrees in steps of one to four nats, contradiction in nats from a slip of the keyboard upwards
_NAMES = Variable(
    ("name_contradicted", "name_rarity"),
    ((0.3, 0.6, 0.8, 0.9, 0.97), (0.05, 0.12, 0.2, 0.26, 0.32, 0.4, 0.48, 0.6)),
)
_CONTACTS = (
    Variable(("identifier",), ((0.1, 0.3, 0.6, 0.9),)),
    Variable(("phone",), (_HALF,)),
    # coarse: addresses are made of names, and namesakes' differ in a digit
    Variable(("email",), ((0.8, 0.99),)),
)
VARIABLES: Mapping[Kind, tuple[Variable, ...]] = {
    Kind.PERSON: (
        _NAMES,
        Variable(("birth_date",), (_DATE,)),
        Variable(("birth_place",), (_PLACE,)),
        Variable(("address",), (_PLACE,)),
        Variable(("nationality",), (_HALF,)),
        Variable(("country",), (_HALF,), unless=("nationality", "birth_place", "address")),
        Variable(("gender",), (_HALF,)),
        Variable(("father_name",), ((0.7, 0.9),)),
        *_CONTACTS,
    ),
    Kind.GROUP: (
        _NAMES,
        Variable(("start_date",), (_DATE,)),
        Variable(("address",), (_PLACE,)),
        Variable(("country",), (_HALF,), unless=("address",)),
        Variable(("website",), (_HALF,)),
        *_CONTACTS,
    ),
    Kind.ASSET: (_NAMES, Variable(("country",), (_HALF,)), *_CONTACTS),
}


@dataclass(frozen=True)
class Patterns:
    """All pairs of one kind by what they look like: `codes` p × variables, how many candidates show each pattern, and
    for each variable how many of the pairs that blocking did not join have each of its values (`rest`). `total`: the
    number of all pairs."""

    variables: tuple[Variable, ...]
    codes: Codes
    counts: Floats
    rest: tuple[Floats, ...]
    total: float


@dataclass(frozen=True)
class Mixture:
    """What was learnt: log-odds of a match before any evidence, weights (log-odds) of each variable's values, and the
    posterior of each pattern. `steps` until it stood still; `expected`: matches among the candidates."""

    prior: float
    weights: tuple[Floats, ...]
    posterior: Floats
    steps: int
    expected: float


MOST_STEPS = 200
_STILL = 1e-5
"""The mean change of the posterior per match at which nothing moves any more."""
_START, _DOUBT = 4.0, 3.0
"""Log-odds of a pair that agrees (or not) in one variable before anything is known, and what speaks against any pair. A
start among the surest pairs ends less often on namesakes than a start among all that agree more than they do not."""


def estimate(patterns: Patterns, most_steps: int = MOST_STEPS) -> Mixture:
    """Fit the mixture. Starts where more agreement means more of a match, one way for all data; no chance in it."""
    weights = [_START * ramp(variable.shape) for variable in patterns.variables]
    posterior = _logistic(_sums(patterns, weights) - _DOUBT)
    steps, prior = 0, 0.0
    for step in range(1, most_steps + 1):
        steps = step
        prior, weights = _maximise(patterns, posterior)
        after = _logistic(_sums(patterns, weights) + prior)
        moved = float(np.abs(after - posterior) @ patterns.counts)
        posterior = after
        if moved <= _STILL * max(float(posterior @ patterns.counts), 1.0):
            break
    return Mixture(prior, tuple(weights), posterior, steps, float(posterior @ patterns.counts))


def ramp(shape: tuple[int, ...]) -> Floats:
    """From −1 where everything contradicts to 1 where everything agrees, flattened."""
    places = np.indices(shape).reshape(len(shape), -1)
    tops = np.maximum(np.array(shape) - 1, 1).reshape(-1, 1)
    value: Floats = 2 * (places / tops).mean(axis=0) - 1
    return value


def _sums(patterns: Patterns, weights: Sequence[Floats]) -> Floats:
    total = np.zeros(len(patterns.counts))
    for column, weight in enumerate(weights):
        total += np.append(weight, 0.0)[patterns.codes[:, column]]
    return total


def _logistic(value: Floats) -> Floats:
    answer: Floats = 1 / (1 + np.exp(-np.clip(value, -500, 500)))
    return answer


def _maximise(patterns: Patterns, posterior: Floats) -> tuple[float, list[Floats]]:
    matches = posterior * patterns.counts
    others = patterns.counts - matches
    share = min(max(float(matches.sum()), 0.5) / patterns.total, 1 - 1e-6)
    weights = []
    for column, variable in enumerate(patterns.variables):
        codes, size = patterns.codes[:, column], variable.size
        same = np.bincount(codes, weights=matches, minlength=size + 1)[:size]
        different = (
            np.bincount(codes, weights=others, minlength=size + 1)[:size] + patterns.rest[column]
        )
        # one pair of either class, spread over all values, so that what was never seen is not impossible
        rates = [(count + 1 / size) / (count.sum() + 1) for count in (same, different)]
        weight = np.log(rates[0]) - np.log(rates[1])
        weights.append(
            rising(weight, same + 1e-3 * different / max(different.sum(), 1) + 1e-6, variable.shape)
        )
    return float(np.log(share / (1 - share))), weights


def rising(values: Floats, importance: Floats, shape: tuple[int, ...]) -> Floats:
    """The nearest values (by weighted squares) that fall nowhere along either comparator. For two comparators by
    turns, then made strict."""
    if len(shape) == 1:
        one: Floats = isotonic_regression(values, sample_weight=importance)
        return one
    grid, heavy = values.reshape(shape).copy(), importance.reshape(shape)
    for _ in range(20):
        for row in range(shape[0]):
            grid[row] = isotonic_regression(grid[row], sample_weight=heavy[row])
        for column in range(shape[1]):
            grid[:, column] = isotonic_regression(grid[:, column], sample_weight=heavy[:, column])
    whole: Floats = np.maximum.accumulate(np.maximum.accumulate(grid, axis=0), axis=1).ravel()
    return whole


def to_model(
    kind: Kind, variables: Sequence[Variable], mixture: Mixture, fixed: Mapping[str, int]
) -> Model:
    """The mixture as a model in thousandths; `fixed`: weights that are stated, not learnt (for a present value)."""
    terms, pairs = [], []
    for variable, weights in zip(variables, mixture.weights, strict=True):
        whole = np.rint(1000 * weights).astype(int)
        if len(variable.features) == 1:
            terms.append(Term(variable.features[0], variable.cuts[0], (*whole.tolist(), 0)))
            continue
        # a missing value is neutral on either side
        grid = np.pad(whole.reshape(variable.shape), ((0, 1), (0, 1))).tolist()
        one, two = variable.features
        pairs.append(
            PairTerm(
                (one, two), (variable.cuts[0], variable.cuts[1]), tuple(tuple(row) for row in grid)
            )
        )
    terms += [Term(name, (), (weight, 0)) for name, weight in sorted(fixed.items())]
    return Model(
        kind.label, "", features_of(kind), round(1000 * mixture.prior), tuple(terms), tuple(pairs)
    )
