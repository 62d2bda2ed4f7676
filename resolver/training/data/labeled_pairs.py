"""Labeled pairs with their evidence and origin: the data that a model is fitted to.

`PairSampling` draws the pairs of a population from which a model learns. Most pairs that blocking
joins are clearly different, and any model can tell that. The few false pairs that look like true
ones decide how good a model is. When false pairs were drawn evenly, one pair in a thousand carried
a third of the loss, so chance decided how cautious a model became. So many pairs are compared. Half
of the drawn pairs are drawn evenly. The other half is drawn with chances that grow with the
probability by which a first guess takes the pair for true. The weight of a pair is the number of
pairs that it represents. This is case-control sampling with a pilot (Fithian and Hastie 2014) and a
defensive mixture (Hesterberg 1995).

The module also measures the share of true pairs within one source and across sources, in records
with known clusters.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from resolver.errors import InputError
from resolver.matching.blocking import PLAN_BY_NAME, join_candidates
from resolver.matching.comparators import compare, features_of
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import (
    count_equal_pairs,
    count_population,
    prepare,
    with_frequencies,
)
from resolver.matching.scoring import partner_shift
from resolver.matching.scoring.model import choose_model_kinds
from resolver.matching.scoring.source_shifts import (
    PRIOR_CLASS_RECORDS,
    SOURCE_SHIFT_RANGE,
    PairSources,
)
from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records import Batch, Kind, Record
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, PreparedBatch
from resolver.records.prepared.population import (
    MIN_RECORDS,
    NO_FREQUENCIES,
    REFERENCE_RECORDS,
    FrequencyTables,
    KindPopulation,
)
from resolver.training.reliability import (
    UNKNOWN,
    combine_sides,
    record_cultures,
    record_scripts,
)

MAX_COMPARED = 3_000_000
"""False pairs of a population that are compared at most."""
MAX_GUESSED = 20_000
"""True pairs, and as many false ones, from which the first guess is made at most."""
_STEP = 0.25
"""Steps (nats) of the first guess, so that rounding in sums changes no draw."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DrawnWeights:
    """Number of pairs that a drawn true pair and an evenly drawn false pair stand for, each at
    least 1.
    """

    true: float
    false: float


@dataclass(frozen=True, slots=True)
class PairSampling:
    """Maximum numbers of false and true pairs to draw, and the seed.

    With `by_guess`, false pairs are drawn by the probability that a first guess gives them, else
    evenly.
    """

    max_negatives: int = 200_000
    max_positives: int = 200_000
    seed: int = 7
    by_guess: bool = False

    def choose_compared(
        self, same: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.int64], DrawnWeights]:
        """Return the rows to compare, sorted, and how many pairs each of them stands for."""
        chance = np.random.default_rng(self.seed)
        most_false = MAX_COMPARED if self.by_guess else self.max_negatives
        drawn, weights = [], []
        for rows, most in (
            (np.flatnonzero(~same), most_false),
            (np.flatnonzero(same), self.max_positives),
        ):
            weights.append(max(len(rows) / most, 1.0))
            drawn.append(chance.choice(rows, most, replace=False) if len(rows) > most else rows)
        return np.sort(np.concatenate(drawn)), DrawnWeights(weights[1], weights[0])

    def draw_false(self, evidence: FloatArray, labels: npt.NDArray[np.int8], most: int) -> Floats:
        """Return how many pairs each pair stands for: 1 if it is true, 0 if it is not drawn.

        `evidence` is m × features; `most` is the number of false pairs to draw. They are drawn at
        equal steps along the sum of their chances.
        """
        stands_for = np.ones(len(labels))
        false = np.flatnonzero(labels == 0)
        if len(false) <= most:
            return stands_for
        likely = guess_likeness(evidence, labels, self.seed)[false]
        chances = _chances(likely / likely.mean() + 1.0, most)
        steps = np.floor(np.cumsum(chances) + np.random.default_rng(self.seed).random())
        is_drawn = np.diff(steps, prepend=0.0) > 0
        stands_for[false] = np.where(is_drawn, 1.0 / chances, 0.0)
        return stands_for


