"""The local engine: all stages in one process, pairs in chunks, kernels on all cores."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from resolver.blocking import (
    Pairs,
    Plan,
    candidates,
    plan_for,
)
from resolver.blocking.key_groups import Excess
from resolver.clustering import cluster
from resolver.comparison import NameIndex
from resolver.engines.checkpoints import Arrays, Kept, digest
from resolver.engines.pair_explanation import explain_rows
from resolver.errors import DecisionError
from resolver.ingest.reader_types import Intake
from resolver.kernels.threads import threads
from resolver.pipeline import (
    ModelSet,
    RunOptions,
    choose_plan,
    load_models,
    prepared_of,
    score_rows,
)
from resolver.records import Batch
from resolver.records.batch import IntArray, concat
from resolver.records.decisions import Verdict, settle
from resolver.records.prepared.batch import Prepared
from resolver.records.progress import SILENT, Progress
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import (
    Band,
    Links,
    Outcome,
    Resolution,
    RuleStat,
    RunStats,
    StageStat,
)
from resolver.scoring import Borders, border, scores

CHUNK = 200_000
FORM = 4
"""Of what is kept of a run; one more where rules or comparators change without the model."""
BINS = 50
Told = Callable[[Pairs, npt.NDArray[np.int32]], None]
_SCORED_AT_ONCE = 1 << 22


def dedupe(
    intake: Intake,
    options: RunOptions,
    progress: Progress = SILENT,
    prepared: Prepared | None = None,
    told: Told | None = None,
    excess: Excess | None = None,
) -> Resolution:
    """Resolve one batch: who is the same as whom. `prepared`: its normal form, where that is at hand; `told` hears of
    all compared pairs and their log-odds; `excess`: as `candidates` takes it."""
    return resolve(
        intake.batch,
        sorted(intake.deduplicated_sources),
        options,
        progress,
        None,
        prepared,
        told,
        excess,
    )


def link(
    left: Intake, right: Intake, options: RunOptions, progress: Progress = SILENT
) -> Resolution:
    """Resolve two batches against each other: only pairs across are compared. A record that stands in both counts as
    right."""
    batch, declared, sides = across(left, right)
    return resolve(batch, declared, options, progress, sides)


def across(left: Intake, right: Intake) -> tuple[Batch, list[str], npt.NDArray[np.uint8]]:
    """Two intakes as one batch; the sources both declare free of duplicates; the side of each record (1: right)."""
    ids = set(right.batch.ids.to_pylist())
    kept = np.array(
        [row for row, identity in enumerate(left.batch.ids.to_pylist()) if identity not in ids],
        dtype=np.int64,
    )
    batch = concat([left.batch.take(kept), right.batch]).canonical()
    sides = np.array([identity in ids for identity in batch.ids.to_pylist()], dtype=np.uint8)
    return batch, sorted(left.deduplicated_sources & right.deduplicated_sources), sides


class Meter:
    """Times stages."""

    def __init__(self) -> None:
        self.stages: list[StageStat] = []

    @contextmanager
    def stage(self, name: str, unit: str) -> Iterator[list[int]]:
        """Time a stage; the caller puts the number of items into the list it gets."""
        wall, cpu = time.perf_counter(), time.process_time()
        items = [0]
        yield items
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stages.append(
            StageStat(
                name, items[0], unit, time.perf_counter() - wall, time.process_time() - cpu, peak
            )
        )


def resolve(
    batch: Batch,
    declared: Sequence[str],
    options: RunOptions,
    progress: Progress,
    sides: npt.NDArray[np.uint8] | None,
    prepared: Prepared | None = None,
    told: Told | None = None,
    excess: Excess | None = None,
) -> Resolution:
    """Resolve a canonical batch. `declared`: sources free of duplicates; `sides`: only pairs whose sides differ;
    `prepared`: the batch in normal form, under the same models and declarations; `told` hears of all compared pairs and
    their log-odds; `excess`: as `candidates` takes it."""
    meter = Meter()
    plan = choose_plan(options, len(batch), plan_for(len(batch)))
    models = load_models(options.model_dir, plan.name)
    # what contradicts itself is said before hours of work, not after
    same, different = decided(batch, options)
    with meter.stage("normalise", "records") as items:
        progress.start("normalise", len(batch))
        prepared = prepared_of(batch, models, declared) if prepared is None else prepared
        items[0] = len(batch)
        progress.advance(len(batch))
    kept = _kept(batch, declared, options, models, plan.name, sides)
    with meter.stage("block", "pairs") as items:
        progress.start("block", None)
        pairs, rules = _blocked(prepared, plan, options, sides, kept, excess)
        items[0] = len(pairs)
    with meter.stage("compare and classify", "pairs") as items:
        progress.start("compare", len(pairs))
        logodds = _score(prepared, models, pairs, options, progress, kept)
        items[0] = len(pairs)
    with meter.stage("cluster", "records") as items:
        progress.start("cluster", None)
        borders = options.borders
        labels = cluster(
            len(batch),
            pairs.left,
            pairs.right,
            logodds,
            merge_border=options.merge_border,
            review_border=min(border(borders.review), options.merge_border),
            same=same,
            different=different,
            kinds=batch.kinds,
            workers=options.workers,
        )
        links = links_of(pairs.left, pairs.right, logodds, labels, borders, different)
        histogram = histogram_of(logodds)
        items[0] = len(batch)
    if told is not None:
        told(pairs, logodds)
    stats = RunStats(
        plan.name,
        {**models.stamp, "plan": plan.name},
        tuple(meter.stages),
        rules,
        len(pairs),
        histogram,
    )
    return Resolution(batch, labels, links, stats)


def _kept(
    batch: Batch,
    declared: Sequence[str],
    options: RunOptions,
    models: ModelSet,
    plan: str,
    sides: npt.NDArray[np.uint8] | None,
) -> Kept | None:
    """Where finished stages are kept, if they are."""
    if options.resume is None:
        return None
    across = "" if sides is None else sides.tobytes().hex()
    return Kept(options.resume, digest(batch, FORM, models.stamp, plan, list(declared), across))


def _blocked(
    prepared: Prepared,
    plan: Plan,
    options: RunOptions,
    sides: npt.NDArray[np.uint8] | None,
    kept: Kept | None,
    excess: Excess | None,
) -> tuple[Pairs, tuple[RuleStat, ...]]:
    def found() -> tuple[Pairs, tuple[RuleStat, ...]]:
        room = options.pairs_mib << 20
        return candidates(
            prepared, plan, sides=sides, workers=options.workers, room=room, excess=excess
        )

    if kept is None:
        return found()

    def block() -> Arrays:
        pairs, rules = found()
        told = json.dumps([asdict(rule) for rule in rules])
        return {
            "left": pairs.left,
            "right": pairs.right,
            "bits": pairs.rules,
            "rules": np.array(told),
        }

    held = kept.stage("block", block)
    rules = tuple(RuleStat(**rule) for rule in json.loads(str(held["rules"])))
    return Pairs(held["left"], held["right"], held["bits"]), rules


def _score(
    prepared: Prepared,
    models: ModelSet,
    pairs: Pairs,
    options: RunOptions,
    progress: Progress,
    kept: Kept | None,
) -> npt.NDArray[np.int32]:
    names = NameIndex.of(prepared)
    answer = np.empty(len(pairs), dtype=np.int32)
    chunks = [slice(start, min(start + CHUNK, len(pairs))) for start in range(0, len(pairs), CHUNK)]
    # a chunk a core: much of comparing is not in kernels, which several threads could share
    together = min(options.workers, len(chunks))

    def scored(chunk: slice) -> npt.NDArray[np.int32]:
        workers = max(options.workers // max(together, 1), 1)
        return score_rows(prepared, names, models, pairs.left[chunk], pairs.right[chunk], workers)

    def take(chunk: slice) -> slice:
        if kept is None:
            answer[chunk] = scored(chunk)
        else:
            answer[chunk] = kept.stage(
                f"compare-{chunk.start}", lambda: {"logodds": scored(chunk)}
            )["logodds"]
        return chunk

    with threads(together) as pool:
        for chunk in pool.map(take, chunks):
            progress.advance(chunk.stop - chunk.start)
    return answer


def decided(
    batch: Batch, options: RunOptions
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The decided pairs whose records are both here, as rows: same, different."""
    decisions = settle(options.decisions)
    if not decisions:
        return [], []
    place = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    found: dict[Verdict, list[tuple[int, int]]] = {verdict: [] for verdict in Verdict}
    for decision in decisions:
        if decision.left_id in place and decision.right_id in place:
            found[decision.verdict].append((place[decision.left_id], place[decision.right_id]))
    _no_contradiction(found[Verdict.SAME], found[Verdict.DIFFERENT], batch)
    return found[Verdict.SAME], found[Verdict.DIFFERENT]


