"""How the records of a catalogue are handled, by source: which lists a viewer may know of.

A state of the catalogue is made with every landing, so what it asks of a million records is worked out once for each
shelf; of a state only the records that have been replaced since are counted off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records import Batch, Handling
from resolver.records.batch import IntArray
from resolver.records.packing import unpack_handling
from resolver.records.prepared.ragged import spread
from resolver.records.properties import HANDLING

Numbers = npt.NDArray[np.int64]
_FREE = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """What n records say of their handling: entry i, of record `rows[i]` (ascending), says `said[codes[i]]`: a source
    and a packed handling, empty where the record says none. `counts`: how many entries say each."""

    rows: IntArray
    codes: IntArray
    said: Sequence[tuple[str, str]]
    counts: Numbers

    @classmethod
    def of(cls, batch: Batch) -> Handled:
        """Of the records of a batch."""
        column = batch.columns.get(HANDLING)
        rows, texts = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        values = [_FREE]
        if column is not None:
            rows, texts = column.rows.astype(np.int64), column.codes.astype(np.int64) + 1
            values += column.values.to_pylist()
        free = np.ones(len(batch), dtype=bool)
        free[rows] = False
        rows = np.concatenate([rows, np.flatnonzero(free)])
        texts = np.concatenate([texts, np.zeros(len(rows) - len(texts), dtype=np.int64)])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        keys, codes, counts = np.unique(
            batch.sources.codes[rows] * np.int64(len(values)) + texts[order],
            return_inverse=True,
            return_counts=True,
        )
        names = batch.sources.values.to_pylist()
        said = [(names[key // len(values)], values[key % len(values)]) for key in keys.tolist()]
        return cls(rows.astype(np.int32), codes.astype(np.int32), said, counts.astype(np.int64))

    def without(self, rows: Numbers) -> Numbers:
        """`counts` without some records."""
        starts = np.searchsorted(self.rows, rows, side="left")
        places = spread(starts, np.searchsorted(self.rows, rows, side="right") - starts)
        return self.counts - np.bincount(self.codes[places], minlength=len(self.counts))


def closed(held: Sequence[tuple[Handled, Numbers]]) -> Mapping[str, frozenset[Handling]]:
    """The sources none of whose records everybody sees, and how their records are handled; of some records each with
    those that no longer count."""
    told: dict[str, set[str]] = {}
    for handled, gone in held:
        for place in np.flatnonzero(handled.without(gone) > 0).tolist():
            source, text = handled.said[place]
            told.setdefault(source, set()).add(text)
    restricted = {name: texts for name, texts in told.items() if _FREE not in texts}
    found = {name: frozenset(map(unpack_handling, texts)) for name, texts in restricted.items()}
    return {name: said for name, said in found.items() if not any(one.code == "H0" for one in said)}
