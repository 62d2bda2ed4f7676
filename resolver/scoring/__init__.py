"""Classify: evidence to calibrated probability to band, and the exact explanation."""

from resolver.scoring.counterfactuals import smallest_changes
from resolver.scoring.model import (
    ALONE_GATE,
    GATE,
    Borders,
    Calibration,
    Model,
    PairTerm,
    Term,
    border,
    interval,
    interval_of,
    scores,
)
from resolver.scoring.model_json import from_json, to_json

__all__ = [
    "ALONE_GATE",
    "GATE",
    "Borders",
    "Calibration",
    "Model",
    "PairTerm",
    "Term",
    "border",
    "from_json",
    "interval",
    "interval_of",
    "scores",
    "smallest_changes",
    "to_json",
]
