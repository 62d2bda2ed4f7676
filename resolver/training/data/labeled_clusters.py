"""Labelled clusters: a table that says which records are the same person or group, and the pairs it labels."""

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

from resolver.blocking import candidates, plan_for
from resolver.errors import InputError
from resolver.normalize import prepare
from resolver.pipeline import symbol_source
from resolver.records import Batch, Kind
from resolver.records.prepared.frequencies import Tables
from resolver.training.data.labeled_pairs import Judgement, Labelled, by_kind

CLUSTERS = "clusters"
"""The origin of pairs that labelled clusters gave."""
PLENTY = 2_000
"""From so many true pairs on, labelled clusters teach alone: what is invented would only dilute them."""
NEGATIVES = 250_000
"""So many false pairs at most are fitted on, with a weight that stands for all that blocking gave."""
_HEADS = (
    ("record_id", "entity_id"),
    ("id", "cluster"),
    ("record_id", "cluster"),
    ("unique_id", "cluster"),
)


@dataclass(frozen=True)
class Clusters:
    """`home`: record id → cluster, of records in the lists. `dropped`: rows that teach nothing, by why."""

    home: Mapping[str, str]
    dropped: Mapping[str, int]

    @property
    def true_pairs(self) -> int:
        """How many pairs of records are the same by these clusters."""
        return sum(count * (count - 1) // 2 for count in Counter(self.home.values()).values())

    @property
    def plenty(self) -> bool:
        """Whether they can teach alone."""
        return self.true_pairs >= PLENTY

    def as_judgements(self) -> list[Judgement]:
        """The same knowledge as judgements: each record is the same as the first of its cluster."""
        first: dict[str, str] = {}
        return [
            Judgement(first[cluster], identity, same=True)
            for identity, cluster in sorted(self.home.items())
            if first.setdefault(cluster, identity) != identity
        ]


def read_clusters(path: Path, columns: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    """Rows (record id, cluster) of a CSV or Parquet file, empty texts where nothing stands. `columns` names the two;
    else they are found by their usual names. Raises `InputError`."""
    try:
        heads, held = _parquet(path) if path.suffix == ".parquet" else _csv(path)
        chosen = columns or next((pair for pair in _HEADS if set(pair) <= set(heads)), None)
        if chosen is None or not set(chosen) <= set(heads):
            raise InputError(
                f"there are no columns {' and '.join(chosen or ('id', 'cluster'))} among {', '.join(heads)[:200]}",
                where=path.name,
                mend="name the two with --cluster-columns ID,CLUSTER",
            )
        return [(one.strip(), two.strip()) for one, two in held(chosen)]
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        reason = str(error).splitlines()[0][:200]
        raise InputError(
            f"cannot read the clusters: {reason}",
            where=path.name,
            mend="give a CSV file in UTF-8, or Parquet",
        ) from error


Rows = Callable[[tuple[str, str]], Iterable[tuple[str, str]]]


def _parquet(path: Path) -> tuple[list[str], Rows]:
    def held(chosen: tuple[str, str]) -> Iterable[tuple[str, str]]:
        table = pq.read_table(path, columns=list(chosen))
        one, two = (
            pc.fill_null(pc.cast(table[name], pa.string()), "").to_pylist() for name in chosen
        )
        return zip(one, two, strict=True)

    return pq.read_schema(path).names, held


def _csv(path: Path) -> tuple[list[str], Rows]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)

    def held(chosen: tuple[str, str]) -> Iterable[tuple[str, str]]:
        return ((row[chosen[0]] or "", row[chosen[1]] or "") for row in rows)

    return list(reader.fieldnames or ()), held


def settle(rows: Iterable[tuple[str, str]], ids: Sequence[str]) -> Clusters:
    """The clusters of records that are there. A row may name a record by its id or, where only one list holds it, by
    the id within its list. A record that is said to be in two clusters is left out whole."""
    known = {identity: identity for identity in ids}
    within = Counter(identity.partition(":")[2] for identity in ids)
    known |= {
        native: identity
        for identity in ids
        if within[native := identity.partition(":")[2]] == 1 and native not in known
    }
    said: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for name, cluster in rows:
        if not name or not cluster:
            counts["without an id or a cluster"] += 1
        elif name not in known:
            counts["of records that are not in the lists"] += 1
        elif cluster in said.setdefault(known[name], set()):
            counts["said twice"] += 1
        else:
            said[known[name]].add(cluster)
    counts["of records in two clusters"] += sum(len(two) for two in said.values() if len(two) > 1)
    home = {identity: next(iter(one)) for identity, one in sorted(said.items()) if len(one) == 1}
    return Clusters(home, {why: count for why, count in sorted(counts.items()) if count})


def cluster_pairs(
    batch: Batch,
    clusters: Clusters,
    names: Sequence[str],
    tables: Tables,
    *,
    negatives: int = NEGATIVES,
    seed: int = 7,
) -> dict[Kind, Labelled]:
    """Pairs of labelled records that blocking brings together: all true ones, and of the false ones at most
    `negatives`, weighing as many as there were. So the classes stand as they will in a run. `names`: the cluster of
    each record of the batch for cross-validation, which may hold more than one of `clusters`."""
    if not clusters.home:
        return {}
    ids = batch.ids.to_pylist()
    held = np.array(
        [row for row, identity in enumerate(ids) if identity in clusters.home], dtype=np.int64
    )
    small = batch.take(held).canonical()
    home = [clusters.home[identity] for identity in small.ids.to_pylist()]
    prepared = prepare(small, tables, symbol_source().lookup, ())
    # the plan is the one that a run over all these records takes
    plan = plan_for(len(batch))
    pairs, _ = candidates(prepared, plan)
    codes = np.unique(np.array(home), return_inverse=True)[1]
    same: npt.NDArray[np.bool_] = codes[pairs.left] == codes[pairs.right]
    different = np.flatnonzero(~same)
    weight = max(len(different) / negatives, 1.0)
    if weight > 1:
        different = np.sort(np.random.default_rng(seed).choice(different, negatives, replace=False))
    chosen = np.sort(np.concatenate([np.flatnonzero(same), different]))
    labels = same[chosen].astype(np.int8)
    folds = [names[row] for row in held.tolist()]
    found = by_kind(
        prepared, pairs.left[chosen], pairs.right[chosen], labels, folds, CLUSTERS, plan.name
    )
    for data in found.values():
        data.weights[data.labels == 0] = weight
    return found
