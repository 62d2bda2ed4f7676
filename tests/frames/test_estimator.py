"""`EntityResolver` follows scikit-learn: parameters, clones, pipelines, learning from labels."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

import resolver
from resolver.errors import InputError
from resolver.frames.estimator import pairwise_f1
from tests.frames.people import people, true_clusters


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.DataFrame(people())


@pytest.fixture(scope="module")
def fitted(frame: pd.DataFrame) -> resolver.EntityResolver:
    return resolver.EntityResolver(kind="person").fit(frame, true_clusters())


def test_parameters_can_be_read_set_and_cloned() -> None:
    estimator = resolver.EntityResolver(kind="person", merge_at=0.9)
    assert estimator.get_params() == {
        "kind": "person",
        "columns": None,
        "merge_at": 0.9,
        "random_state": 7,
    }
    assert clone(estimator.set_params(merge_at=0.5)).merge_at == 0.5


def test_without_labels_entities_are_those_of_dedupe(frame: pd.DataFrame) -> None:
    labels = resolver.EntityResolver().fit(frame).predict(frame)
    assert labels.tolist() == resolver.dedupe(frame).clusters["entity_id"].tolist()
    assert resolver.EntityResolver().fit_predict(frame).tolist() == labels.tolist()


def test_it_must_be_fitted_first(frame: pd.DataFrame) -> None:
    with pytest.raises(NotFittedError):
        resolver.EntityResolver().predict(frame)


def test_it_is_a_step_of_a_pipeline(frame: pd.DataFrame) -> None:
    renamed = frame.rename(columns={"surname": "zzz"})
    rename = FunctionTransformer(lambda table: table.rename(columns={"zzz": "surname"}))
    pipeline = Pipeline([("rename", rename), ("resolve", resolver.EntityResolver(kind="person"))])
    labels = pipeline.fit(renamed).predict(renamed)
    assert labels.tolist() == resolver.EntityResolver().fit(frame).predict(frame).tolist()


@pytest.mark.slow
def test_labels_teach_a_model_of_its_own(
    frame: pd.DataFrame, fitted: resolver.EntityResolver
) -> None:
    assert set(fitted.model_) == {
        *("asset.json", "group.json", "person.json"),
        *("checks.json", "measured.json", "measured_reasons.json"),
        *("relations.json", "tables.json"),
    }
    result = fitted.resolve(frame)
    assert result.resolution.stats.stamp != resolver.dedupe(frame).resolution.stats.stamp
    assert fitted.score(frame, true_clusters()) >= 0.95
    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "model_")


@pytest.mark.slow
def test_a_fitted_estimator_can_be_sent_elsewhere(
    frame: pd.DataFrame, fitted: resolver.EntityResolver
) -> None:
    expected = fitted.predict(frame).tolist()
    assert pickle.loads(pickle.dumps(fitted)).predict(frame).tolist() == expected


def test_labels_that_teach_nothing_are_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="59 labels for 60 rows"):
        resolver.EntityResolver().fit(frame, true_clusters()[1:])
    with pytest.raises(InputError, match="nothing to learn from"):
        resolver.EntityResolver().fit(frame, [None, -1, float("nan")] * 20)


@pytest.mark.parametrize("seed", range(5))
def test_f1_counts_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, truth = rng.integers(0, 6, 30), rng.integers(0, 6, 30)
    rows, columns = np.triu_indices(30, 1)
    merged, same = labels[rows] == labels[columns], truth[rows] == truth[columns]
    expected = 2 * (merged & same).sum() / (merged.sum() + same.sum())
    assert pairwise_f1(labels, truth) == pytest.approx(expected)


def test_f1_of_single_rows_is_one() -> None:
    assert pairwise_f1(np.arange(3), np.arange(3)) == 1.0


def test_tags_say_that_it_takes_tables() -> None:
    estimator = resolver.EntityResolver(kind="person")
    tags = get_tags(estimator)
    assert (tags.input_tags.two_d_array, tags.input_tags.string) == (False, True)
    with pytest.warns(SkipTestWarning):
        check_estimator(estimator)
