"""New records compared with the held ones they share a key with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.blocking import glanced
from resolver.blocking.retrieval.key_lookup import Valve
from resolver.comparison import NameIndex
from resolver.engines.local import CHUNK
from resolver.hub.increments.context import Means
from resolver.hub.increments.working_set import Pool
from resolver.pipeline import score_rows
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import Part, assembled
from resolver.records.prepared.batch import Prepared
from resolver.scoring import border

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Joined:
    """Pairs of records of which one is held: numbers (`left` has the smaller record id), thousandths of log-odds, and
    which side is held."""

    left: Numbers
    right: Numbers
    logodds: npt.NDArray[np.int32]
    held: Numbers

    def pulled(self, least: int) -> Numbers:
        """The held records of pairs at or above a border."""
        return np.unique(self.held[self.logodds >= least])


@dataclass(frozen=True, slots=True)
class Met(Joined):
    """Pairs of new records with held ones at or above the review border; the new records `prepared` (None: there are
    none), and the safety valve over all that there will be."""

    prepared: Prepared | None
    valve: Valve


def meet_held(means: Means, asked: Pool, ended: Numbers, last: int) -> Met:
    """Compare records with the held ones they share a key with; those with a number above the `last` are new."""
    prepared = means.prepared(asked.batch) if len(asked.batch) else None
    valve = means.index.valve(prepared, asked.numbers > last, ended)
    if prepared is None:
        return Met(_NONE, _NONE, _NONE.astype(np.int32), _NONE, None, valve)
    rows, numbers, _ = means.index.meetings(prepared, valve)
    others = ~np.isin(numbers, ended) & (asked.numbers[rows] != numbers)
    rows, numbers = rows[others], numbers[others]
    every = compared_with(means, asked, prepared, rows, numbers)
    high = every.logodds >= border(means.options.borders.review)
    return Met(
        every.left[high], every.right[high], every.logodds[high], every.held[high], prepared, valve
    )


def compared_with(
    means: Means, asked: Pool, prepared: Prepared, rows: IntArray, numbers: Numbers
) -> Joined:
    """Records (`prepared`) compared with held ones that they share a key with (row and number of each pair): all pairs
    that have the plan's points at a glance, whatever their log-odds."""
    if not len(numbers):
        return Joined(_NONE, _NONE, _NONE.astype(np.int32), _NONE)
    partners = np.setdiff1d(numbers, asked.numbers)
    every = np.concatenate([asked.numbers, partners])
    one, two = _places(every, asked.numbers[rows]), _places(every, numbers)
    ids = asked.batch.ids
    if len(partners):
        ids = pa.concat_arrays([ids, means.index.ids(partners)])
    # whose id is smaller stands left
    rank = np.empty(len(ids), dtype=np.int64)
    rank[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))
    swapped = rank[one] > rank[two]
    left, right = np.where(swapped, two, one), np.where(swapped, one, two)
    work = _put_together(means, asked, prepared, partners, ids)
    met = glanced(work, means.index.plan, left, right)
    left, right, numbers = left[met], right[met], numbers[met]
    names = NameIndex.of(work)
    logodds = np.empty(len(left), dtype=np.int32)
    means.progress.start("compare with the store", len(left))
    for start in range(0, len(left), CHUNK):
        chunk = slice(start, start + CHUNK)
        logodds[chunk] = score_rows(
            work, names, means.models, left[chunk], right[chunk], means.options.workers
        )
        means.progress.advance(len(logodds[chunk]))
    return Joined(every[left], every[right], logodds, numbers)


def _places(every: Numbers, numbers: Numbers) -> IntArray:
    """Where some numbers stand among others, all of which are there."""
    order = np.argsort(every)
    return order[np.searchsorted(every[order], numbers)].astype(np.int32)


def _put_together(
    means: Means, asked: Pool, prepared: Prepared, partners: Numbers, ids: pa.StringArray
) -> Prepared:
    """What was prepared of the new records and, once, of the held ones."""
    own = Part(prepared, np.arange(len(prepared), dtype=np.int64))
    work = assembled([own, *means.index.parts(partners)], ids)
    sources = asked.batch.sources
    names = [
        *sources.values.take(pa.array(sources.codes)).to_pylist(),
        *means.index.sources(partners),
    ]
    known, codes = np.unique(np.array(names, dtype=object), return_inverse=True)
    all_different = np.isin(known, list(means.declared))
    return replace(work, sources=codes.astype(np.int32), declared=all_different[codes])
