"""Stable 64-bit hashes of texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from resolver.records.prepared.text_cache import cache_short_texts


def compute_hash64(text: str) -> int:
    """Return a stable 64-bit hash of a text (BLAKE2b), never 0."""
    return (
        int.from_bytes(
            hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
        )
        or 1
    )


hash64 = cache_short_texts(100_000)(compute_hash64)
"""`compute_hash64` with a cache."""


def hash_texts(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Return `hash64` of each text; 0 for an empty one."""
    return np.fromiter((hash64(text) if text else 0 for text in texts), dtype=np.uint64)
