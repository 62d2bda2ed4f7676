"""Frequency tables that scores depend on beside the weights of a model.

They state how common name tokens are, and which document numbers many unrelated people use. They
are versioned with the model. `WordCounts` of the records at hand are blended in: the larger a
population, the more its own counts decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

RARITY_MAX = 12.0
RARITY_MIN = 1.0
_ABSENT_COUNT = 6.0
SHIPPED_RECORDS = 1_000.0
"""Records of the population at hand that weigh as much as the shipped tables."""


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Counts of the records at hand that bear a token, for tokens of two records or more.

    `persons` and `groups` are the numbers of records counted (assets count as groups).
    """

    persons: int = 0
    person_words: Mapping[str, int] = field(default_factory=dict)
    groups: int = 0
    group_words: Mapping[str, int] = field(default_factory=dict)


NO_COUNTS = WordCounts()


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
    at_hand: WordCounts = NO_COUNTS
    """Counts of the population that is resolved."""

    def rarity(self, token: str, *, group: bool) -> float:
        """Return the evidence of agreeing on a token: minus the log of its share, in nats (1…12).

        The share is that among other records: of c records that bear a token, c − 1 are others.
        """
        if group:
            counts, total = self.group_counts, self.group_total
            others, records = self.at_hand.group_words.get(token, 1) - 1, self.at_hand.groups
        else:
            counts, total = self.person_counts, self.person_total
            others, records = self.at_hand.person_words.get(token, 1) - 1, self.at_hand.persons
        shipped = counts.get(token, _ABSENT_COUNT) / max(total, 1)
        share = (SHIPPED_RECORDS * shipped + others) / (SHIPPED_RECORDS + records)
        return min(max(-math.log(share), RARITY_MIN), RARITY_MAX)
