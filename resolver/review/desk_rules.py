"""Rules of the desk: four-eyes rules, lease of a pair, share of blind rechecks, capacity."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.settings import Settings


@dataclass(frozen=True, slots=True)
class DeskRules:
    """Rules of an installation; see the settings `four_eyes_*` and `review_*`. A red verdict always
    takes two stewards.
    """

    has_agency_rule: bool = False
    """Require two stewards for a decision that touches several agencies."""
    record_limit: int = 0
    """Records above which a decision takes two stewards; 0 disables the rule."""
    has_vulnerable_rule: bool = True
    """Require two stewards for a decision on victims or witnesses."""
    lease_seconds: int = 600
    recheck_share: float = 0.0
    """Share of decisions (0…1) that come back blind to another steward."""
    review_capacity: int | None = None
    """Reviews that all stewards together can do in a day; None: not stated."""

    @classmethod
    def from_settings(cls, settings: Settings) -> DeskRules:
        """Return the rules that the settings of an installation define."""
        return cls(
            settings.four_eyes_agencies,
            settings.four_eyes_records,
            settings.four_eyes_vulnerable,
            60 * settings.review_lease_minutes,
            settings.review_again_share,
            settings.review_capacity,
        )


VULNERABLE = frozenset({"victim", "witness"})
"""Data-subject categories (lower case, as sources name them) whose decisions take two stewards."""
