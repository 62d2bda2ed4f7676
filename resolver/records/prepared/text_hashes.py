"""Stable 64-bit hashes of texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.kernels.text.byte_hashes import fill_text_hashes
from resolver.records.prepared.text_cache import cache_short_texts

_MIN_TEXTS = 500
"""Number of texts from which the kernel hashes them: most of many are new, and filling the cache
takes longer.
"""


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
    texts = list(texts)
    if len(texts) < _MIN_TEXTS:
        return _hash_one_by_one(texts)
    try:
        encoded = pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        # half of a character, which no encoding has
        return _hash_one_by_one(texts)
    offsets, data = encoded.buffers()[1:]
    hashes = np.empty(len(texts), dtype=np.uint64)
    letters = np.frombuffer(data, dtype=np.uint8) if data.size else np.zeros(0, dtype=np.uint8)
    fill_text_hashes(np.frombuffer(offsets, dtype=np.int64), letters, hashes)
    missing = np.flatnonzero(hashes == 0).tolist()
    hashes[missing] = _hash_one_by_one([texts[place] for place in missing])
    return hashes


def _hash_one_by_one(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    return np.fromiter((hash64(text) if text else 0 for text in texts), dtype=np.uint64)
