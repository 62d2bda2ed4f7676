"""Decisions together with other training data (`resolver train LISTS --from-store URL`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import build_tables
from resolver.training.data.labeled_clusters import LabeledClusters
from resolver.training.data.labeled_pairs import JudgedPair, LabeledPairs, concat_pairs
from resolver.training.data.training_decisions import (
    TrainingDecisions,
    cluster_tied_records,
    label_decided_pairs,
    quarantine_contradictions,
)
from resolver.training.training_data import TrainingData


def reconcile_labels(
    decided: TrainingDecisions,
    judgments: Sequence[JudgedPair],
    clusters: LabeledClusters | None = None,
) -> tuple[TrainingDecisions, list[JudgedPair]]:
    """Return the decisions and judgments that are consistent with each other.

    A pair both decided and judged alike counts as decided.
    """
    decided_pairs = set(decided.judgments)
    others = [judgment for judgment in judgments if judgment not in decided_pairs]
    consistent, contradictions = quarantine_contradictions(
        [*others, *decided.judgments], clusters.cluster_of if clusters else {}
    )
    consistent_pairs = set(consistent)
    left_out = {f"or judgements {reason}": count for reason, count in contradictions.items()}
    return decided.restricted_to(consistent, left_out), [
        judgment for judgment in others if judgment in consistent_pairs
    ]


def add_decided_pairs(
    material: TrainingData,
    intake: Intake,
    judgments: Sequence[JudgedPair],
    decided: TrainingDecisions,
    tables: Mapping[str, Any],
) -> TrainingData:
    """Return the training data with the pairs that decisions label.

    Records that decisions or judgments tie together become one cluster in all data, so that no fold
    tests what another has learned.
    """
    home_cultures = cluster_tied_records([*judgments, *decided.ties], intake.batch.ids.to_pylist())
    pairs = {kind: _rename_clusters(data, home_cultures) for kind, data in material.pairs.items()}
    for kind, data in label_decided_pairs(
        decided, build_tables(dict(tables)), home_cultures
    ).items():
        pairs[kind] = concat_pairs([pairs[kind], data]) if kind in pairs else data
    left_out = {f"decisions {reason}": count for reason, count in decided.dropped.items()}
    return replace(material, pairs=pairs, quarantined={**material.quarantined, **left_out})


def _rename_clusters(data: LabeledPairs, home_cultures: Mapping[str, str]) -> LabeledPairs:
    """Rename clusters by the records that name them."""
    names = np.array(
        [
            [home_cultures.get(left, left), home_cultures.get(right, right)]
            for left, right in data.clusters.tolist()
        ],
        dtype=object,
    )
    return replace(data, clusters=names.reshape(-1, 2))
