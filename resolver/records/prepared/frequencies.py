"""Frequency tables that scores depend on beside the weights of a model.

They state how common name tokens are, and which document numbers many unrelated people use. They
are versioned with the model; a token that is absent is rare.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

RARITY_MAX = 9.0
RARITY_MIN = 1.0
_ABSENT_COUNT = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class FrequencyTables:
    """Counts of entities that bear a token, per population, for tokens borne by 20 entities or
    more.

    Compared by identity, so that results computed with tables can be cached by them.
    """

    person_counts: Mapping[str, int] = field(default_factory=dict)
    person_total: int = 20_000
    group_counts: Mapping[str, int] = field(default_factory=dict)
    group_total: int = 10_000
    mass_used: frozenset[str] = frozenset()
    person_given: Mapping[str, int] = field(default_factory=dict)
    """Per token that is frequent enough: percentage of bearers whose given name it is."""

    def rarity(self, token: str, *, group: bool) -> float:
        """Return the evidence of agreeing on a token: minus the log of its share, in nats (1…9)."""
        counts, total = (
            (self.group_counts, self.group_total)
            if group
            else (self.person_counts, self.person_total)
        )
        share = counts.get(token, _ABSENT_COUNT) / max(total, 1)
        return min(max(-math.log(share), RARITY_MIN), RARITY_MAX)
