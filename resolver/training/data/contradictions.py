"""Judgements that cannot all be right: set aside, and counted.

One pair judged both ways is one; so are A = B, B = C and A ≠ C. Nobody knows which of them is wrong, so all that take
part in the shortest proof of a contradiction are left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from resolver.training.data.labeled_pairs import Judgement

BOTH_WAYS, CHAIN, AGAINST = (
    "judged both ways",
    "in a chain that contradicts itself",
    "that the clusters contradict",
)


def quarantine(
    judgements: Iterable[Judgement], home: Mapping[str, str] | None = None
) -> tuple[list[Judgement], dict[str, int]]:
    """The judgements that can all be right, in order, and how many are left out, by why. `home`: labelled clusters
    (record id → cluster), which count for more than a judgement that contradicts them."""
    held = list(judgements)
    said: dict[tuple[str, str], set[bool]] = {}
    for one in held:
        said.setdefault(_key(one), set()).add(one.same)
    out: dict[str, int] = {}

    def keep(kept: list[Judgement], why: str) -> list[Judgement]:
        if len(kept) < len(held):
            out[why] = out.get(why, 0) + len(held) - len(kept)
        return kept

    held = keep([one for one in held if len(said[_key(one)]) == 1], BOTH_WAYS)
    known = home or {}
    held = keep([one for one in held if not _against(one, known)], AGAINST)
    while odd := _proof(held):
        held = keep([one for one in held if _key(one) not in odd], CHAIN)
    return held, out


def _key(one: Judgement) -> tuple[str, str]:
    return min(one.left, one.right), max(one.left, one.right)


def _against(one: Judgement, home: Mapping[str, str]) -> bool:
    if one.left not in home or one.right not in home:
        return False
    return (home[one.left] == home[one.right]) != one.same


def _proof(judgements: Sequence[Judgement]) -> set[tuple[str, str]]:
    """The pairs of the shortest contradiction (ties by id); empty where there is none."""
    beside: dict[str, list[str]] = {}
    for one in judgements:
        if one.same:
            beside.setdefault(one.left, []).append(one.right)
            beside.setdefault(one.right, []).append(one.left)
    best: list[str] = []
    for one in sorted((one for one in judgements if not one.same), key=_key):
        way = _way(*_key(one), beside)
        if way and (not best or len(way) < len(best)):
            best = way
    if not best:
        return set()
    steps = zip(best, [*best[1:], best[0]], strict=True)
    return {(min(pair), max(pair)) for pair in steps}


def _way(start: str, end: str, beside: Mapping[str, Sequence[str]]) -> list[str]:
    """The shortest chain of sameness from one record to another, both included; empty where there is none."""
    came = {start: start}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == end:
            way = [end]
            while way[-1] != start:
                way.append(came[way[-1]])
            return way
        for there in sorted(beside.get(here, ())):
            if there not in came:
                came[there] = here
                waiting.append(there)
    return []
