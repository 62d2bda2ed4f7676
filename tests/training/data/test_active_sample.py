"""Active learning: selection of pairs, and a comparison with random pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from threadpoolctl import threadpool_limits

from resolver.engines.local import score_pairs
from resolver.matching.comparators import COMPARATOR_BY_NAME, features_of
from resolver.matching.resolution_task import RunOptions, load_models
from resolver.matching.scoring import (
    Model,
    PairTerm,
    Term,
    scores,
)
from resolver.records import Batch, Kind
from resolver.records.results.resolution import Band
from resolver.training.data.active_sample import (
    draw_random_rows,
    sample_pairs,
    select_diverse_rows,
    term_contributions,
)
from resolver.training.data.labeled_pairs import (
    LabeledEvidence,
    LabeledPairs,
    label_blocked_pairs,
)
from resolver.training.fit.model_parts import INTERACTIONS, ModelSpec, fit_additive
from resolver.training.measures import Accuracy, measure_accuracy
from resolver.training.train import default_fit_options
from resolver.world import generate
from tests.matching.preparing import quick_symbols

OPTIONS = RunOptions(workers=1)
FEATURES = features_of(Kind.PERSON)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.training.data.labeled_pairs"):
        yield


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.from_records(generate(400, seed=41).records).canonical()


def test_sample_is_uncertain_and_diverse(batch: Batch) -> None:
    picked = sample_pairs(batch, OPTIONS, 12)
    assert len(picked) == len({(pair.left_id, pair.right_id) for pair in picked}) == 12
    assert all(pair.left_id < pair.right_id for pair in picked)
    assert [pair.is_random for pair in picked] == [False] * 6 + [True] * 6
    assert sum(pair.band is Band.REVIEW for pair in picked[:6]) >= 5
    scored = score_pairs(
        batch, [pair.left_id for pair in picked], [pair.right_id for pair in picked], OPTIONS
    )
    assert scored == [(pair.score, pair.band) for pair in picked]
    assert len({identity for pair in picked for identity in (pair.left_id, pair.right_id)}) > 18


def test_sample_is_reproducible_and_leaves_out_excluded_pairs(batch: Batch) -> None:
    picked = sample_pairs(batch, OPTIONS, 8)
    assert sample_pairs(batch, OPTIONS, 8) == picked
    assert sample_pairs(batch, OPTIONS, 5)[:3] == picked[:3]
    excluded = {(pair.left_id, pair.right_id) for pair in (*picked[:2], *picked[-2:])}
    assert not excluded & {
        (pair.left_id, pair.right_id) for pair in sample_pairs(batch, OPTIONS, 8, (), excluded)
    }


def test_a_batch_without_pairs(batch: Batch) -> None:
    assert sample_pairs(batch.take(np.array([0])).canonical(), OPTIONS, 5) == []


def test_similar_pairs_are_selected_last() -> None:
    unsure = np.array([1.0, 0.99, 0.98, 0.5])
    patterns = np.array([[0.0], [0.0], [0.1], [8.0]], dtype=np.float32)
    rows = np.arange(4, dtype=np.int32)
    assert select_diverse_rows(unsure, patterns, rows, rows + 4, 9).tolist() == [0, 3, 2, 1]
    # of two as good, the one whose records were not asked about
    far = np.array([[0.0], [8.0], [8.0]], dtype=np.float32)
    left, right = np.array([0, 0, 2], dtype=np.int32), np.array([5, 6, 7], dtype=np.int32)
    assert select_diverse_rows(np.array([1.0, 0.8, 0.8]), far, left, right, 2).tolist() == [0, 2]


def test_contributions_sum_to_the_score() -> None:
    terms = (Term("a", (0.5,), (-100, 200, 7)), Term("b", (), (30, -4)))
    pair = PairTerm(("a", "b"), ((0.2,), ()), ((1, 2), (3, 4), (5, 6)))
    model = Model("person", "1", ("a", "b"), 1000, terms, (pair,))
    evidence = np.array([[0.1, 1.0], [0.9, np.nan], [np.nan, 0.0]], dtype=np.float32)
    total = 1000 * term_contributions(model, evidence).sum(axis=1) + model.intercept
    assert np.rint(total).tolist() == model.raw(evidence).tolist()
    assert term_contributions(replace(model, terms=(), pairs=()), evidence).shape == (3, 0)


def _world(seed: int, count: int) -> LabeledPairs:
    world = generate(count, seed=seed)
    return label_blocked_pairs(world.records, dict(world.truth), load_models().tables, "world")[
        Kind.PERSON
    ]


def _fit(data: LabeledPairs, rows: npt.NDArray[np.int64]) -> Model:
    options = replace(default_fit_options(7), rounds=60, min_leaf_pairs=3, learning_rate=0.1)
    rises = [COMPARATOR_BY_NAME[name].rises for name in FEATURES]
    pairs = LabeledEvidence(data.evidence[rows], data.labels[rows], np.ones(len(rows)))
    spec = ModelSpec("person", FEATURES, rises, INTERACTIONS[Kind.PERSON])
    return fit_additive(spec, pairs, options)


def _taught(pool: LabeledPairs, seed: int, *, at_random: bool) -> Model:
    """Train a model on thirty labels, then three rounds of twenty."""
    chance, rows = np.random.default_rng(seed), np.arange(len(pool), dtype=np.int32)
    labeled = chance.choice(len(pool), 30, replace=False)
    for step in range(3):
        usable = ~np.isin(rows, labeled)
        picked = labeled[:0]
        if not at_random:
            model = _fit(pool, labeled)
            score = scores(model.raw(pool.evidence))
            # no record is told from another here: every pair has its own
            contributions = term_contributions(model, pool.evidence)
            picked = select_diverse_rows(
                4 * score * (1 - score) * usable, contributions, rows, rows + len(pool), 10
            )
        labeled = np.concatenate(
            [labeled, picked, draw_random_rows(usable, picked, 20 - len(picked), 100 * seed + step)]
        )
    return _fit(pool, labeled)


def _with_few_matches(data: LabeledPairs, share: float) -> LabeledPairs:
    """Return the pairs with `share` true ones for each false one."""
    true = np.flatnonzero(data.labels == 1)
    selected = np.random.default_rng(1).choice(
        true, int(share * (data.labels == 0).sum()), replace=False
    )
    mask = data.labels == 0
    mask[selected] = True
    return data.select(mask)


@pytest.mark.slow
def test_selected_pairs_teach_more_than_random_ones() -> None:
    test, pool = _world(99, 900), _with_few_matches(_world(100, 1_500), 0.05)
    # every true pair of the test stands for as many as there would be among so many false ones
    weights = np.where(
        test.labels == 1, 0.05 * (test.labels == 0).sum() / (test.labels == 1).sum(), 1.0
    )
    accuracies: dict[bool, list[Accuracy]] = {True: [], False: []}
    # small fits: threads cost more than they bring
    with threadpool_limits(1):
        for seed in range(12):
            for at_random, results in accuracies.items():
                score = scores(_taught(pool, seed, at_random=at_random).raw(test.evidence))
                results.append(measure_accuracy(score, test.labels, test.clusters, weights))
    by_chance, picked = (
        np.mean([[result.f1, result.recall.rate] for result in accuracies[is_random]], axis=0)
        for is_random in (True, False)
    )
    assert (picked > by_chance + 0.05).all()
