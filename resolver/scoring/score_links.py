"""Links and score histogram of the scored candidate pairs of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.kernels.number_sets import order_codes
from resolver.records.batch import IntArray
from resolver.records.results.resolution import Band, Links, Outcome
from resolver.scoring.thresholds import Thresholds, scores, threshold_logodds


class ScoredRows(NamedTuple):
    """Pairs of rows, left < right, with log-odds in thousandths."""

    left: IntArray
    right: IntArray
    logodds: npt.NDArray[np.int32]


SCORE_BINS = 50
"""Number of equal bins of a score histogram, from 0 to 1."""
_PAIRS_PER_PART = 1 << 22


def score_histogram(logodds: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Count the pairs in each of 50 equal bins of the score, from 0 to 1."""
    values, counts = _count_logodds(logodds)
    binned, _ = np.histogram(scores(values), bins=SCORE_BINS, range=(0.0, 1.0), weights=counts)
    return binned.astype(np.int64)


def _count_logodds(
    logodds: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the different log-odds, ascending, and how often each occurs: few among many."""
    if not len(logodds):
        none = np.zeros(0, dtype=np.int64)
        return none, none
    lowest, highest = int(logodds.min()), int(logodds.max())
    counts = np.zeros(highest - lowest + 1, dtype=np.int64)
    for part in _parts(logodds):
        counts += np.bincount(part - lowest, minlength=len(counts))
    places = np.flatnonzero(counts)
    return places + lowest, counts[places]


def _parts(logodds: npt.NDArray[np.int32]) -> Iterator[npt.NDArray[np.int32]]:
    """Yield the log-odds in parts, since numbers of all pairs at once need too much memory."""
    return (
        logodds[start : start + _PAIRS_PER_PART]
        for start in range(0, len(logodds), _PAIRS_PER_PART)
    )


def build_links(
    scored: ScoredRows,
    labels: IntArray,
    thresholds: Thresholds,
    different: Sequence[tuple[int, int]],
    entities: ScoredRows,
    stated: IntArray | None = None,
) -> Links:
    """Return the links of a run, sorted by rows.

    Scored pairs of records within an entity have a link from the queue threshold on. Two entities
    that pairs in band match or review connect have one link, at their strongest pair (ties: the
    smallest rows), in its band, with the log-odds of the two `entities`. It waits, however likely.
    There is none where these log-odds are below the queue threshold, unless the records match: then
    they are raised to it.

    `scored` pairs may be in any order; `labels` names the entity of each row by its smallest row,
    as the sorted `entities` do. `different` holds the pairs of rows decided to be different,
    `stated` (n × 2) those that lists state to be.
    """
    left, right, logodds = _select_linked(scored, thresholds)
    band = thresholds.bands(scores(logodds))
    queued_from = threshold_logodds(thresholds.queue)
    within = np.flatnonzero((labels[left] == labels[right]) & (logodds >= queued_from))
    apart = np.array(different, dtype=np.int64).reshape(-1, 2)
    if stated is not None:
        apart = np.concatenate([apart, stated])
    waiting, entity_logodds = _find_entity_links(
        ScoredRows(left, right, logodds), band, labels, entities, thresholds
    )
    places = np.concatenate([within, waiting])
    order = order_codes(places.astype(np.int32), len(left))
    places = places[order]
    link_logodds = np.concatenate([logodds[within], entity_logodds])[order]
    outcome = np.full(len(within), Outcome.MERGED, dtype=np.uint8)
    return Links(
        left[places],
        right[places],
        link_logodds,
        scores(link_logodds),
        band[places],
        np.concatenate([outcome, _entity_outcomes(left[waiting], right[waiting], labels, apart)])[
            order
        ],
    )


def _select_linked(scored: ScoredRows, thresholds: Thresholds) -> ScoredRows:
    """Return the pairs in band match or review, sorted by rows."""
    if not len(scored.logodds):
        return scored
    # bands rise with the log-odds
    values = np.arange(int(scored.logodds.min()), int(scored.logodds.max()) + 1)
    is_linked = np.append(thresholds.bands(scores(values)) != Band.DISTINCT, True)
    linked = np.flatnonzero(scored.logodds >= values[0] + is_linked.argmax())
    keys = _pack(scored.left[linked], scored.right[linked])
    if not np.all(keys[1:] > keys[:-1]):
        linked = linked[np.argsort(keys, kind="stable")]
    return ScoredRows(*(column[linked] for column in scored))


def _find_entity_links(
    linked: ScoredRows,
    band: npt.NDArray[np.uint8],
    labels: IntArray,
    entities: ScoredRows,
    thresholds: Thresholds,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return the places of the pairs that stand for two entities, and the entities' log-odds."""
    first, second = labels[linked.left], labels[linked.right]
    across = np.flatnonzero(first != second)
    keys = _pack(np.minimum(first, second)[across], np.maximum(first, second)[across])
    # pairs are sorted, so a stable sort leaves ties to the smallest rows
    order = np.lexsort((-linked.logodds[across].astype(np.int64), keys))
    distinct, start = np.unique(keys[order], return_index=True)
    strongest = across[order[start]]
    entity_keys = _pack(entities.left, entities.right)
    logodds = entities.logodds[np.searchsorted(entity_keys, distinct)]
    is_match = band[strongest] == Band.MATCH
    queued_from = threshold_logodds(thresholds.queue)
    waits = is_match | (logodds >= queued_from)
    least = np.where(is_match, queued_from, logodds)
    return strongest[waits], np.maximum(logodds, least)[waits]


def _entity_outcomes(
    left: IntArray, right: IntArray, labels: IntArray, apart: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint8]:
    """Return the outcome of links between entities: apart if any of their records must be."""
    outcome = np.full(len(left), Outcome.QUEUED, dtype=np.uint8)
    if len(apart):
        rows = labels[apart]
        forbidden = _pack(rows.min(axis=1), rows.max(axis=1))
        first, second = labels[left], labels[right]
        keys = _pack(np.minimum(first, second), np.maximum(first, second))
        outcome[np.isin(keys, forbidden)] = Outcome.APART
    return outcome


def _pack(left: IntArray, right: IntArray) -> npt.NDArray[np.int64]:
    keys: npt.NDArray[np.int64] = left.astype(np.int64) << 32 | right
    return keys
