"""Reads a few records of a segment, value by value.

Of single records columns cost more than what they hold: an index into a memory view takes a twentieth of the time of
one into an array. So a segment's arrays are held as views, made once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.prepared.record_values import Spelled
from resolver.store.array_files import text_arrays

_MOST_KINDS = 10_000
"""Of so many sets of properties it is remembered which columns they are."""


class _Texts:
    """Texts by their places."""

    def __init__(self, texts: pa.StringArray) -> None:
        held = text_arrays("t", texts)
        self.ends, self.letters = held["t.ends"].data, held["t.bytes"].data

    def __getitem__(self, place: int) -> str:
        return str(self.letters[self.ends[place] : self.ends[place + 1]], "utf-8")


class _Column(NamedTuple):
    prop: str
    offsets: memoryview
    codes: memoryview
    texts: _Texts


class Reader:
    """The records of a segment; `properties` as `Segment.properties` gives them. Safe to use from several threads."""

    def __init__(
        self, batch: Batch, offsets: Mapping[str, IntArray], properties: npt.NDArray[np.uint64]
    ) -> None:
        self._columns = [
            _Column(prop, offsets[prop].data, column.codes.data, _Texts(column.values))
            for prop, column in batch.columns.items()
        ]
        self._marks = [np.ascontiguousarray(row).data for row in properties]
        self._held: dict[tuple[int, int], list[_Column]] = {}
        self._ids, self._kinds = _Texts(batch.ids), batch.kinds.data
        self._sources, self._source_codes = (
            batch.sources.values.to_pylist(),
            batch.sources.codes.data,
        )
        self._schemas, self._schema_codes = (
            batch.schemas.values.to_pylist(),
            batch.schemas.codes.data,
        )

    def spelled(self, places: Sequence[int]) -> Spelled:
        """The records of some rows, spelled out."""
        said: dict[str, list[tuple[int, str]]] = {}
        for number, row in enumerate(places):
            for word, marks in enumerate(self._marks):
                for prop, offsets, codes, texts in self._columns_of(word, marks[row]):
                    held = said.get(prop)
                    if held is None:
                        held = said[prop] = []
                    ends, letters = texts.ends, texts.letters
                    for at in range(offsets[row], offsets[row + 1]):
                        code = codes[at]
                        held.append((number, str(letters[ends[code] : ends[code + 1]], "utf-8")))
        return Spelled(
            [self._ids[row] for row in places],
            [self._sources[self._source_codes[row]] for row in places],
            [self._kinds[row] for row in places],
            [self._schemas[self._schema_codes[row]] for row in places],
            said,
        )

    def _columns_of(self, word: int, bits: int) -> list[_Column]:
        """The columns that bits of a word of marks stand for."""
        found = self._held.get((word, bits))
        if found is None:
            if len(self._held) >= _MOST_KINDS:
                self._held.clear()
            found = [
                self._columns[64 * word + bit]
                for bit in range(bits.bit_length())
                if bits >> bit & 1
            ]
            self._held[word, bits] = found
        return found
