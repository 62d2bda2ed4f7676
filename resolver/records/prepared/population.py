"""Figures about a whole set of records. Scores depend on them, besides the two records and the
model.

- `FrequencyTables` state how common words of names, countries and places are, and which values
  several people use. They belong to a model. `ValueCounts` of the present records are blended in:
  the more records there are, the more their own counts decide.
- `Population` has the number of records and the share of true pairs. Both numbers determine the
  prior: false matches by chance grow with the number of records, and a register has few duplicates
  while an archive has many.

A store measures its population at a *refresh* and uses it unchanged until the next refresh, so that
scores stay stable. A run without a store measures the population of its own records.
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
"""Number of present records whose counts weigh as much as the shipped tables."""
COUNTRY_SHARE, MAX_COUNTRY_RARITY = 0.02, 6.0
"""Share of a country before any record is counted, and the highest rarity of one, in nats."""
PLACE_SHARE, MAX_PLACE_RARITY = 1e-4, 10.0
"""Share of a place before any record is counted, and the highest rarity of one, in nats."""
MIN_BEARERS = 3
"""Minimum number of different names with a value for which the value is counted."""
TIES = (RELATION, "position")
"""Properties whose very common values are no evidence for a match."""
MIN_TIED, MAX_TIED_SHARE = 30, 0.01
"""Limits for values of `TIES`: least number of different names for which a value is counted, and
the share of all records above which the value is no evidence.
"""


@dataclass(frozen=True, slots=True)
class KindCounts:
    """Counts of the present records, of persons or of groups and assets.

    - `records`: number of counted records.
    - `words`: sound of a word → records with this word in a name, if at least two.
    - `countries`: country → records that state it in any property.
    - `places`: words of a birth place or address → records that state it, if at least
      `MIN_BEARERS`.
    """

    records: int = 0
    words: Mapping[str, int] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """Counts of the present records; assets count as groups.

    `bearers`: property → value → number of different names with this value, if at least
    `MIN_BEARERS`; for properties in `TIES`, at least `MIN_TIED`.
    """

    persons: KindCounts = KindCounts()
    groups: KindCounts = KindCounts()
    bearers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def common_ties(self, prop: str) -> tuple[str, ...]:
        """Return the values of a property in `TIES` that are too common to be evidence."""
        most = MAX_TIED_SHARE * (self.persons.records + self.groups.records)
        counts = self.bearers.get(prop, {})
        return tuple(text for text, count in counts.items() if count > most)


NO_COUNTS = ValueCounts()


@dataclass(frozen=True, slots=True, eq=False)
class FrequencyTables:
    """Counts of entities with a token in a name, for tokens of at least 20 entities.

    Tables are compared by identity, so that results computed with them can be cached.
    """

    person_counts: Mapping[str, int] = field(default_factory=dict)
    person_total: int = 20_000
    group_counts: Mapping[str, int] = field(default_factory=dict)
    group_total: int = 10_000
    mass_used: frozenset[str] = frozenset()
    person_given: Mapping[str, int] = field(default_factory=dict)
    """Frequent token → percentage of the people with it for whom it is a given name."""
    at_hand: ValueCounts = NO_COUNTS
    """Counts of the records that are resolved."""

    def kind_counts(self, *, group: bool) -> KindCounts:
        """Return the counts of the present groups, or of the present persons."""
        return self.at_hand.groups if group else self.at_hand.persons

    def rarity(self, token: str, sound: str = "", *, group: bool) -> float:
        """Return the evidence of agreeing on a token: minus the log of its share, in nats (1…12).

        The share counts other records only: if c records have a token of this `sound` (empty: the
        token itself), c − 1 of them are others.
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
        # most tokens have equal counts: compute each logarithm once
        nats = {
            (count, bearers): _rarity(count / max(total, 1), bearers - 1, at_hand.records)
            for count, bearers in set(keys)
        }
        rarity_by_key = {
            key: min(max(rarity, RARITY_MIN), RARITY_MAX) for key, rarity in nats.items()
        }
        return [rarity_by_key[key] for key in keys]

    def country_rarity(self, code: str, *, group: bool) -> float:
        """Return the rarity of a country as a share (0…1) of the highest rarity."""
        at_hand = self.kind_counts(group=group)
        others = max(at_hand.countries.get(code, 1) - 1, 0)
        nats = _rarity(COUNTRY_SHARE, others, at_hand.records)
        return min(max(nats, 0.0), MAX_COUNTRY_RARITY) / MAX_COUNTRY_RARITY

    def place_rarity(self, place: str, *, group: bool) -> float:
        """Return the rarity of a place as a share (0…1) of the highest rarity."""
        at_hand = self.kind_counts(group=group)
        others = max(at_hand.places.get(place, 1) - 1, 0)
        nats = _rarity(PLACE_SHARE, others, at_hand.records)
        return min(max(nats, 0.0), MAX_PLACE_RARITY) / MAX_PLACE_RARITY


