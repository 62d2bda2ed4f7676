"""Decisions as an increment sees them: the log with what is new, what counts of it, and the records it touches.

Only decisions on records that the increment comes across are read, so that one decision costs the same however long
the log is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.working_set import Pool
from resolver.records.decisions import Decision, Verdict, settle
from resolver.records.results.resolution import Band, Resolution
from resolver.store import NewDecision, View

Numbers = npt.NDArray[np.int64]
_WHOLE = 4
"""The whole log is read once more than one in so many of its decisions is asked for."""


class Verdicts:
    """The decisions of a store with those that are new, of the records that were asked about."""

    def __init__(self, view: View, new: Sequence[NewDecision] = ()) -> None:
        self._view = view
        self._new = tuple(one.decision for one in new)
        self._count = view.decision_count()
        self._asked: set[str] | None = set() if self._count else None
        self._log: dict[tuple[str, str], list[Decision]] = {}
        for one in self._new:
            self._log.setdefault(one.pair, []).append(one)
        self._of: dict[str, set[tuple[str, str]]] = {}
        self._note(self._log)

    @property
    def any(self) -> bool:
        """Whether anything was ever decided."""
        return bool(self._count or self._new)

    @property
    def touched(self) -> frozenset[str]:
        """The records of pairs on which something is new."""
        return frozenset(one for said in self._new for one in said.pair)

    def on(self, ids: Iterable[str]) -> list[Decision]:
        """The log of all pairs of which a record is among some."""
        ids = set(ids)
        self._read(ids)
        pairs = {pair for one in ids & self._of.keys() for pair in self._of[one]}
        return [one for pair in sorted(pairs) for one in self._log[pair]]

    def settled(self, ids: Iterable[str]) -> tuple[Decision, ...]:
        """What counts of it. Raises `DecisionError` where two contradict each other."""
        return settle(self.on(ids))

    def within(self, ids: set[str]) -> list[Decision]:
        """The log of all pairs of which both records are among some."""
        return [one for one in self.on(ids) if one.left_id in ids and one.right_id in ids]

    def _read(self, ids: set[str]) -> None:
        if self._asked is None:
            return
        missing = ids - self._asked
        if not missing:
            return
        whole = len(missing) * _WHOLE > self._count
        found = self._view.decisions(None if whole else sorted(missing))
        fresh: dict[tuple[str, str], list[Decision]] = {}
        for stored in found:
            # both ends of a pair may be asked for at different times; its log is the same each time
            fresh.setdefault(stored.decision.pair, []).append(stored.decision)
        for pair, log in fresh.items():
            self._log[pair] = [*log, *(one for one in self._new if one.pair == pair)]
        self._note(fresh)
        self._asked = None if whole else self._asked | missing

    def _note(self, pairs: Iterable[tuple[str, str]]) -> None:
        for pair in pairs:
            for one in pair:
                self._of.setdefault(one, set()).add(pair)


def with_bands(decisions: Sequence[NewDecision], resolution: Resolution) -> Sequence[NewDecision]:
    """Decisions *different* of which nobody noted what the two entities looked like (those of a file) with the band and
    the log-odds of the strongest pair between the two as the decision lands: what later evidence is measured against.
    Without log-odds where no pair between them reached the review border."""
    if not any(map(_unseen, decisions)):
        return decisions
    row = {identity: place for place, identity in enumerate(resolution.batch.ids.to_pylist())}
    labels, links = resolution.labels.astype(np.int64), resolution.links
    keys = _between(labels[links.left], labels[links.right])
    strongest = np.lexsort((-links.logodds.astype(np.int64), keys))
    keys = keys[strongest]

    def seen(one: NewDecision) -> NewDecision:
        left, right = (row.get(end) for end in one.decision.pair)
        if not _unseen(one) or left is None or right is None:
            return one
        key = _between(labels[[left]], labels[[right]])
        place = int(np.searchsorted(keys, key[0]))
        if place == len(keys) or keys[place] != key[0]:
            return replace(one, seen={**one.seen, "band": Band.DISTINCT.label})
        link = strongest[place]
        said = {"band": Band(int(links.band[link])).label, "logodds": int(links.logodds[link])}
        return replace(one, seen={**one.seen, **said})

    return [seen(one) for one in decisions]


def _unseen(one: NewDecision) -> bool:
    return one.decision.verdict is Verdict.DIFFERENT and "band" not in one.seen


def _between(one: Numbers, two: Numbers) -> Numbers:
    """A number for every two clusters."""
    found: Numbers = (np.minimum(one, two) << 32) + np.maximum(one, two)
    return found


class Ties:
    """Which records are decided to be the same as which, by numbers, of those that hold or end now and those that are
    new."""

    def __init__(self, view: View, verdicts: Verdicts, fresh: Pool) -> None:
        self._view, self._verdicts = view, verdicts
        self._fresh: dict[str, int] = {}
        self._ids: dict[int, str] = {}
        if verdicts.any:
            self._fresh = dict(
                zip(fresh.batch.ids.to_pylist(), fresh.numbers.tolist(), strict=True)
            )
            self._ids = {number: one for one, number in self._fresh.items()}

    def of(self, numbers: Numbers) -> Numbers:
        """The numbers of the records that some are decided to be the same as."""
        if not self._verdicts.any or not len(numbers):
            return np.zeros(0, dtype=np.int64)
        asked = numbers.tolist()
        ids = self._view.ids_of([one for one in asked if one not in self._ids])
        ids.update({one: self._ids[one] for one in asked if one in self._ids})
        wanted = set(ids.values())
        same = [one for one in self._verdicts.settled(wanted) if one.verdict is Verdict.SAME]
        others = {
            end for one in same for end, other in (one.pair, one.pair[::-1]) if other in wanted
        }
        return self.numbers(others)

    def numbers(self, ids: Iterable[str]) -> Numbers:
        """The numbers that some record ids have now, of the store and of the new records."""
        ids = sorted(ids)
        found = [number for number, _ in self._view.numbers_of(ids).values()] if ids else []
        found += [self._fresh[one] for one in ids if one in self._fresh]
        return np.array(sorted(found), dtype=np.int64)

    def decided(self) -> Numbers:
        """The held records on which there is a new decision, or one together with a new record."""
        wanted = set(self._verdicts.touched)
        if self._fresh:
            wanted |= {one for said in self._verdicts.settled(self._fresh) for one in said.pair}
        found = self._view.numbers_of(sorted(wanted)) if wanted else {}
        return np.array(sorted(number for number, _ in found.values()), dtype=np.int64)
