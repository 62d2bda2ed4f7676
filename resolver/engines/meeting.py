"""New records compared with the held ones they share a key with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.block import glanced
from resolver.classify import border
from resolver.compare import NameIndex
from resolver.engines.index import Index
from resolver.engines.local import CHUNK
from resolver.engines.pool import Pool
from resolver.engines.updates import Update
from resolver.pipeline import ModelSet, RunOptions, prepared_of, score_rows
from resolver.records import concat
from resolver.records.prepared import Prepared
from resolver.records.progress import Progress

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Met:
    """The new records prepared (None: there are none), and their pairs with held ones at or above the review border:
    numbers (`left` has the smaller record id), thousandths of log-odds, and which side is held."""

    prepared: Prepared | None
    left: Numbers
    right: Numbers
    logodds: npt.NDArray[np.int32]
    held: Numbers

    def pulled(self, least: int) -> Numbers:
        """The held records of pairs at or above a border."""
        return np.unique(self.held[self.logodds >= least])


def meet_held(
    index: Index,
    models: ModelSet,
    options: RunOptions,
    update: Update,
    asked: Pool,
    ended: Numbers,
    progress: Progress,
) -> Met:
    """Compare new records with the held ones they share a key with."""
    if not len(asked.batch):
        return Met(None, _NONE, _NONE, _NONE.astype(np.int32), _NONE)
    prepared = prepared_of(asked.batch, models, update.declared)
    rows, numbers, _ = index.meetings(prepared)
    others = ~np.isin(numbers, ended) & (asked.numbers[rows] != numbers)
    rows, numbers = rows[others], numbers[others]
    if not len(numbers):
        return Met(prepared, _NONE, _NONE, _NONE.astype(np.int32), _NONE)
    partners = np.setdiff1d(numbers, asked.numbers)
    both = Pool.of(concat([asked.batch, index.batch(partners)]), np.concatenate([asked.numbers, partners]))
    one, two = both.rows_of(asked.numbers[rows]), both.rows_of(numbers)
    left, right = np.minimum(one, two), np.maximum(one, two)
    work = prepared_of(both.batch, models, update.declared)
    met = glanced(work, index.plan, left, right)
    left, right, numbers = left[met], right[met], numbers[met]
    names = NameIndex.of(work)
    logodds = np.empty(len(left), dtype=np.int32)
    progress.start("compare with the store", len(left))
    for start in range(0, len(left), CHUNK):
        chunk = slice(start, start + CHUNK)
        logodds[chunk] = score_rows(work, names, models, left[chunk], right[chunk], options.workers)
        progress.advance(len(logodds[chunk]))
    high = logodds >= border(options.borders.review)
    return Met(prepared, both.numbers[left[high]], both.numbers[right[high]], logodds[high], numbers[high])
