"""Pairs judged: evidence under the model of their kind, its sum, and for each pair why it is what it is.

Rows of an explanation are read from the model's tables and sum to the log-odds exactly.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.comparison import (
    COMPARATOR_BY_NAME,
    Comparator,
    Context,
    NameIndex,
    alternatives,
)
from resolver.comparison.aligned_text import (
    DETAILED,
    PRINCIPALS,
    detail,
    parts_of_pairs,
    texts_of,
)
from resolver.pipeline import KIND_MISMATCH, ModelSet, model_kinds
from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import Prepared
from resolver.records.results.explanation import AlignedPart, EvidenceRow, Explanation
from resolver.records.results.resolution import Band
from resolver.scoring import (
    Borders,
    Model,
    interval_of,
    scores,
    smallest_changes,
)

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
    counts = np.bincount(kinds, minlength=1).tolist()
    for kind in (kind for kind, count in enumerate(counts) if kind and count):
        # mostly all are of one kind, and what is taken of a slice is no copy
        where = slice(None) if counts[kind] == len(left) else np.flatnonzero(kinds == kind)
        context = Context(
            prepared, names, left[where], right[where], kind != int(Kind.PERSON), workers
        )
        group = _Group.of(models.models[Kind(kind).label], context, silent)
        logodds[where], place[where] = group.logodds, np.arange(counts[kind])
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
            row = EvidenceRow(
                "kind", "Kinds that exclude each other.", kinds[0], kinds[1], 0.0, KIND_MISMATCH
            )
            return Explanation(*ids, float(self.scores[pair]), Band.DISTINCT, KIND_MISMATCH, (row,))
        group = self._groups[int(self.kinds[pair])]
        one = _Pair(group, int(self._place[pair]))
        logodds = int(self.logodds[pair])
        score = float(self.scores[pair])
        found = Explanation(*ids, score, borders.band(score), logodds, one.rows(), parts=one.parts)
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
    _lefts: dict[tuple[object, ...], list[str]] = field(default_factory=dict)

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

    def shown(self, place: int, telling: _Telling) -> tuple[list[str], list[str]]:
        """What either side of a pair says, beside `telling.shows`. The left record is mostly that of many."""
        ours, theirs = self._forms(place, telling)
        key = (telling.shows, *ours)
        held = self._lefts.get(key)
        if held is None:
            held = self._lefts[key] = texts_of(self.context.prepared, *ours, telling.shows)
        return held, texts_of(self.context.prepared, *theirs, telling.shows)

    def _forms(self, place: int, telling: _Telling) -> tuple[_Named, _Named]:
        """Of either side of a pair the row, the name that was compared, and where it is shown the principal one."""
        context = self.context
        rows, best = (context.left, context.right), context.best_forms
        first = context.principal_forms if telling.principals else best
        one, two = (
            (int(rows[side][place]), int(best[side][place]), int(first[side][place]))
            for side in (0, 1)
        )
        return one, two


_Named = tuple[int, int, int]


class _Term(NamedTuple):
    """A term of a model: its comparator, what is told of it, the column of its evidence, what it shows (a place among
    `_Telling.shows`), and whether `detail` has a word on it."""

    feature: str
    told: str
    column: int
    shows: int
    detailed: bool
    cuts: tuple[float, ...]
    weights: tuple[int, ...]


class _Both(NamedTuple):
    """A pair of terms: what it is called, and of either as in `_Term`. `detailed`: the comparators on which `detail`
    has a word, with their columns."""

    name: str
    columns: tuple[int, int]
    shows: tuple[int, int]
    detailed: tuple[tuple[str, int], ...]
    cuts: tuple[tuple[float, ...], tuple[float, ...]]
    weights: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Telling:
    """What is told of a model: its terms and pairs of terms, and what these show of either side, each once; of each
    column of evidence the comparator, and whether it plays a part in sums."""

    columns: tuple[tuple[Comparator, bool], ...]
    prior: EvidenceRow
    shows: tuple[str, ...]
    principals: bool
    terms: tuple[_Term, ...]
    pairs: tuple[_Both, ...]

    @classmethod
    def of(cls, model: Model) -> _Telling:
        """Of a model by itself."""
        column = {name: number for number, name in enumerate(model.features)}
        named = [term.feature for term in model.terms] + [
            name for pair in model.pairs for name in pair.features
        ]
        shows = tuple(dict.fromkeys(COMPARATOR_BY_NAME[name].shows for name in named))
        place = {name: shows.index(COMPARATOR_BY_NAME[name].shows) for name in named}
        terms = tuple(
            _Term(
                name,
                COMPARATOR_BY_NAME[name].help,
                column[name],
                place[name],
                name in DETAILED,
                cuts,
                weights,
            )
            for name, cuts, weights in (
                (term.feature, term.cuts, term.weights) for term in model.terms
            )
        )
        pairs = []
        for pair in model.pairs:
            one, two = pair.features
            detailed = tuple((name, column[name]) for name in pair.features if name in DETAILED)
            at, places = (column[one], column[two]), (place[one], place[two])
            pairs.append(_Both(f"{one} × {two}", at, places, detailed, pair.cuts, pair.weights))
        reads = model.reads
        columns = tuple((COMPARATOR_BY_NAME[name], name in reads) for name in model.features)
        prior = EvidenceRow(
            "prior",
            "Where every pair starts: most pairs are different.",
            "",
            "",
            None,
            model.intercept,
        )
        return cls(columns, prior, shows, PRINCIPALS in shows, terms, tuple(pairs))


_TELLINGS: dict[int, tuple[Model, _Telling]] = {}
"""By the model's identity, which it keeps as long as it is held here."""


