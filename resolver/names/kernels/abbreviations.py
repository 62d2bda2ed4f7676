"""Abbreviated names: short names whose letters begin the words of a long one.

Each letter of the short name is the first letter of a word, or goes on with the word that the
letter before it began, so that acronyms (`UNITA`), syllabic names (`Frolina`) and compounds (`UC
San Diego`, `PFLP-GC`) are read alike.

Ways in which the letters of a short name stand for the words of a long one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.names.kernels.token_similarity import count_bits
from resolver.runtime.arrays import (
    AnyBool,
    AnyInt,
    AnyIntArray,
    ByteArray,
    FloatArray,
    IntArray,
    LetterArray,
    RecordArray,
    RecordRow,
)
from resolver.runtime.compiler import compiled

SAME_LANGUAGE, OTHER_LANGUAGE = np.float32(1.0), np.float32(0.7)
"""Grades of letters in the order of the words: by their own initials, or by those of words that
mean the same in another language."""
MANY_LETTERS, MANY_FOREIGN = np.float32(0.5), np.float32(0.4)
FEW_LETTERS, FEW_FOREIGN = np.float32(0.25), np.float32(0.2)
"""Grades of initials in another order: four or more, or three."""
TURNED = np.float32(0.3)
"""Grade of initials in the order that the words have in another language."""
RUN_TOGETHER = np.float32(0.95)
"""Grade of all words of a name written as one, in any order."""
COUNTED, OPTIONAL, SKIPPED, PLACE = 0, 1, 2, 3
"""Kinds of words: with a letter, perhaps without one (legal forms), never with one; places, which
only the long name may state. Those that a long name may have beyond its letters are odd."""
MAX_LETTERS = 32
"""Letters of a short name, at most."""
_FEW = 3
MIN_GLUED, _MIN_PIECE, MAX_REST = 8, 3, 2
"""Letters of words that are written as one, of each of them, and beyond them."""
FIRST_LETTER, LAST_LETTER = 97, 122
"""Code points of a and z."""


class AbbreviationTokens(NamedTuple):
    """Columns per token: kind, bits of possible initials, where its letters begin (one more entry).

    `letters`: of all tokens. `scratch`: `MAX_LETTERS` numbers and 26 counts.
    """

    kinds: ByteArray
    initials: LetterArray
    starts: IntArray
    letters: LetterArray
    scratch: IntArray


@compiled(inline="always", allocates=False)
def has_letter(bits: AnyInt, letter: AnyInt) -> bool:
    """Return whether the letter a…z is among the letters of a set."""
    if letter < FIRST_LETTER or letter > LAST_LETTER:
        return False
    is_in: bool = (np.int64(bits) >> (letter - FIRST_LETTER)) & 1 == 1
    return is_in


@compiled(allocates=False)
def _common_letters(
    token: AnyInt, at: AnyInt, length: int, begins: int, tokens: AbbreviationTokens
) -> int:
    """Return how many first letters of a word stand in a short name from a place on.

    They end where the next word of the short name begins (a bit per letter: `begins`).
    """
    start = tokens.starts[token]
    size = min(tokens.starts[token + 1] - start, length - at)
    for place in range(size):
        is_next = place > 0 and (begins >> (at + place)) & 1
        if is_next or tokens.scratch[at + place] != np.int32(tokens.letters[start + place]):
            return place
    return int(size)


@compiled(allocates=False)
def _advance(
    reached: int, length: int, begins: int, token: AnyInt, tokens: AbbreviationTokens
) -> int:
    """Return the places of a short name that are reached by a word's own first letters.

    In a short name of several words, a word gives its initial or a whole word.
    """
    after = 0
    for place in range(length):
        if not (reached >> place) & 1:
            continue
        common = _common_letters(token, place, length, begins, tokens)
        end = place + common
        if begins == 1:
            after |= ((1 << common) - 1) << (place + 1)
        elif common > 0:
            after |= 1 << (place + 1)
            if (begins >> place) & 1 and (end == length or (begins >> end) & 1):
                after |= 1 << end
    return after


@compiled(allocates=False)
def _advance_foreign(reached: int, length: int, token: AnyInt, tokens: AbbreviationTokens) -> int:
    """Return the places that are reached by one of a word's initials in any language."""
    after = 0
    for place in range(length):
        if (reached >> place) & 1 and has_letter(tokens.initials[token], tokens.scratch[place]):
            after |= 1 << (place + 1)
    return after


