"""Judgments that contradict each other: set aside, and counted.

Contradictions are one pair judged both ways, and A = B, B = C, A ≠ C. It is unknown which judgment
is wrong, so all judgments of the shortest proof of a contradiction are left out. Labeled clusters
(record id → cluster) overrule judgments.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from resolver.training.data.labeled_pairs import JudgedPair

BOTH_VERDICTS, CONTRADICTING_CHAIN, AGAINST_CLUSTERS = (
    "judged both ways",
    "in a chain that contradicts itself",
    "that the clusters contradict",
)


def quarantine_contradictions(
    judgments: Iterable[JudgedPair], cluster_of: Mapping[str, str] | None = None
) -> tuple[list[JudgedPair], dict[str, int]]:
    """Return the consistent judgments, in order, and the number left out by reason."""
    every, clusters = list(judgments), cluster_of or {}
    verdicts: dict[tuple[str, str], set[bool]] = {}
    for judgment in every:
        verdicts.setdefault(_pair_ids(judgment), set()).add(judgment.same)
    agreed = [judgment for judgment in every if len(verdicts[_pair_ids(judgment)]) == 1]
    allowed = [judgment for judgment in agreed if not _contradicts_clusters(judgment, clusters)]
    remaining = allowed
    while contradiction := _shortest_contradiction(remaining):
        remaining = [judgment for judgment in remaining if _pair_ids(judgment) not in contradiction]
    dropped = {
        BOTH_VERDICTS: len(every) - len(agreed),
        AGAINST_CLUSTERS: len(agreed) - len(allowed),
        CONTRADICTING_CHAIN: len(allowed) - len(remaining),
    }
    return remaining, {reason: count for reason, count in dropped.items() if count}


def _pair_ids(judgment: JudgedPair) -> tuple[str, str]:
    return min(judgment.left, judgment.right), max(judgment.left, judgment.right)


def _contradicts_clusters(judgment: JudgedPair, cluster_of: Mapping[str, str]) -> bool:
    if judgment.left not in cluster_of or judgment.right not in cluster_of:
        return False
    return (cluster_of[judgment.left] == cluster_of[judgment.right]) != judgment.same


def _shortest_contradiction(judgments: Sequence[JudgedPair]) -> set[tuple[str, str]]:
    """Return the pairs of the shortest contradiction (ties by id), or an empty set."""
    neighbors: dict[str, list[str]] = {}
    for judgment in judgments:
        if judgment.same:
            neighbors.setdefault(judgment.left, []).append(judgment.right)
            neighbors.setdefault(judgment.right, []).append(judgment.left)
    shortest: list[str] = []
    for judgment in sorted(
        (judgment for judgment in judgments if not judgment.same), key=_pair_ids
    ):
        path = _shortest_path(*_pair_ids(judgment), neighbors)
        if path and (not shortest or len(path) < len(shortest)):
            shortest = path
    if not shortest:
        return set()
    steps = zip(shortest, [*shortest[1:], shortest[0]], strict=True)
    return {(min(pair), max(pair)) for pair in steps}


def _shortest_path(start: str, end: str, neighbors: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the shortest chain of same-judgments between two records, both included, or []."""
    previous = {start: start}
    queue = deque([start])
    while queue:
        current = queue.popleft()
        if current == end:
            path = [end]
            while path[-1] != start:
                path.append(previous[path[-1]])
            return path
        for neighbor in sorted(neighbors.get(current, ())):
            if neighbor not in previous:
                previous[neighbor] = current
                queue.append(neighbor)
    return []
