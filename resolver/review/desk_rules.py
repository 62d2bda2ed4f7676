"""The rules of the desk: what takes two stewards, how long a pair is held, how many decisions come back blind."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.settings import Settings


@dataclass(frozen=True, slots=True)
class Rules:
    """See the settings of the same names (`four_eyes_*`, `review_*`). Red always takes two."""

    agencies: bool = False
    records: int = 0
    vulnerable: bool = True
    lease_seconds: int = 600
    again_share: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        """The rules that an installation has set."""
        return cls(
            settings.four_eyes_agencies,
            settings.four_eyes_records,
            settings.four_eyes_vulnerable,
            60 * settings.review_lease_minutes,
            settings.review_again_share,
        )


VULNERABLE = frozenset({"victim", "witness"})
"""Data-subject categories (as sources name them, lower case) whose decisions take two stewards by rule."""
