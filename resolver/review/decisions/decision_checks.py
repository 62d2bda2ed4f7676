"""What forbids a decision: others decided or hold the pair, an entity has changed, earlier decisions contradict."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence

from resolver.records.decisions import Verdict as Said
from resolver.review.decisions.earlier_verdicts import decision_views, standing
from resolver.review.entity_sides import Side, living
from resolver.review.models import (
    DecisionView,
    Seen,
    Steward,
    Verdict,
)
from resolver.review.pair import digest, two_sides
from resolver.review.refusals import (
    ChangedMeanwhileError,
    ContradictionError,
    DecidedMeanwhileError,
    HeldError,
    NotAllowedError,
    RetiredMeanwhileError,
    Tie,
)
from resolver.store import StoredDecision, View
from resolver.store.desk import steward_work as people_rows
from resolver.store.desk import waiting_pairs as desk_rows


def sides_as_seen(view: View, left: str, right: str, seen: Seen | None) -> tuple[Side, Side]:
    """The two entities, where they still are what the steward saw. Raises `DecidedMeanwhileError`,
    `RetiredMeanwhileError`, `ChangedMeanwhileError`."""
    if seen is None:
        return two_sides(view, left, right)
    decided_since(view, seen)
    for asked in (seen.left, seen.right):
        entity = living(view, asked)
        if entity.records and entity.id != asked:
            told = f"{entity.id} holds its records now"
            raise RetiredMeanwhileError(asked, entity.id, told)
    one, two = two_sides(view, left, right)
    if {one.id, two.id} != {seen.left, seen.right}:
        raise ChangedMeanwhileError(one.id, f"{seen.left} and {seen.right} were shown")
    shown = {
        seen.left: (seen.left_digest, seen.left_records),
        seen.right: (seen.right_digest, seen.right_records),
    }
    for side in (one, two):
        before, records = shown[side.id]
        if digest(side) != before:
            raise ChangedMeanwhileError(side.id, _change(set(records), set(side.record_ids)))
    return one, two


def _change(before: set[str], now: set[str]) -> str:
    new, gone = sorted(now - before), sorted(before - now)
    told = [f"{len(new)} records came to it ({new[0]} …)"] if new else []
    told += [f"{len(gone)} records left it ({gone[0]} …)"] if gone else []
    return " and ".join(told) or "a list brought new versions of its records"


def decided_since(view: View, seen: Seen) -> None:
    """Raises `DecidedMeanwhileError` where anything but unsure was said of the two since they were shown."""
    if seen.version >= view.version:
        return
    left, right = set(seen.left_records), set(seen.right_records)
    log = view.decisions(sorted(left | right))
    later = [
        one
        for one in log
        if one.landed > seen.version
        and one.decision.verdict is not Said.UNSURE
        and _across(one, left, right)
    ]
    if later:
        views = {one.number: one for one in decision_views(log)}
        raise DecidedMeanwhileError(views[later[-1].number])


def _across(stored: StoredDecision, left: Collection[str], right: Collection[str]) -> bool:
    one, two = stored.decision.pair
    return (one in left and two in right) or (one in right and two in left)


def not_held(view: View, steward: Steward, pair: tuple[int, int]) -> None:
    """Raises `HeldError` where another steward has the pair open, and it waits."""
    held = people_rows.held(view.connection, pair)
    if held is not None and desk_rows.row_of(view.connection, *pair) is None:
        return
    if held is not None and held.who != steward.name:
        raise HeldError(held.who, held.until)


def forbidding(log: Sequence[StoredDecision], one: Side, two: Side) -> list[StoredDecision]:
    """The decisions that call records of two sides different, and stand."""
    return [
        found
        for found in standing(log)
        if found.decision.verdict is Said.DIFFERENT and _between(found, one, two)
    ]


def _between(stored: StoredDecision, one: Side, two: Side) -> bool:
    return _across(stored, set(one.record_ids), set(two.record_ids))


def contradiction(
    log: Sequence[StoredDecision], left: str, right: str, forbids: Sequence[StoredDecision]
) -> ContradictionError:
    """The triangle: from the one record, through what holds it together with a record that is called different from one
    that holds together with the other."""
    first = forbids[0]
    near, far = first.decision.pair
    ties = same_path(log, left, near) or [], same_path(log, far, right) or []
    other = same_path(log, left, far), same_path(log, near, right)
    if left != near and right != far and None not in other:
        near, far = far, near
        ties = other[0] or [], other[1] or []
    views = {one.number: one for one in decision_views(log)}
    chain = [
        *_ties(left, near, ties[0], views),
        Tie(near, far, False, views[first.number]),
        *_ties(far, right, ties[1], views),
    ]
    return ContradictionError(tuple(chain), tuple(one.number for one in forbids))


def forced_same(log: Sequence[StoredDecision], left: str, right: str) -> ContradictionError | None:
    """The decisions that make two records the same, one after the other, as what contradicts calling them different."""
    path = same_path(log, left, right)
    if not path:
        return None
    views = {one.number: one for one in decision_views(log)}
    return ContradictionError(
        tuple(_ties(left, right, path, views)), tuple(one.number for one in path)
    )


def _ties(
    start: str, end: str, path: Sequence[StoredDecision], views: dict[int, DecisionView]
) -> list[Tie]:
    if start == end:
        return []
    if not path:
        return [Tie(start, end, True, None)]
    found, here = [], start
    for one in path:
        there = one.decision.right_id if one.decision.left_id == here else one.decision.left_id
        found.append(Tie(here, there, True, views[one.number]))
        here = there
    return found


def same_path(log: Sequence[StoredDecision], start: str, end: str) -> list[StoredDecision] | None:
    """The shortest way from one record to another over decisions that call records the same; None where there is
    none."""
    near: dict[str, list[tuple[str, StoredDecision]]] = {}
    for one in standing(log):
        if one.decision.verdict is Said.SAME:
            left, right = one.decision.pair
            near.setdefault(left, []).append((right, one))
            near.setdefault(right, []).append((left, one))
    came: dict[str, tuple[str, StoredDecision] | None] = {start: None}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there, one in near.get(here, ()):
            if there not in came:
                came[there] = (here, one)
                queue.append(there)
    if end not in came:
        return None
    path: list[StoredDecision] = []
    step = came[end]
    while step is not None:
        path.append(step[1])
        step = came[step[0]]
    return path[::-1]


def said_by(verdict: Verdict) -> tuple[bool, str]:
    """What two verdicts must share to be one."""
    return verdict is Verdict.RED, str(verdict)


def undoes_two(
    log: Sequence[StoredDecision], pairs: Sequence[tuple[str, str]], verdict: Verdict
) -> tuple[str, ...]:
    """What two stewards decided takes two to change."""
    asked = {tuple(sorted(pair)) for pair in pairs}
    for one in standing(log):
        two = (
            one.decision.needs_two or one.decision.unlawful
        ) and one.decision.verdict is not Said.UNSURE
        if two and one.decision.pair in asked:
            return (f"two stewards decided it before (decision {one.number})",)
    return ()


def no_second_by_the_same(waits: StoredDecision, steward: Steward) -> None:
    """Raises `NotAllowedError` where it would be one's own decision that one confirms."""
    if waits.decision.who == steward.name:
        raise NotAllowedError(
            f"you have said so already (decision {waits.number}); it takes another steward",
            mend="leave it to a colleague, or undo it",
        )
