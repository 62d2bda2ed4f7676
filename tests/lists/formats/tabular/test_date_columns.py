"""Dates that tell the order of day and month: cells are left out only if they tell nothing."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolver.lists.formats.tabular.cells import encode_cells
from resolver.lists.formats.tabular.table_reader import _drop_plain

CELLS = st.lists(
    st.none()
    | st.lists(st.sampled_from(["1960", "-05", "/05", "-13-1961", " ", ";", "--", "x"])).map(
        "".join
    ),
    max_size=6,
)


def open_dates(array: pa.Array, separator: str | None) -> list[str]:
    """Return the dates that do not begin with a year, each as often as it occurs."""
    cells = encode_cells(array, separator)
    texts = cells.texts.to_pylist()
    return sorted(
        texts[code] for code in cells.codes.tolist() if not re.match("[0-9]{4}", texts[code])
    )


@pytest.mark.parametrize("form", ["text", "coded", "list"])
@given(CELLS, st.sampled_from([None, ";", "-", "--", "/"]))
@example(["1960-01-02--13-04-1970"], "--")
def test_cells_left_out_tell_nothing(
    form: str, cells: list[str | None], separator: str | None
) -> None:
    array = pa.array(cells, pa.string())
    if form == "coded":
        array = array.dictionary_encode()
    if form == "list":
        array = pa.array([[cell, "1/2/1960"] for cell in cells], pa.list_(pa.string()))
    dropped = _drop_plain(array, separator)
    assert open_dates(dropped, separator) == open_dates(array, separator)


def test_plain_dates_are_left_out() -> None:
    array = pa.array(["1960", "1960-05-04", None, "19600504", "4/5/1960", "1960-05-04;4/5/1960"])
    assert _drop_plain(array, ";").to_pylist() == ["4/5/1960", "1960-05-04;4/5/1960"]
