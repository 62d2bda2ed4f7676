"""Steward decisions as labeled pairs of record versions.

A decision concerns two entities, so it labels all pairs between the records shown, not only the
strongest pair, which alone would teach overconfidence. A decision has weight 1 however many pairs
it labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolver.normalize import prepare
from resolver.pipeline import symbol_source
from resolver.population_scoring import choose_model_kinds
from resolver.records import Batch, Kind
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.training.data.labeled_pairs import (
    JudgedPair,
    LabeledPairs,
    evidence_by_kind,
    name_clusters,
)
from resolver.training.data.training_decisions import LabelingDecision, TrainingDecisions
from resolver.training.evaluate.card_figures import DECIDED_ORIGIN


@dataclass(frozen=True, slots=True)
class _LabeledVersions:
    """Labeled pairs of record versions (by number), with weights."""

    pairs: tuple[tuple[int, int], ...]
    labels: tuple[bool, ...]
    weights: tuple[float, ...]


def _label_pairs(decided: TrainingDecisions) -> _LabeledVersions:
    """Return all pairs that decisions label.

    A decision on two records overrules what follows for them from decisions on others; pairs that
    follow both ways are left out.
    """
    direct = {
        _ordered_pair(*decision.ends): (decision.judgment.same, decision.act)
        for decision in decided.decisions
    }
    labels_of = direct | _implied_labels(decided)
    pairs_per_act = Counter(act for _, act in labels_of.values())
    order = sorted(labels_of)
    weights = tuple(1 / pairs_per_act[labels_of[pair][1]] for pair in order)
    return _LabeledVersions(tuple(order), tuple(labels_of[pair][0] for pair in order), weights)


def _shown_pairs(decision: LabelingDecision) -> Iterator[tuple[int, int]]:
    return (
        _ordered_pair(left, right)
        for left in decision.shown[0]
        for right in decision.shown[1]
        if left != right
    )


def _ordered_pair(first: int, second: int) -> tuple[int, int]:
    return min(first, second), max(first, second)


def _implied_labels(decided: TrainingDecisions) -> dict[tuple[int, int], tuple[bool, str]]:
    """Return verdict and act of pairs that follow, one way only, from decisions on others."""
    judged_ids = {
        (min(decision.left, decision.right), max(decision.left, decision.right))
        for decision in decided.judgments
    }
    implied: dict[tuple[int, int], set[bool]] = {}
    acts: dict[tuple[int, int], str] = {}
    for decision in decided.decisions:
        for pair in _shown_pairs(decision):
            ids = sorted(decided.records[number].record.id for number in pair)
            if (ids[0], ids[1]) not in judged_ids:
                implied.setdefault(pair, set()).add(decision.judgment.same)
                acts.setdefault(pair, decision.act)
    return {
        pair: (min(verdicts), acts[pair])
        for pair, verdicts in implied.items()
        if len(verdicts) == 1
    }


def label_decided_pairs(
    decided: TrainingDecisions, tables: FrequencyTables, names: Mapping[str, str] | None = None
) -> dict[Kind, LabeledPairs]:
    """Return evidence of the pairs that decisions label, by kind.

    `names` maps record id → true cluster for cross-validation, if more than the decisions is known.
    """
    labeled = _label_pairs(decided)
    if not labeled.pairs:
        return {}
    numbers = sorted({number for pair in labeled.pairs for number in pair})
    batch, row_of = _batch_of_versions(decided, numbers)
    record_ids = {row_of[number]: decided.records[number].record.id for number in numbers}
    clusters = names or cluster_tied_records(decided.ties, record_ids.values())
    cluster_of_row = [clusters.get(record_ids[row], record_ids[row]) for row in range(len(batch))]
    rows = np.array(
        [[row_of[first], row_of[second]] for first, second in labeled.pairs], dtype=np.int32
    )
    left, right = rows.min(axis=1), rows.max(axis=1)
    prepared = prepare(batch, tables, symbol_source().lookup, decided.deduplicated)
    labels = np.array(labeled.labels, dtype=np.int8)
    pairs_by_kind = evidence_by_kind(
        prepared, left, right, labels, cluster_of_row, DECIDED_ORIGIN, tables
    )
    for data in pairs_by_kind.values():
        data.plans[:] = decided.plan or "S"
    model_kind = choose_model_kinds(prepared.kinds, left, right)
    weights = np.array(labeled.weights, dtype=np.float64)
    return {
        kind: replace(data, weights=weights[model_kind == int(kind)])
        for kind, data in sorted(pairs_by_kind.items())
    }


def _batch_of_versions(
    decided: TrainingDecisions, numbers: Sequence[int]
) -> tuple[Batch, dict[int, int]]:
    """Return the record versions with the given numbers as a batch, and number → row."""
    records = {number: decided.records[number].record for number in numbers}
    version_count = Counter(record.id for record in records.values())
    # two versions of one record are two rows, so they need different ids
    row_records = {
        number: replace(record, id=f"{record.id}#{number}")
        if version_count[record.id] > 1
        else record
        for number, record in records.items()
    }
    batch = Batch.from_records(row_records.values()).canonical()
    row_of_id = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    return batch, {number: row_of_id[record.id] for number, record in row_records.items()}


def cluster_tied_records(ties: Sequence[JudgedPair], ids: Iterable[str]) -> dict[str, str]:
    """Return the cluster of each record in `ids` and in `ties`."""
    order = sorted({*ids, *(end for tie in ties for end in (tie.left, tie.right))})
    return dict(zip(order, name_clusters(order, ties), strict=True))
