"""Comparing sets of codes: countries, identifiers, words of a name that share a flag."""

from __future__ import annotations

import numpy as np

from resolver.comparison.alignment.token_records import Words
from resolver.kernels.compiler import compiled
from resolver.kernels.letter_hashes import SPELL_FACTOR, SPELL_START
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, IdentifierTable
from resolver.records.prepared.ragged import Ragged


@compiled()
def _overlap(left, right, offsets, items, out):  # type: ignore[no-untyped-def]
    for pair in range(len(left)):
        one, end_one = offsets[left[pair]], offsets[left[pair] + 1]
        two, end_two = offsets[right[pair]], offsets[right[pair] + 1]
        if one == end_one or two == end_two:
            out[pair] = np.nan
            continue
        smaller = min(end_one - one, end_two - two)
        common = 0
        while one < end_one and two < end_two:
            if items[one] == items[two]:
                common += 1
                one += 1
                two += 1
            elif items[one] < items[two]:
                one += 1
            else:
                two += 1
        out[pair] = common / smaller


def overlap(side: Ragged, left: IntArray, right: IntArray) -> FloatArray:
    """The share of the smaller set that both hold, 0…1; NaN where a side has none. Items ascend within a row."""
    out = np.empty(len(left), dtype=np.float32)
    _overlap(left, right, side.offsets, side.items, out)
    return out


@compiled()
def _identifiers(left, right, offsets, items, number, family, country, mass_used, weak, out):  # type: ignore[no-untyped-def]
    for pair in range(len(left)):
        best = np.float32(-1.0)
        for one in range(offsets[left[pair]], offsets[left[pair] + 1]):
            for two in range(offsets[right[pair]], offsets[right[pair] + 1]):
                a, b = items[one], items[two]
                if mass_used[a] or mass_used[b]:
                    continue
                if number[a] == number[b] and number[a] != 0:
                    other_country = country[a] != country[b] and country[a] != 0 and country[b] != 0
                    if weak[family[a]] or weak[family[b]]:
                        value = np.float32(0.5)
                    elif family[a] == family[b] and not other_country:
                        value = np.float32(1.0)
                    elif other_country:
                        value = np.float32(0.6)
                    else:
                        value = np.float32(0.9)
                elif (
                    family[a] == family[b]
                    and country[a] == country[b]
                    and number[a] != 0
                    and number[b] != 0
                ):
                    value = np.float32(0.1) if country[a] != 0 else np.float32(0.2)
                else:
                    continue
                if value > best:
                    best = value
        out[pair] = best if best >= 0 else np.nan


def identifier_similarity(
    side: Ragged,
    table: IdentifierTable,
    weak_families: tuple[int, ...],
    left: IntArray,
    right: IntArray,
) -> FloatArray:
    """1 the same number of one type and country; 0.9 filed under another type; 0.6 from another country; 0.5 of a type
    that does not tell one holder from another; 0.1 or 0.2 both have such a number and they differ; NaN where nothing
    can be compared. A number that many use is not compared: shared or not, it says nothing."""
    weak = np.zeros(64, dtype=np.uint8)
    weak[list(weak_families)] = 1
    out = np.empty(len(left), dtype=np.float32)
    _identifiers(
        left,
        right,
        side.offsets,
        side.items,
        table.number,
        table.type,
        table.country,
        table.mass_used,
        weak,
        out,
    )
    return out


@compiled(allocates=False)
def _flagged(form_left, form_right, offsets, items, cards, symbols, wanted, out):  # type: ignore[no-untyped-def]
    for pair in range(len(form_left)):
        a, b = form_left[pair], form_right[pair]
        if a < 0 or b < 0:
            out[pair] = np.nan
            continue
        count_a, count_b, common = 0, 0, 0
        for two in range(offsets[b], offsets[b + 1]):
            if cards[items[two]].flags & wanted:
                count_b += 1
        for one in range(offsets[a], offsets[a + 1]):
            if not cards[items[one]].flags & wanted:
                continue
            count_a += 1
            for two in range(offsets[b], offsets[b + 1]):
                if cards[items[two]].flags & wanted and _same(
                    items[one], items[two], cards, symbols
                ):
                    common += 1
                    break
        if count_a == 0 and count_b == 0:
            out[pair] = np.nan
        elif count_a == 0 or count_b == 0:
            out[pair] = 0.5
        else:
            out[pair] = 1.0 if common >= min(count_a, count_b) else (0.25 if common > 0 else 0.0)


@compiled(allocates=False)
def _same(first, second, cards, symbols):  # type: ignore[no-untyped-def]
    if cards[first].hash == cards[second].hash:
        return True
    one, two = cards[first].symbols, cards[second].symbols
    while one < cards[first + 1].symbols and two < cards[second + 1].symbols:
        if symbols[one] == symbols[two]:
            return True
        if symbols[one] < symbols[two]:
            one += 1
        else:
            two += 1
    return False


