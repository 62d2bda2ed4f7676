"""What two names in a sheet can say at most, told before they are aligned (`sheet.NAMED`)."""

from __future__ import annotations

import numpy as np

from resolver.kernels.compiler import compiled

OMITTED = np.float32(0.2)
"""What a nat that one name leaves out counts of one that contradicts."""


@compiled(inline="always", allocates=False)
def has(bits, place):  # type: ignore[no-untyped-def]
    """Whether a set of 64 bits may hold something at a place."""
    return (bits >> np.uint64(place & 63)) & np.uint64(1) != 0


@compiled(inline="always", allocates=False)
def may_meet(left, right):  # type: ignore[no-untyped-def]
    """Whether anything of two names in a sheet may match; neighbours that sound like a word of another script apart."""
    return left.bits & (right.bits | right.spells) != 0 or has(right.joins, left.place)


@compiled(inline="always", allocates=False)
def may_join(left, right):  # type: ignore[no-untyped-def]
    """Whether two neighbours of the one may be a word of the other, or a word of the one the beginning of another."""
    return left.bits & (right.spells | right.begins) != 0 or has(right.joins, left.place)


@compiled(inline="always", allocates=False)
def at_most(left, right, words):  # type: ignore[no-untyped-def]
    """Limits of what two names in a sheet may say where nothing is joined or cut off: what agrees less what does not
    (but for their quality), and the share that agrees. Only words that are worth something beside some word of the
    other can agree, and each agrees for no more than its weight."""
    left_met, right_met = np.float32(0.0), np.float32(0.0)
    for place in range(left.first, left.first + left.count):
        if words[place].bits & right.bits != 0:
            left_met += words[place].weight
    for place in range(right.first, right.first + right.count):
        if words[place].bits & left.bits != 0:
            right_met += words[place].weight
    over_left, over_right = left.total - left_met, right.total - right_met
    matched = min(left_met, right_met)
    # what one has left over is omitted, what both have is contradicted
    lost = OMITTED * max(over_left, over_right) + (np.float32(1.0) - OMITTED) * min(
        over_left, over_right
    )
    total = matched + lost
    return matched - lost, matched / total if total > 0 else np.float32(1.0)
