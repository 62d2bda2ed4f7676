"""Classify: evidence to calibrated probability to band, and the exact explanation."""

from resolver.classify.changes import smallest_changes
from resolver.classify.model import (
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
from resolver.classify.stored import from_json, to_json

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
