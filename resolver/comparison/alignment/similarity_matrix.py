"""A sheet of words: those of one record against the words of all records that it is compared with.

Pairs come in the order of their left record, so what a word is worth beside each of its words is asked again and again
while the left record stays. Each word of the others gets a column, made where it is first met and kept until the left
record changes. Most words have nothing in common: a test without a branch over all words of the left record
(`_passing`) leaves few to be looked at.

Sets of the left record's words and names are 64 bits, word or name n at bit n % 64: what they rule out is certain, what
they let pass is looked at.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.name_arrays import Written
from resolver.comparison.alignment.token_records import (
    FLOOR,
    Words,
    count_bits,
    worth,
)
from resolver.comparison.cross_script import VOICE, heard, may_sound
from resolver.kernels.compiler import compiled

LIMIT = 24
"""Words of a name beyond these are left aside."""
COLUMN = np.dtype(
    [
        ("bits", np.uint64),
        ("joins", np.uint64),
        ("begins", np.uint64),
        ("hash", np.uint64),
        ("run", np.int32),
        ("start", np.int32),
        ("weight", np.float32),
        ("flags", np.uint8),
    ],
    align=True,
)
"""A word against the left record: the words there that it is worth something beside (`bits`), the names in which two
neighbours spell it (`joins`), the words that begin it or that it begins (`begins`); `run`: since when it holds;
`start`: where what each word is worth stands in the pool; and what its card says."""
WORD = np.dtype(
    [
        ("hash", np.uint64),
        ("bits", np.uint64),
        ("token", np.int32),
        ("at", np.int32),
        ("weight", np.float32),
        ("flags", np.uint8),
        ("role", np.uint8),
    ],
    align=True,
)
"""A word of a name. `at`: of the left record its place there, of the right record where its column starts; what two are
worth stands at the sum. `bits`: of the left record itself, of the right record those of its column."""
NAMED = np.dtype(
    [
        ("bits", np.uint64),
        ("joins", np.uint64),
        ("spells", np.uint64),
        ("begins", np.uint64),
        ("total", np.float32),
        ("first", np.int32),
        ("count", np.int32),
        ("place", np.int32),
    ],
    align=True,
)
"""A name: all `bits`, `joins` and `begins` of its words, the words of the left record that two neighbours of it spell
(`spells`), its whole weight in nats, its words in the sheet, `LIMIT` at most, and which name of its record it is. Of
the left record `joins`, `spells` and `begins` are not set."""
CELL = np.dtype([("value", np.float32), ("a", np.int32), ("b", np.int32)], align=True)
"""Two words of two names that are worth something to each other."""
_POOL = 1 << 16
"""Room for what words are worth beside those of one left record; beyond it their columns are made again."""
_TABLE, _SHIFT = 1 << 12, np.uint64(52)
_HASH, _SKELETON, _PHONETIC, _SIGNATURE, _KINDS, _LENGTH, _FLAGS, _TIED, _LETTER = range(9)


class Sheet(NamedTuple):
    """Room for the kernels: `columns` a token; `words` of the left record, and of the right one in the second half;
    `voices` a token, where any has sounds; the names of either; `own`: what
    tells most words of the left record apart, a row each; `passed`: see `_passing`; which hashes two neighbours of the
    left record spell (`spelled`) and its words have (`held`), by their first bits; `local`: where a token stands in it;
    `pool`: what words are worth; and room to align two names in, `mates` and `result` (`name_pair.align_names`)."""

    columns: npt.NDArray[np.void]
    words: npt.NDArray[np.void]
    voices: npt.NDArray[np.void]
    names_left: npt.NDArray[np.void]
    names_right: npt.NDArray[np.void]
    own: npt.NDArray[np.uint32]
    passed: npt.NDArray[np.uint8]
    spelled: npt.NDArray[np.bool_]
    held: npt.NDArray[np.bool_]
    local: npt.NDArray[np.int32]
    pool: npt.NDArray[np.float32]
    cells: npt.NDArray[np.void]
    mates: npt.NDArray[np.int32]
    result: npt.NDArray[np.float32]
    supported: npt.NDArray[np.bool_]


def most_cells(written: Written, left: npt.NDArray[Any], right: npt.NDArray[Any]) -> int:
    """Words of the left times words of the right record, of the pair that has most of them."""
    return int(_most_cells(written.heads, left, right))


@compiled(allocates=False)
def _most_cells(heads, left, right):  # type: ignore[no-untyped-def]
    most = np.int64(0)
    for pair in range(len(left)):
        one, two = left[pair], right[pair]
        ours, theirs = (
            heads[one + 1].tokens - heads[one].tokens,
            heads[two + 1].tokens - heads[two].tokens,
        )
        most = max(most, np.int64(ours) * np.int64(theirs))
    return most


def sheet_for(words: Words, written: Written, cells: int) -> Sheet:
    """A sheet in which records of a batch can be compared that have no more `cells` than these (see `most_cells`)."""
    # a record's words stand there once each, those of a single name as often as it says them
    names, tokens = max(written.most[0], 1), max(written.most[1], LIMIT)
    return Sheet(
        np.zeros(len(words.cards), dtype=COLUMN),
        np.empty(2 * names * LIMIT, dtype=WORD),
        np.zeros(len(words.cards) if len(words.spoken) else 1, dtype=VOICE),
        np.empty(names, dtype=NAMED),
        np.empty(names, dtype=NAMED),
        np.empty((9, tokens), dtype=np.uint32),
        np.empty(tokens, dtype=np.uint8),
        np.zeros(_TABLE, dtype=np.bool_),
        np.zeros(_TABLE, dtype=np.bool_),
        np.empty(len(words.cards), dtype=np.int32),
        np.empty(max(cells, _POOL), dtype=np.float32),
        np.empty(LIMIT * LIMIT, dtype=CELL),
        np.empty((2, LIMIT), dtype=np.int32),
        np.empty(9, dtype=np.float32),
        np.zeros(names, dtype=np.bool_),
    )


@compiled(inline="always", allocates=False)
def _place(hashed):  # type: ignore[no-untyped-def]
    return np.int64(np.uint64(hashed) >> _SHIFT)


@compiled(inline="always", allocates=False)
def _among(table, hashed):  # type: ignore[no-untyped-def]
    """Whether a hash, where there is one, may be among those of a table."""
    return hashed != 0 and table[_place(hashed)]


@compiled(inline="always", allocates=False)
def _bit(place):  # type: ignore[no-untyped-def]
    return np.uint64(1) << np.uint64(place & 63)


@compiled(allocates=False)
def begin(first, last, tokens, written, words, group, sheet):  # type: ignore[no-untyped-def]
    """Put a record on the left: its names from `first` to `last`, its tokens."""
    cards, names, parts = words.cards, written.names, written.parts
    own, held, spelled, local = sheet.own, sheet.held, sheet.spelled, sheet.local
    held[:] = False
    spelled[:] = False
    for place in range(len(tokens)):
        token = tokens[place]
        card = cards[token]
        local[token] = place
        own[_HASH, place], own[_SKELETON, place] = (
            card.hash & 0xFFFFFFFF,
            card.skeleton & 0xFFFFFFFF,
        )
        own[_PHONETIC, place], own[_SIGNATURE, place] = card.phonetic & 0xFFFFFFFF, card.signature
        own[_KINDS, place], own[_LENGTH, place] = card.kinds, card.length
        own[_FLAGS, place], own[_TIED, place], own[_LETTER, place] = (
            card.flags,
            card.tied,
            card.first_letter,
        )
        held[_place(card.hash)] = held[_place(card.skeleton)] = True
    filled = 0
    for name in range(first, last):
        start, end = names[name].start, names[name].end
        bits, total, begun = np.uint64(0), np.float32(0.0), filled
        for place in range(start, min(end, start + LIMIT)):
            token = parts[place].token
            card, word = cards[token], sheet.words[filled]
            weight = card.rarity_group if group else card.rarity_person
            word.hash, word.token, word.at, word.weight = card.hash, token, local[token], weight
            word.flags, word.role, word.bits = card.flags, parts[place].role, _bit(local[token])
            bits |= word.bits
            total += weight
            filled += 1
        for place in range(start, end - 1):
            spelled[_place(parts[place].joined)] = True
            spelled[_place(parts[place].joined_skeleton)] = True
        named = sheet.names_left[name - first]
        named.bits, named.total, named.first, named.count = bits, total, begun, filled - begun
        named.place = name - first


@compiled(inline="always", allocates=False)
def _passing(card, count, own, passed):  # type: ignore[no-untyped-def]
    """For each word of the left record, bit 0 where it may be worth something beside this one (see `words.worth`), bit
    1 where either may begin the other. No branch depends on the words, so that many are judged at once."""
    hashed, skeleton = card.hash & 0xFFFFFFFF, card.skeleton & 0xFFFFFFFF
    phonetic, signature = card.phonetic & 0xFFFFFFFF, card.signature
    kinds, length, flags = np.int64(card.kinds), np.int64(card.length), np.int64(card.flags)
    tied, letter = card.tied, card.first_letter
    for place in range(count):
        either, differ = own[_FLAGS, place] | flags, own[_FLAGS, place] ^ flags
        same_letter = own[_LETTER, place] == letter
        size = np.int64(own[_LENGTH, place])
        short, long = min(size, length), max(size, length)
        common = count_bits(own[_SIGNATURE, place] & signature)
        spelled = (
            (short >= 3)
            & (2 * short >= long)
            & (3 * common >= 2 * min(np.int64(own[_KINDS, place]), kinds))
        )
        sounding = (own[_SKELETON, place] == skeleton) | (own[_PHONETIC, place] == phonetic)
        alike = spelled | sounding | ((own[_TIED, place] & tied) != 0) | ((differ & 64) != 0)
        worthy = (
            (own[_HASH, place] == hashed)
            | (((either & 1) != 0) & same_letter)
            | (((either & 7) == 0) & alike)
        )
        passed[place] = np.uint8(worthy) | (np.uint8(same_letter & (size != length)) << np.uint8(1))


@compiled(allocates=False)
def _begin_alike(one, two, letters):  # type: ignore[no-untyped-def]
    for place in range(min(one.length, two.length)):
        if letters[one.letters + place] != letters[two.letters + place]:
            return False
    return True


@compiled(allocates=False)
def _joins(first, last, card, names, parts):  # type: ignore[no-untyped-def]
    """The names of a record in which two neighbours together are this word."""
    found = np.uint64(0)
    for name in range(first, last):
        for place in range(names[name].start, names[name].end - 1):
            part = parts[place]
            if part.joined == card.hash or (
                part.joined_skeleton != 0 and part.joined_skeleton == card.skeleton
            ):
                found |= _bit(name - first)
    return found


@compiled(allocates=False)
def _spells(part, tokens, cards):  # type: ignore[no-untyped-def]
    """The words that a word and the next of its name together are."""
    found = np.uint64(0)
    for place in range(len(tokens)):
        card = cards[tokens[place]]
        if part.joined == card.hash or (
            part.joined_skeleton != 0 and part.joined_skeleton == card.skeleton
        ):
            found |= _bit(place)
    return found


@compiled(inline="always", allocates=False)
def _may_be_worth(one, two, words, sheet):  # type: ignore[no-untyped-def]
    """Whether two words that passed may be worth something: of two scripts and with no symbol in common, their voices
    may be too far apart."""
    first, second = words.cards[one], words.cards[two]
    either, differ = first.flags | second.flags, first.flags ^ second.flags
    if not differ & 64 or either & 7 or first.tied & second.tied or first.hash == second.hash:
        return True
    if len(words.spoken) == 0:
        return True
    voice = heard(words.spoken_offsets, words.spoken, one, sheet.voices)
    other = heard(words.spoken_offsets, words.spoken, two, sheet.voices)
    return may_sound(voice.sounds, voice.near, voice.heavy, other, np.float32(FLOOR))


@compiled(allocates=False)
def fill_column(token, first, last, tokens, written, words, memo, group, sheet, start, run):  # type: ignore[no-untyped-def]
    """Make the column of a word against the left record, whose names and `tokens` are given, at `start` in the pool."""
    cards = words.cards
    card, column, passed = cards[token], sheet.columns[token], sheet.passed
    _passing(card, len(tokens), sheet.own, passed)
    bits, begins = np.uint64(0), np.uint64(0)
    for place in range(len(tokens)):
        value = np.float32(0.0)
        if passed[place] & 2 and _begin_alike(card, cards[tokens[place]], words.letters):
            begins |= _bit(place)
        if passed[place] & 1 and _may_be_worth(tokens[place], token, words, sheet):
            value = worth(tokens[place], token, words, memo)
            if value > 0:
                bits |= _bit(place)
        sheet.pool[start + place] = value
    joins = np.uint64(0)
    if _among(sheet.spelled, card.hash) or _among(sheet.spelled, card.skeleton):
        joins = _joins(first, last, card, written.names, written.parts)
    column.bits, column.begins, column.joins, column.hash = bits, begins, joins, card.hash
    column.weight = card.rarity_group if group else card.rarity_person
    column.run, column.start, column.flags = run, start, card.flags


@compiled(inline="always", allocates=False)
def lay_right(first, last, tokens, written, words, sheet):  # type: ignore[no-untyped-def]
    """Put a record on the right, whose words have their columns: its names from `first` to `last`; `tokens` of the left
    record. Gives all `joins` and `spells` of its names."""
    names, parts, columns, held = written.names, written.parts, sheet.columns, sheet.held
    filled, all_joins, all_spells = len(sheet.words) // 2, np.uint64(0), np.uint64(0)
    for name in range(first, last):
        start, end = names[name].start, names[name].end
        bits, joins, spells, begins = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
        total, begun = np.float32(0.0), filled
        for place in range(start, min(end, start + LIMIT)):
            part = parts[place]
            column, word = columns[part.token], sheet.words[filled]
            word.hash, word.bits, word.token, word.at = (
                column.hash,
                column.bits,
                part.token,
                column.start,
            )
            word.weight, word.flags, word.role = column.weight, column.flags, part.role
            bits |= column.bits
            joins |= column.joins
            begins |= column.begins
            total += column.weight
            filled += 1
        for place in range(start, end - 1):
            if _among(held, parts[place].joined) or _among(held, parts[place].joined_skeleton):
                spells |= _spells(parts[place], tokens, words.cards)
        named = sheet.names_right[name - first]
        named.bits, named.joins, named.spells, named.begins = bits, joins, spells, begins
        named.total, named.first, named.count = total, begun, filled - begun
        all_joins |= joins
        all_spells |= spells
    return all_joins, all_spells