@compiled(allocates=False)
def grade_in_order(
    words: IntArray, tokens: AbbreviationTokens, length: int, begins: int, may_skip: bool
) -> np.float32:
    """Return the grade of the short name in scratch whose letters go through all words in order.

    `begins`: a bit per letter that begins a word; `may_skip`: whether words may be left out.
    """
    plain, foreign = 1, 0
    for token in words:
        if tokens.kinds[token] == SKIPPED:
            continue
        after = _advance_foreign(plain | foreign, length, token, tokens)
        after |= _advance(foreign, length, begins, token, tokens)
        after_plain = _advance(plain, length, begins, token, tokens)
        may_stay = tokens.kinds[token] & 1 and may_skip
        plain = after_plain | (plain if may_stay else 0)
        foreign = after | (foreign if may_stay else 0)
    if (plain >> length) & 1:
        return SAME_LANGUAGE
    return OTHER_LANGUAGE if (foreign >> length) & 1 else np.float32(0.0)


@compiled(allocates=False)
def _advance_back(
    reached: tuple[int, int],
    length: int,
    words: IntArray,
    span: tuple[int, int],
    may_skip: bool,
    tokens: AbbreviationTokens,
) -> tuple[int, int]:
    """Return the places that initials of the words of a span reach, the last word first.

    By their own initials, and with one of another language.
    """
    own, mixed = reached
    for back in range(span[1] - span[0]):
        token = words[span[1] - 1 - back]
        if tokens.kinds[token] == SKIPPED:
            continue
        may_stay = tokens.kinds[token] & 1 and may_skip
        is_own = _advance(own, length, 1, token, tokens) & own << 1
        after = _advance(mixed, length, 1, token, tokens) & mixed << 1
        after |= _advance_foreign(own, length, token, tokens)
        own = is_own | (own if may_stay else 0)
        mixed = after | (mixed if may_stay else 0)
    return own, mixed


@compiled(allocates=False)
def is_turned(words: IntArray, tokens: AbbreviationTokens, length: int, may_skip: bool) -> bool:
    """Return whether the short name in scratch has the initials of all words in the order of
    another language: from the last word to the first, or so in each phrase between particles.

    `National Liberation Army` gives `ELN`, `Armed Forces of Norvelt` gives `FAN`. One initial at
    most is that of a word in another language.
    """
    reached, start = (1, 0), 0
    for place in range(len(words) + 1):
        if place == len(words) or tokens.kinds[words[place]] == SKIPPED:
            reached = _advance_back(reached, length, words, (start, place), may_skip, tokens)
            start = place + 1
    whole = _advance_back((1, 0), length, words, (0, len(words)), may_skip, tokens)
    return ((reached[0] | reached[1] | whole[0] | whole[1]) >> length) & 1 == 1


@compiled(allocates=False)
def _take_initial(token: AnyInt, tokens: AbbreviationTokens, only_own: bool) -> int:
    """Take a letter for a word from the counts in scratch.

    Return 1 for its own initial, 2 for one of another language, 0 if there is none.
    """
    if tokens.initials[token] == 0:
        return 0
    own = np.int64(tokens.letters[tokens.starts[token]]) - FIRST_LETTER
    if 0 <= own < 26 and tokens.scratch[MAX_LETTERS + own] > 0:
        tokens.scratch[MAX_LETTERS + own] -= 1
        return 1
    for letter in range(0 if only_own else 26):
        is_initial = (np.int64(tokens.initials[token]) >> letter) & 1
        if is_initial and tokens.scratch[MAX_LETTERS + letter] > 0:
            tokens.scratch[MAX_LETTERS + letter] -= 1
            return 2
    return 0


