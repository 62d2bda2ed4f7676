"""A store as if it held nothing but the records that one viewer may see.

What a sender's list changes, and what a dry run would change, is worked out over these records.
Which of them are one entity does not depend on hidden records, and neither do the ids of their
entities, so the members of an entity are simply those that the viewer may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from resolver.hub.record_index import RecordIndex
from resolver.records.visibility import Viewer, may_read_all, visible_rows
from resolver.store import LinkTable, StoredDecision, StoredSource, StoreView

Numbers = npt.NDArray[np.int64]
_MAX_VERSIONS = 20_000


class VisibleView(StoreView):
    """View without the versions of records that a viewer may not see (`hidden`, by number).

    Of two entities of which one has a hidden record the stored link may be missing, or be named by
    that record: `resolver.hub.entity_preview` has the links that the store would have.
    """

    def __init__(self, view: StoreView, hidden: Numbers, viewer: Viewer) -> None:
        self.connection, self.head, self.revision = view.connection, view.head, view.revision
        self.cache, self.viewer = {}, viewer
        self.hidden = hidden

    def holders_of_hidden(self) -> Numbers:
        """Return the numbers of entities that have a hidden record now."""
        return np.unique(super()._member_rows("record", self.hidden.tolist(), False)[1])

    def find_partial(self, entities: Numbers) -> Numbers:
        """Return those of some entities that have a hidden record now."""
        record, entity, _ = super()._member_rows("entity", np.unique(entities).tolist(), False)
        return np.unique(entity[np.isin(record, self.hidden)])

    def _is_visible(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        flags: npt.NDArray[np.bool_] = ~np.isin(numbers, self.hidden)
        return flags

    def numbers_of(self, record_ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """Return (number, content hash) of each valid record."""
        stored = super().numbers_of(record_ids)
        chosen = self._is_visible(
            np.array([number for number, _ in stored.values()], dtype=np.int64)
        )
        return {
            record_id: version
            for (record_id, version), is_chosen in zip(stored.items(), chosen.tolist(), strict=True)
            if is_chosen
        }

    def record_numbers(self, record_ids: Sequence[str]) -> dict[str, list[int]]:
        """Return the numbers of all versions of each record, ascending."""
        versions = super().record_numbers(record_ids)
        hidden = set(self.hidden.tolist())
        chosen = {
            record_id: [number for number in numbers if number not in hidden]
            for record_id, numbers in versions.items()
        }
        return {record_id: numbers for record_id, numbers in chosen.items() if numbers}

    def _versions_changed_in(self, numbers: Sequence[int]) -> dict[int, str]:
        changed = super()._versions_changed_in(numbers)
        hidden = set(self.hidden.tolist())
        return {number: end for number, end in changed.items() if number not in hidden}

    def records_of_sources(self, names: Sequence[str]) -> dict[str, int]:
        """Return the valid records of some sources: id → number."""
        stored = super().records_of_sources(names)
        chosen = self._is_visible(np.array(list(stored.values()), dtype=np.int64))
        return {
            record_id: number
            for (record_id, number), is_chosen in zip(stored.items(), chosen.tolist(), strict=True)
            if is_chosen
        }

    def sources(self, *, counted: bool = False) -> list[StoredSource]:
        """Return the sources by name, without those that have hidden records only."""
        if ("visible sources", counted) not in self.cache:
            self.cache["visible sources", counted] = [
                source for source in super().sources(counted=counted) if self._is_known(source)
            ]
        return list(self.cache["visible sources", counted])

    def _is_known(self, source: StoredSource) -> bool:
        """Return whether a source has an owner, has or had a visible record, or never had any."""
        if source.agency or source.keeper:
            return True
        versions = list(self.newest_versions(source, _MAX_VERSIONS))
        return not versions or bool(self._is_visible(np.array(versions, dtype=np.int64)).any())

    def decisions(self, record_ids: Sequence[str] | None = None) -> list[StoredDecision]:
        """Return the decisions on pairs of which both records are visible, or not in the store."""
        logged = super().decisions(record_ids)
        ids = sorted({end for stored in logged for end in stored.decision.pair})
        hidden = super().numbers_of(ids).keys() - self.numbers_of(ids).keys() if ids else set()
        return [stored for stored in logged if hidden.isdisjoint(stored.decision.pair)]

    def links_of(self, numbers: Sequence[int], *, min_logodds: int | None = None) -> LinkTable:
        """Return the stored links of some records to visible ones."""
        return self._select_links(super().links_of(numbers, min_logodds=min_logodds))

    def rivals_of(self, numbers: Sequence[int]) -> Numbers:
        """Return the visible records that some records wait with because one is ambiguous."""
        rivals = super().rivals_of(numbers)
        return rivals[self._is_visible(rivals)]

    def links_between(self, numbers: Sequence[int]) -> LinkTable:
        """Return the stored links with both ends among some records."""
        return self._select_links(super().links_between(numbers))

    def _select_links(self, links: LinkTable) -> LinkTable:
        chosen = self._is_visible(links.left) & self._is_visible(links.right)
        return LinkTable(*(getattr(links, field.name)[chosen] for field in fields(LinkTable)))

    def _member_rows(
        self, column: str, numbers: Sequence[int], include_ended: bool
    ) -> tuple[Numbers, Numbers, Numbers]:
        record, entity, until = super()._member_rows(column, numbers, include_ended)
        chosen = self._is_visible(record)
        return record[chosen], entity[chosen], until[chosen]


def find_hidden_numbers(index: RecordIndex, viewer: Viewer) -> Numbers:
    """Return the versions of records, ended ones included, that a viewer may not see, ascending."""
    parts = [np.zeros(0, dtype=np.int64)]
    for segment in () if may_read_all(viewer) else index.segments:
        visible = visible_rows(segment.batch, viewer)
        if visible is not None:
            parts.append(segment.first + np.flatnonzero(~visible))
    return np.concatenate(parts)


def restrict_store(
    view: StoreView, index: RecordIndex, viewer: Viewer
) -> tuple[StoreView, RecordIndex]:
    """Return a view of the present and its index without the records that a viewer may not see.

    Where the store hides nothing from the viewer, both are returned as they are.
    """
    hidden = find_hidden_numbers(index, viewer)
    if not len(hidden):
        return view, index
    return VisibleView(view, hidden, viewer), index.without(hidden)
