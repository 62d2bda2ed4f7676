"""Carrying decisions out: they land, what they say of whole entities is made to hold, and what came of it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from resolver.hub.hub import Hub
from resolver.hub.increments.increment import Increment
from resolver.hub.increments.record_index import Index
from resolver.review.decisions.earlier_verdicts import TOGETHER
from resolver.review.decisions.log_entries import Entry
from resolver.review.models import Outcome, State, Verdict
from resolver.store import NewDecision, View


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be logged: the entry, its decisions, sets of records (ids) that each have to be one entity afterwards
    (only of what counts at once), and why it waits for a second steward."""

    entry: Entry
    decisions: tuple[NewDecision, ...]
    whole: tuple[tuple[str, ...], ...] = ()
    waits: tuple[str, ...] = ()
    pair: tuple[int, int] | None = None
    """The two entities (numbers), where they waited in the queue with `rank`."""
    rank: int = 0


MakeAct = Callable[[View], Act]
"""Makes the act from a view of the version that it lands on; raises where it may not be."""
Watch = Callable[[View, Increment], None]


@dataclass(slots=True)
class Carrier:
    """One act on its way: asked anew for each version of the store that is tried."""

    make: MakeAct
    watch: Watch | None = None
    counts: bool = True
    """Whether the act takes effect at once, so that wholes must be held together."""
    act: Act | None = field(default=None)

    def decisions(self, view: View) -> Sequence[NewDecision]:
        """For `Hub.decide`."""
        self.act = self.make(view)
        return self.act.decisions

    def more(self, view: View, index: Index, increment: Increment) -> Sequence[NewDecision]:
        """Decisions that hold together what the evidence alone would not."""
        del index
        assert self.act is not None
        further = [] if self.act.waits and self.counts else missing(view, increment, self.act)
        if not further and self.watch is not None:
            self.watch(view, increment)
        return further


def missing(view: View, increment: Increment, act: Act) -> list[NewDecision]:
    """For every record that would be left out of the whole it belongs to, the decision that it is the same as the first
    record of it."""
    ids = increment.resolution.batch.ids.to_pylist()
    label = dict(zip(ids, increment.resolution.labels.tolist(), strict=True))
    pairs = []
    for whole in act.whole:
        here = [one for one in whole if one in label]
        homes = {label[one] for one in here}
        if len(homes) > 1:
            # the larger part stays, each smaller one is tied to it by one record
            sizes = {home: sum(label[one] == home for one in here) for home in homes}
            main = min(homes, key=lambda home: (-sizes[home], home))
            anchor = next(one for one in here if label[one] == main)
            pairs += [
                (anchor, next(one for one in here if label[one] == home))
                for home in sorted(homes - {main})
            ]
    if not pairs:
        return []
    held = Entry(
        act.entry.steward,
        Verdict.SAME,
        act.entry.reason,
        act.entry.comment,
        False,
        {**act.entry.seen, "holds": "the entity as a whole"},
        act.entry.mark,
    )
    return held.on(
        pairs, view.decisions(sorted({one for pair in pairs for one in pair})), undoes={}
    )


def carry(
    hub: Hub, act: MakeAct, who: str, pair: tuple[str, str] | None = None
) -> tuple[Outcome, Act]:
    """Land an act. `pair`: two records of which it is told whether they are one entity now."""
    carrier = Carrier(act)
    landed = hub.decide(carrier.decisions, who=who, more=carrier.more)
    made = carrier.act
    assert made is not None
    with hub.store.view() as view:
        logged = [
            one
            for one in view.decisions_landed(landed.version)
            if one.seen.get(TOGETHER) == made.entry.mark
        ]
        ids = view.entity_ids(landed.changed.tolist())
        entity = _one_entity(view, pair) if pair else ""
    done = State.NOTED if made.entry.verdict is Verdict.UNSURE else State.DONE
    first = {new.decision.pair for new in made.decisions}
    ordered = sorted(logged, key=lambda one: (one.decision.pair not in first, one.number))
    outcome = Outcome(
        State.WAITS if made.waits else done,
        tuple(one.number for one in ordered),
        landed.version,
        tuple(sorted(ids.values())),
        entity,
        "",
        made.waits,
    )
    return outcome, made


def _one_entity(view: View, pair: tuple[str, str]) -> str:
    one, two = (view.home_of(end) for end in pair)
    return one[1] if one is not None and one == two else ""
