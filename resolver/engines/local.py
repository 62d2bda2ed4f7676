"""Local engine: all stages in one process, pairs in chunks, kernels on all cores.

`LocalEngine` runs the stages up to score. `Checkpoint` saves finished stages, so that a run that
was stopped can continue. Each stage is one file in a folder, written under a temporary name and
then moved. The file states on what its content depends (`depends`): records, plan, model, and
versions of libraries. A file that does not match or is damaged is computed again, and the results
are the same. The caller removes the folder after the results are written.

The functions at the end score single pairs: pairs of records of a batch by their ids, and bare
names.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.errors import InputError
from resolver.lists.reader_types import Intake
from resolver.matching import resolution_task
from resolver.matching.blocking import PLANS, CandidatePairs
from resolver.matching.blocking.key_groups import PurgeCounts
from resolver.matching.pipeline import PairScorer, block, normalize, normalize_with_values, resolve
from resolver.matching.population_scoring import (
    count_partners,
    count_task_population,
    score_in_population,
)
from resolver.matching.preparation import NormalValues, with_frequencies
from resolver.matching.scoring import scores
from resolver.matching.scoring.agreement_patterns import PatternTally
from resolver.matching.scoring.score_links import score_histogram
from resolver.matching.scoring.source_shifts import Marks
from resolver.models.loader import KINDS
from resolver.records import Batch, Record, Value, kind_of_schema
from resolver.records.batch import IntArray, concat
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import KindPopulation, Population
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Band, Resolution, RuleStat, StageMeter
from resolver.runtime.key_groups import BOTH_SIDES
from resolver.runtime.threads import threads

Arrays = dict[str, npt.NDArray[Any]]
RESUME_FOLDER = ".resume"
"""Name of the folder of checkpoints, within the folder of results."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Folder with the finished stages of one run. `depends` is a digest of everything that the
    stages depend on.
    """

    folder: Path
    depends: str

    def load_or_compute(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """Return the arrays of a stage from its file, or compute and save them.

        Raises `OSError` if the file cannot be written.
        """
        path = self.folder / f"{name}.npz"
        arrays = self._read(path)
        if arrays is None:
            arrays = compute()
            self._write(path, arrays)
        return arrays

    def _read(self, path: Path) -> Arrays | None:
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                if str(file["depends"]) != self.depends:
                    return None
                return {name: file[name] for name in file.files if name != "depends"}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def _write(self, path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                np.savez(file, allow_pickle=False, depends=np.array(self.depends), **arrays)
            os.replace(partial, path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            error.filename = str(self.folder)
            raise


def batch_digest(batch: Batch, *others: object) -> str:
    """Return a digest of a batch's content and of other values, which must be JSON."""
    state = hashlib.blake2b(
        json.dumps(others, sort_keys=True, default=str).encode("utf-8"), digest_size=16
    )
    for part in _parts(batch):
        state.update(part)
        state.update(b"/")
    return state.hexdigest()


def _parts(batch: Batch) -> Iterable[bytes | memoryview]:
    yield from _texts(batch.ids)
    yield np.ascontiguousarray(batch.kinds).data
    for coded in (batch.schemas, batch.sources):
        yield np.ascontiguousarray(coded.codes).data
        yield from _texts(coded.values)
    for prop in sorted(batch.columns):
        column = batch.columns[prop]
        yield prop.encode("utf-8")
        yield np.ascontiguousarray(column.rows).data
        yield np.ascontiguousarray(column.codes).data
        yield from _texts(column.values)


def _texts(texts: Any) -> Iterable[bytes | memoryview]:
    lengths = texts.cast("large_binary")
    _, offsets, data = lengths.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[
        lengths.offset : lengths.offset + len(lengths) + 1
    ]
    yield (ends - ends[0]).tobytes() if len(ends) else b""
    yield memoryview(data)[ends[0] : ends[-1]] if data is not None and len(ends) else b""


PAIRS_PER_CHUNK = 200_000
CHECKPOINT_FORMAT = 11
"""Version of checkpoints; raise it if rules or comparators change without the model."""
Candidates = tuple[CandidatePairs, tuple[RuleStat, ...]]
"""Candidate pairs, with figures of each blocking rule."""


