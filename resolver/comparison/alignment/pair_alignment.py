"""Alignment of pairs of records: the pair of names that supports each best, and its sums.

Tokens of two names are matched one to one, equal ones first, then by falling similarity; two
neighbors that together spell one token of the other name are matched as one. Weight is rarity in
nats. What one name has and the other lacks is omitted; where both have words left over, the weight
of the lighter side is contradicted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.similarity_matrix import matrix_cells, new_matrix
from resolver.kernels.alignment.pair_alignment import align_pairs
from resolver.kernels.alignment.records import NameArrays, SimilarityMemo, TokenRecords
from resolver.records.batch import IntArray

COLUMNS = (
    "matched",
    "contradicted",
    "omitted",
    "weakest",
    "tokens",
    "crossed",
    "primary",
    "share",
    "exact",
    "quality",
    "established",
    "initials",
    "sides",
    "apart",
)
"""Fields of `PAIR_ALIGNMENT`, all float32:

- matched, contradicted, omitted: nats in the best pair of names
- weakest: least match value of a matched token
- tokens: number of matched tokens
- crossed: nats matched between a given and a family name, or an own name and a forebear's
- primary: best matched share of two principal names, -1 where a record has none
- share: supported share of the shorter list of names
- exact: 1 where two names are the same set of words
- quality: `NameQuality` of the weaker name of the best pair
- established: nats of matched words that are two established names, and of contradicting given
  names if both are established
- initials: 1 all are matched, 0.5 not all, 0 the other name has another word, -1 no initials
- sides: `Contradiction`
- apart: nats of a principal name that no name of the other record matches, of the record that has
  fewer of them; -1 for persons and where a record has no principal name
"""


def align_records(
    tokens: TokenRecords,
    names: NameArrays,
    memo: SimilarityMemo,
    left: IntArray,
    right: IntArray,
    group: bool,
    out: npt.NDArray[np.void],
) -> None:
    """Write the alignment of pairs of records into `out` (`PAIR_ALIGNMENT`).

    `group`: whether rarity is that of groups.
    """
    matrix = new_matrix(tokens, names, matrix_cells(names, left, right))
    align_pairs(left, right, group, names, tokens, memo, matrix, out)
