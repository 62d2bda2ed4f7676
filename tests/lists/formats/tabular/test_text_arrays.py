"""Arrow arrays as text."""

from __future__ import annotations

import datetime
import decimal

import pyarrow as pa

from resolver.lists.formats.tabular.cells import convert_to_text


def test_arrow_types_as_text() -> None:
    moment = datetime.datetime(1970, 1, 2, 3, 4)
    assert convert_to_text(pa.array([moment, None])).to_pylist() == ["1970-01-02", None]
    assert convert_to_text(
        pa.array([decimal.Decimal("2.50"), decimal.Decimal("3.00")])
    ).to_pylist() == [
        "2.50",
        "3",
    ]
    assert convert_to_text(pa.array([True])).to_pylist() == ["true"]
    sliced = pa.array([["x"], ["1", "2"], None, ["3"]]).slice(1)
    assert convert_to_text(sliced).to_pylist() == [["1", "2"], [], ["3"]]
