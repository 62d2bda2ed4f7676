"""Block: values to keys (RULES), keys to candidate pairs (`candidates`), under plans by size."""

from resolver.blocking.diagnosis import meeting
from resolver.blocking.key_join import Pairs, candidates, glanced
from resolver.blocking.plans import (
    PLAN_BY_NAME,
    PLANS,
    Plan,
    plan_for,
)
from resolver.blocking.rules import RULES, Rule

__all__ = [
    "PLANS",
    "PLAN_BY_NAME",
    "RULES",
    "Pairs",
    "Plan",
    "Rule",
    "candidates",
    "glanced",
    "meeting",
    "plan_for",
]
