"""Prefilter scores of a query with many records, against the score of each pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from resolver.matching.blocking.key_lookup import query_scores
from resolver.matching.blocking.keys import prefilter_arrays
from resolver.matching.kernels.prefilter import PASSED
from resolver.records import Record
from tests.matching.blocking.test_prefilter import (
    people,
    score_of_words,
    score_slowly,
    words_of,
)
from tests.matching.preparing import prepared
from tests.records.samples import record

pytestmark = pytest.mark.slow


@settings(max_examples=60, deadline=None)
@given(people())
def test_query_scores_are_those_of_pairs(records: list[Record]) -> None:
    batch = prepared(records[1:])
    query = prepared(records[:1])
    # More rows than the kernel requests ahead, with repetitions.
    rows = np.arange(40, dtype=np.int64) % len(batch)
    scores = query_scores(prefilter_arrays(query), prefilter_arrays(batch), rows).tolist()
    for row, score in zip(rows.tolist(), scores, strict=True):
        pair = prepared([records[0], records[1 + row]])
        expected = {score_slowly(pair, 0, 1)}
        words = [words_of(pair, 0), words_of(pair, 1)]
        if len(words[0]) == len(words[1]) and PASSED not in expected:
            # Batches of one pair do not show which words come first.
            expected |= {score_of_words(pair, 0, 1, words), score_of_words(pair, 0, 1, words[::-1])}
        assert score in expected


def test_people_in_han_are_ranked_by_their_dates() -> None:
    batch = prepared(
        [
            record("a:1", name="张伟", birthDate="1950-02-03"),
            record("a:2", name="张伟", birthDate="1960-05-04"),
            record("a:3", name="Zhang Wei", birthDate="1960-05-04"),
        ]
    )
    query = prefilter_arrays(prepared([record("q:1", name="Zhang Wei", birthDate="1960-05-04")]))
    scores = query_scores(query, prefilter_arrays(batch), np.arange(3)).tolist()
    # such pairs pass the prefilter of a batch, but they do not come before everybody else
    assert scores[0] < min(scores[1:])
    assert max(scores) < PASSED
