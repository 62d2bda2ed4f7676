"""Whether a plan brings two given records together, and which rules came near where it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resolver.blocking.key_join import glanced, rule_keys
from resolver.blocking.keys import Keys
from resolver.blocking.plans import NONE, PLANS, Plan
from resolver.blocking.rules import RULES, Rule
from resolver.records.prepared.batch import Prepared
from resolver.records.results.explanation import Meeting, NearRule

_HELP = {rule.name: rule.help for rule in RULES}


@dataclass(frozen=True, slots=True)
class _Touch:
    """What two records have of one rule: a key in common, and whether the rest of it fits as well."""

    shared: bool
    joined: bool


def meeting(prepared: Prepared, plan: Plan, left: int, right: int) -> Meeting:
    """Which rules of a plan join two record rows, and which came near: those whose key the two share but whose birth
    years or days differ, those that only other plans use, and all where the pair has too few points at a glance.

    The safety valve plays no part here: it depends on what else is in a batch.
    """
    if not prepared.kinds[left] & prepared.kinds[right]:
        return Meeting(plan.name, ())
    joined: list[str] = []
    near: list[NearRule] = []
    for number, rule in enumerate(RULES):
        found = _touch(rule, number, prepared, plan, left, right)
        if found.joined:
            joined.append(rule.name)
        elif found.shared:
            why = f"the key agrees, but not the {plan.rules[rule.name]} of birth that plan {plan.name} asks for as well"
            near.append(NearRule(rule.name, rule.help, why))
        elif rule.name not in plan.rules:
            others = [
                one for one in PLANS if _touch(rule, number, prepared, one, left, right).joined
            ]
            if others:
                why = f"only {_listed(others)} use{'s' if len(others) == 1 else ''} this rule"
                near.append(NearRule(rule.name, rule.help, why))
    if joined and not glanced(prepared, plan, np.array([left]), np.array([right]))[0]:
        why = f"too little else speaks for one person, at a glance, for plan {plan.name} to compare the two"
        near = [*(NearRule(name, _HELP[name], why) for name in joined), *near]
        joined = []
    return Meeting(plan.name, tuple(joined), tuple(near))


def _touch(
    rule: Rule, number: int, prepared: Prepared, plan: Plan, left: int, right: int
) -> _Touch:
    if rule.name not in plan.rules:
        return _Touch(False, False)
    keys = rule_keys(rule, prepared, plan, number)
    one, two = _of(keys, left), _of(keys, right)
    common = one.keys() & two.keys()
    if not common or plan.rules[rule.name] == NONE:
        return _Touch(bool(common), bool(common))
    # a record without the refining part meets all refinements
    fits = any(one[key] & two[key] or 0 in one[key] | two[key] for key in common)
    return _Touch(True, fits)


def _of(keys: Keys, row: int) -> dict[int, set[int]]:
    """The keys of one record, each with its refinements."""
    found: dict[int, set[int]] = {}
    for place in np.flatnonzero(keys.rows == row).tolist():
        found.setdefault(int(keys.base[place]), set()).add(int(keys.refine[place]))
    return found


def _listed(plans: list[Plan]) -> str:
    return f"plan{'s' if len(plans) > 1 else ''} {' and '.join(plan.name for plan in plans)}"
