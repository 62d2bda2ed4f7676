"""Speed of single stages on one core, and of the library that they use.

Compared pairs per second are listed with those of rapidfuzz's `cpdist` over the names of the same
pairs: one string similarity per pair, where the stage computes every comparator and the score.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from benchmarks.harness.datasets import Task
from resolver.engines.local import fit_models
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.matching.blocking import RULES, choose_plan_by_size, join_candidates
from resolver.matching.blocking.rules import rule_keys
from resolver.matching.clustering import MergeRule, PairLogOdds, cluster
from resolver.matching.pipeline import compare_and_score, normalize
from resolver.matching.resolution_task import ModelSet, RunOptions
from resolver.names.name_index import NameIndex
from resolver.records.prepared.batch import PreparedBatch

MOST_PAIRS = 1_000_000
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class StageSpeed:
    """Speed of a stage: `items` of `unit` in `seconds` of CPU.

    The seconds are the best of several tries, which other load affects least.
    """

    stage: str
    items: int
    unit: str
    seconds: float

    @property
    def per_second(self) -> float:
        """Return items per second."""
        return self.items / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Stage to measure: `run` processes `items` of `unit`."""

    name: str
    items: int
    unit: str
    run: Callable[[], object]


def measure_stages(task: Task, tries: int = 3) -> list[StageSpeed]:
    """Return the speeds of the stages on the first table of a task, or on all its lists."""
    intake = _read(task)
    plan = choose_plan_by_size(len(intake.batch))
    models = fit_models(intake.batch, RunOptions(), sorted(intake.deduplicated_sources))
    prepared = normalize(intake.batch, models)
    rules = [(number, rule) for number, rule in enumerate(RULES) if rule.name in plan.rules]
    keys = sum(len(rule_keys(rule, prepared, plan, number).rows) for number, rule in rules)
    pairs, _ = join_candidates(prepared, plan)

    def make_keys() -> object:
        """Make the keys of all rules."""
        return [rule_keys(rule, prepared, plan, number) for number, rule in rules]

    stages = [
        Stage("read", len(intake.batch), "records", lambda: _read(task)),
        Stage("normalise", len(prepared), "records", lambda: normalize(intake.batch, models)),
        Stage("block: keys", keys, "keys", make_keys),
        Stage(
            "block: keys to pairs",
            len(pairs),
            "pairs",
            lambda: join_candidates(prepared, plan, workers=1),
        ),
        *_pair_stages(prepared, models, pairs.left[:MOST_PAIRS], pairs.right[:MOST_PAIRS]),
    ]
    return [
        StageSpeed(stage.name, stage.items, stage.unit, _best_seconds(stage.run, tries))
        for stage in stages
    ]


def _pair_stages(prepared: PreparedBatch, models: ModelSet, left: Rows, right: Rows) -> list[Stage]:
    """Return the stages that process pairs of rows."""
    texts = _first_names(prepared)
    left_names = [texts[row] for row in left.tolist()]
    right_names = [texts[row] for row in right.tolist()]
    logodds = compare_and_score(prepared, NameIndex.of(prepared), models, left, right, 1)
    threshold = RunOptions(merge_at=0.5).merge_threshold
    rule = MergeRule(threshold, min(threshold, -2944))

    def compare_pairs() -> object:
        """Compare and score with an empty cache of similarities."""
        # a name index caches similarities of tokens, so each try needs a new one
        return compare_and_score(prepared, NameIndex.of(prepared), models, left, right, 1)

    def compare_names() -> object:
        """Compute one similarity per pair with rapidfuzz."""
        similarity = JaroWinkler.similarity
        return cpdist(left_names, right_names, scorer=similarity, dtype=np.float32, workers=1)

    def cluster_pairs() -> object:
        """Cluster the scored pairs."""
        return cluster(len(prepared), PairLogOdds(left, right, logodds), rule)

    return [
        Stage("compare and score, all comparators", len(left), "pairs", compare_pairs),
        Stage("rapidfuzz cpdist, names alone", len(left), "pairs", compare_names),
        Stage("cluster", len(left), "pairs", cluster_pairs),
    ]


def _read(task: Task) -> Intake:
    if not task.mappings:
        return read_lists(list(task.tables))
    return read_lists([task.tables[0]], mapping=build_mapping(task.mappings[0]))


def _first_names(prepared: PreparedBatch) -> list[str]:
    """Return the first name of each record with its words joined; empty where it has none."""
    words = prepared.tokens.texts
    tokens, names = prepared.forms.tokens, prepared.names
    spelled = [" ".join(words[tokens[form]].tolist()) for form in range(len(tokens))]
    return [spelled[int(names[row][0])] if len(names[row]) else "" for row in range(len(names))]


def _best_seconds(run: Callable[[], object], tries: int) -> float:
    """Return the seconds of CPU of the fastest of several tries."""
    times = []
    for _ in range(tries):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)
