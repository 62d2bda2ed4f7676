"""What the program compares and what brings records together, as rows for pages and programs: the tables of
comparators and of blocking rules, said in words."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.blocking import PLANS, RULES
from resolver.comparison import COMPARATORS
from resolver.records import Kind


@dataclass(frozen=True, slots=True)
class ComparatorRow:
    """A comparator: its name (that of its row of evidence), the kinds it applies to, what it says, the property that it
    looks at, and whether more likeness can only speak for a match."""

    name: str
    kinds: tuple[str, ...]
    help: str
    looks_at: str
    rises: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A blocking rule: its name, the kinds it applies to, what it joins, and the plans that use it with what they
    ask for besides (empty: nothing)."""

    name: str
    kinds: tuple[str, ...]
    help: str
    plans: tuple[tuple[str, str], ...]


def comparators() -> tuple[ComparatorRow, ...]:
    """Every comparator, in the order of the table."""
    return tuple(
        ComparatorRow(row.name, _kinds(row.kinds), row.help, _property(row.shows), row.rises)
        for row in COMPARATORS
    )


def rules() -> tuple[RuleRow, ...]:
    """Every blocking rule, in the order of the table."""
    return tuple(RuleRow(row.name, _kinds(row.kinds), row.help, _plans(row.name)) for row in RULES)


def _plans(rule: str) -> tuple[tuple[str, str], ...]:
    return tuple((plan.name, plan.rules[rule]) for plan in PLANS if rule in plan.rules)


def _kinds(kinds: Kind) -> tuple[str, ...]:
    return tuple(one.label for one in (Kind.PERSON, Kind.GROUP, Kind.ASSET) if one & kinds)


def _property(shows: str) -> str:
    return shows.removeprefix("plain:").replace("_", " ")


__all__ = ["ComparatorRow", "RuleRow", "comparators", "rules"]
