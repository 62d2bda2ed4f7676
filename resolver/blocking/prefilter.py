"""A glance at a pair before it is compared: points for what two persons' words, birth dates and places say.

Broad rules join many pairs for which nothing but a common word speaks. A plan may ask for a least number of points;
what has fewer is never compared. The points are a Fellegi–Sunter sum in tenths of a nat over nine coarse answers
(Fellegi and Sunter 1969), rounded from a logistic fit on public data of persons, and raised where two words of a name
agree, so that no birth date or place sinks a whole name: a pure function of the two records, in about a tenth of a
microsecond. They choose what is compared and play no part in scores.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import (
    Hashed,
    distinct,
    of_table,
    united,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import same_of_eight
from resolver.kernels.letter_hashes import first_letters, spell
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import HashArray, Prepared, TokenFlag
from resolver.records.prepared.ragged import Ragged

_POINTS = (
    (
        0,
        -38,
        -47,
        -50,
    ),  # words of the shorter record that agree with none of the other: 0, 1, 2, more
    (0, -16, -16, -16),  # that agree in their first letter
    (0, 9, 12, 12),  # in beginning, end or all letters but two
    (0, 8, 48, 55),  # at least in sound or consonants
    (0, 12, 15, 15),  # in all letters
    (
        0,
        11,
        11,
        21,
        26,
    ),  # rarity of the rarest word that agrees at least in sound, in steps of two nats
    (0, -13, -14),  # words of the shorter record: 0, 1, more
    (0, -18, 18, 41),  # places: missing, none in common, one word, more
    (0, -49, 8, -20, -1, 5, 6, 25, 25, 26, 63),  # dates of birth, see `_dates`
)
POINTS = np.array([(*row, *(0,) * (11 - len(row))) for row in _POINTS], dtype=np.int64)
ANSWERS = len(_POINTS)
_CONTACTS = ("phone", "email")
PASSED = 1_000
"""Points of a common number, telephone or e-mail address, and of pairs that are not of two persons."""


Seen = tuple[
    npt.NDArray[np.int32], npt.NDArray[np.uint32], HashArray, HashArray, npt.NDArray[np.int32]
]
WORDS, PLACES, CERTAIN, BIRTHS, KINDS = range(5)
TEXT, SOUND, CONSONANTS, BEGINNING, LETTERS, FIRST, RARITY, TOKEN = range(8)
_ALIKE = 1 << TEXT | 1 << SOUND | 1 << CONSONANTS
_MOST_WORDS = 4095
"""Words of the shorter record that are looked at, so many as twelve bits count."""


def _counted() -> npt.NDArray[np.int64]:
    """What a word counts by the ways in which it agrees (a bit each), in numbers of 12 bits for the first five rows of
    `_POINTS`: only its best way, but the same letters are a sound as well."""
    counted = np.zeros(64, dtype=np.int64)
    for ways in range(64):
        if ways & _ALIKE:
            questions: tuple[int, ...] = (3, 4) if ways & 1 << TEXT else (3,)
        elif ways & (1 << BEGINNING | 1 << LETTERS):
            questions = (2,)
        else:
            questions = (1,) if ways & 1 << FIRST else (0,)
        counted[ways] = sum(1 << 12 * question for question in questions)
    return counted


_COUNTED = _counted()
BLIND: Seen = (
    np.zeros((0, 5), dtype=np.int32),
    np.zeros((0, 8), dtype=np.uint32),
    np.zeros(0, dtype=np.uint64),
    np.zeros(0, dtype=np.uint64),
    np.zeros((0, 4), dtype=np.int32),
)
"""What is seen where nobody looks."""


def arrays(prepared: Prepared) -> Seen:
    """What a glance sees of a batch, laid out by record so that a pair costs few cache lines.

    `heads[row]`: where its words, places, certain values and births begin, and its kinds. A word: 32 bits of the hashes
    of text, sound, consonants and beginning (0: none), its letters as bits (0: shorter than four), first letter, rarity
    0…4, place of its text. Places and certain values (identifiers, contacts): hashes, ascending. A birth: first and
    last year, month, day.
    """
    tokens, dates, births = prepared.tokens, prepared.dates, prepared.births
    told = (tokens.flags & int(TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    said = prepared.names.through(prepared.forms.tokens)
    # each word once, ascending; 0 stands for those that say nothing
    words = distinct(
        Hashed(said.offsets, np.where(told[said.items], said.items + 1, 0).astype(np.uint64))
    )
    places, certain = _places(prepared), _certain(prepared)
    # column by column: of a query, a batch of one record, stacking these would take as long as all else here
    heads = np.zeros((len(prepared) + 1, 5), dtype=np.int32)
    for column, offsets in enumerate(
        (words.offsets, places.offsets, certain.offsets, births.offsets)
    ):
        heads[:, column] = offsets
    heads[:-1, KINDS] = prepared.kinds
    born = np.empty((len(dates.year), 4), dtype=np.int32)
    born[:, 0] = dates.year - dates.circa * (dates.year > 0)
    born[:, 1] = dates.last_year + dates.circa
    born[:, 2], born[:, 3] = dates.month, dates.day
    return (
        heads,
        _cards(prepared)[words.hashes.astype(np.int64) - 1],
        places.hashes,
        certain.hashes,
        born[births.items],
    )


def _cards(prepared: Prepared) -> npt.NDArray[np.uint32]:
    """What is seen of each token."""
    tokens = prepared.tokens
    lengths = np.fromiter(map(len, tokens.texts), dtype=np.int64, count=len(tokens))
    beginning = np.fromiter(
        (spell(text[:3]) for text in tokens.texts), dtype=np.uint64, count=len(tokens)
    )
    cards = np.empty((len(tokens), 8), dtype=np.uint32)
    _fill(
        tokens.hashes,
        tokens.phonetic,
        tokens.skeleton,
        beginning,
        lengths,
        tokens.signature,
        tokens.rarity_person,
        cards,
    )
    cards[:, FIRST] = first_letters(tokens.texts)
    cards[:, TOKEN] = _text_ranks(tokens.texts)
    return cards


@compiled(inline="always", allocates=False)
def _folded(value):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """A hash in 32 bits, 0 where it is 0."""
    return (
        max(np.uint32((value >> np.uint64(32)) ^ value), np.uint32(1))
        if value != 0
        else np.uint32(0)
    )


@compiled(allocates=False)
def _fill(hashes, sounds, consonants, beginnings, lengths, signature, rarity, cards):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """All of cards that are numbers."""
    for word in range(len(cards)):
        card, long_enough = cards[word], lengths[word] > 1
        card[TEXT] = _folded(hashes[word]) if long_enough else 0
        card[SOUND] = _folded(sounds[word]) if long_enough else 0
        card[CONSONANTS] = _folded(consonants[word]) if long_enough else 0
        card[BEGINNING] = _folded(beginnings[word]) if lengths[word] > 2 else 0
        card[LETTERS] = signature[word] if lengths[word] > 3 else 0
        card[RARITY] = np.uint32(min(rarity[word] / np.float32(2), np.float32(4)))


def _text_ranks(texts: npt.NDArray[np.object_]) -> IntArray:
    """A number for each of some sorted texts, the same for the same: of words of one text it must not matter which were
    in a batch together."""
    ranks = np.zeros(len(texts), dtype=np.int32)
    np.cumsum(texts[1:] != texts[:-1], out=ranks[1:])
    return ranks


def _places(prepared: Prepared) -> Hashed:
    held = (
        (prepared.birth_places, prepared.place_table),
        (prepared.addresses, prepared.address_table),
    )
    parts = []
    if not any(len(ragged.items) for ragged, _ in held):
        return _nothing(prepared)
    for ragged, table in held:
        words = ragged.through(table.local)
        parts.append(Hashed(words.offsets, table.token_hashes[words.items]))
    return distinct(united(parts))


def _nothing(prepared: Prepared) -> Hashed:
    return Hashed(np.zeros(len(prepared) + 1, dtype=np.int32), np.zeros(0, dtype=np.uint64))


def _certain(prepared: Prepared) -> Hashed:
    numbers = prepared.identifier_table
    if not any(
        len(side.items)
        for side in (prepared.identifiers, *(prepared.plain[one][0] for one in _CONTACTS))
    ):
        return _nothing(prepared)
    parts = [
        of_table(
            prepared.identifiers, np.where(numbers.mass_used == 0, numbers.number, np.uint64(0))
        )
    ]
    parts += [of_table(*_of_plain(prepared, name)) for name in _CONTACTS]
    return distinct(united(parts))


def _of_plain(prepared: Prepared, name: str) -> tuple[Ragged, HashArray]:
    ragged, table = prepared.plain[name]
    return ragged, table.hashes


@compiled(inline="always", allocates=False)
def _of_words(words, start, end, others, their_start, their_end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The points of what each of some words agrees with best, of others."""
    counts, rarest = np.int64(0), np.uint32(0)
    for i in range(np.uint64(start), np.uint64(min(end, start + _MOST_WORDS))):
        letters = words[i, LETTERS]
        same = close = np.int64(0)
        for j in range(np.uint64(their_start), np.uint64(their_end)):
            same |= same_of_eight(words, i, others, j)
            # at most two letters that the other has not
            theirs = others[j, LETTERS]
            differ = letters ^ theirs
            differ &= differ - np.uint32(1)
            close |= np.int64((theirs != 0) & ((differ & (differ - np.uint32(1))) == 0))
        # nothing agrees with what is not said
        said = np.int64(words[i, TEXT] != 0) << TEXT | np.int64(words[i, SOUND] != 0) << SOUND
        said |= (
            np.int64(words[i, CONSONANTS] != 0) << CONSONANTS
            | np.int64(words[i, BEGINNING] != 0) << BEGINNING
        )
        ways = (same & (said | 1 << FIRST)) | (close & np.int64(letters != 0)) << LETTERS
        counts += _COUNTED[np.uint64(ways)]
        rarest = max(rarest, words[i, RARITY] if ways & _ALIKE else np.uint32(0))
    total = POINTS[5, rarest] + POINTS[6, min(np.uint64(end - start), np.uint64(2))]
    for question in range(5):
        total += POINTS[
            question, min(np.uint64(counts >> 12 * question & _MOST_WORDS), np.uint64(3))
        ]
    return total


