"""Pairs of invented records with one controlled difference.

Such a difference is an omitted part of a name, another romanization, one digit of a date, or a
twin. Lists hold few of each; here each has its share. Pairs without the marks of a watchlist are
left out: registers have typos and twins of their own, in proportion.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from resolver.normalize import prepare
from resolver.pipeline import symbol_source
from resolver.records import Batch, Kind, Record
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.scoring import LISTED_FEATURE
from resolver.training.data.labeled_pairs import LabeledPairs, evidence_by_kind

CONTROLLED_ORIGIN = "one difference"
"""Origin of the pairs in model files, whose format keeps this label."""
LabeledRecordPair = tuple[Record, Record, bool]
"""Two records, and whether they describe the same entity."""


def with_pair_ids(
    first: Record, second: Record, origin: str, number: int, *, same: bool
) -> LabeledRecordPair:
    """Return the `number`-th pair of an origin, with record ids of its own."""
    left, right = (
        replace(record, id=f"stated:{origin}:{number:06d}{mark}")
        for record, mark in ((first, "a"), (second, "b"))
    )
    return left, right, same


def controlled_difference_pairs(
    pairs: Iterable[LabeledRecordPair], tables: FrequencyTables
) -> dict[Kind, LabeledPairs]:
    """Return evidence of the watchlist pairs among `pairs`, each a cluster of its own."""
    by_kind = evidence_of_record_pairs(pairs, tables, CONTROLLED_ORIGIN)
    return {
        kind: data.select(data.evidence[:, data.features.index(LISTED_FEATURE)] > 0)
        for kind, data in by_kind.items()
    }


def evidence_of_record_pairs(
    pairs: Iterable[LabeledRecordPair], tables: FrequencyTables, origin: str
) -> dict[Kind, LabeledPairs]:
    """Return evidence of `pairs` under an origin, by kind, each pair a cluster of its own."""
    pair_list = list(pairs)
    if not pair_list:
        return {}
    batch = Batch.from_records(
        [record for first, second, _ in pair_list for record in (first, second)]
    ).canonical()
    row_of = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    rows = np.array(
        [[row_of[first.id], row_of[second.id]] for first, second, _ in pair_list], dtype=np.int32
    )
    clusters = [""] * len(batch)
    for number, (left, right) in enumerate(rows.tolist()):
        clusters[left] = clusters[right] = f"{origin} {number}"
    labels = np.array([same for _, _, same in pair_list], dtype=np.int8)
    prepared = prepare(batch, tables, symbol_source().lookup, ())
    return evidence_by_kind(prepared, rows.min(axis=1), rows.max(axis=1), labels, clusters, origin)


__all__ = [
    "CONTROLLED_ORIGIN",
    "LabeledRecordPair",
    "controlled_difference_pairs",
    "evidence_of_record_pairs",
    "with_pair_ids",
]
