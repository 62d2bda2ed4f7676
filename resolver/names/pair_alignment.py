"""Align the names of pairs of records: find the pair of names with the most evidence, and sum this
evidence.

Tokens of two names are matched one to one: equal tokens first, then similar ones, the most similar
first. Two neighbors that together spell one token of the other name are matched as one token. The
weight of a token is its rarity in nats. A token without a partner is omitted. If both names have
such tokens, the smaller of the two sums of their weights counts as contradicted.

`align_records` writes the result (`COLUMNS`) and uses the scratch memory that `new_matrix` makes.
`factorize` numbers distinct values. `order_pairs` gives a faster order of many pairs, by the rarest
word of their left record: records with one rare word are compared with the same partners, whose
names are then still in the processor's cache, and whose similarities are still in the memo. The
order changes no result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.names.kernels.name_arrays import max_cells
from resolver.names.kernels.name_pair import align_pairs
from resolver.names.kernels.name_records import (
    CELL,
    COLUMN,
    LIMIT,
    MATRIX_NAME,
    MATRIX_WORD,
    NameArrays,
    SimilarityMatrix,
    SimilarityMemo,
    TokenRecords,
)
from resolver.names.kernels.similarity_matrix import HASH_TABLE, LeftField
from resolver.names.kernels.sound_distance import SOUND_PROFILE
from resolver.records.batch import IntArray
from resolver.runtime.arrays import number_values

_MIN_CELLS = 1 << 16
"""Minimum number of match values for which a matrix has room. Beyond it, columns are made again."""


def matrix_cells(names: NameArrays, left: npt.NDArray[Any], right: npt.NDArray[Any]) -> int:
    """Return the largest product of the numbers of tokens of the two records of a pair."""
    return int(max_cells(names.records, left, right))


def new_matrix(tokens: TokenRecords, names: NameArrays, cells: int) -> SimilarityMatrix:
    """Return a matrix for records of a batch whose pairs have at most `cells` (`matrix_cells`)."""
    # The tokens of a record are distinct, but a single name may repeat a token.
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
- initials: 1 if all initials are matched, 0.5 if not all, 0 if the other name has another word,
  -1 without initials
- sides: `Contradiction`
- apart: nats of a principal name that no name of the other record matches, for the record with
  fewer such nats; -1 for persons, and if a record has no principal name
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

    `group` says whether the rarity of words is their rarity in names of groups.
    """
    matrix = new_matrix(tokens, names, matrix_cells(names, left, right))
    align_pairs(left, right, group, names, tokens, memo, matrix, out)


def factorize(values: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], IntArray]:
    """Return the distinct values in order of first use, and the index of each value among them.

    It does the same as `pandas.factorize`, without sorting. No value may be negative.
    """
    unique = np.empty(len(values), dtype=np.int64)
    numbers = np.empty(len(values), dtype=np.int32)
    return unique[: number_values(values, unique, numbers)].copy(), numbers


Numbers = npt.NDArray[np.int64]
FEWEST_PARTNERS = 8
"""Minimum mean number of pairs per left record for which ordering the pairs saves time."""
_STEPS_PER_NAT = 1000


@dataclass(frozen=True, slots=True)
class PairOrder:
    """Order of pairs, as n runs of pairs that have the same left record.

    `starts` (n) has the position of the first pair of each run in the given order. `bounds` (n + 1)
    has the position of the first pair of each run in the new order, and the number of pairs.
    """

    starts: Numbers
    bounds: Numbers

    def places(self, part: slice) -> Numbers:
        """Return the indices, in the given order, of the pairs in a part of the new order."""
        first = np.searchsorted(self.bounds, part.start, side="right") - 1
        end = np.searchsorted(self.bounds, part.stop, side="left")
        bounds = self.bounds[first : end + 1]
        counts = np.diff(bounds.clip(part.start, part.stop))
        places: Numbers = np.repeat(self.starts[first:end] - bounds[:-1], counts)
        places += np.arange(part.start, part.stop)
        return places


def order_pairs(left: IntArray, names: NameArrays, tokens: TokenRecords) -> PairOrder | None:
    """Return the order of pairs with these left records; None if it would save no time.

    The given pairs of each left record must follow one another.
    """
    starts = np.flatnonzero(np.diff(left, prepend=-1))
    if len(left) < FEWEST_PARTNERS * len(starts) or not len(names.tokens):
        return None
    counts = np.diff(starts, append=len(left))
    order = np.argsort(_rarest_tokens(names, tokens)[left[starts]], kind="stable")
    return PairOrder(starts[order], np.append(0, np.cumsum(counts[order])))


def _rarest_tokens(names: NameArrays, tokens: TokenRecords) -> Numbers:
    """Return each record's token that is rarest in names of persons; -1 for a record without
    tokens.
    """
    rarity = tokens.records["rarity_person"][names.tokens]
    ranked = (rarity * _STEPS_PER_NAT).astype(np.int64) << 32 | names.tokens
    bounds = names.records["tokens"].astype(np.int64)
    # The last bound is no index, so a 0 is appended; an empty record first gets a wrong token,
    # which is replaced below.
    rarest = np.maximum.reduceat(np.append(ranked, 0), bounds[:-1]) & 0xFFFFFFFF
    rarest[bounds[:-1] == bounds[1:]] = -1
    return rarest