def guess_likeness(evidence: FloatArray, labels: npt.NDArray[np.int8], seed: int) -> Floats:
    """Return a first guess of the probability that each pair is true, above 0.

    The guess is the probability of a logistic regression on some pairs of either label, weighted to
    represent all pairs. It is 1 for all pairs if all have the same label.
    """
    chance = np.random.default_rng(seed)
    drawn, weights = [], []
    for label in (1, 0):
        rows = np.flatnonzero(labels == label)
        own = chance.permutation(rows)[:MAX_GUESSED]
        drawn.append(own)
        weights.append(np.full(len(own), len(rows) / max(len(own), 1)))
    if not len(drawn[0]) or not len(drawn[1]):
        return np.ones(len(labels))
    some = np.concatenate(drawn)
    guess = LogisticRegression(max_iter=300)
    # sums in another number of threads differ in their last bits, and then other pairs are drawn
    with threadpool_limits(limits=1):
        guess.fit(_filled(evidence[some]), labels[some], sample_weight=np.concatenate(weights))
        logodds = guess.decision_function(_filled(evidence)).astype(np.float64)
    likely: Floats = 1.0 / (1.0 + np.exp(-np.clip(np.round(logodds / _STEP) * _STEP, -30.0, 30.0)))
    return likely


def _filled(evidence: FloatArray) -> FloatArray:
    """Return values (0 if missing), then flags of missing values: m × (2 × features)."""
    missing = np.isnan(evidence)
    return np.hstack([np.where(missing, 0.0, evidence), missing]).astype(np.float32)


def _chances(sizes: Floats, count: int) -> Floats:
    """Return chances in proportion to `sizes`; each is at most 1, and their sum is `count`."""
    is_certain = np.zeros(len(sizes), dtype=bool)
    while True:
        rest = ~is_certain
        share = (count - is_certain.sum()) / sizes[rest].sum()
        over = rest & (sizes * share > 1)
        if not over.any():
            return np.where(is_certain, 1.0, sizes * share)
        is_certain |= over


def source_offsets(
    prepared: PreparedBatch,
    clusters: npt.NDArray[np.object_],
    kind: Kind,
    left: IntArray,
    right: IntArray,
) -> npt.NDArray[np.float64]:
    """Return the log-odds that pairs of rows of a kind have before they are compared, relative to
    all pairs of the kind; they depend on whether both rows are of one source.

    Runs estimate these log-odds from scores (`estimate_partners_by_source`); here they are counted.
    """
    is_kind = (prepared.kinds & int(kind)) != 0
    within, across = _source_shifts(prepared.sources[is_kind], clusters[is_kind])
    return np.where(PairSources.of(prepared, left, right).is_within, within, across)


def _source_shifts(
    sources: npt.NDArray[np.int32], clusters: npt.NDArray[np.object_]
) -> tuple[float, float]:
    """Return the log-odds of pairs within one source, and across sources."""
    count = len(sources)
    names = np.unique(clusters.astype(str), return_inverse=True)[1].astype(np.int64)
    true, true_within = count_equal_pairs(names), count_equal_pairs(names << 32 | sources)
    total, total_within = count * (count - 1) / 2, count_equal_pairs(sources.astype(np.int64))
    if not true or not 0 < total_within < total:
        return 0.0, 0.0
    share, exposure = true / count, total_within / total
    shifts = []
    for own, records in (
        (true_within, count * exposure),
        (true - true_within, count - count * exposure),
    ):
        own_share = (own + PRIOR_CLASS_RECORDS * share) / (records + PRIOR_CLASS_RECORDS)
        shifts.append(math.log(own_share / share))
    lowest, highest = (bound / 1000 for bound in SOURCE_SHIFT_RANGE)
    within, across = (min(max(shift, lowest), highest) for shift in shifts)
    return within, across


