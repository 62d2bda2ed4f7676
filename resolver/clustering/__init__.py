"""Signed clustering: scores pull, decisions bind; the same result in any order of the input."""

from resolver.clustering.decided_rows import DecidedRows
from resolver.clustering.held_rows import find_held_rows
from resolver.clustering.signed_clustering import (
    CERTAIN,
    MAX_DOUBT,
    MISSING,
    MergeRule,
    PairLogOdds,
    cluster,
    components,
)
from resolver.clustering.stated_rows import find_stated_rows, keep_statements

__all__ = [
    "CERTAIN",
    "MAX_DOUBT",
    "MISSING",
    "DecidedRows",
    "MergeRule",
    "PairLogOdds",
    "cluster",
    "components",
    "find_held_rows",
    "find_stated_rows",
    "keep_statements",
]
