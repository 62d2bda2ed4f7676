"""Local engine: all stages in one process, pairs in chunks, kernels on all cores."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.blocking import CandidatePairs
from resolver.blocking.key_groups import PurgeCounts
from resolver.engines.checkpoints import Arrays, Checkpoint, batch_digest
from resolver.ingest.reader_types import Intake
from resolver.kernels.blocking.key_groups import BOTH_SIDES
from resolver.kernels.threads import threads
from resolver.normalize import NormalValues, with_frequencies
from resolver.pipeline import PairScorer, block, normalize_with_values, resolve
from resolver.population_scoring import count_partners, count_task_population
from resolver.records.batch import concat
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Resolution, RuleStat
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import NormalForms, ResolutionTask, ScoredCandidates, StagedEngine
from resolver.run_options import RunOptions
from resolver.scoring.agreement_patterns import PatternTally
from resolver.scoring.score_links import score_histogram

PAIRS_PER_CHUNK = 200_000
CHECKPOINT_FORMAT = 10
"""Version of checkpoints; raise it where rules or comparators change without the model."""
Candidates = tuple[CandidatePairs, tuple[RuleStat, ...]]
"""Candidate pairs, with figures of each blocking rule."""


def dedupe(intake: Intake, options: RunOptions, progress: Progress = SILENT) -> Resolution:
    """Resolve one batch: compare its records with each other."""
    task = ResolutionTask.build(intake.batch, sorted(intake.deduplicated_sources), options)
    return resolve(task, LocalEngine(counts_patterns=not options.only_entities), progress)


def link(
    left: Intake,
    right: Intake,
    options: RunOptions,
    progress: Progress = SILENT,
) -> Resolution:
    """Resolve two batches against each other: only pairs across are compared.

    A record that is in both counts as right.
    """
    task = build_link_task(left, right, options)
    return resolve(task, LocalEngine(counts_patterns=not options.only_entities), progress)


def build_link_task(left: Intake, right: Intake, options: RunOptions) -> ResolutionTask:
    """Combine two intakes into one batch with sides: 0 left, 1 right, and `BOTH_SIDES`.

    Of a record in both intakes the right one counts.
    """
    left_ids, right_ids = left.batch.ids, right.batch.ids
    left_only = pc.invert(pc.is_in(left_ids, value_set=right_ids)).to_numpy(zero_copy_only=False)
    batch = concat([left.batch.take(np.flatnonzero(left_only)), right.batch]).canonical()
    is_left, is_right = (
        pc.is_in(batch.ids, value_set=ids).to_numpy(zero_copy_only=False)
        for ids in (left_ids, right_ids)
    )
    sides = np.where(is_left & is_right, BOTH_SIDES, is_right).astype(np.uint8)
    deduplicated = sorted(left.deduplicated_sources & right.deduplicated_sources)
    return ResolutionTask.build(batch, deduplicated, options, sides)


@dataclass(frozen=True, slots=True)
class LocalEngine(StagedEngine[PreparedBatch, Candidates]):
    """Engine of one process.

    `prepared` is the normal form of the batch where it is at hand, made with the same models and
    deduplicated sources, and `values` that of its values. `purge_counts`: see `block`.
    `counts_patterns`: count the patterns of agreement, for a report.
    """

    prepared: PreparedBatch | None = None
    purge_counts: PurgeCounts | None = None
    counts_patterns: bool = False
    values: NormalValues | None = None

    def measure_population(
        self, task: ResolutionTask, meter: StageMeter
    ) -> tuple[ResolutionTask, LocalEngine]:
        """Count the population of the normal forms, and give them its frequencies."""
        if not task.models.counts_words:
            return task, self
        prepared, values = self._normalize(task, meter)
        if task.models.population is None:
            task = task.with_population(count_task_population(task, prepared))
        counted = with_frequencies(prepared, task.models.tables, task.options.workers)
        values = values and values.with_tokens(counted.tokens)
        return task, replace(self, prepared=counted, values=values)

    def without_forms(self) -> LocalEngine:
        """Return the engine for other records."""
        return LocalEngine(None, self.purge_counts)

    def normalize(self, task: ResolutionTask, meter: StageMeter) -> PreparedBatch:
        """Bring the records into normal form, unless that is at hand."""
        if self.prepared is not None and task.is_measured:
            return self.prepared
        return self._normalize(task, meter)[0]

    def _normalize(
        self, task: ResolutionTask, meter: StageMeter
    ) -> tuple[PreparedBatch, NormalValues | None]:
        """Return the normal form of the records and of their values, if that is not at hand."""
        count = len(task.batch)
        with meter.measure("normalise", "records") as usage:
            meter.progress.start("normalise", count)
            prepared, values = self.prepared, self.values
            if prepared is None:
                prepared, values = normalize_with_values(
                    task.batch, task.models, task.deduplicated_sources, task.options.workers
                )
            usage.items = count
            meter.progress.advance(count)
        return prepared, values

    def block(
        self, task: ResolutionTask, normalized: PreparedBatch, meter: StageMeter
    ) -> Candidates:
        """Find the candidate pairs, or load them from a checkpoint."""
        with meter.measure("block", "pairs") as usage:
            meter.progress.start("block", None)
            checkpoint = open_checkpoint(task)
            if checkpoint is None:
                pairs, rules = block(task, normalized, self.purge_counts)
            else:
                arrays = checkpoint.load_or_compute(
                    "block", lambda: _candidate_arrays(block(task, normalized, self.purge_counts))
                )
                columns = arrays["left"], arrays["right"], arrays["bits"]
                pairs = CandidatePairs(*columns, int(arrays["uncompared"]), arrays["twins"])
                rules = parse_rules(arrays["rules"])
            usage.items = len(pairs)
        return pairs, rules

    def compare_and_score(
        self,
        task: ResolutionTask,
        normalized: PreparedBatch,
        candidate_pairs: Candidates,
        meter: StageMeter,
    ) -> ScoredCandidates:
        """Score the pairs in chunks, on all cores; each chunk may come from a checkpoint."""
        pairs, rules = candidate_pairs
        thresholds = task.options.thresholds
        tally = PatternTally.empty(thresholds) if self.counts_patterns else None
        with meter.measure("compare and classify", "pairs") as usage:
            meter.progress.start("compare", len(pairs))
            scorer = PairScorer(normalized, task.scoring_models, task.find_classes())
            names = scorer.names
            logodds, unsupported = _score_chunks(task, scorer, pairs, tally, meter.progress)
            usage.items = len(pairs)
        return ScoredCandidates(
            pairs.left,
            pairs.right,
            logodds,
            rules,
            score_histogram(logodds),
            count_partners(
                *(task.batch, task.deduplicated_sources, pairs.left, pairs.right, logodds),
                task.options.workers,
            ),
            unsupported,
            tally,
            None if self.values is None else NormalForms(self.values, names.token_index),
            pairs.uncompared,
            pairs.twins,
        )


def open_checkpoint(task: ResolutionTask, *state: object) -> Checkpoint | None:
    """Return the checkpoint of a run, or None where it keeps none.

    `state`: anything else that the saved stages depend on, as JSON.
    """
    folder = task.options.resume
    if folder is None:
        return None
    sides = "" if task.sides is None else task.sides.tobytes().hex()
    sources = list(task.deduplicated_sources)
    stamp, plan = task.models.stamp, task.plan.name
    digest = batch_digest(task.batch, CHECKPOINT_FORMAT, stamp, plan, sources, sides, *state)
    return Checkpoint(folder, digest)


def _candidate_arrays(candidate_pairs: Candidates) -> Arrays:
    pairs, rules = candidate_pairs
    return {
        "left": pairs.left,
        "right": pairs.right,
        "bits": pairs.rules,
        "uncompared": np.array(pairs.uncompared),
        "twins": pairs.twins,
        "rules": format_rules(rules),
    }


def format_rules(rules: tuple[RuleStat, ...]) -> npt.NDArray[np.str_]:
    """Return figures of rules as JSON in an array, as a checkpoint holds them."""
    return np.array(json.dumps([asdict(rule) for rule in rules]))


def parse_rules(text: npt.NDArray[np.str_]) -> tuple[RuleStat, ...]:
    """Return figures of rules from a checkpoint."""
    return tuple(RuleStat(**rule) for rule in json.loads(str(text)))


def _score_chunks(
    task: ResolutionTask,
    scorer: PairScorer,
    pairs: CandidatePairs,
    tally: PatternTally | None,
    progress: Progress,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    checkpoint = open_checkpoint(task, tally is not None)
    logodds = np.empty(len(pairs), dtype=np.int32)
    unsupported = np.empty(len(pairs), dtype=bool)
    chunks = [
        slice(start, min(start + PAIRS_PER_CHUNK, len(pairs)))
        for start in range(0, len(pairs), PAIRS_PER_CHUNK)
    ]
    # patterns are counted in the order of pairs, as there is room for so many only
    order = scorer.names.order_pairs(pairs.left) if len(chunks) > 1 and tally is None else None
    # one chunk per core: much of comparing is outside of kernels, which several threads could share
    parallel = min(task.options.workers, len(chunks))
    workers = max(task.options.workers // max(parallel, 1), 1)

    def compute(places: slice | npt.NDArray[np.int64]) -> Arrays:
        """Score the pairs of one chunk."""
        left, right = pairs.left[places], pairs.right[places]
        is_counted = tally is not None
        return scorer.score(left, right, workers, with_patterns=is_counted)._asdict()

    def score_chunk(chunk: slice) -> tuple[slice | npt.NDArray[np.int64], Arrays]:
        """Return the places of one chunk and their scores, from its checkpoint if there is one."""
        places = chunk if order is None else order.places(chunk)
        if checkpoint is None:
            return places, compute(places)
        name = f"compare-{chunk.start}"
        return places, checkpoint.load_or_compute(name, lambda: compute(places))

    with threads(parallel) as pool:
        for places, arrays in pool.map(score_chunk, chunks):
            logodds[places], unsupported[places] = arrays["logodds"], arrays["unsupported"]
            if tally is not None:
                left, right = pairs.left[places], pairs.right[places]
                tally.add(left, right, arrays["logodds"], arrays["patterns"])
            progress.advance(len(arrays["logodds"]))
    return logodds, unsupported