@dataclass(frozen=True, slots=True)
class LabeledEvidence:
    """Evidence (m × features) with labels (1 same, 0 different) and weights of m pairs."""

    evidence: FloatArray
    labels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float64]


@dataclass(frozen=True)
class LabeledPairs:
    """Labeled pairs of one kind, m rows.

    - `evidence`: m × features; `labels`: 1 same, 0 different; `weights`: m.
    - `clusters` (m × 2) has the names of the true clusters, so that no cluster is in two folds.
    - `origin` is the source of each pair; `plans` the blocking plan that joined it.
    - `scripts` and `cultures` are the groups of each pair (see
      `resolver.training.reliability`).
    - `chance` is the log of the number of chance look-alikes in the pair's population, relative to
      the reference population; `partners` is the log-odds that the share of true pairs adds, within
      one source or across sources. Both are NaN if the pairs were not drawn from a population as
      they occur in it.
    """

    kind: Kind
    evidence: FloatArray
    labels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float64]
    clusters: npt.NDArray[np.object_]
    origin: npt.NDArray[np.object_]
    scripts: npt.NDArray[np.object_]
    cultures: npt.NDArray[np.object_]
    plans: npt.NDArray[np.object_]
    chance: npt.NDArray[np.float64]
    partners: npt.NDArray[np.float64]

    @property
    def features(self) -> tuple[str, ...]:
        """Comparators of the columns of `evidence`."""
        return features_of(self.kind)

    @property
    def labeled_evidence(self) -> LabeledEvidence:
        """Evidence, labels and weights, as fits take them."""
        return LabeledEvidence(self.evidence, self.labels, self.weights)

    def __len__(self) -> int:
        return len(self.labels)

    def without_population(self) -> LabeledPairs:
        """Return the pairs without their population, as pairs that were not drawn from one."""
        unknown = np.full(len(self), np.nan)
        return replace(self, chance=unknown, partners=unknown)

    def select(self, mask: npt.NDArray[np.bool_]) -> LabeledPairs:
        """Return the pairs selected by a mask."""
        columns: dict[str, Any] = {name: getattr(self, name)[mask] for name in _COLUMNS}
        return replace(self, **columns)


_COLUMNS = tuple(item.name for item in fields(LabeledPairs) if item.name != "kind")


def concat_pairs(parts: Iterable[LabeledPairs]) -> LabeledPairs:
    """Concatenate sets of pairs of one kind."""
    part_list = list(parts)
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in part_list]) for name in _COLUMNS
    }
    return replace(part_list[0], **columns)


def concat_by_kind(parts: Iterable[Mapping[Kind, LabeledPairs]]) -> dict[Kind, LabeledPairs]:
    """Concatenate the pairs of each kind, in the order of `parts`."""
    parts = list(parts)
    kinds = sorted({kind for part in parts for kind in part})
    return {kind: concat_pairs(part[kind] for part in parts if kind in part) for kind in kinds}