@compiled(inline="always", allocates=False)
def _near(left, right):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Whether two years are two apart at most, or differ in one digit."""
    apart = abs(left - right)
    if apart < 10:
        return apart <= 2 or left // 10 == right // 10
    if apart < 100:
        return apart % 10 == 0 and left // 100 == right // 100
    if apart < 1000:
        return apart % 100 == 0 and left // 1000 == right // 1000
    return apart % 1000 == 0


@compiled(inline="always", allocates=False)
def _dates(births, one, others, two):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """How two dates of birth agree, as a number 1…10."""
    if births[one, 0] == 0 or others[two, 0] == 0:
        return 2
    exact = births[one, 3] > 0 and others[two, 3] > 0
    parts = (births[one, 2] == others[two, 2]) + (births[one, 3] == others[two, 3]) if exact else 0
    new_year = births[one, 2] == 1 and births[one, 3] == 1
    if births[one, 0] <= others[two, 1] and others[two, 0] <= births[one, 1]:
        if not exact:
            return 8
        if parts == 2:
            return 9 if new_year else 10
        if births[one, 2] == others[two, 3] and births[one, 3] == others[two, 2]:
            return 9
        return 7 if parts == 1 else 4
    near = _near(births[one, 0], others[two, 0])
    if parts == 2 and not new_year:
        return 7 if near else 6
    if parts > 0 and near:
        return 5
    return 3 if near else 1


@compiled(inline="always", allocates=False)
def _common(hashes, i, one_end, others, j, two_end, most):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """How many hashes two stretches have in common, `most` at most."""
    found = 0
    while i < one_end and j < two_end and found < most:
        if hashes[i] == others[j]:
            found += 1
            i += 1
            j += 1
        elif hashes[i] < others[j]:
            i += 1
        else:
            j += 1
    return found


@compiled(inline="always", allocates=False)
def points(first, second, seen):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """The points of a pair of rows; `seen` as `arrays` gives it."""
    return points_between(first, seen, second, seen)


@compiled(inline="always", allocates=False)
def points_between(one, seen_one, two, seen_two):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """The points of a row of one batch and a row of another."""
    heads, words, places, certain, births = seen_one
    others, their_words, their_places, their_certain, their_births = seen_two
    row, other = np.uint64(one), np.uint64(two)
    below, under = row + np.uint64(1), other + np.uint64(1)
    if heads[row, KINDS] & others[other, KINDS] != 1:
        return PASSED
    i, end, j, their_end = (
        heads[row, CERTAIN],
        heads[below, CERTAIN],
        others[other, CERTAIN],
        others[under, CERTAIN],
    )
    if _common(certain, i, end, their_certain, j, their_end, 1):
        return PASSED
    i, end, j, their_end = (
        heads[row, WORDS],
        heads[below, WORDS],
        others[other, WORDS],
        others[under, WORDS],
    )
    # from the record with fewer words to the other, of as many from the one whose words come first
    fewer = np.int64(end - i) - np.int64(their_end - j)
    at = 0
    while fewer == 0 and at < end - i:
        fewer = np.int64(words[i + at, TOKEN]) - np.int64(their_words[j + at, TOKEN])
        at += 1
    if fewer > 0:
        total = _of_words(their_words, j, their_end, words, i, end)
    else:
        total = _of_words(words, i, end, their_words, j, their_end)
    i, end, j, their_end = (
        heads[row, PLACES],
        heads[below, PLACES],
        others[other, PLACES],
        others[under, PLACES],
    )
    if i < end and j < their_end:
        total += POINTS[7, 1 + _common(places, i, end, their_places, j, their_end, 2)]
    when = 0
    for i in range(heads[row, BIRTHS], heads[below, BIRTHS]):
        for j in range(others[other, BIRTHS], others[under, BIRTHS]):
            when = max(when, _dates(births, i, their_births, j))
    return total + POINTS[8, when]


@compiled(allocates=False)
def _all_points(left, right, seen, out):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for pair in range(len(left)):
        out[pair] = points(left[pair], right[pair], seen)


def all_points(prepared: Prepared, left: IntArray, right: IntArray) -> npt.NDArray[np.int64]:
    """The points of pairs of rows."""
    out = np.zeros(len(left), dtype=np.int64)
    _all_points(left.astype(np.int64), right.astype(np.int64), arrays(prepared), out)
    return out
