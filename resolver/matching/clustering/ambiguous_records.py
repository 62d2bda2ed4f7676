"""Ambiguous records: records that match two others which contradict each other.

An example: a father and a son have one name at one address, and a third record states the name and
the address without a birth date. The third record matches both and cannot tell them apart. A record
that states the birth dates of both is ambiguous, too. An ambiguous record never connects two
records that contradict each other. If it matches both about equally well, it joins neither, and
both pairs wait for a steward.

Two records contradict each other if both state birth dates, all more than `MAX_YEARS` apart and no
typo of each other, and if they do not match in spite of this. A decision or a list may also state
that they differ. A record is ambiguous only if its own birth date is missing or near the dates of
both. In a register of careless copies many dates have a wrong digit; without the rule on typos, a
sixth of the right merges would wait.

Whether records are held apart depends on three records and the log-odds of their pairs only, and
more records only hold more pairs apart. So some records have the same clusters as in the whole, if
all records that hold their pairs apart are present. Increments rely on this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.matching.clustering.signed_clustering import PairLogOdds, components
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import spread
from resolver.records.properties import BIRTH_DATE

MAX_YEARS = 4
"""Maximum number of years between two birth dates that one person may have on two lists.

With fewer, more careless copies of one person wait. With more, brothers of one name are joined.
"""
MARGIN = 5_000
"""Thousandths of log-odds by which a record must match one of two records better to join it.

