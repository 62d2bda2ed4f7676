"""Frequency tables that scores depend on beside the weights of a model.

They state how common words of names, countries and places are, and which values several people
use. They are versioned with the model. `ValueCounts` of the records at hand are blended in: the
larger a population, the more its own counts decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from resolver.records.properties import RELATION

RARITY_MAX = 12.0
RARITY_MIN = 1.0
_ABSENT_COUNT = 6.0
SHIPPED_RECORDS = 1_000.0
"""Records of the population at hand that weigh as much as the shipped tables."""
COUNTRY_SHARE, MAX_COUNTRY_RARITY = 0.02, 6.0
"""Share of a country in no data, and the highest rarity of a country, in nats."""
PLACE_SHARE, MAX_PLACE_RARITY = 1e-4, 10.0
"""Share of a place in no data, and the highest rarity of a place, in nats."""
MIN_BEARERS = 3
"""Names under which a value stands from which its bearers are counted."""
TIES = (RELATION, "position")
"""Properties of which a value that many state tells nobody from others."""
MIN_TIED, MAX_TIED_SHARE = 30, 0.01
"""Names under which such a value stands from which they are counted, and the share of all records
above which it tells nothing.
"""


@dataclass(frozen=True, slots=True)
class KindCounts:
    """Counts of the records at hand of persons, or of groups and assets.

    `records`: how many were counted. `words`: how many bear a word, by its sound, for those of two
    records or more. `countries`: how many state a country in any way. `places`: how many state a
    birth place or address, by its words, for those of `MIN_BEARERS` or more.
    """

    records: int = 0
    words: Mapping[str, int] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """Counts of the records at hand (assets count as groups).

    `bearers`: property → value → names under which it stands, for `MIN_BEARERS` names or more, of
    `TIES` for `MIN_TIED` or more.
    """

    persons: KindCounts = KindCounts()
    groups: KindCounts = KindCounts()
    bearers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def common_ties(self, prop: str) -> tuple[str, ...]:
        """Return the values of one of `TIES` that tell nothing here."""
        most = MAX_TIED_SHARE * (self.persons.records + self.groups.records)
        counts = self.bearers.get(prop, {})
        return tuple(text for text, count in counts.items() if count > most)


NO_COUNTS = ValueCounts()


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
    at_hand: ValueCounts = NO_COUNTS
    """Counts of the population that is resolved."""

    def kind_counts(self, *, group: bool) -> KindCounts:
        """Return the counts at hand of groups, or of persons."""
        return self.at_hand.groups if group else self.at_hand.persons

    def rarity(self, token: str, sound: str = "", *, group: bool) -> float:
        """Return the evidence of agreeing on a token: minus the log of its share, in nats (1…12).

        The share is that among other records: of c records that bear a token of its `sound`
        (empty: the token itself), c − 1 are others.
        """
        return self.rarities([token], [sound], group=group)[0]

    def rarities(self, tokens: Sequence[str], sounds: Sequence[str], *, group: bool) -> list[float]:
        """Return the rarity of each token, given with its sound; see `rarity`."""
        counts, total = self.person_counts, self.person_total
        if group:
            counts, total = self.group_counts, self.group_total
        at_hand = self.kind_counts(group=group)
        borne = [
            at_hand.words.get(sound or token, 1)
            for token, sound in zip(tokens, sounds, strict=True)
        ]
        shipped = [counts.get(token, _ABSENT_COUNT) for token in tokens]
        keys = list(zip(shipped, borne, strict=True))
        # most tokens are in neither count: each logarithm is taken once
        nats = {
            (count, bearers): _rarity(count / max(total, 1), bearers - 1, at_hand.records)
            for count, bearers in set(keys)
        }
        rarity_by_key = {
            key: min(max(rarity, RARITY_MIN), RARITY_MAX) for key, rarity in nats.items()
        }
        return [rarity_by_key[key] for key in keys]

    def country_rarity(self, code: str, *, group: bool) -> float:
        """Return the evidence of agreeing on a country, as a share (0…1) of the highest."""
        at_hand = self.kind_counts(group=group)
        others = max(at_hand.countries.get(code, 1) - 1, 0)
        nats = _rarity(COUNTRY_SHARE, others, at_hand.records)
        return min(max(nats, 0.0), MAX_COUNTRY_RARITY) / MAX_COUNTRY_RARITY

    def place_rarity(self, place: str, *, group: bool) -> float:
        """Return the evidence of agreeing on a place, as a share (0…1) of the highest."""
        at_hand = self.kind_counts(group=group)
        others = max(at_hand.places.get(place, 1) - 1, 0)
        nats = _rarity(PLACE_SHARE, others, at_hand.records)
        return min(max(nats, 0.0), MAX_PLACE_RARITY) / MAX_PLACE_RARITY


NO_FREQUENCIES = FrequencyTables()


def _rarity(shipped: float, others: int, records: int) -> float:
    """Return minus the log of a share: the shipped one, blended with that of others at hand."""
    return -math.log((SHIPPED_RECORDS * shipped + others) / (SHIPPED_RECORDS + records))


def exclusiveness(bearers: int) -> float:
    """Return how far a value tells its bearers from others, by the names it stands under.

    1 for one or two names, about 0.6 for three, 0.3 for ten and 0.15 for a hundred.
    """
    return 1 / (1 + math.log2(max(bearers, 2) / 2))