NO_FREQUENCIES = FrequencyTables()


def _rarity(shipped: float, others: int, records: int) -> float:
    """Return minus the log of a share, which blends the shipped share with the present records.

    `others` of the `records` present records have the value.
    """
    return -math.log((SHIPPED_RECORDS * shipped + others) / (SHIPPED_RECORDS + records))


def exclusiveness(bearers: int) -> float:
    """Return how well a value distinguishes people, by the number of names that share it.

    The result is 1 for one or two names, about 0.6 for three names, 0.3 for ten and 0.15 for a
    hundred.
    """
    return 1 / (1 + math.log2(max(bearers, 2) / 2))


MIN_RECORDS = 256
"""Smaller populations count as if they had this number of records."""
REFERENCE_RECORDS = 10_000
REFERENCE_PARTNERS = 500
"""Number of records, and true pairs per thousand records, that models were fitted for."""
DEFAULT_LISTED = 0.2
"""Share of callers of a check who are listed, unless an option states it. Among 100,000 generated
records 4.9 % of 1,400 strangers are shown, and 86 % of misspelt names; at 1 in 4 these are 5.9 and
87 %.
"""
DEFAULT_DATED_LISTED = 0.02
"""The same share of callers who state a birth date. A name alone is asked about somebody whom the
caller suspects. Names with birth dates come from passengers and customers, of whom few are listed.
At 1 in 50, of 4,000 generated passengers 2 % have a hit among 20,000 records, and 98 % of listed
ones whose name lacks a letter; at 1 in 4 these are 7 and 99 %.
"""
CALLERS = 1_000_000
"""Unit of `KindPopulation.listed`, which counts listed callers per million."""
DEFAULT_CONCENTRATION = 1_000
"""Concentration of person names if too few dates are known to measure it.

It is the concentration of watchlists with many countries.
"""
FORMAT = 2
_UNCOUNTED_FORMAT = 1
"""Earlier format. It counted words by spelling, and these counts are not used."""


GROWTH = 1.5
"""Growth of a population that makes a refresh due. Further steps are its powers.

If an audience may see so many more records than others, it gets a population of its own.
"""
_STORED_FIGURES = ("records", "partners", "concentration", "within", "across", "date_errors")
"""Figures of a kind in their stored order; earlier versions stored the first three or five."""


def find_dated_shift(listed: float | None) -> int:
    """Return the shift of the prior for callers who state a birth date (thousandths of log-odds).

    Such callers are listed less often. The shift leads from the odds for all callers to the odds
    for these. It is 0 if an option states the share of listed callers, since that holds for all.
    """
    if listed is not None:
        return 0
    shares = DEFAULT_DATED_LISTED, DEFAULT_LISTED
    dated, all_callers = (math.log(share / (1 - share)) for share in shares)
    return round(1000 * (dated - all_callers))


class SourceShift(NamedTuple):
    """Prior of the pairs of one source, as a difference to other pairs (thousandths of log-odds).

    `within` is for pairs of two records of the source; it replaces `KindPopulation.within`.
    `across` is for pairs of a record of the source with a record of another source.
    """

    name: str
    within: int
    across: int


class Partners(NamedTuple):
    """Share of true pairs of one kind; the fields are those of `KindPopulation`."""

    partners: int
    within: int = 0
    across: int = 0
    date_errors: int = 0
    sources: tuple[SourceShift, ...] = ()


@dataclass(frozen=True, slots=True)
class KindPopulation:
    """Population of one kind of record.

    - `records`: number of records; when two sets are linked, of the larger set.
    - `partners`: true pairs per thousand records.
    - `concentration`: how much more often whole names coincide than independent words would, in
      thousandths of nats.
    - `listed`: listed callers per million in a check, which replaces `partners` there (thousandths
      would be too coarse); otherwise 0. It is never stored.
    - `within`, `across`: difference of the prior for two records of one source, and of two sources
      (thousandths of log-odds). Deduplicated sources are left out of `within`.
    - `date_errors`: what a birth date with one wrong part adds, where such errors are more common
      than usual (thousandths of log-odds).
    - `sources`: figures of single sources, in the order of their names.
    """

    records: int = REFERENCE_RECORDS
    partners: int = REFERENCE_PARTNERS
    concentration: int = 0
    listed: int = 0
    within: int = 0
    across: int = 0
    date_errors: int = 0
    sources: tuple[SourceShift, ...] = ()

    @property
    def true_share(self) -> float:
        """Return the number of true pairs per record; in a check, per caller."""
        return self.listed / CALLERS if self.listed else max(self.partners, 1) / 1000


