"""Columns that are kept while a left record stays: they change no answer."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records import Kind
from tests.matching.preparing import prepared
from tests.names.alignment.test_pair_alignment import bearers


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([Kind.PERSON, Kind.GROUP]))
def test_a_pair_aligns_the_same_by_itself_among_others_and_turned(
    data: st.DataObject, kind: Kind
) -> None:
    batch = prepared([data.draw(bearers(f"s:{number}", kind)) for number in range(5)])
    left, right = (
        np.array(rows, dtype=np.int32) for rows in zip(*combinations(range(5), 2), strict=True)
    )
    group = kind is Kind.GROUP
    together = Context(batch, NameIndex.of(batch), left, right, group)
    turned = Context(batch, NameIndex.of(batch), right, left, group)
    mixed = Context(batch, NameIndex.of(batch), left[::-1].copy(), right[::-1].copy(), group)
    for pair in range(len(left)):
        single = Context(
            batch, NameIndex.of(batch), left[pair : pair + 1], right[pair : pair + 1], group
        )
        for column, values in single.alignment.items():
            np.testing.assert_array_equal(values[0], together.alignment[column][pair], column)
            np.testing.assert_array_equal(values[0], mixed.alignment[column][-1 - pair], column)
            np.testing.assert_array_equal(values[0], turned.alignment[column][pair], column)
