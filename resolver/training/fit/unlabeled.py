"""Learn without labels: count pairs of records as patterns, and fit Fellegi-Sunter weights by EM.

The model is that of Fellegi and Sunter (1969), fitted as by Winkler (1988): pairs are a mixture of
matches and others, and variables are independent within either class. Plain EM on candidate pairs
often ends with another pair of classes, such as namesakes and all other pairs. Three things prevent
this:

- The model is fitted over *all* pairs of records. Pairs that blocking does not join count as
  different, with patterns from a sample. So a shared name is weighed against chance, not against
  the pairs that blocking joined. The share of matches among all pairs (the prior) is estimated.
- The comparators of names are one variable (contradiction × rarity of the matched words), because
  parts of one name are not independent.
- Weights never fall as similarity rises (isotonic regression in each step), and a missing value has
  no weight.

Only distinct patterns of intervals are kept, with their counts, so a step costs the same for a
million pairs as for ten million.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import isotonic_regression

from resolver.errors import InputError
from resolver.lists.reader_types import Intake
from resolver.matching.blocking import choose_plan_by_size, join_candidates
from resolver.matching.comparators import compare, features_of
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import count_population, prepare, with_frequencies
from resolver.matching.resolution_task import build_tables
from resolver.matching.scoring import Model, PairTerm, Term, interval_indices
from resolver.matching.scoring.model import choose_model_kinds
from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records import Batch, Kind
from resolver.records.batch import IntArray, concat
from resolver.records.prepared.batch import FloatArray, PreparedBatch
from resolver.records.prepared.population import FrequencyTables
from resolver.training.train import SAME_LIST_WEIGHT, TrainedModels

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AgreementVariable:
    """A comparator, or two comparators with a joint effect, with the cuts of their similarities.

    The variable is left out if one of the `unless` comparators has a value, because what follows
    from another comparator is no independent evidence.
    """

    features: tuple[str, ...]
    cuts: tuple[tuple[float, ...], ...]
    unless: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of intervals of each comparator, without the one for missing values."""
        return tuple(len(cuts) + 1 for cuts in self.cuts)

    @property
    def size(self) -> int:
        """Number of values of the variable, without the one for missing values."""
        return int(np.prod(self.shape))

    def codes(self, evidence: FloatArray, features: Sequence[str]) -> Codes:
        """Return the value of the variable for each pair: 0 … size − 1, or `size` if missing."""
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
# the cuts of contradiction start at the size of a typing error; those of rarity are one to four
# nats apart
_NAMES = AgreementVariable(
    ("name_contradicted", "name_rarity"),
    ((0.3, 0.6, 0.8, 0.9, 0.97), (0.05, 0.12, 0.2, 0.26, 0.32, 0.4, 0.48, 0.6)),
)
_CONTACTS = (
    AgreementVariable(("identifier",), ((0.1, 0.3, 0.6, 0.9),)),
    AgreementVariable(("phone",), (_HALF,)),
    # the cuts are coarse, because mail addresses contain names, and those of namesakes differ in a
    # digit
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

    `codes` is p × variables; `counts` is the number of candidates with each pattern; `rest` is, for
    each variable, the number of pairs that blocking does not join, by value; `total` is the number
    of all pairs.
    """

    variables: tuple[AgreementVariable, ...]
    codes: Codes
    counts: Floats
    rest: tuple[Floats, ...]
    total: float


@dataclass(frozen=True)
class Mixture:
    """Fitted mixture.

    `prior` is the log-odds of a match before any evidence. `weights` are the log-odds of each
    variable's values, and `posterior` those of each pattern. `steps` is the number of EM steps, and
    `expected` the number of matches among the candidates.
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
    """Fit the mixture by EM. It starts, without random numbers, from weights at which agreement
    implies a match.
    """
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
        # one pair for each class, spread over all values, keeps values possible that do not occur
        rates = [(count + 1 / size) / (count.sum() + 1) for count in (same, different)]
        weight = np.log(rates[0]) - np.log(rates[1])
        weights.append(
            fit_isotonic(
                weight, same + 1e-3 * different / max(different.sum(), 1) + 1e-6, variable.shape
            )
        )
    return float(np.log(share / (1 - share))), weights


def fit_isotonic(values: Floats, importance: Floats, shape: tuple[int, ...]) -> Floats:
    """Return the nearest values (by weighted squares) that fall along no comparator.

    Two comparators are fitted in turn, and then made strictly monotone.
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
    # a missing value has no weight on either side
    grid = np.pad(thousandths.reshape(variable.shape), ((0, 1), (0, 1))).tolist()
    first, second = variable.features
    cuts = (variable.cuts[0], variable.cuts[1])
    return PairTerm((first, second), cuts, tuple(tuple(row) for row in grid))


def mixture_to_model(
    kind: Kind, variables: Sequence[AgreementVariable], mixture: Mixture, fixed: Mapping[str, int]
) -> Model:
    """Return the mixture as a model with weights in thousandths.

    `fixed` has the weights (for a value that is present) that are stated, not learned.
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


SAMPLE_SIZE = 400_000
"""Number of pairs drawn from all pairs, to see the patterns of pairs that blocking does not
join.
"""
CHUNK_SIZE = 400_000
MIN_RECORDS, MIN_MATCHES = 200, 50
"""Minimum numbers of records of a kind, and of expected matches, to learn from."""
MAX_MATCH_SHARE = 0.99
"""Share of matches among candidates above which the mixture has no second class."""


RowPairs = tuple[IntArray, IntArray]
"""Left and right rows of pairs."""


@dataclass(frozen=True)
class _Pairs:
    """Pairs to learn from.

    `candidates` are pairs of rows that blocking joins, and `others` is a sample of the pairs that
    it does not join. `groups` numbers the sets of records that are not compared with each other
    (sides, and lists free of duplicates); −1 means that a record is in no such set.
    """

    prepared: PreparedBatch
    candidates: RowPairs
    others: RowPairs
    groups: npt.NDArray[np.int64]
    frequencies: FrequencyTables


def learn_unlabeled(
    left: Intake, right: Intake | None, tables: Mapping[str, Any], version: str, *, seed: int = 7
) -> tuple[TrainedModels, dict[str, str]]:
    """Return models of the kinds that can be learned, and for each other kind the reason why not.

    With `right`, only pairs of a left and a right record are used, as in `link`. Deterministic.
    Raises `InputError` if no kind can be learned.
    """
    pairs = _collect_pairs(left, right, tables, seed)
    models: dict[Kind, Model] = {}
    reasons: dict[str, str] = {}
    names = NameIndex.of(pairs.prepared)
    for kind in VARIABLES:
        records = int(((pairs.prepared.kinds & int(kind)) != 0).sum())
        if records < MIN_RECORDS:
            reasons[kind.label] = f"{records} records, {MIN_RECORDS} are needed"
            continue
        patterns = _collect_patterns(pairs, names, kind)
        if not len(patterns.counts) or not patterns.variables:
            reasons[kind.label] = "blocking joins no two records"
            continue
        mixture = fit_mixture(patterns)
        problem = _mixture_problem(mixture, patterns)
        if problem:
            reasons[kind.label] = problem
            continue
        model = mixture_to_model(kind, patterns.variables, mixture, {"same_list": SAME_LIST_WEIGHT})
        models[kind] = replace(
            model, version=version, training=_training_record(patterns, mixture, seed)
        )
    if not models:
        raise InputError(
            "there is nothing to learn from without labels: "
            + "; ".join(f"{kind}: {reason}" for kind, reason in reasons.items()),
            hint="give more records, or labels (--judged, --clusters)",
        )
    return TrainedModels(models, tables, {}), reasons


def _mixture_problem(mixture: Mixture, patterns: PairPatterns) -> str:
    if mixture.expected < MIN_MATCHES:
        return f"about {round(mixture.expected)} matches, {MIN_MATCHES} are needed"
    if mixture.expected > MAX_MATCH_SHARE * float(patterns.counts.sum()):
        return "nearly all pairs look the same, so nothing tells matches from others"
    return ""


def _training_record(patterns: PairPatterns, mixture: Mixture, seed: int) -> dict[str, Any]:
    candidate = int(patterns.counts.sum())
    same = round(mixture.expected)
    return {
        "method": "Fellegi-Sunter by EM, no labels",
        "seed": seed,
        "steps": mixture.steps,
        "all_pairs": int(patterns.total),
        "pairs": {"no labels (expected)": {"same": same, "different": candidate - same}},
        "figures": {},
    }


def _collect_pairs(
    left: Intake, right: Intake | None, tables: Mapping[str, Any], seed: int
) -> _Pairs:
    batch, sides = _combine_sides(left, right)
    sources = left.deduplicated_sources | (right.deduplicated_sources if right else frozenset())
    frequencies = build_tables(dict(tables))
    counted = prepare(batch, frequencies, symbol_source().lookup, ())
    # these are the counts that a run with the learned model sees
    frequencies = replace(frequencies, at_hand=count_population(counted, sides).counts)
    prepared = with_frequencies(counted, frequencies)
    groups = _exclusive_groups(batch, sides, sources)
    blocked, _ = join_candidates(prepared, choose_plan_by_size(len(batch)), sides=sides)
    allowed = _may_match(groups, blocked.left, blocked.right)
    sample_left, sample_right = _sample_unblocked(
        len(batch), blocked.left, blocked.right, groups, seed
    )
    return _Pairs(
        prepared,
        (blocked.left[allowed], blocked.right[allowed]),
        (sample_left, sample_right),
        groups,
        frequencies,
    )


def _combine_sides(
    left: Intake, right: Intake | None
) -> tuple[Batch, npt.NDArray[np.uint8] | None]:
    if right is None:
        return left.batch, None
    ids = set(right.batch.ids.to_pylist())
    rows = [row for row, identity in enumerate(left.batch.ids.to_pylist()) if identity not in ids]
    batch = concat([left.batch.take(np.array(rows, dtype=np.int64)), right.batch]).canonical()
    return batch, np.array([identity in ids for identity in batch.ids.to_pylist()], dtype=np.uint8)


def _exclusive_groups(
    batch: Batch, sides: npt.NDArray[np.uint8] | None, deduplicated: frozenset[str]
) -> npt.NDArray[np.int64]:
    """Return the number of each record's set of records without duplicates (its side or list); −1
    if it is in none.
    """
    if sides is not None:
        return sides.astype(np.int64)
    names = sorted(deduplicated)
    number_of = {name: number for number, name in enumerate(names)}
    return np.array(
        [number_of.get(identity.partition(":")[0], -1) for identity in batch.ids.to_pylist()],
        dtype=np.int64,
    )


def _may_match(
    groups: npt.NDArray[np.int64], left: IntArray, right: IntArray
) -> npt.NDArray[np.bool_]:
    apart: npt.NDArray[np.bool_] = (groups[left] != groups[right]) | (groups[left] < 0)
    return apart


def _sample_unblocked(
    count: int, left: IntArray, right: IntArray, groups: npt.NDArray[np.int64], seed: int
) -> tuple[IntArray, IntArray]:
    """Draw pairs that blocking did not join, with replacement."""
    chance = np.random.default_rng(seed)
    first, second = chance.integers(0, count, (2, SAMPLE_SIZE))
    first, second = (
        np.minimum(first, second).astype(np.int32),
        np.maximum(first, second).astype(np.int32),
    )
    blocked = left.astype(np.int64) * count + right
    usable = (
        (first != second)
        & _may_match(groups, first, second)
        & ~np.isin(first.astype(np.int64) * count + second, blocked)
    )
    return first[usable], second[usable]


def _count_pairs(groups: npt.NDArray[np.int64]) -> float:
    """Return the number of pairs of these records that may match."""
    group_sizes = np.unique(groups[groups >= 0], return_counts=True)[1].astype(np.float64)
    return len(groups) * (len(groups) - 1) / 2 - float((group_sizes * (group_sizes - 1) / 2).sum())


def _used_columns(
    codes: npt.NDArray[np.integer[Any]], variables: Sequence[AgreementVariable]
) -> list[int]:
    """Return the numbers of the variables that have values and are not replaced by another
    variable.
    """
    has_values = [
        bool((codes[:, column] < variable.size).any()) for column, variable in enumerate(variables)
    ]
    known_features = {
        name
        for variable, is_used in zip(variables, has_values, strict=True)
        if is_used
        for name in variable.features
    }
    return [
        number
        for number, variable in enumerate(variables)
        if has_values[number] and not known_features.intersection(variable.unless)
    ]


def _collect_patterns(pairs: _Pairs, names: NameIndex, kind: Kind) -> PairPatterns:
    prepared = pairs.prepared
    codes, counts = _merge_patterns(_pattern_chunks(pairs, pairs.candidates, names, kind))
    others, weights = _merge_patterns(_pattern_chunks(pairs, pairs.others, names, kind))
    total = _count_pairs(pairs.groups[(prepared.kinds & int(kind)) != 0])
    unjoined = max(total - float(counts.sum()), 0.0)
    variables = VARIABLES[kind]
    columns = _used_columns(codes, variables)
    used = tuple(variables[column] for column in columns)
    if not used:
        return PairPatterns((), codes[:0], counts[:0], (), total)
    scale = np.float64(unjoined / max(float(weights.sum()), 1.0))
    rest: tuple[Floats, ...] = tuple(
        np.bincount(others[:, column], weights, variable.size + 1)[: variable.size] * scale
        for column, variable in zip(columns, used, strict=True)
    )
    codes, counts = _merge_patterns([(codes[:, columns], counts)])
    return PairPatterns(used, codes, counts, rest, total)


def _pattern_chunks(
    pairs: _Pairs, rows_of_pairs: RowPairs, names: NameIndex, kind: Kind
) -> Iterator[tuple[Codes, Floats]]:
    """Yield the patterns of the pairs of one kind, in chunks that fit into memory."""
    prepared, (left, right) = pairs.prepared, rows_of_pairs
    kind_rows = np.flatnonzero(choose_model_kinds(prepared.kinds, left, right) == int(kind))
    features = features_of(kind)
    # without pairs, one empty chunk that has the columns is yielded
    for start in range(0, max(len(kind_rows), 1), CHUNK_SIZE):
        rows = kind_rows[start : start + CHUNK_SIZE]
        context = Context(
            prepared,
            names,
            left[rows],
            right[rows],
            kind != Kind.PERSON,
            frequencies=pairs.frequencies,
        )
        evidence: FloatArray = compare(context, features)
        codes = np.stack(
            [variable.codes(evidence, features) for variable in VARIABLES[kind]], axis=1
        )
        yield _distinct_rows(codes, np.ones(len(codes)))


def _merge_patterns(parts: Iterable[tuple[Codes, Floats]]) -> tuple[Codes, Floats]:
    part_list = list(parts)
    return _distinct_rows(
        np.concatenate([codes for codes, _ in part_list]),
        np.concatenate([counts for _, counts in part_list]),
    )


def _distinct_rows(codes: Codes, counts: Floats) -> tuple[Codes, Floats]:
    """Return the distinct rows, sorted, and their counts."""
    tops = codes.max(axis=0, initial=0) + 1
    steps = np.concatenate([np.cumprod(tops[::-1])[::-1][1:], [1]]).astype(np.int64)
    _, first, inverse = np.unique(codes @ steps, return_index=True, return_inverse=True)
    return codes[first], np.bincount(inverse, weights=counts, minlength=len(first)).astype(
        np.float64
    )
