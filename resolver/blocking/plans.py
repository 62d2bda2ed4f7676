"""Blocking plans: which rules run at which size, and what narrows each.

Pairs that share a common first name and surname grow with the square of the records, so larger plans ask more of a
key. A plan is part of the model: whether two records are compared depends on them and on the plan, never on what else
is in the batch. Broad rules join what narrow ones miss, and a glance at each pair keeps few of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from resolver.blocking.keys import years_within
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.ragged import Ragged, offsets_of

NONE, YEAR, DAY = "", "year", "day"


@dataclass(frozen=True, slots=True)
class Plan:
    """A named choice of rules; each with what refines its keys (`""` nothing, `year` of birth, `day` of birth)."""

    name: str
    limit: int
    """The number of records up to which the plan is chosen by itself."""
    rules: Mapping[str, str]
    least: int | None = None
    """The points that two persons need at a glance to be compared (`resolver.blocking.prefilter`); None: any."""


_SMALL: dict[str, str] = {
    "name_set": NONE,
    "skeleton_set": NONE,
    "phonetic_pair": NONE,
    "skeleton_pair": NONE,
    "rare_token": NONE,
    "rare_phonetic": NONE,
    "symbol_pair": NONE,
    "token_year": NONE,
    "skeleton_year": NONE,
    "birth_day": NONE,
    "pair_month_day": NONE,
    "token_month_day": NONE,
    "suffix_month_day": NONE,
    "token_day": NONE,
    "prefix_pair": NONE,
    "suffix_pair": NONE,
    "place_year": NONE,
    "place_month_day": NONE,
    "token_place": NONE,
    "prefix_place": NONE,
    "suffix_place": NONE,
    "symbol_place": NONE,
    "address_initial": NONE,
    "identifier": NONE,
    "contact": NONE,
    "mailbox": NONE,
    "acronym": NONE,
}
PLANS: tuple[Plan, ...] = (
    # the keys of S and a milder glance, which so few records can afford; and among so few people, those who agree are
    # seldom strangers: a prior of its own
    Plan("XS", 10_000, _SMALL, least=-40),
    Plan("S", 100_000, _SMALL, least=-20),
    Plan(
        "M",
        2_000_000,
        {
            "name_set": YEAR,
            "phonetic_pair": YEAR,
            "skeleton_pair": YEAR,
            "symbol_pair": YEAR,
            "prefix_pair": YEAR,
            "suffix_pair": YEAR,
            "word_day": NONE,
            "initials_day": NONE,
            "place_day": NONE,
            "pair_month_day": NONE,
            "name_place": NONE,
            "identifier": NONE,
            "contact": NONE,
            "acronym": NONE,
        },
        least=0,
    ),
    Plan(
        "L",
        2**62,
        {
            "name_set": DAY,
            "phonetic_pair": DAY,
            "word_day": NONE,
            "pair_month_day": YEAR,
            "name_place": YEAR,
            "identifier": NONE,
            "contact": NONE,
        },
        # of ten million records, most pairs with fewer points are namesakes: without a date of birth and of other
        # places, or born on one day with one common word. That leaves out one in 150 of the matches, and more that
        # are none
        least=60,
    ),
)
PLAN_BY_NAME = {plan.name: plan for plan in PLANS}


def plan_for(records: int, *, growing: bool = False) -> Plan:
    """The plan for a number of records, where no store has settled one. What is `growing` never gets the smallest."""
    return next(plan for plan in (PLANS[1:] if growing else PLANS) if records <= plan.limit)


def refinement(prepared: Prepared, kind: str) -> Ragged | None:
    """The refining values per record: none at all for `""`; else the years or days of birth (never 0).

    A range or an estimate stands for every year it can lie in. What says nothing so exact (no date, no day, a range of
    more than six years) refines nothing, and a record that has nothing else meets all refinements.
    """
    if kind == NONE:
        return None
    dates, births = prepared.dates, prepared.births
    ranged = dates.last_year - dates.year
    usable = (
        (dates.year > 0) & (ranged < 6)
        if kind == YEAR
        else (dates.day > 0) & (ranged == 0) & (dates.circa == 0)
    )
    chosen = usable[births.items]
    kept = Ragged(
        offsets_of(np.bincount(births.rows[chosen], minlength=len(births))), births.items[chosen]
    )
    if kind == YEAR:
        years = years_within(kept, dates)
        return Ragged.from_rows(years.rows, years.hashes.astype(np.int32), len(births))
    days = dates.year * 512 + dates.month.astype(np.int32) * 32 + dates.day
    return Ragged.from_rows(kept.rows, days[kept.items], len(births))
