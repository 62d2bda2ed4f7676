"""Similarities of names against the same operations on whole arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.context import gender_graded, name_only_values, name_similarities
from resolver.names.kernels.name_records import PAIR_ALIGNMENT
from resolver.names.kernels.name_similarities import NameSimilarities
from resolver.names.pair_alignment import COLUMNS
from resolver.records.prepared.batch import FloatArray

nats = st.sampled_from([0.0, 0.25, 1.5, 6.0, 9.75, 21.0, 40.0]) | st.floats(0, 60, width=32)
VALUES = {
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
alignments = st.tuples(*(VALUES[column] for column in COLUMNS)) | st.just((np.nan,) * len(COLUMNS))


def alignment_rows(drawn: list[tuple[float, ...]]) -> npt.NDArray[np.void]:
    """Return alignments from the values of their columns; the forms are 0."""
    rows = np.zeros(len(drawn), dtype=PAIR_ALIGNMENT)
    for column, values in zip(COLUMNS, zip(*drawn, strict=True), strict=False):
        rows[column] = values
    return rows


def expected_similarities(rows: npt.NDArray[np.void]) -> dict[str, FloatArray]:
    """Return the similarities by name, computed with whole arrays."""
    values = {column: rows[column] for column in COLUMNS}
    matched, zeros, unit = values["matched"], np.zeros(len(rows), dtype=np.float32), np.float32(1)
    total = matched + values["contradicted"] + np.float32(0.2) * values["omitted"]
    with np.errstate(over="ignore"):
        crossed = np.divide(values["crossed"], matched, out=zeros.copy(), where=matched > 0)
    sides = np.array([0.0, 0.2, 0.3, 0.6, np.nan], dtype=np.float32)
    return {
        "name": np.divide(matched, total, out=zeros.copy(), where=total > 0) + total * 0,
        "name_rarity": np.minimum(matched / np.float32(30), unit),
        "name_contradicted": 1 - np.minimum(values["contradicted"] / np.float32(10), unit),
        "name_omitted": 1 - np.minimum(values["omitted"] / np.float32(20), unit),
        "name_weakest": values["weakest"],
        "name_primary": np.where(values["primary"] < 0, np.float32(np.nan), values["primary"]),
        "name_share": values["share"],
        "name_exact": values["exact"],
        "name_parts": np.minimum(values["tokens"] / np.float32(6), unit),
        "name_quality": 1 - values["quality"] / np.float32(2),
        "name_order": 1 - np.minimum(crossed, unit) + matched * 0,
        "name_established": 1 - np.minimum(values["established"] / np.float32(10), unit),
        "name_initials": np.where(values["initials"] < 0, np.float32(np.nan), values["initials"]),
        "name_sides": sides[np.nan_to_num(values["sides"], nan=-1).astype(np.int64)],
        "name_apart": np.where(
            values["apart"] < 0, np.float32(np.nan), 1 - np.minimum(values["apart"] / 10, unit)
        ),
    }


@settings(max_examples=200, deadline=None)
@given(st.lists(alignments, max_size=5))
def test_similarities_are_those_of_whole_arrays(drawn: list[tuple[float, ...]]) -> None:
    rows = alignment_rows(drawn)
    similarities, families = name_similarities(rows)
    expected = expected_similarities(rows)
    assert tuple(expected) == NameSimilarities._fields
    for name, values in expected.items():
        np.testing.assert_array_equal(getattr(similarities, name), values, name)
    assert families == int((rows["sides"] == 3).sum())


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
    rows = alignment_rows([values for values, *_ in drawn])
    value, sides = expected_similarities(rows)["name_sides"], rows["sides"]
    genders = [np.array([case[side] for case in drawn], dtype=np.uint8) for side in (1, 2)]
    left = np.arange(len(drawn), dtype=np.int32)
    right = left + np.int32(len(drawn))
    graded = gender_graded(value, sides, np.concatenate(genders), left, right)
    family, genders_of_both = sides == 3, genders[0] | genders[1]
    expected = np.where(family & (genders_of_both == 1), np.float32(0.4), value)
    expected[family & (genders_of_both == 2)] = 1.0
    np.testing.assert_array_equal(graded, expected)
    name_only = [np.array([case[side] for case in drawn], dtype=bool) for side in (3, 4)]
    bare = name_only_values(value, np.concatenate(name_only), left, right)
    expected = np.where(name_only[0] & name_only[1], value, np.float32(np.nan))
    np.testing.assert_array_equal(bare, expected)
