"""Decisions on two entities. They are logged on record ids; what stands in the way is told before anything lands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.review.decisions.blind_review import answer_again, drawn
from resolver.review.decisions.commit_decisions import Act, MakeAct, carry
from resolver.review.decisions.decision_checks import (
    contradiction,
    forbidding,
    forced_same,
    no_second_by_the_same,
    not_held,
    said_by,
    sides_as_seen,
    undoes_two,
)
from resolver.review.decisions.earlier_verdicts import SPELLED, verdict_of, waiting
from resolver.review.decisions.four_eyes import needs_second
from resolver.review.decisions.log_entries import entry, said_of
from resolver.review.desk_rules import Rules
from resolver.review.entity_sides import (
    Side,
    living,
    side_of_records,
    sources_by_name,
)
from resolver.review.models import (
    BulkOutcome,
    Outcome,
    QueueItem,
    Reason,
    Seen,
    State,
    Steward,
    Verdict,
)
from resolver.review.pair import seen_of, strongest_pair
from resolver.review.queue.queue_access import may_decide
from resolver.review.refusals import NotAllowedError, RefusedError
from resolver.store import NewDecision, StoredDecision, View
from resolver.store.desk import waiting_pairs as desk_rows


@dataclass(frozen=True, slots=True)
class Wish:
    """What a steward wants to say of two entities (or records), as `decide` takes it."""

    steward: Steward
    left: str
    right: str
    verdict: Verdict
    reason: str
    comment: str
    seen: Seen | None
    over: tuple[int, ...]
    rules: Rules


def decide(
    hub: Hub,
    steward: Steward,
    left: str,
    right: str,
    verdict: Verdict,
    *,
    reason: str = "",
    comment: str = "",
    seen: Seen | None = None,
    over: Iterable[int] = (),
    again: int = 0,
    rules: Rules | None = None,
) -> Outcome:
    """Say what two entities are to each other (see the contract). Raises a `RefusedError`, and `InputError` for an
    unknown id; then nothing has changed."""
    rules = rules or Rules()
    if again:
        answer_again(hub, steward, again, verdict, reason)
        version = hub.store.version
        return Outcome(
            State.NOTED, (), version, (), "", f"Noted beside decision {again}: {SPELLED[verdict]}."
        )
    wish = Wish(steward, left, right, verdict, reason, comment, seen, tuple(over), rules)
    outcome, act = carry(hub, act_of(hub, wish), steward.name, (left, right))
    if act.pair is not None and outcome.state is not State.DONE:
        # it still waits, for others
        hub.store.people.release(act.pair, steward.name)
    if (
        act.pair is not None
        and outcome.state is State.DONE
        and drawn(act.decisions[0].digest, rules.again_share)
    ):
        hub.store.people.ask_again(outcome.numbers[0], act.rank, steward.name)
    return replace(outcome, message=_message(outcome, wish))


def _message(outcome: Outcome, wish: Wish) -> str:
    word = SPELLED[wish.verdict]
    if outcome.state is State.WAITS:
        return f"Logged: {word}. It counts once a second steward says so too ({'; '.join(outcome.waits)})."
    if outcome.state is State.NOTED:
        return "Left unsure; the pair goes down the queue."
    return f"Decided: {word}." + (f" They are {outcome.entity} now." if outcome.entity else "")


def act_of(hub: Hub, wish: Wish) -> MakeAct:
    """What makes the entries of a decision from a view."""

    def make(view: View) -> Act:
        may_decide(view, wish.steward.viewer, (wish.left, wish.right))
        if _within_one(view, wish):
            return _act_within(hub, view, wish)
        one, two = sides_as_seen(view, wish.left, wish.right, wish.seen)
        not_held(view, wish.steward, (min(one.number, two.number), max(one.number, two.number)))
        return _act_between(hub, view, wish, one, two)

    return make


def _act_between(hub: Hub, view: View, wish: Wish, one: Side, two: Side) -> Act:
    """Two entities."""
    log = view.decisions([*one.record_ids, *two.record_ids])
    strongest = strongest_pair(hub, view, one, two, view.links_of([*one.numbers, *two.numbers]))
    row = desk_rows.row_of(
        view.connection, min(one.number, two.number), max(one.number, two.number)
    )
    ends = view.ids_of([strongest.left, strongest.right])
    pairs = [(ends[strongest.left], ends[strongest.right])]
    # on records that were named the word is taken literally
    named = tuple(
        record if record in side.record_ids else None
        for record, side in ((wish.left, one), (wish.right, two))
    )
    if named[0] and named[1]:
        pairs = [(named[0], named[1])]
    waits = [stored for stored in waiting(log) if _touches(stored, one, two)]
    confirms = bool(waits) and said_by(wish.verdict) == said_by(verdict_of(waits[0].decision))
    if confirms:
        no_second_by_the_same(waits[0], wish.steward)
    if waits:
        # said of the same records, it confirms what waits or takes its place
        _not_unsure_of_what_waits(waits[0], wish)
        pairs = [stored.decision.pair for stored in waits]
    if wish.verdict in (Verdict.SAME, Verdict.RED):
        forbids = forbidding(log, one, two)
        moved = row is not None and row.reason == Reason.MOVED
        if forbids and not moved and not {stored.number for stored in forbids} <= set(wish.over):
            raise contradiction(log, *pairs[0], forbids)
        pairs = [stored.decision.pair for stored in forbids] or pairs
    seen = wish.seen or seen_of(hub, view, one, two, strongest)
    needs = needs_second((one, two), sources_by_name(view), wish.rules, wish.verdict)
    needs += undoes_two(log, pairs, wish.verdict)
    act = entry(
        wish.steward, wish.verdict, wish.reason, wish.comment, needs_two=bool(needs),
        seen=said_of(seen, row.reason if row else ""),
    )  # fmt: skip
    counts = not needs or confirms
    whole = (
        ((*one.record_ids, *two.record_ids),)
        if wish.verdict in (Verdict.SAME, Verdict.RED) and counts
        else ()
    )
    waited = (min(one.number, two.number), max(one.number, two.number)) if row is not None else None
    decisions = tuple(act.on(pairs, log, undoes={}))
    return Act(
        act, decisions, whole, () if counts else needs, waited, row.rank if row is not None else 0
    )


def _act_within(hub: Hub, view: View, wish: Wish) -> Act:
    """Two records of one entity."""
    log = view.decisions(list(living(view, wish.left).records))
    if wish.verdict is Verdict.DIFFERENT:
        against = forced_same(log, wish.left, wish.right)
        if against is not None and not set(against.settle) & set(wish.over):
            raise against
    one, two = (side_of_records(view, end, [end]) for end in (wish.left, wish.right))
    needs = needs_second((one, two), sources_by_name(view), wish.rules, wish.verdict)
    pairs = [(wish.left, wish.right)]
    needs += undoes_two(log, pairs, wish.verdict)
    strongest = strongest_pair(hub, view, one, two, view.links_of([*one.numbers, *two.numbers]))
    seen = said_of(wish.seen or seen_of(hub, view, one, two, strongest), "")
    act = entry(
        wish.steward, wish.verdict, wish.reason, wish.comment, needs_two=bool(needs), seen=seen
    )
    decisions = act.on(pairs, log, undoes={})
    if wish.verdict is Verdict.DIFFERENT and wish.over:
        decisions += _withdrawn(log, wish, act.mark, {new.decision.pair for new in decisions})
    return Act(act, tuple(decisions), (), needs)


def _withdrawn(
    log: Sequence[StoredDecision], wish: Wish, mark: str, done: set[tuple[str, str]]
) -> list[NewDecision]:
    """Decisions that are taken back so that another one can stand."""
    gone = [one for one in log if one.number in wish.over and one.decision.pair not in done]
    taken = replace(entry(wish.steward, Verdict.UNSURE, wish.reason, wish.comment), mark=mark)
    return taken.on(
        [one.decision.pair for one in gone],
        log,
        undoes={one.decision.pair: one.number for one in gone},
    )


def _not_unsure_of_what_waits(waits: StoredDecision, wish: Wish) -> None:
    if wish.verdict is Verdict.UNSURE and waits.decision.who != wish.steward.name:
        raise NotAllowedError(
            f"{waits.decision.who}'s decision {waits.number} waits for a second steward, and goes on waiting",
            mend="say the same or something else, or go on to the next pair",
        )


def _within_one(view: View, wish: Wish) -> bool:
    """Whether two different records are named that lie in one entity."""
    one, two = view.entity(wish.left), view.entity(wish.right)
    if one is None or two is None or one.number != two.number or wish.left == wish.right:
        return False
    return wish.left in one.records and wish.right in two.records


def _touches(stored: StoredDecision, one: Side, two: Side) -> bool:
    left, right = stored.decision.pair
    ours, theirs = set(one.record_ids), set(two.record_ids)
    return (left in ours and right in theirs) or (left in theirs and right in ours)


def bulk(
    hub: Hub,
    steward: Steward,
    items: Sequence[QueueItem],
    verdict: Verdict,
    *,
    reason: str,
    comment: str = "",
    rules: Rules | None = None,
) -> BulkOutcome:
    """One verdict on several items of the queue; each is taken or refused by itself."""
    done, refused = [], []
    for item in items:
        left, right = item.left.id, item.right.id
        try:
            outcome = decide(
                hub,
                steward,
                left,
                right,
                verdict,
                reason=reason,
                comment=comment,
                again=item.again,
                rules=rules,
            )
            done.append(outcome)
        except (RefusedError, InputError) as error:
            refused.append((left, right, error.line()))
    return BulkOutcome(tuple(done), tuple(refused))
