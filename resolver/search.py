"""Search over all values: an index of terms for free-text search, and search without keys.

1. Terms of values and of typed texts. A term is ASCII letters and digits in lower case if a
   transliteration exists, so one term stands for a word in any script. A value has a term for each
   word, and two terms for the whole value, which begin with a mark: all words written together,
   once in their order and once sorted. So a number is found whatever its spaces, and a whole name
   counts more than its words alone.
2. Codes of terms, by which a misspelt or differently spelt word finds a term. A code depends only
   on the term, so the similarity of words does not depend on records that the reader may not see.
3. The index is plain arrays, so it can be part of an index segment. The caller decides which
   records count; the index itself does not depend on how many records state a term.
4. Search without keys finds names by prefix, and records that refer to other records. Its cost
   depends on the dictionaries of an index, not on its records: a fraction of a second for a million
   names.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.matching.blocking.keys import mix
from resolver.matching.kernels.word_codes import MIN_LETTERS, PLACE_BIT, fill_letter_codes
from resolver.names.folding import fold, letters, skeleton_code, sound_code
from resolver.names.name_tokens import tokenize_person
from resolver.records import Batch, Column
from resolver.records.batch import IntArray
from resolver.records.packing import SEPARATOR
from resolver.records.prepared.batch import spread
from resolver.records.properties import FULL_NAMES, PROPERTIES, RELATION, ValueType
from resolver.records.visibility import Viewer, visible_rows
from resolver.runtime.text_cache import hash_texts
from resolver.store.array_files import AnyArray, decode_texts, encode_texts
from resolver.store.segments import Segment
from resolver.values.normal_values import normalize_phone

MAX_WORDS = 50
"""Maximum number of words of a typed text that are looked up; the others are left out."""
MAX_TERM = 60
"""Maximum number of letters in a term; longer ones are cut."""
_WORD_SHARE, _LENGTH_SHARE = 0.9, 0.1
"""The weight of a word is this share of its property's weight, plus the rest divided by the number
of words of its value.
"""
_MIN_PHONE_DIGITS = 6
_PLACE_PARTS = re.compile(f"[,;/()\\[\\]{SEPARATOR}]+")
_WHOLE = "="
"""First letter of the terms that stand for whole texts; no word begins with it."""
Terms = Iterator[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class TypedText:
    """Typed text: its distinct words, the terms for the whole text, and the term with which longer
    values begin.
    """

    words: tuple[str, ...]
    wholes: tuple[str, ...]
    beginning: str


def read_typed_text(text: str) -> TypedText:
    """Return the words and whole-text terms of a typed text; empty if it has no letters and
    digits.
    """
    words = _split_words(text)
    joined, ordered = _join_words(words)
    wholes = {joined, _WHOLE + joined, _WHOLE + ordered, *_phone_terms(text)} if words else set()
    distinct = tuple(dict.fromkeys(words[:MAX_WORDS]))
    return TypedText(distinct, tuple(sorted(wholes)), _WHOLE + joined)


def _split_words(text: str) -> list[str]:
    # letters of a script without a transliteration stay as they are
    words = fold(text).split() or [letters(text)]
    return [word[:MAX_TERM] for word in words if word]


def _join_words(words: list[str]) -> tuple[str, str]:
    return "".join(words)[:MAX_TERM], "".join(sorted(words))[:MAX_TERM]


def _phone_terms(text: str) -> tuple[str, ...]:
    """Return the number as dialed within its country, if the text may be a telephone number."""
    digits = sum(map(str.isdigit, text))
    if digits < _MIN_PHONE_DIGITS or any(map(str.isalpha, text)):
        return ()
    number = normalize_phone(text)
    return tuple({number, number.lstrip("0")} - {""})


def _plain_terms(text: str) -> Terms:
    words = _split_words(text)
    share = _WORD_SHARE + _LENGTH_SHARE / max(len(words), 1)
    yield from ((word, share) for word in words)
    if len(words) > 1:
        yield from ((_WHOLE + whole, 1.0) for whole in _join_words(words))


def _name_terms(text: str) -> Terms:
    yield from _plain_terms(text)
    if not text.isascii():
        # in the way in which words of other scripts are read for comparison
        yield from ((token.text, _WORD_SHARE) for token in tokenize_person(text) if token.text)


def _identifier_terms(text: str) -> Terms:
    yield from _plain_terms(text.split(SEPARATOR, 1)[0])


def _phone_number_terms(text: str) -> Terms:
    yield from ((term, 1.0) for term in {letters(text), *_phone_terms(text)} if term)


def _place_terms(text: str) -> Terms:
    # take each part separately, since people type a town without its country
    for part in filter(None, _PLACE_PARTS.split(text)):
        yield from _plain_terms(part)


@dataclass(frozen=True, slots=True)
class SearchedProperty:
    """Property that is searched: its weight in (0, 1], the terms of its values, and whether the
    values are places.
    """

    weight: float
    terms: Callable[[str], Terms]
    is_place: bool = False


_TERMS: Mapping[ValueType, Callable[[str], Terms]] = {
    ValueType.NAME: _name_terms,
    ValueType.NAME_PART: _name_terms,
    ValueType.IDENTIFIER: _identifier_terms,
    ValueType.PHONE: _phone_number_terms,
    ValueType.ADDRESS: _place_terms,
    ValueType.PLACE: _place_terms,
}
"""Functions that give the terms of values of a type; for other types, each word is a term."""
SEARCHED: Mapping[str, SearchedProperty] = {
    row.name: SearchedProperty(
        row.search_weight,
        _TERMS.get(row.type, _plain_terms),
        is_place=row.type in (ValueType.ADDRESS, ValueType.PLACE),
    )
    for row in PROPERTIES
    if row.search_weight
}
"""Properties that a free-text search looks at."""


Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Factors = npt.NDArray[np.float32]


class Likeness(IntEnum):
    """Ways in which two words are alike: one sound, one letter different, the same consonants."""

    SOUND = 0
    LETTER = 1
    SKELETON = 2


LIKENESS_FACTORS: Mapping[Likeness, float] = {
    Likeness.SOUND: 0.65,
    Likeness.LETTER: 0.6,
    Likeness.SKELETON: 0.4,
}
"""Factor for a word by its similarity to the typed word; the typed word itself has 1."""
_FACTORS = np.array([LIKENESS_FACTORS[way] for way in Likeness], dtype=np.float32)
_MIN_SKELETON = 3


@dataclass(frozen=True, slots=True)
class SimilarTerms:
    """Codes of terms, ascending, and the term to which each code belongs."""

    codes: Hashes
    terms: IntArray

    def find(self, word: str) -> tuple[Numbers, Factors]:
        """Return the terms that are similar to a word (also the word itself; some twice), and their
        factors.
        """
        if not has_codes(word):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        codes, _, ways = _code_words([word])
        starts = np.searchsorted(self.codes, codes)
        counts = np.searchsorted(self.codes, codes, side="right") - starts
        results = self.terms[spread(starts, counts)].astype(np.int64)
        return results, np.repeat(_FACTORS[ways], counts)


def find_alike(word: str, others: Sequence[str]) -> str:
    """Return the word among `others` that is most similar to a word, or the first if several are
    equally similar; empty if no word is similar.

    Two words are similar if the index finds one of them when the other is searched
    (`SimilarTerms`).
    """
    words = [other for other in others if has_codes(other)]
    if not words or not has_codes(word):
        return ""
    own, _, _ = _code_words([word])
    codes, owners, ways = _code_words(words)
    shared = np.flatnonzero(np.isin(codes, own))
    order = shared[np.lexsort((owners[shared], ways[shared]))]
    return words[owners[order[0]]] if len(order) else ""


def has_codes(word: str) -> bool:
    """Return whether a word can be similar to others: numbers and very short words cannot."""
    return len(word) >= MIN_LETTERS - 1 and word.isalpha()


def index_similar_terms(terms: Sequence[tuple[int, str]]) -> SimilarTerms:
    """Return the codes of some terms, given with their numbers, for which `has_codes` holds."""
    codes, owners, _ = _code_words([word for _, word in terms])
    numbers = np.array([number for number, _ in terms], dtype=np.int32)
    order = np.argsort(codes, kind="stable")
    return SimilarTerms(codes[order], numbers[owners[order]])


def _code_words(words: Sequence[str]) -> tuple[Hashes, Numbers, Numbers]:
    """Return the codes of some words, and for each code the position of its word and its kind of
    likeness.
    """
    every = np.arange(len(words), dtype=np.int64)
    skeletons = [skeleton_code(word) for word in words]
    is_long = np.array([len(code) >= _MIN_SKELETON for code in skeletons], dtype=bool)
    cut, sizes = _codes_without_letters(words)
    parts = (
        (hash_texts(map(sound_code, words)), every, Likeness.SOUND),
        (cut, np.repeat(every, sizes), Likeness.LETTER),
        (hash_texts(skeletons)[is_long], every[is_long], Likeness.SKELETON),
    )
    return (
        np.concatenate([mix(codes, np.uint64(way + 1)) for codes, _, way in parts]),
        np.concatenate([owners for _, owners, _ in parts]),
        np.concatenate([np.full(len(codes), way, dtype=np.int64) for codes, _, way in parts]),
    )


def _codes_without_letters(words: Sequence[str]) -> tuple[Hashes, Numbers]:
    """Return the codes of each word: of the whole word, and of the word without each of its
    letters. Also return the number of codes of each word.
    """
    texts = [word.encode() for word in words]
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    # shorter words are similar to too many others
    sizes = np.where(lengths >= MIN_LETTERS, lengths + 1, 0)
    cut = np.empty(int(sizes.sum()), dtype=np.uint64)
    beginnings = np.empty(len(words), dtype=np.uint64)
    letters = np.frombuffer(b"".join(texts), dtype=np.uint8)
    fill_letter_codes(letters, offsets, sizes, cut, beginnings)
    return cut, sizes


WEIGHT_UNITS = 250
"""Units of weight; that of a posting is 1 at most. `PLACE_BIT` marks the postings of places."""
_CHUNK = 100_000
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class TermIndex:
    """Postings of terms, which ascend by their UTF-8.

    The records with term t are `records[starts[t]:starts[t + 1]]` (a record may occur twice).
    `weights` is parallel to `records`, in `WEIGHT_UNITS`.
    """

    terms: pa.StringArray
    starts: Numbers
    records: IntArray
    weights: npt.NDArray[np.uint8]
    similar: SimilarTerms

    def find(self, term: str) -> tuple[int, int]:
        """Return the range of the postings of a term; it is empty for an unknown term."""
        first = self._place(term)
        is_known = first < len(self.terms) and self.terms[first].as_py() == term
        return int(self.starts[first]), int(self.starts[first + is_known])

    def find_beginning(self, prefix: str) -> tuple[int, int]:
        """Return the range of the postings of all terms that begin with a text."""
        first, last = self._place(prefix), self._place(prefix + _LAST)
        return int(self.starts[first]), int(self.starts[last])

    def _place(self, term: str) -> int:
        # text sorts by code points in the same order as by UTF-8
        return bisect_left(
            range(len(self.terms)), term, key=lambda index: str(self.terms[index].as_py())
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
    indices = np.concatenate(ends)
    order_of_postings = np.argsort(term_of[indices], kind="stable")
    terms = coded.dictionary.take(pa.array(order))
    starts = np.zeros(len(terms) + 1, dtype=np.int64)
    np.cumsum(np.bincount(term_of[indices], minlength=len(terms)), out=starts[1:])
    return TermIndex(
        terms,
        starts,
        _concat([part.records for part in parts], np.int32)[order_of_postings],
        _concat([part.weights for part in parts], np.uint8)[indices[order_of_postings]],
        index_similar_terms(
            [index for index in enumerate(terms.to_pylist()) if has_codes(index[1])]
        ),
    )


@dataclass(frozen=True, slots=True)
class _ColumnPostings:
    """Terms of the values of a column in chunks, with their weights, and the postings: positions of
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


