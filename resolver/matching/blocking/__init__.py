"""Blocking: values to keys (`RULES`), then keys to candidate pairs (`join_candidates`)."""

from resolver.matching.blocking.key_join import (
    CandidatePairs,
    join_candidates,
    passes_prefilter,
    trace_pair,
)
from resolver.matching.blocking.rules import (
    PLAN_BY_NAME,
    PLANS,
    RULES,
    Plan,
    Rule,
    choose_plan_by_size,
)

__all__ = [
    "PLANS",
    "PLAN_BY_NAME",
    "RULES",
    "CandidatePairs",
    "Plan",
    "Rule",
    "choose_plan_by_size",
    "join_candidates",
    "passes_prefilter",
    "trace_pair",
]
