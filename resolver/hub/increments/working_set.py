"""Records of a store that are worked on together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.records import Batch
from resolver.records.batch import IntArray

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pool:
    """Records that are worked on: a canonical batch, and the number of each row."""

    batch: Batch
    numbers: Numbers

    @classmethod
    def of(cls, batch: Batch, numbers: Numbers) -> Pool:
        """From a batch in any order."""
        order = pc.sort_indices(batch.ids).to_numpy()
        return cls(batch.canonical(), numbers[order])

    def rows_of(self, numbers: Numbers) -> IntArray:
        """The rows of some numbers, all of which must be here."""
        order = np.argsort(self.numbers)
        return order[np.searchsorted(self.numbers[order], numbers)].astype(np.int32)