def _telling_of(model: Model) -> _Telling:
    held = _TELLINGS.get(id(model))
    if held is None:
        if len(_TELLINGS) >= _MODELS:
            _TELLINGS.clear()
        held = _TELLINGS[id(model)] = (model, _Telling.of(model))
    return held[1]


def _telling_of_part(model: Model, similarities: Sequence[float]) -> _Telling:
    """What is told of the part of a model that judges a pair."""
    return _telling_of((model, model.plain, model.alone)[model.which_of(similarities)] or model)


_SIDES = (
    "births",
    "starts",
    "birth_places",
    "addresses",
    "nationalities",
    "countries",
    "identifiers",
)


def _silent(asked: Prepared) -> frozenset[str]:
    """What comparators look at (`Comparator.shows`) of which a record that is asked about says nothing: then there is
    no evidence. It stands in no list, so that none declares it to be another."""
    sides = {name: len(getattr(asked, name).items) for name in _SIDES}
    sides |= {f"plain:{prop}": len(side.items) for prop, (side, _) in asked.plain.items()}
    sides["gender"] = int(asked.gender[0])
    return frozenset({"sources", *(name for name, said in sides.items() if not said)})


class _Pair:
    """One pair of a group."""

    def __init__(self, group: _Group, place: int) -> None:
        self._group, self._place = group, place
        self._values: list[float] = group.evidence[place].tolist()
        self._details: dict[str, str] = {}
        self.parts = group.parts(place)
        """How the names were aligned."""

    def rows(self) -> tuple[EvidenceRow, ...]:
        """The sum, from the prior to the calibration."""
        group, place = self._group, self._place
        telling = _telling_of_part(group.model, self._values)
        left, right = group.shown(place, telling)
        shift = int(group.logodds[place]) - int(group.raw[place])
        found = [telling.prior]
        self._terms(telling, left, right, found)
        self._both(telling, left, right, found)
        found.append(
            EvidenceRow(
                "calibration", "Turns the sum into a probability that holds.", "", "", None, shift
            )
        )
        return tuple(found)

    def _terms(
        self, telling: _Telling, left: list[str], right: list[str], found: list[EvidenceRow]
    ) -> None:
        values = self._values
        for feature, told, column, shows, detailed, cuts, weights in telling.terms:
            value = values[column]
            word = self._detail(feature, value) if detailed else ""
            # what is missing is no number, and not like itself
            if value == value:
                weight, similarity = weights[bisect_left(cuts, value)], round(value, 4)
                found.append(
                    EvidenceRow(feature, told, left[shows], right[shows], similarity, weight, word)
                )
            else:
                weight = weights[len(cuts) + 1]
                found.append(
                    EvidenceRow(feature, told, left[shows], right[shows], None, weight, word)
                )

    def _both(
        self, telling: _Telling, left: list[str], right: list[str], found: list[EvidenceRow]
    ) -> None:
        """What two comparators say together."""
        values = self._values
        for name, columns, (one, two), detailed, cuts, weights in telling.pairs:
            weight = weights[interval_of(values[columns[0]], cuts[0])][
                interval_of(values[columns[1]], cuts[1])
            ]
            word = ""
            if detailed:
                word = ", ".join(
                    filter(
                        None,
                        [self._detail(feature, values[column]) for feature, column in detailed],
                    )
                )
            ours, theirs = _together(left[one], left[two]), _together(right[one], right[two])
            found.append(
                EvidenceRow(name, "What the two say together.", ours, theirs, None, weight, word)
            )

    def _detail(self, feature: str, value: float) -> str:
        said = self._details.get(feature)
        if said is None:
            # `detail` may be asked for by a term and by a pair of them
            said = self._details[feature] = detail(
                self._group.context, feature, value, self._place, self.parts
            )
        return said


def _together(one: str, two: str) -> str:
    """What two comparators look at; where they look at the same, once."""
    return f"{one} / {two}" if one and two and one != two else one or two
