"""The native twins of `hash64`, `skeleton` and `joined_hashes` against the plain ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.normalize.folding import (
    hash64,
    hashes_of,
    skeleton,
    sound,
)
from resolver.normalize.kernels import LONGEST, bones, hash_bytes
from resolver.normalize.token_tables import joined_hashes
from resolver.records.prepared.batch import TokenTable
from resolver.records.prepared.ragged import Ragged

LETTERS = st.text("aehiwysctzkdjgpqux0", max_size=15)
WORDS = st.one_of(LETTERS, st.text("ab مü日", max_size=LONGEST))


@settings(deadline=None)
@given(st.text(max_size=32))
def test_a_hash_is_that_of_the_library(text: str) -> None:
    said = text.encode("utf-8")
    state, block = np.empty(16, dtype=np.uint64), np.empty(16, dtype=np.uint64)
    assert hash_bytes(
        np.frombuffer(said or b" ", dtype=np.uint8), len(said), state, block
    ) == hash64(text)


@settings(deadline=None)
@given(LETTERS)
def test_bones_are_the_skeleton(text: str) -> None:
    room, other = np.zeros(2 * LONGEST, dtype=np.uint8), np.zeros(2 * LONGEST, dtype=np.uint8)
    room[: len(text)] = list(text.encode("ascii"))
    assert bytes(room[: bones(room, len(text), other)]).decode("ascii") == skeleton(text)


def _table(texts: list[str]) -> TokenTable:
    none, zero = np.zeros(len(texts), dtype=np.uint8), np.zeros(len(texts), dtype=np.float32)
    return TokenTable(
        np.array(texts, dtype=object),
        hashes_of(texts),
        hashes_of(texts),
        hashes_of(map(sound, texts)),
        hashes_of(map(skeleton, texts)),
        none,
        zero,
        zero,
        Ragged.empty(len(texts)),
        none.astype(np.uint32),
    )


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6, unique=True), st.data())
def test_neighbours_written_together(texts: list[str], data: st.DataObject) -> None:
    forms = data.draw(st.lists(st.lists(st.integers(0, len(texts) - 1), max_size=4), max_size=4))
    joined, joined_bones = joined_hashes(Ragged.of(forms), _table(texts))
    wanted, wanted_bones = [], []
    for form in forms:
        for one, two in pairwise(form):
            text = texts[one] + texts[two]
            bare = skeleton(text)
            short = len(text) <= LONGEST
            wanted.append(hash64(text) if text and short else 0)
            wanted_bones.append(hash64(bare) if len(bare) > 2 and short else 0)
        wanted += [0] * bool(form)
        wanted_bones += [0] * bool(form)
    assert joined.tolist() == wanted
    assert joined_bones.tolist() == wanted_bones
