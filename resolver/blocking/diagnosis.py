"""Diagnosis of one pair: the rules of a plan that join it, and the rules that nearly do.

A rule nearly joins a pair if it gives a common key but birth years or days differ, if only other
plans use it, or if the prefilter drops the pair. Block purging is left out, since it depends on the
rest of the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resolver.blocking.key_join import passes_prefilter, rule_keys
from resolver.blocking.keys import RuleKeys
from resolver.blocking.plans import NONE, PLANS, Plan
from resolver.blocking.rules import RULES, Rule
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.results.explanation import BlockingTrace, NearMiss

_HELP = {rule.name: rule.help for rule in RULES}


@dataclass(frozen=True, slots=True)
class _Touch:
    """Result of one rule for a pair: a common key (`shared`), and a fitting refinement, too
    (`joined`).
    """

    shared: bool
    joined: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two rows of a batch."""

    prepared: PreparedBatch
    left: int
    right: int


def trace_pair(prepared: PreparedBatch, plan: Plan, left: int, right: int) -> BlockingTrace:
    """Return the rules of a plan that join two rows, and those that nearly do."""
    if not prepared.kinds[left] & prepared.kinds[right]:
        return BlockingTrace(plan.name, ())
    pair = _Pair(prepared, left, right)
    joined: list[str] = []
    near: list[NearMiss] = []
    for number, rule in enumerate(RULES):
        touch = _touch(rule, number, plan, pair)
        if touch.joined:
            joined.append(rule.name)
        elif reason := _near_reason(rule, number, plan, pair, touch):
            near.append(NearMiss(rule.name, rule.help, reason))
    if joined and not passes_prefilter(prepared, plan, np.array([left]), np.array([right]))[0]:
        reason = f"the prefilter score of the pair is too low for plan {plan.name}"
        near = [*(NearMiss(name, _HELP[name], reason) for name in joined), *near]
        joined = []
    return BlockingTrace(plan.name, tuple(joined), tuple(near))


def _near_reason(rule: Rule, number: int, plan: Plan, pair: _Pair, touch: _Touch) -> str:
    """Return a reason for which a rule nearly joins a pair; empty if it does not come near."""
    if touch.shared:
        refinement = plan.rules[rule.name]
        return f"the keys agree, but plan {plan.name} also requires the same {refinement} of birth"
    if rule.name in plan.rules:
        return ""
    plans = [other for other in PLANS if _touch(rule, number, other, pair).joined]
    return f"only {_listed(plans)} use{'s' if len(plans) == 1 else ''} this rule" if plans else ""


def _touch(rule: Rule, number: int, plan: Plan, pair: _Pair) -> _Touch:
    if rule.name not in plan.rules:
        return _Touch(False, False)
    keys = rule_keys(rule, pair.prepared, plan, number)
    left, right = _refinements(keys, pair.left), _refinements(keys, pair.right)
    common = left.keys() & right.keys()
    if not common or plan.rules[rule.name] == NONE:
        return _Touch(bool(common), bool(common))
    # A record without the refinement pairs with all refinements.
    fits = any(left[key] & right[key] or 0 in left[key] | right[key] for key in common)
    return _Touch(True, fits)


def _refinements(keys: RuleKeys, row: int) -> dict[int, set[int]]:
    """Return the keys of one record, each with its refinements."""
    refinements: dict[int, set[int]] = {}
    for place in np.flatnonzero(keys.rows == row).tolist():
        refinements.setdefault(int(keys.base[place]), set()).add(int(keys.refine[place]))
    return refinements


def _listed(plans: list[Plan]) -> str:
    return f"plan{'s' if len(plans) > 1 else ''} {' and '.join(plan.name for plan in plans)}"
