"""Fellegi-Sunter weights by expectation-maximization, without labels.

The model is that of Fellegi and Sunter (1969) as fitted by Winkler (1988): pairs are a mixture of
matches and others, and variables are independent within either class. Three things keep it from
drifting to another pair of classes (such as namesakes and the rest), where plain EM on candidate
pairs often ends:

- it is fitted over *all* pairs of records. Pairs that blocking does not join count as different;
  their patterns are taken from a sample. So a shared name is weighed against chance, not against
  what blocking let through, and the share of matches among all pairs (the prior) is estimated;
- the comparators of names are one variable (contradiction × rarity of what agrees), since parts
  of one thing are not independent;
- weights never fall as similarity rises (isotonic regression in each step), and a missing value
  weighs nothing.

Only distinct patterns of intervals are kept, with their counts: a step costs the same for a million
pairs as for ten million.
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
    interval_indices,
)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AgreementVariable:
    """Comparator, or two with a joint effect, with the cuts of their similarities.

    It is left out if one of the `unless` comparators has a value: what follows from another
    comparator is no independent evidence.
    """

    features: tuple[str, ...]
    cuts: tuple[tuple[float, ...], ...]
    unless: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of intervals of each comparator, without missing."""
        return tuple(len(cuts) + 1 for cuts in self.cuts)

    @property
    def size(self) -> int:
        """Number of values of the variable, without missing."""
        return int(np.prod(self.shape))

    def codes(self, evidence: FloatArray, features: Sequence[str]) -> Codes:
        """Return the value of the variable per pair, 0 … size − 1, or `size` if missing."""
        code = np.zeros(len(evidence), dtype=np.int64)
        missing = np.zeros(len(evidence), dtype=bool)
        for feature, cuts in zip(self.features, self.cuts, strict=True):
            intervals = interval_indices(evidence[:, features.index(feature)], cuts)
            missing |= intervals > len(cuts)
            code = code * (len(cuts) + 1) + np.minimum(intervals, len(cuts))
        code[missing] = self.size
        return code


_DATE = (0.04, 0.1, 0.2, 0.3, 0.37, 0.42, 0.47, 0.55, 0.65, 0.75, 0.83, 0.89, 0.96)
_PLACE = (0.1, 0.3, 0.45, 0.6, 0.75, 0.9, 0.97)
_HALF = (0.5,)
# cuts of contradiction start at a keyboard error; those of rarity are one to four nats apart
_NAMES = AgreementVariable(
    ("name_contradicted", "name_rarity"),
    ((0.3, 0.6, 0.8, 0.9, 0.97), (0.05, 0.12, 0.2, 0.26, 0.32, 0.4, 0.48, 0.6)),
)
_CONTACTS = (
    AgreementVariable(("identifier",), ((0.1, 0.3, 0.6, 0.9),)),
    AgreementVariable(("phone",), (_HALF,)),
    # coarse, because mail addresses contain names and those of namesakes differ in a digit
    AgreementVariable(("email",), ((0.72, 0.9),)),
)
VARIABLES: Mapping[Kind, tuple[AgreementVariable, ...]] = {
    Kind.PERSON: (
        _NAMES,
        AgreementVariable(("birth_date",), (_DATE,)),
        AgreementVariable(("birth_place",), (_PLACE,)),
        AgreementVariable(("address",), (_PLACE,)),
        AgreementVariable(("nationality",), (_HALF,)),
        AgreementVariable(("country",), (_HALF,), unless=("nationality", "birth_place", "address")),
        AgreementVariable(("gender",), (_HALF,)),
        AgreementVariable(("father_name",), ((0.7, 0.9),)),
        *_CONTACTS,
    ),
    Kind.GROUP: (
        _NAMES,
        AgreementVariable(("start_date",), (_DATE,)),
        AgreementVariable(("address",), (_PLACE,)),
        AgreementVariable(("country",), (_HALF,), unless=("address",)),
        AgreementVariable(("website",), (_HALF,)),
        *_CONTACTS,
    ),
    Kind.ASSET: (_NAMES, AgreementVariable(("country",), (_HALF,)), *_CONTACTS),
}


@dataclass(frozen=True)
class PairPatterns:
    """Pairs of one kind by pattern.

    `codes` is p × variables, `counts` the number of candidates with each pattern, `rest` per
    variable the number of unjoined pairs with each of its values, `total` the number of all pairs.
    """

    variables: tuple[AgreementVariable, ...]
    codes: Codes
    counts: Floats
    rest: tuple[Floats, ...]
    total: float


@dataclass(frozen=True)
class Mixture:
    """Fitted mixture.

    `prior` is the log-odds of a match before any evidence, `weights` the log-odds of each
    variable's values, `posterior` that of each pattern, `steps` the number of EM steps, `expected`
    the number of matches among the candidates.
    """

    prior: float
    weights: tuple[Floats, ...]
    posterior: Floats
    steps: int
    expected: float


