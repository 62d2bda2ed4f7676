"""Links and score histogram of the scored candidate pairs of a run.

`score_histogram` counts all scored pairs. `build_links` selects the pairs of records that a result
shows, with their band and outcome, and adds the scores of the entities that they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.scoring.terms import Thresholds, scores, threshold_logodds
from resolver.records.batch import IntArray
from resolver.records.results.resolution import (
    Band,
    Basis,
    FindJoined,
    JoiningMerges,
    Links,
    Outcome,
)
from resolver.runtime.key_groups import order_codes


class ScoredRows(NamedTuple):
    """Pairs of rows, left < right, with log-odds in thousandths.

    `record_logodds`: log-odds of the two records alone, if other candidates have lowered `logodds`
    (None if they are equal).
    """

    left: IntArray
    right: IntArray
    logodds: npt.NDArray[np.int32]
    record_logodds: npt.NDArray[np.int32] | None = None

    @property
    def own_logodds(self) -> npt.NDArray[np.int32]:
        """Log-odds of the two records alone."""
        return self.logodds if self.record_logodds is None else self.record_logodds

    def select(self, places: npt.NDArray[np.int64]) -> ScoredRows:
        """Return the pairs at some positions."""
        own = None if self.record_logodds is None else self.record_logodds[places]
        return ScoredRows(self.left[places], self.right[places], self.logodds[places], own)


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
    """Return the distinct log-odds, ascending, and how often each occurs; there are few among many
    pairs.
    """
    if not len(logodds):
        none = np.zeros(0, dtype=np.int64)
        return none, none
    lowest, highest = int(logodds.min()), int(logodds.max())
    counts = np.zeros(highest - lowest + 1, dtype=np.int64)
    for part in _parts(logodds):
        counts += np.bincount(part - lowest, minlength=len(counts))
    indices = np.flatnonzero(counts)
    return indices + lowest, counts[indices]


def _parts(logodds: npt.NDArray[np.int32]) -> Iterator[npt.NDArray[np.int32]]:
    """Yield the log-odds in parts, since numbers of all pairs at once need too much memory."""
    return (
        logodds[start : start + _PAIRS_PER_PART]
        for start in range(0, len(logodds), _PAIRS_PER_PART)
    )


class ApartRows(NamedTuple):
    """Pairs of rows that are apart: pairs decided to be different, and pairs stated to be different
    (n × 2).
    """

    different: Sequence[tuple[int, int]]
    stated: IntArray | None = None


def build_links(
    scored: ScoredRows,
    labels: IntArray,
    thresholds: Thresholds,
    apart: ApartRows,
    entities: ScoredRows,
    *,
    rivals: IntArray | None = None,
    find_joined: FindJoined | None = None,
) -> Links:
    """Return the links of a run, sorted by rows.

    - Within an entity, each pair of records at or above the queue threshold has a link. Its
      log-odds are those of the merge that joined the two records. `find_joined` looks up this
      merge; None takes the log-odds of the records.
    - Two entities have one link if pairs in band match or review connect them. The link is at their
      strongest pair (ties: the smallest rows), and has the log-odds of the two `entities`. The two
      entities then wait for a steward, however likely it is that they are one. If these log-odds
      are below the queue threshold, there is no link. There are three exceptions. If the records
      match, the log-odds are raised to the threshold. An ambiguous pair always has a link. A pair
      that is below the threshold only because of competition with other candidates has a link, too.

    `scored` pairs may be in any order. `labels` names the entity of each row by its smallest row,
    as the sorted `entities` do. `rivals` has, for each pair of entities, a row of a third entity
    that one of the two matches about as well (-1: none).
    """
    linked = _select_linked(scored, thresholds)
    left, right, own_logodds = linked.left, linked.right, linked.own_logodds
    queued_from = threshold_logodds(thresholds.queue)
    within = np.flatnonzero((labels[left] == labels[right]) & (own_logodds >= queued_from))
    joined = _find_within(linked, within, find_joined)
    waiting = _find_entity_links(linked, labels, entities, rivals, thresholds)
    outcome, basis = _judge_entities(linked, waiting, labels, apart, thresholds)
    places = np.concatenate([within, waiting.places])
    order = order_codes(places.astype(np.int32), len(left))
    places = places[order]
    decided = np.concatenate([joined.logodds, waiting.logodds])[order].astype(np.int32)
    merged = np.full(len(within), Outcome.MERGED, dtype=np.uint8)
    no_rivals = np.full(len(within), -1, dtype=np.int32)
    score = scores(decided)
    return Links(
        left[places],
        right[places],
        decided,
        score,
        thresholds.bands(score),
        np.concatenate([merged, outcome])[order],
        own_logodds[places],
        np.concatenate([joined.basis, basis])[order],
        np.concatenate([no_rivals, waiting.rival])[order],
    )


def _find_within(
    linked: ScoredRows, within: npt.NDArray[np.int64], find_joined: FindJoined | None
) -> JoiningMerges:
    """Return the merges that joined pairs within entities. If a merge was not weighed, it has the
    log-odds of the records.
    """
    logodds = linked.logodds[within]
    if find_joined is None:
        basis = np.full(len(within), Basis.RECORDS, dtype=np.uint8)
        return JoiningMerges(logodds, basis, np.ones(len(within), dtype=bool))
    joined = find_joined(linked.left[within], linked.right[within])
    return joined._replace(logodds=np.where(joined.is_weighed, joined.logodds, logodds))


def _select_linked(scored: ScoredRows, thresholds: Thresholds) -> ScoredRows:
    """Return the pairs in band match or review, sorted by rows."""
    if not len(scored.logodds):
        return scored
    # bands rise with the log-odds
    own = scored.own_logodds
    values = np.arange(int(own.min()), int(own.max()) + 1)
    is_linked = np.append(thresholds.bands(scores(values)) != Band.DISTINCT, True)
    linked = np.flatnonzero(own >= values[0] + is_linked.argmax())
    keys = _pack(scored.left[linked], scored.right[linked])
    if not np.all(keys[1:] > keys[:-1]):
        linked = linked[np.argsort(keys, kind="stable")]
    return scored.select(linked)


class _EntityLinks(NamedTuple):
    """Links between entities: positions of the pairs that name them, and log-odds and rivals of the
    entities.
    """

    places: npt.NDArray[np.int64]
    logodds: npt.NDArray[np.int32]
    rival: IntArray


def _find_entity_links(
    linked: ScoredRows,
    labels: IntArray,
    entities: ScoredRows,
    rivals: IntArray | None,
    thresholds: Thresholds,
) -> _EntityLinks:
    """Return the links of entities, named by the pairs of records that represent them."""
    first, second = labels[linked.left], labels[linked.right]
    across = np.flatnonzero(first != second)
    keys = _pack(np.minimum(first, second)[across], np.maximum(first, second)[across])
    # pairs are sorted, so in ties a stable sort puts the smallest rows first
    order = np.lexsort((-linked.logodds[across].astype(np.int64), keys))
    distinct, start = np.unique(keys[order], return_index=True)
    strongest = across[order[start]]
    indices = np.searchsorted(_pack(entities.left, entities.right), distinct)
    logodds = entities.logodds[indices]
    rival = np.full(len(indices), -1, dtype=np.int32) if rivals is None else rivals[indices]
    is_match = linked.logodds[strongest] >= threshold_logodds(thresholds.match)
    is_match |= rival >= 0
    queued_from = threshold_logodds(thresholds.queue)
    waits = is_match | (logodds >= queued_from)
    least = np.where(is_match, queued_from, logodds)
    if linked.record_logodds is not None:
        # if many candidates fit equally, each is unlikely, but one of them may be right
        contested = linked.logodds[strongest]
        own = linked.record_logodds[strongest]
        waits |= (contested < own) & (own >= queued_from)
        is_many = contested < threshold_logodds(thresholds.review)
        logodds = np.where(is_many, np.minimum(logodds, contested), logodds)
        least = np.where(is_many, logodds, least)
    return _EntityLinks(strongest[waits], np.maximum(logodds, least)[waits], rival[waits])


def _judge_entities(
    linked: ScoredRows,
    waiting: _EntityLinks,
    labels: IntArray,
    apart: ApartRows,
    thresholds: Thresholds,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return the outcome of links between entities, and its basis. Two entities are apart if any of
    their records must be.
    """
    match_from = threshold_logodds(thresholds.match)
    is_record_match = linked.logodds[waiting.places] >= match_from
    basis = np.where(is_record_match, Basis.CONTRADICTION, Basis.SCORE).astype(np.uint8)
    basis[waiting.logodds >= match_from] = Basis.OTHERS
    basis[waiting.rival >= 0] = Basis.AMBIGUOUS
    outcome = np.full(len(basis), Outcome.QUEUED, dtype=np.uint8)
    first, second = labels[linked.left[waiting.places]], labels[linked.right[waiting.places]]
    keys = _pack(np.minimum(first, second), np.maximum(first, second))
    different = np.array(apart.different, dtype=np.int64).reshape(-1, 2)
    for pairs, reason in ((apart.stated, Basis.STATEMENT), (different, Basis.DECISION)):
        if pairs is not None and len(pairs):
            rows = labels[pairs]
            is_apart = np.isin(keys, _pack(rows.min(axis=1), rows.max(axis=1)))
            outcome[is_apart], basis[is_apart] = Outcome.APART, reason
    return outcome, basis


def _pack(left: IntArray, right: IntArray) -> npt.NDArray[np.int64]:
    keys: npt.NDArray[np.int64] = left.astype(np.int64) << 32 | right
    return keys
