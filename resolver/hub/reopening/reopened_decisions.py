"""Decisions that are reopened, since a record is no longer what the decision saw.

A decision names the versions of its two records that it saw. It is reopened while the present
version of either contradicts that one (`material_changes`): a reopened *same* joins nothing, a
reopened *different* keeps apart, and both wait for a steward. This follows from the log and the
records alone, whatever the order of commits: a record that is sent as before closes it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from resolver.hub.reopening.material_changes import find_material_changes
from resolver.records import Batch, Record
from resolver.records.decisions import Decision
from resolver.store import NewDecision, StoredDecision, StoreView, Versions

_Version = tuple[str, int]
_PIECE = 20_000
"""Decisions whose records are looked up together."""


class FreshRecords:
    """Records about to be committed, by id."""

    def __init__(self, batch: Batch | None = None) -> None:
        self._batch = batch

    @cached_property
    def _rows(self) -> dict[str, int]:
        ids = [] if self._batch is None else self._batch.ids.to_pylist()
        return {record_id: row for row, record_id in enumerate(ids)}

    def select(self, record_ids: Iterable[str]) -> dict[str, Record]:
        """Return those of some records that are about to be committed."""
        rows = sorted(self._rows[record_id] for record_id in record_ids if record_id in self._rows)
        if self._batch is None or not rows:
            return {}
        batch = self._batch.take(np.array(rows, dtype=np.int64))
        return {record.id: record for record in batch.to_records()}


_NO_RECORDS = FreshRecords()


def load_decisions(
    view: StoreView, record_ids: Sequence[str] | None = None
) -> list[StoredDecision]:
    """Return the decision log as `StoreView.decisions` does, reopened decisions marked."""
    return mark_stored(view, view.decisions(record_ids))


def mark_stored(view: StoreView, log: Sequence[StoredDecision]) -> list[StoredDecision]:
    """Return some decisions of the log, those reopened marked; see `mark_reopened`."""
    marked = mark_reopened(view, [(stored.decision, stored.versions) for stored in log])
    return [
        replace(stored, decision=decision) for stored, decision in zip(log, marked, strict=True)
    ]


def mark_reopened(
    view: StoreView, log: Sequence[tuple[Decision, Versions]], fresh: FreshRecords = _NO_RECORDS
) -> list[Decision]:
    """Return decisions with the versions they saw, those reopened marked as such.

    `fresh` are records about to be committed, which take the place of those of the view.
    """
    marked: list[Decision] = []
    for start in range(0, len(log), _PIECE):
        piece = log[start : start + _PIECE]
        ends = _decided_versions(view, piece)
        changes = _describe_changes(view, {end for pair in ends for end in pair}, fresh)
        marked += [
            replace(decision, reopened="; ".join(changes[end] for end in pair if end in changes))
            for (decision, _), pair in zip(piece, ends, strict=True)
        ]
    return marked


def _decided_versions(
    view: StoreView, log: Sequence[tuple[Decision, Versions]]
) -> list[list[_Version]]:
    """Return the versions that each decision saw: record id and number (0: none was ever stored).

    Of a record that came after the decision it is the first one.
    """
    ends = [list(zip(decision.pair, numbers, strict=True)) for decision, numbers in log]
    later = {record_id for pair in ends for record_id, number in pair if number is None}
    all_numbers = view.record_numbers(sorted(later)) if later else {}
    first = {record_id: numbers[0] for record_id, numbers in all_numbers.items()}
    return [
        [(record_id, number or first.get(record_id, 0)) for record_id, number in pair]
        for pair in ends
    ]


def _describe_changes(
    view: StoreView, versions: set[_Version], fresh: FreshRecords
) -> dict[_Version, str]:
    """Return how the present records contradict some earlier versions; of those that they do."""
    changed = fresh.select(record_id for record_id, _ in versions)
    ids = sorted({record_id for record_id, _ in versions})
    present = {key: number for key, (number, _) in view.numbers_of(ids).items()}
    outdated = [
        (record_id, number)
        for record_id, number in sorted(versions)
        if number and (record_id in changed or present.get(record_id, number) != number)
    ]
    numbers = {number for _, number in outdated}
    numbers |= {present[record_id] for record_id, _ in outdated if record_id in present}
    stored = {version.number: version.record for version in view.records(sorted(numbers))}
    texts = {
        (key, number): _describe_record(stored[number], changed.get(key) or stored[present[key]])
        for key, number in outdated
    }
    return {version: text for version, text in texts.items() if text}


def _describe_record(before: Record, after: Record) -> str:
    """Return how a record contradicts an earlier version of it; empty if it does not."""
    changes = find_material_changes(before, after)
    if not changes:
        return ""
    if before.handling != after.handling:
        # whoever may see the record now may not see what it was
        return f"record {after.id} changed its {', '.join(change.field for change in changes)}"
    return f"record {after.id} changed its {', '.join(map(str, changes))}"


def name_versions(
    view: StoreView, decisions: Sequence[NewDecision], fresh: Batch | None, first_number: int
) -> list[NewDecision]:
    """Return decisions that name the versions they saw: those valid once they are committed.

    `fresh` are the records that are committed with them, with numbers from `first_number` on. Of a
    record that is withdrawn the last version counts, None stands for a record yet to come. Versions
    that are named already stay (an undo brings a decision back as it was).
    """
    ends = {end for new in decisions if new.versions is None for end in new.decision.pair}
    numbers = {
        record_id: versions[-1]
        for record_id, versions in (view.record_numbers(sorted(ends)) if ends else {}).items()
    }
    if ends and fresh is not None:
        for row, record_id in enumerate(fresh.ids.to_pylist()):
            numbers[record_id] = first_number + row
    return [_with_versions(new, numbers) for new in decisions]


def _with_versions(new: NewDecision, numbers: Mapping[str, int]) -> NewDecision:
    if new.versions is not None:
        return new
    left_id, right_id = new.decision.pair
    return replace(new, versions=(numbers.get(left_id), numbers.get(right_id)))
