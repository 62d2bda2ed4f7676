"""Single pairs: why they get their score, what would change it, and why two records never met.

Everything is exact: rows sum to the log-odds, changes are read from the model's tables, rules are asked for the keys
of the two records.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resolver.block import meeting, plan_for
from resolver.classify import Borders, Model, PairTerm, Term, interval_of, scores, smallest_changes
from resolver.compare import COMPARATOR_BY_NAME, Context, NameIndex, alternatives
from resolver.compare.explain import DETAILED, Side, detail, parts_of_pairs
from resolver.errors import InputError
from resolver.pipeline import (
    KIND_MISMATCH,
    ModelSet,
    RunOptions,
    choose_plan,
    load_models,
    model_kinds,
    prepared_of,
    rows_of,
)
from resolver.records import Batch, Kind, Record
from resolver.records.batch import IntArray
from resolver.records.decisions import Decision, Verdict, settle
from resolver.records.explanation import AlignedPart, EvidenceRow, Explanation, Meeting, Ruling
from resolver.records.prepared import Prepared
from resolver.records.resolution import Band

_TOLD = {row.name: (row.help, row.shows) for row in COMPARATOR_BY_NAME.values()}
"""What explanations say of each comparator: asked for by the hundred for every answer."""


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
    return explain_rows(prepared, NameIndex.of(prepared), models, options.borders, 0, 1, changes=True)


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
    return judge(prepared, names, models, one, two, workers=1).explanation(0, borders, changes=changes)


def judge(
    prepared: Prepared,
    names: NameIndex,
    models: ModelSet,
    left: IntArray,
    right: IntArray,
    workers: int = 1,
    asked: Prepared | None = None,
) -> Judged:
    """Score pairs of rows of a prepared batch, and keep what it takes to explain each. `asked`: the one record that
    stands left in every pair, by itself; what it says nothing of is not compared."""
    silent = _silent(asked) if asked is not None else frozenset[str]()
    logodds = np.full(len(left), KIND_MISMATCH, dtype=np.int32)
    kinds = model_kinds(prepared.kinds, left, right)
    groups, place = [], np.zeros(len(left), dtype=np.int64)
    for kind in np.unique(kinds[kinds > 0]).tolist():
        where = np.flatnonzero(kinds == kind)
        context = Context(prepared, names, left[where], right[where], kind != int(Kind.PERSON), workers)
        group = _Group.of(models.models[Kind(kind).label], context, silent)
        logodds[where], place[where] = group.logodds, np.arange(len(where))
        groups.append((kind, group))
    return Judged(prepared, left, right, kinds, logodds, dict(groups), place)


@dataclass(frozen=True)
class Judged:
    """m pairs: their calibrated `logodds` (thousandths), and why."""

    prepared: Prepared
    left: IntArray
    right: IntArray
    kinds: npt.NDArray[np.uint8]
    logodds: npt.NDArray[np.int32]
    _groups: Mapping[int, _Group]
    _place: npt.NDArray[np.int64]

    @cached_property
    def scores(self) -> npt.NDArray[np.float64]:
        """The calibrated probability of each."""
        return scores(self.logodds)

    def explanation(self, pair: int, borders: Borders, *, changes: bool = False) -> Explanation:
        """Why a pair has its score."""
        left, right = int(self.left[pair]), int(self.right[pair])
        ids = (self.prepared.ids[left].as_py(), self.prepared.ids[right].as_py())
        if self.kinds[pair] == 0:
            kinds = [Kind(int(self.prepared.kinds[row])).label for row in (left, right)]
            row = EvidenceRow("kind", "Kinds that exclude each other.", kinds[0], kinds[1], 0.0, KIND_MISMATCH)
            return Explanation(*ids, float(self.scores[pair]), Band.DISTINCT, KIND_MISMATCH, (row,))
        group = self._groups[int(self.kinds[pair])]
        one = _Pair(group, int(self._place[pair]))
        logodds = int(self.logodds[pair])
        score = float(self.scores[pair])
        found = Explanation(*ids, score, borders.band(score), logodds, tuple(one.rows()), parts=one.parts)
        if not changes:
            return found
        context = replace(group.context, left=self.left[[pair]], right=self.right[[pair]])
        others = alternatives(context, group.model.features, one.evidence)
        return replace(found, changes=smallest_changes(group.model, borders, one.evidence, others))

    def expect(self, pairs: Iterable[int]) -> None:
        """Say of which pairs explanations will be asked: together they cost little more than one."""
        wanted: dict[int, list[int]] = {}
        for pair in pairs:
            wanted.setdefault(int(self.kinds[pair]), []).append(int(self._place[pair]))
        for kind, places in wanted.items():
            if kind:
                self._groups[kind].align(places)


@dataclass(frozen=True)
class _Group:
    """Pairs under the model of one kind: evidence (pairs × features), sums and calibrated log-odds."""

    model: Model
    context: Context
    evidence: npt.NDArray[np.float32]
    raw: npt.NDArray[np.int64]
    logodds: npt.NDArray[np.int64]
    _parts: dict[int, tuple[AlignedPart, ...]] = field(default_factory=dict)
    _lefts: dict[int, Side] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, context: Context, silent: frozenset[str]) -> _Group:
        # a column lies in one piece, as it is made and read
        evidence = np.full((len(model.features), len(context.left)), np.nan, dtype=np.float32)
        for column, name in enumerate(model.features):
            if COMPARATOR_BY_NAME[name].shows not in silent:
                evidence[column] = COMPARATOR_BY_NAME[name].compare(context)
        return cls(model, context, evidence.T, *model.sums(evidence.T))

    def align(self, places: Sequence[int]) -> None:
        """Work out how the names of some pairs were aligned."""
        self._parts.update(zip(places, parts_of_pairs(self.context, places), strict=True))

    def parts(self, place: int) -> tuple[AlignedPart, ...]:
        """How the names of a pair were aligned."""
        if place not in self._parts:
            self.align([place])
        return self._parts[place]

    def judge(self, place: int) -> Model:
        """The part of the model that judges a pair, without the others."""
        name = next(name for name, mask in self._judges.items() if mask[place])
        return self.model.parts[name]

    def left(self, place: int) -> Side:
        """The left record of a pair, which mostly is that of many."""
        row = int(self.context.left[place])
        if row not in self._lefts:
            self._lefts[row] = Side(self.context.prepared, row)
        return self._lefts[row]

    @cached_property
    def _judges(self) -> dict[str, npt.NDArray[np.bool_]]:
        return self.model.judges(self.evidence)


_SIDES = ("births", "starts", "birth_places", "addresses", "nationalities", "countries", "identifiers")


def _silent(asked: Prepared) -> frozenset[str]:
    """What comparators look at (`Comparator.shows`) of which a record says nothing: then there is no evidence."""
    sides = {name: len(getattr(asked, name).items) for name in _SIDES}
    sides |= {f"plain:{prop}": len(side.items) for prop, (side, _) in asked.plain.items()}
    sides["gender"] = int(asked.gender[0])
    return frozenset(name for name, said in sides.items() if not said)


@dataclass(frozen=True)
class _Pair:
    """One pair of a group."""

    group: _Group
    place: int
    _details: dict[str, str] = field(default_factory=dict)

    @property
    def evidence(self) -> npt.NDArray[np.float32]:
        """1 × features."""
        return self.group.evidence[self.place : self.place + 1]

    @cached_property
    def parts(self) -> tuple[AlignedPart, ...]:
        """How the names were aligned."""
        return self.group.parts(self.place)

    @cached_property
    def _values(self) -> dict[str, float]:
        return dict(zip(self.group.model.features, self.evidence[0].tolist(), strict=True))

    def rows(self) -> list[EvidenceRow]:
        """The sum, from the prior to the calibration."""
        judge = self.group.judge(self.place)
        shift = int(self.group.logodds[self.place]) - int(self.group.raw[self.place])
        return [
            EvidenceRow("prior", "Where every pair starts: most pairs are different.", "", "", None, judge.intercept),
            *self._terms(judge.terms),
            *map(self._both, judge.pairs),
            EvidenceRow("calibration", "Turns the sum into a probability that holds.", "", "", None, shift),
        ]

    def _terms(self, terms: Iterable[Term]) -> list[EvidenceRow]:
        rows, values = [], self._values
        for term in terms:
            name = term.feature
            (told_of, shows), value = _TOLD[name], values[name]
            missing = math.isnan(value)
            weight = term.weights[len(term.cuts) + 1 if missing else bisect_left(term.cuts, value)]
            told = self._detail(name) if name in DETAILED else ""
            similarity = None if missing else round(value, 4)
            rows.append(EvidenceRow(name, told_of, *self._shown(shows), similarity, weight, told))
        return rows

    def _both(self, pair: PairTerm) -> EvidenceRow:
        """What two comparators say together."""
        at = [interval_of(self._values[name], cuts) for name, cuts in zip(pair.features, pair.cuts, strict=True)]
        one, two = (self._shown(_TOLD[name][1]) for name in pair.features)
        left, right = (" / ".join(dict.fromkeys(filter(None, texts))) for texts in zip(one, two, strict=True))
        told = ", ".join(filter(None, (self._detail(name) for name in pair.features if name in DETAILED)))
        weight, name = int(pair.weights[at[0]][at[1]]), " × ".join(pair.features)
        return EvidenceRow(name, "What the two say together.", left, right, None, weight, told)

    def _detail(self, feature: str) -> str:
        if feature not in self._details:
            # `detail` may be asked for by a term and by a pair of them
            said = detail(self.group.context, feature, self._values[feature], self.place, self.parts)
            self._details[feature] = said
        return self._details[feature]

    def _shown(self, shows: str) -> tuple[str, str]:
        (one, two), (left, right) = self._sides, self._forms
        return one.text(shows, left), two.text(shows, right)

    @cached_property
    def _sides(self) -> tuple[Side, Side]:
        context = self.group.context
        return self.group.left(self.place), Side(context.prepared, int(context.right[self.place]))

    @cached_property
    def _forms(self) -> tuple[int, int]:
        left, right = self.group.context.best_forms
        return int(left[self.place]), int(right[self.place])


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
    different = [one for one in held if one.verdict is Verdict.DIFFERENT and _across(one, left, right)]
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
            raise InputError(f"both records have the id {left.id}", mend="give the records different ids")
        prepared = prepared_of(Batch.from_records([left, right]).canonical(), self.models)
        found = explain_rows(prepared, NameIndex.of(prepared), self.models, self.options.borders, 0, 1)
        return Comparison(found.score, found.band, found.rows)
