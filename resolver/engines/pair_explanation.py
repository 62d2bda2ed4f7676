"""Single pairs: why they get their score, what would change it, and why two records never met.

Everything is exact: rows sum to the log-odds, changes are read from the model's tables, rules are asked for the keys
of the two records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from resolver.blocking import meeting, plan_for
from resolver.comparison import NameIndex
from resolver.engines.pair_scoring import judge
from resolver.errors import InputError
from resolver.pipeline import (
    ModelSet,
    RunOptions,
    choose_plan,
    load_models,
    prepared_of,
    rows_of,
)
from resolver.records import Batch, Record
from resolver.records.decisions import Decision, Verdict, settle
from resolver.records.prepared.batch import Prepared
from resolver.records.results.explanation import (
    EvidenceRow,
    Explanation,
    Meeting,
    Ruling,
)
from resolver.records.results.resolution import Band
from resolver.scoring import Borders


def explain(
    batch: Batch, left_id: str, right_id: str, options: RunOptions, declared: Sequence[str] = ()
) -> Explanation:
    """Why a pair of records gets its score: rows that sum to the log-odds exactly, how the names were aligned, and the
    smallest changes that lead into another band. Raises `InputError` for an unknown id, or twice the same."""
    plan = choose_plan(options, len(batch), plan_for(len(batch)))
    models = load_models(options.model_dir, plan.name)
    left_id, right_id = _two(left_id, right_id)
    rows = rows_of(batch, [left_id, right_id])
    prepared = prepared_of(batch.take(np.sort(rows)).canonical(), models, declared)
    return explain_rows(
        prepared, NameIndex.of(prepared), models, options.borders, 0, 1, changes=True
    )


def explain_rows(
    prepared: Prepared,
    names: NameIndex,
    models: ModelSet,
    borders: Borders,
    left: int,
    right: int,
    *,
    changes: bool = False,
) -> Explanation:
    """`explain` for two rows of a prepared batch, left < right; the `changes` only where they are wanted."""
    one, two = np.array([left], dtype=np.int32), np.array([right], dtype=np.int32)
    return judge(prepared, names, models, one, two, workers=1).explanation(
        0, borders, changes=changes
    )


def meet(batch: Batch, left_id: str, right_id: str, options: RunOptions) -> Meeting:
    """Whether the plan that a run over `batch` would use brings two of its records together, and by which rules.
    Raises `InputError` for an unknown id, or twice the same."""
    rows = np.sort(rows_of(batch, _two(left_id, right_id)))
    prepared = prepared_of(batch.take(rows).canonical(), load_models(options.model_dir))
    return meeting(prepared, choose_plan(options, len(batch), plan_for(len(batch))), 0, 1)


def ruling(decisions: Iterable[Decision], left_id: str, right_id: str) -> Ruling | None:
    """What stewards decided of two records, by a decision on them or through records they are decided the same as.
    None where nothing is. Raises `DecisionError` where decisions contradict each other."""
    pair = _two(left_id, right_id)
    held = settle(decisions)
    left, right = (_tied(identity, held) for identity in pair)
    different = [
        one for one in held if one.verdict is Verdict.DIFFERENT and _across(one, left, right)
    ]
    same = [one for one in held if one.verdict is Verdict.SAME and _across(one, left, right)]
    found = different or same
    if not found:
        return None
    direct = [one for one in found if one.pair == pair]
    return Ruling(not different, (direct or found)[0], bool(direct))


def _across(decision: Decision, left: frozenset[str], right: frozenset[str]) -> bool:
    one, two = decision.pair
    return (one in left and two in right) or (one in right and two in left)


def _tied(identity: str, decisions: Sequence[Decision]) -> frozenset[str]:
    """The record and all that decisions call the same, one after the other."""
    same = [set(one.pair) for one in decisions if one.verdict is Verdict.SAME]
    found, grown = {identity}, True
    while grown:
        joined = found.union(*(pair for pair in same if pair & found))
        grown, found = len(joined) > len(found), joined
    return frozenset(found)


def _two(left_id: str, right_id: str) -> tuple[str, str]:
    if left_id == right_id:
        raise InputError(f"{left_id} is one record", mend="name two different records")
    return min(left_id, right_id), max(left_id, right_id)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer for two records: the calibrated probability that they are the same, its band, and the evidence."""

    score: float
    band: Band
    evidence: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Compares records one pair at a time with a loaded model."""

    models: ModelSet
    options: RunOptions = field(default_factory=RunOptions)

    @classmethod
    def default(cls) -> Resolver:
        """With the shipped model and default costs."""
        return cls(load_models())

    def compare(self, left: Record, right: Record) -> Comparison:
        """Judge two records by themselves. Order does not matter."""
        if left.id == right.id:
            raise InputError(
                f"both records have the id {left.id}", mend="give the records different ids"
            )
        prepared = prepared_of(Batch.from_records([left, right]).canonical(), self.models)
        found = explain_rows(
            prepared, NameIndex.of(prepared), self.models, self.options.borders, 0, 1
        )
        return Comparison(found.score, found.band, found.rows)
