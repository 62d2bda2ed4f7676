"""Two names aligned: which word of the one stands for which of the other, and what that says.

Tokens are matched one to one, equal ones first, then by falling similarity; two neighbours that together spell one
token of the other name are matched as one, and the last word of a long name with one that it is the beginning of.
"""

from __future__ import annotations

import numpy as np

from resolver.comparison.alignment.score_bounds import has
from resolver.comparison.alignment.similarity_matrix import LIMIT
from resolver.comparison.alignment.token_records import servant
from resolver.comparison.cross_script import alike_across, heard, may_sound
from resolver.kernels.compiler import compiled

JOINED, JOINED_SKELETON, JOINED_ACROSS = 0.98, 0.85, 0.95
"""What two words that spell one of the other name count, by their letters, by their consonants alone, and at most by
their sound where it is of another script."""
_LEAST_JOINED = 0.8
NARROW, CUT = 14, 0.85
"""Letters and spaces from which on a name may fill a narrow field, and what a word that is cut off there counts."""
COMMON = np.float32(5.5)
"""Nats of rarity below which an established word of four letters or more is a name and no piece of one (Stan, John)."""
TIED = np.float32(0.8)
"""Two established words of less likeness have nothing in common but letters: what ties two lifts them above."""
SIDES = ("all", "given", "given, an initial", "family")
"""Which part of two names contradicts, by number: everything, the given name (or an initial that stands for it), the
family name."""


@compiled(allocates=False)
def joined_across(one, two, target, words, memo):  # type: ignore[no-untyped-def]
    """Similarity of two neighbours written together and a word of another script; 0 where it is below the least."""
    offsets, least = words.spoken_offsets, np.float32(_LEAST_JOINED)
    found = alike_across(
        one, two, target, words.flags, offsets, words.spoken, least, memo.row, memo.joined
    )
    value = min(found, np.float32(JOINED_ACROSS))
    return value if value >= _LEAST_JOINED else np.float32(0.0)


@compiled(inline="always", allocates=False)
def _may_sound_joined(one, two, target, words, voices):  # type: ignore[no-untyped-def]
    """Whether two neighbours and a word of another script may sound alike enough to be joined."""
    if len(words.spoken) == 0:
        return False
    offsets, items = words.spoken_offsets, words.spoken
    first, second = heard(offsets, items, one, voices), heard(offsets, items, two, voices)
    sounds, near, heavy = (
        first.sounds | second.sounds,
        first.near | second.near,
        first.heavy + second.heavy,
    )
    return may_sound(
        sounds, near, heavy, heard(offsets, items, target, voices), np.float32(_LEAST_JOINED)
    )


@compiled(allocates=False)
def spelled_alike(one, two, words):  # type: ignore[no-untyped-def]
    """Whether two words have the same consonants and the same last letter: Seif and Saif are spellings of one name,
    Victor and Victoria are two."""
    first, second = words.cards[one], words.cards[two]
    last_a, last_b = first.letters + first.length - 1, second.letters + second.length - 1
    return first.skeleton == second.skeleton != 0 and words.letters[last_a] == words.letters[last_b]


@compiled(inline="always", allocates=False)
def _weight(card, group):  # type: ignore[no-untyped-def]
    return card.rarity_group if group else card.rarity_person


@compiled(inline="always", allocates=False)
def _side(role, flags):  # type: ignore[no-untyped-def]
    """Bits of a word's role, said or likely; particles have none."""
    if flags & 2:
        return 0
    if role & 3 == 1:
        return 5 if flags & 1 else 1
    return 2 if role & 3 == 3 else 0


@compiled(allocates=False)
def _may_be_cut(start, end, parts, words, group):  # type: ignore[no-untyped-def]
    """Whether a name of two words or more may have been cut off by a narrow field: it is about as long as one, and its
    last word is no common name."""
    cards = words.cards
    last = cards[parts[end - 1].token]
    if last.flags & (7 | 64) or last.length < 2:
        return False
    if last.flags & 128 and last.length > 3 and _weight(last, group) < COMMON:
        return False
    total = end - start - 1
    for place in range(start, end):
        card = cards[parts[place].token]
        total += card.length
        if card.length > 5 and servant(words.letters[card.letters : card.letters + 3]):
            # a servant of God has lost his article and a space
            total += 3
    return total >= NARROW


@compiled(allocates=False)
def _begins(one, two, words):  # type: ignore[no-untyped-def]
    """Whether a word is the beginning of another, longer one."""
    first, second = words.cards[one], words.cards[two]
    if first.length >= second.length or second.flags & (7 | 64):
        return False
    for place in range(first.length):
        if words.letters[first.letters + place] != words.letters[second.letters + place]:
            return False
    return True


@compiled(inline="always", allocates=False)
def _goes_first(left, right, name_a, name_b, written, words, sheet):  # type: ignore[no-untyped-def]
    """Whether the right name goes before the left one, by what they say alone."""
    for place in range(min(name_a.count, name_b.count)):
        one, two = sheet.words[name_a.first + place].hash, sheet.words[name_b.first + place].hash
        if one != two:
            return two < one
    if name_a.count < LIMIT or name_b.count < LIMIT:
        return name_b.count < name_a.count
    return _later(right, left, written, words.cards)


