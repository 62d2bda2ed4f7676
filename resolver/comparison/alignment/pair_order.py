"""Order in which many pairs are compared: by the rarest word of their left record.

Records of one word are compared with the same others, whose names are then still in the processor's
cache, and their words in the memo of similarities. No result depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.kernels.alignment.records import NameArrays, TokenRecords
from resolver.records.batch import IntArray

Numbers = npt.NDArray[np.int64]
FEWEST_PARTNERS = 8
"""Pairs of a left record, on average, from which on an order of their own pays."""
_STEPS_PER_NAT = 1000


@dataclass(frozen=True, slots=True)
class PairOrder:
    """Pairs in runs of one left record: where each of n runs begins among the pairs (`starts`), and
    in the new order (`bounds`, n + 1).
    """

    starts: Numbers
    bounds: Numbers

    def places(self, part: slice) -> Numbers:
        """Return the places, among the pairs, of a part of the new order."""
        first = np.searchsorted(self.bounds, part.start, side="right") - 1
        end = np.searchsorted(self.bounds, part.stop, side="left")
        bounds = self.bounds[first : end + 1]
        counts = np.diff(bounds.clip(part.start, part.stop))
        places: Numbers = np.repeat(self.starts[first:end] - bounds[:-1], counts)
        places += np.arange(part.start, part.stop)
        return places


def order_pairs(left: IntArray, names: NameArrays, tokens: TokenRecords) -> PairOrder | None:
    """Return the order of pairs with these left records; None where it does not pay.

    Pairs of one left record follow one another.
    """
    starts = np.flatnonzero(np.diff(left, prepend=-1))
    if len(left) < FEWEST_PARTNERS * len(starts) or not len(names.tokens):
        return None
    counts = np.diff(starts, append=len(left))
    order = np.argsort(_rarest_tokens(names, tokens)[left[starts]], kind="stable")
    return PairOrder(starts[order], np.append(0, np.cumsum(counts[order])))


def _rarest_tokens(names: NameArrays, tokens: TokenRecords) -> Numbers:
    """Return the rarest token of each record, whose rarity is that of persons; -1 where it has
    none."""
    rarity = tokens.records["rarity_person"][names.tokens]
    ranked = (rarity * _STEPS_PER_NAT).astype(np.int64) << 32 | names.tokens
    bounds = names.records["tokens"].astype(np.int64)
    # the last bound is no place, and an empty record is given the token behind it
    rarest = np.maximum.reduceat(np.append(ranked, 0), bounds[:-1]) & 0xFFFFFFFF
    rarest[bounds[:-1] == bounds[1:]] = -1
    return rarest