def dedupe(
    intake: Intake, options: resolution_task.RunOptions, progress: Progress = SILENT
) -> Resolution:
    """Resolve one batch: compare its records with each other."""
    task = resolution_task.ResolutionTask.build(
        intake.batch, sorted(intake.deduplicated_sources), options
    )
    return resolve(task, LocalEngine(counts_patterns=not options.only_entities), progress)


def link(
    left: Intake,
    right: Intake,
    options: resolution_task.RunOptions,
    progress: Progress = SILENT,
) -> Resolution:
    """Resolve two batches against each other: only pairs across are compared.

    A record that is in both batches counts as right.
    """
    task = build_link_task(left, right, options)
    return resolve(task, LocalEngine(counts_patterns=not options.only_entities), progress)


def build_link_task(
    left: Intake, right: Intake, options: resolution_task.RunOptions
) -> resolution_task.ResolutionTask:
    """Combine two intakes into one batch with sides: 0 left, 1 right, and `BOTH_SIDES`.

    If a record is in both intakes, the record of the right one counts.
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
    return resolution_task.ResolutionTask.build(batch, deduplicated, options, sides)


@dataclass(frozen=True, slots=True)
class LocalEngine(resolution_task.StagedEngine[PreparedBatch, Candidates]):
    """Engine of one process.

    `prepared` is the normal form of the batch, if it was already made with the same models and
    deduplicated sources. `values` is the normal form of its values. `purge_counts`: see `block`.
    `counts_patterns`: count the patterns of agreement, for a report.
    """

    prepared: PreparedBatch | None = None
    purge_counts: PurgeCounts | None = None
    counts_patterns: bool = False
    values: NormalValues | None = None

    def measure_population(
        self, task: resolution_task.ResolutionTask, meter: StageMeter
    ) -> tuple[resolution_task.ResolutionTask, LocalEngine]:
        """Count the population of the normal forms, and set its frequencies in them."""
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

    def normalize(self, task: resolution_task.ResolutionTask, meter: StageMeter) -> PreparedBatch:
        """Bring the records into normal form, unless this is done already."""
        if self.prepared is not None and task.is_measured:
            return self.prepared
        return self._normalize(task, meter)[0]

    def _normalize(
        self, task: resolution_task.ResolutionTask, meter: StageMeter
    ) -> tuple[PreparedBatch, NormalValues | None]:
        """Return the normal form of the records and of their values, if it is not made yet."""
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
        self, task: resolution_task.ResolutionTask, normalized: PreparedBatch, meter: StageMeter
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
        task: resolution_task.ResolutionTask,
        normalized: PreparedBatch,
        candidate_pairs: Candidates,
        meter: StageMeter,
    ) -> resolution_task.ScoredCandidates:
        """Score the pairs in chunks, on all cores; each chunk may come from a checkpoint."""
        pairs, rules = candidate_pairs
        thresholds = task.options.thresholds
        tally = PatternTally.empty(thresholds) if self.counts_patterns else None
        with meter.measure("compare and classify", "pairs") as usage:
            meter.progress.start("compare", len(pairs))
            scorer = PairScorer(normalized, task.scoring_models, task.find_classes())
            names = scorer.names
            logodds, marks = _score_chunks(task, scorer, pairs, tally, meter.progress)
            usage.items = len(pairs)
        return resolution_task.ScoredCandidates(
            pairs.left,
            pairs.right,
            logodds,
            rules,
            score_histogram(logodds),
            count_partners(
                *(task.batch, task.deduplicated_sources, pairs.left, pairs.right, logodds),
                task.options.workers,
            ),
            marks,
            tally,
            None
            if self.values is None
            else resolution_task.NormalForms(self.values, names.token_index),
            pairs.uncompared,
            pairs.twins,
        )


def open_checkpoint(task: resolution_task.ResolutionTask, *state: object) -> Checkpoint | None:
    """Return the checkpoint of a run, or None if the run keeps none.

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
    """Return the figures of rules as JSON in an array, the form in which a checkpoint stores
    them.
    """
    return np.array(json.dumps([asdict(rule) for rule in rules]))