def evidence_by_kind(
    prepared: PreparedBatch,
    left: IntArray,
    right: IntArray,
    labels: npt.NDArray[np.int8],
    clusters: Sequence[str],
    origin: str,
    frequencies: FrequencyTables = NO_FREQUENCIES,
) -> dict[Kind, LabeledPairs]:
    """Compare labeled pairs of rows, and return them by the kind of model that scores them.

    `frequencies` are the frequency tables that the batch was prepared with.
    """
    names = NameIndex.of(prepared)
    model_kind = choose_model_kinds(prepared.kinds, left, right)
    cluster = np.array(clusters, dtype=object)
    script, culture = record_scripts(prepared), record_cultures(prepared)
    pairs_by_kind = {}
    for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET):
        rows = np.flatnonzero(model_kind == int(kind))
        if len(rows):
            left_rows, right_rows = left[rows], right[rows]
            context = Context(
                prepared,
                names,
                left_rows,
                right_rows,
                kind != Kind.PERSON,
                frequencies=frequencies,
            )
            evidence = compare(context, features_of(kind))
            pairs_by_kind[kind] = LabeledPairs(
                kind,
                evidence,
                labels[rows],
                np.ones(len(rows)),
                np.stack([cluster[left_rows], cluster[right_rows]], axis=1),
                np.full(len(rows), origin, dtype=object),
                combine_sides(script[left_rows], script[right_rows], "Latin"),
                combine_sides(culture[left_rows], culture[right_rows], UNKNOWN),
                np.full(len(rows), "S", dtype=object),
                np.full(len(rows), np.nan),
                np.full(len(rows), np.nan),
            )
    return pairs_by_kind


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Verdict of a human on two record ids."""

    left: str
    right: str
    same: bool


def read_judged_pairs(path: Path) -> list[JudgedPair]:
    """Read `left,right,label` rows, with label `match` or `distinct`. Raises `InputError` if the
    file cannot be read or has other columns or labels.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"left", "right", "label"} <= set(reader.fieldnames or ()):
                raise InputError(
                    "judged pairs need the columns left, right and label",
                    place=path.name,
                    hint="name them in line 1",
                )
            return [_judgement(row, f"{path.name}, line {reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"cannot read the judged pairs: {error}",
            place=path.name,
            hint="give a CSV file in UTF-8",
        ) from error


def _judgement(row: Mapping[str, str | None], place: str) -> JudgedPair:
    left, right, label = ((row[name] or "").strip() for name in ("left", "right", "label"))
    if not left or not right or left == right:
        raise InputError(
            "a judged pair needs two different record ids", place=place, hint="write left and right"
        )
    if label not in ("match", "distinct"):
        raise InputError(
            f"the label {label[:40]!r} is neither match nor distinct",
            place=place,
            hint="write one of the two",
        )
    return JudgedPair(left, right, label == "match")


def name_clusters(ids: Sequence[str], judgments: Iterable[JudgedPair]) -> list[str]:
    """Return the true cluster of each record. Records that are judged the same are in one cluster,
    named by the smallest id.
    """
    row_of = {identity: row for row, identity in enumerate(ids)}
    same = [
        (row_of[judgment.left], row_of[judgment.right])
        for judgment in judgments
        if judgment.same and judgment.left in row_of and judgment.right in row_of
    ]
    left, right = (
        np.array(side, dtype=np.int32) for side in (zip(*same, strict=True) if same else ((), ()))
    )
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(len(ids), len(ids)))
    _, component = connected_components(graph, directed=False)
    smallest: dict[int, str] = {}
    for identity, number in sorted(zip(ids, component.tolist(), strict=True)):
        smallest.setdefault(number, identity)
    return [smallest[number] for number in component.tolist()]


def label_judged_pairs(
    batch: Batch,
    judgments: Sequence[JudgedPair],
    tables: FrequencyTables,
    deduplicated: Sequence[str],
    clusters: Sequence[str] | None = None,
) -> tuple[dict[Kind, LabeledPairs], int]:
    """Return the judged pairs of which the batch has both records, and the number of the other
    pairs.
    """
    ids = batch.ids.to_pylist()
    row_of = {identity: row for row, identity in enumerate(ids)}
    present = [judged for judged in judgments if judged.left in row_of and judged.right in row_of]
    rows = np.array(
        [[row_of[judgment.left], row_of[judgment.right]] for judgment in present], dtype=np.int32
    ).reshape(-1, 2)
    labels = np.array([judgment.same for judgment in present], dtype=np.int8)
    prepared = prepare(batch, tables, symbol_source().lookup, deduplicated)
    clusters = name_clusters(ids, present) if clusters is None else clusters
    left, right = rows.min(axis=1), rows.max(axis=1)
    pairs = evidence_by_kind(prepared, left, right, labels, clusters, "judged", tables)
    return pairs, len(judgments) - len(present)


