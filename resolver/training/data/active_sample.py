"""Active learning: select the pairs whose judgment by a steward teaches the model most.

A pair teaches most if the model is unsure of it (uncertainty sampling, Lewis and Gale 1994) and no
similar pair was selected yet. Half of the pairs are selected one by one, by uncertainty times
distance from the pairs selected before. Distance is measured in weights of evidence, so fifty pairs
of one pattern are not selected. The other half is drawn at random from all candidates, because a
model that is trained only on hard cases forgets the easy ones.

Queue picks do this in a store: they mark the least certain waiting pairs with the most different
evidence. A mark holds until the pair is decided or either side changes. Selecting again removes
earlier marks. The queue itself draws the random pairs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.engines.local import fit_models
from resolver.hub.hub import Hub
from resolver.matching.blocking import choose_plan_by_size, join_candidates
from resolver.matching.comparators import compare
from resolver.matching.pipeline import compare_and_score, normalize
from resolver.matching.resolution_task import ModelSet, RunOptions, choose_plan
from resolver.matching.scoring import Model, interval_indices, scores
from resolver.matching.scoring.model import choose_model_kinds
from resolver.models import loader
from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records import KIND_BY_LABEL, Batch
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, PreparedBatch
from resolver.records.results.resolution import Band
from resolver.records.visibility import STRANGER, Viewer
from resolver.review import refresh_queue
from resolver.review.queue_filters import visible_rows_filter

POOL_SIZE = 20_000
"""Number of least certain pairs from which the sample is selected."""
Floats = npt.NDArray[np.float64]
_HALF_GAIN_DISTANCE = 1.0
"""Distance in log-odds at which a pair counts half as much as one far away."""
_REPEAT_FACTOR = 0.5
"""Factor for each selected pair that shares a record with the pair."""


@dataclass(frozen=True, slots=True)
class SampledPair:
    """Pair to judge, with `left_id` < `right_id`, its current score and its band.

    `is_random` is true for pairs that were drawn at random.
    """

    left_id: str
    right_id: str
    score: float
    band: Band
    is_random: bool


def sample_pairs(
    batch: Batch,
    options: RunOptions,
    count: int,
    deduplicated: Sequence[str] = (),
    excluded: Collection[tuple[str, str]] = (),
) -> list[SampledPair]:
    """Return at most `count` candidate pairs of a canonical batch for stewards to judge.

    Selected pairs come first, the most informative first; then pairs drawn at random. Pairs in
    `excluded` (ids, smaller first) are left out. The same batch, model and count give the same
    pairs.
    """
    models = fit_models(batch, options, deduplicated)
    prepared = normalize(batch, models, deduplicated)
    pairs, _ = join_candidates(
        prepared, choose_plan(options, len(batch), choose_plan_by_size(len(batch)))
    )
    ids = batch.ids.to_pylist()
    names = NameIndex.of(prepared)
    logodds = compare_and_score(prepared, names, models, pairs.left, pairs.right, options.workers)
    unsure = uncertainty(logodds)
    if excluded:
        excluded_ids = {(left_row, right_row) for left_row, right_row in excluded}
        rows = zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        unsure[
            np.array(
                [(ids[left_row], ids[right_row]) in excluded_ids for left_row, right_row in rows],
                dtype=bool,
            )
        ] = -1.0
    pool = np.sort(np.argsort(-unsure, kind="stable")[:POOL_SIZE])
    pool = pool[unsure[pool] > 0]
    left, right = pairs.left[pool], pairs.right[pool]
    weights = weight_patterns(prepared, names, models, left, right)
    picked = pool[select_diverse_rows(unsure[pool], weights, left, right, (count + 1) // 2)]
    chosen = np.concatenate([picked, draw_random_rows(unsure >= 0, picked, count - len(picked))])
    score = scores(logodds[chosen])
    bands = options.thresholds.bands(score)
    return [
        SampledPair(
            ids[pairs.left[row]],
            ids[pairs.right[row]],
            float(value),
            Band(int(band)),
            number >= len(picked),
        )
        for number, (row, value, band) in enumerate(zip(chosen.tolist(), score, bands, strict=True))
    ]


def uncertainty(logodds: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Return the uncertainty of scores: 1 for a score of one half, falling to 0 for certain
    scores.
    """
    score = scores(logodds)
    unsure: npt.NDArray[np.float64] = 4 * score * (1 - score)
    return unsure


def weight_patterns(
    prepared: PreparedBatch, names: NameIndex, models: ModelSet, left: IntArray, right: IntArray
) -> FloatArray:
    """Return the weights of each evidence row (log-odds) for each pair, as one block of columns for
    each kind.
    """
    model_kind = choose_model_kinds(prepared.kinds, left, right)
    blocks = []
    for number, kind in enumerate(loader.KINDS):
        model = models.models[kind]
        rows = np.flatnonzero(model_kind == int(KIND_BY_LABEL[kind]))
        block = np.zeros((len(left), len(model.terms) + len(model.pairs) + 1), dtype=np.float32)
        if len(rows):
            context = Context(
                prepared,
                names,
                left[rows],
                right[rows],
                kind != "person",
                frequencies=models.tables,
            )
            evidence = compare(context, model.features)
            block[rows, :-1] = term_contributions(model, evidence)
            # this keeps pairs of different kinds far apart
            block[rows, -1] = 10.0 * (number + 1)
        blocks.append(block)
    return np.concatenate(blocks, axis=1)


