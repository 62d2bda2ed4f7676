"""Counts with their nouns, and messages that write them."""

from __future__ import annotations

import pandas as pd
import pytest

import resolver
from resolver.errors import pluralize


@pytest.mark.parametrize(
    ("count", "words", "text"),
    [
        (0, ("record",), "0 records"),
        (1, ("record",), "1 record"),
        (1, ("record is", "records are"), "1 record is"),
        (1234, ("entity", "entities"), "1,234 entities"),
    ],
)
def test_a_count_has_its_noun(count: int, words: tuple[str, ...], text: str) -> None:
    assert pluralize(count, *words) == text


def test_one_row_is_one_entity() -> None:
    people = pd.DataFrame({"name": ["Ivan Petrov"]})
    result = resolver.dedupe(people, kind="person")
    assert "1 row is 1 entity; 0 pairs merged" in repr(result)
    assert "1 row." in result.entity(0)._repr_html_()
