"""Links of a store by the ids of their records, for tests."""

from __future__ import annotations

from typing import NamedTuple

from resolver.matching.scoring import scores
from resolver.records.results.resolution import Basis, Outcome
from resolver.store import LinkColor, StoreView


class StoredLink(NamedTuple):
    """Pair of records in band match or review, `left_id` < `right_id`; see `Links`."""

    left_id: str
    right_id: str
    logodds: int
    record_logodds: int
    outcome: Outcome
    color: LinkColor
    basis: Basis
    score: float


def stored_links(view: StoreView) -> dict[tuple[str, str], StoredLink]:
    """Return the links of a view by the sorted ids of their records."""
    table = view.all_links()
    ids = view.record_ids(sorted({*table.left.tolist(), *table.right.tolist()}))
    columns = (table.logodds, table.record_logodds, table.outcome, table.color, table.basis)
    links: dict[tuple[str, str], StoredLink] = {}
    for place, ends in enumerate(zip(table.left.tolist(), table.right.tolist(), strict=True)):
        left, right = sorted(ids[end] for end in ends)
        logodds, record_logodds, outcome, color, basis = (int(part[place]) for part in columns)
        links[left, right] = StoredLink(
            left,
            right,
            logodds,
            record_logodds,
            Outcome(outcome),
            LinkColor(color),
            Basis(basis),
            float(scores(table.logodds[[place]])[0]),
        )
    return dict(sorted(links.items()))