def _no_contradiction(
    same: Sequence[tuple[int, int]], different: Sequence[tuple[int, int]], batch: Batch
) -> None:
    home: dict[int, int] = {}

    def root(row: int) -> int:
        while home.get(row, row) != row:
            row = home[row]
        return row

    for one, two in same:
        home[max(root(one), root(two))] = min(root(one), root(two))
    for one, two in different:
        if root(one) == root(two):
            ids = batch.ids[one].as_py(), batch.ids[two].as_py()
            raise DecisionError(
                f"{ids[0]} and {ids[1]} are decided different, yet other decisions make them the same",
                mend="settle the contradiction with a later decision",
            )


def histogram_of(logodds: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """How many pairs have which score, in equal bins from 0 to 1."""
    counts = np.zeros(BINS, dtype=np.int64)
    for part in _parts(logodds):
        counts += np.histogram(scores(part), bins=BINS, range=(0.0, 1.0))[0]
    return counts


def _parts(logodds: npt.NDArray[np.int32]) -> Iterator[npt.NDArray[np.int32]]:
    """The pairs of a run a piece at a time: their scores would take more room than all else that is known of them."""
    return (
        logodds[start : start + _SCORED_AT_ONCE]
        for start in range(0, len(logodds), _SCORED_AT_ONCE)
    )


def links_of(
    left: IntArray,
    right: IntArray,
    logodds: npt.NDArray[np.int32],
    labels: IntArray,
    borders: Borders,
    different: Sequence[tuple[int, int]],
) -> Links:
    """The links among scored pairs (sorted by left, right): those in band match or review."""
    apart = [borders.bands(scores(part)) == Band.DISTINCT for part in _parts(logodds)]
    held = np.flatnonzero(~np.concatenate(apart)) if apart else np.zeros(0, dtype=np.int64)
    left, right, logodds = left[held], right[held], logodds[held]
    score = scores(logodds)
    outcome = np.where(labels[left] == labels[right], Outcome.MERGED, Outcome.QUEUED).astype(
        np.uint8
    )
    if different:
        told = np.array([min(pair) << 32 | max(pair) for pair in different], dtype=np.int64)
        outcome[np.isin(left.astype(np.int64) << 32 | right, told)] = Outcome.APART
    return Links(left, right, logodds, score, borders.bands(score), outcome)


def explain_links(
    resolution: Resolution,
    options: RunOptions,
    wanted: npt.NDArray[np.integer],
    declared: Sequence[str] = (),
) -> list[Explanation]:
    """Explanations of some links (positions in `resolution.links`), for the report."""
    if not len(wanted):
        return []
    links = resolution.links
    rows = np.unique(np.concatenate([links.left[wanted], links.right[wanted]]))
    models = load_models(options.model_dir, resolution.stats.plan)
    prepared = prepared_of(resolution.batch.take(rows).canonical(), models, declared)
    names = NameIndex.of(prepared)
    return [
        explain_rows(
            prepared,
            names,
            models,
            options.borders,
            int(np.searchsorted(rows, one)),
            int(np.searchsorted(rows, two)),
        )
        for one, two in zip(links.left[wanted], links.right[wanted], strict=True)
    ]
