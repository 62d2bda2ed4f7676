"""Pairs of symbols of different words, against loops."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.blocking.keys import mix, pairs_between
from resolver.records.prepared.ragged import Ragged, offsets_of

forms = st.lists(
    st.lists(st.lists(st.integers(0, 9), max_size=3, unique=True).map(sorted), max_size=4),
    max_size=4,
)


@settings(deadline=None)
@given(forms)
def test_every_two_symbols_of_two_words(told: list[list[list[int]]]) -> None:
    found = pairs_between(
        offsets_of(np.array([len(form) for form in told])),
        Ragged.of(list(chain.from_iterable(told))),
        3,
    )
    for row, form in enumerate(told):
        held = sorted((symbol, word) for word, symbols in enumerate(form) for symbol in symbols)
        wanted = [(one[0], two[0]) for one, two in combinations(held, 2) if one[1] != two[1]]
        first, second = (
            np.array([pair[side] for pair in wanted], dtype=np.uint64) for side in (0, 1)
        )
        expected = mix(mix(first, np.uint64(5)), mix(second, np.uint64(5))).tolist()
        assert sorted(found.hashes[found.offsets[row] : found.offsets[row + 1]].tolist()) == sorted(
            expected
        )
