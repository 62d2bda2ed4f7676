"""`Population`: what scores depend on beside two records and a model.

Chance look-alikes grow with the number of records, and how many of a record's candidates are true
depends on the data: a register holds few duplicates, an archive many. These figures, with the
counts of values, are those of the last *refresh* of a store and unchanged until the next; a run
without a store measures them.

Frequency tables that scores depend on beside the weights of a model.

They state how common words of names, countries and places are, and which values several people
use. They are versioned with the model. `ValueCounts` of the records at hand are blended in: the
larger a population, the more its own counts decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from resolver.records.properties import RELATION
from resolver.records.visibility import NAMED, Audience

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


MIN_RECORDS = 256
"""Least number of records that a population counts as."""
REFERENCE_RECORDS = 10_000
REFERENCE_PARTNERS = 500
"""Records, and true pairs per thousand records, to which models refer."""
DEFAULT_LISTED = 0.25
"""Share of callers who are listed, in a check, unless it is stated."""
CALLERS = 1_000_000
"""Callers of whom `KindPopulation.listed` states how many are listed."""
DEFAULT_CONCENTRATION = 1_000
"""Concentration of person names where too few dates tell: that of watchlists of many countries."""
FORMAT = 2
_UNCOUNTED_FORMAT = 1
"""Earlier format, whose counts of words by spelling are not used."""


GROWTH = 1.5
"""Growth of a population from which a refresh is due; further steps are its powers. Records of an
audience have a population of their own from the same growth on."""
_STORED_FIGURES = ("records", "partners", "concentration", "within", "across")
"""Figures of a kind in their stored order; earlier versions stored the first three."""


class SourceShift(NamedTuple):
    """How far the pairs of one source differ from others before they are compared (thousandths of
    log-odds): pairs `within` it, in place of `KindPopulation.within`, and how much oftener its
    entries have a partner in another source (`across`).
    """

    name: str
    within: int
    across: int


class Partners(NamedTuple):
    """Share of true pairs of one kind: figures of `KindPopulation`."""

    partners: int
    within: int = 0
    across: int = 0
    sources: tuple[SourceShift, ...] = ()


@dataclass(frozen=True, slots=True)
class KindPopulation:
    """Population of one kind of record.

    - `records`: number of records; of the larger side where two sets are linked.
    - `partners`: true pairs per thousand records.
    - `concentration`: thousandths of nats by which whole names coincide more often than their
      words, taken by themselves, would.
    - `listed`: in a check the callers per million who are listed, which then stand for `partners`
      (thousandths would be too coarse for them); else 0. Never stored.
    - `within`, `across`: log-odds (thousandths) that two records of one source, and of two, have
      more than others before they are compared; sources that declare their entries to be all
      different are left out of `within`.
    - `sources`: what is known of single sources, in the order of their names.
    """

    records: int = REFERENCE_RECORDS
    partners: int = REFERENCE_PARTNERS
    concentration: int = 0
    listed: int = 0
    within: int = 0
    across: int = 0
    sources: tuple[SourceShift, ...] = ()

    @property
    def true_share(self) -> float:
        """Return the true pairs for each record, or in a check for each caller."""
        return self.listed / CALLERS if self.listed else max(self.partners, 1) / 1000


@dataclass(frozen=True, slots=True)
class Population:
    """Populations by label of kind, and counts of their values: of records that everybody may see.

    `restricted` are the populations of further records with those, by the key of the `Audience`
    that may see all of them: of audiences who see far more records than those who see less.
    """

    kinds: Mapping[str, KindPopulation] = field(default_factory=dict)
    counts: ValueCounts = NO_COUNTS
    restricted: Mapping[str, Population] = field(default_factory=dict)

    def of(self, kind: str) -> KindPopulation:
        """Return the population of a kind; one of no records where it has none."""
        return self.kinds.get(kind, KindPopulation(records=0))

    @property
    def is_empty(self) -> bool:
        """Return whether no records were counted, those of `restricted` aside."""
        return not any(kind.records for kind in self.kinds.values())

    @property
    def common_counts(self) -> ValueCounts:
        """Counts of values that blocking and indexes go by.

        Where there is nothing that everybody may see, those of viewers who are known by name.
        """
        own = self.restricted.get(NAMED.key) if self.is_empty else None
        return self.counts if own is None else own.counts

    def for_audience(self, audience: Audience) -> Population:
        """Return the population for records that all of an audience may see.

        It is the largest that counts no other records.
        """
        return self.restricted.get(self.find_key(audience), self)

    def find_key(self, audience: Audience) -> str:
        """Return the key of the population for an audience; empty for that of everybody."""
        keys = [key for key in self.restricted if Audience.from_key(key).includes(audience)]
        return max(keys, key=lambda key: (self.restricted[key].records, key), default="")

    @property
    def records(self) -> int:
        """Return the number of records, each once for each of its kinds."""
        return sum(kind.records for kind in self.kinds.values())

    def is_outgrown_by(self, counts: Mapping[str, int]) -> bool:
        """Return whether records of an audience, by label of kind, need a population of their own.

        A few records more make no difference where there are few.
        """
        if self.is_empty:
            return any(counts.values())
        return self.growth_to(counts, MIN_RECORDS) > GROWTH

    def growth_to(self, counts: Mapping[str, int], least: int = 1) -> float:
        """Return the records by kind against those here: the greatest growth of a kind.

        A kind with fewer records than a population counts as matters only as a part of the whole,
        or the first ship in a store of a million people would have all of them resolved anew. Of
        all kinds, `least` records are taken to be here.
        """
        before = {label: self.of(label).records for label in counts}
        growths = [counts[label] / max(before[label], MIN_RECORDS) for label in counts]
        return max(*growths, sum(counts.values()) / max(sum(before.values()), least), 0.0)

    def with_partners(self, partners: Mapping[str, Partners]) -> Population:
        """Return the population with the share of true pairs of some kinds."""
        kinds = {
            label: replace(kind, **partners[label]._asdict()) if label in partners else kind
            for label, kind in self.kinds.items()
        }
        return replace(self, kinds=kinds)

    def for_checks(self, entities: Mapping[str, int], listed: float) -> Population:
        """Return the population of checks against some entities (their number by label of kind).

        `listed`: share of callers who are listed, in (0, 1].
        """
        share = max(round(CALLERS * listed), 1)
        kinds = {
            label: replace(
                self.of(label),
                records=entities.get(label, 0),
                listed=share,
                within=0,
                across=0,
                sources=(),
            )
            for label in sorted({*self.kinds, *entities})
        }
        return replace(self, kinds=kinds, restricted={})

    @property
    def summary(self) -> dict[str, str]:
        """Figures by kind as one text each, for the stamp of a run."""
        return {
            label: f"{kind.records} records, {kind.partners / 1000:g} true pairs each, "
            f"concentration {kind.concentration / 1000:g}, "
            f"within a list {kind.within / 1000:g}, across {kind.across / 1000:g}"
            for label, kind in sorted(self.kinds.items())
            if kind.records
        }

    def to_json(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        counts = self.counts
        restricted = {key: own.to_json() for key, own in sorted(self.restricted.items())}
        return {
            **({"restricted": restricted} if restricted else {}),
            "format": FORMAT,
            "kinds": {
                label: [
                    kind.records,
                    kind.partners,
                    kind.concentration,
                    kind.within,
                    kind.across,
                ]
                for label, kind in sorted(self.kinds.items())
            },
            "sources": {
                label: {source.name: [source.within, source.across] for source in kind.sources}
                for label, kind in sorted(self.kinds.items())
                if kind.sources
            },
            "persons": _counts_to_json(counts.persons),
            "groups": _counts_to_json(counts.groups),
            "bearers": {
                prop: dict(sorted(values.items()))
                for prop, values in sorted(counts.bearers.items())
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Population:
        """Return the population that `to_json` wrote, or an earlier version of it.

        Raises `ValueError` for another format.
        """
        sources = data.get("sources", {})
        kinds = {
            label: KindPopulation(
                **dict(zip(_STORED_FIGURES, figures, strict=False)),
                sources=tuple(
                    SourceShift(name, *shifts)
                    for name, shifts in sorted(sources.get(label, {}).items())
                ),
            )
            for label, figures in data["kinds"].items()
        }
        restricted = {key: cls.from_json(own) for key, own in data.get("restricted", {}).items()}
        if data["format"] == _UNCOUNTED_FORMAT:
            return cls(kinds)
        if data["format"] != FORMAT:
            raise ValueError(f"population format {data['format']!r} is not {FORMAT}")
        counts = ValueCounts(
            KindCounts(**data["persons"]), KindCounts(**data["groups"]), data["bearers"]
        )
        return cls(kinds, counts, restricted)


NO_POPULATION = Population()
"""Population of which nothing is known."""


def _counts_to_json(counts: KindCounts) -> dict[str, Any]:
    return {
        "records": counts.records,
        "words": dict(sorted(counts.words.items())),
        "countries": dict(sorted(counts.countries.items())),
        "places": dict(sorted(counts.places.items())),
    }
