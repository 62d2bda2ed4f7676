"""Measure what relations add to resolution, and fit their weights, on worlds of networks.

    python -m benchmarks.relations                            # missed pairs with and without
    python -m benchmarks.relations --seeds 101,102 --fit models

Each world is resolved with the evidence of relations, and without it at several merge scores. The
result is how many true pairs of records are missed with it, next to how many are missed without it
where merges are as precise, which is read off between the scores. The bound is the share of pairs
missed without relations for which there is any evidence. Weights are log-likelihood ratios of pairs
of entities that share a neighbor: a logistic regression on the degree of the neighbor, roles and
years, whose offset is the score of profiles.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from resolver.engines.local import LocalEngine
from resolver.lists.assemble import resolve_target_names
from resolver.matching.pipeline import cluster_pairs
from resolver.matching.population_scoring import score_in_population
from resolver.matching.resolution_task import ResolutionTask, RunOptions, ScoredCandidates
from resolver.matching.scoring import Thresholds
from resolver.matching.scoring.relation_evidence import (
    KindWeights,
    RelationEvidence,
    RelationWeights,
    SharedNode,
    build_relation_table,
    weigh_ties,
)
from resolver.models import loader
from resolver.records import KIND_BY_LABEL, Batch
from resolver.records.results.resolution import Outcome, Resolution, StageMeter
from resolver.world import generate

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.signedinteger[Any]]
KINDS = ("person", "group")
SILENT_WEIGHTS = RelationWeights({}, 0, 0)
MERGE_SCORE = Thresholds().match
MERGE_SCORES = (0.9, 0.92, 0.93, 0.94, 0.945, 0.95, 0.955, 0.96, 0.97)
_DEGREES = {"person": (3, 7, 15, 31, 64), "group": (3, 7, 15)}
_YEARS = 4
_RIDGE = 0.5


class Counts(NamedTuple):
    """Pairs of records of one kind: true ones, those missed, merged ones, those merged wrongly."""

    true: int
    missed: int
    merged: int
    wrong: int

    @property
    def precision(self) -> float:
        """Share of merged pairs that are true."""
        return 1 - self.wrong / max(self.merged, 1)


@dataclass(frozen=True, slots=True)
class ScoredWorld:
    """World with its scored candidates; `truth` has the true entity of each row."""

    task: ResolutionTask
    scored: ScoredCandidates
    truth: npt.NDArray[np.int64]

    @classmethod
    def generate(cls, records: int, seed: int) -> ScoredWorld:
        """Generate a world of networks and score its candidates."""
        world = generate(records, seed=seed, networks=True)
        batch = resolve_target_names(Batch.from_records(world.records).canonical())
        task = ResolutionTask.build(batch, (), RunOptions())
        task, scored = score_in_population(task, LocalEngine(), StageMeter())
        true_ids = [world.truth[record_id] for record_id in batch.ids.to_pylist()]
        truth = np.unique(true_ids, return_inverse=True)[1].reshape(-1)
        return cls(task, scored, truth)

    def resolve(self, weights: RelationWeights | None, merge_at: float | None) -> Resolution:
        """Resolve the world with some weights (None: those that ship)."""
        task = replace(self.task, options=replace(self.task.options, merge_at=merge_at))
        if weights is not None:
            task = replace(task, models=replace(task.models, relations=weights))
        return cluster_pairs(task, self.scored, StageMeter())

    def count(self, resolution: Resolution, kind: str) -> Counts:
        """Count the pairs of records of one kind."""
        rows = np.flatnonzero(self.task.batch.kinds == int(KIND_BY_LABEL[kind]))
        truth, labels = self.truth[rows], resolution.labels[rows].astype(np.int64)
        true, merged = _count_pairs(truth), _count_pairs(labels)
        both = _count_pairs(truth * (len(self.truth) + 1) + labels)
        return Counts(true, true - both, merged, merged - both)


def _count_pairs(codes: npt.NDArray[np.int64]) -> int:
    sizes = np.unique(codes, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


class Comparison(NamedTuple):
    """Counts of one kind with relations, pairs missed without them at the same precision, and the
    share of these for which there is any evidence.
    """

    kind: str
    weighed: Counts
    missed_without: float
    bound: float


def compare_worlds(worlds: Sequence[ScoredWorld]) -> Iterator[Comparison]:
    """Yield the comparison of each kind."""
    weighed = [world.resolve(None, None) for world in worlds]
    plain = {
        score: [world.resolve(SILENT_WEIGHTS, score) for world in worlds] for score in MERGE_SCORES
    }
    for kind in KINDS:
        counts = [_sum_counts(worlds, resolutions, kind) for resolutions in plain.values()]
        on = _sum_counts(worlds, weighed, kind)
        bounds = [
            count_with_evidence(world, resolution, kind)
            for world, resolution in zip(worlds, plain[MERGE_SCORE], strict=True)
        ]
        missed, reached = np.sum(bounds, axis=0).tolist()
        without = missed_at_precision(counts, on.precision)
        yield Comparison(kind, on, without, reached / max(missed, 1))


def missed_at_precision(counts: Sequence[Counts], precision: float) -> float:
    """Return how many pairs are missed at a precision, read off between the nearest counts."""
    ordered = sorted(counts, key=lambda each: (each.precision, each.missed))
    # a higher threshold that is no more precise is of no use to anybody
    missed = np.minimum.accumulate([each.missed for each in reversed(ordered)])[::-1]
    return float(np.interp(precision, [each.precision for each in ordered], missed))


def count_with_evidence(world: ScoredWorld, resolution: Resolution, kind: str) -> tuple[int, int]:
    """Return how many pairs of records are missed, and for how many relations say anything."""
    table = build_relation_table(world.task.batch)
    rows = np.flatnonzero(world.task.batch.kinds == int(KIND_BY_LABEL[kind]))
    pairs = find_missed_entities(world.truth[rows], resolution.labels[rows])
    counts = np.array(list(pairs.values()), dtype=np.int64)
    if table is None or not len(counts):
        return int(counts.sum()), 0
    left, right = np.array(list(pairs), dtype=np.int32).T
    kinds, weights = world.task.batch.kinds, world.task.models.relations
    evidence = RelationEvidence(table, weights, resolution.labels, kinds)
    places = [place for place, _ in evidence.find_shared(resolution.labels, left, right)]
    return int(counts.sum()), int(counts[places].sum())


def find_missed_entities(truth: Numbers, labels: Numbers) -> dict[tuple[int, int], int]:
    """Return the pairs of entities that are one in truth, with the pairs of records in each."""
    parts: dict[int, Counter[int]] = {}
    for true, label in zip(truth.tolist(), labels.tolist(), strict=True):
        parts.setdefault(true, Counter())[label] += 1
    pairs: Counter[tuple[int, int]] = Counter()
    for sizes in parts.values():
        for left, right in combinations(sorted(sizes), 2):
            pairs[left, right] += sizes[left] * sizes[right]
    return dict(pairs)


def _sum_counts(
    worlds: Sequence[ScoredWorld], resolutions: Sequence[Resolution], kind: str
) -> Counts:
    counts = [world.count(part, kind) for world, part in zip(worlds, resolutions, strict=True)]
    return Counts(*(sum(column) for column in zip(*counts, strict=True)))


class SharedPairs(NamedTuple):
    """Pairs of entities that share a node: features, log-odds (nats) of profiles, truth."""

    features: Floats
    own: Floats
    is_true: npt.NDArray[np.bool_]


def collect_pairs(world: ScoredWorld, kind: str) -> SharedPairs:
    """Collect the linked pairs of entities of one kind that share a node."""
    resolution = world.resolve(SILENT_WEIGHTS, None)
    table = build_relation_table(world.task.batch)
    most = _DEGREES[kind][-1]
    plain = RelationWeights({kind: KindWeights(((most, 0),))}, 0, 0)
    links, labels, kinds = resolution.links, resolution.labels, world.task.batch.kinds
    rows: list[tuple[list[float], float, bool]] = []
    if table is not None:
        evidence = RelationEvidence(table, plain, labels, kinds)
        waiting = np.flatnonzero(links.outcome == Outcome.QUEUED)
        first, second = labels[links.left[waiting]], labels[links.right[waiting]]
        left, right = np.minimum(first, second), np.maximum(first, second)
        for place, nodes in evidence.find_shared(labels, left, right):
            is_true = bool(world.truth[left[place]] == world.truth[right[place]])
            own = float(links.logodds[waiting[place]]) / 1000
            rows.append((read_features(kind, nodes), own, is_true))
    width = len(_DEGREES[kind]) + 2 + _YEARS + 1
    return SharedPairs(
        np.array([row[0] for row in rows], dtype=np.float64).reshape(-1, width),
        np.array([row[1] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype=bool),
    )


def read_features(kind: str, nodes: Sequence[SharedNode]) -> list[float]:
    """Return degree of the smallest node (one column each), roles, years, and further nodes."""
    node = min(nodes, key=lambda shared: shared.degree)
    role = weigh_ties(KindWeights(((1, 0),), 1, -1), node.left, node.right)
    years = [0.0] * _YEARS
    if node.left.year and node.right.year:
        years[min(abs(node.left.year - node.right.year), _YEARS - 1)] = 1.0
    cuts = _DEGREES[kind]
    degrees = [
        float(low < node.degree <= high) for low, high in zip((0, *cuts), cuts, strict=False)
    ]
    return [*degrees, float(role > 0), float(role < 0), *years, min(len(nodes) - 1, 2)]


def fit_kind(kind: str, parts: Sequence[SharedPairs]) -> KindWeights:
    """Fit the weights of one kind; years and roles of groups' members are left out."""
    features, own, is_true = (np.concatenate(column) for column in zip(*parts, strict=True))
    cuts = _DEGREES[kind]
    used = np.ones(features.shape[1], dtype=bool)
    used[len(cuts) : -1] = kind == "person"
    sign = np.where(is_true, 1.0, -1.0)

    def loss(weights: Floats) -> float:
        """Return the penalized negative log-likelihood."""
        sums = own + features[:, used] @ weights
        penalty = _RIDGE * float(weights @ weights) / 2
        return float(np.logaddexp(0.0, -sign * sums).sum()) + penalty

    fitted = np.zeros(features.shape[1])
    fitted[used] = minimize(loss, np.zeros(int(used.sum()))).x
    weights = np.rint(fitted * 10).astype(int) * 100
    falling = np.minimum.accumulate(weights[: len(cuts)]).clip(0)
    same, other = weights[len(cuts)], weights[len(cuts) + 1]
    years = np.minimum.accumulate(weights[len(cuts) + 2 : -1])
    return KindWeights(
        tuple(zip(cuts, falling.tolist(), strict=True)),
        int(same),
        int(other),
        tuple(years.tolist()),
    )


