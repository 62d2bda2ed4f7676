"""Explanation of two records of a store by what their entities add to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolver.engines.entity_explanation import explain_entities, explain_merged_entities
from resolver.engines.relation_explanation import ComparedEntities
from resolver.hub.hub import Hub
from resolver.hub.related.shared_relations import compare_stored_entities
from resolver.hub.stored_results import EntityLink, load_entity_link
from resolver.records.results.explanation import Explanation
from resolver.store import StoreView


@dataclass(frozen=True, slots=True)
class StoredEntities:
    """Entities of two records: their `link` if these wait, and how relations `compared` them."""

    link: EntityLink | None
    compared: ComparedEntities | None

    @classmethod
    def load(cls, hub: Hub, view: StoreView, record_ids: Sequence[str]) -> StoredEntities:
        """Load the entities of two records of a store; nothing for twice the same."""
        ids = sorted(set(record_ids))
        if len(ids) < len(record_ids):
            return cls(None, None)
        numbers = view.numbers_of(ids)
        compared = compare_stored_entities(hub, *(numbers[record_id][0] for record_id in ids))
        return cls(load_entity_link(view, *ids), compared)

    def explain(self, explanation: Explanation) -> Explanation:
        """Return the explanation of the two records with what their entities add to it."""
        link, compared = self.link, self.compared
        if link is not None:
            rows = () if compared is None or compared.are_merged else compared.rows
            sizes = link.left_records, link.right_records
            return explain_entities(explanation, link.logodds, *sizes, rows)
        return explanation if compared is None else explain_merged_entities(explanation, compared)
