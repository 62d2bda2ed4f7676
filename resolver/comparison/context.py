"""What comparators work on: the pairs, the prepared records, and the name alignment that several comparators share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.factorize import numbered
from resolver.comparison.alignment.name_arrays import Written, written_of
from resolver.comparison.alignment.pair_alignment import COLUMNS, align_pairs
from resolver.comparison.alignment.similarity_matrix import most_cells, sheet_for
from resolver.comparison.alignment.token_records import (
    Memo,
    Words,
    memo_for,
    words_of,
)
from resolver.comparison.code_sets import letter_bags
from resolver.comparison.name_similarities import similarities
from resolver.kernels.letter_hashes import spell
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    TRAVEL_FAMILY,
    FloatArray,
    HashArray,
    Prepared,
)
from resolver.records.prepared.ragged import Ragged, spread

ValuePairs = Callable[[IntArray, IntArray], FloatArray]


@dataclass(frozen=True)
class NameIndex:
    """Per batch, what the alignment kernel needs beside `Prepared`: computed once, used by every chunk of pairs."""

    words: Words
    written: Written
    texts: npt.NDArray[np.object_]
    _alone: Callable[[], npt.NDArray[np.bool_]]
    _listed: Callable[[], npt.NDArray[np.bool_]]
    _principal: Callable[[], IntArray]
    _memos: list[Memo] = field(default_factory=list)

    @classmethod
    def of(cls, prepared: Prepared) -> NameIndex:
        """Build for a batch."""
        rows = prepared.names.through(prepared.forms.tokens)
        tokens = Ragged.from_rows(rows.rows, rows.items, len(prepared))
        words = words_of(prepared.tokens)
        return cls(
            words,
            written_of(prepared, tokens),
            prepared.tokens.texts,
            lambda: alone_of(prepared),
            lambda: listed_of(prepared),
            lambda: principal_of(prepared),
        )

    @cached_property
    def alone(self) -> npt.NDArray[np.bool_]:
        """Per record, whether it says nothing but names."""
        return self._alone()

    @cached_property
    def listed(self) -> npt.NDArray[np.bool_]:
        """Per record, whether it is told as watchlists tell."""
        return self._listed()

    @cached_property
    def principal(self) -> IntArray:
        """Per record, the form of its first principal name; -1 where it has none."""
        return self._principal()

    @property
    def first_letter(self) -> npt.NDArray[np.uint32]:
        """Per token, the code point of its first letter."""
        letters: npt.NDArray[np.uint32] = np.ascontiguousarray(
            self.words.cards["first_letter"][:-1]
        )
        return letters

    @cached_property
    def spelled(self) -> HashArray:
        """Per token of three to eight letters, the hash that a name with these initials has; else 0."""
        hashes = (spell(text) if 3 <= len(text) <= 8 else 0 for text in self.texts)
        return np.fromiter(hashes, dtype=np.uint64, count=len(self.texts))

    @cached_property
    def bags(self) -> HashArray:
        """Per token, a hash of its letters in any order."""
        found = np.zeros(len(self.texts), dtype=np.uint64)
        starts = self.words.cards["letters"]
        letter_bags(starts[:-1], starts[1:], self.words.letters, found)
        return found

    @contextmanager
    def memo(self) -> Iterator[Memo]:
        """A memo of similarities that nobody else uses meanwhile."""
        # both are one step for the interpreter, so threads need no lock
        held = self._memos.pop() if self._memos else memo_for(len(self.texts))
        yield held
        self._memos.append(held)


def alone_of(prepared: Prepared) -> npt.NDArray[np.bool_]:
    """Per record, whether it says nothing but names."""
    held = [
        prepared.births,
        prepared.starts,
        prepared.nationalities,
        prepared.countries,
        prepared.birth_places,
        prepared.addresses,
        prepared.identifiers,
        *(side for side, _ in prepared.plain.values()),
    ]
    said = prepared.gender != 0
    for side in held:
        if len(side.items):
            said |= side.counts > 0
    alone: npt.NDArray[np.bool_] = ~said
    return alone


def listed_of(prepared: Prepared) -> npt.NDArray[np.bool_]:
    """Per record, whether it is told as watchlists tell: with an alias, a nationality, a passport or a relation."""
    told: npt.NDArray[np.bool_] = prepared.nationalities.counts > 0
    told[prepared.names.rows[prepared.name_quality > 0]] = True
    side = prepared.identifiers
    told[side.rows[prepared.identifier_table.type[side.items] == TRAVEL_FAMILY]] = True
    if "relation" in prepared.plain:
        told |= prepared.plain["relation"][0].counts > 0
    return told


def principal_of(prepared: Prepared) -> IntArray:
    """Per record, the form of its first principal name; -1 where it has none."""
    found = np.full(len(prepared), -1, dtype=np.int32)
    held = np.flatnonzero(prepared.name_quality[: len(prepared.names.items)] == 0)[::-1]
    # the last to be written stays: backwards, that is the first
    found[prepared.names.rows[held]] = prepared.names.items[held]
    return found


@dataclass(frozen=True)
class Context:
    """m pairs of records of one kind. `left`, `right` are record rows; `group` says whether groups' rarity applies."""

    prepared: Prepared
    names: NameIndex
    left: IntArray
    right: IntArray
    group: bool
    workers: int = field(default=2)

    @cached_property
    def alignment(self) -> dict[str, FloatArray]:
        """The alignment kernel's columns by name, each of length m."""
        return {name: self.aligned[:, number] for number, name in enumerate(COLUMNS)}

    @property
    def aligned(self) -> FloatArray:
        """The same as they lie: pairs × columns."""
        return self._aligned[0]

    @cached_property
    def similarities(self) -> tuple[FloatArray, int]:
        """What the alignments say (`similarities.ROWS` × pairs), and how many contradict in the family name alone."""
        return similarities(self._aligned[0])

    @property
    def best_forms(self) -> tuple[IntArray, IntArray]:
        """The name forms of the best supported pair of names; -1 where a side has none."""
        _, best_left, best_right = self._aligned
        return best_left, best_right

    @cached_property
    def principal_forms(self) -> tuple[IntArray, IntArray]:
        """The forms of the first principal name of both; -1 where a side has none."""
        return self.names.principal[self.left], self.names.principal[self.right]

    @cached_property
    def _aligned(self) -> tuple[FloatArray, IntArray, IntArray]:
        count = len(self.left)
        out = np.zeros((count, len(COLUMNS)), dtype=np.float32)
        best_left, best_right = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)

        def run(start: int, end: int) -> None:
            part = slice(start, end)
            written, words = self.names.written, self.names.words
            left, right = self.left[part], self.right[part]
            sheet = sheet_for(words, written, most_cells(written, left, right))
            with self.names.memo() as memo:
                align_pairs(
                    *(left, right, self.group, written, words, memo, sheet),
                    *(out[part], best_left[part], best_right[part]),
                )

        _in_slices(run, count, self.workers)
        return out, best_left, best_right

    def best_of(self, side: Ragged, compare: ValuePairs) -> FloatArray:
        """The best similarity between any value of the left and any of the right; NaN where a side has none.

        `compare` sees arrays of unique value pairs only (codes into the table of `side`, lower code first).
        """
        answer = np.full(len(self.left), np.nan, dtype=np.float32)
        if not len(side.items):
            return answer
        left_counts, right_counts = side.counts[self.left], side.counts[self.right]
        sizes = left_counts.astype(np.int64) * right_counts
        held = np.flatnonzero(sizes > 0)
        if not len(held):
            return answer
        single = int(sizes.max()) == 1
        if single:
            first = side.offsets[:-1]
            one, two = side.items[first[self.left[held]]], side.items[first[self.right[held]]]
        else:
            one, two = product(side, self.left[held], self.right[held])
        low, high = np.minimum(one, two).astype(np.int64), np.maximum(one, two)
        unique, inverse = numbered((low << 32) | high)
        values = compare((unique >> 32).astype(np.int32), (unique & 0xFFFFFFFF).astype(np.int32))
        if single:
            answer[held] = values[inverse]
            return answer
        starts = np.cumsum(sizes[held]) - sizes[held]
        answer[held] = np.fmax.reduceat(values[inverse], starts)
        return answer


def product(side: Ragged, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """All combinations of the left record's values with the right record's, pair by pair."""
    left_counts, right_counts = side.counts[left], side.counts[right]
    left_items = side.items[spread(side.offsets[:-1][left], left_counts)]
    # each left value meets the right record's whole list
    times = np.repeat(right_counts, left_counts)
    starts = np.repeat(side.offsets[:-1][right], left_counts)
    return np.repeat(left_items, times), side.items[spread(starts, times)]


def _in_slices(run: Callable[[int, int], None], count: int, workers: int) -> None:
    """Run over slices of 0…count on threads (the kernels hold no interpreter lock)."""
    if count < 20_000 or workers < 2:
        run(0, count)
        return
    bounds = np.linspace(0, count, workers * 4 + 1).astype(int).tolist()
    with ThreadPoolExecutor(workers) as pool:
        for task in [pool.submit(run, start, end) for start, end in pairwise(bounds)]:
            task.result()
