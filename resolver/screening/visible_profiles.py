"""Profiles as a viewer sees them: those that hold a record above the viewer's sight are made anew of what is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.comparison import Material, material_of
from resolver.pipeline import ModelSet, prepared_of
from resolver.records.prepared.assembly import Part
from resolver.records.visibility import Viewer, visible_rows
from resolver.screening.entity_profiles import profiles
from resolver.screening.index_segment import Shelf

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one viewer sees. `sources`: only entities that a visible record of one of these knows (None: any)."""

    viewer: Viewer
    sources: frozenset[str] | None
    models: ModelSet

    def parts(self, shelf: Shelf, rows: Numbers) -> Iterator[tuple[Part, Material, Numbers]]:
        """Some rows of a shelf as this viewer sees them, each part with what its words are and the places of its rows
        in `rows`. Entities of which the viewer sees no record are left out."""
        guarded = shelf.guarded[rows]
        plain = np.flatnonzero(~guarded)
        if len(plain):
            yield Part(shelf.prepared, rows[plain]), shelf.material, plain
        if guarded.any():
            yield from self._guarded(shelf, rows, np.flatnonzero(guarded))

    def _guarded(
        self, shelf: Shelf, rows: Numbers, places: Numbers
    ) -> Iterator[tuple[Part, Material, Numbers]]:
        batch, owner = shelf.records(rows[places])
        seen = visible_rows(batch, self.viewer)
        if seen is None:
            yield Part(shelf.prepared, rows[places]), shelf.material, places
            return
        if self.sources is not None:
            wanted = np.array(
                [name in self.sources for name in batch.sources.values.to_pylist()], dtype=bool
            )
            known = np.unique(owner[seen & wanted[batch.sources.codes]])
            seen &= np.isin(owner, known)
        kept, place = np.unique(owner[seen], return_inverse=True)
        if len(kept):
            ids = [f"{number:06d}" for number in range(len(kept))]
            held = profiles(batch.take(np.flatnonzero(seen)), place.astype(np.int64), ids)
            prepared = prepared_of(held.canonical(), self.models)
            yield Part(prepared, np.arange(len(kept))), material_of(prepared), places[kept]
