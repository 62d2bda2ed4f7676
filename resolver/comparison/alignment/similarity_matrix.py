"""Room for the similarity matrix of one record against others; see the kernel of the same name."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.kernels.alignment.name_arrays import max_cells
from resolver.kernels.alignment.records import (
    CELL,
    COLUMN,
    LIMIT,
    MATRIX_NAME,
    MATRIX_WORD,
    NameArrays,
    SimilarityMatrix,
    TokenRecords,
)
from resolver.kernels.alignment.similarity_matrix import HASH_TABLE, LeftField
from resolver.kernels.text.sound_distance import SOUND_PROFILE

_MIN_CELLS = 1 << 16
"""Match values that fit into any matrix; beyond them columns are made again."""


def matrix_cells(names: NameArrays, left: npt.NDArray[Any], right: npt.NDArray[Any]) -> int:
    """Return the largest product of the numbers of tokens of the two records of a pair."""
    return int(max_cells(names.records, left, right))


def new_matrix(tokens: TokenRecords, names: NameArrays, cells: int) -> SimilarityMatrix:
    """Return a matrix for records of a batch whose pairs have at most `cells` (`matrix_cells`)."""
    # A record has each of its tokens once, a single name as often as it repeats it.
    count, most_names, most_tokens = len(tokens.records), max(names.most[0], 1), names.most[1]
    return SimilarityMatrix(
        columns=np.zeros(count, dtype=COLUMN),
        words=np.empty(2 * most_names * LIMIT, dtype=MATRIX_WORD),
        sound_profiles=np.zeros(count if len(tokens.sounds) else 1, dtype=SOUND_PROFILE),
        left_names=np.empty(most_names, dtype=MATRIX_NAME),
        right_names=np.empty(most_names, dtype=MATRIX_NAME),
        left_tokens=np.empty((len(LeftField), max(most_tokens, LIMIT)), dtype=np.uint32),
        candidates=np.empty(max(most_tokens, LIMIT), dtype=np.uint8),
        spelled=np.zeros(HASH_TABLE, dtype=np.bool_),
        present=np.zeros(HASH_TABLE, dtype=np.bool_),
        left_place=np.empty(count, dtype=np.int32),
        values=np.empty(max(cells, _MIN_CELLS), dtype=np.float32),
        cells=np.empty(LIMIT * LIMIT, dtype=CELL),
        partners=np.empty((2, LIMIT), dtype=np.int32),
        supported=np.zeros(most_names, dtype=np.bool_),
    )
