"""Names of records written into the layout that the alignment kernels read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import (
    AnyIntArray,
    ByteArray,
    HashArray,
    IntArray,
    RecordArray,
    ShortArray,
)
from resolver.kernels.compiler import compiled
from resolver.records.prepared.value_flags import TokenFlag

LATIN_SCRIPT, OTHER_SCRIPT = 1, 2
"""Bits of `NAME.scripts`."""
_FOREIGN = int(TokenFlag.FOREIGN)


class NameColumns(NamedTuple):
    """Columns of the names of all records and of their forms."""

    forms: IntArray
    quality: ByteArray
    compact: HashArray
    starts: IntArray
    tokens: IntArray
    roles: ByteArray
    joined: HashArray
    joined_skeleton: HashArray
    flags: ShortArray


@compiled(allocates=False)
def fill_names(columns: NameColumns, names: RecordArray, words: RecordArray) -> None:
    """Write names (`NAME`) and the words of all forms (`NAME_WORD`)."""
    starts, tokens = columns.starts, columns.tokens
    for place in range(len(tokens)):
        word = words[place]
        word.joined, word.joined_skeleton = columns.joined[place], columns.joined_skeleton[place]
        word.token, word.role = tokens[place], columns.roles[place]
    for place in range(len(columns.forms)):
        form, name = columns.forms[place], names[place]
        name.compact, name.form = columns.compact[form], form
        name.quality = columns.quality[place]
        name.start, name.end = starts[form], starts[form + 1]
        scripts = 0
        for at in range(starts[form], starts[form + 1]):
            is_foreign = columns.flags[tokens[at]] & _FOREIGN
            scripts |= OTHER_SCRIPT if is_foreign else LATIN_SCRIPT
        name.scripts = scripts


@compiled(allocates=False)
def max_cells(records: RecordArray, left: AnyIntArray, right: AnyIntArray) -> np.int64:
    """Return the largest product of the numbers of tokens of the two records of a pair."""
    most = np.int64(0)
    for pair in range(len(left)):
        first, second = left[pair], right[pair]
        tokens_left = records[first + 1].tokens - records[first].tokens
        tokens_right = records[second + 1].tokens - records[second].tokens
        most = max(most, np.int64(tokens_left) * np.int64(tokens_right))
    return most
