"""Partners of the words of two names, for explanations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.similarity_matrix import new_matrix
from resolver.comparison.name_index import NameIndex
from resolver.kernels.alignment.records import LIMIT
from resolver.kernels.alignment.token_partners import fill_partners
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray


def token_partners(
    left: IntArray, right: IntArray, group: bool, names: NameIndex
) -> tuple[npt.NDArray[np.int32], FloatArray]:
    """Return the partners of all words of pairs of name forms, and their match values.

    Partners (pairs × sides × `LIMIT`) are places in the other name, -1 none; values (pairs ×
    `LIMIT`) are those of the words of the left name.
    """
    partners = np.full((len(left), 2, LIMIT), -1, dtype=np.int32)
    values = np.zeros((len(left), LIMIT), dtype=np.float32)
    matrix = new_matrix(names.tokens, names.arrays, LIMIT * LIMIT)
    scratch = np.empty(LIMIT, dtype=np.int32)
    with names.memo() as memo:
        fill_partners(
            *(left, right, group, names.arrays, names.tokens, memo),
            *(matrix, scratch, partners, values),
        )
    return partners, values
