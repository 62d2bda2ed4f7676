"""Which entity every record lies in, and who lies in an entity: a store's members in memory, kept up with its landings.

About twelve bytes a record. A landing costs what it changes, until so many entities have changed that everything is
sorted anew.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.store import View

Numbers = npt.NDArray[np.int64]
_AGAIN = 20_000
NOWHERE = -1


class Homes:
    """The members of the entities of a store at `version`. Not for several threads at once."""

    def __init__(self) -> None:
        self.version = 0
        self._of = np.full(1, NOWHERE, dtype=np.int32)
        self._order = np.zeros(0, dtype=np.int32)
        self._offsets = np.zeros(1, dtype=np.int64)
        self._changed: dict[int, Numbers] = {}

    def refresh(self, view: View) -> None:
        """Bring it to the version of a view."""
        if self.version == view.version:
            return
        changed = view.entities_changed(self.version) if 0 < self.version < view.version else None
        if changed is None or len(changed) + len(self._changed) > _AGAIN:
            self._anew(view)
        else:
            self._apply(view, changed)
        self.version = view.version

    def of(self, records: Numbers) -> Numbers:
        """The entity (number) of each record (number), -1 where it lies in none."""
        return self._of[records].astype(np.int64)

    def members_of(self, entity: int) -> Numbers:
        """The records of an entity, ascending."""
        if entity in self._changed:
            return self._changed[entity]
        if entity + 1 >= len(self._offsets):
            return np.zeros(0, dtype=np.int64)
        return self._order[self._offsets[entity] : self._offsets[entity + 1]].astype(np.int64)

    def _anew(self, view: View) -> None:
        record, entity = view.all_members()
        self._of = np.full(view.head.last_record + 1, NOWHERE, dtype=np.int32)
        self._of[record] = entity
        self._order = record[np.argsort(entity, kind="stable")].astype(np.int32)
        counts = np.bincount(entity, minlength=view.head.last_entity + 1)
        self._offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._changed = {}

    def _apply(self, view: View, changed: Numbers) -> None:
        grown = np.full(view.head.last_record + 1, NOWHERE, dtype=np.int32)
        grown[: len(self._of)] = self._of
        for one in changed.tolist():
            grown[self.members_of(one)] = NOWHERE
        record, entity, _ = view.members(changed.tolist())
        grown[record] = entity
        self._of = grown
        for one in changed.tolist():
            self._changed[one] = record[entity == one]
