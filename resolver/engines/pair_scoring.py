"""Scored pairs that can be explained: evidence under the model of their kind, and its sum.

Rows of an explanation are read from the model's tables and sum to the log-odds exactly.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from resolver.comparison import Context, NameIndex, alternatives
from resolver.comparison.aligned_text import aligned_parts_of_pairs, detail, record_texts
from resolver.engines.evidence_layout import ModelLayout, layout_of, layout_of_part
from resolver.engines.population_rows import population_rows
from resolver.kernels.threads import lazy_property
from resolver.model_set import ModelSet
from resolver.population_scoring import KIND_MISMATCH, choose_model_kinds
from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.results.explanation import AlignedPart, EvidenceRow, Explanation
from resolver.records.results.resolution import Band
from resolver.scoring import (
    Model,
    Thresholds,
    interval_index,
    scores,
    smallest_changes,
)
from resolver.scoring.source_shifts import PairSources

_RecordForms = tuple[int, int, int]
"""Row of a record, the name form that was compared, and the principal one."""
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
    """Score pairs of rows of a prepared batch, and keep what it takes to explain each.

    `query`: the record that is left in every pair, by itself. Comparators of what it lacks, and
    those that no sum uses, are then left out.
    """
    missing = _find_missing(query) if query is not None else None
    logodds = np.full(len(left), KIND_MISMATCH, dtype=np.int32)
    kinds = choose_model_kinds(prepared.kinds, left, right)
    groups, place = {}, np.zeros(len(left), dtype=np.int64)
    counts = np.bincount(kinds, minlength=1).tolist()
    for kind in (kind for kind, count in enumerate(counts) if kind and count):
        # mostly all pairs are of one kind, and a slice makes no copy
        chosen = slice(None) if counts[kind] == len(left) else np.flatnonzero(kinds == kind)
        context = Context(
            prepared,
            names,
            left[chosen],
            right[chosen],
            kind != int(Kind.PERSON),
            workers,
            models.tables,
        )
        group = _KindGroup.compare(models.models[Kind(kind).label], context, missing)
        logodds[chosen], place[chosen] = group.logodds, np.arange(counts[kind])
        groups[kind] = group
    return ExplainedPairs(prepared, left, right, kinds, logodds, groups, place)


def _find_missing(query: PreparedBatch) -> frozenset[str]:
    """Return what comparators compare (`Comparator.shows`) that a query lacks.

    A query belongs to no source, so no list can declare it to be another record.
    """
    counts = {name: len(getattr(query, name).items) for name in _SIDES}
    counts |= {f"plain:{prop}": len(side.items) for prop, (side, _) in query.plain.items()}
    counts["gender"] = int(query.gender[0])
    return frozenset({"sources", *(name for name, count in counts.items() if not count)})


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
        """Return the similarities of a pair by the comparators of its kind (not of pairs whose
        kinds exclude each other).
        """
        evidence: npt.NDArray[np.float32] = self._groups[int(self.kinds[pair])].evidence[
            int(self._place[pair])
        ]
        return evidence

    def explanation(
        self, pair: int, thresholds: Thresholds, *, changes: bool = False
    ) -> Explanation:
        """Return why a pair has its score; with `changes` also what would change its band."""
        left, right = int(self.left[pair]), int(self.right[pair])
        ids = (self.prepared.ids[left].as_py(), self.prepared.ids[right].as_py())
        score, logodds = float(self.scores[pair]), int(self.logodds[pair])
        if self.kinds[pair] == 0:
            kinds = [Kind(int(self.prepared.kinds[row])).label for row in (left, right)]
            text = "Kinds that exclude each other."
            row = EvidenceRow("kind", text, kinds[0], kinds[1], 0.0, KIND_MISMATCH)
            return Explanation(*ids, score, Band.DISTINCT, KIND_MISMATCH, (row,))
        group, place = self._groups[int(self.kinds[pair])], int(self._place[pair])
        evidence = _PairEvidence(group, place)
        explanation = Explanation(
            *ids, score, thresholds.band(score), logodds, evidence.rows(), parts=evidence.parts
        )
        if not changes:
            return explanation
        context = replace(group.context, left=self.left[[pair]], right=self.right[[pair]])
        similarities = group.evidence[place : place + 1]
        options = alternatives(context, group.model.features, similarities)
        model = group.model.at_source(group.sources.at(place))
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
            rows = np.flatnonzero(self.kinds == kind)
            values[rows] = group.evidence[self._place[rows], group.model.features.index(feature)]
        return values

    def contradicts(self, pair: int, left_out: Collection[str]) -> bool:
        """Return whether a comparator speaks against a pair, some of them left out."""
        similarities = self.evidence_of(pair).tolist()
        layout = layout_of_part(self._groups[int(self.kinds[pair])].model, similarities)
        return any(
            weights[bisect_left(cuts, value)] < 0
            for feature, _, column, _, _, cuts, weights in layout.terms
            # a missing similarity is not a number, which is not equal to itself
            if feature not in left_out and (value := similarities[column]) == value
        )

    def prepare_explanations(self, pairs: Iterable[int]) -> None:
        """Align the names of pairs to be explained: together they cost little more than one."""
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
        """Compare and score the pairs of a context; leave out comparators of what is missing."""
        # a column is contiguous, as it is written and read as a whole
        evidence = np.full((len(model.features), len(context.left)), np.nan, dtype=np.float32)
        for column, (comparator, is_used) in enumerate(layout_of(model).columns):
            if missing is None or (is_used and comparator.shows not in missing):
                evidence[column] = comparator.compare(context)
        sources = PairSources.of(context.prepared, context.left, context.right)
        raw, logodds = model.raw_and_logodds(evidence.T, sources)
        return cls(model, context, evidence.T, raw, logodds, sources)

    def sums(self, place: int) -> tuple[int, int]:
        """Return the sums of a pair against chance and against relatives (thousandths)."""
        relatives = self.model.relative_sums(self.evidence[place : place + 1])
        return int(self.raw[place]), int(relatives[0])

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

        Texts of left records are kept, as one record is mostly left in many pairs.
        """
        left, right = self._record_forms(place, layout)
        key = (layout.shows, *left)
        left_texts = self._left_texts.get(key)
        if left_texts is None:
            left_texts = record_texts(self.context.prepared, *left, layout.shows)
            self._left_texts[key] = left_texts
        return left_texts, record_texts(self.context.prepared, *right, layout.shows)

    def _record_forms(self, place: int, layout: ModelLayout) -> tuple[_RecordForms, _RecordForms]:
        context = self.context
        rows, best = (context.left, context.right), context.best_forms
        principal = context.principal_forms if layout.has_principals else best
        left, right = (
            (int(rows[side][place]), int(best[side][place]), int(principal[side][place]))
            for side in (0, 1)
        )
        return left, right


class _PairEvidence:
    """Evidence of one pair of a group; `parts` say how the names are aligned."""

    def __init__(self, group: _KindGroup, place: int) -> None:
        self._group, self._place = group, place
        self._similarities: list[float] = group.evidence[place].tolist()
        self._details: dict[str, str] = {}
        self.parts = group.parts(place)

    def rows(self) -> tuple[EvidenceRow, ...]:
        """Return the rows of the sum, from the prior to the calibration."""
        group, place = self._group, self._place
        layout = layout_of_part(group.model, self._similarities)
        left, right = group.texts(place, layout)
        return (
            layout.prior,
            *self._term_rows(layout, left, right),
            *self._pair_term_rows(layout, left, right),
            *population_rows(
                group.model,
                group.sums(place),
                int(group.logodds[place]),
                group.sources.at(place),
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
            # a missing similarity is not a number, which is not equal to itself
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
    """Return what two comparators compare; if that is the same, only once."""
    return f"{first} / {second}" if first and second and first != second else first or second
