"""Scoring: similarities of a pair to evidence, calibrated probability, band and explanation."""

from resolver.matching.scoring.model import (
    LISTED_FEATURE,
    NAME_ONLY_FEATURE,
    NAME_ONLY_PART,
    REGISTER_PART,
    Model,
    interval_index,
    interval_indices,
    smallest_changes,
)
from resolver.matching.scoring.model_json import model_from_json, model_to_json
from resolver.matching.scoring.source_shifts import PartnerHistogram, estimate_partners
from resolver.matching.scoring.terms import (
    MIN_REVIEW_VALUE,
    Calibration,
    PairTerm,
    PopulationTerms,
    SupportLimit,
    Term,
    Thresholds,
    partner_shift,
    scores,
    threshold_logodds,
)

__all__ = [
    "LISTED_FEATURE",
    "MIN_REVIEW_VALUE",
    "NAME_ONLY_FEATURE",
    "NAME_ONLY_PART",
    "REGISTER_PART",
    "Calibration",
    "Model",
    "PairTerm",
    "PartnerHistogram",
    "PopulationTerms",
    "SupportLimit",
    "Term",
    "Thresholds",
    "estimate_partners",
    "interval_index",
    "interval_indices",
    "model_from_json",
    "model_to_json",
    "partner_shift",
    "scores",
    "smallest_changes",
    "threshold_logodds",
]
