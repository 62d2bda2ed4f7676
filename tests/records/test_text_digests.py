"""Digests of texts, against the standard library."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from resolver.records import packing
from resolver.records.packing import digest_texts


def library_digests(texts: list[bytes]) -> list[bytes]:
    """Return the SHA-256 of texts by the standard library."""
    return [hashlib.sha256(text).digest() for text in texts]


def as_bytes(digests: packing.Digests) -> list[bytes]:
    """Return digests as bytes."""
    return [row.tobytes() for row in digests.astype(">u4")]


@given(st.lists(st.binary(max_size=200), max_size=80))
@example([b"x" * length for length in (54, 55, 56, 63, 64, 65, 119, 120, 1000)])
@example([b"", b"y" * 5_000] * 33)
def test_digests_are_those_of_the_library(texts: list[bytes]) -> None:
    assert as_bytes(digest_texts(pa.array(texts, pa.binary()))) == library_digests(texts)


def test_a_slice_has_the_digests_of_its_texts() -> None:
    texts = pa.array(["a", "bc", "def"])[1:]
    assert as_bytes(digest_texts(texts)) == library_digests([b"bc", b"def"])


def test_many_texts_are_hashed_on_several_cores() -> None:
    texts = [f"s:{number}" for number in range(packing._MIN_PARALLEL + 1)]
    digests = digest_texts(pa.array(texts), workers=2)
    assert np.array_equal(digests, digest_texts(pa.array(texts)))
    assert as_bytes(digests[-3:]) == library_digests([text.encode() for text in texts[-3:]])
