"""Random numbers of the world, and the few array operations that everything here is made of.

A `Dice` belongs to one purpose in one chunk: its numbers depend on the seed, the chunk's number and the purpose's
name, on nothing else, so that chunks can be made in any order and one purpose can change without disturbing the
others.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic.names.name_lexicon import Bools, Floats, Ints


class Dice:
    """Uniform numbers and what is made of them. Only `random()` is drawn, the stream that numpy keeps stable."""

    def __init__(self, *keys: int | str) -> None:
        entropy = [key if isinstance(key, int) else zlib.crc32(key.encode()) for key in keys]
        self._source = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))

    def uniform(self, *shape: int) -> Floats:
        """Numbers in 0…1 (1 excluded)."""
        return self._source.random(shape)

    def chance(self, count: int, part: float | Floats) -> Bools:
        """True for about `part` (0…1; one number or one each) of `count`."""
        return np.asarray(self.uniform(count) < part)

    def below(self, count: int, limit: int | Ints) -> Ints:
        """Whole numbers from 0 up to and without `limit` (one number or one each)."""
        return np.floor(self.uniform(count) * limit).astype(np.int64)

    def choose(self, count: int, weights: Sequence[float] | Floats) -> Ints:
        """Places in `weights`, each as often as its weight says."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.minimum(
            np.searchsorted(edges / edges[-1], self.uniform(count), side="right"), len(edges) - 1
        )

    def shuffled(self, count: int) -> Ints:
        """0 … count − 1 in random order."""
        return np.argsort(self.uniform(count), kind="stable")


def join(parts: Sequence[pa.Array | str], separator: str = "") -> pa.StringArray:
    """Texts joined element by element; null where any part is null. A plain text stands for itself everywhere."""
    return pc.binary_join_element_wise(*parts, separator, null_handling="emit_null")


def join_present(parts: Sequence[pa.Array], separator: str = " ") -> pa.StringArray:
    """Texts joined element by element, nulls left out; null where all parts are null."""
    joined = parts[0]
    for part in parts[1:]:
        # Arrow's own skipping of nulls loses rows in which all parts are null
        joined = pc.coalesce(join([joined, part], separator), joined, part)
    return joined


def keep(texts: pa.Array, where: Bools) -> pa.Array:
    """The texts where `where` is True, null elsewhere."""
    return pc.if_else(pa.array(where), texts, pa.scalar(None, pa.string()))


def pick(where: Bools, yes: pa.Array | str, no: pa.Array | str) -> pa.Array:
    """`yes` where True, `no` elsewhere."""
    return pc.if_else(pa.array(where), yes, no)


def present(texts: pa.Array) -> Bools:
    """Where a text is not null."""
    return np.asarray(texts.is_valid().to_numpy(zero_copy_only=False))


def number_text(numbers: npt.NDArray[np.int64], width: int = 0) -> pa.StringArray:
    """Whole numbers in digits, with leading zeros up to `width`."""
    digits = pc.cast(pa.array(numbers), pa.string())
    return pc.utf8_lpad(digits, width, "0") if width else digits


def nulls(count: int) -> pa.StringArray:
    """`count` nulls."""
    return pa.nulls(count, pa.string())


def plain(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One array where Arrow may give several chunks."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