@compiled(allocates=False)
def _count_letters(tokens: AbbreviationTokens, length: int) -> None:
    """Count the letters of the short name in scratch."""
    for letter in range(26):
        tokens.scratch[MAX_LETTERS + letter] = 0
    for place in range(length):
        if FIRST_LETTER <= tokens.scratch[place] <= LAST_LETTER:
            tokens.scratch[MAX_LETTERS + tokens.scratch[place] - FIRST_LETTER] += 1


@compiled(allocates=False)
def grade_any_order(words: IntArray, tokens: AbbreviationTokens, length: int) -> np.float32:
    """Return the grade of the short name in scratch of which each word has one letter.

    Optional words may have one.
    """
    _count_letters(tokens, length)
    is_foreign, unused = False, length
    # Words of one possible initial first, so that others leave theirs to them; optional ones last.
    for turn in range(3):
        for token in words:
            bits = np.int64(tokens.initials[token])
            own_turn = 2 if tokens.kinds[token] & 1 else int(bits & (bits - 1) != 0)
            if tokens.kinds[token] == SKIPPED or own_turn != turn:
                continue
            way = _take_initial(token, tokens, turn != 1)
            if way == 0 and turn < 2:
                return np.float32(0.0)
            unused -= way > 0
            is_foreign |= way == 2
    if unused > 0:
        return np.float32(0.0)
    if length > _FEW:
        return MANY_FOREIGN if is_foreign else MANY_LETTERS
    return FEW_FOREIGN if is_foreign else FEW_LETTERS


@compiled(allocates=False)
def _longest_piece(
    words: IntArray, tokens: AbbreviationTokens, at: int, length: int, used: int
) -> tuple[int, int]:
    """Return the unused word that begins with most letters of a short name from `at` on.

    And how many; -1 and 0 where none has any.
    """
    best, most = -1, 0
    for place in range(len(words)):
        if (used >> place) & 1 or tokens.kinds[words[place]] == SKIPPED:
            continue
        common = _common_letters(words[place], at, length, 1, tokens)
        if common > most:
            best, most = place, common
    return best, most


@compiled(allocates=False)
def is_run_together(words: IntArray, tokens: AbbreviationTokens, length: int) -> bool:
    """Return whether the short name in scratch consists of some words, in any order.

    They may be cut off.
    """
    at, used, count = 0, 0, 0
    while length - at > MAX_REST:
        place, size = _longest_piece(words, tokens, at, length, used)
        if size < _MIN_PIECE:
            return False
        at += size
        used |= 1 << place
        count += 1
    for place in range(len(words)):
        if tokens.kinds[words[place]] == COUNTED and not (used >> place) & 1:
            return False
    return count > 1


_MAX_SHORT, _MAX_INITIALS = 6, 10
"""Words of a short name, and initials in any order, at most."""
_MIN_WORDS, _MIN_SYLLABIC = 3, 5

FORM = np.dtype(
    [
        ("initials", np.uint32),
        ("first", np.uint32),
        ("letters", np.uint32),
        ("lead", np.uint32),
        ("begins", np.uint32),
        ("spelling", np.uint32),
        ("words", np.int16),
        ("most", np.int16),
        ("length", np.int16),
        ("short_words", np.int16),
        ("is_set", np.bool_),
    ],
    align=True,
)
"""Name form. As a long name: bits of the initials of its words, of those that may come first and of
all letters, how many words must and may have a letter. As a short one: bits of its first letter (0
if it cannot be one), of the first letters of its words and of all letters, how many letters and
words it has. `is_set`: whether the row is filled."""


@compiled(inline="always", allocates=False)
def _counts_in_short(token: AnyInt, tokens: AbbreviationTokens) -> AnyBool:
    """Return whether a word of a short name counts; A may be a letter of SLM/A."""
    kind = tokens.kinds[token]
    is_letter = tokens.starts[token + 1] - tokens.starts[token] == 1
    counts: AnyBool = kind in (COUNTED, PLACE) or (kind == OPTIONAL and is_letter)
    return counts


