"""Alignment of two names: which word of one stands for which of the other, and the sums of that.

Tokens are matched one to one, equal ones first, then by falling match value; between the two, two
neighbors that spell one token of the other name are matched as one, and the last word of a long
name with a word that it begins.

Alignment of record pairs: the pair of names that supports each best, and its sums.

Weight is rarity in nats. What one name has and the other lacks is omitted; where both have words
left over, the weight of the lighter side is contradicted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.names.kernels.name_arrays import LATIN_SCRIPT, OTHER_SCRIPT, principal_difference
from resolver.names.kernels.name_records import (
    OMITTED,
    Contradiction,
    NameAlignment,
    NameArrays,
    RecordSpan,
    SimilarityMatrix,
    SimilarityMemo,
    TokenRecords,
)
from resolver.names.kernels.similarity_matrix import (
    bound_alignment,
    fill_column,
    may_contain,
    may_join,
    may_match_names,
    set_left_record,
    set_right_record,
)
from resolver.names.kernels.word_matching import (
    OrderedPair,
    Tally,
    clear_partners,
    match_cut,
    match_equal,
    match_joined,
    match_similar,
    order_names,
)
from resolver.records.prepared.value_flags import Lineage, NameQuality, Role, TokenFlag
from resolver.runtime.arrays import AnyBool, AnyFloat, AnyInt, AnyIntArray, RecordArray, RecordRow
from resolver.runtime.compiler import compiled

_INITIAL, _PARTICLE = int(TokenFlag.INITIAL), int(TokenFlag.PARTICLE)
_KNOWN, _NUMBER = int(TokenFlag.KNOWN), int(TokenFlag.NUMBER)
_GIVEN, _FAMILY, _OWN = int(Role.GIVEN), int(Role.FAMILY), int(Lineage.OWN)
_ROLE = 3
"""Bits of a `Role` that are the same for a stated and a likely role."""
_FULL_WORD, _INITIAL_WORD, _NUMBER_WORD = 1, 2, 4
"""Bits of `Unmatched.kinds`; numbers have theirs beside that of a full word, if any."""
_ANY_WORD = _FULL_WORD | _INITIAL_WORD
_GIVEN_LEFT, _FAMILY_LEFT, _INITIAL_LEFT, _KNOWN_LEFT = 1, 2, 4, 8
"""Bits of `Unmatched.roles`: given names, family names, given names that are initials, and given
names that are established words."""
_ANY_LEFT = _GIVEN_LEFT | _FAMILY_LEFT
_NO_PART, _ALL_PARTS = np.float32(Contradiction.NONE), np.float32(Contradiction.ALL)
_GIVEN_PART, _FAMILY_PART = np.float32(Contradiction.GIVEN), np.float32(Contradiction.FAMILY)
_GIVEN_INITIAL_PART = np.float32(Contradiction.GIVEN_INITIAL)
SEVERAL, SINGLE_WORD = 2, np.float32(0.3)
"""Full words beside the one that a name of one word agrees with, from which on it may be another
person's, and the share of their nats that is in doubt."""
BOTH_SCRIPTS = LATIN_SCRIPT | OTHER_SCRIPT


class Unmatched(NamedTuple):
    """Words of a name without a partner: nats, kinds and roles of words as bits, and how many are
    full words; and of the whole name the number of initials and the place of the own given name
    (-1: not known)."""

    weight: np.float32
    kinds: int
    roles: int
    initials: int
    words: int
    own: int


@compiled(inline="always", allocates=False)
def _role_bits(role: int, flags: int) -> int:
    """Return bits of `Unmatched.roles` of a word with a stated or likely role; 0 for particles.

    A word that a marker shows to be an own name counts as a given name (`Zakariya ben Said`).
    """
    if flags & _PARTICLE:
        return 0
    if role & _ROLE == _GIVEN or role & _OWN:
        if flags & _INITIAL:
            return _GIVEN_LEFT | _INITIAL_LEFT
        return _GIVEN_LEFT | _KNOWN_LEFT if flags & _KNOWN else _GIVEN_LEFT
    return _FAMILY_LEFT if role & _ROLE == _FAMILY else 0


@compiled(inline="always", allocates=False)
def _count_unmatched(
    side: int, first: AnyInt, length: AnyInt, matrix: SimilarityMatrix
) -> Unmatched:
    """Return what of a name (`side` 0: a) has no partner."""
    weight, kinds, roles, initials, words, own = np.float32(0.0), 0, 0, 0, 0, -1
    for place in range(length):
        word = matrix.words[first + place]
        initials += word.flags & _INITIAL
        if own < 0 and _role_bits(word.role, word.flags) & _GIVEN_LEFT:
            own = place
        if matrix.partners[side, place] < 0:
            weight += word.weight
            if word.flags & _INITIAL:
                kinds |= _INITIAL_WORD
            elif not word.flags & _PARTICLE:
                kinds |= _FULL_WORD
                words += 1
            if word.flags & _NUMBER:
                kinds |= _NUMBER_WORD
            roles |= _role_bits(word.role, word.flags)
            for other in range(length):
                twin = matrix.words[first + other]
                if twin.hash == word.hash:
                    # Of a word that the name has twice, either may be the one without a partner.
                    roles |= _role_bits(twin.role, twin.flags)
    return Unmatched(weight, kinds, roles, initials, words, own)


