"""Labelled pairs with their evidence: what a model is fitted on, and from where it comes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from resolver.blocking import PLAN_BY_NAME, candidates
from resolver.comparison import NameIndex, compare, features_of
from resolver.errors import InputError
from resolver.normalize import prepare
from resolver.pipeline import model_kinds, symbol_source
from resolver.records import Batch, Kind, Record
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, Prepared
from resolver.records.prepared.frequencies import Tables
from resolver.training.evaluate.pair_groups import (
    UNKNOWN,
    cultures_of,
    of_pairs,
    scripts_of,
)


@dataclass(frozen=True)
class Labelled:
    """m pairs of one kind. `evidence` m × features; `labels` 1 same, 0 different; `weights`; `clusters`: (m, 2) names
    of the true cluster on either side, so that folds never share one; `origin` says which source each pair comes
    from; `scripts` and `cultures` to which group it belongs (see `resolver.training.evaluate.pair_groups`); `plans` the
    blocking plan it was brought together under."""

    kind: Kind
    evidence: FloatArray
    labels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float64]
    clusters: npt.NDArray[np.object_]
    origin: npt.NDArray[np.object_]
    scripts: npt.NDArray[np.object_]
    cultures: npt.NDArray[np.object_]
    plans: npt.NDArray[np.object_]

    @property
    def features(self) -> tuple[str, ...]:
        """The comparators of the columns of `evidence`."""
        return features_of(self.kind)

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, mask: npt.NDArray[np.bool_]) -> Labelled:
        """The pairs of a mask."""
        columns: dict[str, Any] = {name: getattr(self, name)[mask] for name in _COLUMNS}
        return replace(self, **columns)


_COLUMNS = tuple(item.name for item in fields(Labelled) if item.name != "kind")


def together(parts: Iterable[Labelled]) -> Labelled:
    """Several sets of pairs of one kind as one."""
    held = list(parts)
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in held]) for name in _COLUMNS
    }
    return replace(held[0], **columns)


def by_kind(
    prepared: Prepared,
    left: IntArray,
    right: IntArray,
    labels: npt.NDArray[np.int8],
    clusters: Sequence[str],
    origin: str,
    plan: str = "S",
) -> dict[Kind, Labelled]:
    """Evidence of labelled pairs of rows, apart by the model that judges them."""
    names = NameIndex.of(prepared)
    judged = model_kinds(prepared.kinds, left, right)
    cluster = np.array(clusters, dtype=object)
    script, culture = scripts_of(prepared), cultures_of(prepared)
    answer = {}
    for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET):
        where = np.flatnonzero(judged == int(kind))
        if len(where):
            one, two = left[where], right[where]
            evidence = compare(
                prepared, names, one, two, features_of(kind), group=kind != Kind.PERSON
            )
            answer[kind] = Labelled(
                kind,
                evidence,
                labels[where],
                np.ones(len(where)),
                np.stack([cluster[one], cluster[two]], axis=1),
                np.full(len(where), origin, dtype=object),
                of_pairs(script[one], script[two], "Latin"),
                of_pairs(culture[one], culture[two], UNKNOWN),
                np.full(len(where), plan, dtype=object),
            )
    return answer


@dataclass(frozen=True, slots=True)
class Judgement:
    """A human's verdict on two record ids."""

    left: str
    right: str
    same: bool


