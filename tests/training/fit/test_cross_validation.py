"""Cross-validation: no cluster of a tested pair is ever seen in training."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.records import Kind
from resolver.scoring import Model, Term
from resolver.training.data.labeled_pairs import Labelled, together
from resolver.training.fit.cross_validation import (
    FOLDS,
    calibrate,
    fold_of,
    measure,
    out_of_fold,
)

FIXED = [1, 3, 3, 4, 0, 3, 4, 4]
MODEL = Model("person", "", ("place",), 0, (Term("place", (), (1, 0)),))


def labelled(clusters: list[tuple[str, str]]) -> Labelled:
    """Pairs that carry their own number as evidence."""
    count = len(clusters)
    held = np.empty((count, 2), dtype=object)
    held[:] = clusters if clusters else np.empty((0, 2), dtype=object)
    return Labelled(
        Kind.PERSON,
        np.arange(count, dtype=np.float32).reshape(-1, 1),
        np.array([one == two for one, two in clusters], dtype=np.int8),
        np.ones(count),
        held,
        *(np.full(count, "x", dtype=object) for _ in range(4)),
    )


names = st.integers(0, 25).map(lambda number: f"c{number}")


@settings(deadline=None)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=60))
def test_no_tested_cluster_is_seen_in_training(clusters: list[tuple[str, str]]) -> None:
    data = labelled(clusters)
    trained: list[set[str]] = []
    tested: list[int] = []

    class Spy(Model):
        """Notes which pairs it is asked about."""

        def raw(self, evidence: np.ndarray) -> np.ndarray:
            asked = evidence[:, 0].astype(int).tolist()
            tested.extend(asked)
            for place in asked:
                assert not set(clusters[place]) & trained[-1]
            return np.array([1_000 + place for place in asked], dtype=np.int64)

    def fit(part: Labelled) -> Model:
        trained.append(set(part.clusters.ravel().tolist()))
        return Spy("person", "", ("place",), 0, ())

    found, usable = out_of_fold(data, fit)
    assert usable.all()
    # every pair is tested once, and gets its own answer
    assert sorted(tested) == list(range(len(clusters)))
    assert found.tolist() == [1_000 + place for place in range(len(clusters))]
    assert len(trained) <= FOLDS


def test_both_sides_of_a_pair_are_kept_out() -> None:
    left = next(f"l{number}" for number in range(100) if fold_of(f"l{number}") == 0)
    right = next(f"r{number}" for number in range(100) if fold_of(f"r{number}") == 1)
    seen: list[set[str]] = []

    def fit(part: Labelled) -> Model:
        seen.append(set(part.clusters.ravel().tolist()))
        return MODEL

    out_of_fold(labelled([(left, right), (right, right), ("z", "z")]), fit)
    assert right not in seen[0]


def test_folds_hang_on_the_name_alone() -> None:
    spread = np.bincount([fold_of(f"c{number}") for number in range(1_000)], minlength=FOLDS)
    assert spread.min() > 120
    # a fold that moved would let a model see what it was tested on before
    assert [fold_of(f"us-ofac-sdn:{number}") for number in range(2670, 2678)] == FIXED


def test_calibration_rises_and_is_a_probability() -> None:
    chance = np.random.default_rng(1)
    raw = chance.normal(0, 3_000, 4_000).astype(np.int64)
    labels = (chance.random(4_000) < 1 / (1 + np.exp(-(raw / 2_000 - 1)))).astype(np.int8)
    found = calibrate(raw, labels, np.ones(4_000))
    # the truth was raw / 2 - 1,000
    assert found.apply(np.array([0, 4_000])).tolist() == pytest.approx([-1_000, 1_000], abs=200)
    upside_down = calibrate(-raw, labels, np.ones(4_000))
    assert np.all(np.diff(upside_down.apply(np.arange(-5_000, 5_000, 100))) > 0)


def test_calibration_bends_where_the_truth_does() -> None:
    chance = np.random.default_rng(2)
    raw = chance.normal(0, 3_000, 40_000).astype(np.int64)
    # sums below nothing say twice as much as those above
    truth = np.where(raw < 0, raw / 1_000, raw / 2_000)
    labels = (chance.random(len(raw)) < 1 / (1 + np.exp(-truth))).astype(np.int8)
    found = calibrate(raw, labels, np.ones(len(raw)))
    assert len(found.raw) > 4
    asked = np.array([-4_000, -2_000, 0, 2_000, 4_000])
    assert found.apply(asked).tolist() == pytest.approx([-4_000, -2_000, 0, 1_000, 2_000], abs=300)
    assert np.all(np.diff(found.raw) > 0)
    assert np.all(np.diff(found.logodds) > 0)


def test_few_pairs_are_calibrated_too() -> None:
    found = calibrate(
        np.array([-500, 400, 0, 900]), np.array([0, 1, 0, 1], dtype=np.int8), np.ones(4)
    )
    assert np.all(np.diff(found.apply(np.arange(-9_000, 9_000, 500))) >= 0)


def test_measures() -> None:
    found = measure(np.array([5, 0, -1, -1, 7]), np.array([1, 0, 1, 0, 1], dtype=np.int8))
    assert (found.pairs, found.matches, found.wrong, found.missed) == (5, 3, 1, 1)
    assert (found.precision, found.recall, found.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    none = measure(np.array([-1]), np.array([0], dtype=np.int8))
    assert (none.precision, none.recall, none.f1) == (0, 0, 0)


def test_together_and_where() -> None:
    one, two = labelled([("a", "b"), ("a", "a")]), labelled([("c", "c")])
    both = together([one, two])
    assert both.clusters.tolist() == [["a", "b"], ["a", "a"], ["c", "c"]]
    assert both.where(both.labels == 1).clusters.tolist() == [["a", "a"], ["c", "c"]]


@settings(deadline=None)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=60))
def test_pairs_inside_folds_leave_the_other_folds_to_train_on(
    clusters: list[tuple[str, str]],
) -> None:
    data = labelled(clusters)
    trained: list[set[str]] = []

    def fit(part: Labelled) -> Model:
        trained.append(set(part.clusters.ravel().tolist()))
        return MODEL

    _, usable = out_of_fold(data, fit, 2, np.ones(len(data), dtype=bool))
    assert usable.tolist() == [fold_of(one, 2) == fold_of(two, 2) for one, two in clusters]
    # what is tested in one fold teaches the other
    tested = [
        {one for one, two in clusters if fold_of(one, 2) == fold_of(two, 2) == fold}
        for fold in (0, 1)
    ]
    if all(tested):
        assert tested[1] <= trained[0]
        assert tested[0] <= trained[1]


def test_weights_say_for_how_many_a_pair_stands() -> None:
    found = measure(
        np.array([5, 5, -5]), np.array([1, 0, 1], dtype=np.int8), np.array([1.0, 3.0, 2.0])
    )
    assert (found.precision, found.wrong, found.missed) == (0.25, 3, 2)
    assert found.recall == pytest.approx(1 / 3)
