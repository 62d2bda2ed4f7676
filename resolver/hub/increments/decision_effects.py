"""Decisions that affect an increment: of the log and new ones, on the records it reaches.

Only decisions on records that the increment reaches are read, so that one decision costs the same
however long the log is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.working_set import WorkingSet
from resolver.hub.reopening import FreshRecords, mark_reopened
from resolver.records import Batch
from resolver.records.decisions import Decision, Verdict, settle_decisions
from resolver.records.results.resolution import Band, Resolution
from resolver.store import NewDecision, StoreView

Numbers = npt.NDArray[np.int64]
_WHOLE_LOG_SHARE = 4
"""Divisor of the log's size: if decisions on more records are needed, the log is read as a whole.
"""
Pair = tuple[str, str]


class RelevantDecisions:
    """Decisions of a store, and new ones, on the records that are asked for.

    `fresh` are records about to be committed; decisions that they contradict are reopened.
    """

    def __init__(
        self, view: StoreView, new: Sequence[NewDecision] = (), fresh: Batch | None = None
    ) -> None:
        self._view = view
        self._fresh = FreshRecords(fresh)
        self._new = self._mark_new(new)
        self._count = view.decision_count()
        # ids whose decisions have been read; None: all have
        self._read_ids: set[str] | None = set() if self._count else None
        self._log: dict[Pair, list[Decision]] = {}
        for decision in self._new:
            self._log.setdefault(decision.pair, []).append(decision)
        self._pairs_of: dict[str, set[Pair]] = {}
        self._add_pairs(self._log)

    def _mark_new(self, new: Sequence[NewDecision]) -> tuple[Decision, ...]:
        """Return new decisions; one that brings an earlier one back may be reopened as that is."""
        earlier = [(decision.decision, decision.versions) for decision in new if decision.versions]
        marked = iter(mark_reopened(self._view, earlier, self._fresh))
        return tuple(next(marked) if decision.versions else decision.decision for decision in new)

    @property
    def has_any(self) -> bool:
        """True where any decision exists."""
        return bool(self._count or self._new)

    @property
    def newly_decided(self) -> frozenset[str]:
        """Ids of the records of pairs with a new decision."""
        return frozenset(record_id for decision in self._new for record_id in decision.pair)

    @property
    def new_pairs(self) -> frozenset[Pair]:
        """Pairs with a new decision."""
        return frozenset(decision.pair for decision in self._new)

    def touching(self, ids: Iterable[str]) -> list[Decision]:
        """Return the log of all pairs with at least one of some records."""
        ids = set(ids)
        self._read(ids)
        pairs = {
            pair for record_id in ids & self._pairs_of.keys() for pair in self._pairs_of[record_id]
        }
        return [decision for pair in sorted(pairs) for decision in self._log[pair]]

    def settled(self, ids: Iterable[str]) -> tuple[Decision, ...]:
        """Return the decisions that count (see `settle`); two that clash raise `DecisionError`."""
        return settle_decisions(self.touching(ids))

    def within(self, ids: set[str]) -> list[Decision]:
        """Return the log of all pairs with both records among some."""
        return [
            decision
            for decision in self.touching(ids)
            if decision.left_id in ids and decision.right_id in ids
        ]

    def _read(self, ids: set[str]) -> None:
        if self._read_ids is None:
            return
        missing = ids - self._read_ids
        if not missing:
            return
        read_all = len(missing) * _WHOLE_LOG_SHARE > self._count
        log: dict[Pair, list[Decision]] = {}
        # a pair may be read twice, once for each record; its log is the same each time
        stored = self._view.decisions(None if read_all else sorted(missing))
        with_versions = [(decision.decision, decision.versions) for decision in stored]
        for decision in mark_reopened(self._view, with_versions, self._fresh):
            log.setdefault(decision.pair, []).append(decision)
        for pair, decisions in log.items():
            self._log[pair] = [*decisions, *(new for new in self._new if new.pair == pair)]
        self._add_pairs(log)
        self._read_ids = None if read_all else self._read_ids | missing

    def _add_pairs(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            for record_id in pair:
                self._pairs_of.setdefault(record_id, set()).add(pair)


def add_bands(decisions: Sequence[NewDecision], resolution: Resolution) -> Sequence[NewDecision]:
    """Add the band of the two entities to decisions *different* that lack it (those of a file).

    Band and log-odds are those of the strongest pair between the two at the time of the commit:
    later evidence is measured against them. Log-odds are left out where no pair between the two
    reached the review threshold.
    """
    if not any(map(_lacks_band, decisions)):
        return decisions
    row_of = {record_id: row for row, record_id in enumerate(resolution.batch.ids.to_pylist())}
    labels, links = resolution.labels.astype(np.int64), resolution.links
    keys = _pair_keys(labels[links.left], labels[links.right])
    strongest_first = np.lexsort((-links.logodds.astype(np.int64), keys))
    keys = keys[strongest_first]

    def add_band(decision: NewDecision) -> NewDecision:
        """Add band and log-odds to one decision, if it lacks them."""
        left, right = (row_of.get(record_id) for record_id in decision.decision.pair)
        if not _lacks_band(decision) or left is None or right is None:
            return decision
        (key,) = _pair_keys(labels[[left]], labels[[right]])
        place = int(np.searchsorted(keys, key))
        if place == len(keys) or keys[place] != key:
            figures: dict[str, object] = {"band": Band.DISTINCT.label}
        else:
            link = strongest_first[place]
            band, logodds = Band(int(links.band[link])), int(links.logodds[link])
            figures = {"band": band.label, "logodds": logodds}
        return replace(decision, context={**decision.context, **figures})

    return [add_band(decision) for decision in decisions]


def _lacks_band(decision: NewDecision) -> bool:
    return decision.decision.verdict is Verdict.DIFFERENT and "band" not in decision.context


def _pair_keys(left: Numbers, right: Numbers) -> Numbers:
    """Return one number for each pair of clusters, in either order."""
    keys: Numbers = (np.minimum(left, right) << 32) + np.maximum(left, right)
    return keys


class SameRecordTies:
    """Decisions *same* between records, by numbers: of current, ending and new records."""

    def __init__(self, view: StoreView, decisions: RelevantDecisions, fresh: WorkingSet) -> None:
        self._view, self._decisions = view, decisions
        self._fresh_numbers: dict[str, int] = {}
        self._fresh_ids: dict[int, str] = {}
        if decisions.has_any:
            ids, numbers = fresh.batch.ids.to_pylist(), fresh.numbers.tolist()
            self._fresh_numbers = dict(zip(ids, numbers, strict=True))
            self._fresh_ids = dict(zip(numbers, ids, strict=True))

    def tied_to(self, numbers: Numbers) -> Numbers:
        """Return the records that some are decided to be the same as."""
        if not self._decisions.has_any or not len(numbers):
            return np.zeros(0, dtype=np.int64)
        is_fresh = {number: number in self._fresh_ids for number in numbers.tolist()}
        id_of = self._view.record_ids([number for number, fresh in is_fresh.items() if not fresh])
        id_of.update(
            {number: self._fresh_ids[number] for number, fresh in is_fresh.items() if fresh}
        )
        ids = set(id_of.values())
        pairs = [
            decision.pair
            for decision in self._decisions.settled(ids)
            if decision.verdict is Verdict.SAME
        ]
        tied = {left for left, right in pairs if right in ids}
        tied |= {right for left, right in pairs if left in ids}
        return self._current_numbers(tied)

    def _current_numbers(self, ids: Iterable[str]) -> Numbers:
        """Return the present numbers of record ids, in the store and among the new records."""
        ids = sorted(ids)
        numbers = [number for number, _ in self._view.numbers_of(ids).values()] if ids else []
        numbers += [
            self._fresh_numbers[record_id] for record_id in ids if record_id in self._fresh_numbers
        ]
        return np.array(sorted(numbers), dtype=np.int64)

    def decided_records(self) -> Numbers:
        """Return the stored records with a new decision, or with one that names a new record."""
        ids = set(self._decisions.newly_decided)
        if self._fresh_numbers:
            settled = self._decisions.settled(self._fresh_numbers)
            ids |= {record_id for decision in settled for record_id in decision.pair}
        stored = self._view.numbers_of(sorted(ids)) if ids else {}
        return np.array(sorted(number for number, _ in stored.values()), dtype=np.int64)
