"""Blocking: values to keys (`RULES`), then keys to candidate pairs (`join_candidates`)."""

from resolver.blocking.key_join import CandidatePairs, join_candidates, passes_prefilter, trace_pair
from resolver.blocking.plans import (
    PLAN_BY_NAME,
    PLANS,
    Plan,
    choose_plan_by_size,
)
from resolver.blocking.rules import RULES, Rule

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
