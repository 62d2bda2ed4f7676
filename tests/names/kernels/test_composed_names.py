"""Composed names, against lists in plain Python."""

from __future__ import annotations

from itertools import chain, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.kernels.spellings import (
    ComposedNames,
    PartValues,
    count_composed,
    fill_composed,
)

MOST = 2
ROLES = (1, 2, 18, 3)
"""Roles of the properties: the first is that of given names, the last of family names."""
Tokens = list[int]
RECORDS = st.lists(
    st.tuples(
        st.booleans(),
        st.lists(
            st.lists(st.lists(st.integers(0, 9), max_size=2), max_size=3), min_size=4, max_size=4
        ),
    ),
    max_size=4,
)


def compose_slowly(values: list[list[Tokens]]) -> list[list[tuple[int, int]]]:
    """Return the names of a record as words with their roles."""
    first_names, *middle, last_names = values
    names = []
    for first, last in product(first_names[:MOST] or [[]], last_names[:MOST] or [[]]):
        parts = [first, *(list(chain(*part)) for part in middle), last]
        has_several = sum(map(bool, parts)) > 1
        names.append(
            [
                (word, role if has_several else 0)
                for part, role in zip(parts, ROLES, strict=True)
                for word in part
            ]
        )
    return names


def as_part_values(records: list[list[list[Tokens]]]) -> PartValues:
    """Return the values of records; each value has a row of tokens of its own."""
    starts = np.zeros((len(ROLES), len(records) + 1), dtype=np.int32)
    tokens: list[Tokens] = []
    for prop in range(len(ROLES)):
        for row, values in enumerate(records):
            starts[prop, row] = len(tokens)
            tokens.extend(values[prop])
        starts[prop, -1] = len(tokens)
    ends = np.cumsum([0, *map(len, tokens)]).astype(np.int32)
    return PartValues(
        starts,
        np.arange(len(tokens), dtype=np.int32),
        ends,
        np.array(list(chain(*tokens)), dtype=np.int32),
        np.array(ROLES, dtype=np.uint8),
        0,
        len(ROLES) - 1,
    )


@settings(deadline=None)
@given(RECORDS)
def test_names_are_those_of_the_oracle(records: list[tuple[bool, list[list[Tokens]]]]) -> None:
    is_composed = np.array([chosen for chosen, _ in records], dtype=bool)
    parts = as_part_values([values for _, values in records])
    names, words = count_composed(is_composed, parts, MOST)
    composed = ComposedNames(
        np.empty(names, dtype=np.int32),
        np.empty(names + 1, dtype=np.int32),
        np.empty(words, dtype=np.int32),
        np.empty(words, dtype=np.uint8),
    )
    fill_composed(is_composed, parts, MOST, composed)
    expected = [
        (row, name)
        for row, (chosen, values) in enumerate(records)
        if chosen
        for name in compose_slowly(values)
    ]
    pairs = list(zip(composed.words.tolist(), composed.roles.tolist(), strict=True))
    ends = composed.offsets.tolist()
    assert [
        (row, pairs[start:stop])
        for row, start, stop in zip(composed.rows.tolist(), ends[:-1], ends[1:], strict=True)
    ] == expected
