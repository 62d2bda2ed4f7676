"""Active learning: the pairs of a batch that are worth a steward's minute.

A pair teaches where the model is unsure of it (uncertainty sampling, Lewis and Gale 1994) and where nothing like it has
been picked yet: half of the pairs are picked one by one, each by its uncertainty times its distance from those picked
before. Distance is measured in what the evidence weighs, so that fifty pairs of one pattern are not asked about fifty
times. The other half is drawn by chance from all candidates: a model that is shown nothing but hard cases forgets what
the plain ones look like.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking import candidates, plan_for
from resolver.comparison import NameIndex, compare
from resolver.models import loader
from resolver.pipeline import (
    ModelSet,
    RunOptions,
    choose_plan,
    load_models,
    model_kinds,
    prepared_of,
    score_rows,
)
from resolver.records import KIND_BY_LABEL, Batch
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, Prepared
from resolver.records.results.resolution import Band
from resolver.scoring import Model, interval, scores

POOL = 20_000
"""Of so many pairs, the least certain ones, the sample is picked."""
_NEAR = 1.0
"""Log-odds: at this distance from everything picked, a pair counts half as much as one far away."""
_AGAIN = 0.5
"""A pair counts so much less for every pair picked that holds one of its records."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A pair to judge, left_id < right_id, with what the model says of it now; `drawn` by chance, or picked."""

    left_id: str
    right_id: str
    score: float
    band: Band
    drawn: bool


def sample(
    batch: Batch,
    options: RunOptions,
    count: int,
    declared: Sequence[str] = (),
    known: Collection[tuple[str, str]] = (),
) -> list[Picked]:
    """At most `count` candidate pairs of a canonical batch: the picked ones, the most telling first, then those drawn;
    none of `known` (pairs of ids, the smaller first). The same batch, model and count give the same pairs."""
    models = load_models(options.model_dir)
    prepared = prepared_of(batch, models, declared)
    pairs, _ = candidates(prepared, choose_plan(options, len(batch), plan_for(len(batch))))
    ids = batch.ids.to_pylist()
    names = NameIndex.of(prepared)
    logodds = score_rows(prepared, names, models, pairs.left, pairs.right, options.workers)
    unsure = uncertainty(logodds)
    if known:
        held = {(one, two) for one, two in known}
        rows = zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        unsure[np.array([(ids[one], ids[two]) in held for one, two in rows], dtype=bool)] = -1.0
    pool = np.sort(np.argsort(-unsure, kind="stable")[:POOL])
    pool = pool[unsure[pool] > 0]
    left, right = pairs.left[pool], pairs.right[pool]
    told = patterns(prepared, names, models, left, right)
    picked = pool[spread_out(unsure[pool], told, left, right, (count + 1) // 2)]
    chosen = np.concatenate([picked, drawn(unsure >= 0, picked, count - len(picked))])
    score = scores(logodds[chosen])
    bands = options.borders.bands(score)
    return [
        Picked(
            ids[pairs.left[row]],
            ids[pairs.right[row]],
            float(value),
            Band(int(band)),
            number >= len(picked),
        )
        for number, (row, value, band) in enumerate(zip(chosen.tolist(), score, bands, strict=True))
    ]


def uncertainty(logodds: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """1 where a score is one half, towards 0 where it is sure."""
    score = scores(logodds)
    unsure: npt.NDArray[np.float64] = 4 * score * (1 - score)
    return unsure


def patterns(
    prepared: Prepared, names: NameIndex, models: ModelSet, left: IntArray, right: IntArray
) -> FloatArray:
    """What every row of the sum weighs (log-odds), a block of columns a kind; different kinds lie far apart."""
    judged = model_kinds(prepared.kinds, left, right)
    blocks = []
    for number, kind in enumerate(loader.KINDS):
        model = models.models[kind]
        where = np.flatnonzero(judged == int(KIND_BY_LABEL[kind]))
        block = np.zeros((len(left), len(model.terms) + len(model.pairs) + 1), dtype=np.float32)
        if len(where):
            evidence = compare(
                prepared, names, left[where], right[where], model.features, group=kind != "person"
            )
            block[where, :-1] = contributions(model, evidence)
            block[where, -1] = 10.0 * (number + 1)
        blocks.append(block)
    return np.concatenate(blocks, axis=1)


def drawn(
    usable: npt.NDArray[np.bool_], picked: npt.NDArray[np.int64], count: int, seed: int = 7
) -> npt.NDArray[np.int64]:
    """At most `count` of the usable rows that were not picked, by chance."""
    left = np.setdiff1d(np.flatnonzero(usable), picked)
    return np.random.default_rng(seed).choice(left, min(count, len(left)), replace=False)


def contributions(model: Model, evidence: FloatArray) -> FloatArray:
    """What each term and pair of terms of a model adds, in log-odds: m × (terms + pairs)."""
    place = {name: column for column, name in enumerate(model.features)}
    columns = [
        np.array(term.weights, dtype=np.float32)[
            interval(evidence[:, place[term.feature]], term.cuts)
        ]
        for term in model.terms
    ]
    for pair in model.pairs:
        at = [
            interval(evidence[:, place[name]], cuts)
            for name, cuts in zip(pair.features, pair.cuts, strict=True)
        ]
        columns.append(np.array(pair.weights, dtype=np.float32)[at[0], at[1]])
    if not columns:
        return np.zeros((len(evidence), 0), dtype=np.float32)
    return np.stack(columns, axis=1) / np.float32(1000)


def spread_out(
    unsure: npt.NDArray[np.float64],
    patterns: FloatArray,
    left: IntArray,
    right: IntArray,
    count: int,
) -> npt.NDArray[np.int64]:
    """Which rows to pick, in order: each time the one with the most uncertainty × distance from those picked; ties by
    row."""
    distance = np.full(len(unsure), np.inf)
    gain = unsure.copy()
    again = np.ones(len(unsure))
    chosen: list[int] = []
    while len(chosen) < min(count, len(unsure)):
        best = int(np.argmax(gain))
        chosen.append(best)
        distance = np.minimum(distance, np.sqrt(((patterns - patterns[best]) ** 2).sum(axis=1)))
        records = left[best], right[best]
        again[np.isin(left, records) | np.isin(right, records)] *= _AGAIN
        # what lies where another was picked tells nothing new, but little is more than nothing
        gain = unsure * again * (1e-6 + distance / (distance + _NEAR))
        gain[chosen] = -1.0
    return np.array(chosen, dtype=np.int64)
