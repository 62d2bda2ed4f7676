"""Segments: the records of some landings as memory-mapped columns beside the store, and whatever is looked up in them.

A segment holds the records numbered `first` … `first + n - 1`, which landed with the versions after `since` up to
`until` (at the time `landed`), the numbers of records that ended with those landings, and arrays that whoever looks
things up has added (blocking keys). Segments are made from the store and can be made again at any time; the chain of
those in a folder begins at version 0, each going on where the one before ends. Their `stamp` says what they were made
under; others are of no use and are removed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.errors import StoreError
from resolver.records import Batch, Coded, Column
from resolver.records.batch import IntArray
from resolver.records.prepared.ragged import spread
from resolver.store.array_files import (
    AnyArray,
    ArrayFile,
    open_arrays,
    text_arrays,
    texts_of,
    write_arrays,
)
from resolver.store.bulk_rows import Numbers

_LOG = logging.getLogger("resolver.index")
_NAME = re.compile(r"^segment-(\d+)-(\d+)\.bin$")


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `batch` and `extra` lie in mapped memory where it has a file (`path`). The values of record i in
    column p stand at `offsets[p][i]:offsets[p][i + 1]`."""

    path: Path | None
    since: int
    until: int
    landed: str
    first: int
    batch: Batch
    offsets: Mapping[str, IntArray]
    ended: Numbers
    extra: Mapping[str, AnyArray]

    def __len__(self) -> int:
        return len(self.batch)

    def take(self, rows: Numbers) -> Batch:
        """The records of some rows, in that order; the cost is that of what they say, not of what else is there."""
        columns = {}
        for prop, column in self.batch.columns.items():
            starts = self.offsets[prop][rows]
            counts = self.offsets[prop][rows + 1] - starts
            places = spread(starts, counts)
            if len(places):
                codes, values = _compact(column.codes[places], column.values)
                origins, origin_values = _compact(column.origins[places], column.origin_values)
                taken = np.repeat(np.arange(len(rows), dtype=np.int32), counts)
                columns[prop] = Column(taken, codes, values, origins, origin_values)
        batch = self.batch
        return Batch(
            batch.ids.take(pa.array(rows)),
            batch.kinds[rows],
            Coded(*_compact(batch.schemas.codes[rows], batch.schemas.values)),
            Coded(*_compact(batch.sources.codes[rows], batch.sources.values)),
            columns,
        )

    def properties(self) -> npt.NDArray[np.uint64]:
        """Which properties each record has: bit p % 64 of word p // 64 for the p-th column (words × records)."""
        marks = np.zeros((-(-len(self.batch.columns) // 64), len(self)), dtype=np.uint64)
        for place, column in enumerate(self.batch.columns.values()):
            marks[place // 64, column.rows] |= np.uint64(1 << (place % 64))
        return marks


def _compact(codes: IntArray, values: pa.StringArray) -> tuple[IntArray, pa.StringArray]:
    """Codes over a dictionary of the texts they use."""
    if len(values) == 1 and len(codes):
        return codes, values
    used, place = np.unique(codes, return_inverse=True)
    return place.astype(np.int32), values.take(pa.array(used))


def segment_of(
    batch: Batch,
    *,
    since: int,
    until: int,
    landed: str,
    first: int,
    ended: Numbers,
    extra: Mapping[str, AnyArray],
) -> Segment:
    """A segment in memory of records in the order of their numbers."""
    offsets = {prop: column.offsets(len(batch)) for prop, column in batch.columns.items()}
    return Segment(None, since, until, landed, first, batch, offsets, ended, extra)


def write_segment(
    folder: Path, segment: Segment, stamp: Mapping[str, str], *, large_pages: bool = False
) -> Segment:
    """Put a segment into a file of a folder, and map it (in `large_pages` if the system has them). Raises `StoreError`
    where it cannot be written."""
    batch = segment.batch
    arrays: dict[str, AnyArray] = {
        "kinds": batch.kinds,
        "ended": segment.ended,
        **text_arrays("ids", batch.ids),
    }
    for name, coded in (("schemas", batch.schemas), ("sources", batch.sources)):
        arrays |= {f"{name}.codes": coded.codes, **text_arrays(name, coded.values)}
    for prop, column in batch.columns.items():
        place = f"p.{prop}"
        arrays |= {f"{place}.offsets": segment.offsets[prop], f"{place}.codes": column.codes}
        arrays |= {
            f"{place}.origins": column.origins,
            **text_arrays(f"{place}.values", column.values),
        }
        arrays |= text_arrays(f"{place}.origin", column.origin_values)
    arrays |= {f"x.{name}": array for name, array in segment.extra.items()}
    names = ("since", "until", "landed", "first")
    about = {
        **{name: getattr(segment, name) for name in names},
        "props": list(batch.columns),
        "stamp": dict(stamp),
    }
    path = folder / f"segment-{segment.since}-{segment.until}.bin"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_arrays(path, arrays, about, large_pages=large_pages)
    except OSError as error:
        raise StoreError(
            f"the index cannot be written: {error.strerror or error}",
            where=str(folder),
            mend="free some space there",
        ) from error
    return open_segment(path, large_pages=large_pages)


def open_segment(path: Path, *, large_pages: bool = False) -> Segment:
    """Map a segment. Raises `StoreError` for a damaged one."""
    return _segment(path, open_arrays(path, large_pages=large_pages))


def _segment(path: Path, file: ArrayFile) -> Segment:
    about, arrays = file.about, file.arrays
    columns, offsets = {}, {}
    for prop in about["props"]:
        place = f"p.{prop}"
        held = offsets[prop] = arrays[f"{place}.offsets"]
        columns[prop] = Column(
            np.repeat(np.arange(len(held) - 1, dtype=np.int32), np.diff(held)),
            arrays[f"{place}.codes"],
            texts_of(f"{place}.values", arrays),
            arrays[f"{place}.origins"],
            texts_of(f"{place}.origin", arrays),
        )
    schemas, sources = (
        Coded(arrays[f"{name}.codes"], texts_of(name, arrays)) for name in ("schemas", "sources")
    )
    batch = Batch(texts_of("ids", arrays), arrays["kinds"], schemas, sources, columns)
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


def chain(folder: Path, stamp: Mapping[str, str], *, large_pages: bool = False) -> list[Segment]:
    """The segments of a folder that follow one another from version 0, mapped in `large_pages` if the system has them.
    Removes damaged ones and those of another stamp."""
    found: dict[int, list[int]] = {}
    for path in sorted(folder.glob("segment-*.bin")):
        match = _NAME.match(path.name)
        if match:
            found.setdefault(int(match[1]), []).append(int(match[2]))
    segments: list[Segment] = []
    at = 0
    while True:
        for until in sorted(found.get(at, []), reverse=True):
            path = folder / f"segment-{at}-{until}.bin"
            segment = _usable(path, stamp, large_pages) if at < until else None
            if segment is not None:
                segments.append(segment)
                at = until
                break
        else:
            return segments


def _usable(path: Path, stamp: Mapping[str, str], large_pages: bool) -> Segment | None:
    try:
        file = open_arrays(path)
        if dict(file.about["stamp"]) == dict(stamp):
            return _segment(path, open_arrays(path, checked=True, large_pages=large_pages))
    except (StoreError, LookupError, ValueError) as error:
        # or of a form that is no longer made
        _LOG.warning("%s is damaged and is made again: %s", path, error)
    path.unlink(missing_ok=True)
    return None


def forget(folder: Path, kept: Sequence[Segment]) -> None:
    """Remove the segments that are not among those kept. Whoever has mapped one keeps what was mapped."""
    files = [segment for segment in kept if segment.path is not None]
    names = {segment.path.name for segment in files if segment.path is not None}
    last = max((segment.until for segment in files), default=0)
    for path in folder.glob("segment-*.bin"):
        match = _NAME.match(path.name)
        # what reaches further is somebody else's newer work
        if path.name not in names and match and int(match[2]) <= last:
            path.unlink(missing_ok=True)
