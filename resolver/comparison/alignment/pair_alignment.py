"""The alignment kernel: for every record pair, the pair of names that supports it best, and what that alignment says.

For two names, tokens are matched one to one, equal ones first, then by falling similarity; two neighbours that
together spell one token of the other name are matched as one. Weight is rarity in nats. What one name has and the
other lacks is *omitted*; where both have something left over, the lighter side's weight is *contradicted*.
"""

from __future__ import annotations

import numpy as np

from resolver.comparison.alignment.name_pair import align_names
from resolver.comparison.alignment.score_bounds import (
    OMITTED,
    at_most,
    may_join,
    may_meet,
)
from resolver.comparison.alignment.similarity_matrix import (
    LIMIT,
    begin,
    fill_column,
    lay_right,
)
from resolver.kernels.compiler import compiled

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
_SUPPORTED = 0.8
_MARGIN = 0.01
"""More than sums of nats lose to rounding."""


_AHEAD = 64
"""Pairs whose records are touched before any of them is compared, so that waiting for memory overlaps."""


@compiled(allocates=False)
def _lacking(name, met, other, parts, names, cards, tokens, spelling):  # type: ignore[no-untyped-def]
    """Nats of a group's name that no word of the other record answers to. `met`: bit n where the n-th word does;
    `other`: where the other's names begin and end, `tokens` its words; `spelling`: whether neighbours of either may be
    words of the other."""
    lacking = np.float32(0.0)
    start, end = name.start, min(name.end, name.start + LIMIT)
    for place in range(start, end):
        card = cards[parts[place].token]
        if (met >> (place - start)) & 1:
            continue
        if spelling:
            if _joined(max(start, place - 1), min(place + 1, end - 1), parts, cards, tokens):
                continue
            if _of_two(card, other, names, parts):
                continue
        lacking += card.rarity_group
    return lacking


@compiled(allocates=False)
def _joined(first, last, parts, cards, tokens):  # type: ignore[no-untyped-def]
    """Whether a word at one of these places and the next are one word of the other record."""
    for place in range(first, last):
        joined, skeleton = parts[place].joined, parts[place].joined_skeleton
        for token in tokens:
            if (joined != 0 and joined == cards[token].hash) or (
                skeleton != 0 and skeleton == cards[token].skeleton
            ):
                return True
    return False


@compiled(allocates=False)
def _of_two(card, other, names, parts):  # type: ignore[no-untyped-def]
    """Whether two neighbours in a name of the other record are this word."""
    for name in range(other[0], other[1]):
        for place in range(names[name].start, names[name].end - 1):
            part = parts[place]
            if part.joined == card.hash or (
                part.joined_skeleton != 0 and part.joined_skeleton == card.skeleton
            ):
                return True
    return False


@compiled(inline="always", allocates=False)
def _touched(rows, written, columns):  # type: ignore[no-untyped-def]
    """Read a word of all that comparing these records will read."""
    seen = np.int64(0)
    for row in rows:
        head = written.heads[row]
        if head.names < written.heads[row + 1].names:
            start = written.names[head.names].start
            seen += written.parts[start].token + written.parts[start + 1].token
            for place in range(head.tokens, written.heads[row + 1].tokens):
                seen += columns[written.tokens[place]].run
    return seen


@compiled(inline="always", allocates=False)
def _apart(first, last, first_r, last_r, tokens_a, tokens_b, written, words, sheet, spelling):  # type: ignore[no-untyped-def]
    """Nats of a group's principal name that no word of the other record answers to, of the name and the side that has
    the least; -1 where a record has no principal name."""
    names, parts, cards = written.names, written.parts, words.cards
    least_a, least_b = np.float32(-1.0), np.float32(-1.0)
    for name in range(first, last):
        if names[name].quality == 0:
            named, met = sheet.names_left[name - first], 0
            for place in range(named.count):
                at = sheet.words[named.first + place].at
                for token in tokens_b:
                    if sheet.pool[at + sheet.columns[token].start] > 0:
                        met |= 1 << place
                        break
            lacking = _lacking(
                names[name], met, (first_r, last_r), parts, names, cards, tokens_b, spelling
            )
            least_a = lacking if least_a < 0 else min(least_a, lacking)
    for name in range(first_r, last_r):
        if names[name].quality == 0:
            named, met = sheet.names_right[name - first_r], 0
            for place in range(named.count):
                if sheet.words[named.first + place].bits != 0:
                    met |= 1 << place
            lacking = _lacking(
                names[name], met, (first, last), parts, names, cards, tokens_a, spelling
            )
            least_b = lacking if least_b < 0 else min(least_b, lacking)
    return min(least_a, least_b)


