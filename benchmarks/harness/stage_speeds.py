"""What single stages do on one core, beside what the library under them can do at most.

Compared pairs per second stand beside rapidfuzz's `cpdist` over the two names of the same pairs: one string
similarity a pair, where we compute every comparator and the score.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from benchmarks.harness.datasets import Task
from resolver.blocking import RULES, candidates, plan_for
from resolver.blocking.key_join import rule_keys
from resolver.clustering import cluster
from resolver.comparison import NameIndex
from resolver.ingest.formats.tabular.mapping import mapping_from
from resolver.ingest.reader_types import Intake
from resolver.ingest.readers import read_lists
from resolver.pipeline import RunOptions, load_models, prepared_of, score_rows
from resolver.records.prepared.batch import Prepared

MOST_PAIRS = 1_000_000


@dataclass(frozen=True, slots=True)
class Speed:
    """A stage: so many of `unit` in so many seconds of CPU (the best of several tries: what others do on the machine
    counts least).
    """

    stage: str
    items: int
    unit: str
    seconds: float

    @property
    def per_second(self) -> float:
        """Items per second."""
        return self.items / self.seconds if self.seconds else 0.0


def stage_speeds(task: Task, tries: int = 3) -> list[Speed]:
    """Speeds of the stages on the first table of a task, or on all its lists."""
    intake = _read(task)
    plan = plan_for(len(intake.batch))
    models = load_models(None, plan.name)
    prepared = prepared_of(intake.batch, models)
    used = [(number, rule) for number, rule in enumerate(RULES) if rule.name in plan.rules]
    keys = sum(len(rule_keys(rule, prepared, plan, number).rows) for number, rule in used)
    pairs, _ = candidates(prepared, plan)
    left, right = pairs.left[:MOST_PAIRS], pairs.right[:MOST_PAIRS]
    names = NameIndex.of(prepared)
    texts = _names(prepared)
    one, two = [texts[row] for row in left.tolist()], [texts[row] for row in right.tolist()]
    logodds = score_rows(prepared, names, models, left, right, 1)
    options = RunOptions(merge_at=0.5)
    border = options.merge_border

    def cold_score() -> object:
        # similarities of tokens are remembered: a fresh index begins without any
        return score_rows(prepared, NameIndex.of(prepared), models, left, right, 1)

    def keyed() -> object:
        return [rule_keys(rule, prepared, plan, number) for number, rule in used]

    def joined() -> object:
        return candidates(prepared, plan, workers=1)

    def clustered() -> object:
        return cluster(
            len(prepared),
            left,
            right,
            logodds,
            merge_border=border,
            review_border=min(border, -2944),
        )

    def bare() -> object:
        return cpdist(one, two, scorer=JaroWinkler.similarity, dtype=np.float32, workers=1)

    return [
        Speed("read", len(intake.batch), "records", _best(lambda: _read(task), tries)),
        Speed(
            "normalise",
            len(prepared),
            "records",
            _best(lambda: prepared_of(intake.batch, models), tries),
        ),
        Speed("block: keys", keys, "keys", _best(keyed, tries)),
        Speed("block: keys to pairs", len(pairs), "pairs", _best(joined, tries)),
        Speed("compare and score, all comparators", len(left), "pairs", _best(cold_score, tries)),
        Speed("rapidfuzz cpdist, names alone", len(left), "pairs", _best(bare, tries)),
        Speed("cluster", len(left), "pairs", _best(clustered, tries)),
    ]


def _read(task: Task) -> Intake:
    if not task.mappings:
        return read_lists(list(task.tables))
    return read_lists([task.tables[0]], mapping=mapping_from(task.mappings[0]))


def _names(prepared: Prepared) -> list[str]:
    """The first name of each record, its words joined; empty where it has none."""
    words = prepared.tokens.texts
    tokens, names = prepared.forms.tokens, prepared.names
    spelled = [" ".join(words[tokens[form]].tolist()) for form in range(len(tokens))]
    return [spelled[int(names[row][0])] if len(names[row]) else "" for row in range(len(names))]


def _best(work: Callable[[], object], tries: int) -> float:
    """Seconds of CPU of the fastest of several tries."""
    found = []
    for _ in range(tries):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)