def read_judgements(path: Path) -> list[Judgement]:
    """Read `left,right,label` rows (label `match` or `distinct`). Raises `InputError` for anything else."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"left", "right", "label"} <= set(reader.fieldnames or ()):
                raise InputError(
                    "judged pairs need the columns left, right and label",
                    where=path.name,
                    mend="name them in line 1",
                )
            return [_judgement(row, f"{path.name}, line {reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"cannot read the judged pairs: {error}",
            where=path.name,
            mend="give a CSV file in UTF-8",
        ) from error


def _judgement(row: Mapping[str, str | None], where: str) -> Judgement:
    left, right, label = ((row[name] or "").strip() for name in ("left", "right", "label"))
    if not left or not right or left == right:
        raise InputError(
            "a judged pair needs two different record ids", where=where, mend="write left and right"
        )
    if label not in ("match", "distinct"):
        raise InputError(
            f"the label {label[:40]!r} is neither match nor distinct",
            where=where,
            mend="write one of the two",
        )
    return Judgement(left, right, label == "match")


def cluster_names(ids: Sequence[str], judgements: Iterable[Judgement]) -> list[str]:
    """The true cluster of each record: records judged the same, joined; named by the smallest id."""
    place = {identity: row for row, identity in enumerate(ids)}
    same = [
        (place[j.left], place[j.right])
        for j in judgements
        if j.same and j.left in place and j.right in place
    ]
    one, two = (
        np.array(side, dtype=np.int32) for side in (zip(*same, strict=True) if same else ((), ()))
    )
    graph = coo_array((np.ones(len(one)), (one, two)), shape=(len(ids), len(ids)))
    _, component = connected_components(graph, directed=False)
    smallest: dict[int, str] = {}
    for identity, number in sorted(zip(ids, component.tolist(), strict=True)):
        smallest.setdefault(number, identity)
    return [smallest[number] for number in component.tolist()]


def judged_pairs(
    batch: Batch,
    judgements: Sequence[Judgement],
    tables: Tables,
    declared: Sequence[str],
    clusters: Sequence[str] | None = None,
) -> tuple[dict[Kind, Labelled], int]:
    """The judged pairs whose records are in the batch, and how many are not. `clusters`: that of each record, where
    more is known of them than the judgements say."""
    ids = batch.ids.to_pylist()
    place = {identity: row for row, identity in enumerate(ids)}
    held = [j for j in judgements if j.left in place and j.right in place]
    rows = np.array([[place[j.left], place[j.right]] for j in held], dtype=np.int32).reshape(-1, 2)
    labels = np.array([j.same for j in held], dtype=np.int8)
    prepared = prepare(batch, tables, symbol_source().lookup, declared)
    clusters = cluster_names(ids, held) if clusters is None else clusters
    left, right = rows.min(axis=1), rows.max(axis=1)
    return by_kind(prepared, left, right, labels, clusters, "judged"), len(judgements) - len(held)


def blocked_pairs(
    records: Iterable[Record],
    truth: dict[str, str],
    tables: Tables,
    origin: str,
    *,
    plan: str = "S",
    most_negatives: int = 200_000,
    most_positives: int = 200_000,
    comparable: dict[str, str] | None = None,
    seed: int = 7,
) -> dict[Kind, Labelled]:
    """Pairs that blocking brings together among records whose true cluster is known (`truth`: record id → cluster).

    `comparable`: record id → a word; only pairs with the same word are labelled (where two lists may hold the same
    person under different cluster names). Of the negatives at most `most_negatives` are taken, by chance, and of
    the positives `most_positives`: they weigh as many as there were.
    """
    batch = Batch.from_records(records).canonical()
    prepared = prepare(batch, tables, symbol_source().lookup, ())
    pairs, _ = candidates(prepared, PLAN_BY_NAME[plan])
    ids = batch.ids.to_pylist()
    clusters = np.array([truth[identity] for identity in ids], dtype=object)
    left, right = pairs.left, pairs.right
    if comparable is not None:
        words = np.array([comparable[identity] for identity in ids], dtype=object)
        keep = words[left] == words[right]
        left, right = left[keep], right[keep]
    same = clusters[left] == clusters[right]
    chance = np.random.default_rng(seed)
    taken, stands = [], []
    for rows, most in (
        (np.flatnonzero(~same), most_negatives),
        (np.flatnonzero(same), most_positives),
    ):
        stands.append(max(len(rows) / most, 1.0))
        taken.append(chance.choice(rows, most, replace=False) if len(rows) > most else rows)
    chosen = np.sort(np.concatenate(taken))
    labels = same[chosen].astype(np.int8)
    found = by_kind(prepared, left[chosen], right[chosen], labels, clusters.tolist(), origin, plan)
    for data in found.values():
        data.weights[:] = np.where(data.labels == 1, stands[1], stands[0])
    return found
