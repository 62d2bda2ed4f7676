"""Pairs judged: evidence under the model of their kind, its sum, and for each pair why it is what it is.

Rows of an explanation are read from the model's tables and sum to the log-odds exactly.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resolver.classify import Borders, Model, PairTerm, Term, scores, smallest_changes
from resolver.compare import COMPARATOR_BY_NAME, Comparator, Context, NameIndex, alternatives
from resolver.compare.explain import DETAILED, Side, detail, parts_of_pairs
from resolver.pipeline import KIND_MISMATCH, ModelSet, model_kinds
from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.explanation import AlignedPart, EvidenceRow, Explanation
from resolver.records.prepared import Prepared
from resolver.records.resolution import Band

_TOLD = {row.name: (row.help, row.shows) for row in COMPARATOR_BY_NAME.values()}
"""What explanations say of each comparator: asked for by the hundred for every answer."""
_MODELS = 64


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
    stands left in every pair, by itself; what it says nothing of is not compared, nor what plays no part in sums."""
    silent = _silent(asked) if asked is not None else None
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
        place = int(self._place[pair])
        evidence = group.evidence[place : place + 1]
        others = alternatives(context, group.model.features, evidence)
        return replace(found, changes=smallest_changes(group.model, borders, evidence, others))

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
    def of(cls, model: Model, context: Context, silent: frozenset[str] | None) -> _Group:
        # a column lies in one piece, as it is made and read
        evidence = np.full((len(model.features), len(context.left)), np.nan, dtype=np.float32)
        for column, (row, plays) in enumerate(_telling_of(model).columns):
            if silent is None or (plays and row.shows not in silent):
                evidence[column] = row.compare(context)
        return cls(model, context, evidence.T, *model.sums(evidence.T))

    def align(self, places: Sequence[int]) -> None:
        """Work out how the names of some pairs were aligned."""
        self._parts.update(zip(places, parts_of_pairs(self.context, places), strict=True))

    def parts(self, place: int) -> tuple[AlignedPart, ...]:
        """How the names of a pair were aligned."""
        if place not in self._parts:
            self.align([place])
        return self._parts[place]

    def telling(self, place: int) -> _Telling:
        """What is told of the part of the model that judges a pair."""
        return _telling_of((self.model, self.model.plain, self.model.alone)[self._which[place]] or self.model)

    def left(self, place: int) -> Side:
        """The left record of a pair, which mostly is that of many."""
        row = int(self.context.left[place])
        if row not in self._lefts:
            self._lefts[row] = Side(self.context.prepared, row)
        return self._lefts[row]

    @cached_property
    def _which(self) -> list[int]:
        found: list[int] = self.model.which(self.evidence).tolist()
        return found


@dataclass(frozen=True, slots=True)
class _Telling:
    """What is told of a model: its terms and pairs of terms, each with the columns of its evidence, what it shows of
    either side, and the comparators that `detail` has a word on; of each column the comparator, and whether it plays a
    part in sums."""

    columns: tuple[tuple[Comparator, bool], ...]
    intercept: int
    terms: tuple[tuple[Term, str, str, int, bool], ...]
    pairs: tuple[tuple[PairTerm, str, tuple[int, int], tuple[str, str], tuple[str, ...]], ...]

    @classmethod
    def of(cls, model: Model) -> _Telling:
        """Of a model by itself."""
        column = {name: number for number, name in enumerate(model.features)}
        terms = tuple(
            (term, *_TOLD[term.feature], column[term.feature], term.feature in DETAILED) for term in model.terms
        )
        pairs = []
        for pair in model.pairs:
            one, two = pair.features
            detailed = tuple(name for name in pair.features if name in DETAILED)
            shows = (_TOLD[one][1], _TOLD[two][1])
            pairs.append((pair, f"{one} × {two}", (column[one], column[two]), shows, detailed))
        reads = model.reads
        columns = tuple((COMPARATOR_BY_NAME[name], name in reads) for name in model.features)
        return cls(columns, model.intercept, terms, tuple(pairs))


_TELLINGS: dict[int, tuple[Model, _Telling]] = {}
"""By the model's identity, which it keeps as long as it is held here."""


