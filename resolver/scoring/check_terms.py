"""`CheckTerms`: what a check says of names beyond what a pair of records does.

A record that blocking joins with another is likely to share more than its name; whoever is checked
is mostly a stranger, of whom nothing but the name is known. So a check weighs names anew: the
log-odds that the model gives names alone run over a `curve`, fitted on names that are asked against
stores (`resolver.training.query_pairs`). Everything else that a query states adds what it adds to a
pair of records. No ceiling holds for names alone: a check merges nobody.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import ModelError
from resolver.records.prepared.batch import FloatArray
from resolver.scoring.terms import Calibration

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

    @cached_property
    def _others(self) -> npt.NDArray[np.bool_]:
        """Columns of what is not a name."""
        return ~np.isin(self.features, self.names)

    def names_of(self, evidence: FloatArray) -> FloatArray | None:
        """Return the evidence (m × features) of names alone; None where there is no other."""
        if np.isnan(evidence[:, self._others]).all():
            return None
        names = np.array(evidence, order="F", copy=True)
        names[:, self._others] = np.nan
        return names

    def adjustments(self, evidence: FloatArray, names: Numbers) -> Numbers:
        """Return what a check adds to the log-odds of pairs (m × features) whose names alone have
        the log-odds `names`; 0 where no names are compared.
        """
        added: Numbers = self.curve.apply(names) - names
        added[np.isnan(evidence[:, self.features.index(_ABSENT)])] = 0
        return added

    def to_json(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        curve = {"raw": list(self.curve.raw), "logodds": list(self.curve.logodds)}
        return {"names": list(self.names), "curve": curve}


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
    return CheckTerms(features, names, Calibration(raw, logodds))


def even_odds_shift(true_share: float, partner_shift: int) -> int:
    """Return what leads from the odds of a share of listed callers, as pairs have them
    (`partner_shift`), to those against callers who are not.
    """
    unlisted = min(max(1.0 - true_share, 1e-6), 1.0)
    return round(1000 * math.log(true_share / unlisted)) - partner_shift