In a register of 30,000 people in families, 3,000 avoids 4 wrong merges and loses 3 of 6,594 right
ones; 5,000 avoids 6 and loses 5. In a generated world of 30,000 records, 5,000 loses 6 of 14,033.
"""
_DATES = 4
"""Maximum number of birth dates of a record that are read one by one. Further dates are read as a
range.
"""
_YEARS = r"^(?P<first>\d{4})[^/]*(?:/(?P<last>\d{4}))?"
_CIRCA_YEARS = 2
_NEVER = 1 << 20
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9)
"""Places of the digits in a date such as 1948-03-02."""
MIN_DIGITS, MIN_YEAR_DIGITS = 3, 2
"""Minimum number of digits in which two dates, and two years, differ. Fewer may be a typo."""
MIN_LOGODDS = 2_944
"""Minimum log-odds (thousandths; 0.95) of a match, even if the merge threshold is lower."""
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BirthYears:
    """First and last year of each birth date of each record (rows × `_DATES`), and the digits of
    each date as letters (0: not known).

    If there is no date, the first year is above every other year, and the last year is below every
    other year.
    """

    first: IntArray
    last: IntArray
    digits: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, batch: Batch) -> BirthYears:
        """Read the birth dates of a canonical batch."""
        shape = len(batch), _DATES
        first, last = (np.full(shape, fill, dtype=np.int32) for fill in (_NEVER, -_NEVER))
        digits = np.zeros((*shape, len(_DIGITS)), dtype=np.uint8)
        column = batch.columns.get(BIRTH_DATE)
        if column is None:
            return cls(first, last, digits)
        years = pc.extract_regex(column.values, _YEARS)
        begin, end = (pc.struct_field(years, name) for name in ("first", "last"))
        end = pc.if_else(pc.equal(end, ""), begin, end)
        is_circa = pc.ends_with(column.values, "~")
        margin = np.where(is_circa, np.int32(_CIRCA_YEARS), np.int32(0))
        low, high = (
            np.asarray(pc.fill_null(pc.cast(side, "int32"), fill))
            for side, fill in ((begin, _NEVER), (end, -_NEVER))
        )
        starts = np.searchsorted(column.rows, np.arange(len(batch)))
        slot = np.minimum(np.arange(len(column.rows)) - starts[column.rows], _DATES - 1)
        np.minimum.at(first, (column.rows, slot), (low - margin)[column.codes])
        np.maximum.at(last, (column.rows, slot), (high + margin)[column.codes])
        texts = np.array(column.values.to_pylist(), dtype="S10")
        letters = texts.view(np.uint8).reshape(len(texts), 10)[:, _DIGITS]
        digits[column.rows, slot] = letters[column.codes]
        return cls(first, last, digits)

    def take(self, rows: Numbers) -> BirthYears:
        """Return the years of some rows, which are numbered anew."""
        return BirthYears(self.first[rows], self.last[rows], self.digits[rows])

    def contradict(
        self,
        left: npt.NDArray[np.integer],
        right: npt.NDArray[np.integer],
        *,
        may_be_slips: bool = True,
    ) -> Flags:
        """Return whether all birth dates of two rows are far apart; False if one of the rows has no
        birth date.

        `may_be_slips`: dates that differ in only a few digits do not count as far apart.
        """
        is_known = (self.first[left, 0] < _NEVER) & (self.first[right, 0] < _NEVER)
        is_near = np.zeros(len(left), dtype=bool)
        for own in range(_DATES):
            for other in range(_DATES):
                later = self.first[left, own] - self.last[right, other]
                earlier = self.first[right, other] - self.last[left, own]
                gap = np.maximum(later, earlier)
                is_near |= gap <= MAX_YEARS
                if not may_be_slips:
                    continue
                ours, theirs = self.digits[left, own], self.digits[right, other]
                both = (ours > 0) & (theirs > 0)
                differing = np.count_nonzero(both & (ours != theirs), axis=1)
                are_years = np.count_nonzero(both, axis=1) <= len("1948")
                is_slip = differing < np.where(are_years, MIN_YEAR_DIGITS, MIN_DIGITS)
                is_near |= (gap < _NEVER // 2) & is_slip
        far: Flags = is_known & ~is_near
        return far

    def contradict_themselves(self) -> Flags:
        """Return whether two birth dates of a row are far apart."""
        is_known = self.first < _NEVER
        latest = np.where(is_known, self.first, -_NEVER).max(axis=1)
        earliest = np.where(is_known, self.last, _NEVER).min(axis=1)
        far: Flags = is_known.any(axis=1) & (latest - earliest > MAX_YEARS)
        return far


class AmbiguousPairs(NamedTuple):
    """Pairs of rows (left < right) that match and are held apart.

    One of the two matches a third row, the `rival`, about as well. `logodds` (thousandths) belong
    to the match with the rival.
    """

    left: IntArray
    right: IntArray
    rival: IntArray
    logodds: IntArray

    @classmethod
    def none(cls) -> AmbiguousPairs:
        """Return no pairs."""
        nothing = np.zeros(0, dtype=np.int32)
        return cls(nothing, nothing, nothing, nothing)

    def select(self, chosen: Flags) -> AmbiguousPairs:
        """Return some of the pairs."""
        return AmbiguousPairs(*(column[chosen] for column in self))

    def move(self, rows: npt.NDArray[np.integer]) -> AmbiguousPairs:
        """Return the pairs with other numbers for their rows, in the same order."""
        left, right, rival = (rows[column].astype(np.int32) for column in self[:3])
        return AmbiguousPairs(left, right, rival, self.logodds)

    def keep_strongest(self, labels: IntArray) -> AmbiguousPairs:
        """Return the pairs as pairs of labels, each once with the strongest rival (ties: the
        smallest), sorted.
        """
        first, second = labels[self.left], labels[self.right]
        keys = _pack(np.minimum(first, second), np.maximum(first, second))
        order = np.lexsort((self.rival, -self.logodds.astype(np.int64), keys))
        distinct, start = np.unique(keys[order], return_index=True)
        left, right = _unpack(distinct)
        chosen = order[start]
        return AmbiguousPairs(left, right, self.rival[chosen], self.logodds[chosen])

    def find_rivals(self, labels: IntArray, left: IntArray, right: IntArray) -> IntArray:
        """Return the rival of each of some pairs of labels (left < right); -1 for none."""
        rivals = np.full(len(left), -1, dtype=np.int32)
        if not len(self.left) or not len(left):
            return rivals
        known = self.keep_strongest(labels)
        own, sought = _pack(known.left, known.right), _pack(left, right)
        index = np.minimum(np.searchsorted(own, sought), len(own) - 1)
        is_found = own[index] == sought
        rivals[is_found] = known.rival[index[is_found]]
        return rivals


class HeldPairs(NamedTuple):
    """Pairs of rows that must not be in one entity.

    `ambiguous` pairs are those of an ambiguous record. `contradicting` (n × 2) are the pairs that
    contradict each other and that an ambiguous record matches.
    """

    ambiguous: AmbiguousPairs
    contradicting: IntArray


class _Triples(NamedTuple):
    """Records (`middle`) that match both `first` and `second`, with the log-odds of both pairs."""

    first: Numbers
    second: Numbers
    middle: Numbers
    first_logodds: Numbers
    second_logodds: Numbers


class ApartPairs(NamedTuple):
    """Pairs of rows (n × 2) that can never merge (`apart`).

    `opposed` are the pairs among them that contradict each other whatever their dates. `same` has,
    for each row, the group of rows that decisions join.
    """

    apart: IntArray
    opposed: IntArray
    same: IntArray


def find_held_pairs(
    births: BirthYears, pairs: PairLogOdds, merge_threshold: int, bound: ApartPairs
) -> HeldPairs:
    """Return the pairs of rows that ambiguous records keep apart.

    `pairs` are all compared pairs.
    """
    apart, stated, same = bound
    left, right = (side.astype(np.int64) for side in (pairs.left, pairs.right))
    matches = _Matches.of(births, pairs, max(merge_threshold, MIN_LOGODDS), apart)
    component = components(len(same), *matches.ends(), [])
    may_oppose = (pairs.logodds < merge_threshold) & (component[left] == component[right])
    places = np.flatnonzero(may_oppose)
    places = places[births.contradict(left[places], right[places])]
    compared = np.stack([left[places], right[places]], axis=1)
    bridged = matches.opposed_by(births.contradict_themselves())
    bridged = bridged[births.contradict(bridged[:, 0], bridged[:, 1])]
    opposed = np.concatenate([compared, bridged, stated])
    opposed = np.unique(np.sort(opposed, axis=1), axis=0)
    opposed = opposed[same[opposed[:, 0]] != same[opposed[:, 1]]]
    triples = matches.find_common(opposed)
    first, second, middle = triples[:3]
    is_ambiguous = (same[first] != same[middle]) & (same[second] != same[middle])
    for side in (first, second):
        is_ambiguous &= ~births.contradict(side, middle, may_be_slips=False)
    triples = _Triples(*(column[is_ambiguous] for column in triples))
    both = np.sort(np.stack(triples[:2], axis=1), axis=1)
    contradicting = np.unique(both, axis=0).astype(np.int32)
    return HeldPairs(_hold_both(triples, len(same)), contradicting)


def _hold_both(triples: _Triples, count: int) -> AmbiguousPairs:
    """Return the pairs of a record and each of the two records that it matches about equally
    well.
    """
    is_equal = np.abs(triples.first_logodds - triples.second_logodds) < MARGIN
    first, second, middle, to_first, to_second = (column[is_equal] for column in triples)
    both = (
        (first, middle, second, to_second),
        (second, middle, first, to_first),
    )
    columns = (np.concatenate(column).astype(np.int32) for column in zip(*both, strict=True))
    return AmbiguousPairs(*columns).keep_strongest(np.arange(count, dtype=np.int32))


@dataclass(frozen=True, slots=True)
class _Matches:
    """Pairs of rows that match, both ways: the neighbors of each row, ascending, with log-odds."""

    starts: Numbers
    keys: Numbers
    logodds: Numbers

    @classmethod
    def of(
        cls, births: BirthYears, pairs: PairLogOdds, merge_threshold: int, apart: IntArray
    ) -> _Matches:
        """Select the pairs that match and that nothing keeps apart."""
        match = np.flatnonzero(pairs.logodds >= merge_threshold)
        low, high = (
            order(pairs.left[match], pairs.right[match]) for order in (np.minimum, np.maximum)
        )
        if len(apart):
            never = _pack(apart.min(axis=1), apart.max(axis=1))
            may_join = ~np.isin(_pack(low, high), never)
            match, low, high = match[may_join], low[may_join], high[may_join]
        keys = np.concatenate([_pack(low, high), _pack(high, low)])
        order = np.argsort(keys)
        logodds = np.tile(pairs.logodds[match].astype(np.int64), 2)
        starts = np.searchsorted(keys[order] >> 32, np.arange(len(births.first) + 1))
        return cls(starts, keys[order], logodds[order])

    def ends(self) -> tuple[IntArray, IntArray]:
        """Return the two rows of each pair."""
        return _unpack(self.keys)

    def opposed_by(self, contradicts_itself: Flags) -> Numbers:
        """Return the pairs of rows (n × 2) that match one row which contradicts itself, without
        pairs that match each other.
        """
        both_ends = [np.zeros((0, 2), dtype=np.int64)]
        counts = np.diff(self.starts)
        for row in np.flatnonzero(contradicts_itself & (counts > 1)).tolist():
            neighbors = self.keys[self.starts[row] : self.starts[row + 1]] & 0xFFFFFFFF
            first, second = np.triu_indices(len(neighbors), 1)
            both_ends.append(np.stack([neighbors[first], neighbors[second]], axis=1))
        both = np.concatenate(both_ends)
        return both[self._find(both[:, 0], both[:, 1]) < 0]

    def find_common(self, opposed: Numbers) -> _Triples:
        """Return the rows that match both of some pairs."""
        counts = np.diff(self.starts)
        first, second = opposed[:, 0], opposed[:, 1]
        # one of the two records may match hundreds of others
        is_fewer = counts[first] <= counts[second]
        few, many = np.where(is_fewer, first, second), np.where(is_fewer, second, first)
        near = spread(self.starts[few], counts[few])
        middle = self.keys[near] & 0xFFFFFFFF
        few, many = np.repeat(few, counts[few]), np.repeat(many, counts[few])
        place = self._find(many, middle)
        is_common = place >= 0
        to_few, to_many = self.logodds[near[is_common]], self.logodds[place[is_common]]
        few, many, middle = few[is_common], many[is_common], middle[is_common]
        return _Triples(few, many, middle, to_few, to_many)

    def _find(self, left: Numbers, right: Numbers) -> Numbers:
        """Return the position of each pair; -1 for pairs that do not match."""
        if not len(self.keys):
            return np.full(len(left), -1, dtype=np.int64)
        sought = _pack(left, right)
        index = np.minimum(np.searchsorted(self.keys, sought), len(self.keys) - 1)
        found: Numbers = np.where(self.keys[index] == sought, index, -1)
        return found


def _pack(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> Numbers:
    keys: Numbers = left.astype(np.int64) << 32 | right
    return keys


def _unpack(keys: Numbers) -> tuple[IntArray, IntArray]:
    return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