MAX_STEPS = 200
_CONVERGENCE = 1e-5
"""Mean change of the posterior per match below which the fit has converged."""
_START_WEIGHT, _START_PENALTY = 4.0, 3.0
"""Log-odds of agreement (or not) in one variable at the start, and a penalty on all pairs.

A start among the surest pairs converges less often on namesakes than a start among all pairs that
agree more than they disagree.
"""


def fit_mixture(patterns: PairPatterns, max_steps: int = MAX_STEPS) -> Mixture:
    """Fit the mixture by EM from a deterministic start at which agreement implies a match."""
    weights = [_START_WEIGHT * agreement_ramp(variable.shape) for variable in patterns.variables]
    posterior = _logistic(_sums(patterns, weights) - _START_PENALTY)
    steps, prior = 0, 0.0
    for step in range(1, max_steps + 1):
        steps = step
        prior, weights = _maximize(patterns, posterior)
        after = _logistic(_sums(patterns, weights) + prior)
        moved = float(np.abs(after - posterior) @ patterns.counts)
        posterior = after
        if moved <= _CONVERGENCE * max(float(posterior @ patterns.counts), 1.0):
            break
    return Mixture(prior, tuple(weights), posterior, steps, float(posterior @ patterns.counts))


def agreement_ramp(shape: tuple[int, ...]) -> Floats:
    """Return weights from −1 (all contradict) to 1 (all agree), flattened."""
    places = np.indices(shape).reshape(len(shape), -1)
    tops = np.maximum(np.array(shape) - 1, 1).reshape(-1, 1)
    value: Floats = 2 * (places / tops).mean(axis=0) - 1
    return value


def _sums(patterns: PairPatterns, weights: Sequence[Floats]) -> Floats:
    total = np.zeros(len(patterns.counts))
    for column, weight in enumerate(weights):
        total += np.append(weight, 0.0)[patterns.codes[:, column]]
    return total


def _logistic(value: Floats) -> Floats:
    answer: Floats = 1 / (1 + np.exp(-np.clip(value, -500, 500)))
    return answer


def _maximize(patterns: PairPatterns, posterior: Floats) -> tuple[float, list[Floats]]:
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
        # one pair per class, spread over all values, keeps unseen values possible
        rates = [(count + 1 / size) / (count.sum() + 1) for count in (same, different)]
        weight = np.log(rates[0]) - np.log(rates[1])
        weights.append(
            fit_isotonic(
                weight, same + 1e-3 * different / max(different.sum(), 1) + 1e-6, variable.shape
            )
        )
    return float(np.log(share / (1 - share))), weights


def fit_isotonic(values: Floats, importance: Floats, shape: tuple[int, ...]) -> Floats:
    """Return the nearest values (weighted squares) that fall along no comparator.

    With two comparators they are fitted in turn, then made strictly monotone.
    """
    if len(shape) == 1:
        values_fitted: Floats = isotonic_regression(values, sample_weight=importance)
        return values_fitted
    grid, weights = values.reshape(shape).copy(), importance.reshape(shape)
    for _ in range(20):
        for row in range(shape[0]):
            grid[row] = isotonic_regression(grid[row], sample_weight=weights[row])
        for column in range(shape[1]):
            grid[:, column] = isotonic_regression(grid[:, column], sample_weight=weights[:, column])
    strict_values: Floats = np.maximum.accumulate(
        np.maximum.accumulate(grid, axis=0), axis=1
    ).ravel()
    return strict_values


def _pair_term(variable: AgreementVariable, thousandths: npt.NDArray[np.int_]) -> PairTerm:
    # a missing value is neutral on either side
    grid = np.pad(thousandths.reshape(variable.shape), ((0, 1), (0, 1))).tolist()
    first, second = variable.features
    cuts = (variable.cuts[0], variable.cuts[1])
    return PairTerm((first, second), cuts, tuple(tuple(row) for row in grid))


def mixture_to_model(
    kind: Kind, variables: Sequence[AgreementVariable], mixture: Mixture, fixed: Mapping[str, int]
) -> Model:
    """Return the mixture as a model in thousandths.

    `fixed` holds weights that are stated, not learned (for a present value).
    """
    terms, pairs = [], []
    for variable, weights in zip(variables, mixture.weights, strict=True):
        thousandths = np.rint(1000 * weights).astype(int)
        if len(variable.features) == 1:
            terms.append(Term(variable.features[0], variable.cuts[0], (*thousandths.tolist(), 0)))
            continue
        pairs.append(_pair_term(variable, thousandths))
    terms += [Term(name, (), (weight, 0)) for name, weight in sorted(fixed.items())]
    return Model(
        kind.label, "", features_of(kind), round(1000 * mixture.prior), tuple(terms), tuple(pairs)
    )
