"""Rows of the queue for pairs on which nothing was decided, which nearly all are: made as columns, many at once.

What a row says of its two entities depends on what they look like, and entities look alike by the thousand: marks and
consequences are worked out once for each two looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.review.models import Reason
from resolver.review.queue.entity_summary import Glimpse, Looks
from resolver.review.queue.priority import consequence, worths
from resolver.review.queue.queue_access import guard_marks
from resolver.review.queue.waiting_reasons import PLAIN, WHY, plain_reasons
from resolver.scoring import scores
from resolver.store import View
from resolver.store.desk.waiting_pairs import MARKS_LIMIT, WaitingColumns

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plain:
    """Pairs of entities that wait: their numbers, the strongest pair of their records, its log-odds and band, and how
    many pairs wait."""

    low: Numbers
    high: Numbers
    left: Numbers
    right: Numbers
    logodds: Numbers
    band: Numbers
    pairs: Numbers


def plain_columns(
    view: View, pairs: Plain, looks: Looks, times: Mapping[int, int], agency: Mapping[int, str]
) -> WaitingColumns:
    """Their rows. `times`: how often entities were consulted; `agency`: whose each source is."""
    one, two = looks.rows_of(pairs.low), looks.rows_of(pairs.high)
    reason = plain_reasons(pairs.band, pairs.left, pairs.right)
    score = scores(pairs.logodds)
    sorts = np.stack([looks.sort[one], looks.sort[two]], axis=1)
    seen = consulted(times, pairs.low) + consulted(times, pairs.high)

    def hangs(row: Sequence[int]) -> int:
        sources = looks.sorts[row[0]].sources | looks.sorts[row[1]].sources
        return consequence(row[2], len({agency[source] for source in sources}), row[3])

    weight = _by_kind(
        np.column_stack([sorts, looks.records[one] + looks.records[two], seen]), hangs
    )
    rank = np.empty(len(score), dtype=np.int64)
    for place, name in enumerate(PLAIN):
        here = reason == place
        rank[here] = -worths(score[here], name, np.array(weight, dtype=np.int64)[here])
    marks = _by_kind(
        np.column_stack([sorts, reason]),
        lambda row: marks_of(looks.sorts[row[0]], looks.sorts[row[1]], PLAIN[row[2]]),
    )
    return {
        "low": pairs.low.tolist(),
        "high": pairs.high.tolist(),
        "rank": rank.tolist(),
        "left": pairs.left.tolist(),
        "right": pairs.right.tolist(),
        "logodds": pairs.logodds.tolist(),
        "score": score.tolist(),
        "band": pairs.band.tolist(),
        "pairs": pairs.pairs.tolist(),
        "reason": [str(PLAIN[place]) for place in reason.tolist()],
        "since": _since(view, pairs),
        "not_for": [""] * len(score),
        "why": [WHY[PLAIN[place]] for place in reason.tolist()],
        "marks": marks,
    }


def marks_of(one: Glimpse, two: Glimpse, reason: Reason) -> str:
    """What filters look for in a row of two entities."""
    sources, guards = one.sources | two.sources, guard_marks(one.guarded | two.guarded)
    marks = [
        *guards,
        *sorted(one.kinds | two.kinds),
        f"r{reason}",
        *sorted(one.scripts | two.scripts),
    ]
    text = " ".join(["", *marks, *(f"s{source}" for source in sorted(sources))])[: MARKS_LIMIT - 1]
    return f"{text} "


def consulted(times: Mapping[int, int], entities: Numbers) -> Numbers:
    """How often some entities were consulted."""
    if not times:
        return np.zeros(len(entities), dtype=np.int64)
    known = np.array(sorted(times), dtype=np.int64)
    counts = np.array([times[one] for one in known.tolist()], dtype=np.int64)
    place = np.minimum(np.searchsorted(known, entities), len(known) - 1)
    return np.where(known[place] == entities, counts[place], 0)


def _by_kind(rows: Numbers, make: Callable[[Sequence[int]], Any]) -> list[Any]:
    """What is made of each row, once for those that are alike."""
    if not len(rows):
        return []
    # rows as numbers, which sort far faster: each column counts what is left of it
    code = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        _, place = np.unique(column, return_inverse=True)
        _, code = np.unique(code * (int(place.max()) + 1) + place, return_inverse=True)
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    made = [make(row) for row in rows[first].tolist()]
    return [made[one] for one in kind.tolist()]


def _since(view: View, pairs: Plain) -> list[str]:
    """When each first waited; empty where its strongest pair never did."""
    left, right, since = view.queued_since(np.unique(pairs.left).tolist())
    if not len(left):
        return [""] * len(pairs.left)
    span = 1 + max(int(right.max()), int(pairs.right.max(initial=0)))
    known, asked = left * span + right, pairs.left * span + pairs.right
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    versions = np.where(known[place] == asked, since[place], 0)
    landed = view.landed(np.unique(versions).tolist())
    return [landed.get(one, "") for one in versions.tolist()]