@compiled(allocates=False)
def _read_short(
    form: AnyInt, offsets: IntArray, items: IntArray, tokens: AbbreviationTokens
) -> tuple[int, int, int]:
    """Write the letters of a short name to scratch.

    Return how many there are (0: it is none), a bit per letter that begins a word, and its words.
    """
    length, begins, words = 0, 0, 0
    for place in range(offsets[form], offsets[form + 1]):
        token = items[place]
        if not _counts_in_short(token, tokens):
            continue
        start, end = tokens.starts[token], tokens.starts[token + 1]
        if words == _MAX_SHORT or length + end - start > MAX_LETTERS:
            return 0, 0, 0
        begins |= 1 << length
        words += 1
        for letter in range(start, end):
            tokens.scratch[length] = tokens.letters[letter]
            length += 1
    return length, begins, words


@compiled(inline="always", allocates=False)
def _letter_bit(letter: AnyInt) -> np.uint32:
    """Return the bit of a letter a...z, all bits for others, which nothing has."""
    is_latin = FIRST_LETTER <= letter <= LAST_LETTER
    return np.uint32(1 << (letter - FIRST_LETTER)) if is_latin else np.uint32(0xFFFFFFFF)


@compiled(allocates=False)
def _set_long(
    form: AnyInt, offsets: IntArray, items: IntArray, tokens: AbbreviationTokens, row: RecordRow
) -> None:
    """Set what a row (`FORM`) has of a long name."""
    initials, first, letters, words, most = np.uint32(0), np.uint32(0), np.uint32(0), 0, 0
    for place in range(offsets[form], offsets[form + 1]):
        token = items[place]
        kind = tokens.kinds[token]
        if kind == SKIPPED:
            continue
        initials |= tokens.initials[token]
        if words == 0:
            first |= tokens.initials[token]
        for letter in range(tokens.starts[token], tokens.starts[token + 1]):
            letters |= _letter_bit(tokens.letters[letter])
        words += kind == COUNTED
        most += 1
    row.initials, row.first, row.letters = initials, first, letters | initials
    row.words, row.most = words, most


@compiled(allocates=False)
def _set_short(
    form: AnyInt, offsets: IntArray, items: IntArray, tokens: AbbreviationTokens, row: RecordRow
) -> None:
    """Set what a row (`FORM`) has of a short name."""
    length, begins, words = _read_short(form, offsets, items, tokens)
    row.length, row.short_words, row.is_set = length, words, True
    first_letters, spelling = np.uint32(0), np.uint32(0)
    for place in range(length):
        bit = _letter_bit(tokens.scratch[place])
        spelling |= bit
        if (begins >> place) & 1:
            first_letters |= bit
    row.begins, row.spelling = first_letters, spelling
    is_short = length >= _MIN_WORDS
    row.lead = _letter_bit(tokens.scratch[0]) if is_short else np.uint32(0)


@compiled(inline="always", allocates=False)
def _may_abbreviate(short: RecordRow, long: RecordRow) -> AnyBool:
    """Return whether a name may abbreviate another, by their rows (`FORM`)."""
    # One branch for all conditions, which follow no pattern.
    is_possible = (
        (short.short_words < long.most)
        & (short.length >= long.words)
        & (short.begins & ~long.initials == 0)
        & (short.lead != 0)
    )
    if not is_possible:
        return False
    other_letters = short.spelling & ~long.letters
    if other_letters != 0:
        is_glued: AnyBool = short.short_words == 1 and short.length >= MIN_GLUED
        return is_glued and count_bits(other_letters) <= MAX_REST
    is_glued = short.short_words == 1 and short.length >= MIN_GLUED
    is_spelled = short.length <= long.most and not short.spelling & ~long.initials
    may: AnyBool = is_glued or is_spelled or short.lead & long.first != 0
    return may


