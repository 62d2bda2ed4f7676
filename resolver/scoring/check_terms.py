"""`CheckTerms`: what a check says of names beyond what a pair of records does.

A record that blocking joins with another is likely to share more than its name; whoever is checked
is mostly a stranger, of whom nothing but the name is known. So a check weighs names anew: the
log-odds that the model gives names alone run over a `curve`, fitted on names that are asked against
stores (`resolver.training.query_pairs`). Everything else that a query states adds what it adds to a
pair of records. No ceiling holds for names alone: a check merges nobody.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import ModelError
from resolver.records.prepared.batch import FloatArray
from resolver.scoring.term_json import (
    pair_from_json,
    pair_to_json,
    term_to_json,
    terms_from_json,
)
from resolver.scoring.terms import Calibration, PairTerm, Term
from resolver.scoring.weight_sums import TermGroup

Numbers = npt.NDArray[np.int64]
FORMAT = 1
_HINT = "restore checks.json or train again"
_ABSENT = "name"
"""Comparator that has no value where the query or the entity has no name."""


@dataclass(frozen=True)
class CheckTerms:
    """Terms of one kind, in thousandths of log-odds, at even odds of being listed.

    `features`: columns of evidence; `names`: those of them that compare names; `curve`: map of the
    log-odds of names alone.
    """

    features: tuple[str, ...]
    names: tuple[str, ...]
    curve: Calibration
    terms: tuple[Term, ...] = ()
    pairs: tuple[PairTerm, ...] = ()

    @property
    def used_features(self) -> frozenset[str]:
        """Comparators that the terms weigh."""
        paired = (name for pair in self.pairs for name in pair.features)
        return frozenset((*(term.feature for term in self.terms), *paired))

    def split(
        self, terms: Sequence[Term], pairs: Sequence[PairTerm]
    ) -> tuple[TermGroup, TermGroup]:
        """Return weights of a sum as two sums: what names weigh if nothing else is known, and what
        everything else adds to it. Weights of 0 are left out.
        """
        own, others = list[Term](), list[Term]()
        for term in terms:
            kept = term if self._is_name(term.feature) else _constant(term)
            own.append(kept)
            weights = np.subtract(term.weights, kept.weights)
            others.append(replace(term, weights=tuple(weights.tolist())))
        own_pairs, other_pairs = list[PairTerm](), list[PairTerm]()
        for pair in pairs:
            weights = np.array(pair.weights)
            kept_weights = weights.copy()
            for axis, feature in enumerate(pair.features):
                if not self._is_name(feature):
                    kept_weights[:] = kept_weights.take([-1], axis=axis)
            for group, part in ((own_pairs, kept_weights), (other_pairs, weights - kept_weights)):
                group.append(replace(pair, weights=tuple(map(tuple, part.tolist()))))
        return (
            ([term for term in own if any(term.weights)], [p for p in own_pairs if _weighs(p)]),
            (
                [term for term in others if any(term.weights)],
                [p for p in other_pairs if _weighs(p)],
            ),
        )

    def _is_name(self, feature: str) -> bool:
        return feature in self.names

    def adjustments(self, evidence: FloatArray, names: Numbers, sums: Numbers) -> Numbers:
        """Return what a check adds to the log-odds of pairs (m × features) whose names alone have
        the log-odds `names`, and whose terms of checks sum to `sums`; 0 where no names are
        compared.
        """
        added: Numbers = self.curve.apply(names) - names + sums
        added[np.isnan(evidence[:, self.features.index(_ABSENT)])] = 0
        return added

    def to_json(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        curve = {"raw": list(self.curve.raw), "logodds": list(self.curve.logodds)}
        terms = [term_to_json(term) for term in self.terms]
        pairs = [pair_to_json(pair) for pair in self.pairs]
        return {"names": list(self.names), "curve": curve, "terms": terms, "pairs": pairs}


def _weighs(pair: PairTerm) -> bool:
    return any(map(any, pair.weights))


def _constant(term: Term) -> Term:
    """Return a term that weighs every value as a missing one."""
    return replace(term, weights=(term.weights[-1],) * len(term.weights))


def check_terms_from_json(
    data: Mapping[str, Any], features: Mapping[str, tuple[str, ...]]
) -> dict[str, CheckTerms]:
    """Return the terms of each kind that a file states; `features`: comparators by label of kind.

    Raises `ModelError` for damaged data.
    """
    if data.get("format") != FORMAT:
        raise ModelError(f"the format of checks.json is not {FORMAT}", hint=_HINT)
    try:
        return {kind: _from_json(own, features[kind]) for kind, own in data["kinds"].items()}
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"the terms of checks are damaged: {type(error).__name__} {error}", hint=_HINT
        ) from error


def _from_json(data: Mapping[str, Any], features: tuple[str, ...]) -> CheckTerms:
    names = tuple(map(str, data["names"]))
    raw, logodds = (tuple(map(int, data["curve"][name])) for name in ("raw", "logodds"))
    if len(raw) < 2 or len(raw) != len(logodds) or not set(names) <= set(features):
        raise ValueError("the curve or the names")
    if any(np.diff(raw) <= 0) or any(np.diff(logodds) < 0):
        raise ValueError("a curve that falls")
    terms = terms_from_json(data.get("terms", ()), features)
    pairs = tuple(pair_from_json(pair, features) for pair in data.get("pairs", ()))
    read = CheckTerms(features, names, Calibration(raw, logodds), terms, pairs)
    if not read.used_features <= set(names):
        raise ValueError("a term of what is not a name")
    return read


def even_odds_shift(true_share: float, partner_shift: int) -> int:
    """Return what leads from the odds of a share of listed callers, as pairs have them
    (`partner_shift`), to those against callers who are not.
    """
    unlisted = min(max(1.0 - true_share, 1e-6), 1.0)
    return round(1000 * math.log(true_share / unlisted)) - partner_shift
