"""Names of some rows of several tables, copied into one layout for the alignment kernels.

Each token of a table that the rows use is copied once, in the order of first use; each name becomes
a form of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.kernels.alignment.name_copies import (
    CopySizes,
    NameSource,
    NameTarget,
    copy_names,
    copy_tokens,
    count_names,
)
from resolver.kernels.alignment.records import (
    NAME,
    NAME_WORD,
    RECORD_NAMES,
    TOKEN,
    NameArrays,
    TokenRecords,
)
from resolver.records.batch import IntArray

RowArray = npt.NDArray[np.int64]


class NameUse(NamedTuple):
    """Names of some rows: the `tokens` of the table that they use, each once; the words of their
    names as places there (`coded`); and sizes."""

    tokens: IntArray
    coded: IntArray
    sizes: CopySizes


def name_use(source: NameSource, rows: RowArray) -> NameUse:
    """Return what the names of some rows of a source use."""
    return NameUse(*count_names(source, rows))


def lay_out_rows(
    sources: Sequence[NameSource], rows: Sequence[RowArray], uses: Sequence[NameUse]
) -> NameTarget:
    """Copy the names of the rows of each source, one source after the other.

    `uses`: `name_use` of each.
    """
    total = _sum_sizes([use.sizes for use in uses])
    target = _new_target(sum(map(len, rows)), total)
    before, first, distinct = CopySizes(0, 0, 0, 0, 0, 0), 0, 0
    most_names, most_tokens = 0, 0
    for source, source_rows, use in zip(sources, rows, uses, strict=True):
        used_by = np.full(len(use.tokens), -1, dtype=np.int64)
        copy_tokens(source, use.tokens, before, target.tokens)
        own_names, own_tokens, end = copy_names(
            source, source_rows, use.coded, used_by, first, before, distinct, target
        )
        most_names, most_tokens = max(most_names, int(own_names)), max(most_tokens, int(own_tokens))
        before, distinct = _sum_sizes([before, use.sizes]), int(end)
        first += len(source_rows)
    names = target.names._replace(
        tokens=target.names.tokens[:distinct], most=(most_names, most_tokens)
    )
    return target._replace(names=names)


def _sum_sizes(sizes: Sequence[CopySizes]) -> CopySizes:
    return CopySizes(*(sum(map(int, column)) for column in zip(*sizes, strict=True)))


def _new_target(records: int, sizes: CopySizes) -> NameTarget:
    """Return room for so many records and all that they use."""
    names, words, tokens = int(sizes.names), int(sizes.words), int(sizes.tokens)
    return NameTarget(
        names=NameArrays(
            records=np.empty(records + 1, dtype=RECORD_NAMES),
            names=np.empty(names, dtype=NAME),
            words=np.zeros(words + 2, dtype=NAME_WORD),
            tokens=np.empty(words, dtype=np.int32),
            most=(0, 0),
        ),
        tokens=TokenRecords(
            records=np.zeros(tokens + 1, dtype=TOKEN),
            flags=np.empty(tokens, dtype=np.uint8),
            letters=np.empty(int(sizes.letters), dtype=np.uint32),
            symbols=np.empty(int(sizes.symbols), dtype=np.int32),
            sound_offsets=np.empty(tokens + 1, dtype=np.int32),
            sounds=np.empty(int(sizes.sounds), dtype=np.int32),
        ),
        name_offsets=np.empty(records + 1, dtype=np.int32),
        form_offsets=np.empty(names + 1, dtype=np.int32),
        form_items=np.empty(words, dtype=np.int32),
        forms=np.empty(names, dtype=np.int32),
    )
