"""Signed clustering: scores pull, decisions bind; the same result in any order of the input."""

from resolver.matching.clustering.cluster_problem import find_stated_rows, keep_statements
from resolver.matching.clustering.entity_rounds import find_unmatched_entries
from resolver.matching.clustering.signed_clustering import (
    CERTAIN,
    MAX_DOUBT,
    MISSING,
    DecidedRows,
    MergeRule,
    PairLogOdds,
    cluster,
    components,
)

__all__ = [
    "CERTAIN",
    "MAX_DOUBT",
    "MISSING",
    "DecidedRows",
    "MergeRule",
    "PairLogOdds",
    "cluster",
    "components",
    "find_stated_rows",
    "find_unmatched_entries",
    "keep_statements",
]
