"""Our rules and comparators in pipelines of `recordlinkage`, beside its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import recordlinkage

import resolver
from resolver.errors import InputError
from resolver.frames.recordlinkage_features import ComparatorFeature, RuleIndex
from tests.frames.people import people, true_clusters

COLUMNS = {"firstName": "first_name", "lastName": "surname", "birthDate": "dob", "email": "email"}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.DataFrame(people()).set_index("unique_id")


def _true_pairs() -> set[tuple[int, int]]:
    return {(2000 + number, 1000 + number) for number in range(0, 40, 2)}


def test_rules_join_the_pairs_of_the_engine(frame: pd.DataFrame) -> None:
    pairs = RuleIndex(kind="person").index(frame)
    result = resolver.dedupe(frame.reset_index(), kind="person")
    assert len(pairs) == result.resolution.stats.candidate_pairs
    assert {tuple(sorted(pair, reverse=True)) for pair in pairs} >= _true_pairs()


def test_an_index_of_rules_can_be_joined_with_others(frame: pd.DataFrame) -> None:
    indexer = recordlinkage.Index()
    indexer.add(RuleIndex(kind="person"))
    own = len(indexer.index(frame))
    indexer.block("dob")
    both = indexer.index(frame)
    # pairs of one birth date are among ours, in the toolkit's order of a pair
    assert len(both) == own


def test_rules_link_two_tables(frame: pd.DataFrame) -> None:
    first, second = frame[frame.index < 2000], frame[frame.index >= 2000]
    pairs = recordlinkage.Index([RuleIndex(kind="person")]).index(first, second)
    assert {(right, left) for left, right in pairs} >= _true_pairs()
    assert len(pairs) < len(first) * len(second)


def test_rules_can_be_chosen(frame: pd.DataFrame) -> None:
    every = RuleIndex(kind="person").index(frame)
    some = RuleIndex(kind="person", rules=["birth_day"]).index(frame)
    assert 0 < len(some) < len(every)
    assert set(some) <= set(every)
    with pytest.raises(InputError, match="no blocking rule 'zodiac'"):
        RuleIndex(rules=["zodiac"]).index(frame)


def test_similarities_are_those_of_a_comparison(frame: pd.DataFrame) -> None:
    pairs = RuleIndex(kind="person").index(frame)
    names = ("name", "birth_date", "email")
    comparer = recordlinkage.Compare()
    comparer.add(ComparatorFeature(COLUMNS, comparators=names, missing_value=np.nan))
    features = comparer.compute(pairs, frame)
    assert list(features.columns) == list(names)
    assert features.index.equals(pairs)
    result = resolver.dedupe(frame.reset_index(), kind="person", columns={"address.city": None})
    for pair in [(2000, 1000), pairs[0], pairs[-1]]:
        evidence = {row.name: row for row in result.explain(*pair).explanation.rows}
        for name in names:
            expected = evidence[name].similarity
            # the toolkit's pairs tell nothing about how frequent a name is among all rows
            assert features.loc[pair, name] == pytest.approx(expected, abs=0.01)


def test_missing_values_have_the_value_that_is_asked_for(frame: pd.DataFrame) -> None:
    lacking = frame.assign(email=None)
    pairs = pd.MultiIndex.from_tuples([(2000, 1000)])
    feature = ComparatorFeature(COLUMNS, comparators=["email", "name"], missing_value=0.25)
    values = recordlinkage.Compare([feature]).compute(pairs, lacking)
    assert values["email"].tolist() == [0.25]
    assert values["name"].iloc[0] > 0.5


def test_tables_with_other_names_of_columns_are_compared(frame: pd.DataFrame) -> None:
    first = frame[frame.index < 2000]
    second = frame[frame.index >= 2000].rename(columns={"surname": "family"})
    pairs = pd.MultiIndex.from_tuples([(1000, 2000), (1001, 2000)])
    feature = ComparatorFeature(
        COLUMNS, {**COLUMNS, "lastName": ["family"]}, comparators=["name", "birth_date"]
    )
    values = recordlinkage.Compare([feature]).compute(pairs, first, second)
    assert values.loc[(1000, 2000), "birth_date"] == 1
    assert values.loc[(1000, 2000), "name"] > values.loc[(1001, 2000), "name"]


def test_a_pipeline_with_a_classifier_of_the_toolkit(frame: pd.DataFrame) -> None:
    pairs = recordlinkage.Index([RuleIndex(kind="person")]).index(frame)
    comparer = recordlinkage.Compare()
    comparer.add(ComparatorFeature(COLUMNS, comparators=["name", "birth_date"]))
    comparer.string("email", "email", method="jarowinkler", label="email")
    features = comparer.compute(pairs, frame)
    true = pd.MultiIndex.from_tuples(sorted(_true_pairs()))
    classifier = recordlinkage.LogisticRegressionClassifier()
    classifier.fit(features, features.index.intersection(true))
    links = classifier.predict(features)
    assert recordlinkage.fscore(true, links) > 0.95
    assert len(set(true_clusters())) == 40


def test_no_pairs_give_no_rows(frame: pd.DataFrame) -> None:
    pairs = pd.MultiIndex.from_arrays([[], []])
    features = recordlinkage.Compare([ComparatorFeature(COLUMNS)]).compute(pairs, frame)
    assert len(features) == 0
    assert "birth_date" in features


def test_unknown_comparators_and_kinds_are_named() -> None:
    with pytest.raises(InputError, match="no comparator of person is called 'shoe_size'"):
        ComparatorFeature(COLUMNS, comparators=["shoe_size"])
    with pytest.raises(InputError, match="use person, group, asset"):
        ComparatorFeature(COLUMNS, kind="planet")
