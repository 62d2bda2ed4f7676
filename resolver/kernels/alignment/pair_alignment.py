"""Alignment of record pairs: the pair of names that supports each best, and its sums.

Weight is rarity in nats. What one name has and the other lacks is omitted; where both have words
left over, the weight of the lighter side is contradicted.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.alignment.name_arrays import LATIN_SCRIPT, principal_difference
from resolver.kernels.alignment.name_pair import BOTH_SCRIPTS, align_names
from resolver.kernels.alignment.records import (
    OMITTED,
    Contradiction,
    NameAlignment,
    NameArrays,
    RecordSpan,
    SimilarityMatrix,
    SimilarityMemo,
    TokenRecords,
)
from resolver.kernels.alignment.similarity_matrix import (
    bound_alignment,
    fill_column,
    may_join,
    may_match_names,
    set_left_record,
    set_right_record,
)
from resolver.kernels.arrays import AnyBool, AnyInt, AnyIntArray, RecordArray, RecordRow
from resolver.kernels.compiler import compiled
from resolver.records.prepared.value_flags import NameQuality

SUPPORTED = 0.8
"""Matched share from which on a name supports another."""
_MARGIN = 0.01
"""More than sums of nats lose to rounding."""
_TOO_LOW = np.float32(SUPPORTED - _MARGIN)
_QUALITY_LOSS = np.float32(0.5)
"""Loss of support (nats) per step of `NameQuality` of the weaker name."""
_PRIMARY = int(NameQuality.PRIMARY)
_NO_PART, _ALL_PARTS = np.float32(Contradiction.NONE), np.float32(Contradiction.ALL)
_AHEAD = 64
"""Pairs whose records are read before any of them is compared, so that waiting for memory overlaps.
"""


@compiled(inline="always", allocates=False)
def _touch_records(rows: AnyIntArray, names: NameArrays, columns: RecordArray) -> np.int64:
    """Read a field of everything that the comparison of these records will read; return a sum."""
    touched = np.int64(0)
    for row in rows:
        head = names.records[row]
        if head.names < names.records[row + 1].names:
            start = names.names[head.names].start
            touched += names.words[start].token + names.words[start + 1].token
            for place in range(head.tokens, names.records[row + 1].tokens):
                touched += columns[names.tokens[place]].run
    return touched


@compiled(inline="always", allocates=False)
def _record_span(row: AnyInt, names: NameArrays) -> RecordSpan:
    head, following = names.records[row], names.records[row + 1]
    return RecordSpan(
        np.int64(head.names),
        np.int64(following.names),
        names.tokens[head.tokens : following.tokens],
    )


@compiled(allocates=False)
def _set_missing(row: RecordRow) -> None:
    """Set the result of a pair of which a record has no name."""
    missing = np.float32(np.nan)
    row.matched, row.contradicted, row.omitted, row.weakest = missing, missing, missing, missing
    row.tokens, row.crossed, row.primary, row.share = missing, missing, missing, missing
    row.exact, row.quality, row.established, row.initials = missing, missing, missing, missing
    row.sides, row.apart = missing, missing
    row.left_form, row.right_form = -1, -1


@compiled(inline="always", allocates=False)
def _write_alignment(
    row: RecordRow, alignment: NameAlignment, quality: int, left_form: int, right_form: int
) -> None:
    """Write the alignment of the best pair of names so far."""
    row.matched, row.contradicted, row.omitted = (
        alignment.matched,
        alignment.contradicted,
        alignment.omitted,
    )
    row.weakest, row.tokens, row.crossed = alignment.weakest, alignment.tokens, alignment.crossed
    row.established, row.initials, row.sides = (
        alignment.established,
        alignment.initials,
        alignment.sides,
    )
    row.quality, row.left_form, row.right_form = quality, left_form, right_form


@compiled(inline="always", allocates=False)
def _nothing_matched(left: RecordRow, right: RecordRow) -> NameAlignment:
    """Return the alignment of two names of which no words match."""
    zero = np.float32(0.0)
    contradicted, omitted = min(left.total, right.total), abs(left.total - right.total)
    sides = _ALL_PARTS if contradicted > 0 else _NO_PART
    return NameAlignment(
        *(zero, contradicted, omitted, zero, zero, zero, zero, np.float32(-1.0), sides, False)
    )


@compiled(inline="always", allocates=False)
def _is_beaten(
    left: RecordRow,
    right: RecordRow,
    words: RecordArray,
    best: np.float32,
    quality: int,
    is_supported: AnyBool,
    is_primary: bool,
    primary: np.float32,
) -> AnyBool:
    """Return whether no result of two names can change the result of the pair of records.

    `best`: support of the best names so far; `is_supported`: whether both names are supported
    already; `is_primary`: whether both are principal names, whose best share so far is `primary`.
    """
    support, share = bound_alignment(left, right, words)
    is_settled: AnyBool = is_supported or share < _TOO_LOW
    if is_primary:
        is_settled &= share < primary - np.float32(_MARGIN)
    return is_settled and support - _QUALITY_LOSS * quality < best - np.float32(_MARGIN)


@compiled(inline="always", allocates=False)
def _is_exact(left: RecordRow, right: RecordRow, sums: NameAlignment) -> AnyBool:
    """Return whether two names of the same words are equal.

    Characters may only sound the same, and father and son may have exchanged names.
    """
    is_latin = ((left.scripts | right.scripts) & LATIN_SCRIPT) != 0
    is_exact: AnyBool = sums.contradicted == 0 or (is_latin and sums.sides == _NO_PART)
    return is_exact


@compiled(inline="always", allocates=False)
def _compare_names(
    left: RecordSpan,
    right: RecordSpan,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    group: bool,
    matrix: SimilarityMatrix,
    row: RecordRow,
) -> None:
    """Align every name of the left record with every name of the right one; write the best."""
    supported, supported_left = matrix.supported, 0
    supported[: right.last - right.first] = False
    best, best_low, best_high = np.float32(-1e9), np.uint64(0), np.uint64(0)
    primary, exact = np.float32(-1.0), np.float32(0.0)
    for a in range(left.first, left.last):
        name_a, row_a = names.names[a], matrix.left_names[a - left.first]
        is_supported: AnyBool = False
        for b in range(right.first, right.last):
            name_b, row_b = names.names[b], matrix.right_names[b - right.first]
            is_same = name_a.compact == name_b.compact
            quality = max(name_a.quality, name_b.quality)
            is_primary = name_a.quality == _PRIMARY and name_b.quality == _PRIMARY
            # Only of two scripts may two neighbors sound like one word; equal ones are not skipped.
            is_mixed = is_same or (name_a.scripts | name_b.scripts) == BOTH_SCRIPTS
            if may_match_names(row_a, row_b) or is_mixed:
                if not is_mixed and not may_join(row_a, row_b):
                    is_counted = is_supported and supported[b - right.first]
                    if _is_beaten(
                        row_a, row_b, matrix.words, best, quality, is_counted, is_primary, primary
                    ):
                        continue
                sums = align_names(a, b, row_a, row_b, names, tokens, memo, group, matrix)
            elif best > 0:
                if is_primary:
                    primary = max(primary, np.float32(0.0))
                continue
            else:
                sums = _nothing_matched(row_a, row_b)
            matched, contradicted, omitted = sums[:3]
            if is_same and _is_exact(name_a, name_b, sums):
                exact = np.float32(1.0)
            total = matched + contradicted + OMITTED * omitted
            share = matched / total if total > 0 else np.float32(0.0)
            if is_primary:
                primary = max(primary, share)
            if share >= SUPPORTED:
                is_supported = True
                supported[b - right.first] = True
            support = matched - contradicted - OMITTED * omitted - _QUALITY_LOSS * quality
            # Of equal support, the pair that goes first by its words counts.
            low, high = min(name_a.compact, name_b.compact), max(name_a.compact, name_b.compact)
            is_tied = support == best and (low < best_low or (low == best_low and high < best_high))
            if support > best or is_tied:
                best, best_low, best_high = support, low, high
                _write_alignment(row, sums, quality, name_a.form, name_b.form)
        if is_supported:
            supported_left += 1
    row.primary, row.exact = primary, exact
    row.share = _supported_share(left, right, supported_left, matrix)


@compiled(inline="always", allocates=False)
def _supported_share(
    left: RecordSpan, right: RecordSpan, supported_left: int, matrix: SimilarityMatrix
) -> float:
    """Return the supported share of the shorter list of names, the lower one of equal lists."""
    count_left, count_right = left.last - left.first, right.last - right.first
    supported_right = 0
    for b in range(count_right):
        if matrix.supported[b]:
            supported_right += 1
    if count_left < count_right or (count_left == count_right and supported_left > supported_right):
        return supported_left / count_left
    return supported_right / count_right


@compiled(allocates=False)
def align_pairs(
    left: AnyIntArray,
    right: AnyIntArray,
    group: bool,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    matrix: SimilarityMatrix,
    out: RecordArray,
) -> np.int64:
    """Write the alignment of record pairs (`PAIR_ALIGNMENT`); NaN where a record has no name.

    `group`: whether rarity is that of groups; `matrix`: a new one. The returned sum has no meaning;
    it keeps the reads ahead from being optimized away.
    """
    run, used, current = 0, 0, -1
    touched = np.int64(0)
    for pair in range(len(left)):
        if pair % _AHEAD == 0:
            touched += _touch_records(right[pair : pair + _AHEAD], names, matrix.columns)
        left_span, right_span = _record_span(left[pair], names), _record_span(right[pair], names)
        row = out[pair]
        if left_span.first == left_span.last or right_span.first == right_span.last:
            _set_missing(row)
            continue
        if left[pair] != current:
            set_left_record(left_span, names, tokens, group, matrix)
            run, used, current = run + 1, 0, left[pair]
        if used + len(left_span.tokens) * len(right_span.tokens) > len(matrix.values):
            # No room: columns are made again.
            run, used = run + 1, 0
        for token in right_span.tokens:
            if matrix.columns[token].run != run:
                fill_column(token, left_span, names, tokens, memo, group, matrix, used, run)
                used += len(left_span.tokens)
        joined = set_right_record(right_span, left_span.tokens, names, tokens, matrix) != 0
        _compare_names(left_span, right_span, names, tokens, memo, group, matrix, row)
        row.apart = np.float32(-1.0)
        if group:
            row.apart = principal_difference(left_span, right_span, names, tokens, matrix, joined)
    return touched
