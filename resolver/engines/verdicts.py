"""Decisions as an increment sees them: the log with what is new, what counts of it, and the records it touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.engines.pool import Pool
from resolver.records.decisions import Decision, Verdict, settle
from resolver.store import NewDecision, View

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The decisions of a store with those that are new: the whole log, what counts of it, and the records of pairs on
    which something is new."""

    log: tuple[Decision, ...]
    settled: tuple[Decision, ...]
    touched: frozenset[str]

    @classmethod
    def of(cls, view: View, new: Sequence[NewDecision]) -> Verdicts:
        """Raises `DecisionError` where two contradict each other."""
        log = (*(stored.decision for stored in view.decisions()), *(one.decision for one in new))
        return cls(log, settle(log), frozenset(one for new_one in new for one in new_one.decision.pair))

    def same(self) -> list[tuple[str, str]]:
        """The pairs that are decided to be the same."""
        return [one.pair for one in self.settled if one.verdict is Verdict.SAME]


def same_numbers(view: View, verdicts: Verdicts, fresh: Pool) -> dict[int, set[int]]:
    """number → the numbers it is decided to be the same as, of records that hold or end now."""
    pairs = verdicts.same()
    if not pairs:
        return {}
    asked = sorted({one for pair in pairs for one in pair})
    numbers: dict[str, list[int]] = {one: [number] for one, (number, _) in view.numbers_of(asked).items()}
    places = pc.index_in(fresh.batch.ids, value_set=pa.array(asked, pa.string())).to_pylist()
    for row, place in enumerate(places):
        if place is not None:
            numbers.setdefault(asked[place], []).append(int(fresh.numbers[row]))
    found: dict[int, set[int]] = {}
    for left, right in pairs:
        for one in numbers.get(left, ()):
            for two in numbers.get(right, ()):
                found.setdefault(one, set()).add(two)
                found.setdefault(two, set()).add(one)
    return found


def decided_numbers(view: View, verdicts: Verdicts, fresh: Pool) -> Numbers:
    """The held records on which there is a new decision, or one together with a new record."""
    wanted = set(verdicts.touched)
    if verdicts.settled:
        new = set(fresh.batch.ids.to_pylist())
        wanted |= {one for said in verdicts.settled if not new.isdisjoint(said.pair) for one in said.pair}
    found = view.numbers_of(sorted(wanted)) if wanted else {}
    return np.array(sorted(number for number, _ in found.values()), dtype=np.int64)
