"""Columns that are kept while a left record stays: they change no answer."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.comparison import Context, NameIndex
from resolver.records import Kind
from tests.comparison.alignment.test_pair_alignment import bearers
from tests.normalize.preparing import prepared


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([Kind.PERSON, Kind.GROUP]))
def test_a_pair_says_the_same_alone_in_company_and_turned_round(
    data: st.DataObject, kind: Kind
) -> None:
    found = prepared([data.draw(bearers(f"s:{number}", kind)) for number in range(5)])
    left, right = (
        np.array(rows, dtype=np.int32) for rows in zip(*combinations(range(5), 2), strict=True)
    )
    group = kind is Kind.GROUP
    together = Context(found, NameIndex.of(found), left, right, group)
    turned = Context(found, NameIndex.of(found), right, left, group)
    mixed = Context(found, NameIndex.of(found), left[::-1].copy(), right[::-1].copy(), group)
    for pair in range(len(left)):
        alone = Context(
            found, NameIndex.of(found), left[pair : pair + 1], right[pair : pair + 1], group
        )
        for column, values in alone.alignment.items():
            np.testing.assert_array_equal(values[0], together.alignment[column][pair], column)
            np.testing.assert_array_equal(values[0], mixed.alignment[column][-1 - pair], column)
            np.testing.assert_array_equal(values[0], turned.alignment[column][pair], column)
