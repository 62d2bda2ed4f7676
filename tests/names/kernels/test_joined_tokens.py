"""Hashes and skeletons of bytes against `hash64`, `skeleton_code` and `joined_hashes`."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.folding import skeleton_code, sound_code
from resolver.names.kernels.spellings import MAX_JOINED, write_skeleton
from resolver.names.name_tokens import SKELETON_RULES, joined_hashes, skeleton_hashes, token_letters
from resolver.records.prepared.batch import Ragged, TokenTable
from resolver.runtime.text_cache import hash64, hash_texts
from resolver.runtime.text_hashes import hash_bytes

LETTERS = st.text("aehiwysctzkdjgpqux0", max_size=15)
WORDS = st.one_of(LETTERS, st.text("ab مü日", max_size=MAX_JOINED))


@settings(deadline=None)
@given(st.text(max_size=32))
def test_hash_is_that_of_the_library(text: str) -> None:
    data = text.encode("utf-8")
    block = np.empty(16, dtype=np.uint64)
    letters = np.frombuffer(data or b" ", dtype=np.uint8)
    assert hash_bytes(letters, len(data), block) == hash64(text)


@settings(deadline=None)
@given(LETTERS)
def test_written_skeleton_is_the_skeleton(text: str) -> None:
    word, other = np.zeros((2, 2 * MAX_JOINED), dtype=np.uint8)
    word[: len(text)] = list(text.encode("ascii"))
    length = write_skeleton(word, len(text), SKELETON_RULES, other)
    assert bytes(word[:length]).decode("ascii") == skeleton_code(text)


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(WORDS, st.text("0123٣²", max_size=3), st.just("shx" * 20), st.just("shx" * 21))
    )
)
def test_hashes_of_skeletons_are_those_of_the_function(words: list[str]) -> None:
    skeletons = [word if word.isdigit() else skeleton_code(word) for word in words]
    assert skeleton_hashes(words).tolist() == hash_texts(skeletons).tolist()


def _table(texts: list[str]) -> TokenTable:
    none, zero = np.zeros(len(texts), dtype=np.uint8), np.zeros(len(texts), dtype=np.float32)
    return TokenTable(
        np.array(texts, dtype=object),
        hash_texts(texts),
        hash_texts(texts),
        hash_texts(map(sound_code, texts)),
        hash_texts(map(skeleton_code, texts)),
        none.astype(np.uint16),
        zero,
        zero,
        Ragged.empty(len(texts)),
        none.astype(np.uint32),
    )


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6, unique=True), st.data())
def test_neighbors_written_together(texts: list[str], data: st.DataObject) -> None:
    forms = data.draw(st.lists(st.lists(st.integers(0, len(texts) - 1), max_size=4), max_size=4))
    table = _table(texts)
    joined, joined_skeletons = joined_hashes(Ragged.of(forms), table, token_letters(table))
    hashes, skeleton_hashes = [], []
    for form in forms:
        for first, second in pairwise(form):
            text = texts[first] + texts[second]
            bare = skeleton_code(text)
            is_short = len(text) <= MAX_JOINED
            hashes.append(hash64(text) if text and is_short else 0)
            skeleton_hashes.append(hash64(bare) if len(bare) > 2 and is_short else 0)
        hashes += [0] * bool(form)
        skeleton_hashes += [0] * bool(form)
    assert joined.tolist() == hashes
    assert joined_skeletons.tolist() == skeleton_hashes
