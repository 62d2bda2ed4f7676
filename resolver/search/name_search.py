"""Records found without keys, by looking at every value there is: names by how they begin, and who names a record.

The cost is that of the dictionaries of an index, not of its records: a fraction of a second for a million names.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import Column
from resolver.records.batch import IntArray
from resolver.records.packing import SEPARATOR
from resolver.records.prepared.ragged import spread
from resolver.records.properties import FULL_NAMES, RELATION
from resolver.store.segments import Segment

Numbers = npt.NDArray[np.int64]
MOST = 2_000
"""Records that one question finds at most."""
_SCANNED = 2_000
"""So many relations are read through; more are put in order once, and looked up."""
_REMEMBERED = 8


def beginning_with(segments: Sequence[Segment], prefix: str) -> Numbers:
    """The numbers of records with a name of which a word begins with a prefix, whatever its case; names that begin so
    themselves first, then ascending. Records that have ended are among them."""
    words = re.escape(" ".join(prefix.split()))
    at_start = _with_names(segments, f"^{words}")
    inside = _with_names(segments, rf"[\s,'-]{words}") if len(at_start) < MOST else at_start
    return np.concatenate([at_start, np.setdiff1d(inside, at_start)])[:MOST]


def naming(segments: Sequence[Segment], record_ids: Sequence[str]) -> Numbers:
    """The numbers of records that state a relation to one of some records, ascending; those that have ended too."""
    found = []
    for segment, column in _columns(segments, (RELATION,)):
        if len(column.values) > _SCANNED:
            targets = _targets_of(column)
            found += [
                segment.first + targets.rows_of(identity).astype(np.int64)
                for identity in record_ids
            ]
            continue
        hits = np.zeros(len(column.values), dtype=bool)
        for identity in record_ids:
            # the id is the second field of a packed relation: something, the separator, the id, and no more of it
            inside = pc.match_substring(column.values, f"{SEPARATOR}{identity}{SEPARATOR}")
            last = pc.ends_with(column.values, f"{SEPARATOR}{identity}")
            hits |= _flags(pc.or_(inside, last))
        found.append(_numbers(segment, column, hits))
    return _united(found)


@dataclass(frozen=True, slots=True)
class _Targets:
    """The records that packed relations name, ascending, and the code of each relation; the rows of records that state
    code c are `rows[ends[c]:ends[c + 1]]`. `held`: what it was made of."""

    held: pa.StringArray
    names: pa.StringArray
    codes: Numbers
    rows: IntArray
    ends: Numbers

    @classmethod
    def of(cls, column: Column) -> _Targets:
        values = column.values
        parts = pc.split_pattern(values, SEPARATOR)
        starts = parts.offsets.to_numpy()
        codes = np.flatnonzero(np.diff(starts) > 1)
        names = parts.flatten().take(pa.array(starts[:-1][codes] - starts[0] + 1))
        order = pc.sort_indices(names).to_numpy()
        ends = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(np.bincount(column.codes, minlength=len(values)), out=ends[1:])
        rows = column.rows[np.argsort(column.codes, kind="stable")]
        return cls(values, names.take(pa.array(order)), codes[order], rows, ends)

    def rows_of(self, identity: str) -> IntArray:
        """The rows of the records with relations that name a record."""
        # text sorts by its UTF-8
        low, high = (
            side(
                range(len(self.names)),
                identity.encode(),
                key=lambda place: self.names[place].as_py().encode(),
            )
            for side in (bisect_left, bisect_right)
        )
        codes = self.codes[low:high]
        found: IntArray = self.rows[
            spread(self.ends[codes], self.ends[codes + 1] - self.ends[codes])
        ]
        return found


_KNOWN: OrderedDict[int, _Targets] = OrderedDict()


def _targets_of(column: Column) -> _Targets:
    """Those of a column, remembered while it is in use: a million relations cannot be read for every answer."""
    values = column.values
    found = _KNOWN.get(id(values))
    if found is None or found.held is not values:
        found = _KNOWN[id(values)] = _Targets.of(column)
        while len(_KNOWN) > _REMEMBERED:
            # each is one step for the interpreter, so threads need no lock
            _KNOWN.popitem(last=False)
    return found


def _with_names(segments: Sequence[Segment], pattern: str) -> Numbers:
    return _united(
        _numbers(
            segment,
            column,
            _flags(pc.match_substring_regex(column.values, pattern, ignore_case=True)),
        )
        for segment, column in _columns(segments, FULL_NAMES)
    )[:MOST]


def _columns(segments: Sequence[Segment], props: Sequence[str]) -> Iterable[tuple[Segment, Column]]:
    for segment in segments:
        yield from (
            (segment, segment.batch.columns[prop])
            for prop in props
            if prop in segment.batch.columns
        )


def _flags(found: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _numbers(segment: Segment, column: Column, hits: npt.NDArray[np.bool_]) -> Numbers:
    if not hits.any():
        return np.zeros(0, dtype=np.int64)
    return segment.first + column.rows[hits[column.codes]].astype(np.int64)


def _united(parts: Iterable[Numbers]) -> Numbers:
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
