"""The alignment kernel: for every record pair, the pair of names that supports it best, and what that alignment says.

For two names, tokens are matched one to one, equal ones first, then by falling similarity; two neighbours that
together spell one token of the other name are matched as one. Weight is rarity in nats. What one name has and the
other lacks is *omitted*; where both have something left over, the lighter side's weight is *contradicted*.
"""

from __future__ import annotations

import numba
import numpy as np

from resolver.compare.name_pair import LIMIT, align_forms, compare_tokens

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
_OMITTED = 0.2
_SUPPORTED = 0.8


@numba.njit(cache=True, nogil=True, inline="always")
def _bit(hashed):  # type: ignore[no-untyped-def]
    return np.uint64(1) << (np.uint64(hashed) >> np.uint64(58))


@numba.njit(cache=True, nogil=True)
def _sketch(tokens, hashes, skeleton, flags):  # type: ignore[no-untyped-def]
    """A bit for each token's hash and skeleton, and whether there are tokens of another script."""
    bits = np.uint64(0)
    foreign = False
    for token in tokens:
        bits |= _bit(hashes[token]) | _bit(skeleton[token])
        foreign |= (flags[token] & 64) != 0
    return bits, foreign


@numba.njit(cache=True, nogil=True)
def _reach(  # type: ignore[no-untyped-def]
    first, last, names, offsets, items, joined, joined_skeleton, rarity, local, hit, bits, reaches, joins, totals
):
    """For each name of a record: whether a token of it matches any token of the other record, whether two neighbours
    may be one there, and its whole weight in nats."""
    for name in range(first, last):
        start = offsets[names[name]]
        end = min(offsets[names[name] + 1], start + LIMIT)
        reach, join, total = False, False, np.float32(0.0)
        for place in range(start, end):
            reach |= hit[local[items[place]]]
            total += rarity[items[place]]
            if place + 1 < end:
                join |= (_bit(joined[place]) | _bit(joined_skeleton[place])) & bits != 0
        reaches[name - first], joins[name - first], totals[name - first] = reach, join, total


@numba.njit(cache=True, nogil=True)
def align_pairs(  # type: ignore[no-untyped-def]
    left,
    right,
    token_offsets,
    record_tokens,
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
    most, most_tokens = 0, 0
    for record in range(len(name_offsets) - 1):
        most = max(most, name_offsets[record + 1] - name_offsets[record])
        most_tokens = max(most_tokens, token_offsets[record + 1] - token_offsets[record])
    supported_right = np.zeros(most + 1, dtype=np.bool_)
    local_a, local_b = np.empty(len(hashes), dtype=np.int32), np.empty(len(hashes), dtype=np.int32)
    hit_a, hit_b = np.empty(most_tokens, dtype=np.bool_), np.empty(most_tokens, dtype=np.bool_)
    reach_a, reach_b = np.empty(most, dtype=np.bool_), np.empty(most, dtype=np.bool_)
    join_a, join_b = np.empty(most, dtype=np.bool_), np.empty(most, dtype=np.bool_)
    total_a, total_b = np.empty(most, dtype=np.float32), np.empty(most, dtype=np.float32)
    likeness = np.empty(1024, dtype=np.float32)
    for pair in range(len(left)):
        first, last = name_offsets[left[pair]], name_offsets[left[pair] + 1]
        first_r, last_r = name_offsets[right[pair]], name_offsets[right[pair] + 1]
        if first == last or first_r == last_r:
            out[pair, :] = np.nan
            best_left[pair] = -1
            best_right[pair] = -1
            continue
        tokens_a = record_tokens[token_offsets[left[pair]] : token_offsets[left[pair] + 1]]
        tokens_b = record_tokens[token_offsets[right[pair]] : token_offsets[right[pair] + 1]]
        likeness = compare_tokens(
            tokens_a, tokens_b, hashes, first_letter, flags, keys, values, local_a, local_b, likeness
        )
        step = len(tokens_b)
        hit_a[: len(tokens_a)] = False
        hit_b[: len(tokens_b)] = False
        for a in range(len(tokens_a)):
            for b in range(step):
                if likeness[a * step + b] > 0:
                    hit_a[a] = hit_b[b] = True
        bits_a, foreign_a = _sketch(tokens_a, hashes, skeleton, flags)
        bits_b, foreign_b = _sketch(tokens_b, hashes, skeleton, flags)
        across = foreign_a or foreign_b
        _reach(
            first, last, names, offsets, items, joined, joined_skeleton, rarity, local_a, hit_a, bits_b, reach_a,
            join_a, total_a,
        )  # fmt: skip
        _reach(
            first_r, last_r, names, offsets, items, joined, joined_skeleton, rarity, local_b, hit_b, bits_a, reach_b,
            join_b, total_b,
        )  # fmt: skip
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
                meet = reach_a[a - first] and reach_b[b - first_r]
                if meet or across or join_a[a - first] or join_b[b - first_r]:
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
                        flags,
                        spoken_offsets,
                        spoken,
                        likeness,
                        local_a,
                        step,
                        local_b,
                        1,
                        sim,
                        mate_a,
                        mate_b,
                        result,
                    )
                else:
                    # nothing of the one matches anything of the other
                    one, two = total_a[a - first], total_b[b - first_r]
                    result[:] = 0
                    result[1], result[2] = min(one, two), abs(one - two)
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