def parse_rules(text: npt.NDArray[np.str_]) -> tuple[RuleStat, ...]:
    """Return figures of rules from a checkpoint."""
    return tuple(RuleStat(**rule) for rule in json.loads(str(text)))


def _score_chunks(
    task: resolution_task.ResolutionTask,
    scorer: PairScorer,
    pairs: CandidatePairs,
    tally: PatternTally | None,
    progress: Progress,
) -> tuple[npt.NDArray[np.int32], Marks]:
    checkpoint = open_checkpoint(task, tally is not None)
    logodds = np.empty(len(pairs), dtype=np.int32)
    marks = np.empty(len(pairs), dtype=np.uint8)
    chunks = [
        slice(start, min(start + PAIRS_PER_CHUNK, len(pairs)))
        for start in range(0, len(pairs), PAIRS_PER_CHUNK)
    ]
    # patterns are counted in the order of pairs, as only a limited number fits
    order = scorer.names.order_pairs(pairs.left) if len(chunks) > 1 and tally is None else None
    # one chunk per core: much of the comparison is outside of kernels, where threads could share it
    parallel = min(task.options.workers, len(chunks))
    workers = max(task.options.workers // max(parallel, 1), 1)

    def compute(indices: slice | npt.NDArray[np.int64]) -> Arrays:
        """Score the pairs of one chunk."""
        left, right = pairs.left[indices], pairs.right[indices]
        is_counted = tally is not None
        return scorer.score(left, right, workers, with_patterns=is_counted)._asdict()

    def score_chunk(chunk: slice) -> tuple[slice | npt.NDArray[np.int64], Arrays]:
        """Return the positions of the pairs of one chunk, and their scores, from its checkpoint if
        there is one.
        """
        indices = chunk if order is None else order.places(chunk)
        if checkpoint is None:
            return indices, compute(indices)
        name = f"compare-{chunk.start}"
        return indices, checkpoint.load_or_compute(name, lambda: compute(indices))

    with threads(parallel) as pool:
        for indices, arrays in pool.map(score_chunk, chunks):
            logodds[indices], marks[indices] = arrays["logodds"], arrays["marks"]
            if tally is not None:
                left, right = pairs.left[indices], pairs.right[indices]
                tally.add(left, right, arrays["logodds"], arrays["patterns"])
            progress.advance(len(arrays["logodds"]))
    return logodds, marks


NAME_PAIRS_PLAN = "names"
"""Plan whose priors score pairs of bare names."""


def score_pairs(
    batch: Batch,
    left_ids: Sequence[str],
    right_ids: Sequence[str],
    options: resolution_task.RunOptions,
    deduplicated_sources: Sequence[str] = (),
) -> list[tuple[float, Band]]:
    """Return score and band of each pair of record ids, in the given order.

    Scores are those of a run over the batch, in its population. Raises `InputError` for an id that
    no record of the batch has.
    """
    find_rows(batch, [*left_ids, *right_ids])
    models = fit_models(batch, options, deduplicated_sources)
    return _score(batch, left_ids, right_ids, models, options, deduplicated_sources)


def score_pairs_in_reference(
    batch: Batch,
    left_ids: Sequence[str],
    right_ids: Sequence[str],
    options: resolution_task.RunOptions,
) -> list[tuple[float, Band]]:
    """Return the result of `score_pairs` in the reference population of the models."""
    plan = resolution_task.choose_plan(options, 0, PLANS[0]).name
    reference = Population({kind: KindPopulation() for kind in KINDS})
    models = resolution_task.load_models(options.model_dir).for_population(plan, reference)
    return _score(batch, left_ids, right_ids, models, options)


def fit_models(
    batch: Batch,
    options: resolution_task.RunOptions,
    deduplicated_sources: Sequence[str] = (),
    population: Population | None = None,
) -> resolution_task.ModelSet:
    """Return the models with which a run over a batch scores: for its own population, or for
    `population` if it is given.
    """
    task = resolution_task.ResolutionTask.build(
        batch, deduplicated_sources, options, population=population
    )
    if population is not None or not task.models.counts_words:
        # models of an earlier form know no population
        return task.models
    return score_in_population(task, LocalEngine(), StageMeter(SILENT))[0].models


def _score(
    batch: Batch,
    left_ids: Sequence[str],
    right_ids: Sequence[str],
    models: resolution_task.ModelSet,
    options: resolution_task.RunOptions,
    deduplicated_sources: Sequence[str] = (),
) -> list[tuple[float, Band]]:
    rows = find_rows(batch, [*left_ids, *right_ids])
    needed = np.unique(rows)
    part = batch.take(needed).canonical() if len(needed) < len(batch) else batch
    index = np.searchsorted(needed, rows).astype(np.int32)
    prepared = normalize(part, models, deduplicated_sources)
    first, second = index[: len(left_ids)], index[len(left_ids) :]
    scorer = PairScorer.of_records(prepared, models, part)
    return _with_bands(_logodds(scorer, first, second, options), options)


def _logodds(
    scorer: PairScorer, first: IntArray, second: IntArray, options: resolution_task.RunOptions
) -> IntArray:
    """Return the log-odds (thousandths) of pairs of rows."""
    # the smaller row is always left, so that a pair has one score in either order
    left, right = np.minimum(first, second), np.maximum(first, second)
    return scorer.score(left, right, options.workers).logodds


def _with_bands(logodds: IntArray, options: resolution_task.RunOptions) -> list[tuple[float, Band]]:
    values = scores(logodds)
    return [
        (float(score), Band(int(band)))
        for score, band in zip(values, options.thresholds.bands(values), strict=True)
    ]


def find_rows(batch: Batch, ids: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the rows of record ids. Raises `InputError` for an id that no record has."""
    row_of = {record_id: row for row, record_id in enumerate(batch.ids.to_pylist())}
    unknown = sorted({record_id for record_id in ids if record_id not in row_of})
    if unknown:
        others = f" (nor {len(unknown) - 1} others)" if len(unknown) > 1 else ""
        raise InputError(
            f"no given list has the record {unknown[0]}{others}",
            hint="name the lists that have it, and write ids as <source>:<native id>",
        )
    return np.array([row_of[record_id] for record_id in ids], dtype=np.int64)


def score_names(
    schemas: Sequence[str],
    left_names: Sequence[str],
    right_names: Sequence[str],
    options: resolution_task.RunOptions,
) -> list[tuple[float, Band]]:
    """Return score and band of each pair of names, compared as records with only a name.

    Scores are for even odds: they say whether the two names are names of one entity, before any
    population is known. If a name has no words, nothing can be compared, and the odds stay even.

    `schemas` are FtM names (Person, Company …). Raises `InputError` for any other schema.
    """
    records = []
    for number, (schema, *names) in enumerate(zip(schemas, left_names, right_names, strict=True)):
        kind = kind_of_schema(schema)
        if kind is None:
            raise InputError(
                f"the schema {schema!r} is no person, group or asset",
                hint="use an FtM schema such as Person or Company",
            )
        for side, name in zip("ab", names, strict=True):
            record_id = f"names:{number:09d}{side}"
            records.append(Record(record_id, "names", kind, schema, (Value("name", name),)))
    if not records:
        return []
    # ids are in order, so that the two sides of a pair are neighbors
    batch = Batch.from_records(records).canonical()
    left = np.arange(0, len(records), 2, dtype=np.int32)
    # the number of pairs says nothing about the size of the population
    plan = (
        resolution_task.choose_plan(options, 0, PLANS[0]).name if options.plan else NAME_PAIRS_PLAN
    )
    models = resolution_task.load_models(options.model_dir).for_names(plan)
    prepared = normalize(batch, models)
    logodds = _logodds(PairScorer(prepared, models), left, left + 1, options)
    has_words = prepared.names.through(prepared.forms.tokens).counts > 0
    logodds[~(has_words[left] & has_words[left + 1])] = 0
    return _with_bands(logodds, options)
