"""Access to single records of a segment, value by value.

For single records, building columns costs more than their values: indexing a memory view takes a
twentieth of the time of indexing an array. So a reader keeps views of a segment's arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.prepared.record_values import RecordValues
from resolver.store.array_files import encode_texts

_MAX_COLUMN_SETS = 10_000
"""Sets of properties whose columns are cached."""


class _Texts:
    """Texts by position."""

    def __init__(self, texts: pa.StringArray) -> None:
        arrays = encode_texts("t", texts)
        self.ends, self.letters = arrays["t.ends"].data, arrays["t.bytes"].data

    def __getitem__(self, place: int) -> str:
        return str(self.letters[self.ends[place] : self.ends[place + 1]], "utf-8")


class _Column(NamedTuple):
    prop: str
    offsets: memoryview
    codes: memoryview
    texts: _Texts


class SegmentReader:
    """Reader of a segment's records, safe to use from several threads.

    `properties` is the array that `Segment.properties` returns.
    """

    def __init__(
        self, batch: Batch, offsets: Mapping[str, IntArray], properties: npt.NDArray[np.uint64]
    ) -> None:
        self._columns = [
            _Column(prop, offsets[prop].data, column.codes.data, _Texts(column.values))
            for prop, column in batch.columns.items()
        ]
        self._marks = [np.ascontiguousarray(row).data for row in properties]
        self._column_sets: dict[tuple[int, int], list[_Column]] = {}
        self._ids, self._kinds = _Texts(batch.ids), batch.kinds.data
        self._sources, self._source_codes = (
            batch.sources.values.to_pylist(),
            batch.sources.codes.data,
        )
        self._schemas, self._schema_codes = (
            batch.schemas.values.to_pylist(),
            batch.schemas.codes.data,
        )

    def read_rows(self, places: Sequence[int]) -> RecordValues:
        """Return the records of some rows with their values as texts."""
        return RecordValues(
            [self._ids[row] for row in places],
            [self._sources[self._source_codes[row]] for row in places],
            [self._kinds[row] for row in places],
            [self._schemas[self._schema_codes[row]] for row in places],
            self._read_values(places),
        )

    def _read_values(self, places: Sequence[int]) -> dict[str, list[tuple[int, str]]]:
        """Return (number of the row, text) of the values of some rows, by property."""
        values: dict[str, list[tuple[int, str]]] = {}
        for number, row in enumerate(places):
            for word, marks in enumerate(self._marks):
                for prop, offsets, codes, texts in self._columns_of(word, marks[row]):
                    property_values = values.get(prop)
                    if property_values is None:
                        property_values = values[prop] = []
                    ends, letters = texts.ends, texts.letters
                    for place in range(offsets[row], offsets[row + 1]):
                        code = codes[place]
                        property_values.append(
                            (number, str(letters[ends[code] : ends[code + 1]], "utf-8"))
                        )
        return values

    def _columns_of(self, word: int, bits: int) -> list[_Column]:
        """Return the columns whose bits are set in a word of `properties`."""
        columns = self._column_sets.get((word, bits))
        if columns is None:
            if len(self._column_sets) >= _MAX_COLUMN_SETS:
                self._column_sets.clear()
            columns = [
                self._columns[64 * word + bit]
                for bit in range(bits.bit_length())
                if bits >> bit & 1
            ]
            self._column_sets[word, bits] = columns
        return columns