MAX_MATCHES = 2_000
"""Limit on the records that one search returns."""
_MAX_SCANNED = 20_000
"""Number of relations times records up to which all relations are read; beyond it, a column is
sorted once.
"""
_MAX_CACHED_COLUMNS = 8


def find_by_name_prefix(segments: Sequence[Segment], prefix: str, viewer: Viewer) -> Numbers:
    """Return records that have a name with a word that begins with a prefix, in any case: at most
    `MAX_MATCHES` of those that the viewer may see.

    Names that begin with the prefix come first, then ascending numbers. Ended records are included.
    """
    pattern = re.escape(" ".join(prefix.split()))
    at_start = _find_by_pattern(segments, f"^{pattern}", viewer)
    inside = (
        _find_by_pattern(segments, rf"[\s,'-]{pattern}", viewer)
        if len(at_start) < MAX_MATCHES
        else at_start
    )
    return np.concatenate([at_start, np.setdiff1d(inside, at_start)])[:MAX_MATCHES]


def find_by_value(segments: Sequence[Segment], prop: str, text: str) -> Numbers:
    """Return the records that have a text as a value of a property, ascending.

    Ended records are included.
    """
    return _unite(
        _record_numbers(segment, column, _to_flags(pc.equal(column.values, text)))
        for segment, column in _iterate_columns(segments, (prop,))
    )


