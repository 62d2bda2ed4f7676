"""The alignment kernel: for every record pair, the pair of names that supports it best, and what that alignment says.

For two names, tokens are matched one to one, equal ones first, then by falling similarity; two neighbours that
together spell one token of the other name are matched as one. Weight is rarity in nats. What one name has and the
other lacks is *omitted*; where both have something left over, the lighter side's weight is *contradicted*.
"""

from __future__ import annotations

import numpy as np

from resolver.compare.name_pair import LIMIT, align_forms
from resolver.compare.words import compare_tokens
from resolver.records.compiled import compiled

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
    "established",
    "initials",
    "sides",
    "apart",
)
"""What `align_pairs` writes per pair: nats matched, contradicted and omitted in the best name pair; the least
similarity of a matched token; how many tokens matched; nats matched between a given and a family name; the best
agreement ratio between two primary names (-1 where a side has none); the share of the shorter list of names that some
name of the other supports; 1 where a name is the same set of words; the quality (`NameQuality`) of the weaker name of
the best pair; nats of matched words that are two established names; initials that stand for nothing of the other name
(0 where that has something else left over, 0.5 where not, 1 none, -1 no initials); which part of the name contradicts
(`name_pair.SIDES`, -1 none or not known); nats of the principal name that nothing in any name of the other record
answers to, of the side that has less of them (-1 where a side has no principal name, and for persons)."""
_OMITTED = 0.2
_SUPPORTED = 0.8


_AHEAD = 64
"""Pairs whose records are touched before any of them is compared, so that waiting for memory overlaps."""


@compiled(inline="always")
def _bit(hashed):  # type: ignore[no-untyped-def]
    return np.uint64(1) << (np.uint64(hashed) >> np.uint64(58))


@compiled(inline="always")
def _sketch(tokens, cards):  # type: ignore[no-untyped-def]
    """A bit for each token's hash and skeleton."""
    bits = np.uint64(0)
    for token in tokens:
        bits |= _bit(cards[token].hash) | _bit(cards[token].skeleton)
    return bits


@compiled(inline="always")
def _reach(first, last, names, parts, cards, group, local, hit, bits, reaches, joins, totals):  # type: ignore[no-untyped-def]
    """For each name of a record: whether a token of it matches any token of the other record, whether two neighbours
    may be one there, and its whole weight in nats."""
    for name in range(first, last):
        start, end = names[name].start, min(names[name].end, names[name].start + LIMIT)
        reach, join, total = False, False, np.float32(0.0)
        for place in range(start, end):
            token = parts[place].token
            reach |= hit[local[token]]
            total += cards[token].rarity_group if group else cards[token].rarity_person
            if place + 1 < end:
                join |= (_bit(parts[place].joined) | _bit(parts[place].joined_skeleton)) & bits != 0
        reaches[name - first], joins[name - first], totals[name - first] = reach, join, total


@compiled()
def _apart(own, other, names, parts, cards, local, hit, tokens):  # type: ignore[no-untyped-def]
    """Nats of a group's principal name that no word of the other record answers to, of the name that has the least; -1
    where the record has no principal name. `own`, `other`: where the names of either begin and end; `tokens` of the
    other."""
    least = np.float32(-1.0)
    for name in range(own[0], own[1]):
        if names[name].quality != 0:
            continue
        lacking = np.float32(0.0)
        start, end = names[name].start, min(names[name].end, names[name].start + LIMIT)
        for place in range(start, end):
            card = cards[parts[place].token]
            if hit[local[parts[place].token]]:
                continue
            if _joined(max(start, place - 1), min(place + 1, end - 1), parts, cards, tokens):
                continue
            if not _of_two(card, other, names, parts):
                lacking += card.rarity_group
        least = lacking if least < 0 else min(least, lacking)
    return least


@compiled()
def _joined(first, last, parts, cards, tokens):  # type: ignore[no-untyped-def]
    """Whether a word at one of these places and the next are one word of the other record."""
    for place in range(first, last):
        joined, skeleton = parts[place].joined, parts[place].joined_skeleton
        for token in tokens:
            if (joined != 0 and joined == cards[token].hash) or (skeleton != 0 and skeleton == cards[token].skeleton):
                return True
    return False


@compiled()
def _of_two(card, other, names, parts):  # type: ignore[no-untyped-def]
    """Whether two neighbours in a name of the other record are this word."""
    for name in range(other[0], other[1]):
        for place in range(names[name].start, names[name].end - 1):
            part = parts[place]
            if part.joined == card.hash or (part.joined_skeleton != 0 and part.joined_skeleton == card.skeleton):
                return True
    return False


@compiled(inline="always")
def _touched(rows, written, cards):  # type: ignore[no-untyped-def]
    """Read a word of all that comparing these records will read."""
    seen = np.int64(0)
    for row in rows:
        head = written.heads[row]
        if head.names < written.heads[row + 1].names:
            start = written.names[head.names].start
            seen += written.parts[start].token + written.parts[start + 1].token
            for place in range(head.tokens, written.heads[row + 1].tokens):
                seen += cards[written.tokens[place]].flags
    return seen


