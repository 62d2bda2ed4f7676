"""The shipped tables that scores depend on beside the weights: how common name tokens are, and which document numbers
are used by many unrelated people. Versioned with the model; a token that is absent is rare."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

RARITY_MAX = 9.0
RARITY_MIN = 1.0
_ABSENT_COUNT = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Counts of entities that bear a token, per population; only tokens borne by 20 entities or more are in them. Two
    of them are the same where they are one, so that what was worked out with one can be remembered."""

    person_counts: Mapping[str, int] = field(default_factory=dict)
    person_total: int = 20_000
    group_counts: Mapping[str, int] = field(default_factory=dict)
    group_total: int = 10_000
    mass_used: frozenset[str] = frozenset()
    person_given: Mapping[str, int] = field(default_factory=dict)
    """Of the tokens that enough bear, the per cent of bearers to whom it is a given name, not a family name."""

    def rarity(self, token: str, *, group: bool) -> float:
        """How much agreeing on the token says, in nats (1…9): minus the log of the share of entities that bear it."""
        counts, total = (
            (self.group_counts, self.group_total)
            if group
            else (self.person_counts, self.person_total)
        )
        share = counts.get(token, _ABSENT_COUNT) / max(total, 1)
        return min(max(-math.log(share), RARITY_MIN), RARITY_MAX)