def find_related_to(segments: Sequence[Segment], record_ids: Sequence[str]) -> Numbers:
    """Return the records that state a relation to one of some records, ascending.

    Ended records are included.
    """
    parts = []
    for segment, column in _iterate_columns(segments, (RELATION,)):
        if len(column.values) * len(record_ids) > _MAX_SCANNED:
            targets = _cached_targets(column)
            parts += [
                segment.first + targets.rows_of(record_id).astype(np.int64)
                for record_id in record_ids
            ]
            continue
        is_match = np.zeros(len(column.values), dtype=bool)
        for record_id in record_ids:
            # the id is the second field of a packed relation
            is_inside = pc.match_substring(column.values, f"{SEPARATOR}{record_id}{SEPARATOR}")
            is_last = pc.ends_with(column.values, f"{SEPARATOR}{record_id}")
            is_match |= _to_flags(pc.or_(is_inside, is_last))
        parts.append(_record_numbers(segment, column, is_match))
    return _unite(parts)


@dataclass(frozen=True, slots=True)
class _Targets:
    """Targets of packed relations: record ids, ascending, with the code of each relation.

    `rows[ends[c]:ends[c + 1]]` are the rows of records that state code c. `values` are the
    relations that the table was built from.
    """

    values: pa.StringArray
    names: pa.StringArray
    codes: Numbers
    rows: IntArray
    ends: Numbers

    @classmethod
    def of(cls, column: Column) -> _Targets:
        """Build from a column of relations."""
        values = column.values
        parts = pc.split_pattern(values, SEPARATOR)
        starts = parts.offsets.to_numpy()
        codes = np.flatnonzero(np.diff(starts) > 1)
        names = parts.flatten().take(pa.array(starts[:-1][codes] - starts[0] + 1))
        order = pc.sort_indices(names).to_numpy()
        ends = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(np.bincount(column.codes, minlength=len(values)), out=ends[1:])
        rows = column.rows[np.argsort(column.codes, kind="stable")]
        return cls(values, names.take(pa.array(order)), codes[order], rows, ends)

    def rows_of(self, record_id: str) -> IntArray:
        """Return the rows of the records with relations that name a record."""
        # text sorts by its UTF-8 bytes
        low, high = (
            side(
                range(len(self.names)),
                record_id.encode(),
                key=lambda index: self.names[index].as_py().encode(),
            )
            for side in (bisect_left, bisect_right)
        )
        codes = self.codes[low:high]
        rows: IntArray = self.rows[
            spread(self.ends[codes], self.ends[codes + 1] - self.ends[codes])
        ]
        return rows


