"""The alignment kernel: for every record pair, the pair of names that supports it best, and what that alignment says.

For two names, tokens are matched one to one, equal ones first, then by falling similarity; two neighbours that
together spell one token of the other name are matched as one. Weight is rarity in nats. What one name has and the
other lacks is *omitted*; where both have something left over, the lighter side's weight is *contradicted*.
"""

from __future__ import annotations

import numba
import numpy as np

from resolver.compare.scripts import alike_across
from resolver.compare.tables import find

COLUMNS = (
    "matched",
    "contradicted",
    "omitted",
    "weakest",
    "tokens",
    "crossed",
    "primary",
    "share",
    "exact",
    "quality",
)
"""What `align_pairs` writes per pair: nats matched, contradicted and omitted in the best name pair; the least
similarity of a matched token; how many tokens matched; nats matched between a given and a family name; the best
agreement ratio between two primary names (-1 where a side has none); the share of the shorter list of names that some
name of the other supports; 1 where a name is the same set of words; the quality (`NameQuality`) of the weaker name of
the best pair."""
LIMIT = 24
"""Words of a name that are aligned; what comes after is left aside."""
JOINED, JOINED_SKELETON, JOINED_ACROSS = 0.98, 0.85, 0.95
"""What two words that spell one of the other name count, by their letters and by their consonants alone."""
_OMITTED = 0.2
_SUPPORTED = 0.8
_LEAST_JOINED = 0.8


@numba.njit(cache=True, nogil=True)
def token_match(one, two, hashes, first_letter, flags, keys, values):  # type: ignore[no-untyped-def]
    """Similarity of two token codes in 0…1: equal letters 1, an initial and a word that begins with it 0.75, else as
    learnt."""
    if hashes[one] == hashes[two]:
        return np.float32(1.0)
    if (flags[one] | flags[two]) & 1:
        if first_letter[one] == first_letter[two]:
            return np.float32(0.75)
        return np.float32(0.0)
    key = (np.int64(min(one, two)) << 32) | np.int64(max(one, two))
    return find(keys, values, key, len(keys) - 1)


@numba.njit(cache=True, nogil=True)
def joined_across(one, two, target, flags, spoken_offsets, spoken):  # type: ignore[no-untyped-def]
    """Similarity of two neighbours written together and a word of another script; 0 where it is below the least."""
    value = min(alike_across(one, two, target, flags, spoken_offsets, spoken), np.float32(JOINED_ACROSS))
    return value if value >= _LEAST_JOINED else np.float32(0.0)


@numba.njit(cache=True, nogil=True)
def goes_first(start_a, end_a, start_b, end_b, items, hashes):  # type: ignore[no-untyped-def]
    """Whether name a goes before name b, by what they say alone."""
    for place in range(min(end_a - start_a, end_b - start_b)):
        one, two = hashes[items[start_a + place]], hashes[items[start_b + place]]
        if one != two:
            return one < two
    return end_a - start_a < end_b - start_b