def flagged_words(
    forms: tuple[IntArray, IntArray],
    tokens: Ragged,
    words: Words,
    wanted: int,
) -> FloatArray:
    """Words that carry a flag in the best pair of names: 1 they agree, 0 they differ, 0.25 in part, 0.5 only one name
    has any, NaN none has. `tokens` are those of the form table."""
    out = np.empty(len(forms[0]), dtype=np.float32)
    _flagged(
        forms[0], forms[1], tokens.offsets, tokens.items, words.cards, words.symbols, wanted, out
    )
    return out


@compiled(inline="always")
def _in_bag(letter):  # type: ignore[no-untyped-def]
    """What a letter adds to a hash of letters in any order."""
    mixed = letter * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(29))


@compiled()
def _bag_of(start, end, letters):  # type: ignore[no-untyped-def]
    bag = np.uint64(0)
    for place in range(start, end):
        bag += _in_bag(np.uint64(letters[place]))
    return bag


@compiled()
def letter_bags(starts, ends, letters, out):  # type: ignore[no-untyped-def]
    """A hash of the letters of each word, whatever their order, into `out`."""
    for word in range(len(starts)):
        out[word] = _bag_of(starts[word], ends[word], letters)


_INITIALS = np.dtype(
    [
        ("whole", np.uint64),
        ("bare", np.uint64),
        ("bag", np.uint64),
        ("count_whole", np.int32),
        ("count_bare", np.int32),
        ("read", np.bool_),
    ],
    align=True,
)
"""The first letters of a name's words as a hash, without the words that may be left out (`Bank`, `Limited`), and in any
order; how many there are with and without those; `read`: whether that is set."""


@compiled(allocates=False)
def _read(form, offsets, items, flags, letters, skip, optional, initials):  # type: ignore[no-untyped-def]
    whole, bare, bag = SPELL_START, SPELL_START, np.uint64(0)
    count_whole, count_bare = 0, 0
    for place in range(offsets[form], offsets[form + 1]):
        flag = flags[items[place]]
        if flag & skip:
            continue
        letter = np.uint64(letters[items[place]])
        whole = whole * SPELL_FACTOR + letter
        count_whole += 1
        bag += _in_bag(letter)
        if not flag & optional:
            bare = bare * SPELL_FACTOR + letter
            count_bare += 1
    initials.whole, initials.bare, initials.bag = whole, bare, bag
    initials.count_whole, initials.count_bare, initials.read = count_whole, count_bare, True


@compiled(allocates=False)
def _acronyms(  # type: ignore[no-untyped-def]
    left,
    right,
    name_offsets,
    names,
    offsets,
    items,
    flags,
    letters,
    spelled,
    bags,
    skip,
    optional,
    initials,
    out,
):
    for pair in range(len(left)):
        out[pair] = np.nan
        for side in range(2):
            short, long = (left[pair], right[pair]) if side == 0 else (right[pair], left[pair])
            for a in range(name_offsets[short], name_offsets[short + 1]):
                form = names[a]
                if offsets[form + 1] - offsets[form] > 3:
                    continue
                for position in range(offsets[form], offsets[form + 1]):
                    token = items[position]
                    if spelled[token] == 0:
                        continue
                    for b in range(name_offsets[long], name_offsets[long + 1]):
                        other = initials[names[b]]
                        if not other.read:
                            _read(names[b], offsets, items, flags, letters, skip, optional, other)
                        if (
                            other.count_whole >= 4
                            and other.bag == bags[token]
                            and not out[pair] >= 0.5
                        ):
                            out[pair] = 0.5
                        if other.count_whole >= 3 and other.whole == spelled[token]:
                            out[pair] = 1.0
                        if other.count_bare >= 3 and other.bare == spelled[token]:
                            out[pair] = 1.0


def acronym_match(
    left: IntArray,
    right: IntArray,
    names: Ragged,
    forms: Ragged,
    flags: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    letters: np.ndarray[tuple[int, ...], np.dtype[np.uint32]],
    spelled: np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
    bags: np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
    skip: int,
    optional: int,
) -> FloatArray:
    """1 where a word of one record's name is the first letters of a name of the other (three or more), 0.5 where it has
    them in another order (four or more: `OTAN`, `NATO`), else NaN. `bags`: see `letter_bags`. Words
    that carry a flag of `skip` have no letter in it, those with a flag of `optional` may have one."""
    out = np.empty(len(left), dtype=np.float32)
    initials = np.zeros(len(forms), dtype=_INITIALS)
    offsets, items = forms.offsets, forms.items
    _acronyms(
        *(left, right, names.offsets, names.items, offsets, items),
        *(flags, letters, spelled, bags, skip, optional, initials, out),
    )
    return out
