"""Checks before a decision is logged, and confirmation of decisions that wait.

The module reads in this order:

1. Has anything changed since the pair was shown? Entities, other decisions, leases of other
   stewards.
2. Does the decision contradict earlier decisions? `build_contradiction` and `find_forced_same`
   return the chain of decisions that a steward is shown; `find_same_path` searches it.
3. Does it need a second steward, because it overrules a decision of two stewards?
4. `confirm_decision`: a second steward confirms a decision that waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from resolver.errors import DecisionError, InputError, pluralize
from resolver.hub.hub import Hub
from resolver.records.decisions import PairState, Verdict, pair_states, read_last_day
from resolver.records.visibility import STRANGER, Viewer
from resolver.review import earlier_verdicts, models, refusals
from resolver.review.commit_decisions import DecisionPlan, commit_plan, new_log_entry
from resolver.review.entity_sides import EntitySide, side_digest
from resolver.review.pair import load_pair_sides
from resolver.review.queue_filters import visible_row
from resolver.store import NewDecision, StoredDecision, StoreView, steward_work, utc_text

MAX_LINK_TEXT = 500
"""Maximum number of characters in the authority, and in the legal basis, of a link."""


def load_unchanged_sides(
    view: StoreView, left: str, right: str, snapshot: models.PairSnapshot | None, viewer: Viewer
) -> tuple[EntitySide, EntitySide]:
    """Load the two entities, as the viewer may see them, and check that they are as shown.

    Raises `DecidedMeanwhileError`, `RetiredMeanwhileError` or `ChangedMeanwhileError`.
    """
    if snapshot is None:
        return load_pair_sides(view, left, right, viewer)
    check_undecided_since(view, snapshot, viewer)
    for shown_id in (snapshot.left, snapshot.right):
        entity = refusals.find_entity(view, shown_id, viewer)
        if entity.records and entity.id != shown_id:
            change = f"its records now belong to {entity.id}"
            raise refusals.RetiredMeanwhileError(shown_id, entity.id, change)
    left_side, right_side = load_pair_sides(view, left, right, viewer)
    _check_unchanged(snapshot, left_side, right_side)
    return left_side, right_side


def _check_unchanged(
    snapshot: models.PairSnapshot, left_side: EntitySide, right_side: EntitySide
) -> None:
    if {left_side.id, right_side.id} != {snapshot.left, snapshot.right}:
        raise refusals.ChangedMeanwhileError(
            left_side.id, f"{snapshot.left} and {snapshot.right} were shown"
        )
    shown = {
        snapshot.left: (snapshot.left_digest, snapshot.left_records),
        snapshot.right: (snapshot.right_digest, snapshot.right_records),
    }
    for side in (left_side, right_side):
        before, records = shown[side.id]
        if side_digest(side) != before:
            raise refusals.ChangedMeanwhileError(
                side.id, _describe_change(set(records), set(side.record_ids))
            )


def _describe_change(before: set[str], now: set[str]) -> str:
    added, removed = sorted(now - before), sorted(before - now)
    parts = [f"{pluralize(len(added), 'record')} came to it ({added[0]} …)"] if added else []
    parts += [f"{pluralize(len(removed), 'record')} left it ({removed[0]} …)"] if removed else []
    return " and ".join(parts) or "a list brought new versions of its records"


def check_undecided_since(view: StoreView, snapshot: models.PairSnapshot, viewer: Viewer) -> None:
    """Raise `DecidedMeanwhileError` if the pair was decided since it was shown.

    The verdict unsure does not count.
    """
    if snapshot.revision >= view.revision:
        return
    left, right = set(snapshot.left_records), set(snapshot.right_records)
    log = refusals.load_decisions(view, left | right, viewer)
    later = [
        stored
        for stored in log
        if stored.revision > snapshot.revision
        and stored.decision.verdict is not Verdict.UNSURE
        and _is_across(stored, left, right)
    ]
    if later:
        rows = {row.id: row for row in earlier_verdicts.decision_views(log)}
        raise refusals.DecidedMeanwhileError(rows[later[-1].id])


def _is_across(stored: StoredDecision, left: Collection[str], right: Collection[str]) -> bool:
    first, second = stored.decision.pair
    return (first in left and second in right) or (first in right and second in left)


def check_link_basis(link: models.LinkBasis) -> models.LinkBasis:
    """Return the facts of a link without surrounding white space. Raises `InputError` for a last
    day that is none or is over, and for a text that is too long.
    """
    texts = {"authority": link.authority.strip(), "legal_basis": link.legal_basis.strip()}
    for name, text in texts.items():
        if "\x00" in text or len(text) > MAX_LINK_TEXT:
            raise InputError(
                f"the {name.replace('_', ' ')} of a link is too long",
                hint=f"it may have {MAX_LINK_TEXT} characters, without NUL",
            )
    try:
        expires = read_last_day(link.expires)
    except DecisionError as error:
        raise InputError(error.message, hint=error.hint) from None
    if expires and expires < utc_text()[:10]:
        raise InputError(f"a link cannot end on {expires}", hint="give today or a later day")
    return models.LinkBasis(**texts, expires=expires)


def check_not_locked(view: StoreView, steward: models.Steward, pair: tuple[int, int]) -> None:
    """Raise `PairLockedError` if the pair waits and another steward has it open."""
    lease = steward_work.current_hold(view.connection, pair)
    if lease is not None and visible_row(view, pair, steward.viewer) is None:
        return
    if lease is not None and lease.steward != steward.name:
        raise refusals.PairLockedError(lease.steward, lease.until)


def find_forbidding(
    log: Sequence[StoredDecision], left_side: EntitySide, right_side: EntitySide
) -> list[StoredDecision]:
    """Return the decisions in effect that say `different` about records of the two sides."""
    return [
        stored
        for stored in earlier_verdicts.effective_decisions(log)
        if stored.decision.verdict is Verdict.DIFFERENT
        and _is_across(stored, set(left_side.record_ids), set(right_side.record_ids))
    ]


def build_contradiction(
    log: Sequence[StoredDecision], left: str, right: str, forbidding: Sequence[StoredDecision]
) -> refusals.ContradictionError:
    """Return the error with the chain of decisions that contradicts a merge of two records.

    The chain is: `left` is the same as one record of a decision `different`, and `right` is the
    same as the other record of this decision.
    """
    near, far = forbidding[0].decision.pair
    paths = find_same_path(log, left, near) or [], find_same_path(log, far, right) or []
    crossed_paths = find_same_path(log, left, far), find_same_path(log, near, right)
    if left != near and right != far and None not in crossed_paths:
        near, far = far, near
        paths = crossed_paths[0] or [], crossed_paths[1] or []
    views = {row.id: row for row in earlier_verdicts.decision_views(log)}
    chain = [
        *_build_ties(left, near, paths[0], views),
        refusals.ContradictionTie(near, far, False, views[forbidding[0].id]),
        *_build_ties(far, right, paths[1], views),
    ]
    return refusals.ContradictionError(tuple(chain), tuple(stored.id for stored in forbidding))


def find_bonds(
    log: Sequence[StoredDecision], decisions: Iterable[NewDecision]
) -> tuple[tuple[str, str], ...]:
    """Return the pairs that were decided `same` and that an act must keep together.

    `log` has the decisions on the records of an entity, and `decisions` are those of the act. The
    act is refused if it says `different` about two records of the entity and separates such a pair.
    This can happen through a hidden record. If it has to leave one record of the entity, it leaves
    the whole entity, together with the records that were decided to be the same as it.
    """
    new = {row.decision.pair: row.decision.verdict for row in decisions}
    if Verdict.DIFFERENT not in new.values():
        return ()
    active = (stored.decision for stored in earlier_verdicts.effective_decisions(log))
    bonds = {decision.pair for decision in active if decision.verdict is Verdict.SAME}
    return tuple(sorted(bonds - new.keys()))


def find_forced_same(
    log: Sequence[StoredDecision], left: str, right: str
) -> refusals.ContradictionError | None:
    """Return the error that refuses `different` for two records, because decisions make them one.

    It has the chain of these decisions. None if there is no such chain.
    """
    path = find_same_path(log, left, right)
    if not path:
        return None
    views = {row.id: row for row in earlier_verdicts.decision_views(log)}
    return refusals.ContradictionError(
        tuple(_build_ties(left, right, path, views)), tuple(stored.id for stored in path)
    )


def _build_ties(
    start: str, end: str, path: Sequence[StoredDecision], views: dict[str, models.DecisionView]
) -> list[refusals.ContradictionTie]:
    if start == end:
        return []
    if not path:
        return [refusals.ContradictionTie(start, end, True, None)]
    ties, current = [], start
    for stored in path:
        following = (
            stored.decision.right_id
            if stored.decision.left_id == current
            else stored.decision.left_id
        )
        ties.append(refusals.ContradictionTie(current, following, True, views[stored.id]))
        current = following
    return ties


def find_same_path(
    log: Sequence[StoredDecision], start: str, end: str
) -> list[StoredDecision] | None:
    """Return the shortest path between two records along `same` decisions, or None."""
    neighbors = _same_neighbors(log)
    reached_from: dict[str, tuple[str, StoredDecision] | None] = {start: None}
    queue = deque([start])
    while queue:
        current = queue.popleft()
        for following, stored in neighbors.get(current, ()):
            if following not in reached_from:
                reached_from[following] = (current, stored)
                queue.append(following)
    if end not in reached_from:
        return None
    path: list[StoredDecision] = []
    step = reached_from[end]
    while step is not None:
        path.append(step[1])
        step = reached_from[step[0]]
    return path[::-1]


def _same_neighbors(
    log: Sequence[StoredDecision],
) -> dict[str, list[tuple[str, StoredDecision]]]:
    """Return, for each record, the records that are decided to be the same as it, each with the
    decision.
    """
    neighbors: dict[str, list[tuple[str, StoredDecision]]] = {}
    for stored in earlier_verdicts.effective_decisions(log):
        if stored.decision.verdict is Verdict.SAME:
            left, right = stored.decision.pair
            neighbors.setdefault(left, []).append((right, stored))
            neighbors.setdefault(right, []).append((left, stored))
    return neighbors


def verdict_key(verdict: models.StewardVerdict) -> tuple[bool, str]:
    """Return a key that is equal for equal verdicts."""
    return verdict is models.StewardVerdict.RED, str(verdict)


def overturn_reasons(
    log: Sequence[StoredDecision],
    pairs: Iterable[tuple[str, str]],
    verdict: models.StewardVerdict | None = None,
) -> tuple[str, ...]:
    """Return the reason why a decision needs two stewards, or nothing.

    The decision needs two stewards if two stewards gave another verdict on one of the pairs before.
    Without a `verdict`, their decision is to be withdrawn. The log must be complete for each pair,
    with reopened decisions marked.
    """
    states = pair_states(stored.decision for stored in log)
    for pair in sorted({(min(pair), max(pair)) for pair in pairs}):
        state = states.get(pair, PairState())
        if state.is_binding and not (verdict and _is_repeated(state, verdict)):
            assert state.effective is not None
            return (f"two stewards decided it before ({state.effective.place})",)
    return ()


def is_decided_by_two(
    log: Sequence[StoredDecision], pairs: Iterable[tuple[str, str]], verdict: models.StewardVerdict
) -> bool:
    """Return whether two stewards have given this verdict on each of these pairs."""
    states = pair_states(stored.decision for stored in log)
    return all(
        _is_repeated(states.get((min(pair), max(pair)), PairState()), verdict) for pair in pairs
    )


def _is_repeated(state: PairState, verdict: models.StewardVerdict) -> bool:
    return state.has_verdict(
        earlier_verdicts.logged_verdict(verdict), unlawful=verdict is models.StewardVerdict.RED
    )


def check_other_steward(unconfirmed: StoredDecision, steward: models.Steward) -> None:
    """Raise `DecisionNotAllowedError` if the steward would confirm their own decision."""
    if unconfirmed.decision.decided_by.casefold() == steward.name.casefold():
        raise refusals.DecisionNotAllowedError(
            f"you took this decision yourself (decision {unconfirmed.id}); "
            "confirming it takes another steward",
            hint="leave it to a colleague, or undo it",
        )


def list_pending(hub: Hub, viewer: Viewer = STRANGER) -> tuple[models.DecisionView, ...]:
    """Return the decisions that wait for a second steward, oldest first.

    Only the first decision of each act is returned, and only decisions on records that the viewer
    may see.
    """
    with hub.store.view() as view:
        # later decisions on the same pairs may have settled them
        ends = {end for stored in view.two_steward_decisions() for end in stored.decision.pair}
        log = refusals.load_decisions(view, ends, viewer)
        waiting_numbers = {stored.number for stored in earlier_verdicts.unconfirmed_decisions(log)}
        waiting = [
            row for row in earlier_verdicts.decision_views(log) if row.number in waiting_numbers
        ]
    first_of_act: dict[tuple[int, ...], models.DecisionView] = {}
    for row in sorted(waiting, key=lambda row: row.number):
        first_of_act.setdefault(tuple(sorted((row.number, *row.act_numbers))), row)
    return tuple(first_of_act.values())


def confirm_decision(
    hub: Hub, steward: models.Steward, decision_id: str, *, comment: str = ""
) -> models.DecisionOutcome:
    """Confirm a decision that waits for a second steward.

    Raises `UnknownIdError` for an id that the steward may not know. Raises
    `DecisionNotAllowedError` if the decision is the steward's own or no longer waits.
    """

    def build(view: StoreView) -> DecisionPlan:
        """Plan the confirmation on one revision."""
        return _plan_confirmation(view, steward, decision_id, comment)

    with hub.store.view() as view:
        pair = refusals.find_decision(view, decision_id, steward.viewer).decision.pair
    outcome, plan = commit_plan(hub, build, steward, pair)
    message = f"Confirmed: {_describe_confirmation(hub, plan, outcome.entity)}"
    return replace(outcome, state=models.DecisionState.DONE, message=message)


def _plan_confirmation(
    view: StoreView, steward: models.Steward, decision_id: str, comment: str
) -> DecisionPlan:
    stored = refusals.find_decision(view, decision_id, steward.viewer)
    members = view.decisions_in_revision(stored.revision)
    group = [
        member
        for member in refusals.visible_decisions(view, members, steward.viewer)
        if is_same_act(member, stored)
    ]
    ends = {end for member in group for end in member.decision.pair}
    log = refusals.load_decisions(view, ends, steward.viewer)
    waiting_numbers = {waiting.number for waiting in earlier_verdicts.unconfirmed_decisions(log)}
    if stored.number not in waiting_numbers:
        raise refusals.DecisionNotAllowedError(
            f"decision {stored.id} does not wait for a second steward", hint="look at the pair"
        )
    check_other_steward(stored, steward)
    group = [member for member in group if member.number in waiting_numbers]
    log_entry = new_log_entry(
        steward,
        earlier_verdicts.steward_verdict(stored.decision),
        stored.decision.reason,
        comment,
        needs_two=True,
        context=_shown_context(stored),
        link=models.LinkBasis.of(stored.decision),
    )
    undoes = {
        member.decision.pair: int(member.context[earlier_verdicts.UNDOES_KEY])
        for member in group
        if earlier_verdicts.UNDOES_KEY in member.context
    }
    decisions: list[NewDecision] = []
    for member in group:
        entry = replace(log_entry, verdict=earlier_verdicts.steward_verdict(member.decision))
        built = entry.build_decisions([member.decision.pair], log, undoes=undoes)
        if member.decision.undoes:
            # the undo restores a decision that may be reopened, and it stays reopened
            built = [replace(new, versions=member.versions) for new in built]
        decisions += built
    bonds = () if undoes else _find_bonds(view, stored, decisions, steward.viewer)
    return DecisionPlan(
        log_entry,
        tuple(decisions),
        _merge_sets(stored, is_undo=bool(undoes)),
        bonds=bonds,
    )


def _find_bonds(
    view: StoreView, stored: StoredDecision, decisions: Sequence[NewDecision], viewer: Viewer
) -> tuple[tuple[str, str], ...]:
    """Return the pairs that an act must keep together if both its records are in one entity."""
    if stored.decision.verdict is not Verdict.DIFFERENT or "split" in stored.context:
        return ()
    left, right = stored.decision.pair
    key = view.entity_key(left)
    # records that were withdrawn meanwhile are in no entity
    if key is None or key != view.entity_key(right):
        return ()
    records = refusals.find_entity(view, left, viewer).records
    return find_bonds(refusals.load_decisions(view, records, viewer), decisions)


def _merge_sets(stored: StoredDecision, *, is_undo: bool) -> tuple[tuple[str, ...], ...]:
    """Return the sets of records that must each be one entity after a decision.

    A merge has one set, with the records of both sides. A split has two such sets, which are its
    parts.
    """
    left = tuple(stored.context.get(earlier_verdicts.LEFT_RECORDS, ()))
    right = tuple(stored.context.get(earlier_verdicts.RIGHT_RECORDS, ()))
    if (
        stored.decision.verdict is Verdict.SAME
        and earlier_verdicts.UNDOES_KEY not in stored.context
    ):
        return ((*left, *right),)
    if "split" in stored.context and not is_undo:
        return left, right
    return ()


def _describe_confirmation(hub: Hub, plan: DecisionPlan, entity: str) -> str:
    undone = [
        int(new.context[earlier_verdicts.UNDOES_KEY])
        for new in plan.decisions
        if earlier_verdicts.UNDOES_KEY in new.context
    ]
    if undone:
        with hub.store.view() as view:
            stored = view.decision(undone[0])
        assert stored is not None
        return f"decision {stored.id} is taken back."
    text = f"{earlier_verdicts.VERDICT_TEXTS[plan.entry.verdict]}."
    if entity and plan.entry.verdict is not models.StewardVerdict.UNSURE:
        text += f" The two entities are now one: {entity}."
    return text


def is_same_act(first: StoredDecision, second: StoredDecision) -> bool:
    """Return whether two decisions of one commit belong to one act."""
    act_id = second.context.get(earlier_verdicts.ACT_KEY)
    return first.number == second.number or bool(
        act_id and first.context.get(earlier_verdicts.ACT_KEY) == act_id
    )


def _shown_context(stored: StoredDecision) -> dict[str, object]:
    """Return the context of the first decision without its act; the second steward saw it."""
    return {
        name: value
        for name, value in stored.context.items()
        if name
        not in (earlier_verdicts.ACT_KEY, earlier_verdicts.UNDOES_KEY, earlier_verdicts.COMMENT_KEY)
    }