@compiled(inline="always", allocates=False)
def _fill_row(
    form: AnyInt, offsets: IntArray, items: IntArray, tokens: AbbreviationTokens, row: RecordRow
) -> None:
    """Fill a row (`FORM`) if it is not filled."""
    if not row.is_set:
        _set_long(form, offsets, items, tokens, row)
        _set_short(form, offsets, items, tokens, row)


@compiled(allocates=False)
def _is_same_text(first: AnyInt, second: AnyInt, tokens: AbbreviationTokens) -> bool:
    """Return whether two tokens have the same letters."""
    left, right = tokens.starts[first], tokens.starts[second]
    size = tokens.starts[first + 1] - left
    if first == second:
        return True
    if size != tokens.starts[second + 1] - right:
        return False
    for place in range(size):
        if tokens.letters[left + place] != tokens.letters[right + place]:
            return False
    return True


@compiled(allocates=False)
def _has_new_word(
    short: AnyInt, long: AnyInt, offsets: IntArray, items: IntArray, tokens: AbbreviationTokens
) -> bool:
    """Return whether a short name has a word of two letters or more that a long one lacks."""
    for place in range(offsets[short], offsets[short + 1]):
        token, is_new = items[place], True
        if tokens.starts[token + 1] - tokens.starts[token] < 2:
            continue
        for other in items[offsets[long] : offsets[long + 1]]:
            if _is_same_text(token, other, tokens):
                is_new = False
                break
        if is_new and _counts_in_short(token, tokens):
            return True
    return False


@compiled(allocates=False)
def _grade_forms(
    short: AnyInt,
    long: AnyInt,
    offsets: IntArray,
    items: IntArray,
    tokens: AbbreviationTokens,
    row: RecordRow,
) -> np.float32:
    """Return the grade of a name form as an abbreviation of another, 0 if it is none.

    `row` (`FORM`): of the long form.
    """
    length, begins, words = _read_short(short, offsets, items, tokens)
    long_words = items[offsets[long] : offsets[long + 1]]
    may_be_glued = words == 1 and length >= MIN_GLUED
    if may_be_glued and is_run_together(long_words, tokens, length):
        return RUN_TOGETHER
    if not _has_new_word(short, long, offsets, items, tokens):
        return np.float32(0.0)
    best, is_long = np.float32(0.0), length >= _MIN_SYLLABIC
    if has_letter(row.first, tokens.scratch[0]) and (row.most >= _MIN_WORDS or is_long):
        may_skip = row.words >= _MIN_WORDS or is_long
        best = grade_in_order(long_words, tokens, length, begins, may_skip)
    if best == 0 and row.words <= length <= min(row.most, _MAX_INITIALS):
        best = grade_any_order(long_words, tokens, length)
        if 0 < best < TURNED and is_turned(long_words, tokens, length, row.words >= _MIN_WORDS):
            best = TURNED
    return best


@compiled(allocates=False)
def fill_abbreviations(
    left: AnyIntArray,
    right: AnyIntArray,
    names: tuple[IntArray, IntArray],
    forms: tuple[IntArray, IntArray],
    tokens: AbbreviationTokens,
    rows: RecordArray,
    out: FloatArray,
) -> None:
    """Raise `out` to the best grade of a name of either record as an abbreviation of the other's.

    `names`, `forms`: offsets and items of records' forms and of forms' tokens; `rows` (`FORM`, a
    row per form, zeros): filled as needed.
    """
    for pair in range(len(left)):
        best = np.float32(0.0)
        for first in names[1][names[0][left[pair]] : names[0][left[pair] + 1]]:
            _fill_row(first, *forms, tokens, rows[first])
            for second in names[1][names[0][right[pair]] : names[0][right[pair] + 1]]:
                _fill_row(second, *forms, tokens, rows[second])
                if _may_abbreviate(rows[first], rows[second]):
                    best = max(best, _grade_forms(first, second, *forms, tokens, rows[second]))
                if _may_abbreviate(rows[second], rows[first]):
                    best = max(best, _grade_forms(second, first, *forms, tokens, rows[first]))
        if best > 0 and not out[pair] >= best:
            out[pair] = best