@compiled(inline="always", allocates=False)
def _grade_initials(a: Unmatched, b: Unmatched, tally: Tally) -> np.float32:
    """Return 1 if all initials are matched, 0.5 or 0 if not, -1 where there are none.

    0 where the other name has a word left for the initial, or nothing but initials cross.
    """
    if a.initials + b.initials == 0 or tally.matches == 0:
        return np.float32(-1.0)
    are_crossed = tally.full_matches == 0 and min(tally.initial_a, tally.initial_b) > 0
    if (a.kinds & _INITIAL_WORD and b.kinds & _ANY_WORD) or (
        b.kinds & _INITIAL_WORD and a.kinds & _ANY_WORD
    ):
        return np.float32(0.0)
    if are_crossed:
        return np.float32(0.0)
    return np.float32(0.5) if (a.kinds | b.kinds) & _INITIAL_WORD else np.float32(1.0)


@compiled(inline="always", allocates=False)
def _contradicted_part(a: Unmatched, b: Unmatched, tally: Tally, group: bool) -> np.float32:
    """Return which part of two names contradicts (`Contradiction`).

    Another generation (Jr., III) or regnal number tells two persons apart as another given name.

    Likely roles are guessed name by name. Where one name is left with a given name and the other
    with a family name, the guesses contradict each other, as they do for `Daoudi Tariq` and `Yusuf
    Daoudi`: it is the given names that differ, since kin share the rest.
    """
    if min(a.weight, b.weight) == 0:
        return _NO_PART
    both_given, both_family = a.roles & b.roles & _GIVEN_LEFT, a.roles & b.roles & _FAMILY_LEFT
    if tally.matches == 0 or (both_given and both_family):
        return _ALL_PARTS
    if tally.full_matches == 0 and a.kinds & b.kinds & _FULL_WORD:
        # Nothing but particles and initials agrees.
        return _ALL_PARTS
    is_crossed = a.roles & _ANY_LEFT != 0 and b.roles & _ANY_LEFT != 0 and not both_family
    is_other_generation = not group and a.kinds & b.kinds & _NUMBER_WORD != 0
    if is_other_generation:
        return _GIVEN_PART
    if both_given or is_crossed:
        return _GIVEN_INITIAL_PART if (a.roles | b.roles) & _INITIAL_LEFT else _GIVEN_PART
    return _FAMILY_PART if both_family else _NO_PART


@compiled(inline="always", allocates=False)
def _is_forebear(word: RecordRow) -> AnyBool:
    """Return whether a word is neither the own given name nor the family name."""
    part = word.role & _ROLE
    is_marked = part in (_GIVEN, _FAMILY) or word.role & _OWN != 0
    is_between: AnyBool = not is_marked and not word.flags & _PARTICLE
    return is_between


@compiled(inline="always", allocates=False)
def _compare_order(
    pair: OrderedPair, a: Unmatched, b: Unmatched, matrix: SimilarityMatrix
) -> tuple[bool, np.float32]:
    """Return whether two names are chains in another order, and the nats of an own name that is a
    forebear's or a second name of the other.

    `Ahmed Mahmoud Hassan` is not `Mahmoud Ahmed Hassan`. Turned names keep the order of all words
    but the family name. `Mahmoud Hassan` may be the father of `Ahmed Mahmoud Hassan`, or the same
    without the first name.
    """
    none = np.float32(0.0)
    if a.own < 0 or b.own < 0:
        return False, none
    in_b, in_a = matrix.partners[0, a.own], matrix.partners[1, b.own]
    words_a, words_b = pair.first_a, pair.first_b
    if in_b >= 0 and not _is_forebear(matrix.words[words_b + in_b]):
        return False, none
    if in_a >= 0 and not _is_forebear(matrix.words[words_a + in_a]):
        return False, none
    if in_b >= 0 and in_a >= 0:
        return (a.own < in_a) != (in_b < b.own), none
    if in_b > b.own:
        return False, np.float32(matrix.words[words_a + a.own].weight)
    if in_a > a.own:
        return False, np.float32(matrix.words[words_b + b.own].weight)
    return False, none


