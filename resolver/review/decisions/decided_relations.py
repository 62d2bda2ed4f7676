"""Relations that stewards state when they decide that two groups are different.

The decision `different` keeps the two apart; its context also says that one is a faction of the
other, say. The latest decision in effect counts: another one without a relation withdraws it, and
so does undoing it. A decision that was reopened states nothing until somebody has looked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from resolver.errors import InputError
from resolver.records import Kind, RelationType
from resolver.records.relations.relation_types import RELATION_TYPES
from resolver.review.decisions.earlier_verdicts import effective_decisions
from resolver.review.decisions.logged_relations import (
    RELATION_KEY,
    DecidedRelation,
    logged_relation,
)
from resolver.review.entity_sides import EntitySide
from resolver.review.models import StewardVerdict
from resolver.store import StoredDecision

PAIR_RELATIONS = (
    RelationType.FACTION_OF,
    RelationType.SPLINTER_OF,
    RelationType.SUCCESSOR_OF,
    RelationType.MERGED_INTO,
)
"""Types of relation that a decision can state."""
_LEFT, _RIGHT = "left", "right"


@dataclass(frozen=True, slots=True)
class PairRelation:
    """Relation between the two sides of a pair, read from the left one or from the right one."""

    type: RelationType
    is_from_left: bool = True

    @property
    def key(self) -> str:
        """Text of a form: `left factionOf`."""
        return f"{_LEFT if self.is_from_left else _RIGHT} {self.type.value}"

    @property
    def words(self) -> str:
        """Words of the relation: `faction of`."""
        return RELATION_TYPES[self.type].words

    @classmethod
    def parse(cls, key: str) -> PairRelation:
        """Return the relation of a text of a form. Raises `InputError`."""
        side, _, value = key.partition(" ")
        if side not in (_LEFT, _RIGHT) or value not in {kind.value for kind in PAIR_RELATIONS}:
            words = ", ".join(RELATION_TYPES[kind].words for kind in PAIR_RELATIONS)
            raise InputError("no relation was chosen", hint=f"choose one of {words}")
        return cls(RelationType(value), side == _LEFT)


ALL_PAIR_RELATIONS = tuple(
    PairRelation(kind, is_from_left) for kind in PAIR_RELATIONS for is_from_left in (True, False)
)
"""Relations of a pair, each from both sides."""


def may_relate(*kinds: Kind) -> bool:
    """Return whether a decision on two entities of some kinds can state a relation."""
    return all(kind & Kind.GROUP for kind in kinds)


def relation_context(
    relation: PairRelation | None, verdict: StewardVerdict, sides: tuple[EntitySide, EntitySide]
) -> dict[str, Any]:
    """Return what the log stores of a relation between two sides; nothing of None.

    Raises `InputError` unless the verdict is `different` and both sides may be groups.
    """
    if relation is None:
        return {}
    if verdict is not StewardVerdict.DIFFERENT or not may_relate(*(s.golden.kind for s in sides)):
        raise InputError(
            "only a decision that two groups are different states a relation between them",
            hint="decide without it",
        )
    source = sides[0] if relation.is_from_left else sides[1]
    return {RELATION_KEY: {"type": relation.type.value, "from": list(source.record_ids)}}


def decided_relations(log: Sequence[StoredDecision]) -> list[DecidedRelation]:
    """Return the relations that decisions in effect state, by pair. The log must be complete for
    each of its pairs, with reopened decisions marked.
    """
    relations = (
        logged_relation(stored)
        for stored in effective_decisions(log)
        if not stored.decision.reopened
    )
    return [relation for relation in relations if relation is not None]
