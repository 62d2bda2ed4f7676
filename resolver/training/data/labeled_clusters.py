"""Labeled clusters: tables that state which records are the same, and the pairs that follow from
them.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resolver.errors import InputError
from resolver.matching.blocking import choose_plan_by_size, join_candidates
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import prepare
from resolver.records import Batch, Kind
from resolver.records.prepared.population import FrequencyTables
from resolver.training.data.labeled_pairs import JudgedPair, LabeledPairs, evidence_by_kind

CLUSTER_ORIGIN = "clusters"
"""Origin of pairs labeled by clusters."""
SUFFICIENT_PAIRS = 2_000
"""Number of true pairs from which clusters train alone; invented pairs would dilute them."""
MAX_NEGATIVES = 250_000
"""Maximum number of false pairs to fit on; they weigh as many as blocking gave."""
_USUAL_COLUMNS = (
    ("record_id", "entity_id"),
    ("id", "cluster"),
    ("record_id", "cluster"),
    ("unique_id", "cluster"),
)


@dataclass(frozen=True)
class LabeledClusters:
    """Record id → cluster, for records in the lists; and the number of rows that were left out, by
    reason.
    """

    cluster_of: Mapping[str, str]
    dropped: Mapping[str, int]

    @property
    def true_pairs(self) -> int:
        """Number of record pairs that are the same according to these clusters."""
        return sum(count * (count - 1) // 2 for count in Counter(self.cluster_of.values()).values())

    @property
    def is_sufficient(self) -> bool:
        """True if the clusters can train a model alone."""
        return self.true_pairs >= SUFFICIENT_PAIRS

    def as_judgments(self) -> list[JudgedPair]:
        """Return judgments that connect each record with the first record of its cluster."""
        first: dict[str, str] = {}
        return [
            JudgedPair(first[cluster], identity, same=True)
            for identity, cluster in sorted(self.cluster_of.items())
            if first.setdefault(cluster, identity) != identity
        ]


def _choose_columns(
    header: Sequence[str], columns: tuple[str, str] | None, place: str
) -> tuple[str, str]:
    usual = (pair for pair in _USUAL_COLUMNS if set(pair) <= set(header))
    chosen = columns or next(usual, None)
    if chosen is None or not set(chosen) <= set(header):
        missing = " and ".join(chosen or ("id", "cluster"))
        raise InputError(
            f"there are no columns {missing} among {', '.join(header)[:200]}",
            place=place,
            hint="name the two with --cluster-columns ID,CLUSTER",
        )
    return chosen


def read_cluster_rows(path: Path, columns: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    """Return rows (record id, cluster) of a CSV or Parquet file, with "" for missing values.

    `columns` names the two columns; by default they are found by their usual names. Raises
    `InputError` if the file cannot be read or has no such columns.
    """
    try:
        open_table = _open_parquet if path.suffix == ".parquet" else _open_csv
        header, read_columns = open_table(path)
        chosen = _choose_columns(header, columns, path.name)
        return [(record_id.strip(), cluster.strip()) for record_id, cluster in read_columns(chosen)]
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        reason = str(error).splitlines()[0][:200]
        raise InputError(
            f"cannot read the clusters: {reason}",
            place=path.name,
            hint="give a CSV file in UTF-8, or Parquet",
        ) from error


RowReader = Callable[[tuple[str, str]], Iterable[tuple[str, str]]]
"""Function that reads the two named columns."""


def _open_parquet(path: Path) -> tuple[list[str], RowReader]:
    def read_columns(column_names: tuple[str, str]) -> Iterable[tuple[str, str]]:
        """Yield the rows of two columns."""
        table = pq.read_table(path, columns=list(column_names))
        ids, clusters = (
            pc.fill_null(pc.cast(table[name], pa.string()), "").to_pylist() for name in column_names
        )
        return zip(ids, clusters, strict=True)

    return pq.read_schema(path).names, read_columns


def _open_csv(path: Path) -> tuple[list[str], RowReader]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)

    def read_columns(column_names: tuple[str, str]) -> Iterable[tuple[str, str]]:
        """Yield the rows of two columns."""
        return ((row[column_names[0]] or "", row[column_names[1]] or "") for row in rows)

    return list(reader.fieldnames or ()), read_columns


def _record_names(ids: Sequence[str]) -> dict[str, str]:
    """Return name → record id. A name is the id or, if only one list has it, the id inside the
    list.
    """
    record_of = {identity: identity for identity in ids}
    within = Counter(identity.partition(":")[2] for identity in ids)
    return record_of | {
        native: identity
        for identity in ids
        if within[native := identity.partition(":")[2]] == 1 and native not in record_of
    }


def _collect_clusters(
    rows: Iterable[tuple[str, str]], record_of: Mapping[str, str], counts: Counter[str]
) -> dict[str, set[str]]:
    """Return record id → all clusters of the record; count unusable rows by reason in `counts`."""
    clusters_of: dict[str, set[str]] = {}
    for name, cluster in rows:
        if not name or not cluster:
            counts["without an id or a cluster"] += 1
        elif name not in record_of:
            counts["of records that are not in the lists"] += 1
        elif cluster in clusters_of.setdefault(record_of[name], set()):
            counts["listed twice"] += 1
        else:
            clusters_of[record_of[name]].add(cluster)
    return clusters_of


def match_clusters(rows: Iterable[tuple[str, str]], ids: Sequence[str]) -> LabeledClusters:
    """Return the clusters of the records in `ids`; a record in two clusters is left out."""
    counts: Counter[str] = Counter()
    clusters_of = _collect_clusters(rows, _record_names(ids), counts)
    ambiguous = [clusters for clusters in clusters_of.values() if len(clusters) > 1]
    counts["of records in two clusters"] += sum(len(clusters) for clusters in ambiguous)
    cluster_of = {
        identity: next(iter(clusters))
        for identity, clusters in sorted(clusters_of.items())
        if len(clusters) == 1
    }
    dropped = {reason: count for reason, count in sorted(counts.items()) if count}
    return LabeledClusters(cluster_of, dropped)


def label_cluster_pairs(
    batch: Batch,
    clusters: LabeledClusters,
    names: Sequence[str],
    tables: FrequencyTables,
    *,
    max_negatives: int = MAX_NEGATIVES,
    seed: int = 7,
) -> dict[Kind, LabeledPairs]:
    """Return the pairs of labeled records that blocking joins, in the proportion of a run.

    All true pairs are included, and at most `max_negatives` false pairs, which together weigh as
    much as all false pairs. `names` has, for cross-validation, the cluster of each record of the
    batch; these clusters may be larger than those in `clusters`.
    """
    if not clusters.cluster_of:
        return {}
    ids = batch.ids.to_pylist()
    labeled_rows = np.array(
        [row for row, identity in enumerate(ids) if identity in clusters.cluster_of], dtype=np.int64
    )
    small = batch.take(labeled_rows).canonical()
    cluster_of = [clusters.cluster_of[identity] for identity in small.ids.to_pylist()]
    prepared = prepare(small, tables, symbol_source().lookup, ())
    # use the plan that a run over all records of the batch takes
    plan = choose_plan_by_size(len(batch))
    pairs, _ = join_candidates(prepared, plan)
    codes = np.unique(np.array(cluster_of), return_inverse=True)[1]
    same: npt.NDArray[np.bool_] = codes[pairs.left] == codes[pairs.right]
    different = np.flatnonzero(~same)
    weight = max(len(different) / max_negatives, 1.0)
    if weight > 1:
        different = np.sort(
            np.random.default_rng(seed).choice(different, max_negatives, replace=False)
        )
    chosen = np.sort(np.concatenate([np.flatnonzero(same), different]))
    labels = same[chosen].astype(np.int8)
    folds = [names[row] for row in labeled_rows.tolist()]
    pairs_by_kind = evidence_by_kind(
        prepared, pairs.left[chosen], pairs.right[chosen], labels, folds, CLUSTER_ORIGIN, tables
    )
    for data in pairs_by_kind.values():
        data.plans[:] = plan.name
        data.weights[data.labels == 0] = weight
    return pairs_by_kind
