"""Whose names hold words like those asked for: the kernels of `words`, which walk lists of bearers.

Profiles lie far apart in memory, so each is touched once for each word that leads to it and once more to take its sum,
and is asked for (`ahead`) some steps before it is read; all else reads what stands side by side.
"""

from __future__ import annotations

import numpy as np

from resolver.blocking.prefilter import BIRTHS as _BIRTHS
from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import ahead

EQUAL, BEGIN, JOINED = 0, 6, 7
"""Ways in which words are alike: what only begins the same must have most letters in common too, and neighbours written
together stand for words alone."""
_LOOKS = 400_000
"""Dates of birth that are looked at for one query at most."""
_AHEAD = 24
"""Profiles that are asked for before they are read."""
_LONG = 32
"""Lists of so many bearers are not walked a second time to find that all have been counted."""


@compiled(inline="always")
def _bits(value):  # type: ignore[no-untyped-def]
    count = 0
    while value:
        value &= value - np.uint32(1)
        count += 1
    return count


@compiled(allocates=False)
def _places_of(codes, held, out):  # type: ignore[no-untyped-def]
    """Where each of some codes stands, or would, among ascending ones. All are looked for step by step together, so
    that waiting for memory overlaps."""
    out[:] = 0
    size = len(held)
    while size > 1:
        half = size // 2
        size -= half
        for place in range(len(codes)):
            if held[out[place] + half - 1] < codes[place]:
                out[place] += half
            ahead(held, out[place] + size // 2 - 1)
    for place in range(len(codes)):
        if len(held) > 0 and held[out[place]] < codes[place]:
            out[place] += 1


@compiled()
def alike(  # type: ignore[no-untyped-def]
    offsets, codes, ways, rarity, signature, held_codes, held_tokens, starts, held_rarity, held_signature, worths,
    everybody,
):  # fmt: skip
    """The held words alike of every word asked for, the best way first, with what each is worth (256ths of a nat) and
    whether it is the very word; those of word i are `ends[i]:ends[i + 1]`. One may stand twice. None is worth more than
    that so many of `everybody` have its code, but for the very word."""
    tokens = np.empty(1024, dtype=np.int64)
    worth = np.empty(1024, dtype=np.uint32)
    equal = np.empty(1024, dtype=np.bool_)
    ends = np.empty(len(rarity) + 1, dtype=np.int64)
    ends[0] = 0
    filled = 0
    firsts = np.empty(len(codes), dtype=np.int64)
    _places_of(codes, held_codes, firsts)
    for word in range(len(rarity)):
        for place in range(offsets[word], offsets[word + 1]):
            code, way = codes[place], ways[place]
            first = last = firsts[place]
            while last < len(held_codes) and held_codes[last] == code:
                ahead(starts, held_tokens[last])
                ahead(held_signature, held_tokens[last])
                ahead(held_rarity, held_tokens[last])
                last += 1
            bearers = np.int64(0)
            for at in range(first, last):
                bearers += starts[held_tokens[at] + 1] - starts[held_tokens[at]]
            told = (
                np.float32(np.inf)
                if way == EQUAL
                else np.float32(np.log(everybody / max(bearers, 1)))
            )
            for at in range(first, last):
                token = held_tokens[at]
                if starts[token] == starts[token + 1] or (
                    way == JOINED and token >= len(held_signature)
                ):
                    continue
                if way == BEGIN:
                    common = _bits(signature[word] & held_signature[token])
                    if 4 * common < 3 * max(_bits(signature[word]), _bits(held_signature[token])):
                        continue
                if filled == len(tokens):
                    tokens = np.concatenate((tokens, np.empty(filled, dtype=np.int64)))
                    worth = np.concatenate((worth, np.empty(filled, dtype=np.uint32)))
                    equal = np.concatenate((equal, np.empty(filled, dtype=np.bool_)))
                tokens[filled], equal[filled] = token, way == EQUAL
                if token < len(held_signature):
                    value = min(worths[way] * min(rarity[word], held_rarity[token]), told)
                else:
                    # a glance will not see that neighbours agree with a word
                    value = min(worths[JOINED] * held_rarity[token], told)
                worth[filled] = np.uint32(max(value * 256, 1))
                filled += 1
        ends[word + 1] = filled
    return tokens[:filled], worth[:filled], equal[:filled], ends


@compiled()
def _too_common(tokens, equal, starts, budget):  # type: ignore[no-untyped-def]
    """How many bearers a word must have to be passed over, so that those of the rarest are counted first; and whether
    that holds for the very words asked for too. Where there is room for these they are counted: of a name made of
    common words nothing else is left."""
    sizes = np.empty(len(tokens), dtype=np.int64)
    of_equal = np.int64(0)
    for place in range(len(tokens)):
        sizes[place] = starts[tokens[place] + 1] - starts[tokens[place]]
        of_equal += sizes[place] if equal[place] else 0
    all_alike = of_equal > budget
    if sizes.sum() > budget:
        seen = np.int64(0)
        if not all_alike:
            sizes, seen = sizes[~equal], of_equal
        for size in np.sort(sizes):
            seen += size
            if seen > budget:
                return size, all_alike
    return np.int64(2**62), all_alike


@compiled()
def added(tokens, worth, equal, ends, starts, bearers, kept, budget, sums, touched, said):  # type: ignore[no-untyped-def]
    """What the words of `alike` add up to per profile: `said[i]` of profile `touched[i]`, of those that `kept` lets
    pass (a bit each, the lowest first: an eighth of the memory), as many as the answer says. `sums`, as long as there
    are profiles, is all 0 before and after; the others have room for one more."""
    largest, all_alike = _too_common(tokens, equal, starts, budget)
    count = np.uint64(0)
    for word in range(len(ends) - 1):
        mark = np.uint32(word + 1)
        for place in range(ends[word], ends[word + 1]):
            ahead(bearers, starts[tokens[min(place + 4, len(tokens) - 1)]])
            first, last = starts[tokens[place]], starts[tokens[place] + 1]
            if last - first >= largest and (all_alike or not equal[place]):
                continue
            # where it stood before as one that is only alike it may have been passed over
            if last - first < _LONG or equal[place] or not _stands(tokens, ends[word], place):
                count = _counted(first, last, worth[place], mark, bearers, sums, touched, count)
    filled = np.uint64(0)
    for place in range(count):
        later = touched[min(place + np.uint64(_AHEAD), count - np.uint64(1))]
        ahead(sums, later)
        ahead(kept, later >> 3)
        profile = np.uint32(touched[place])
        said[filled] = sums[profile] >> np.uint32(8)
        sums[profile] = 0
        touched[filled] = profile
        filled += np.uint64(
            kept[profile >> np.uint32(3)] >> (profile & np.uint32(7)) & np.uint32(1)
        )
    return filled


@compiled(inline="always", allocates=False)
def _stands(tokens, first, last):  # type: ignore[no-untyped-def]
    """Whether a word stands among those from `first` on before its place."""
    place = np.uint64(first)
    while tokens[place] != tokens[last]:
        place += np.uint64(1)
    return place < np.uint64(last)


@compiled(inline="always", allocates=False)
def _counted(first, last, worth, mark, bearers, sums, touched, count):  # type: ignore[no-untyped-def]
    """What a word is worth added to its bearers, and how many profiles have been touched then."""
    for at in range(np.uint64(first), np.uint64(last)):
        ahead(sums, bearers[min(at + np.uint64(_AHEAD), np.uint64(last - 1))])
        profile = np.uint32(bearers[at])
        value = sums[profile]
        # the low byte tells which word has been counted last
        if value & np.uint32(255) == mark:
            continue
        # whether it is the first is not to be guessed
        touched[count] = profile
        count += np.uint64(value == 0)
        sums[profile] = (((value >> np.uint32(8)) + worth) << np.uint32(8)) | mark
    return count


@compiled()
def first_of(touched, said, count, most, born, in_short, heads, births):  # type: ignore[no-untyped-def]
    """About `most` of the first `count` profiles that `added` found, those of the highest sums, and of the others those
    that say a third of the highest at least and were born as asked; with their sums."""
    highest = np.uint32(0)
    for place in range(np.uint64(count)):
        highest = max(highest, said[place])
    # from `least` on all are taken; below it `ties` of those within a `step`, and those born as asked
    least, step, ties = _border(said, np.uint64(count), most, np.int64(highest))
    looks = np.int64(_LOOKS if len(born) and count > most else 0)
    chosen, sums = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    taken = np.uint64(0)
    for place in range(np.uint64(count)):
        if looks > 0:
            ahead(in_short, touched[min(place + np.uint64(_AHEAD), np.uint64(count - 1))])
        value = np.int64(said[place])
        tie = (value < least) & (value >= least - step) & (ties > 0)
        ties -= tie
        wanted = bool((value >= least) | tie)
        if looks > 0 and not wanted and 3 * value >= highest:
            looks -= 1
            wanted = _born_as_asked(born, np.uint32(touched[place]), in_short, heads, births)
        chosen[taken], sums[taken] = touched[place], value
        taken += np.uint64(wanted)
    return chosen[:taken], sums[:taken]


@compiled(inline="always")
def _border(said, count, most, highest):  # type: ignore[no-untyped-def]
    """From which sum on all are taken, and how many of those that say a step less, so that there are about `most`."""
    if count <= most:
        return np.int64(0), np.int64(1), np.int64(0)
    step = highest // 1023 + 1
    # sums have 24 bits: the product's upper part is the exact quotient, in a tenth of the time
    inverse = np.uint64((np.int64(1) << 40) // step + 1)
    bins = np.zeros(1024, dtype=np.int64)
    for place in range(count):
        bins[(np.uint64(said[place]) * inverse) >> np.uint64(40)] += 1
    seen = np.int64(0)
    for bin_ in range(1023, -1, -1):
        seen += bins[bin_]
        if seen >= most:
            ties = np.int64(bins[bin_] if seen <= 2 * most else most - (seen - bins[bin_]))
            return (bin_ + 1) * step, step, ties
    return np.int64(0), step, np.int64(0)


@compiled(inline="always", allocates=False)
def _born_as_asked(born, profile, in_short, heads, births):  # type: ignore[no-untyped-def]
    """Whether a profile has a date of birth that agrees with one that is asked for."""
    day = in_short[profile]
    if day > 0:
        for one in range(len(born)):
            if _born_then(born, one, day >> 9, (day >> 5) & 15, day & 31):
                return True
    elif day < 0:
        for one in range(len(born)):
            for two in range(heads[profile, _BIRTHS], heads[profile + np.uint32(1), _BIRTHS]):
                if _born_alike(born, one, births, two):
                    return True
    return False


@compiled(inline="always", allocates=False)
def _born_then(births, one, year, month, day):  # type: ignore[no-untyped-def]
    """Whether a date of birth may be of a year, or shares day and month with another, in either order."""
    if births[one, 0] == 0:
        return False
    if births[one, 0] <= year <= births[one, 1]:
        return True
    own_month, own_day = births[one, 2], births[one, 3]
    if day == 0 or own_day == 0 or (own_month == 1 and own_day == 1):
        return False
    return (own_month == month and own_day == day) or (own_month == day and own_day == month)


@compiled(inline="always", allocates=False)
def _born_alike(births, one, others, two):  # type: ignore[no-untyped-def]
    """The same of two dates of birth, of which either may be a range."""
    if others[two, 0] == 0:
        return False
    if births[one, 0] <= others[two, 1] and others[two, 0] <= births[one, 1] and births[one, 0] > 0:
        return True
    return others[two, 0] == others[two, 1] and _born_then(
        births, one, others[two, 0], others[two, 2], others[two, 3]
    )
