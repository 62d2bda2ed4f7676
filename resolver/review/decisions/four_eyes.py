"""What takes two stewards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resolver.review.desk_rules import VULNERABLE, Rules
from resolver.review.entity_sides import Side
from resolver.review.models import Verdict
from resolver.store import Source


def needs_second(
    sides: Sequence[Side],
    sources: Mapping[str, Source],
    rules: Rules,
    verdict: Verdict | None = None,
) -> tuple[str, ...]:
    """Why a decision on some entities takes a second steward: a sentence each, none where one is enough."""
    if verdict is Verdict.UNSURE:
        return ()
    found = []
    if verdict is Verdict.RED:
        found.append("red takes two stewards")
    agencies = sorted(
        {sources[name].agency or name for side in sides for name in side.golden.sources}
    )
    if rules.agencies and len(agencies) > 1:
        found.append(f"it touches {len(agencies)} agencies: {', '.join(agencies[:5])}")
    count = sum(len(side.records) for side in sides)
    if rules.records and count > rules.records:
        found.append(f"it touches {count:,} records, more than {rules.records:,}")
    if rules.vulnerable:
        categories = {
            one.record.handling.subject_category.strip().lower()
            for side in sides
            for one in side.records
        }
        held = sorted(
            category
            for category in categories
            if VULNERABLE & set(category.replace("-", " ").split())
        )
        if held:
            found.append(f"it touches the data of a {' and a '.join(held)}")
    return tuple(found)
