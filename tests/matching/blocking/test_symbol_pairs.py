"""Pairs of symbols of different words, against loops."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.blocking.keys import keys_of_pairs, mix
from resolver.records.prepared.batch import Ragged, offsets_of

forms = st.lists(
    st.lists(st.lists(st.integers(0, 9), max_size=3, unique=True).map(sorted), max_size=4),
    max_size=4,
)


@settings(deadline=None)
@given(forms)
def test_every_two_symbols_of_two_words(forms_of_rows: list[list[list[int]]]) -> None:
    keys = keys_of_pairs(
        offsets_of(np.array([len(form) for form in forms_of_rows])),
        Ragged.of(list(chain.from_iterable(forms_of_rows))),
        3,
    )
    for row, form in enumerate(forms_of_rows):
        symbols_of_words = sorted(
            (symbol, word) for word, symbols in enumerate(form) for symbol in symbols
        )
        pairs = [
            (left[0], right[0])
            for left, right in combinations(symbols_of_words, 2)
            if left[1] != right[1]
        ]
        first, second = (
            np.array([pair[side] for pair in pairs], dtype=np.uint64) for side in (0, 1)
        )
        expected = mix(mix(first, np.uint64(5)), mix(second, np.uint64(5))).tolist()
        assert sorted(keys.hashes[keys.offsets[row] : keys.offsets[row + 1]].tolist()) == sorted(
            expected
        )
