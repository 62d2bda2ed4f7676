"""The kernel of names' similarities against the same in whole arrays, to the last bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.comparison.alignment.pair_alignment import COLUMNS
from resolver.comparison.name_similarities import (
    ROWS,
    by_gender,
    of_alone,
    similarities,
)
from resolver.records.prepared.batch import FloatArray

nats = st.sampled_from([0.0, 0.25, 1.5, 6.0, 9.75, 21.0, 40.0]) | st.floats(0, 60, width=32)
SAYS = {
    **dict.fromkeys(("matched", "contradicted", "omitted", "crossed", "established"), nats),
    "weakest": st.floats(0, 1, width=32),
    "tokens": st.integers(0, 9).map(float),
    "primary": st.just(-1.0) | st.floats(0, 1, width=32),
    "share": st.floats(0, 1, width=32),
    "exact": st.sampled_from([0.0, 1.0]),
    "quality": st.sampled_from([0.0, 1.0, 2.0]),
    "initials": st.sampled_from([-1.0, 0.0, 0.5, 1.0]),
    "sides": st.sampled_from([-1.0, 0.0, 1.0, 2.0, 3.0]),
    "apart": st.just(-1.0) | nats,
}
alignments = st.tuples(*(SAYS[column] for column in COLUMNS)) | st.just((np.nan,) * len(COLUMNS))


def slowly(aligned: FloatArray) -> dict[str, FloatArray]:
    said = {column: aligned[:, number] for number, column in enumerate(COLUMNS)}
    matched, zeros, one = said["matched"], np.zeros(len(aligned), dtype=np.float32), np.float32(1)
    total = matched + said["contradicted"] + np.float32(0.2) * said["omitted"]
    with np.errstate(over="ignore"):
        crossed = np.divide(said["crossed"], matched, out=zeros.copy(), where=matched > 0)
    sides = np.array([0.0, 0.2, 0.3, 0.6, np.nan], dtype=np.float32)
    return {
        "name": np.divide(matched, total, out=zeros.copy(), where=total > 0) + total * 0,
        "name_rarity": np.minimum(matched / np.float32(30), one),
        "name_contradicted": 1 - np.minimum(said["contradicted"] / np.float32(10), one),
        "name_omitted": 1 - np.minimum(said["omitted"] / np.float32(20), one),
        "name_weakest": said["weakest"],
        "name_primary": np.where(said["primary"] < 0, np.float32(np.nan), said["primary"]),
        "name_share": said["share"],
        "name_exact": said["exact"],
        "name_parts": np.minimum(said["tokens"] / np.float32(6), one),
        "name_quality": 1 - said["quality"] / np.float32(2),
        "name_order": 1 - np.minimum(crossed, one) + matched * 0,
        "name_established": 1 - np.minimum(said["established"] / np.float32(10), one),
        "name_initials": np.where(said["initials"] < 0, np.float32(np.nan), said["initials"]),
        "name_sides": sides[np.nan_to_num(said["sides"], nan=-1).astype(np.int64)],
        "name_apart": np.where(
            said["apart"] < 0, np.float32(np.nan), 1 - np.minimum(said["apart"] / 10, one)
        ),
    }


@settings(max_examples=200, deadline=None)
@given(st.lists(alignments, max_size=5))
def test_they_are_those_of_whole_arrays(drawn: list[tuple[float, ...]]) -> None:
    aligned = np.array(drawn, dtype=np.float32).reshape(-1, len(COLUMNS))
    found, families = similarities(aligned)
    wanted = slowly(aligned)
    assert tuple(wanted) == ROWS
    for number, row in enumerate(ROWS):
        np.testing.assert_array_equal(found[number], wanted[row], row)
    assert families == int((aligned[:, COLUMNS.index("sides")] == 3).sum())


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(alignments, st.integers(0, 7), st.integers(0, 7), st.booleans(), st.booleans()),
        max_size=6,
    )
)
def test_women_change_their_family_name(
    drawn: list[tuple[tuple[float, ...], int, int, bool, bool]],
) -> None:
    aligned = np.array([row for row, *_ in drawn], dtype=np.float32).reshape(-1, len(COLUMNS))
    value, sides = slowly(aligned)["name_sides"], aligned[:, COLUMNS.index("sides")]
    left, right = (np.array([one[side] for one in drawn], dtype=np.uint8) for side in (1, 2))
    first = np.arange(len(drawn), dtype=np.int32)
    second = first + np.int32(len(drawn))
    found = by_gender(value, aligned, np.concatenate([left, right]), first, second)
    family = sides == 3
    wanted = np.where(family & (left | right == 1), np.float32(0.4), value)
    wanted[family & (left | right == 2)] = 1.0
    np.testing.assert_array_equal(found, wanted)
    one, two = (np.array([one[side] for one in drawn], dtype=bool) for side in (3, 4))
    bare = of_alone(value, np.concatenate([one, two]), first, second)
    np.testing.assert_array_equal(bare, np.where(one & two, value, np.float32(np.nan)))