@compiled(allocates=False)
def align_pairs(left, right, group, written, words, memo, sheet, out, best_left, best_right):  # type: ignore[no-untyped-def]
    """Fill `out` (pairs × COLUMNS) and the best form of either side for record pairs; NaN where a side has no name.
    `group`: by groups' rarity; `sheet`: a new one. Gives a number that says nothing."""
    names, heads = written.names, written.heads
    result, supported_right = sheet.result, sheet.supported
    run, used, laid = 0, 0, -1
    seen = np.int64(0)
    for pair in range(len(left)):
        if pair % _AHEAD == 0:
            seen += _touched(right[pair : pair + _AHEAD], written, sheet.columns)
        first, last = heads[left[pair]].names, heads[left[pair] + 1].names
        first_r, last_r = heads[right[pair]].names, heads[right[pair] + 1].names
        if first == last or first_r == last_r:
            out[pair, :] = np.nan
            best_left[pair] = -1
            best_right[pair] = -1
            continue
        tokens_a = written.tokens[heads[left[pair]].tokens : heads[left[pair] + 1].tokens]
        tokens_b = written.tokens[heads[right[pair]].tokens : heads[right[pair] + 1].tokens]
        if left[pair] != laid:
            begin(first, last, tokens_a, written, words, group, sheet)
            run, used, laid = run + 1, 0, left[pair]
        if used + len(tokens_a) * len(tokens_b) > len(sheet.pool):
            # no room: columns are made again
            run, used = run + 1, 0
        for token in tokens_b:
            if sheet.columns[token].run != run:
                fill_column(
                    token, first, last, tokens_a, written, words, memo, group, sheet, used, run
                )
                used += len(tokens_a)
        joins, spells = lay_right(first_r, last_r, tokens_a, written, words, sheet)
        supported_right[: last_r - first_r] = False
        supported_left = 0
        best = np.float32(-1e9)
        best_low, best_high = np.uint64(0), np.uint64(0)
        primary = np.float32(-1.0)
        exact = np.float32(0.0)
        for a in range(first, last):
            name_a, named_a = names[a], sheet.names_left[a - first]
            this_supported = False
            for b in range(first_r, last_r):
                name_b, named_b = names[b], sheet.names_right[b - first_r]
                if name_a.compact == name_b.compact:
                    exact = np.float32(1.0)
                weaker = max(name_a.quality, name_b.quality)
                # only of two scripts may two neighbours sound like one word
                mixed = (name_a.scripts | name_b.scripts) == 3
                if may_meet(named_a, named_b) or mixed:
                    if not mixed and not may_join(named_a, named_b):
                        support, ratio = at_most(named_a, named_b, sheet.words)
                        known = this_supported and supported_right[b - first_r]
                        told = known or ratio < np.float32(_SUPPORTED - _MARGIN)
                        if name_a.quality == 0 and name_b.quality == 0:
                            told &= ratio < primary - np.float32(_MARGIN)
                        if told and support - np.float32(0.5) * weaker < best - np.float32(_MARGIN):
                            # whatever it says, another pair of names says more
                            continue
                    align_names(a, b, named_a, named_b, written, words, memo, group, sheet)
                else:
                    if best > 0:
                        # nothing of the one matches anything of the other
                        if name_a.quality == 0 and name_b.quality == 0:
                            primary = max(primary, np.float32(0.0))
                        continue
                    one, two = named_a.total, named_b.total
                    result[:] = 0
                    result[1], result[2] = min(one, two), abs(one - two)
                    result[7] = np.float32(-1.0)
                    result[8] = np.float32(0.0) if result[1] > 0 else np.float32(-1.0)
                matched, contradicted, omitted = result[0], result[1], result[2]
                total = matched + contradicted + OMITTED * omitted
                ratio = matched / total if total > 0 else np.float32(0.0)
                if name_a.quality == 0 and name_b.quality == 0:
                    primary = max(primary, ratio)
                if ratio >= _SUPPORTED:
                    this_supported = True
                    supported_right[b - first_r] = True
                support = matched - contradicted - OMITTED * omitted - np.float32(0.5) * weaker
                # of pairs of names that support as well, the one that goes first by what it says
                low, high = min(name_a.compact, name_b.compact), max(name_a.compact, name_b.compact)
                tied = support == best and (
                    low < best_low or (low == best_low and high < best_high)
                )
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
        if count_left < count_right or (
            count_left == count_right and supported_left > supported_count
        ):
            share = supported_left / count_left
        else:
            share = supported_count / count_right
        out[pair, 13] = np.float32(-1.0)
        if group:
            spelling = (joins | spells) != 0
            out[pair, 13] = _apart(
                first, last, first_r, last_r, tokens_a, tokens_b, written, words, sheet, spelling
            )
        out[pair, 6] = primary
        out[pair, 7] = share
        out[pair, 8] = exact
    return seen
