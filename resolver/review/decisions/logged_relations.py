"""Relation in the context of a logged decision, whether or not the decision is in effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.records import RelationType
from resolver.records.decisions import Verdict
from resolver.records.relations.relation_types import RELATION_TYPES
from resolver.store import StoredDecision

RELATION_KEY = "relation"
"""Key of the relation between two groups in the context that the log stores with a decision."""


@dataclass(frozen=True, slots=True)
class DecidedRelation:
    """Relation that a decision (id) states from the record `source` to the record `target`."""

    type: RelationType
    source: str
    target: str
    decision: str

    @property
    def sentence(self) -> str:
        """The relation in words."""
        return f"{self.source} {RELATION_TYPES[self.type].words} {self.target}"


def logged_relation(stored: StoredDecision) -> DecidedRelation | None:
    """Return the relation that a decision of the log states, or None."""
    stated = stored.context.get(RELATION_KEY)
    if not isinstance(stated, Mapping) or stored.decision.verdict is not Verdict.DIFFERENT:
        return None
    left, right = stored.decision.pair
    ends = (left, right) if left in stated["from"] else (right, left)
    return DecidedRelation(RelationType(stated["type"]), *ends, stored.id)
