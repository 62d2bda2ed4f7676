"""Relations of a record to one node, as read from a statement, and how far two of them agree."""

from __future__ import annotations

from typing import NamedTuple

from resolver.errors import DateError
from resolver.records.dates import parse_date
from resolver.records.packing import split_fields
from resolver.records.prepared.text_cache import cache_short_texts
from resolver.records.relations.relation_types import RELATION_TYPES, direct_relation, role_class
from resolver.scoring.relations.relation_weights import KindWeights

_GENERAL_CLASS = "member"
"""Class of roles that may be any other one as well."""


class StatedTie(NamedTuple):
    """Relation of a record to a node, as one record states it.

    `type`: value of the type in graphs; `outward`: it holds from the record to the node, as mutual
    types do. `role`: as written; `role_class`: empty for none, or one that may be any. `year` in
    which it began, 0 for none.
    """

    type: str
    outward: bool
    role: str
    role_class: str
    year: int


@cache_short_texts(8_192)
def read_tie(text: str, is_reversed: bool) -> StatedTie:
    """Return the relation that a packed statement gives, from the end of the stating record or,
    `is_reversed`, from the other.
    """
    kind, _, _, role, start = split_fields(text, 5)
    directed = direct_relation(kind, role)
    is_mutual = RELATION_TYPES[directed.type].is_mutual
    outward = is_mutual or directed.is_reversed == is_reversed
    name = role_class(role)
    return StatedTie(
        directed.type.value, outward, role, "" if name == _GENERAL_CLASS else name, _year(start)
    )


def weigh_ties(weights: KindWeights, left: StatedTie, right: StatedTie) -> int:
    """Return what role and time add to the weight of a node that two entities are tied to."""
    total = 0
    if left.role_class and right.role_class:
        is_same = left.role_class == right.role_class
        total += weights.same_role if is_same else weights.other_role
    elif left.type != right.type:
        total += weights.other_role
    if left.year and right.year:
        apart = min(abs(left.year - right.year), len(weights.years) - 1)
        total += weights.years[apart]
    return total


@cache_short_texts(8_192)
def _year(text: str) -> int:
    """Return the year of a date as written; 0 for none."""
    if not text:
        return 0
    try:
        return parse_date(text).year
    except DateError:
        return 0
