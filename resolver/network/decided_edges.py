"""Edges that decisions of stewards state: one group is a faction of another, say."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from resolver.records.visibility import Viewer
from resolver.review.decisions.decided_relations import decided_relations
from resolver.review.decisions.logged_relations import RELATION_KEY, DecidedRelation
from resolver.review.restrictions import load_decisions
from resolver.store import StoreView

DECISION_SOURCE = "decision"
"""Source of a statement by a steward; its record is the id of the decision."""
_MAX_CACHED = 8
_ids_by_store: OrderedDict[tuple[str, str], tuple[int, frozenset[str]]] = OrderedDict()


def related_ids(view: StoreView) -> frozenset[str]:
    """Return the ids of all records on which a decision of any revision states a relation.

    The log only grows, so what was read of it is kept for the next request. The ids are only used
    to leave out records without such a decision.
    """
    key = str(view.connection.engine.url), view.head.store_id
    last_read, ids = _ids_by_store.get(key, (0, frozenset()))
    last = view.decision_count()
    if last < last_read:
        last_read, ids = 0, frozenset()
    if last > last_read:
        pairs = view.pairs_with_context(RELATION_KEY, last_read)
        ids |= {end for pair in pairs for end in pair}
        _ids_by_store[key] = last, ids
        while len(_ids_by_store) > _MAX_CACHED:
            # each step is atomic in the interpreter, so threads need no lock
            _ids_by_store.popitem(last=False)
    return ids


def find_decided_relations(
    view: StoreView, record_ids: Collection[str], viewer: Viewer
) -> list[DecidedRelation]:
    """Find the relations that decisions in effect at a revision state on some records, of which the
    viewer may see both ends.
    """
    related = related_ids(view).intersection(record_ids)
    return decided_relations(load_decisions(view, related, viewer)) if related else []
