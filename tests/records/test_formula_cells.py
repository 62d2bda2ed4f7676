from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.records.labels import escape_formula, unescape_formula


@pytest.mark.parametrize(
    "cell", ["=1+1", "+SUM(A1)", "-cmd|x", "@x", "\tx", "\nx", "＝x", "'=x", "''@x"]
)
def test_formulas_are_escaped(cell: str) -> None:
    assert escape_formula(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-1.5", "+49 30 1234", "a=b", "", "'t Hooft", "O'Neill"])
def test_what_is_no_formula_stays(cell: str) -> None:
    assert escape_formula(cell) == cell


@given(st.text(alphabet="'=+-@a1 \t"))
def test_nothing_is_lost(cell: str) -> None:
    assert unescape_formula(escape_formula(cell)) == cell
