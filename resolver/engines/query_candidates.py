"""Candidates of one query among records, as they compete: for `resolver check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from resolver.engines.local import LocalEngine
from resolver.engines.pair_explanation import explain_pair
from resolver.pipeline import resolve
from resolver.records import Batch
from resolver.records.prepared.population import Population
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Outcome, Resolution
from resolver.resolution_task import ResolutionTask
from resolver.run_options import RunOptions
from resolver.scoring import threshold_logodds
from resolver.scoring.competition import add_competition, compete, group_in_review

IdPairs = Iterable[tuple[str, str]]
FindInReview = Callable[[Sequence[str]], IdPairs]
"""Function that returns which of some records are one entity, or in review with each other."""


def _find_no_entities(ids: Sequence[str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class CandidateOptions:
    """Options of a check: those of a run, the population of checks (None: the model knows none),
    how to find candidates that are in review with each other, and their entities by record.
    """

    running: RunOptions
    population: Population | None
    find_in_review: FindInReview
    find_entities: Callable[[Sequence[str]], Mapping[str, str]] = field(default=_find_no_entities)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Why a record may be the query, its entity (empty without a store), and the other records of
    the entity that may be it too, the best first.
    """

    explanation: Explanation
    entity_id: str = ""
    others: tuple[str, ...] = ()


def explain_candidates(
    resolutions: Sequence[Resolution], query_id: str, options: CandidateOptions, limit: int
) -> tuple[list[Candidate], int]:
    """Explain the records linked with a query, after competition: the best `limit`, best first
    (ties by id); and the number of linked ones. Of the records of an entity, only the best.

    `resolutions`: one for each kind that the query may be of; the better score of a record counts.
    Those that competition takes below the review threshold are left out.
    """
    own: dict[str, int] = {}
    batch_of: dict[str, Batch] = {}
    for resolution in resolutions:
        for record_id, logodds in _linked_logodds(resolution, query_id).items():
            if record_id not in own or logodds > own[record_id]:
                own[record_id], batch_of[record_id] = logodds, resolution.batch
    ids = sorted(own, key=lambda record_id: (-own[record_id], record_id))
    place_of = {record_id: place for place, record_id in enumerate(ids)}
    pairs = options.find_in_review(ids) if len(ids) > 1 else ()
    in_review = group_in_review(
        range(len(ids)), [(place_of[left], place_of[right]) for left, right in pairs]
    )
    competitions = compete([own[record_id] for record_id in ids], [True] * len(ids), in_review)
    lowest = threshold_logodds(options.running.thresholds.review)
    ranked = sorted(
        (-competition.logodds, record_id, competition)
        for record_id, competition in zip(ids, competitions, strict=True)
        if competition.logodds >= lowest
    )
    entity_of = options.find_entities([record_id for _, record_id, _ in ranked])
    records_of: dict[str, list[str]] = {}
    for _, record_id, _ in ranked:
        records_of.setdefault(entity_of.get(record_id, record_id), []).append(record_id)
    best = {records[0]: tuple(records[1:]) for records in records_of.values()}
    candidates: list[Candidate] = []
    for _, record_id, (_, weight, others) in ranked:
        if record_id not in best or len(candidates) == limit:
            continue
        batch, running = batch_of[record_id], options.running
        explanation = explain_pair(
            batch, query_id, record_id, running, population=options.population
        )
        explanation = add_competition(explanation, weight, others, options.running.thresholds)
        entity_id = entity_of.get(record_id, "")
        candidates.append(Candidate(explanation, entity_id, best[record_id]))
    return candidates, len(ids)


def resolve_candidates(
    batch: Batch, ids: Sequence[str], deduplicated: Iterable[str], options: RunOptions
) -> list[tuple[str, str]]:
    """Resolve some records of a batch among themselves; return the pairs that are one entity, or in
    review.
    """
    rows = np.flatnonzero(np.isin(batch.ids.to_numpy(zero_copy_only=False), list(ids)))
    part = batch.take(rows).canonical()
    resolution = resolve(ResolutionTask.build(part, sorted(deduplicated), options), LocalEngine())
    links, part_ids = resolution.links, part.ids.to_pylist()
    queued = links.outcome == Outcome.QUEUED
    pairs = [*zip(links.left[queued].tolist(), links.right[queued].tolist(), strict=True)]
    for label in np.unique(resolution.labels):
        members = np.flatnonzero(resolution.labels == label).tolist()
        pairs += [(left, right) for left in members for right in members if left < right]
    return [(part_ids[left], part_ids[right]) for left, right in pairs]


def _linked_logodds(resolution: Resolution, query_id: str) -> dict[str, int]:
    """Return the log-odds (thousandths) of each record that is linked with the query."""
    ids, links = resolution.batch.ids.to_pylist(), resolution.links
    pairs = zip(links.left.tolist(), links.right.tolist(), links.logodds.tolist(), strict=True)
    return {
        ids[right] if ids[left] == query_id else ids[left]: logodds
        for left, right, logodds in pairs
    }
