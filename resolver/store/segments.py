"""Segments: records of consecutive commits as memory-mapped columns beside the store, for lookups.

A segment covers the commits after revision `since` up to `until` (committed at `committed_at`). It
has the records numbered `first` … `first + n - 1`, the numbers of records that these commits ended,
and extra arrays added by indexes (blocking keys). Segments derive from the store and can be rebuilt
at any time. The first segment of the chain in a folder begins at revision 0, and each segment
follows the one before. Segments with another `stamp` than the index needs are unusable and removed.

`SegmentReader` reads single records, value by value. To build columns of a single record would take
longer than to read its values: indexing a memory view takes a twentieth of the time of indexing an
array. So a reader keeps views of a segment's arrays.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.errors import StoreError
from resolver.records import Batch, Coded, Column
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import spread
from resolver.records.prepared.value_flags import RecordValues
from resolver.store import array_files
from resolver.store.bulk_rows import Numbers

_LOG = logging.getLogger("resolver.index")
_NAME = re.compile(r"^segment-(\d+)-(\d+)\.bin$")


@dataclass(frozen=True, slots=True)
class Segment:
    """Segment; `batch` and `extra` are memory-mapped if it has a file (`path`).

    The values of record i in column p are at `offsets[p][i]:offsets[p][i + 1]`.
    """

    path: Path | None
    since: int
    until: int
    committed_at: str
    first: int
    batch: Batch
    offsets: Mapping[str, IntArray]
    ended: Numbers
    extra: Mapping[str, array_files.AnyArray]

    def __len__(self) -> int:
        return len(self.batch)

    def take(self, rows: Numbers) -> Batch:
        """Return the records of some rows in that order, at a cost proportional to their values."""
        columns = {}
        for prop, column in self.batch.columns.items():
            starts = self.offsets[prop][rows]
            counts = self.offsets[prop][rows + 1] - starts
            places = spread(starts, counts)
            if len(places):
                codes, values = _compact(column.codes[places], column.values)
                origins, origin_values = _compact(column.origins[places], column.origin_values)
                record_rows = np.repeat(np.arange(len(rows), dtype=np.int32), counts)
                columns[prop] = Column(record_rows, codes, values, origins, origin_values)
        batch = self.batch
        return Batch(
            batch.ids.take(pa.array(rows)),
            batch.kinds[rows],
            Coded(*_compact(batch.schemas.codes[rows], batch.schemas.values)),
            Coded(*_compact(batch.sources.codes[rows], batch.sources.values)),
            columns,
        )

    def properties(self) -> npt.NDArray[np.uint64]:
        """Return the properties of each record as bits (words × records).

        Bit p % 64 of word p // 64 stands for the p-th column.
        """
        marks = np.zeros((-(-len(self.batch.columns) // 64), len(self)), dtype=np.uint64)
        for index, column in enumerate(self.batch.columns.values()):
            marks[index // 64, column.rows] |= np.uint64(1 << (index % 64))
        return marks


def _compact(codes: IntArray, values: pa.StringArray) -> tuple[IntArray, pa.StringArray]:
    """Return codes over a dictionary reduced to the texts in use."""
    if len(values) == 1 and len(codes):
        return codes, values
    used, place = np.unique(codes, return_inverse=True)
    return place.astype(np.int32), values.take(pa.array(used))


def build_segment(
    batch: Batch,
    *,
    since: int,
    until: int,
    committed_at: str,
    first: int,
    ended: Numbers,
    extra: Mapping[str, array_files.AnyArray],
) -> Segment:
    """Build a segment in memory, from records in the order of their numbers."""
    offsets = {prop: column.offsets(len(batch)) for prop, column in batch.columns.items()}
    return Segment(None, since, until, committed_at, first, batch, offsets, ended, extra)


def write_segment(
    folder: Path, segment: Segment, stamp: Mapping[str, str], *, large_pages: bool = False
) -> Segment:
    """Write a segment to a file in a folder and map it (in `large_pages` if the system has them).

    Raises `StoreError` if it cannot be written.
    """
    batch = segment.batch
    arrays: dict[str, array_files.AnyArray] = {
        "kinds": batch.kinds,
        "ended": segment.ended,
        **array_files.encode_texts("ids", batch.ids),
    }
    for name, coded in (("schemas", batch.schemas), ("sources", batch.sources)):
        arrays |= {f"{name}.codes": coded.codes, **array_files.encode_texts(name, coded.values)}
    for prop, column in batch.columns.items():
        place = f"p.{prop}"
        arrays |= {f"{place}.offsets": segment.offsets[prop], f"{place}.codes": column.codes}
        arrays |= {
            f"{place}.origins": column.origins,
            **array_files.encode_texts(f"{place}.values", column.values),
        }
        arrays |= array_files.encode_texts(f"{place}.origin", column.origin_values)
    arrays |= {f"x.{name}": array for name, array in segment.extra.items()}
    names = ("since", "until", "first")
    about = {
        **{name: getattr(segment, name) for name in names},
        "landed": segment.committed_at,
        "props": list(batch.columns),
        "stamp": dict(stamp),
    }
    path = folder / f"segment-{segment.since}-{segment.until}.bin"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        array_files.write_arrays(path, arrays, about, large_pages=large_pages)
    except OSError as error:
        raise StoreError(
            f"the index cannot be written: {error.strerror or error}",
            place=str(folder),
            hint="free some space there",
        ) from error
    return open_segment(path, large_pages=large_pages)


def open_segment(path: Path, *, large_pages: bool = False) -> Segment:
    """Map the file of a segment. Raises `StoreError` for a damaged one."""
    return _segment(path, array_files.open_arrays(path, large_pages=large_pages))


def _segment(path: Path, file: array_files.ArrayFile) -> Segment:
    about, arrays = file.about, file.arrays
    columns, offsets = {}, {}
    for prop in about["props"]:
        place = f"p.{prop}"
        column_offsets = offsets[prop] = arrays[f"{place}.offsets"]
        columns[prop] = Column(
            np.repeat(np.arange(len(column_offsets) - 1, dtype=np.int32), np.diff(column_offsets)),
            arrays[f"{place}.codes"],
            array_files.decode_texts(f"{place}.values", arrays),
            arrays[f"{place}.origins"],
            array_files.decode_texts(f"{place}.origin", arrays),
        )
    schemas, sources = (
        Coded(arrays[f"{name}.codes"], array_files.decode_texts(name, arrays))
        for name in ("schemas", "sources")
    )
    batch = Batch(
        array_files.decode_texts("ids", arrays), arrays["kinds"], schemas, sources, columns
    )
    extra = {name[2:]: array for name, array in arrays.items() if name.startswith("x.")}
    return Segment(
        path,
        about["since"],
        about["until"],
        about["landed"],
        about["first"],
        batch,
        offsets,
        arrays["ended"],
        extra,
    )


def open_segment_chain(
    folder: Path, stamp: Callable[[], Mapping[str, str]], *, large_pages: bool = False
) -> list[Segment]:
    """Map the segments of a folder that follow one another from revision 0.

    Damaged segments and segments with another stamp are removed. The stamp takes long to compute,
    so it is requested only if there are files. `large_pages` is as in `open_arrays`.
    """
    ends_by_start = _segment_ends(folder)
    segments: list[Segment] = []
    start = 0
    while True:
        for until in sorted(ends_by_start.get(start, []), reverse=True):
            path = folder / f"segment-{start}-{until}.bin"
            segment = _open_usable(path, stamp(), large_pages) if start < until else None
            if segment is not None:
                segments.append(segment)
                start = until
                break
        else:
            return segments


def _segment_ends(folder: Path) -> dict[int, list[int]]:
    """Return the last revisions of the segments of a folder, by the revision they start from."""
    ends_by_start: dict[int, list[int]] = {}
    for path in sorted(folder.glob("segment-*.bin")):
        match = _NAME.match(path.name)
        if match:
            ends_by_start.setdefault(int(match[1]), []).append(int(match[2]))
    return ends_by_start


def _open_usable(path: Path, stamp: Mapping[str, str], large_pages: bool) -> Segment | None:
    try:
        file = array_files.open_arrays(path)
        if dict(file.about["stamp"]) == dict(stamp):
            return _segment(
                path, array_files.open_arrays(path, checked=True, large_pages=large_pages)
            )
    except (StoreError, LookupError, ValueError) as error:
        # or of a format that is no longer written
        _LOG.warning("%s is damaged and will be rebuilt: %s", path, error)
    path.unlink(missing_ok=True)
    return None


def remove_other_segments(folder: Path, segments: Sequence[Segment]) -> None:
    """Remove the files of segments that are not among `segments`; existing mappings stay usable."""
    files = [segment for segment in segments if segment.path is not None]
    names = {segment.path.name for segment in files if segment.path is not None}
    last = max((segment.until for segment in files), default=0)
    for path in folder.glob("segment-*.bin"):
        match = _NAME.match(path.name)
        # later segments are the newer work of another process
        if path.name not in names and match and int(match[2]) <= last:
            path.unlink(missing_ok=True)


_MAX_COLUMN_SETS = 10_000
"""Maximum number of sets of properties whose columns are cached."""


class _Texts:
    """Texts by position."""

    def __init__(self, texts: pa.StringArray) -> None:
        arrays = array_files.encode_texts("t", texts)
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
        """Return the records of some rows with their values as texts.

        A value is a pair of the position of its row in `places` and a text.
        """
        ids, sources, schemas = list[str](), list[str](), list[str]()
        values: dict[str, list[tuple[int, str]]] = {}
        for number, row in enumerate(places):
            ids.append(self._ids[row])
            sources.append(self._sources[self._source_codes[row]])
            schemas.append(self._schemas[self._schema_codes[row]])
            for word, marks in enumerate(self._marks):
                for prop, offsets, codes, texts in self._columns_of(word, marks[row]):
                    property_values = values.get(prop)
                    if property_values is None:
                        property_values = values[prop] = []
                    ends, letters = texts.ends, texts.letters
                    for index in range(offsets[row], offsets[row + 1]):
                        code = codes[index]
                        property_values.append(
                            (number, str(letters[ends[code] : ends[code + 1]], "utf-8"))
                        )
        kinds = list(map(self._kinds.__getitem__, places))
        return RecordValues(ids, sources, kinds, schemas, values)

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
