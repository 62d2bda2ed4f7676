"""SHA-256 digests of texts in Arrow arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.kernels.text.sha256 import fill_digests
from resolver.kernels.threads import threads

Digests = npt.NDArray[np.uint32]
_TEXTS_AT_ONCE = 8_192
_MIN_PARALLEL = 100_000
"""Texts that are worth threads to hash them."""


def digest_texts(texts: pa.Array, workers: int = 1) -> Digests:
    """Return the SHA-256 of texts (or bytes, without nulls) as eight numbers each, n × 8.

    The result does not depend on `workers` (threads).
    """
    texts = texts.cast(pa.large_binary())
    _, offsets, letters = texts.buffers()
    count, places = len(texts), np.frombuffer(offsets, dtype=np.int64)[texts.offset :]
    data = np.frombuffer(letters or b"\0", dtype=np.uint8)
    digests: Digests = np.empty((count, 8), dtype=np.uint32)

    def fill(first: int) -> None:
        """Hash some of the texts."""
        fill_digests(places, data, first, min(first + _TEXTS_AT_ONCE, count), digests)

    with threads(workers if count >= _MIN_PARALLEL else 1) as pool:
        list(pool.map(fill, range(0, count, _TEXTS_AT_ONCE)))
    return digests
