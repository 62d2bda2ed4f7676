"""Active learning: what is picked, and that it teaches more than chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from resolver.comparison import COMPARATOR_BY_NAME, features_of
from resolver.pipeline import RunOptions, load_models, score_pairs
from resolver.records import Batch, Kind
from resolver.records.results.resolution import Band
from resolver.scoring import (
    Model,
    PairTerm,
    Term,
    scores,
)
from resolver.synthetic import generate
from resolver.training.data.active_sample import (
    contributions,
    drawn,
    sample,
    spread_out,
)
from resolver.training.data.labeled_pairs import Labelled, blocked_pairs
from resolver.training.evaluate.measures import Accuracy, accuracy
from resolver.training.fit.boosting import fit_additive
from resolver.training.fit.model_parts import PAIR_TERMS
from resolver.training.train import fit_options
from tests.normalize.preparing import quick_symbols

OPTIONS = RunOptions(workers=1)
FEATURES = features_of(Kind.PERSON)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline", "resolver.training.data.labeled_pairs"):
        yield


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.from_records(generate(400, seed=41).records).canonical()


def test_what_is_picked_is_unsure_and_of_many_patterns(batch: Batch) -> None:
    picked = sample(batch, OPTIONS, 12)
    assert len(picked) == len({(one.left_id, one.right_id) for one in picked}) == 12
    assert all(one.left_id < one.right_id for one in picked)
    assert [one.drawn for one in picked] == [False] * 6 + [True] * 6
    assert sum(one.band is Band.REVIEW for one in picked[:6]) >= 5
    scored = score_pairs(
        batch, [one.left_id for one in picked], [one.right_id for one in picked], OPTIONS
    )
    assert scored == [(one.score, one.band) for one in picked]
    assert len({identity for one in picked for identity in (one.left_id, one.right_id)}) > 18


def test_the_same_pairs_again_and_none_that_are_known(batch: Batch) -> None:
    picked = sample(batch, OPTIONS, 8)
    assert sample(batch, OPTIONS, 8) == picked
    assert sample(batch, OPTIONS, 5)[:3] == picked[:3]
    known = {(one.left_id, one.right_id) for one in (*picked[:2], *picked[-2:])}
    assert not known & {(one.left_id, one.right_id) for one in sample(batch, OPTIONS, 8, (), known)}


def test_a_batch_without_pairs(batch: Batch) -> None:
    assert sample(batch.take(np.array([0])).canonical(), OPTIONS, 5) == []


def test_like_pairs_are_asked_about_last() -> None:
    unsure = np.array([1.0, 0.99, 0.98, 0.5])
    patterns = np.array([[0.0], [0.0], [0.1], [8.0]], dtype=np.float32)
    rows = np.arange(4, dtype=np.int32)
    assert spread_out(unsure, patterns, rows, rows + 4, 9).tolist() == [0, 3, 2, 1]
    # of two as good, the one whose records were not asked about
    far = np.array([[0.0], [8.0], [8.0]], dtype=np.float32)
    left, right = np.array([0, 0, 2], dtype=np.int32), np.array([5, 6, 7], dtype=np.int32)
    assert spread_out(np.array([1.0, 0.8, 0.8]), far, left, right, 2).tolist() == [0, 2]


def test_contributions_sum_to_the_score() -> None:
    terms = (Term("a", (0.5,), (-100, 200, 7)), Term("b", (), (30, -4)))
    pair = PairTerm(("a", "b"), ((0.2,), ()), ((1, 2), (3, 4), (5, 6)))
    model = Model("person", "1", ("a", "b"), 1000, terms, (pair,))
    evidence = np.array([[0.1, 1.0], [0.9, np.nan], [np.nan, 0.0]], dtype=np.float32)
    total = 1000 * contributions(model, evidence).sum(axis=1) + model.intercept
    assert np.rint(total).tolist() == model.raw(evidence).tolist()
    assert contributions(replace(model, terms=(), pairs=()), evidence).shape == (3, 0)


def _world(seed: int, count: int) -> Labelled:
    world = generate(count, seed=seed)
    return blocked_pairs(world.records, dict(world.truth), load_models().tables, "world")[
        Kind.PERSON
    ]


def _fit(data: Labelled, rows: npt.NDArray[np.int64]) -> Model:
    options = replace(fit_options(7), rounds=60, least_leaf=3, learning_rate=0.1)
    rises = [COMPARATOR_BY_NAME[name].rises for name in FEATURES]
    return fit_additive(
        "person", FEATURES, rises, PAIR_TERMS[Kind.PERSON], data.evidence[rows], data.labels[rows],
        np.ones(len(rows)), options,
    )  # fmt: skip


def _taught(pool: Labelled, seed: int, *, at_random: bool) -> Model:
    """A model of thirty labels and three rounds of twenty."""
    chance, rows = np.random.default_rng(seed), np.arange(len(pool), dtype=np.int32)
    asked = chance.choice(len(pool), 30, replace=False)
    for step in range(3):
        usable = ~np.isin(rows, asked)
        picked = asked[:0]
        if not at_random:
            model = _fit(pool, asked)
            score = scores(model.raw(pool.evidence))
            # no record is told from another here: every pair has its own
            found = contributions(model, pool.evidence)
            picked = spread_out(4 * score * (1 - score) * usable, found, rows, rows + len(pool), 10)
        asked = np.concatenate(
            [asked, picked, drawn(usable, picked, 20 - len(picked), 100 * seed + step)]
        )
    return _fit(pool, asked)


def _with_few_matches(data: Labelled, share: float) -> Labelled:
    """The pairs with `share` true ones for every false one."""
    true = np.flatnonzero(data.labels == 1)
    kept = np.random.default_rng(1).choice(
        true, int(share * (data.labels == 0).sum()), replace=False
    )
    mask = data.labels == 0
    mask[kept] = True
    return data.where(mask)


@pytest.mark.slow
def test_what_is_picked_teaches_more_than_chance() -> None:
    test, pool = _world(99, 900), _with_few_matches(_world(100, 1_500), 0.05)
    # every true pair of the test stands for as many as there would be among so many false ones
    weights = np.where(
        test.labels == 1, 0.05 * (test.labels == 0).sum() / (test.labels == 1).sum(), 1.0
    )
    found: dict[bool, list[Accuracy]] = {True: [], False: []}
    # small fits: threads cost more than they bring
    with threadpool_limits(1):
        for seed in range(12):
            for at_random, answers in found.items():
                score = scores(_taught(pool, seed, at_random=at_random).raw(test.evidence))
                answers.append(accuracy(score, test.labels, test.clusters, weights))
    by_chance, picked = (
        np.mean([[one.f1, one.recall.rate] for one in found[kind]], axis=0)
        for kind in (True, False)
    )
    assert (picked > by_chance + 0.05).all()
