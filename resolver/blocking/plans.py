"""Blocking plans: the rules that run at a size of data, and the refinements of their keys.

Pairs that share a common first name and surname grow with the square of the records, so larger
plans require more of a key. A plan is part of the model: whether two records are compared depends
on them and the plan, never on the rest of the batch. Broad rules find what narrow ones miss, and
the prefilter keeps few of their pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from resolver.blocking.keys import years_within
from resolver.blocking.script_sounds import lack_latin
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.ragged import Ragged, offsets_of

NONE, YEAR, DAY, OTHER_SCRIPT = "", "year", "day", "other script"


@dataclass(frozen=True, slots=True)
class Plan:
    """Named choice of rules, each with the refinement of its keys (`NONE`, `YEAR` …)."""

    name: str
    max_records: int
    """Number of records up to which the plan is chosen by default."""
    rules: Mapping[str, str]
    min_score: int | None = None
    """Prefilter score that two persons need to be compared (`blocking.prefilter`); None: any."""


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
    "cross_script": OTHER_SCRIPT,
}
PLANS: tuple[Plan, ...] = (
    # The keys of S with a milder prefilter, which few records can afford, and a prior of its own,
    # since in small populations people who agree are seldom strangers.
    Plan("XS", 10_000, _SMALL, min_score=-40),
    Plan("S", 100_000, _SMALL, min_score=-20),
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
        min_score=0,
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
        # Among ten million records most pairs with lower scores are namesakes: without a birth date
        # and in different places, or born on one day with one common word. The limit loses one in
        # 150 matches, and more pairs that are none.
        min_score=60,
    ),
)
PLAN_BY_NAME = {plan.name: plan for plan in PLANS}


def choose_plan_by_size(records: int, *, growing: bool = False) -> Plan:
    """Return the plan for a number of records; `growing` data never get the smallest."""
    return next(plan for plan in (PLANS[1:] if growing else PLANS) if records <= plan.max_records)


def refinement(prepared: PreparedBatch, kind: str) -> Ragged | None:
    """Return the refinements of each record: None for `NONE`, else years or days of birth, or its
    own name (never 0).

    A range or an estimate stands for each year in which it can lie. Less exact dates (none, no day,
    a range of more than six years) give no refinement; a record without any joins all refinements.
    """
    if kind == NONE:
        return None
    if kind == OTHER_SCRIPT:
        return _own_names(prepared)
    dates, births = prepared.dates, prepared.births
    ranged = dates.last_year - dates.year
    usable = (
        (dates.year > 0) & (ranged < 6)
        if kind == YEAR
        else (dates.day > 0) & (ranged == 0) & (dates.circa == 0)
    )
    chosen = usable[births.items]
    usable_births = Ragged(
        offsets_of(np.bincount(births.rows[chosen], minlength=len(births))), births.items[chosen]
    )
    if kind == YEAR:
        years = years_within(usable_births, dates)
        return Ragged.from_rows(years.rows, years.hashes.astype(np.int32), len(births))
    days = dates.year * 512 + dates.month.astype(np.int32) * 32 + dates.day
    return Ragged.from_rows(usable_births.rows, days[usable_births.items], len(births))


def _own_names(prepared: PreparedBatch) -> Ragged:
    """Return a number of each record's own name, none for records without a Latin name.

    So such a record joins all, and others join none but those of the same name.
    """
    rows = np.flatnonzero((prepared.names.counts > 0) & ~lack_latin(prepared))
    if len(rows) == 0:
        return Ragged.empty(len(prepared))
    names = prepared.names.take(rows)
    least = np.minimum.reduceat(prepared.forms.compact[names.items], names.offsets[:-1])
    numbers = (least & np.uint64(0x7FFFFFFF)) | np.uint64(1)
    return Ragged.from_rows(rows.astype(np.int32), numbers.astype(np.int32), len(prepared))
