"""Scores of single pairs: of records of a batch by their ids, and of bare names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resolver.blocking import PLANS
from resolver.engines.local import LocalEngine
from resolver.errors import InputError
from resolver.model_set import ModelSet, load_models
from resolver.models.loader import KINDS
from resolver.pipeline import PairScorer, normalize
from resolver.population_scoring import score_in_population
from resolver.records import Batch, Record, Value, kind_of_schema
from resolver.records.batch import IntArray
from resolver.records.prepared.population import KindPopulation, Population
from resolver.records.progress import SILENT
from resolver.records.results.resolution import Band
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ResolutionTask
from resolver.run_options import RunOptions, choose_plan
from resolver.scoring import scores

NAME_PAIRS_PLAN = "names"
"""Plan whose priors score pairs of bare names."""


def score_pairs(
    batch: Batch,
    left_ids: Sequence[str],
    right_ids: Sequence[str],
    options: RunOptions,
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
    batch: Batch, left_ids: Sequence[str], right_ids: Sequence[str], options: RunOptions
) -> list[tuple[float, Band]]:
    """Return what `score_pairs` does, in the reference population that models refer to."""
    plan = choose_plan(options, 0, PLANS[0]).name
    reference = Population({kind: KindPopulation() for kind in KINDS})
    models = load_models(options.model_dir).for_population(plan, reference)
    return _score(batch, left_ids, right_ids, models, options)


def fit_models(
    batch: Batch,
    options: RunOptions,
    deduplicated_sources: Sequence[str] = (),
    population: Population | None = None,
) -> ModelSet:
    """Return the models that a run over a batch scores with: those of its population, or of another
    if one is given.
    """
    task = ResolutionTask.build(batch, deduplicated_sources, options, population=population)
    if population is not None or not task.models.counts_words:
        # models of an earlier form know no population
        return task.models
    return score_in_population(task, LocalEngine(), StageMeter(SILENT))[0].models


def _score(
    batch: Batch,
    left_ids: Sequence[str],
    right_ids: Sequence[str],
    models: ModelSet,
    options: RunOptions,
    deduplicated_sources: Sequence[str] = (),
) -> list[tuple[float, Band]]:
    rows = find_rows(batch, [*left_ids, *right_ids])
    needed = np.unique(rows)
    part = batch.take(needed).canonical() if len(needed) < len(batch) else batch
    place = np.searchsorted(needed, rows).astype(np.int32)
    prepared = normalize(part, models, deduplicated_sources)
    first, second = place[: len(left_ids)], place[len(left_ids) :]
    scorer = PairScorer.of_records(prepared, models, part)
    return _with_bands(_logodds(scorer, first, second, options), options)


def _logodds(
    scorer: PairScorer, first: IntArray, second: IntArray, options: RunOptions
) -> IntArray:
    """Return the log-odds (thousandths) of pairs of rows."""
    # the smaller row is always left, so that a pair has one score in either order
    left, right = np.minimum(first, second), np.maximum(first, second)
    return scorer.score(left, right, options.workers).logodds


def _with_bands(logodds: IntArray, options: RunOptions) -> list[tuple[float, Band]]:
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
    options: RunOptions,
) -> list[tuple[float, Band]]:
    """Return score and band of each pair of names, compared as records with only a name.

    Scores are for even odds: whether these are two names of one, before any population is known. A
    name without words leaves nothing to compare, and the odds even.

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
    # ids are in order, so that the sides of a pair are neighbors
    batch = Batch.from_records(records).canonical()
    left = np.arange(0, len(records), 2, dtype=np.int32)
    # the number of pairs says nothing about the size of the population
    plan = choose_plan(options, 0, PLANS[0]).name if options.plan else NAME_PAIRS_PLAN
    models = load_models(options.model_dir).for_names(plan)
    prepared = normalize(batch, models)
    logodds = _logodds(PairScorer(prepared, models), left, left + 1, options)
    has_words = prepared.names.through(prepared.forms.tokens).counts > 0
    logodds[~(has_words[left] & has_words[left + 1])] = 0
    return _with_bands(logodds, options)
