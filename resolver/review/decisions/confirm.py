"""The second pair of eyes: decisions that wait for another steward, and saying the same."""

from __future__ import annotations

from dataclasses import replace

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict as Said
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.commit_decisions import Act, carry
from resolver.review.decisions.decision_checks import no_second_by_the_same
from resolver.review.decisions.earlier_verdicts import (
    COMMENT,
    SPELLED,
    TOGETHER,
    UNDOES,
    decision_views,
    verdict_of,
    waiting,
)
from resolver.review.decisions.log_entries import entry
from resolver.review.models import (
    DecisionView,
    Outcome,
    State,
    Steward,
    Verdict,
)
from resolver.review.pair import seen_log
from resolver.review.queue.queue_access import may_decide
from resolver.review.refusals import NotAllowedError
from resolver.store import NewDecision, StoredDecision, View


def pending(hub: Hub, viewer: Viewer = STRANGER) -> tuple[DecisionView, ...]:
    """The decisions that wait for a second steward, the oldest first; of those taken together the first. Only those on
    records that the viewer sees."""
    with hub.store.view() as view:
        log = view.decisions_that_need_two()
        # what else is said of the same pairs may have settled them
        log = (
            view.decisions(sorted({one for stored in log for one in stored.decision.pair}))
            if log
            else []
        )
        waits = {one.number for one in seen_log(view, waiting(log), viewer)}
        found = [one for one in decision_views(log) if one.number in waits]
    first: dict[tuple[int, ...], DecisionView] = {}
    for one in sorted(found, key=lambda one: one.number):
        first.setdefault(tuple(sorted((one.number, *one.together))), one)
    return tuple(first.values())


def confirm(hub: Hub, steward: Steward, number: int, *, comment: str = "") -> Outcome:
    """Say the same as a decision that waits. Raises `NotAllowedError` where it is one's own or waits no longer."""

    def make(view: View) -> Act:
        stored = view.decision(number)
        if stored is None:
            raise InputError(f"there is no decision {number}", mend="see which decisions wait")
        group = [one for one in view.decisions_landed(stored.landed) if taken_together(one, stored)]
        log = view.decisions(sorted({end for one in group for end in one.decision.pair}))
        waits = {one.number for one in waiting(log)}
        if stored.number not in waits:
            raise NotAllowedError(
                f"decision {number} does not wait for a second steward", mend="look at the pair"
            )
        no_second_by_the_same(stored, steward)
        may_decide(view, steward.viewer, stored.decision.pair)
        group = [one for one in group if one.number in waits]
        said = entry(
            steward,
            verdict_of(stored.decision),
            stored.decision.why,
            comment,
            needs_two=True,
            seen=_shown(stored),
        )
        undoes = {one.decision.pair: int(one.seen[UNDOES]) for one in group if UNDOES in one.seen}
        decisions: list[NewDecision] = []
        for one in group:
            each = replace(said, verdict=verdict_of(one.decision))
            decisions += each.on([one.decision.pair], log, undoes=undoes)
        sides = tuple(
            tuple(stored.seen.get(name, ())) for name in ("left_records", "right_records")
        )
        same = stored.decision.verdict is Said.SAME and UNDOES not in stored.seen
        whole = (
            ((*sides[0], *sides[1]),)
            if same
            else sides
            if "split" in stored.seen and not undoes
            else ()
        )
        return Act(said, tuple(decisions), whole)

    with hub.store.view() as view:
        known = view.decision(number)
    outcome, act = carry(hub, make, steward.name, known.decision.pair if known else None)
    word = SPELLED[act.entry.verdict]
    told = (
        f" They are {outcome.entity} now."
        if outcome.entity and act.entry.verdict is not Verdict.UNSURE
        else ""
    )
    undone = [int(one.seen[UNDOES]) for one in act.decisions if UNDOES in one.seen]
    if undone:
        word, told = f"decision {undone[0]} is taken back", ""
    return replace(outcome, state=State.DONE, message=f"Confirmed: {word}.{told}")


def taken_together(one: StoredDecision, other: StoredDecision) -> bool:
    """Whether two decisions of one landing are one act."""
    mark = other.seen.get(TOGETHER)
    return one.number == other.number or bool(mark and one.seen.get(TOGETHER) == mark)


def _shown(stored: StoredDecision) -> dict[str, object]:
    """What the second steward saw: the same as the first."""
    return {
        name: value
        for name, value in stored.seen.items()
        if name not in (TOGETHER, UNDOES, COMMENT)
    }
