"""Learning without labels: pairs of records, counted as patterns and fitted by EM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.blocking import choose_plan_by_size, join_candidates
from resolver.comparison import Context, NameIndex, compare, features_of
from resolver.errors import InputError
from resolver.ingest.reader_types import Intake
from resolver.model_set import build_tables
from resolver.normalize import count_population, prepare, with_frequencies
from resolver.pipeline import symbol_source
from resolver.population_scoring import choose_model_kinds
from resolver.records import Batch, Kind
from resolver.records.batch import IntArray, concat
from resolver.records.prepared.batch import FloatArray, PreparedBatch
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.scoring import Model
from resolver.training.fit.expectation_maximization import (
    VARIABLES,
    AgreementVariable,
    Codes,
    Floats,
    Mixture,
    PairPatterns,
    fit_mixture,
    mixture_to_model,
)
from resolver.training.train import SAME_LIST_WEIGHT, TrainedModels

SAMPLE_SIZE = 400_000
"""Number of pairs drawn from all pairs, to see the patterns of pairs that blocking does not join.
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

    `candidates` are pairs of rows that blocking joins, `others` a sample of those it does not.
    `groups` numbers sets of records that are not compared with each other (sides, and lists free of
    duplicates), −1 for none.
    """

    prepared: PreparedBatch
    candidates: RowPairs
    others: RowPairs
    groups: npt.NDArray[np.int64]
    frequencies: FrequencyTables


def learn_unlabeled(
    left: Intake, right: Intake | None, tables: Mapping[str, Any], version: str, *, seed: int = 7
) -> tuple[TrainedModels, dict[str, str]]:
    """Return models of the kinds that can be learned, and the reason for each other kind.

    With `right` only pairs across are used, as `link` does. Deterministic. Raises `InputError` if
    no kind can be learned.
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
    # as a run with the learned model sees them
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
    """Return each record's group of records without duplicates: its side or list, or −1."""
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
    """Return the numbers of variables that have values and are not replaced by another one."""
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
    """Yield patterns of the pairs of one kind, in chunks that fit into memory."""
    prepared, (left, right) = pairs.prepared, rows_of_pairs
    kind_rows = np.flatnonzero(choose_model_kinds(prepared.kinds, left, right) == int(kind))
    features = features_of(kind)
    # without pairs, yield one empty chunk that has the columns
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
