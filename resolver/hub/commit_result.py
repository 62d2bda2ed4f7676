"""Results of commits and dry runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.errors import summarize_alarms
from resolver.hub.entity_preview import EntityPreview
from resolver.hub.increments.increment import Increment
from resolver.hub.list_updates import ListUpdate
from resolver.hub.populations.rebuild import DueRefresh
from resolver.ingest.reader_types import Intake
from resolver.kernels.number_sets import sort_distinct
from resolver.records.results.resolution import RunStats

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CommitResult:
    """Result of a commit, or of a dry run.

    `revision` is the new one (of a dry run: the present one). `ids` are the records read that are
    current now, `outdated_ids` those of lists older than the store's. `changed_members` are the
    records that entities lost or got, each with its entity, by numbers. `preview` is set for a dry
    run over lists, `refresh` for one that asks for the refresh that would follow. `alarms`: reasons
    why a dry run's lists would be held until somebody accepts them, which the `notes` say, too.
    """

    revision: int
    new_count: int
    superseded_count: int
    ids: tuple[str, ...]
    changed_members: tuple[Numbers, Numbers]
    withdrawn: tuple[str, ...]
    outdated_ids: tuple[str, ...]
    notes: tuple[str, ...]
    deduplicated_sources: tuple[str, ...]
    stats: RunStats
    preview: EntityPreview | None = None
    refresh: DueRefresh | None = None
    alarms: tuple[str, ...] = ()

    @property
    def changed_entities(self) -> Numbers:
        """Numbers of the entities that lost or got records, ascending."""
        return sort_distinct(self.changed_members[1])

    def counts(self, intake: Intake) -> dict[str, int]:
        """Return the figures of an intake that commands and jobs show."""
        return {
            "version": self.revision,
            "records": len(intake.batch),
            "new": self.new_count,
            "changed": self.superseded_count,
            "withdrawn": len(self.withdrawn),
            "entities_changed": len(self.changed_entities),
            "rejects": len(intake.rejects),
        }


def build_commit_result(
    revision: int,
    update: ListUpdate,
    increment: Increment,
    preview: EntityPreview | None,
    refresh: DueRefresh | None = None,
    *,
    is_refused: bool = False,
) -> CommitResult:
    """Return the result of an update that was committed at a revision, or would be.

    `is_refused`: the update is a dry run's, and its alarms would keep it from being committed.
    """
    notes, alarms = update.notes, update.alarms if is_refused else ()
    if alarms:
        reason = (
            "without --accept-large-change (over HTTP ?accept_large_change=true) these lists would "
            f"be held back and nothing committed: {summarize_alarms(alarms)}"
        )
        notes = (*(note for note in notes if note not in alarms), reason)
    return CommitResult(
        revision,
        len(update.fresh) - len(update.superseded),
        len(update.superseded),
        update.ids,
        increment.changed_members,
        tuple(update.withdrawn),
        update.outdated_ids,
        notes,
        update.deduplicated_sources,
        increment.resolution.stats,
        preview,
        refresh,
        alarms,
    )
