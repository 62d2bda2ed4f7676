"""Search without keys, over all values: names by prefix, and records that name others.

The cost is that of the dictionaries of an index, not of its records: a fraction of a second for a
million names.
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
from resolver.records.prepared.batch import spread
from resolver.records.properties import FULL_NAMES, RELATION
from resolver.store.segments import Segment

Numbers = npt.NDArray[np.int64]
MAX_MATCHES = 2_000
"""Limit on the records that one search returns."""
_MAX_SCANNED = 20_000
"""Relations times records looked for up to which all are read; else a column is sorted once."""
_MAX_CACHED_COLUMNS = 8


def find_by_name_prefix(segments: Sequence[Segment], prefix: str) -> Numbers:
    """Return the records with a name of which a word begins with a prefix, in any case.

    Names that begin with the prefix come first, then ascending numbers. Ended records are included.
    """
    pattern = re.escape(" ".join(prefix.split()))
    at_start = _find_by_pattern(segments, f"^{pattern}")
    inside = (
        _find_by_pattern(segments, rf"[\s,'-]{pattern}")
        if len(at_start) < MAX_MATCHES
        else at_start
    )
    return np.concatenate([at_start, np.setdiff1d(inside, at_start)])[:MAX_MATCHES]


def find_by_value(segments: Sequence[Segment], prop: str, text: str) -> Numbers:
    """Return the records with a value of a property that is a text, ascending.

    Ended records are included.
    """
    return _unite(
        _record_numbers(segment, column, _to_flags(pc.equal(column.values, text)))
        for segment, column in _iterate_columns(segments, (prop,))
    )


def find_related_to(segments: Sequence[Segment], record_ids: Sequence[str]) -> Numbers:
    """Return the records that state a relation to one of some records, ascending.

    Ended records are included.
    """
    parts = []
    for segment, column in _iterate_columns(segments, (RELATION,)):
        if len(column.values) * len(record_ids) > _MAX_SCANNED:
            targets = _cached_targets(column)
            parts += [
                segment.first + targets.rows_of(record_id).astype(np.int64)
                for record_id in record_ids
            ]
            continue
        is_match = np.zeros(len(column.values), dtype=bool)
        for record_id in record_ids:
            # the id is the second field of a packed relation
            is_inside = pc.match_substring(column.values, f"{SEPARATOR}{record_id}{SEPARATOR}")
            is_last = pc.ends_with(column.values, f"{SEPARATOR}{record_id}")
            is_match |= _to_flags(pc.or_(is_inside, is_last))
        parts.append(_record_numbers(segment, column, is_match))
    return _unite(parts)


@dataclass(frozen=True, slots=True)
class _Targets:
    """Targets of packed relations: record ids, ascending, with the code of each relation.

    `rows[ends[c]:ends[c + 1]]` are the rows of records that state code c. `values` are the
    relations that the table was built from.
    """

    values: pa.StringArray
    names: pa.StringArray
    codes: Numbers
    rows: IntArray
    ends: Numbers

    @classmethod
    def of(cls, column: Column) -> _Targets:
        """Build from a column of relations."""
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

    def rows_of(self, record_id: str) -> IntArray:
        """Return the rows of the records with relations that name a record."""
        # text sorts by its UTF-8
        low, high = (
            side(
                range(len(self.names)),
                record_id.encode(),
                key=lambda place: self.names[place].as_py().encode(),
            )
            for side in (bisect_left, bisect_right)
        )
        codes = self.codes[low:high]
        rows: IntArray = self.rows[
            spread(self.ends[codes], self.ends[codes + 1] - self.ends[codes])
        ]
        return rows


_targets_by_column: OrderedDict[int, _Targets] = OrderedDict()


def _cached_targets(column: Column) -> _Targets:
    """Return the targets of a column, cached while it is in use.

    A million relations cannot be read for every request.
    """
    values = column.values
    targets = _targets_by_column.get(id(values))
    if targets is None or targets.values is not values:
        targets = _targets_by_column[id(values)] = _Targets.of(column)
        while len(_targets_by_column) > _MAX_CACHED_COLUMNS:
            # each step is atomic in the interpreter, so threads need no lock
            _targets_by_column.popitem(last=False)
    return targets


def _find_by_pattern(segments: Sequence[Segment], pattern: str) -> Numbers:
    return _unite(
        _record_numbers(
            segment,
            column,
            _to_flags(pc.match_substring_regex(column.values, pattern, ignore_case=True)),
        )
        for segment, column in _iterate_columns(segments, FULL_NAMES)
    )[:MAX_MATCHES]


def _iterate_columns(
    segments: Sequence[Segment], props: Sequence[str]
) -> Iterable[tuple[Segment, Column]]:
    for segment in segments:
        yield from (
            (segment, segment.batch.columns[prop])
            for prop in props
            if prop in segment.batch.columns
        )


def _to_flags(flags: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    return np.asarray(flags.to_numpy(zero_copy_only=False), dtype=bool)


def _record_numbers(segment: Segment, column: Column, is_match: npt.NDArray[np.bool_]) -> Numbers:
    if not is_match.any():
        return np.zeros(0, dtype=np.int64)
    return segment.first + column.rows[is_match[column.codes]].astype(np.int64)


def _unite(parts: Iterable[Numbers]) -> Numbers:
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
