"""Hashes of many texts against the hash of each."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolver.runtime.text_cache import compute_hash64, hash_texts


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5), st.sampled_from([1, 500]))
@example(["", "a" * 128, "a" * 129, "é" * 64, "é" * 65], 200)
@example(["\ud800", "whole"], 500)
@example([], 1)
@example([""], 500)
def test_many_texts_have_the_hashes_of_each(texts: list[str], times: int) -> None:
    many = texts * times
    expected = [compute_hash64(text) if text else 0 for text in texts] * times
    assert hash_texts(many).tolist() == expected
    assert hash_texts(iter(many)).tolist() == expected