def _telling_of(model: Model) -> _Telling:
    held = _TELLINGS.get(id(model))
    if held is None:
        if len(_TELLINGS) >= _MODELS:
            _TELLINGS.clear()
        held = _TELLINGS[id(model)] = (model, _Telling.of(model))
    return held[1]


_SIDES = ("births", "starts", "birth_places", "addresses", "nationalities", "countries", "identifiers")


def _silent(asked: Prepared) -> frozenset[str]:
    """What comparators look at (`Comparator.shows`) of which a record says nothing: then there is no evidence."""
    sides = {name: len(getattr(asked, name).items) for name in _SIDES}
    sides |= {f"plain:{prop}": len(side.items) for prop, (side, _) in asked.plain.items()}
    sides["gender"] = int(asked.gender[0])
    return frozenset(name for name, said in sides.items() if not said)


class _Pair:
    """One pair of a group."""

    def __init__(self, group: _Group, place: int) -> None:
        self._group, self._place = group, place
        self._values: list[float] = group.evidence[place].tolist()
        self._details: dict[str, str] = {}
        self._texts: dict[str | tuple[str, str], tuple[str, str]] = {}
        context = group.context
        self._sides = group.left(place), Side(context.prepared, int(context.right[place]))
        left, right = context.best_forms
        self._forms = int(left[place]), int(right[place])
        self.parts = group.parts(place)
        """How the names were aligned."""

    def rows(self) -> list[EvidenceRow]:
        """The sum, from the prior to the calibration."""
        telling = self._group.telling(self._place)
        shift = int(self._group.logodds[self._place]) - int(self._group.raw[self._place])
        return [
            EvidenceRow("prior", "Where every pair starts: most pairs are different.", "", "", None, telling.intercept),
            *self._terms(telling),
            *self._both(telling),
            EvidenceRow("calibration", "Turns the sum into a probability that holds.", "", "", None, shift),
        ]

    def _terms(self, telling: _Telling) -> Iterable[EvidenceRow]:
        values = self._values
        for term, told_of, shows, column, detailed in telling.terms:
            value = values[column]
            missing = math.isnan(value)
            weight = term.weights[len(term.cuts) + 1 if missing else bisect_left(term.cuts, value)]
            told = self._detail(term.feature, value) if detailed else ""
            left, right = self._shown(shows)
            yield EvidenceRow(term.feature, told_of, left, right, None if missing else round(value, 4), weight, told)

    def _both(self, telling: _Telling) -> Iterable[EvidenceRow]:
        """What two comparators say together."""
        values = self._values
        for pair, name, columns, shows, detailed in telling.pairs:
            at = [
                len(cuts) + 1 if math.isnan(values[column]) else bisect_left(cuts, values[column])
                for column, cuts in zip(columns, pair.cuts, strict=True)
            ]
            left, right = self._together(shows)
            told = [self._detail(one, values[columns[pair.features.index(one)]]) for one in detailed]
            weight = pair.weights[at[0]][at[1]]
            yield EvidenceRow(
                name, "What the two say together.", left, right, None, weight, ", ".join(filter(None, told))
            )

    def _detail(self, feature: str, value: float) -> str:
        if feature not in self._details:
            # `detail` may be asked for by a term and by a pair of them
            said = detail(self._group.context, feature, value, self._place, self.parts)
            self._details[feature] = said
        return self._details[feature]

    def _shown(self, shows: str) -> tuple[str, str]:
        found = self._texts.get(shows)
        if found is None:
            (one, two), (left, right) = self._sides, self._forms
            if shows == "principals":
                left, right = (int(forms[self._place]) for forms in self._group.context.principal_forms)
            found = self._texts[shows] = one.text(shows, left), two.text(shows, right)
        return found

    def _together(self, shows: tuple[str, str]) -> tuple[str, str]:
        """What two comparators look at; where they look at the same, once."""
        found = self._texts.get(shows)
        if found is None:
            one, two = self._shown(shows[0]), self._shown(shows[1])
            left, right = (" / ".join(dict.fromkeys(filter(None, texts))) for texts in zip(one, two, strict=True))
            found = self._texts[shows] = left, right
        return found
