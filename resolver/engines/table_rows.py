"""Tables of comparators and of blocking rules as rows for pages and programs."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.blocking import PLANS, RULES
from resolver.comparison import COMPARATORS
from resolver.records import Kind


@dataclass(frozen=True, slots=True)
class ComparatorRow:
    """Comparator: its name (that of its row of evidence), kinds, text and property.

    `rises`: higher similarity can only speak for a match.
    """

    name: str
    kinds: tuple[str, ...]
    help: str
    looks_at: str
    rises: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """Blocking rule: its name, kinds and text, and the plans that use it.

    `plans`: (name of the plan, what it requires in addition; empty: nothing).
    """

    name: str
    kinds: tuple[str, ...]
    help: str
    plans: tuple[tuple[str, str], ...]


def comparator_rows() -> tuple[ComparatorRow, ...]:
    """Return all comparators, in the order of the table."""
    return tuple(
        ComparatorRow(row.name, _kinds(row.kinds), row.help, _property(row.shows), row.rises)
        for row in COMPARATORS
    )


def rule_rows() -> tuple[RuleRow, ...]:
    """Return all blocking rules, in the order of the table."""
    return tuple(RuleRow(row.name, _kinds(row.kinds), row.help, _plans(row.name)) for row in RULES)


def _plans(rule: str) -> tuple[tuple[str, str], ...]:
    return tuple((plan.name, plan.rules[rule]) for plan in PLANS if rule in plan.rules)


def _kinds(kinds: Kind) -> tuple[str, ...]:
    return tuple(kind.label for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET) if kind & kinds)


def _property(shows: str) -> str:
    return shows.removeprefix("plain:").replace("_", " ")


__all__ = ["ComparatorRow", "RuleRow", "comparator_rows", "rule_rows"]