_targets_by_column: OrderedDict[int, _Targets] = OrderedDict()


def _cached_targets(column: Column) -> _Targets:
    """Return the targets of a column, cached while it is in use.

    A million relations cannot be read for every request.
    """
    values = column.values
    targets = _targets_by_column.get(id(values))
    if targets is None or targets.values is not values:
        targets = _targets_by_column[id(values)] = _Targets.of(column)
        while len(_targets_by_column) > _MAX_CACHED_COLUMNS:
            # each step is atomic in the interpreter, so threads need no lock
            _targets_by_column.popitem(last=False)
    return targets


def _find_by_pattern(segments: Sequence[Segment], pattern: str, viewer: Viewer) -> Numbers:
    found = []
    for segment, column in _iterate_columns(segments, FULL_NAMES):
        is_match = _to_flags(pc.match_substring_regex(column.values, pattern, ignore_case=True))
        numbers = _record_numbers(segment, column, is_match)
        # hidden records must not count towards the limit
        visible = visible_rows(segment.batch, viewer) if len(numbers) else None
        found.append(numbers if visible is None else numbers[visible[numbers - segment.first]])
    return _unite(found)[:MAX_MATCHES]


def _iterate_columns(
    segments: Sequence[Segment], props: Sequence[str]
) -> Iterable[tuple[Segment, Column]]:
    for segment in segments:
        yield from (
            (segment, segment.batch.columns[prop])
            for prop in props
            if prop in segment.batch.columns
        )


def _to_flags(flags: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    return np.asarray(flags.to_numpy(zero_copy_only=False), dtype=bool)


def _record_numbers(segment: Segment, column: Column, is_match: npt.NDArray[np.bool_]) -> Numbers:
    if not is_match.any():
        return np.zeros(0, dtype=np.int64)
    return segment.first + column.rows[is_match[column.codes]].astype(np.int64)


def _unite(parts: Iterable[Numbers]) -> Numbers:
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