def save_weights(weights: RelationWeights, folder: Path) -> None:
    """Write the weights as a model file."""
    kinds: dict[str, Any] = {
        label: {
            "degrees": [list(row) for row in kind.degrees],
            "same_role": kind.same_role,
            "other_role": kind.other_role,
            "years": list(kind.years),
            "further": kind.further,
        }
        for label, kind in weights.kinds.items()
    }
    data = {"kinds": kinds, "highest": weights.highest, "lowest": weights.lowest}
    loader.save("relations", data, folder)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measurement, or the fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--seeds", default=",".join(map(str, range(601, 613))), help="seeds of the worlds"
    )
    parser.add_argument("--records", type=int, default=10_000, help="records of each world")
    parser.add_argument("--fit", type=Path, help="fit weights and write them to this folder")
    options = parser.parse_args(argv)
    seeds = [int(seed) for seed in options.seeds.split(",")]
    worlds = [ScoredWorld.generate(options.records, seed) for seed in seeds]
    if options.fit is not None:
        kinds = {kind: fit_kind(kind, [collect_pairs(w, kind) for w in worlds]) for kind in KINDS}
        save_weights(RelationWeights(kinds, 2_500, -1_500), options.fit)
        return 0
    print("kind    true   missed off  on     change   bound  precision")
    for kind, on, without, bound in compare_worlds(worlds):
        change = 100 * (on.missed / max(without, 1) - 1)
        print(
            f"{kind:7} {on.true:6} {without:10.0f} {on.missed:6} "
            f"{change:+6.1f} % {-100 * bound:5.1f} % {on.precision:10.4f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
