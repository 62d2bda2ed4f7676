"""Orders of found entities."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.check.result_page import SORT_KEYS, parse_sort_order

ENTITIES: list[dict[str, Any]] = [
    {"id": "b", "caption": "zoe", "score": 0.2, "schema": "Person", "properties": {"alias": ["m"]}},
    {"id": "a", "caption": "Anna", "score": 0.9, "schema": "Person", "properties": {}},
    {
        "id": "c",
        "caption": "mia",
        "score": 0.5,
        "schema": "Company",
        "properties": {"alias": ["z", "b"]},
        "last_change": "2024-01-01",
    },
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id", "abc"),
        ("id:desc", "cba"),
        ("caption:asc", "acb"),
        ("score", "bca"),
        ("_score:desc", "acb"),
        ("properties.alias", "cba"),
        ("properties.alias:desc", "bca"),
        ("changed", "cba"),
        ("changed:desc", "cba"),
    ],
)
def test_orders(text: str, expected: str) -> None:
    entities = list(ENTITIES)
    parse_sort_order(text).apply(entities)
    assert "".join(entity["id"] for entity in entities) == expected


@pytest.mark.parametrize("text", ["", "age", "id:down", "-id", "propertiesX", "x.properties.alias"])
def test_unknown_orders(text: str) -> None:
    with pytest.raises(ValueError, match="cannot sort by"):
        parse_sort_order(text)


def test_every_word_is_an_order() -> None:
    assert {parse_sort_order(word).word for word in SORT_KEYS} == set(SORT_KEYS)
