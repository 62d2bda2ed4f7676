"""What an increment did to a store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.entity_preview import Standing
from resolver.hub.list_updates import Update
from resolver.ingest.reader_types import Intake
from resolver.records.results.resolution import RunStats

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What an increment did: the version it is, how many records are new and how many have a new version, the records
    read that hold now, the entities (numbers) that changed, the ids withdrawn and those that came too late, what the
    user should know, and how the run went."""

    version: int
    new: int
    superseded: int
    ids: tuple[str, ...]
    changed: Numbers
    withdrawn: tuple[str, ...]
    older: tuple[str, ...]
    notes: tuple[str, ...]
    declared: tuple[str, ...]
    stats: RunStats
    would: Standing | None = None
    """Of a dry run over lists, what the entities touched would be."""

    def counts(self, intake: Intake) -> dict[str, int]:
        """What became of an intake, in numbers, as commands and jobs tell it."""
        return {
            "version": self.version,
            "records": len(intake.batch),
            "new": self.new,
            "changed": self.superseded,
            "withdrawn": len(self.withdrawn),
            "entities_changed": len(self.changed),
            "rejects": len(intake.rejects),
        }


def landed_of(
    version: int, update: Update, changed: Numbers, stats: RunStats, would: Standing | None
) -> CommitResult:
    """What an update did that landed with a version, or would."""
    return CommitResult(
        version,
        len(update.fresh) - len(update.superseded),
        len(update.superseded),
        update.ids,
        changed,
        tuple(update.withdrawn),
        update.older,
        update.notes,
        update.declared,
        stats,
        would,
    )