def label_blocked_pairs(
    records: Iterable[Record],
    truth: dict[str, str],
    tables: FrequencyTables,
    origin: str,
    *,
    plan: str = "S",
    comparable: dict[str, str] | None = None,
    sampling: PairSampling | None = None,
) -> dict[Kind, LabeledPairs]:
    """Label the pairs that blocking joins among records with known clusters.

    `truth` maps record id → cluster. `comparable` maps record id → word, and only pairs with equal
    words are labeled; this is for lists that may hold one person under different cluster names.
    `sampling` limits the pairs; the weight of a drawn pair is the number of pairs that it stands
    for. Names are compared with the word frequencies of the records.
    """
    batch = Batch.from_records(records).canonical()
    counted = prepare(batch, tables, symbol_source().lookup, ())
    population = count_population(counted)
    frequencies = replace(tables, at_hand=population.counts)
    prepared = with_frequencies(counted, frequencies)
    pairs, _ = join_candidates(prepared, PLAN_BY_NAME[plan])
    ids = batch.ids.to_pylist()
    clusters = np.array([truth[identity] for identity in ids], dtype=object)
    left, right = pairs.left, pairs.right
    if comparable is not None:
        words = np.array([comparable[identity] for identity in ids], dtype=object)
        keep = words[left] == words[right]
        left, right = left[keep], right[keep]
    same = clusters[left] == clusters[right]
    sampling = sampling or PairSampling()
    chosen, weights = sampling.choose_compared(same)
    labels = same[chosen].astype(np.int8)
    compared = evidence_by_kind(
        prepared, left[chosen], right[chosen], labels, clusters.tolist(), origin, frequencies
    )
    kinds = choose_model_kinds(prepared.kinds, left[chosen], right[chosen])
    for kind, data in compared.items():
        data.weights[:] = np.where(data.labels == 1, weights.true, weights.false)
        rows = chosen[kinds == int(kind)]
        data.partners[:] = source_offsets(prepared, clusters, kind, left[rows], right[rows])
    pairs_by_kind = _draw_false_pairs(compared, sampling)
    for kind, data in pairs_by_kind.items():
        data.plans[:] = plan
        own = population.of(kind.label)
        true_pairs = _count_true_pairs(clusters[(prepared.kinds & int(kind)) != 0])
        share = round(1000 * true_pairs / max(own.records, 1))
        data.chance[:], partners = population_offsets(replace(own, partners=share))
        data.partners[:] += partners
    return pairs_by_kind


def _draw_false_pairs(
    compared: Mapping[Kind, LabeledPairs], sampling: PairSampling
) -> dict[Kind, LabeledPairs]:
    """Return all true pairs, and a sample of the false pairs of each kind; a kind's part of the
    sample follows its share of the false pairs.
    """
    false = {kind: int((data.labels == 0).sum()) for kind, data in compared.items()}
    share = min(sampling.max_negatives / max(sum(false.values()), 1), 1.0)
    drawn = {}
    for kind, data in compared.items():
        most = math.ceil(share * false[kind])
        stands_for = sampling.draw_false(data.evidence, data.labels, most)
        data.weights[:] *= stands_for
        drawn[kind] = data.select(stands_for > 0)
    return drawn


def _count_true_pairs(clusters: npt.NDArray[np.object_]) -> int:
    counts = np.array(list(Counter(clusters.tolist()).values()), dtype=np.int64)
    return int((counts * (counts - 1) // 2).sum())


def population_offsets(population: KindPopulation) -> tuple[float, float]:
    """Return `chance` and `partners` of the pairs of a population (see `LabeledPairs`)."""
    size = math.log(max(population.records, MIN_RECORDS) / REFERENCE_RECORDS)
    return size + population.concentration / 1000, partner_shift(population) / 1000
