"""Four-eyes rules: which decisions take a second steward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resolver.review.entity_sides import EntitySide
from resolver.review.models import StewardVerdict
from resolver.review.refusals import VULNERABLE, DeskRules
from resolver.store import StoredSource


def _involved_agencies(
    sides: Sequence[EntitySide], sources: Mapping[str, StoredSource]
) -> list[str]:
    names = {name for side in sides for name in side.golden.sources}
    return sorted({sources[name].agency or name for name in names})


def second_steward_reasons(
    sides: Sequence[EntitySide],
    sources: Mapping[str, StoredSource],
    rules: DeskRules,
    verdict: StewardVerdict | None = None,
) -> tuple[str, ...]:
    """Return the reasons why a decision takes a second steward, a sentence each."""
    if verdict is StewardVerdict.UNSURE:
        return ()
    reasons = ["red takes two stewards"] if verdict is StewardVerdict.RED else []
    agencies = _involved_agencies(sides, sources)
    if rules.has_agency_rule and len(agencies) > 1:
        reasons.append(f"it touches {len(agencies)} agencies: {', '.join(agencies[:5])}")
    count = sum(len(side.records) for side in sides)
    if rules.record_limit and count > rules.record_limit:
        reasons.append(f"it touches {count:,} records, more than {rules.record_limit:,}")
    vulnerable = _vulnerable_categories(sides)
    if rules.has_vulnerable_rule and vulnerable:
        reasons.append(f"it touches the data of a {' and a '.join(vulnerable)}")
    return tuple(reasons)


def _vulnerable_categories(sides: Sequence[EntitySide]) -> list[str]:
    categories = {
        stored.record.handling.subject_category.strip().lower()
        for side in sides
        for stored in side.records
    }
    return sorted(
        category for category in categories if VULNERABLE & set(category.replace("-", " ").split())
    )