@numba.njit(cache=True, nogil=True)
def align_forms(  # type: ignore[no-untyped-def]
    start_a,
    end_a,
    start_b,
    end_b,
    items,
    roles,
    joined,
    joined_skeleton,
    rarity,
    hashes,
    skeleton,
    first_letter,
    flags,
    keys,
    values,
    spoken_offsets,
    spoken,
    sim,
    mate_a,
    mate_b,
    result,
):
    """Align two names. Writes matched, contradicted, omitted, weakest, tokens, crossed into `result`; mates into
    `mate_*` (position of the partner, -1 none); `sim` is scratch."""
    if goes_first(start_b, end_b, start_a, end_a, items, hashes):
        # which name stands left must not matter, not even for ties and the last bit of a sum
        start_a, start_b = start_b, start_a
        end_a, end_b = end_b, end_a
        mate_a, mate_b = mate_b, mate_a
    length_a, length_b = min(end_a - start_a, LIMIT), min(end_b - start_b, LIMIT)
    for a in range(length_a):
        mate_a[a] = -1
    for b in range(length_b):
        mate_b[b] = -1
    matched = np.float32(0.0)
    doubt = np.float32(0.0)
    weakest = np.float32(1.0)
    count = 0
    crossed = np.float32(0.0)
    open_a, open_b = length_a, length_b
    for a in range(length_a):
        for b in range(length_b):
            if mate_b[b] < 0 and hashes[items[start_a + a]] == hashes[items[start_b + b]]:
                mate_a[a], mate_b[b] = b, a
                weight = min(rarity[items[start_a + a]], rarity[items[start_b + b]])
                matched += weight
                role_a, role_b = roles[start_a + a], roles[start_b + b]
                if (role_a == 1 and role_b == 3) or (role_a == 3 and role_b == 1):
                    crossed += weight
                count += 1
                open_a -= 1
                open_b -= 1
                break
    # two neighbours of one name that together spell one token of the other
    for side in range(2):
        for a in range((length_a if side == 0 else length_b) - 1):
            own = mate_a if side == 0 else mate_b
            other = mate_b if side == 0 else mate_a
            own_start = start_a if side == 0 else start_b
            other_start = start_b if side == 0 else start_a
            if open_a == 0 or open_b == 0 or own[a] >= 0 or own[a + 1] >= 0:
                continue
            for b in range(length_b if side == 0 else length_a):
                if other[b] >= 0:
                    continue
                target = items[other_start + b]
                if joined[own_start + a] != 0 and joined[own_start + a] == hashes[target]:
                    value = np.float32(JOINED)
                elif joined_skeleton[own_start + a] != 0 and joined_skeleton[own_start + a] == skeleton[target]:
                    value = np.float32(JOINED_SKELETON)
                elif (flags[target] ^ flags[items[own_start + a]]) & 64:
                    value = joined_across(
                        items[own_start + a], items[own_start + a + 1], target, flags, spoken_offsets, spoken
                    )
                    if value == 0:
                        continue
                else:
                    continue
                weight = rarity[target]
                own[a], own[a + 1], other[b] = b, b, a
                matched += weight * value
                doubt += weight * (1 - value)
                weakest = min(weakest, value)
                count += 1
                if side == 0:
                    open_a -= 2
                    open_b -= 1
                else:
                    open_b -= 2
                    open_a -= 1
                break
    if open_a > 0 and open_b > 0:
        for a in range(length_a):
            if mate_a[a] >= 0:
                continue
            for b in range(length_b):
                if mate_b[b] < 0:
                    sim[a, b] = token_match(
                        items[start_a + a], items[start_b + b], hashes, first_letter, flags, keys, values
                    )
        while open_a > 0 and open_b > 0:
            best = np.float32(0.0)
            best_a, best_b = -1, -1
            for a in range(length_a):
                if mate_a[a] >= 0:
                    continue
                for b in range(length_b):
                    if mate_b[b] < 0 and sim[a, b] > best:
                        best = sim[a, b]
                        best_a, best_b = a, b
            if best_a < 0:
                break
            mate_a[best_a], mate_b[best_b] = best_b, best_a
            one, two = items[start_a + best_a], items[start_b + best_b]
            weight = min(rarity[one], rarity[two])
            matched += weight * best
            if not (flags[one] | flags[two]) & 1:
                doubt += weight * (1 - best)
                weakest = min(weakest, best)
            role_a, role_b = roles[start_a + best_a], roles[start_b + best_b]
            if (role_a == 1 and role_b == 3) or (role_a == 3 and role_b == 1):
                crossed += weight
            count += 1
            open_a -= 1
            open_b -= 1
    left_a, left_b = np.float32(0.0), np.float32(0.0)
    for a in range(length_a):
        if mate_a[a] < 0:
            left_a += rarity[items[start_a + a]]
    for b in range(length_b):
        if mate_b[b] < 0:
            left_b += rarity[items[start_b + b]]
    result[0] = matched
    result[1] = min(left_a, left_b) + doubt
    result[2] = abs(left_a - left_b)
    result[3] = weakest if count > 0 else np.float32(0.0)
    result[4] = count
    result[5] = crossed


