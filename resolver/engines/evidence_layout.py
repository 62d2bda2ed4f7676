"""Layout of a model's evidence: the rows that explanations show, built once per model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from resolver.comparison import COMPARATOR_BY_NAME, Comparator
from resolver.comparison.aligned_text import DETAILED, PRINCIPALS
from resolver.records.results.explanation import EvidenceRow
from resolver.scoring import Model

_MAX_LAYOUTS = 64


class TermLayout(NamedTuple):
    """Row of a term: its comparator, and where to find evidence and texts.

    `column`: of the evidence; `shown`: place of the texts among `ModelLayout.shows`;
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
    """Row of a pair of terms; `columns` and `shown` as in `TermLayout`, for either.

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

    `columns`: for each column of evidence the comparator, and whether sums use it. `shows`: what
    the comparators compare (`Comparator.shows`), each once; `has_principals`: the principal name is
    among them.
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


def layout_of_part(model: Model, similarities: Sequence[float]) -> ModelLayout:
    """Return the layout of the part of a model that scores a pair with these similarities."""
    part = (model, model.register, model.name_only)[model.part_number(similarities)]
    return layout_of(part or model)
