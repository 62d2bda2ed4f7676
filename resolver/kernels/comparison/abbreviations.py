"""Abbreviated names: short names whose letters begin the words of a long one.

Each letter of the short name is the first letter of a word, or goes on with the word that the
letter before it began, so that acronyms (`UNITA`), syllabic names (`Frolina`) and compounds (`UC
San Diego`, `PFLP-GC`) are read alike.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.alignment.token_similarity import count_bits
from resolver.kernels.arrays import (
    AnyBool,
    AnyInt,
    AnyIntArray,
    FloatArray,
    IntArray,
    RecordArray,
    RecordRow,
)
from resolver.kernels.comparison.abbreviation_letters import (
    COUNTED,
    FIRST_LETTER,
    LAST_LETTER,
    MAX_LETTERS,
    MAX_REST,
    MIN_GLUED,
    OPTIONAL,
    PLACE,
    RUN_TOGETHER,
    SKIPPED,
    TURNED,
    AbbreviationTokens,
    grade_any_order,
    grade_in_order,
    has_letter,
    is_run_together,
    is_turned,
)
from resolver.kernels.compiler import compiled

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
