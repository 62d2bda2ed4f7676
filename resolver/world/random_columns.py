"""Random numbers of the world, and basic operations on columns of text.

`Dice` objects belong to one purpose in one chunk: their numbers depend only on the seed, the chunk
number and the name of the purpose. So chunks can be made in any order, and a change of one purpose
does not affect the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.world.name_lexicon import Bools, Floats, Ints


class Dice:
    """Source of uniform random numbers and numbers derived from them.

    Only `Generator.random()` is drawn, whose stream numpy keeps stable.
    """

    def __init__(self, *keys: int | str) -> None:
        entropy = [key if isinstance(key, int) else zlib.crc32(key.encode()) for key in keys]
        self._source = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))

    def uniform(self, *shape: int) -> Floats:
        """Draw numbers in 0…1 (1 excluded)."""
        return self._source.random(shape)

    def chance(self, count: int, rate: float | Floats) -> Bools:
        """Draw booleans, True at the rate `rate` (0…1; one number or one each)."""
        return np.asarray(self.uniform(count) < rate)

    def integers(self, count: int, limit: int | Ints) -> Ints:
        """Draw whole numbers from 0 to `limit` - 1 (one limit or one each)."""
        return np.floor(self.uniform(count) * limit).astype(np.int64)

    def choose(self, count: int, weights: Sequence[float] | Floats) -> Ints:
        """Draw indices into `weights`, proportional to the weights."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.minimum(
            np.searchsorted(edges / edges[-1], self.uniform(count), side="right"), len(edges) - 1
        )

    def permutation(self, count: int) -> Ints:
        """Return 0 … count - 1 in random order."""
        return np.argsort(self.uniform(count), kind="stable")


def concat_texts(parts: Sequence[pa.Array | str], separator: str = "") -> pa.StringArray:
    """Concatenate texts element by element; null if any part is null. A `str` is repeated."""
    return pc.binary_join_element_wise(*parts, separator, null_handling="emit_null")


def join_non_null(parts: Sequence[pa.Array], separator: str = " ") -> pa.StringArray:
    """Join texts element by element, skipping nulls; null if all parts are null."""
    joined = parts[0]
    for part in parts[1:]:
        # Arrow's option to skip nulls drops rows in which all parts are null.
        joined = pc.coalesce(concat_texts([joined, part], separator), joined, part)
    return joined


def keep_where(texts: pa.Array, mask: Bools) -> pa.Array:
    """Keep texts where `mask` is True, null elsewhere."""
    return pc.if_else(pa.array(mask), texts, pa.scalar(None, pa.string()))


def choose_where(mask: Bools, yes: pa.Array | str, no: pa.Array | str) -> pa.Array:
    """Return `yes` where `mask` is True, `no` elsewhere."""
    return pc.if_else(pa.array(mask), yes, no)


def is_present(texts: pa.Array) -> Bools:
    """Return True where a text is not null."""
    return np.asarray(texts.is_valid().to_numpy(zero_copy_only=False))


def format_numbers(numbers: npt.NDArray[np.int64], width: int = 0) -> pa.StringArray:
    """Format whole numbers, with leading zeros up to `width`."""
    digits = pc.cast(pa.array(numbers), pa.string())
    return pc.utf8_lpad(digits, width, "0") if width else digits


def make_nulls(count: int) -> pa.StringArray:
    """Return `count` nulls."""
    return pa.nulls(count, pa.string())


def combine_chunks(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a possibly chunked column as one array."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