@compiled(inline="always", allocates=False)
def _single_word_doubt(a: Unmatched, b: Unmatched, tally: Tally) -> AnyFloat:
    """Return the nats in doubt where a name of one word is one of several of the other name."""
    is_single = tally.full_matches == 1 and min(a.words, b.words) == 0
    if is_single and a.initials + b.initials == 0 and max(a.words, b.words) >= SEVERAL:
        return SINGLE_WORD * abs(a.weight - b.weight)
    return np.float32(0.0)


@compiled(inline="always", allocates=False)
def _alignment_of(
    pair: OrderedPair, group: bool, matrix: SimilarityMatrix, tally: Tally
) -> NameAlignment:
    """Return the sums of two names whose words are matched."""
    doubt: AnyFloat = tally.doubt
    if tally.full_matches == 0:
        # H. Stansfield and Sophia H.: initials that cross stand for two persons.
        doubt += min(tally.initial_a, tally.initial_b)
    a = _count_unmatched(0, pair.first_a, pair.length_a, matrix)
    b = _count_unmatched(1, pair.first_b, pair.length_b, matrix)
    if not group:
        doubt += _single_word_doubt(a, b, tally)
    matched: AnyFloat = tally.matched
    established: AnyFloat = tally.established
    contradicted = min(a.weight, b.weight) + doubt
    is_turned, shifted = _compare_order(pair, a, b, matrix)
    sides = _contradicted_part(a, b, tally, group)
    if is_turned:
        # Two own names, each of which is that of a forebear of the other.
        first, second = matrix.words[pair.first_a + a.own], matrix.words[pair.first_b + b.own]
        matched = max(matched - first.weight - second.weight, np.float32(0.0))
        contradicted += first.weight + second.weight
        sides = _GIVEN_PART if sides == _NO_PART else sides
        if first.flags & second.flags & _KNOWN:
            established += min(first.weight, second.weight)
    elif sides == _GIVEN_PART and a.roles & b.roles & _KNOWN_LEFT:
        # Hassan and Hussein are two people more surely than Hassan and a name that nobody knows.
        established += min(a.weight, b.weight)
    return NameAlignment(
        np.float32(matched),
        np.float32(contradicted),
        abs(a.weight - b.weight),
        tally.weakest if tally.matches > 0 else np.float32(0.0),
        np.float32(tally.matches),
        tally.crossed + shifted,
        np.float32(established),
        _grade_initials(a, b, tally),
        sides,
        pair.is_swapped,
    )


@compiled(inline="always", allocates=False)
def align_names(
    left: AnyInt,
    right: AnyInt,
    left_name: RecordRow,
    right_name: RecordRow,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    group: bool,
    matrix: SimilarityMatrix,
) -> NameAlignment:
    """Align two names of the records in the matrix.

    `left`, `right`: places in `NameArrays.names`; `left_name`, `right_name`: rows of `MATRIX_NAME`.
    Writes the partners of all words to `matrix.partners`; its first row belongs to the right name
    if the result is swapped.
    """
    pair = order_names(left, right, left_name, right_name, names, tokens, matrix.words)
    clear_partners(pair, matrix.partners)
    tally, filled = match_equal(pair, matrix)
    is_mixed = (names.names[left].scripts | names.names[right].scripts) == BOTH_SCRIPTS
    # Joined words are rare; of two scripts they may sound alike, which the sets do not show.
    if (
        is_mixed
        or (left_name.bits & right_name.spells) != 0
        or may_contain(right_name.joins, left_name.place)
    ):
        for side in range(2):
            tally = match_joined(side, pair, names, tokens, memo, group, matrix, tally)
    if left_name.bits & right_name.begins:
        for side in range(2):
            if tally.free_a > 0 and tally.free_b > 0 and tally.matches > 0:
                tally = match_cut(side, pair, names, tokens, group, matrix, tally)
    tally = match_similar(filled, pair, tokens, matrix, tally)
    return _alignment_of(pair, group, matrix, tally)


SUPPORTED = 0.8
"""Matched share from which on a name supports another."""
_MARGIN = 0.01
"""More than sums of nats lose to rounding."""
_TOO_LOW = np.float32(SUPPORTED - _MARGIN)
_QUALITY_LOSS = np.float32(0.5)
"""Loss of support (nats) per step of `NameQuality` of the weaker name."""
_PRIMARY = int(NameQuality.PRIMARY)
_NO_PART_OF_PAIR, _ALL_PARTS_OF_PAIR = np.float32(Contradiction.NONE), np.float32(Contradiction.ALL)
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
    sides = _ALL_PARTS_OF_PAIR if contradicted > 0 else _NO_PART_OF_PAIR
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
    is_exact: AnyBool = sums.contradicted == 0 or (is_latin and sums.sides == _NO_PART_OF_PAIR)
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
