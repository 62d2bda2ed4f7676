"""A glance at a pair before it is compared: points for what two persons' words, birth dates and places say.

Broad rules join many pairs for which nothing but a common word speaks. A plan may ask for a least number of points;
what has fewer is never compared. The points are a Fellegi–Sunter sum in tenths of a nat over nine coarse answers
(Fellegi and Sunter 1969), rounded from a logistic fit on public data of persons, and raised where two words of a name
agree, so that no birth date or place sinks a whole name: a pure function of the two records, in about a tenth of a
microsecond. They choose what is compared and play no part in scores.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from resolver.block.keys import Hashed, distinct, of_table, united
from resolver.records.batch import IntArray
from resolver.records.prepared import HashArray, Prepared, TokenFlag
from resolver.records.ragged import Ragged
from resolver.records.spelling import first_letters, spell

SAME, ALIKE, BEGIN, INITIAL, NONE = 4, 3, 2, 1, 0
"""How far two words agree: the same letters; sound or consonants; the beginning or all letters but two; the first
letter; not at all."""

_POINTS = (
    (0, -38, -47, -50),  # words of the shorter record that agree with none of the other: 0, 1, 2, more
    (0, -16, -16, -16),  # that agree in their first letter
    (0, 9, 12, 12),  # in beginning, end or all letters but two
    (0, 8, 48, 55),  # at least in sound or consonants
    (0, 12, 15, 15),  # in all letters
    (0, 11, 11, 21, 26),  # rarity of the rarest word that agrees at least in sound, in steps of two nats
    (0, -13, -14),  # words of the shorter record: 0, 1, more
    (0, -18, 18, 41),  # places: missing, none in common, one word, more
    (0, -49, 8, -20, -1, 5, 6, 25, 25, 26, 63),  # dates of birth, see `_dates`
)
POINTS = np.array([(*row, *(0,) * (11 - len(row))) for row in _POINTS], dtype=np.int64)
ANSWERS = len(_POINTS)
PASSED = 1_000
"""Points of a common number, telephone or e-mail address, and of pairs that are not of two persons."""


Seen = tuple[npt.NDArray[Any], ...]


def arrays(prepared: Prepared) -> Seen:
    """What a glance sees of a batch: kinds; record → tokens (offsets and items); of each token the hashes of text,
    sound, consonants and beginning (0: none), first letter, letters as bits and length, and rarity 0…4; record → hashes
    of the words of its places; of its identifiers and contacts; record → dates; of each date first and last year, month
    and day."""
    tokens, dates, births = prepared.tokens, prepared.dates, prepared.births
    lengths = np.fromiter(map(len, tokens.texts), dtype=np.uint32, count=len(tokens))
    beginning = np.fromiter((spell(text[:3]) for text in tokens.texts), dtype=np.uint64, count=len(tokens))
    beginning = np.where(lengths > 2, beginning, np.uint64(0))
    codes = np.stack([tokens.hashes, tokens.phonetic, tokens.skeleton, beginning], axis=1)
    letters = np.stack([first_letters(tokens.texts), tokens.signature, lengths], axis=1).astype(np.uint32)
    told = (tokens.flags & int(TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    words = prepared.names.through(prepared.forms.tokens)
    kept = told[words.items]
    words = Ragged.from_rows(words.rows[kept], words.items[kept], len(prepared))
    places, certain = _places(prepared), _certain(prepared)
    first = dates.year - dates.circa * (dates.year > 0)
    return (
        prepared.kinds,
        words.offsets,
        words.items,
        np.where((lengths > 1)[:, None], codes, np.uint64(0)),
        letters,
        np.minimum(tokens.rarity_person / 2, 4).astype(np.uint8),
        places.offsets,
        places.hashes,
        certain.offsets,
        certain.hashes,
        births.offsets,
        births.items,
        np.stack([first, dates.last_year + dates.circa, dates.month, dates.day], axis=1).astype(np.int32),
    )


def _places(prepared: Prepared) -> Hashed:
    held = (prepared.birth_places, prepared.place_table), (prepared.addresses, prepared.address_table)
    parts = []
    for ragged, table in held:
        words = ragged.through(table.local)
        parts.append(Hashed(words.offsets, table.token_hashes[words.items]))
    return distinct(united(parts))


def _certain(prepared: Prepared) -> Hashed:
    numbers = prepared.identifier_table
    parts = [of_table(prepared.identifiers, np.where(numbers.mass_used == 0, numbers.number, np.uint64(0)))]
    parts += [of_table(*_of_plain(prepared, name)) for name in ("phone", "email")]
    return distinct(united(parts))


def _of_plain(prepared: Prepared, name: str) -> tuple[Ragged, HashArray]:
    ragged, table = prepared.plain[name]
    return ragged, table.hashes


@numba.njit(cache=True, nogil=True)
def _agreement(one, two, codes, letters):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """How far two words agree."""
    if codes[one, 0] != 0 and codes[one, 0] == codes[two, 0]:
        return SAME
    for kind in range(1, 3):
        if codes[one, kind] != 0 and codes[one, kind] == codes[two, kind]:
            return ALIKE
    if codes[one, 3] != 0 and codes[one, 3] == codes[two, 3]:
        return BEGIN
    if letters[one, 2] > 3 and letters[two, 2] > 3:
        differ = letters[one, 1] ^ letters[two, 1]
        # at most two letters that the other has not
        differ &= differ - np.uint32(1)
        if (differ & (differ - np.uint32(1))) == 0:
            return BEGIN
    return INITIAL if letters[one, 0] == letters[two, 0] else NONE


@numba.njit(cache=True, nogil=True)
def _dates(one, two):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """How two dates of birth agree, as a number 1…10."""
    if one[0] == 0 or two[0] == 0:
        return 2
    exact = one[3] > 0 and two[3] > 0
    parts = (one[2] == two[2]) + (one[3] == two[3]) if exact else 0
    new_year = one[2] == 1 and one[3] == 1
    if one[0] <= two[1] and two[0] <= one[1]:
        if not exact:
            return 8
        if parts == 2:
            return 9 if new_year else 10
        if one[2] == two[3] and one[3] == two[2]:
            return 9
        return 7 if parts == 1 else 4
    digits = 0
    left, right = one[0], two[0]
    for _ in range(4):
        digits += left % 10 != right % 10
        left //= 10
        right //= 10
    near = digits == 1 or abs(one[0] - two[0]) <= 2
    if parts == 2 and not new_year:
        return 7 if near else 6
    if parts > 0 and near:
        return 5
    return 3 if near else 1


@numba.njit(cache=True, nogil=True)
def _common(ends, hashes, one, two, most):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """How many hashes two rows have in common, `most` at most."""
    i, j, found = ends[one], ends[two], 0
    while i < ends[one + 1] and j < ends[two + 1] and found < most:
        if hashes[i] == hashes[j]:
            found += 1
            i += 1
            j += 1
        elif hashes[i] < hashes[j]:
            i += 1
        else:
            j += 1
    return found


@numba.njit(cache=True, nogil=True)
def points(first, second, seen):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """The points of a pair of rows; `seen` as `arrays` gives it."""
    kinds, word_ends, words, codes, letters, rarity = seen[:6]
    place_ends, places, certain_ends, certain, birth_ends, births, dates = seen[6:]
    if kinds[first] & kinds[second] != 1 or _common(certain_ends, certain, first, second, 1):
        return PASSED
    # from the record with fewer words to the other, of as many from the one whose words come first
    fewer = (word_ends[first + 1] - word_ends[first]) - (word_ends[second + 1] - word_ends[second])
    at = 0
    while fewer == 0 and at < word_ends[first + 1] - word_ends[first]:
        fewer = words[word_ends[first] + at] - words[word_ends[second] + at]
        at += 1
    if fewer > 0:
        first, second = second, first
    none = initial = begin = alike = same = rarest = 0
    for i in range(word_ends[first], word_ends[first + 1]):
        best = NONE
        for j in range(word_ends[second], word_ends[second + 1]):
            best = max(best, _agreement(words[i], words[j], codes, letters))
            if best == SAME:
                break
        none += best == NONE
        initial += best == INITIAL
        begin += best == BEGIN
        alike += best == ALIKE
        same += best == SAME
        if best >= ALIKE and rarity[words[i]] > rarest:
            rarest = rarity[words[i]]
    total = POINTS[0, min(none, 3)] + POINTS[1, min(initial, 3)] + POINTS[2, min(begin, 3)]
    total += POINTS[3, min(alike + same, 3)] + POINTS[4, min(same, 3)]
    total += POINTS[5, rarest] + POINTS[6, min(word_ends[first + 1] - word_ends[first], 2)]
    if place_ends[first] < place_ends[first + 1] and place_ends[second] < place_ends[second + 1]:
        total += POINTS[7, 1 + _common(place_ends, places, first, second, 2)]
    when = 0
    for i in range(birth_ends[first], birth_ends[first + 1]):
        for j in range(birth_ends[second], birth_ends[second + 1]):
            when = max(when, _dates(dates[births[i]], dates[births[j]]))
    return total + POINTS[8, when]


@numba.njit(cache=True, nogil=True)
def _all_points(left, right, seen, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for pair in range(len(left)):
        out[pair] = points(left[pair], right[pair], seen)


def all_points(prepared: Prepared, left: IntArray, right: IntArray) -> npt.NDArray[np.int64]:
    """The points of pairs of rows."""
    out = np.zeros(len(left), dtype=np.int64)
    _all_points(left.astype(np.int64), right.astype(np.int64), arrays(prepared), out)
    return out
