"""Blocking plans: which rules run at which size, and what narrows each.

Pairs that share a common first name and surname grow with the square of the records, so larger plans ask more of a key. A plan is
part of the model: whether two records are compared depends on them and on the plan, never on what else is in the batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from resolver.records.prepared import Prepared
from resolver.records.ragged import Ragged

NONE, YEAR, DAY = "", "year", "day"


@dataclass(frozen=True, slots=True)
class Plan:
    """A named choice of rules; each with what refines its keys (`""` nothing, `year` of birth, `day` of birth)."""

    name: str
    limit: int
    """The number of records up to which the plan is chosen by itself."""
    rules: Mapping[str, str]


PLANS: tuple[Plan, ...] = (
    Plan(
        "S",
        100_000,
        {
            "name_set": NONE,
            "skeleton_set": NONE,
            "phonetic_pair": NONE,
            "skeleton_pair": NONE,
            "rare_token": NONE,
            "rare_phonetic": NONE,
            "token_year": NONE,
            "skeleton_year": NONE,
            "birth_day": NONE,
            "token_month_day": NONE,
            "prefix_pair": YEAR,
            "token_place": YEAR,
            "identifier": NONE,
            "contact": NONE,
            "acronym": NONE,
        },
    ),
    Plan(
        "M",
        2_000_000,
        {
            "name_set": YEAR,
            "phonetic_pair": YEAR,
            "skeleton_pair": YEAR,
            "prefix_pair": YEAR,
            "word_day": NONE,
            "initials_day": NONE,
            "pair_month_day": NONE,
            "name_place": NONE,
            "identifier": NONE,
            "contact": NONE,
            "acronym": NONE,
        },
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
    ),
)
PLAN_BY_NAME = {plan.name: plan for plan in PLANS}


def plan_for(records: int) -> Plan:
    """The plan for a number of records, where no store has settled one."""
    return next(plan for plan in PLANS if records <= plan.limit)


def refinement(prepared: Prepared, kind: str) -> Ragged | None:
    """The refining values per record: none at all for `""`; else the record's birth years or days (0-free codes)."""
    if kind == NONE:
        return None
    dates = prepared.dates
    values = dates.year if kind == YEAR else dates.year * 512 + dates.month.astype(np.int32) * 32 + dates.day
    usable = dates.year > 0 if kind == YEAR else dates.day > 0
    births = prepared.births
    kept = usable[births.items]
    return Ragged.from_rows(births.rows[kept], values[births.items[kept]], len(births))
