"""YAML of untrusted senders: plain texts only."""

from __future__ import annotations

import time

import pytest
import yaml

from resolver.errors import MappingError
from resolver.lists.formats.tabular.mapping import MAX_BYTES, read_yaml_text

BOMB = "a: &a {x: 1, y: 2}\n" + "".join(f"b{n}: {{<<: [*a, *a, *a]}}\n" for n in range(30))


def test_scalars_are_texts() -> None:
    content = read_yaml_text("id: 007\ncomplete: yes\nborn: 1:20:30\nnames: [1e9, ~]\n", "m")
    assert content == {"id": "007", "complete": "yes", "born": "1:20:30", "names": ["1e9", "~"]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "anchor"),
        ("a: *b\n", "alias|anchor"),
        ("<<: {a: 1}\n", "merge key"),
        ("a: " + "[" * 50 + "]" * 50, "nested"),
        ("a: [" + "1," * 25_000 + "]", "parts"),
        ("a: " + "1:" * MAX_BYTES, "longer"),
    ],
)
def test_what_costs_much_is_refused_at_once(text: str, reason: str) -> None:
    start = time.monotonic()
    with pytest.raises((MappingError, yaml.YAMLError), match=reason):
        read_yaml_text(text, "m.yml")
    assert time.monotonic() - start < 5


def test_a_number_of_many_digits_is_a_text() -> None:
    digits = "9:" * 20_000 + "9"
    start = time.monotonic()
    assert read_yaml_text(f"id: {digits}\n", "m") == {"id": digits}
    assert time.monotonic() - start < 5
