"""Cross-validation: clusters of tested pairs are not in training."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.scoring import Model, Term
from resolver.records import Kind
from resolver.training.data.labeled_pairs import LabeledPairs, concat_pairs
from resolver.training.fit.cross_validation import (
    FOLDS,
    fit_calibration,
    fold_of,
    measure_at_even_point,
    out_of_fold_sums,
)

FIXED = [1, 3, 3, 4, 0, 3, 4, 4]
MODEL = Model("person", "", ("place",), 0, (Term("place", (), (1, 0)),))


def labeled_pairs(clusters: list[tuple[str, str]]) -> LabeledPairs:
    """Return pairs that carry their own number as evidence."""
    count = len(clusters)
    cluster_array = np.empty((count, 2), dtype=object)
    cluster_array[:] = clusters if clusters else np.empty((0, 2), dtype=object)
    return LabeledPairs(
        Kind.PERSON,
        np.arange(count, dtype=np.float32).reshape(-1, 1),
        np.array([left == right for left, right in clusters], dtype=np.int8),
        np.ones(count),
        cluster_array,
        np.full(count, "x", dtype=object),
        np.full(count, "x", dtype=object),
        np.full(count, "x", dtype=object),
        np.full(count, "x", dtype=object),
        np.full(count, np.nan),
        np.full(count, np.nan),
    )


names = st.integers(0, 25).map(lambda number: f"c{number}")


@settings(deadline=None)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=60))
def test_tested_clusters_are_not_in_training(clusters: list[tuple[str, str]]) -> None:
    data = labeled_pairs(clusters)
    trained: list[set[str]] = []
    tested: list[int] = []

    class Spy(Model):
        """Model that records the pairs it scores."""

        def raw(self, evidence: np.ndarray) -> np.ndarray:
            places = evidence[:, 0].astype(int).tolist()
            tested.extend(places)
            for place in places:
                assert not set(clusters[place]) & trained[-1]
            return np.array([1_000 + place for place in places], dtype=np.int64)

    def fit(part: LabeledPairs) -> Model:
        trained.append(set(part.clusters.ravel().tolist()))
        return Spy("person", "", ("place",), 0, ())

    sums, usable = out_of_fold_sums(data, fit)
    assert usable.all()
    # every pair is tested once, and gets its own answer
    assert sorted(tested) == list(range(len(clusters)))
    assert sums.tolist() == [1_000 + place for place in range(len(clusters))]
    assert len(trained) <= FOLDS


def test_clusters_of_both_sides_are_held_out() -> None:
    left = next(f"l{number}" for number in range(100) if fold_of(f"l{number}") == 0)
    right = next(f"r{number}" for number in range(100) if fold_of(f"r{number}") == 1)
    trained: list[set[str]] = []

    def fit(part: LabeledPairs) -> Model:
        trained.append(set(part.clusters.ravel().tolist()))
        return MODEL

    out_of_fold_sums(labeled_pairs([(left, right), (right, right), ("z", "z")]), fit)
    assert right not in trained[0]


def test_folds_depend_only_on_the_cluster_name() -> None:
    spread = np.bincount([fold_of(f"c{number}") for number in range(1_000)], minlength=FOLDS)
    assert spread.min() > 120
    # a fold that moved would let a model see what it was tested on before
    assert [fold_of(f"us-ofac-sdn:{number}") for number in range(2670, 2678)] == FIXED


def test_calibration_rises_and_is_a_probability() -> None:
    chance = np.random.default_rng(1)
    raw = chance.normal(0, 3_000, 4_000).astype(np.int64)
    labels = (chance.random(4_000) < 1 / (1 + np.exp(-(raw / 2_000 - 1)))).astype(np.int8)
    logodds = fit_calibration(raw, labels, np.ones(4_000))
    # the truth was raw / 2 - 1,000
    assert logodds.apply(np.array([0, 4_000])).tolist() == pytest.approx([-1_000, 1_000], abs=200)
    upside_down = fit_calibration(-raw, labels, np.ones(4_000))
    assert np.all(np.diff(upside_down.apply(np.arange(-5_000, 5_000, 100))) > 0)


def test_calibration_follows_bends() -> None:
    chance = np.random.default_rng(2)
    raw = chance.normal(0, 3_000, 40_000).astype(np.int64)
    # negative sums weigh twice as much as positive ones
    truth = np.where(raw < 0, raw / 1_000, raw / 2_000)
    labels = (chance.random(len(raw)) < 1 / (1 + np.exp(-truth))).astype(np.int8)
    calibration = fit_calibration(raw, labels, np.ones(len(raw)))
    assert len(calibration.raw) > 4
    points = np.array([-4_000, -2_000, 0, 2_000, 4_000])
    assert calibration.apply(points).tolist() == pytest.approx(
        [-4_000, -2_000, 0, 1_000, 2_000], abs=300
    )
    assert np.all(np.diff(calibration.raw) > 0)
    assert np.all(np.diff(calibration.logodds) > 0)


def test_calibration_of_few_pairs() -> None:
    calibration = fit_calibration(
        np.array([-500, 400, 0, 900]), np.array([0, 1, 0, 1], dtype=np.int8), np.ones(4)
    )
    assert np.all(np.diff(calibration.apply(np.arange(-9_000, 9_000, 500))) >= 0)


def test_measures_at_even_point() -> None:
    measures = measure_at_even_point(
        np.array([5, 0, -1, -1, 7]), np.array([1, 0, 1, 0, 1], dtype=np.int8)
    )
    assert (measures.pairs, measures.matches, measures.wrong, measures.missed) == (5, 3, 1, 1)
    assert (measures.precision, measures.recall, measures.f1) == pytest.approx(
        (2 / 3, 2 / 3, 2 / 3)
    )
    none = measure_at_even_point(np.array([-1]), np.array([0], dtype=np.int8))
    assert (none.precision, none.recall, none.f1) == (0, 0, 0)


def test_concatenation_and_selection() -> None:
    first, second = labeled_pairs([("a", "b"), ("a", "a")]), labeled_pairs([("c", "c")])
    joined = concat_pairs([first, second])
    assert joined.clusters.tolist() == [["a", "b"], ["a", "a"], ["c", "c"]]
    assert joined.select(joined.labels == 1).clusters.tolist() == [["a", "a"], ["c", "c"]]


@settings(deadline=None)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=60))
def test_pairs_across_folds_are_not_tested(
    clusters: list[tuple[str, str]],
) -> None:
    data = labeled_pairs(clusters)
    trained: list[set[str]] = []

    def fit(part: LabeledPairs) -> Model:
        trained.append(set(part.clusters.ravel().tolist()))
        return MODEL

    _, usable = out_of_fold_sums(data, fit, 2, np.ones(len(data), dtype=bool))
    assert usable.tolist() == [fold_of(left, 2) == fold_of(right, 2) for left, right in clusters]
    # what is tested in one fold teaches the other
    tested = [
        {left for left, right in clusters if fold_of(left, 2) == fold_of(right, 2) == fold}
        for fold in (0, 1)
    ]
    if all(tested):
        assert tested[1] <= trained[0]
        assert tested[0] <= trained[1]


def test_weights_multiply_counts() -> None:
    measures = measure_at_even_point(
        np.array([5, 5, -5]), np.array([1, 0, 1], dtype=np.int8), np.array([1.0, 3.0, 2.0])
    )
    assert (measures.precision, measures.wrong, measures.missed) == (0.25, 3, 2)
    assert measures.recall == pytest.approx(1 / 3)