@compiled(allocates=False)
def _later(one, two, written, cards):  # type: ignore[no-untyped-def]
    """Whether the first of two long names goes before the other by all its words, or as its beginning."""
    first, second, parts = written.names[one], written.names[two], written.parts
    for place in range(min(first.end - first.start, second.end - second.start)):
        left, right = (
            cards[parts[first.start + place].token].hash,
            cards[parts[second.start + place].token].hash,
        )
        if left != right:
            return left < right
    return first.end - first.start < second.end - second.start


@compiled(inline="always", allocates=False)
def align_names(left, right, name_a, name_b, written, words, memo, group, sheet):  # type: ignore[no-untyped-def]
    """Align two names of records that are laid out in the sheet: places in `written.names`, and as they stand in
    `sheet.names_left` and `sheet.names_right`. Writes matched, contradicted, omitted,
    weakest, tokens, crossed, established, initials, sides (see `align.COLUMNS`) into `sheet.result`, and mates into
    `sheet.mates` (2 × `LIMIT`: position of the partner, -1 none), the first row for the name that goes first by what it
    says; gives 1 where that is the right one."""
    cards, parts = words.cards, written.parts
    cells, mates, result = sheet.cells, sheet.mates, sheet.result
    start_a, start_b = written.names[left].start, written.names[right].start
    first_a, length_a, first_b, length_b = name_a.first, name_a.count, name_b.first, name_b.count
    swapped = _goes_first(left, right, name_a, name_b, written, words, sheet)
    bits_b = name_b.bits
    if swapped:
        # which name stands left must not matter, not even for ties and the last bit of a sum
        start_a, start_b = start_b, start_a
        first_a, first_b = first_b, first_a
        length_a, length_b = length_b, length_a
        bits_b = name_a.bits
    for a in range(length_a):
        mates[0, a] = -1
    for b in range(length_b):
        mates[1, b] = -1
    matched = np.float32(0.0)
    doubt = np.float32(0.0)
    weakest = np.float32(1.0)
    count = 0
    crossed = np.float32(0.0)
    established = np.float32(0.0)
    # full words that agree; full words of either side that an initial stands for
    full, stands_a, stands_b = 0, np.float32(0.0), np.float32(0.0)
    open_a, open_b = length_a, length_b
    filled = 0
    for a in range(length_a):
        one = sheet.words[first_a + a]
        if one.bits & bits_b == 0:
            continue
        for b in range(length_b):
            two = sheet.words[first_b + b]
            if one.bits & two.bits == 0:
                continue
            value = sheet.pool[one.at + two.at]
            if value == 1 and mates[0, a] < 0 and mates[1, b] < 0:
                mates[0, a], mates[1, b] = b, a
                weight = min(one.weight, two.weight)
                matched += weight
                if (one.role == 1 and two.role == 3) or (one.role == 3 and two.role == 1):
                    crossed += weight
                full += (one.flags & 3) == 0
                count += 1
                open_a -= 1
                open_b -= 1
            elif value > 0:
                cell = cells[filled]
                cell.value, cell.a, cell.b = value, a, b
                filled += 1
    # two neighbours of one name that together spell one token of the other: rare, and of two scripts they may sound so
    mixed = (written.names[left].scripts | written.names[right].scripts) == 3
    joining = mixed or (name_a.bits & name_b.spells) != 0 or has(name_b.joins, name_a.place)
    for side in range(2 if joining else 0):
        own_start, other_start = (start_a, start_b) if side == 0 else (start_b, start_a)
        own_first, other_first = (first_a, first_b) if side == 0 else (first_b, first_a)
        for a in range((length_a if side == 0 else length_b) - 1):
            if open_a == 0 or open_b == 0 or mates[side, a] >= 0 or mates[side, a + 1] >= 0:
                continue
            part = parts[own_start + a]
            for b in range(length_b if side == 0 else length_a):
                if mates[1 - side, b] >= 0:
                    continue
                target = parts[other_start + b].token
                if part.joined != 0 and part.joined == cards[target].hash:
                    value = np.float32(JOINED)
                elif part.joined_skeleton != 0 and part.joined_skeleton == cards[target].skeleton:
                    value = np.float32(JOINED_SKELETON)
                    next_skeleton = cards[parts[own_start + a + 1].token].skeleton
                    if (
                        part.joined_skeleton == cards[part.token].skeleton
                        or part.joined_skeleton == next_skeleton
                    ):
                        # a word without consonants (Woo) adds nothing: it is a word of its own
                        continue
                elif (cards[target].flags ^ cards[part.token].flags) & 64:
                    if not _may_sound_joined(
                        part.token, parts[own_start + a + 1].token, target, words, sheet.voices
                    ):
                        continue
                    value = joined_across(
                        part.token, parts[own_start + a + 1].token, target, words, memo
                    )
                    if value == 0:
                        continue
                    at, mine = sheet.words[other_first + b].at, own_first + a
                    if value <= max(
                        sheet.pool[sheet.words[mine].at + at],
                        sheet.pool[sheet.words[mine + 1].at + at],
                    ):
                        continue
                else:
                    continue
                weight = _weight(cards[target], group)
                mates[side, a], mates[side, a + 1], mates[1 - side, b] = b, b, a
                matched += weight * value
                doubt += weight * (1 - value)
                weakest = min(weakest, value)
                full += 1
                count += 1
                if side == 0:
                    open_a -= 2
                    open_b -= 1
                else:
                    open_b -= 2
                    open_a -= 1
                break
    # a name that a narrow field has cut off in its last word, where something else agrees
    for side in range(2 if name_a.bits & name_b.begins else 0):
        if open_a == 0 or open_b == 0 or count == 0:
            break
        own_start, own_end = (
            (start_a, start_a + length_a) if side == 0 else (start_b, start_b + length_b)
        )
        last = own_end - own_start - 1
        if (
            last < 1
            or mates[side, last] >= 0
            or not _may_be_cut(own_start, own_end, parts, words, group)
        ):
            continue
        other_start, other_length = (start_b, length_b) if side == 0 else (start_a, length_a)
        for b in range(other_length):
            if mates[1 - side, b] >= 0:
                continue
            one, two = parts[own_start + last].token, parts[other_start + b].token
            if _begins(one, two, words):
                weight = min(_weight(cards[one], group), _weight(cards[two], group))
                mates[side, last], mates[1 - side, b] = b, last
                matched += weight * np.float32(CUT)
                doubt += weight * np.float32(1 - CUT)
                weakest = min(weakest, np.float32(CUT))
                full += 1
                count += 1
                open_a -= 1
                open_b -= 1
                break
    while open_a > 0 and open_b > 0:
        best = np.float32(0.0)
        best_a, best_b = -1, -1
        for place in range(filled):
            cell = cells[place]
            if cell.value > best and mates[0, cell.a] < 0 and mates[1, cell.b] < 0:
                best = cell.value
                best_a, best_b = cell.a, cell.b
        if best_a < 0:
            break
        mates[0, best_a], mates[1, best_b] = best_b, best_a
        one, two = sheet.words[first_a + best_a], sheet.words[first_b + best_b]
        weight = min(one.weight, two.weight)
        matched += weight * best
        flags_a, flags_b = one.flags, two.flags
        if not (flags_a | flags_b) & 1:
            doubt += weight * (1 - best)
            weakest = min(weakest, best)
            full += 1
            if (flags_a & flags_b) & 128 and not (flags_a | flags_b) & 64 and best < TIED:
                established += (
                    np.float32(0.0) if spelled_alike(one.token, two.token, words) else weight
                )
        elif not flags_a & 1:
            stands_a += one.weight
        elif not flags_b & 1:
            stands_b += two.weight
        if (one.role == 1 and two.role == 3) or (one.role == 3 and two.role == 1):
            crossed += weight
        count += 1
        open_a -= 1
        open_b -= 1
    if full == 0:
        # H. Stansfield and Sophia H.: initials that cross stand for two people
        doubt += min(stands_a, stands_b)
    left_a, left_b = np.float32(0.0), np.float32(0.0)
    # what is left over that is no particle: 1 full words, 2 initials
    kinds_a, kinds_b, initials = 0, 0, 0
    # the same by role: 1 given names, 2 family names, 4 given names that are initials
    roles_a, roles_b = 0, 0
    for a in range(length_a):
        word = sheet.words[first_a + a]
        initials += word.flags & 1
        if mates[0, a] < 0:
            left_a += word.weight
            kinds_a |= 2 if word.flags & 1 else (0 if word.flags & 2 else 1)
            roles_a |= _side(word.role, word.flags)
    for b in range(length_b):
        word = sheet.words[first_b + b]
        initials += word.flags & 1
        if mates[1, b] < 0:
            left_b += word.weight
            kinds_b |= 2 if word.flags & 1 else (0 if word.flags & 2 else 1)
            roles_b |= _side(word.role, word.flags)
    result[0] = matched
    result[1] = min(left_a, left_b) + doubt
    result[2] = abs(left_a - left_b)
    result[3] = weakest if count > 0 else np.float32(0.0)
    result[4] = count
    result[5] = crossed
    result[6] = established
    if initials == 0 or count == 0:
        result[7] = np.float32(-1.0)
    elif (
        (kinds_a & 2 and kinds_b)
        or (kinds_b & 2 and kinds_a)
        or (full == 0 and min(stands_a, stands_b) > 0)
    ):
        result[7] = np.float32(0.0)
    else:
        result[7] = np.float32(0.5) if (kinds_a | kinds_b) & 2 else np.float32(1.0)
    given, family = roles_a & roles_b & 1, roles_a & roles_b & 2
    if min(left_a, left_b) == 0:
        result[8] = np.float32(-1.0)
    elif count == 0 or (given and family):
        result[8] = np.float32(0.0)
    elif given:
        result[8] = np.float32(2.0) if (roles_a | roles_b) & 4 else np.float32(1.0)
    else:
        result[8] = np.float32(3.0) if family else np.float32(-1.0)
    return swapped