@dataclass(frozen=True, slots=True)
class Population:
    """Population of each kind, by label, and counts of values.

    Only records that everybody may see are counted. `restricted` has the populations of audiences
    who may see far more records, by the key of the `Audience`; these count all records that the
    audience may see.
    """

    kinds: Mapping[str, KindPopulation] = field(default_factory=dict)
    counts: ValueCounts = NO_COUNTS
    restricted: Mapping[str, Population] = field(default_factory=dict)

    def of(self, kind: str) -> KindPopulation:
        """Return the population of a kind; if there is none, a population of no records."""
        return self.kinds.get(kind, KindPopulation(records=0))

    @property
    def is_empty(self) -> bool:
        """Return whether no records were counted, apart from `restricted`."""
        return not any(kind.records for kind in self.kinds.values())

    @property
    def common_counts(self) -> ValueCounts:
        """Counts of values that blocking and indexes use.

        If there are no records that everybody may see, these are the counts of identified viewers.
        """
        own = self.restricted.get(NAMED.key) if self.is_empty else None
        return self.counts if own is None else own.counts

    def for_audience(self, audience: Audience) -> Population:
        """Return the largest population that counts only records that the audience may see."""
        return self.restricted.get(self.find_key(audience), self)

    def find_key(self, audience: Audience) -> str:
        """Return the key of the population for an audience; empty for the common population."""
        keys = [key for key in self.restricted if Audience.from_key(key).includes(audience)]
        return max(keys, key=lambda key: (self.restricted[key].records, key), default="")

    @property
    def records(self) -> int:
        """Return the number of records; a record of two kinds counts twice."""
        return sum(kind.records for kind in self.kinds.values())

    def is_outgrown_by(self, counts: Mapping[str, int]) -> bool:
        """Return whether an audience with so many records by kind needs a population of its own.

        A small population is not outgrown by a few more records.
        """
        if self.is_empty:
            return any(counts.values())
        return self.growth_to(counts, MIN_RECORDS) > GROWTH

    def growth_to(self, counts: Mapping[str, int], least: int = 1) -> float:
        """Return the largest growth of a kind, or of all kinds together, to `counts` by kind.

        A kind counts as if it had at least `MIN_RECORDS`. Otherwise the first ship in a store of a
        million people would cause a refresh of all of them. All kinds together count as if they had
        at least `least` records.
        """
        before = {label: self.of(label).records for label in counts}
        growths = [counts[label] / max(before[label], MIN_RECORDS) for label in counts]
        return max(*growths, sum(counts.values()) / max(sum(before.values()), least), 0.0)

    def with_partners(self, partners: Mapping[str, Partners]) -> Population:
        """Return the population with new shares of true pairs for some kinds."""
        kinds = {
            label: replace(kind, **partners[label]._asdict()) if label in partners else kind
            for label, kind in self.kinds.items()
        }
        return replace(self, kinds=kinds)

    def for_checks(self, entities: Mapping[str, int], listed: float | None) -> Population:
        """Return the population for checks against `entities` (number by label of kind).

        `listed` is the share of callers who are listed, in (0, 1]; None: `DEFAULT_LISTED`.
        """
        share = max(round(CALLERS * (DEFAULT_LISTED if listed is None else listed)), 1)
        kinds = {
            label: replace(
                self.of(label),
                records=entities.get(label, 0),
                listed=share,
                within=0,
                across=0,
                date_errors=0,
                sources=(),
            )
            for label in sorted({*self.kinds, *entities})
        }
        return replace(self, kinds=kinds, restricted={})

    def count_records(self) -> dict[str, int]:
        """Return the number of records by label of kind."""
        return {label: kind.records for label, kind in sorted(self.kinds.items())}

    @property
    def summary(self) -> dict[str, str]:
        """Figures of each kind as a text, for the stamp of a run."""
        return {
            label: f"{kind.records} records, {kind.partners / 1000:g} true pairs each, "
            f"concentration {kind.concentration / 1000:g}, "
            f"within a list {kind.within / 1000:g}, across {kind.across / 1000:g}, "
            f"errors in dates {kind.date_errors / 1000:g}"
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
                label: [getattr(kind, figure) for figure in _STORED_FIGURES]
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
"""Population without any figures."""


def _counts_to_json(counts: KindCounts) -> dict[str, Any]:
    return {
        "records": counts.records,
        "words": dict(sorted(counts.words.items())),
        "countries": dict(sorted(counts.countries.items())),
        "places": dict(sorted(counts.places.items())),
    }
