"""Audiences: all viewers who may see some records, named alike whatever other records there are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records.batch import Batch
from resolver.records.visibility.rules import STRANGER, Viewer, may_read_all, visible_rows


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who sees at least what each of some viewers sees.

    Of these `viewers` none sees all that another one sees.
    """

    viewers: tuple[Viewer, ...]

    @classmethod
    def of(cls, viewers: Iterable[Viewer]) -> Audience:
        """Return the audience of some viewers, without those who see more than another."""
        given = list(dict.fromkeys(viewers))
        least = [
            viewer
            for viewer in given
            if not any(other != viewer and _sees_all_of(viewer, other) for other in given)
        ]
        return cls(tuple(sorted(least, key=_describe)))

    @property
    def key(self) -> str:
        """Text that names the audience; empty for everybody."""
        return "" if STRANGER in self.viewers else json.dumps(list(map(_describe, self.viewers)))

    @classmethod
    def from_key(cls, key: str) -> Audience:
        """Return the audience that a key names."""
        if not key:
            return EVERYBODY
        return cls(tuple(Viewer(row[0], row[1], frozenset(row[2:])) for row in json.loads(key)))

    def includes(self, other: Audience) -> bool:
        """Return whether all of another audience belong to this one, and so see what it sees."""
        return all(
            any(_sees_all_of(viewer, own) for own in self.viewers) for viewer in other.viewers
        )

    def visible_rows(self, batch: Batch) -> npt.NDArray[np.bool_] | None:
        """Return for each record whether all of the audience may see it; None: they see all."""
        masks = [visible_rows(batch, viewer) for viewer in self.viewers]
        stated = [mask for mask in masks if mask is not None]
        return np.logical_and.reduce(stated) if stated else None


def _describe(viewer: Viewer) -> list[str]:
    return [viewer.name, viewer.agency, *sorted(viewer.scopes)]


def _sees_all_of(viewer: Viewer, other: Viewer) -> bool:
    """Return whether a viewer sees all records that another one sees, whatever these are."""
    if may_read_all(viewer) or not other.name:
        return True
    if may_read_all(other) or not viewer.name:
        return False
    is_colleague = other.agency in ("", viewer.agency)
    return is_colleague and ("review" in viewer.scopes or "review" not in other.scopes)


EVERYBODY = Audience((STRANGER,))
NAMED = Audience((Viewer("viewer"),))
"""All viewers who are known by name."""
