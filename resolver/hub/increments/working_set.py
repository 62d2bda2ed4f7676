"""Records of a store that an increment works on together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.records import Batch
from resolver.records.batch import IntArray

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WorkingSet:
    """Canonical batch, and the record number of each row."""

    batch: Batch
    numbers: Numbers

    @classmethod
    def of(cls, batch: Batch, numbers: Numbers) -> WorkingSet:
        """Build from a batch in any order."""
        order = pc.sort_indices(batch.ids).to_numpy()
        return cls(batch.canonical(), numbers[order])

    def rows_of(self, numbers: Numbers) -> IntArray:
        """Return the row of each record number; all of them must be in the set."""
        order = np.argsort(self.numbers)
        return order[np.searchsorted(self.numbers[order], numbers)].astype(np.int32)