def draw_random_rows(
    usable: npt.NDArray[np.bool_], picked: npt.NDArray[np.int64], count: int, seed: int = 7
) -> npt.NDArray[np.int64]:
    """Return at most `count` usable rows that were not selected, drawn at random."""
    left = np.setdiff1d(np.flatnonzero(usable), picked)
    return np.random.default_rng(seed).choice(left, min(count, len(left)), replace=False)


def term_contributions(model: Model, evidence: FloatArray) -> FloatArray:
    """Return the log-odds that each term and pair term adds: m × (terms + pairs)."""
    column_of = {name: column for column, name in enumerate(model.features)}
    columns = [
        np.array(term.weights, dtype=np.float32)[
            interval_indices(evidence[:, column_of[term.feature]], term.cuts)
        ]
        for term in model.terms
    ]
    for pair in model.pairs:
        intervals = [
            interval_indices(evidence[:, column_of[name]], cuts)
            for name, cuts in zip(pair.features, pair.cuts, strict=True)
        ]
        columns.append(np.array(pair.weights, dtype=np.float32)[intervals[0], intervals[1]])
    if not columns:
        return np.zeros((len(evidence), 0), dtype=np.float32)
    return np.stack(columns, axis=1) / np.float32(1000)


def select_diverse_rows(
    unsure: Floats, patterns: FloatArray, left: IntArray, right: IntArray, count: int
) -> npt.NDArray[np.int64]:
    """Return the selected rows in order; each has the largest uncertainty × distance from the rows
    before it, and the first of equal rows counts.
    """
    distance = np.full(len(unsure), np.inf)
    gain = unsure.copy()
    repeat_factor = np.ones(len(unsure))
    chosen: list[int] = []
    while len(chosen) < min(count, len(unsure)):
        best = int(np.argmax(gain))
        chosen.append(best)
        distance = np.minimum(distance, np.sqrt(((patterns - patterns[best]) ** 2).sum(axis=1)))
        records = left[best], right[best]
        repeat_factor[np.isin(left, records) | np.isin(right, records)] *= _REPEAT_FACTOR
        # rows at distance 0 teach little, but they rank above rows that are already chosen
        gain = unsure * repeat_factor * (1e-6 + distance / (distance + _HALF_GAIN_DISTANCE))
        gain[chosen] = -1.0
    return np.array(chosen, dtype=np.int64)


DEFAULT_PICKS = 50
"""Number of pairs to mark: about an hour of a steward's time."""
QUEUE_PICKS_POOL_SIZE = 1_000
"""Number of least certain pairs to select from: about a second of work for any queue."""
PICK_REASON = (
    "picked: of the pairs that the model is unsure of, this one is least like the others, "
    "and would teach it most"
)
"""Reason shown for a marked pair. Stored marks are found by this text, so it must not change."""


def mark_queue_picks(hub: Hub, count: int = DEFAULT_PICKS, *, viewer: Viewer = STRANGER) -> int:
    """Mark at most `count` pairs that wait for a viewer, and return how many were marked.

    Raises `StoreError` if the store cannot be read or written.
    """
    refresh_queue(hub, viewer=viewer)
    hub.store.queue.mark_sampled([], PICK_REASON)
    with hub.store.view() as view:
        visible = visible_rows_filter(viewer)
        rows = hub.store.queue.least_certain(view.connection, QUEUE_PICKS_POOL_SIZE, visible)
        numbers = sorted({end for pair in rows for end in (pair.left, pair.right)})
        records = [stored.record for stored in view.records(numbers)]
        ids = view.record_ids(numbers)
        deduplicated = [source.name for source in view.sources() if source.deduplicated]
        models = hub.models_at(view)
    if not rows:
        return 0
    prepared = normalize(Batch.from_records(records).canonical(), models, deduplicated)
    row_of = {identity: row for row, identity in enumerate(sorted(record.id for record in records))}
    ends = np.array(
        [sorted((row_of[ids[pair.left]], row_of[ids[pair.right]])) for pair in rows], dtype=np.int32
    )
    names = NameIndex.of(prepared)
    unsure = uncertainty(compare_and_score(prepared, names, models, ends[:, 0], ends[:, 1], 1))
    weights = weight_patterns(prepared, names, models, ends[:, 0], ends[:, 1])
    chosen = select_diverse_rows(unsure, weights, ends[:, 0], ends[:, 1], count)
    return hub.store.queue.mark_sampled(
        [(rows[number].low, rows[number].high) for number in chosen.tolist()], PICK_REASON
    )
