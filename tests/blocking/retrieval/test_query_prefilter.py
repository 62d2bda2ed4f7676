"""A glance of one record at many, against the points of each pair told slowly."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from resolver.blocking.prefilter import PASSED, arrays
from resolver.blocking.retrieval.query_prefilter import points_of_query
from resolver.records import Record
from tests.blocking.test_prefilter import (
    at_a_glance,
    of_those,
    people,
    words_of,
)
from tests.normalize.preparing import prepared


@settings(max_examples=60, deadline=None)
@given(people())
def test_a_query_gives_rows_of_another_batch_the_points_of_a_pair(records: list[Record]) -> None:
    found = prepared(records[1:])
    asked = prepared(records[:1])
    # more rows than are asked for ahead, some more than once
    rows = np.arange(40, dtype=np.int64) % len(found)
    points = points_of_query(arrays(asked), arrays(found), rows).tolist()
    for row, said in zip(rows.tolist(), points, strict=True):
        pair = prepared([records[0], records[1 + row]])
        wanted = {at_a_glance(pair, 0, 1)}
        words = [words_of(pair, 0), words_of(pair, 1)]
        if len(words[0]) == len(words[1]) and PASSED not in wanted:
            # whose words come first is not to be seen in batches of their own
            wanted |= {of_those(pair, 0, 1, words), of_those(pair, 0, 1, words[::-1])}
        assert said in wanted