@compiled()
def align_pairs(left, right, group, written, words, memo, out, best_left, best_right):  # type: ignore[no-untyped-def]
    """Fill `out` (pairs × COLUMNS) and the best form of either side for record pairs; NaN where a side has no name.
    `group`: by groups' rarity. Gives a number that says nothing."""
    cards, names, parts, heads = words.cards, written.names, written.parts, written.heads
    sim = np.zeros((LIMIT, LIMIT), dtype=np.float32)
    mates = np.empty((2, LIMIT), dtype=np.int32)
    result = np.empty(9, dtype=np.float32)
    most, most_tokens = written.most[0], written.most[1]
    supported_right = np.zeros(most + 1, dtype=np.bool_)
    local = np.empty((2, len(cards)), dtype=np.int32)
    hit_a, hit_b = np.empty(most_tokens, dtype=np.bool_), np.empty(most_tokens, dtype=np.bool_)
    reach_a, reach_b = np.empty(most, dtype=np.bool_), np.empty(most, dtype=np.bool_)
    join_a, join_b = np.empty(most, dtype=np.bool_), np.empty(most, dtype=np.bool_)
    total_a, total_b = np.empty(most, dtype=np.float32), np.empty(most, dtype=np.float32)
    likeness = np.empty(1024, dtype=np.float32)
    seen = np.int64(0)
    for pair in range(len(left)):
        if pair % _AHEAD == 0:
            seen += _touched(right[pair : pair + _AHEAD], written, cards)
        first, last = heads[left[pair]].names, heads[left[pair] + 1].names
        first_r, last_r = heads[right[pair]].names, heads[right[pair] + 1].names
        if first == last or first_r == last_r:
            out[pair, :] = np.nan
            best_left[pair] = -1
            best_right[pair] = -1
            continue
        tokens_a = written.tokens[heads[left[pair]].tokens : heads[left[pair] + 1].tokens]
        tokens_b = written.tokens[heads[right[pair]].tokens : heads[right[pair] + 1].tokens]
        step = len(tokens_b)
        if len(tokens_a) * step > len(likeness):
            likeness = np.empty(2 * len(tokens_a) * step, dtype=np.float32)
        compare_tokens(tokens_a, tokens_b, words, memo, likeness)
        for a in range(len(tokens_a)):
            local[0, tokens_a[a]] = a
        for b in range(step):
            local[1, tokens_b[b]] = b
        hit_a[: len(tokens_a)] = False
        hit_b[: len(tokens_b)] = False
        for a in range(len(tokens_a)):
            for b in range(step):
                if likeness[a * step + b] > 0:
                    hit_a[a] = hit_b[b] = True
        bits_a, bits_b = _sketch(tokens_a, cards), _sketch(tokens_b, cards)
        _reach(first, last, names, parts, cards, group, local[0], hit_a, bits_b, reach_a, join_a, total_a)
        _reach(first_r, last_r, names, parts, cards, group, local[1], hit_b, bits_a, reach_b, join_b, total_b)
        supported_right[: last_r - first_r] = False
        supported_left = 0
        best = np.float32(-1e9)
        best_low, best_high = np.uint64(0), np.uint64(0)
        primary = np.float32(-1.0)
        exact = np.float32(0.0)
        for a in range(first, last):
            name_a = names[a]
            this_supported = False
            for b in range(first_r, last_r):
                name_b = names[b]
                meet = reach_a[a - first] and reach_b[b - first_r]
                # only of two scripts may two neighbours sound like one word
                if meet or (name_a.scripts | name_b.scripts) == 3 or join_a[a - first] or join_b[b - first_r]:
                    align_forms(a, b, written, words, memo, group, likeness, step, local, sim, mates, result)
                else:
                    # nothing of the one matches anything of the other
                    one, two = total_a[a - first], total_b[b - first_r]
                    result[:] = 0
                    result[1], result[2] = min(one, two), abs(one - two)
                    result[7] = np.float32(-1.0)
                    result[8] = np.float32(0.0) if result[1] > 0 else np.float32(-1.0)
                matched, contradicted, omitted = result[0], result[1], result[2]
                total = matched + contradicted + np.float32(_OMITTED) * omitted
                ratio = matched / total if total > 0 else np.float32(0.0)
                if name_a.compact == name_b.compact:
                    exact = np.float32(1.0)
                if name_a.quality == 0 and name_b.quality == 0:
                    primary = max(primary, ratio)
                if ratio >= _SUPPORTED:
                    this_supported = True
                    supported_right[b - first_r] = True
                weaker = max(name_a.quality, name_b.quality)
                support = matched - contradicted - np.float32(_OMITTED) * omitted - np.float32(0.5) * weaker
                # of pairs of names that support as well, the one that goes first by what it says
                low, high = min(name_a.compact, name_b.compact), max(name_a.compact, name_b.compact)
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
                    out[pair, 10] = result[6]
                    out[pair, 11] = result[7]
                    out[pair, 12] = result[8]
                    best_left[pair] = name_a.form
                    best_right[pair] = name_b.form
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
        out[pair, 13] = np.float32(-1.0)
        if group:
            mine, theirs = (first, last), (first_r, last_r)
            apart = _apart(mine, theirs, names, parts, cards, local[0], hit_a, tokens_b)
            out[pair, 13] = min(apart, _apart(theirs, mine, names, parts, cards, local[1], hit_b, tokens_a))
        out[pair, 6] = primary
        out[pair, 7] = share
        out[pair, 8] = exact
    return seen
