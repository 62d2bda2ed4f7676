"""Which word of a name stands for which of another, for a few pairs of names at once: what explanations are made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.compare.context import NameIndex
from resolver.compare.name_pair import LIMIT, align_forms
from resolver.compare.words import compare_tokens
from resolver.records.batch import IntArray
from resolver.records.compiled import compiled
from resolver.records.prepared import FloatArray


@compiled()
def _partners(left, right, group, written, words, memo, partners, alike):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    names, parts = written.names, written.parts
    sim = np.zeros((LIMIT, LIMIT), dtype=np.float32)
    mates = np.empty((2, LIMIT), dtype=np.int32)
    result = np.empty(9, dtype=np.float32)
    local = np.zeros((2, len(words.cards)), dtype=np.int32)
    tokens = np.zeros((2, LIMIT), dtype=np.int32)
    likeness = np.empty(LIMIT * LIMIT, dtype=np.float32)
    counts, rows = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    for pair in range(len(left)):
        for side in range(2):
            form = left[pair] if side == 0 else right[pair]
            row = 0
            while names[row].form != form:
                row += 1
            start = names[row].start
            rows[side], counts[side] = row, min(names[row].end - start, LIMIT)
            for place in range(counts[side]):
                tokens[side, place] = parts[start + place].token
                local[side, tokens[side, place]] = place
        step = counts[1]
        compare_tokens(tokens[0, : counts[0]], tokens[1, :step], words, memo, likeness)
        swapped = align_forms(rows[0], rows[1], written, words, memo, group, likeness, step, local, sim, mates, result)
        for side in range(2):
            partners[pair, side, :] = mates[1 - side if swapped else side]
        for place in range(counts[0]):
            mate = partners[pair, 0, place]
            if mate >= 0:
                alike[pair, place] = likeness[local[0, tokens[0, place]] * step + local[1, tokens[1, mate]]]


def partners(
    left: IntArray, right: IntArray, group: bool, names: NameIndex
) -> tuple[npt.NDArray[np.int32], FloatArray]:
    """For pairs of name forms: the place of every word's partner in the other (pairs × sides × `LIMIT`; -1 none), and
    how alike the words of the left are to theirs (pairs × `LIMIT`)."""
    found = np.full((len(left), 2, LIMIT), -1, dtype=np.int32)
    alike = np.zeros((len(left), LIMIT), dtype=np.float32)
    with names.memo() as memo:
        _partners(left, right, group, names.written, names.words, memo, found, alike)
    return found, alike
