"""Scored pairs that can be explained: the evidence under the model of their kind, and the sum of
the evidence.

The layout of a model's evidence says which rows an explanation shows. It is built once per model,
and the rows sum to the log-odds exactly. Further rows turn the sum into a probability in a
population. The module also lists the features of a model, for readers who ask how scores are made.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.comparators import COMPARATOR_BY_NAME, Comparator, alternatives
from resolver.matching.population_scoring import KIND_MISMATCH
from resolver.matching.resolution_task import ModelSet
from resolver.matching.scoring import Model, Thresholds, interval_index, scores, smallest_changes
from resolver.matching.scoring.model import choose_model_kinds
from resolver.matching.scoring.source_shifts import PairSources
from resolver.matching.scoring.terms import LOGODDS_LIMIT
from resolver.names.aligned_text import (
    DETAILED,
    PRINCIPALS,
    aligned_parts_of_pairs,
    detail,
    record_texts,
)
from resolver.names.context import Context
from resolver.names.name_index import NameIndex
from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import (
    CALLERS,
    REFERENCE_PARTNERS,
    REFERENCE_RECORDS,
    KindPopulation,
)
from resolver.records.results.explanation import AlignedPart, EvidenceRow, Explanation
from resolver.records.results.resolution import Band
from resolver.runtime.threads import lazy_property

_MAX_LAYOUTS = 64


class TermLayout(NamedTuple):
    """Row of a term: its comparator, and where to find evidence and texts.

    `column`: column of the evidence. `shown`: position of the texts among `ModelLayout.shows`.
    `has_detail`: `detail` may explain the value.
    """

    feature: str
    help: str
    column: int
    shown: int
    has_detail: bool
    cuts: tuple[float, ...]
    weights: tuple[int, ...]


class PairTermLayout(NamedTuple):
    """Row of a pair of terms; `columns` and `shown` are as in `TermLayout`, one for each term.

    `detailed`: comparators that `detail` may explain, with their columns.
    """

    name: str
    columns: tuple[int, int]
    shown: tuple[int, int]
    detailed: tuple[tuple[str, int], ...]
    cuts: tuple[tuple[float, ...], tuple[float, ...]]
    weights: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ModelLayout:
    """Rows of a model: `prior`, terms and pairs of terms.

    `columns`: for each column of evidence the comparator, and whether sums use it. `shows`: the
    kinds of text that the comparators compare (`Comparator.shows`), each once. `has_principals`:
    the principal name is one of them.
    """

    columns: tuple[tuple[Comparator, bool], ...]
    prior: EvidenceRow
    shows: tuple[str, ...]
    has_principals: bool
    terms: tuple[TermLayout, ...]
    pairs: tuple[PairTermLayout, ...]

    @classmethod
    def of(cls, model: Model) -> ModelLayout:
        """Build the layout of one model or part of a model."""
        column = {name: number for number, name in enumerate(model.features)}
        features = [
            *(term.feature for term in model.terms),
            *(name for pair in model.pairs for name in pair.features),
        ]
        shows = tuple(dict.fromkeys(COMPARATOR_BY_NAME[name].shows for name in features))
        shown = {name: shows.index(COMPARATOR_BY_NAME[name].shows) for name in features}
        terms = tuple(
            TermLayout(
                term.feature,
                COMPARATOR_BY_NAME[term.feature].help,
                column[term.feature],
                shown[term.feature],
                term.feature in DETAILED,
                term.cuts,
                term.weights,
            )
            for term in model.terms
        )
        pairs = []
        for pair in model.pairs:
            first, second = pair.features
            pairs.append(
                PairTermLayout(
                    f"{first} × {second}",
                    (column[first], column[second]),
                    (shown[first], shown[second]),
                    tuple((name, column[name]) for name in pair.features if name in DETAILED),
                    pair.cuts,
                    pair.weights,
                )
            )
        used = model.used_features
        columns = tuple((COMPARATOR_BY_NAME[name], name in used) for name in model.features)
        prior = EvidenceRow(
            "prior", "Start of the sum: most pairs are different.", "", "", None, model.intercept
        )
        return cls(columns, prior, shows, PRINCIPALS in shows, terms, tuple(pairs))


_layouts: dict[int, tuple[Model, ModelLayout]] = {}
"""Layouts by the identity of their model, which is fixed as long as the model is held here."""


def layout_of(model: Model) -> ModelLayout:
    """Return the layout of a model, built once."""
    entry = _layouts.get(id(model))
    if entry is None:
        if len(_layouts) >= _MAX_LAYOUTS:
            _layouts.clear()
        entry = _layouts[id(model)] = (model, ModelLayout.of(model))
    return entry[1]


_WORDS = {"person": "persons", "group": "groups", "asset": "assets"}


_WITHIN_TEXT = "How often two entries of this list are one entity, against pairs of any lists."
_ACROSS_TEXT = "How often entries of these two lists are one entity, against pairs of any lists."
_RELATIVES = {
    "person": "Kin, twins and copied values: how much of this they would share too.",
    "group": "Branches, sister companies and factions: how much of this they would share too.",
    "asset": "Sister ships and copied values: how much of this they would share too.",
}


def population_rows(
    model: Model,
    sums: tuple[int, int],
    logodds: int,
    sources: PairSources | None = None,
    date_shift: int = 0,
    held: str = "",
) -> Iterator[EvidenceRow]:
    """Yield the rows that lead from the sum of evidence to the log-odds (both in thousandths).

    `sums` has two sums: the sum against chance, which is the total of the rows before, and the sum
    against relatives. The rows come in this order:

    1. the calibration in the population that models refer to
    2. the change that the size of the present population makes
    3. the change that relatives in the present population make
    4. the change that the share of true pairs in the present population makes
    5. the change that the `sources` of the pair make (None: they are not known)
    6. in a check, the weight that names have there; otherwise the limit for names alone, or for a
       contradiction (`held`: its text)
    7. what the dates of the pair add where errors in dates are common (`date_shift`)
    """
    raw, basis = sums[0], model.basis
    if basis is None:
        text = "Converts the sum into a calibrated probability."
        if model.population is not None:
            text = "Converts the sum into a probability, at even odds before anything is compared."
        yield _row("calibration", text, logodds - raw)
        return
    reference, _ = model.logodds_in(KindPopulation(), sums)
    own_size = KindPopulation(basis.records, concentration=basis.concentration)
    by_chance, in_size = model.logodds_in(own_size, sums)
    _, shifted = model.logodds_in(basis, sums)
    words = _WORDS[model.kind]
    text = f"Converts the sum into a probability among {REFERENCE_RECORDS:,} {words}."
    yield _row("calibration", text, reference - raw)
    text = f"{basis.records:,} {words}: chance look-alikes grow with their number."
    yield _row("population", text, by_chance - reference)
    yield _row("relatives", _RELATIVES[model.kind], in_size - by_chance)
    yield _row("partners", _partners_text(basis, words), shifted - in_size)
    own_share = int(model.source_shifts(sources)[0])
    if sources is not None and own_share:
        limited = min(max(shifted + own_share, -LOGODDS_LIMIT), LOGODDS_LIMIT)
        text = _WITHIN_TEXT if sources.is_within[0] else _ACROSS_TEXT
        yield _row("sources", text, limited - shifted)
        shifted = limited
    if model.is_check:
        text = (
            "A check weighs names and birth dates differently, as most people who are checked are"
            " not listed."
        )
        yield _row("asked", text, logodds - shifted)
        return
    # a sum at the limit of scores is not limited for names alone
    limited = shifted if logodds >= LOGODDS_LIMIT else logodds - date_shift
    if limited != shifted:
        text = held or "Only names agree: nobody is merged on that alone."
        yield _row("held" if held else "names_only", text, limited - shifted)
    if date_shift:
        text = "One part of the birth dates differs; such errors are common among these records."
        yield _row("date_errors", text, logodds - limited)


def _row(comparator: str, text: str, weight: int) -> EvidenceRow:
    return EvidenceRow(comparator, text, "", "", None, weight)


def _partners_text(basis: KindPopulation, words: str) -> str:
    """Return the text on the share of true pairs; in a check this is the share of listed
    callers.
    """
    if not basis.listed:
        return (
            f"{basis.partners / 1000:g} true pairs for each of the {words}, where "
            f"{REFERENCE_PARTNERS / 1000:g} are usual."
        )
    callers = CALLERS / basis.listed
    if basis.listed < CALLERS and abs(callers - round(callers)) < 0.01 * callers:
        return f"1 in {round(callers):,} callers is listed."
    return f"{100 * basis.true_share:.3g} % of callers are listed."


_SIDES = (
    "births",
    "starts",
    "birth_places",
    "addresses",
    "nationalities",
    "linked_countries",
    "identifiers",
)


def score_explained(
    prepared: PreparedBatch,
    names: NameIndex,
    models: ModelSet,
    left: IntArray,
    right: IntArray,
    workers: int = 1,
    query: PreparedBatch | None = None,
) -> ExplainedPairs:
    """Score pairs of rows of a prepared batch, and keep the values that explain each pair.

    `query`: the record that is left in every pair, or several records, each of which is left in
    some pairs. If it is given, comparators of properties that the query lacks, and comparators that
    no sum uses, are left out.
    """
    missing = _find_missing(query) if query is not None else None
    logodds = np.full(len(left), KIND_MISMATCH, dtype=np.int32)
    kinds = choose_model_kinds(prepared.kinds, left, right)
    groups, place = {}, np.zeros(len(left), dtype=np.int64)
    counts = np.bincount(kinds, minlength=1).tolist()
    for kind, count in enumerate(counts):
        if not kind or not count:
            continue
        # mostly all pairs are of one kind, and then a slice avoids a copy
        chosen = slice(None) if count == len(left) else np.flatnonzero(kinds == kind)
        model = models.models[Kind(kind).label]
        context = Context(
            prepared,
            names,
            left[chosen],
            right[chosen],
            kind != int(Kind.PERSON),
            workers,
            models.tables,
            is_check=model.is_check,
        )
        group = _KindGroup.compare(model, context, missing)
        logodds[chosen], place[chosen] = group.logodds, np.arange(count)
        groups[kind] = group
    return ExplainedPairs(prepared, left, right, kinds, logodds, groups, place)


def _find_missing(query: PreparedBatch) -> frozenset[str]:
    """Return the compared kinds of text (`Comparator.shows`) that a query lacks. For several
    queries, return the kinds that all of them lack.

    A query belongs to no source, so no list can declare it to be another record.
    """
    missing = {"sources"}
    for name in _SIDES:
        if not len(getattr(query, name).items):
            missing.add(name)
    for prop, (side, _) in query.plain.items():
        if not len(side.items):
            missing.add(f"plain:{prop}")
    if not query.gender.any():
        missing.add("gender")
    return frozenset(missing)


@dataclass(frozen=True)
class ExplainedPairs:
    """m scored pairs of rows: calibrated `logodds` in thousandths, and explanations."""

    prepared: PreparedBatch
    left: IntArray
    right: IntArray
    kinds: npt.NDArray[np.uint8]
    logodds: npt.NDArray[np.int32]
    _groups: Mapping[int, _KindGroup]
    _place: npt.NDArray[np.int64]

    @lazy_property
    def scores(self) -> npt.NDArray[np.float64]:
        """Calibrated probability of each pair."""
        return scores(self.logodds)

    def evidence_of(self, pair: int) -> npt.NDArray[np.float32]:
        """Return the similarities of a pair by the comparators of its kind. The two kinds must not
        exclude each other.
        """
        evidence: npt.NDArray[np.float32] = self._groups[int(self.kinds[pair])].evidence[
            int(self._place[pair])
        ]
        return evidence

    def explanation(
        self, pair: int, thresholds: Thresholds, *, changes: bool = False
    ) -> Explanation:
        """Return why a pair has its score; with `changes`, also what would change its band."""
        left, right = int(self.left[pair]), int(self.right[pair])
        ids = (self.prepared.ids[left].as_py(), self.prepared.ids[right].as_py())
        score, logodds = float(self.scores[pair]), int(self.logodds[pair])
        if self.kinds[pair] == 0:
            kinds = [Kind(int(self.prepared.kinds[row])).label for row in (left, right)]
            text = "Kinds that exclude each other."
            row = EvidenceRow("kind", text, kinds[0], kinds[1], 0.0, KIND_MISMATCH)
            return Explanation(*ids, score, Band.DISTINCT, KIND_MISMATCH, (row,))
        group, index = self._groups[int(self.kinds[pair])], int(self._place[pair])
        evidence = _PairEvidence(group, index)
        explanation = Explanation(
            *ids, score, thresholds.band(score), logodds, evidence.rows(), parts=evidence.parts
        )
        if not changes:
            return explanation
        context = replace(group.context, left=self.left[[pair]], right=self.right[[pair]])
        similarities = group.evidence[index : index + 1]
        options = alternatives(context, group.model.features, similarities)
        model = group.model.at_source(group.sources.at(index))
        smallest = smallest_changes(model, thresholds, similarities, options)
        return replace(explanation, changes=smallest)

    def similarity(self, pair: int, feature: str) -> float | None:
        """Return the similarity of a pair as its explanation shows it; None if it has none."""
        group = self._groups.get(int(self.kinds[pair]))
        if group is None:
            return None
        value = float(group.evidence[self._place[pair], group.model.features.index(feature)])
        return None if math.isnan(value) else round(value, 4)

    def similarities(self, feature: str) -> npt.NDArray[np.float32]:
        """Return the similarities of all pairs by a comparator that all kinds have; NaN: none."""
        values = np.full(len(self.left), np.nan, dtype=np.float32)
        for kind, group in self._groups.items():
            column = group.evidence[:, group.model.features.index(feature)]
            if len(column) == len(values):
                return column
            values[self.kinds == kind] = column
        return values

    def stated_similarities(self, pair: int) -> list[tuple[str, float]]:
        """Return the comparators that have a value for a pair, each with its value, in the order of
        the table.
        """
        features = self._groups[int(self.kinds[pair])].model.features
        return [
            (feature, value)
            for feature, value in zip(features, self.evidence_of(pair).tolist(), strict=True)
            # a missing similarity is NaN, which is not equal to itself
            if value == value
        ]

    def contradicts(self, pair: int, left_out: Collection[str]) -> bool:
        """Return whether a comparator speaks against a pair; comparators in `left_out` are
        ignored.
        """
        similarities = self.evidence_of(pair).tolist()
        layout = layout_of(self._groups[int(self.kinds[pair])].model.part_of(similarities))
        return any(
            weights[bisect_left(cuts, value)] < 0
            for feature, _, column, _, _, cuts, weights in layout.terms
            # a missing similarity is NaN, which is not equal to itself
            if feature not in left_out and (value := similarities[column]) == value
        )

    def prepare_explanations(self, pairs: Iterable[int]) -> None:
        """Align the names of the pairs that are to be explained; all together cost little more than
        one pair.
        """
        places_of: dict[int, list[int]] = {}
        for pair in pairs:
            places_of.setdefault(int(self.kinds[pair]), []).append(int(self._place[pair]))
        for kind, places in places_of.items():
            if kind:
                self._groups[kind].align(places)


@dataclass(frozen=True)
class _KindGroup:
    """Pairs under the model of one kind: evidence (pairs × features), raw sums and log-odds, and
    sources.
    """

    model: Model
    context: Context
    evidence: npt.NDArray[np.float32]
    raw: npt.NDArray[np.int64]
    logodds: npt.NDArray[np.int64]
    sources: PairSources
    _parts: dict[int, tuple[AlignedPart, ...]] = field(default_factory=dict)
    _left_texts: dict[tuple[object, ...], list[str]] = field(default_factory=dict)

    @classmethod
    def compare(cls, model: Model, context: Context, missing: frozenset[str] | None) -> _KindGroup:
        """Compare and score the pairs of a context; comparators of missing properties are left
        out.
        """
        # each column is contiguous, as it is written and read as a whole
        evidence = np.full((len(model.features), len(context.left)), np.nan, dtype=np.float32)
        for column, (comparator, is_used) in enumerate(layout_of(model).columns):
            if missing is None or (is_used and comparator.shows not in missing):
                evidence[column] = comparator.compare(context)
        sources = PairSources.of(context.prepared, context.left, context.right)
        raw, logodds = model.raw_and_logodds(evidence.T, sources)
        return cls(model, context, evidence.T, raw, logodds, sources)

    def align(self, places: Sequence[int]) -> None:
        """Align the names of some pairs, for `parts`."""
        self._parts.update(zip(places, aligned_parts_of_pairs(self.context, places), strict=True))

    def parts(self, place: int) -> tuple[AlignedPart, ...]:
        """Return how the names of a pair are aligned."""
        if place not in self._parts:
            self.align([place])
        return self._parts[place]

    def texts(self, place: int, layout: ModelLayout) -> tuple[list[str], list[str]]:
        """Return the texts of either record of a pair, one for each of `layout.shows`.

        Texts of left records are kept, because mostly one record is left in many pairs.
        """
        context = self.context
        best = context.best_forms
        principal = context.principal_forms if layout.has_principals else best
        left = int(context.left[place]), int(best[0][place]), int(principal[0][place])
        right = int(context.right[place]), int(best[1][place]), int(principal[1][place])
        key = (layout.shows, *left)
        left_texts = self._left_texts.get(key)
        if left_texts is None:
            left_texts = record_texts(context.prepared, *left, layout.shows)
            self._left_texts[key] = left_texts
        return left_texts, record_texts(context.prepared, *right, layout.shows)


class _PairEvidence:
    """Evidence of one pair of a group; `parts` say how the names are aligned."""

    def __init__(self, group: _KindGroup, index: int) -> None:
        self._group, self._place = group, index
        self._similarities: list[float] = group.evidence[index].tolist()
        self._details: dict[str, str] = {}
        self.parts = group.parts(index)

    def rows(self) -> tuple[EvidenceRow, ...]:
        """Return the rows of the sum, from the prior to the calibration."""
        group, index = self._group, self._place
        layout = layout_of(group.model.part_of(self._similarities))
        left, right = group.texts(index, layout)
        evidence, model = group.evidence[index : index + 1], group.model
        relatives = model.relative_sums(evidence)
        return (
            layout.prior,
            *self._term_rows(layout, left, right),
            *self._pair_term_rows(layout, left, right),
            *population_rows(
                model,
                (int(group.raw[index]), int(relatives[0])),
                int(group.logodds[index]),
                group.sources.at(index),
                int(model.date_shifts(evidence)[0]),
                next((text for text, has in model.contradictions(evidence).items() if has[0]), ""),
            ),
        )

    def _term_rows(
        self, layout: ModelLayout, left: list[str], right: list[str]
    ) -> Iterator[EvidenceRow]:
        similarities = self._similarities
        for feature, text, column, shown, has_detail, cuts, weights in layout.terms:
            value = similarities[column]
            note = self._detail(feature, value) if has_detail else ""
            rounded: float | None = None
            weight = weights[len(cuts) + 1]
            # a missing similarity is NaN, which is not equal to itself
            if value == value:
                rounded, weight = round(value, 4), weights[bisect_left(cuts, value)]
            yield EvidenceRow(feature, text, left[shown], right[shown], rounded, weight, note)

    def _pair_term_rows(
        self, layout: ModelLayout, left: list[str], right: list[str]
    ) -> Iterator[EvidenceRow]:
        similarities = self._similarities
        for name, columns, (first, second), detailed, cuts, weights in layout.pairs:
            weight = weights[interval_index(similarities[columns[0]], cuts[0])][
                interval_index(similarities[columns[1]], cuts[1])
            ]
            notes = [self._detail(feature, similarities[column]) for feature, column in detailed]
            yield EvidenceRow(
                name,
                "Correction where both are considered together.",
                _join_texts(left[first], left[second]),
                _join_texts(right[first], right[second]),
                None,
                weight,
                ", ".join(filter(None, notes)),
            )

    def _detail(self, feature: str, similarity: float) -> str:
        # a term and a pair of terms may need the same detail
        text = self._details.get(feature)
        if text is None:
            text = detail(self._group.context, feature, similarity, self._place, self.parts)
            self._details[feature] = text
        return text


def _join_texts(first: str, second: str) -> str:
    """Return the texts that two comparators compare; equal texts are listed only once."""
    return f"{first} / {second}" if first and second and first != second else first or second


@dataclass(frozen=True, slots=True)
class FeatureWeights:
    """Feature of a model, with the range of its weights over the models of all kinds.

    `max_weight` and `min_weight` are the highest and the lowest value that the feature alone can
    add to the log-odds, in thousandths.
    """

    name: str
    help: str
    max_weight: int
    min_weight: int


def feature_weights(models: ModelSet) -> list[FeatureWeights]:
    """Return the features of a model, by name."""
    weights: dict[str, list[int]] = {}
    for model in (
        part for model_of_kind in models.models.values() for part in model_of_kind.parts.values()
    ):
        for term in model.terms:
            weights.setdefault(term.feature, []).extend(term.weights)
        for pair in model.pairs:
            for name in pair.features:
                weights.setdefault(name, []).append(0)
    return [
        FeatureWeights(name, COMPARATOR_BY_NAME[name].help, max(values), min(values))
        for name, values in sorted(weights.items())
    ]
