"""Term index of records: which records state a term, and with what weight.

It is plain arrays, so that it can be part of an index segment. Whoever looks terms up decides which
records count; nothing here depends on how many records state a term.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.kernels.lookup.term_bearers import PLACE_BIT
from resolver.records import Batch, Column
from resolver.records.batch import IntArray
from resolver.records.prepared.ragged import spread
from resolver.search.search_terms import SEARCHED, SearchedProperty
from resolver.search.similar_terms import SimilarTerms, has_codes, index_similar_terms
from resolver.store.array_files import AnyArray, decode_texts, encode_texts

Numbers = npt.NDArray[np.int64]
WEIGHT_UNITS = 250
"""Units of weight; that of a posting is 1 at most. `PLACE_BIT` marks the postings of places."""
_CHUNK = 100_000
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class TermIndex:
    """Postings of terms, which ascend by their UTF-8.

    The records with term t are `records[starts[t]:starts[t + 1]]` (one may stand there twice);
    `weights`, parallel to them, are in `WEIGHT_UNITS`.
    """

    terms: pa.StringArray
    starts: Numbers
    records: IntArray
    weights: npt.NDArray[np.uint8]
    similar: SimilarTerms

    def find(self, term: str) -> tuple[int, int]:
        """Return the range of the postings of a term; it is empty for an unknown one."""
        first = self._place(term)
        is_known = first < len(self.terms) and self.terms[first].as_py() == term
        return int(self.starts[first]), int(self.starts[first + is_known])

    def find_beginning(self, prefix: str) -> tuple[int, int]:
        """Return the range of the postings of all terms that begin with a text."""
        first, last = self._place(prefix), self._place(prefix + _LAST)
        return int(self.starts[first]), int(self.starts[last])

    def _place(self, term: str) -> int:
        # text sorts by its code points as by its UTF-8
        return bisect_left(
            range(len(self.terms)), term, key=lambda place: str(self.terms[place].as_py())
        )

    def to_arrays(self) -> dict[str, AnyArray]:
        """Return the index as named arrays."""
        return {
            "starts": self.starts,
            "records": self.records,
            "weights": self.weights,
            "similar.codes": self.similar.codes,
            "similar.terms": self.similar.terms,
            **encode_texts("terms", self.terms),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray]) -> TermIndex:
        """Return the index of arrays that `to_arrays` made."""
        return cls(
            decode_texts("terms", arrays),
            arrays["starts"],
            arrays["records"],
            arrays["weights"],
            SimilarTerms(arrays["similar.codes"], arrays["similar.terms"]),
        )


def build_term_index(batch: Batch) -> TermIndex:
    """Index the searched values of some records."""
    parts = [
        _column_postings(batch.columns[prop], searched)
        for prop, searched in SEARCHED.items()
        if prop in batch.columns
    ]
    # a chunk for records without a searched value
    chunks = [pa.array([], pa.string()), *(chunk for part in parts for chunk in part.chunks)]
    coded = pa.concat_arrays(chunks).dictionary_encode()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    term_of = rank[coded.indices.to_numpy()]
    firsts = np.cumsum([0, *(len(part.weights) for part in parts)])
    ends = [np.zeros(0, dtype=np.int64)]
    ends += [part.places + first for part, first in zip(parts, firsts, strict=False)]
    places = np.concatenate(ends)
    order_of_postings = np.argsort(term_of[places], kind="stable")
    terms = coded.dictionary.take(pa.array(order))
    starts = np.zeros(len(terms) + 1, dtype=np.int64)
    np.cumsum(np.bincount(term_of[places], minlength=len(terms)), out=starts[1:])
    return TermIndex(
        terms,
        starts,
        _concat([part.records for part in parts], np.int32)[order_of_postings],
        _concat([part.weights for part in parts], np.uint8)[places[order_of_postings]],
        index_similar_terms(
            [place for place in enumerate(terms.to_pylist()) if has_codes(place[1])]
        ),
    )


@dataclass(frozen=True, slots=True)
class _ColumnPostings:
    """Terms of the values of a column in chunks, with their weights, and the postings: places among
    these terms, and records.
    """

    chunks: list[pa.StringArray]
    weights: npt.NDArray[np.uint8]
    places: Numbers
    records: IntArray


def _column_postings(column: Column, searched: SearchedProperty) -> _ColumnPostings:
    chunks, counts, weights = [], [], []
    for start in range(0, len(column.values), _CHUNK):
        texts = column.values.slice(start, _CHUNK).to_pylist()
        terms = [list(searched.terms(text)) for text in texts]
        chunks.append(pa.array([term for some in terms for term, _ in some], pa.string()))
        shares = [share for some in terms for _, share in some]
        # an even number, since the lowest bit marks places
        halves = np.round(np.array(shares) * (searched.weight * WEIGHT_UNITS / 2))
        mark = np.uint8(PLACE_BIT if searched.is_place else 0)
        weights.append(2 * halves.astype(np.uint8) | mark)
        counts.append(np.array([len(some) for some in terms], dtype=np.int64))
    count = _concat(counts, np.int64)
    starts = np.cumsum(count) - count
    places = spread(starts[column.codes], count[column.codes])
    records = np.repeat(column.rows, count[column.codes]).astype(np.int32)
    return _ColumnPostings(chunks, _concat(weights, np.uint8), places, records)


def _concat(arrays: Sequence[npt.NDArray[np.generic]], kind: type[np.generic]) -> AnyArray:
    return np.concatenate([np.zeros(0, dtype=kind), *arrays])