@numba.njit(cache=True, nogil=True)
def align_pairs(  # type: ignore[no-untyped-def]
    left,
    right,
    name_offsets,
    names,
    quality,
    offsets,
    items,
    roles,
    joined,
    joined_skeleton,
    compact,
    rarity,
    hashes,
    skeleton,
    first_letter,
    flags,
    keys,
    values,
    spoken_offsets,
    spoken,
    out,
    best_left,
    best_right,
):
    """Fill `out` (pairs × COLUMNS) and the best form of either side for record pairs; NaN where a side has no name."""
    sim = np.zeros((LIMIT, LIMIT), dtype=np.float32)
    mate_a, mate_b = np.empty(LIMIT, dtype=np.int32), np.empty(LIMIT, dtype=np.int32)
    result = np.empty(6, dtype=np.float32)
    most = 0
    for record in range(len(name_offsets) - 1):
        most = max(most, name_offsets[record + 1] - name_offsets[record])
    supported_right = np.zeros(most + 1, dtype=np.bool_)
    for pair in range(len(left)):
        first, last = name_offsets[left[pair]], name_offsets[left[pair] + 1]
        first_r, last_r = name_offsets[right[pair]], name_offsets[right[pair] + 1]
        if first == last or first_r == last_r:
            out[pair, :] = np.nan
            best_left[pair] = -1
            best_right[pair] = -1
            continue
        supported_right[: last_r - first_r] = False
        supported_left = 0
        best = np.float32(-1e9)
        best_low, best_high = np.uint64(0), np.uint64(0)
        primary = np.float32(-1.0)
        exact = np.float32(0.0)
        for a in range(first, last):
            form_a = names[a]
            this_supported = False
            for b in range(first_r, last_r):
                form_b = names[b]
                align_forms(
                    offsets[form_a],
                    offsets[form_a + 1],
                    offsets[form_b],
                    offsets[form_b + 1],
                    items,
                    roles,
                    joined,
                    joined_skeleton,
                    rarity,
                    hashes,
                    skeleton,
                    first_letter,
                    flags,
                    keys,
                    values,
                    spoken_offsets,
                    spoken,
                    sim,
                    mate_a,
                    mate_b,
                    result,
                )
                matched, contradicted, omitted = result[0], result[1], result[2]
                total = matched + contradicted + np.float32(_OMITTED) * omitted
                ratio = matched / total if total > 0 else np.float32(0.0)
                if compact[form_a] == compact[form_b]:
                    exact = np.float32(1.0)
                if quality[a] == 0 and quality[b] == 0:
                    primary = max(primary, ratio)
                if ratio >= _SUPPORTED:
                    this_supported = True
                    supported_right[b - first_r] = True
                weaker = max(quality[a], quality[b])
                support = matched - contradicted - np.float32(_OMITTED) * omitted - np.float32(0.5) * weaker
                # of pairs of names that support as well, the one that goes first by what it says
                low, high = min(compact[form_a], compact[form_b]), max(compact[form_a], compact[form_b])
                tied = support == best and (low < best_low or (low == best_low and high < best_high))
                if support > best or tied:
                    best, best_low, best_high = support, low, high
                    out[pair, 0] = matched
                    out[pair, 1] = contradicted
                    out[pair, 2] = omitted
                    out[pair, 3] = result[3]
                    out[pair, 4] = result[4]
                    out[pair, 5] = result[5]
                    out[pair, 9] = weaker
                    best_left[pair] = form_a
                    best_right[pair] = form_b
            if this_supported:
                supported_left += 1
        count_left, count_right = last - first, last_r - first_r
        supported_count = 0
        for b in range(count_right):
            if supported_right[b]:
                supported_count += 1
        if count_left < count_right or (count_left == count_right and supported_left > supported_count):
            share = supported_left / count_left
        else:
            share = supported_count / count_right
        out[pair, 6] = primary
        out[pair, 7] = share
        out[pair, 8] = exact
