"""Which word of a name stands for which of another, for a few pairs of names at once: what explanations are made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.name_pair import align_names
from resolver.comparison.alignment.similarity_matrix import (
    LIMIT,
    begin,
    fill_column,
    lay_right,
    sheet_for,
)
from resolver.comparison.context import NameIndex
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray


@compiled(allocates=False)
def _align(row, other, one, two, written, words, memo, group, sheet):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    return align_names(row, other, one, two, written, words, memo, group, sheet)


@compiled(allocates=False)
def _partners(left, right, group, written, words, memo, sheet, tokens, partners, alike):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    names, parts = written.names, written.parts
    for pair in range(len(left)):
        row, other = 0, 0
        while names[row].form != left[pair]:
            row += 1
        while names[other].form != right[pair]:
            other += 1
        count = min(names[row].end - names[row].start, LIMIT)
        for place in range(count):
            tokens[place] = parts[names[row].start + place].token
        own = tokens[:count]
        begin(row, row + 1, own, written, words, group, sheet)
        for place in range(min(names[other].end - names[other].start, LIMIT)):
            token = parts[names[other].start + place].token
            fill_column(
                token,
                row,
                row + 1,
                own,
                written,
                words,
                memo,
                group,
                sheet,
                place * count,
                pair + 1,
            )
        lay_right(other, other + 1, own, written, words, sheet)
        one, two = sheet.names_left[0], sheet.names_right[0]
        swapped = _align(row, other, one, two, written, words, memo, group, sheet)
        for side in range(2):
            for place in range(LIMIT):
                partners[pair, side, place] = sheet.mates[1 - side if swapped else side, place]
        for place in range(count):
            mate = partners[pair, 0, place]
            if mate >= 0:
                alike[pair, place] = sheet.pool[
                    sheet.words[one.first + place].at + sheet.words[two.first + mate].at
                ]


def partners(
    left: IntArray, right: IntArray, group: bool, names: NameIndex
) -> tuple[npt.NDArray[np.int32], FloatArray]:
    """For pairs of name forms: the place of every word's partner in the other (pairs × sides × `LIMIT`; -1 none), and
    how alike the words of the left are to theirs (pairs × `LIMIT`)."""
    found = np.full((len(left), 2, LIMIT), -1, dtype=np.int32)
    alike = np.zeros((len(left), LIMIT), dtype=np.float32)
    sheet = sheet_for(names.words, names.written, LIMIT * LIMIT)
    tokens = np.empty(LIMIT, dtype=np.int32)
    with names.memo() as memo:
        _partners(left, right, group, names.written, names.words, memo, sheet, tokens, found, alike)
    return found, alike
