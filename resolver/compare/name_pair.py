"""Two names aligned: which word of the one stands for which of the other, and what that says.

Tokens are matched one to one, equal ones first, then by falling similarity; two neighbours that together spell one
token of the other name are matched as one.
"""

from __future__ import annotations

import numba
import numpy as np

from resolver.compare.scripts import alike_across
from resolver.compare.tables import find

LIMIT = 24
"""Words of a name beyond these are left aside."""
JOINED, JOINED_SKELETON, JOINED_ACROSS = 0.98, 0.85, 0.95
"""What two words that spell one of the other name count, by their letters, by their consonants alone, and at most by
their sound where it is of another script."""
_LEAST_JOINED = 0.8


@numba.njit(cache=True, nogil=True, inline="always")
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


@numba.njit(cache=True, nogil=True, inline="always")
def goes_first(start_a, end_a, start_b, end_b, items, hashes):  # type: ignore[no-untyped-def]
    """Whether name a goes before name b, by what they say alone."""
    for place in range(min(end_a - start_a, end_b - start_b)):
        one, two = hashes[items[start_a + place]], hashes[items[start_b + place]]
        if one != two:
            return one < two
    return end_a - start_a < end_b - start_b


@numba.njit(cache=True, nogil=True, inline="always")
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
    flags,
    spoken_offsets,
    spoken,
    likeness,
    local_a,
    step_a,
    local_b,
    step_b,
    sim,
    mate_a,
    mate_b,
    result,
):
    """Align two names. `likeness`: what matching a token of the one record and one of the other is worth (see
    `compare_tokens`). Writes matched, contradicted, omitted, weakest, tokens, crossed into `result`; mates into
    `mate_*` (position of the partner, -1 none); `sim` is scratch."""
    if goes_first(start_b, end_b, start_a, end_a, items, hashes):
        # which name stands left must not matter, not even for ties and the last bit of a sum
        start_a, start_b = start_b, start_a
        end_a, end_b = end_b, end_a
        mate_a, mate_b = mate_b, mate_a
        local_a, local_b = local_b, local_a
        step_a, step_b = step_b, step_a
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
        row = local_a[items[start_a + a]] * step_a
        for b in range(length_b):
            value = likeness[row + local_b[items[start_b + b]] * step_b]
            sim[a, b] = value
            if value == 1 and mate_a[a] < 0 and mate_b[b] < 0:
                mate_a[a], mate_b[b] = b, a
                weight = min(rarity[items[start_a + a]], rarity[items[start_b + b]])
                matched += weight
                role_a, role_b = roles[start_a + a], roles[start_b + b]
                if (role_a == 1 and role_b == 3) or (role_a == 3 and role_b == 1):
                    crossed += weight
                count += 1
                open_a -= 1
                open_b -= 1
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
def compare_tokens(  # type: ignore[no-untyped-def]
    tokens_a, tokens_b, hashes, first_letter, flags, keys, values, local_a, local_b, likeness
):
    """Compare all tokens of two records once: row a × len(tokens_b) + b of `likeness`. `local_*` get the place of each
    token among its record's. Gives `likeness`, or a longer one where it is too short."""
    if len(tokens_a) * len(tokens_b) > len(likeness):
        likeness = np.empty(2 * len(tokens_a) * len(tokens_b), dtype=np.float32)
    for a in range(len(tokens_a)):
        local_a[tokens_a[a]] = a
    for b in range(len(tokens_b)):
        local_b[tokens_b[b]] = b
    place = 0
    for a in range(len(tokens_a)):
        for b in range(len(tokens_b)):
            likeness[place] = token_match(tokens_a[a], tokens_b[b], hashes, first_letter, flags, keys, values)
            place += 1
    return likeness
