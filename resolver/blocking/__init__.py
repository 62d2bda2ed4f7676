"""Block: values to keys (RULES), keys to candidate pairs (`candidates`), under plans by size."""

from resolver.block.join import Pairs, candidates, glanced
from resolver.block.meet import meeting
from resolver.block.plans import PLAN_BY_NAME, PLANS, Plan, plan_for
from resolver.block.rules import RULES, Rule

__all__ = ["PLANS", "PLAN_BY_NAME", "RULES", "Pairs", "Plan", "Rule", "candidates", "glanced", "meeting", "plan_for"]
