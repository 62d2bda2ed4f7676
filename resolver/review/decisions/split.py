"""Split: records are taken out of an entity, and stay apart from what is left.

It is logged as `different` between every record taken out and every one left (where that would be too many: between
those that are linked, and to the first of either part), and as `same` where a part would fall apart by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict as Said
from resolver.review.decisions.commit_decisions import Act, MakeAct, carry
from resolver.review.decisions.decision_checks import undoes_two
from resolver.review.decisions.earlier_verdicts import standing
from resolver.review.decisions.four_eyes import needs_second
from resolver.review.decisions.log_entries import entry
from resolver.review.desk_rules import Rules
from resolver.review.entity_sides import (
    Side,
    living,
    sides_of,
    sources_by_name,
)
from resolver.review.models import (
    Outcome,
    State,
    Steward,
    Verdict,
)
from resolver.review.pair import digest
from resolver.review.queue.queue_access import may_decide
from resolver.review.refusals import ChangedMeanwhileError, RetiredMeanwhileError
from resolver.store import View

_PAIRS = 400


def split(
    hub: Hub,
    steward: Steward,
    entity: str,
    record_ids: Iterable[str],
    why: str,
    *,
    seen_digest: str = "",
    rules: Rules | None = None,
) -> Outcome:
    """Take records out of an entity. `seen_digest`: what the entity was when it was shown (`entity_digest`). Raises
    `InputError` for records that are not in it or would leave nothing, a `RefusedError` where it has changed."""
    taken = tuple(sorted(set(record_ids)))
    make = split_act(steward, entity, taken, why, seen_digest, rules or Rules())
    outcome, _ = carry(hub, make, steward.name)
    if outcome.state is State.WAITS:
        return replace(
            outcome,
            message=f"Logged. It counts once a second steward agrees ({'; '.join(outcome.waits)}).",
        )
    return replace(outcome, message=f"{len(taken)} records taken out of {entity}.")


def entity_digest(hub: Hub, entity: str) -> str:
    """What an entity holds, as a short text to give back with `split`. Raises `InputError` for an unknown id."""
    with hub.store.view() as view:
        found = living(view, entity)
        side = sides_of(view, [found.number]).get(found.number)
        return digest(side) if side is not None else ""


def split_act(
    steward: Steward, entity: str, taken: Sequence[str], why: str, seen_digest: str, rules: Rules
) -> MakeAct:
    """What makes the entries of a split from a view."""

    def make(view: View) -> Act:
        side = _side(view, entity, seen_digest)
        may_decide(view, steward.viewer, side.record_ids)
        rest = sorted(set(side.record_ids) - set(taken))
        strange = sorted(set(taken) - set(side.record_ids))
        if strange:
            raise InputError(
                f"{strange[0]} is no record of {side.id}", mend="choose among its records"
            )
        if not taken or not rest:
            raise InputError(
                "a split takes some records out and leaves some", mend="choose some of them"
            )
        log = view.decisions(list(side.record_ids))
        same = {one.decision.pair for one in standing(log) if one.decision.verdict is Said.SAME}
        pairs = _cut(view, side, set(taken), rest, same)
        needs = needs_second((side,), sources_by_name(view), rules, Verdict.DIFFERENT)
        needs += undoes_two(log, pairs, Verdict.DIFFERENT)
        seen = {"split": side.id, "left_records": list(taken[:500]), "right_records": rest[:500]}
        said = entry(
            steward,
            Verdict.DIFFERENT,
            why,
            needs_two=bool(needs),
            seen={**seen, "version": view.version},
        )
        return Act(said, tuple(said.on(pairs, log, undoes={})), (tuple(taken), tuple(rest)), needs)

    return make


def _side(view: View, entity: str, seen_digest: str) -> Side:
    found = living(view, entity)
    if not found.records:
        raise RetiredMeanwhileError(entity, "", "all its records were withdrawn")
    if found.id != entity and entity.startswith("e-"):
        raise RetiredMeanwhileError(entity, found.id, f"{found.id} holds its records now")
    side = sides_of(view, [found.number])[found.number]
    if seen_digest and digest(side) != seen_digest:
        raise ChangedMeanwhileError(side.id, "it holds other records, or other versions of them")
    return side


def _cut(
    view: View, side: Side, taken: set[str], rest: Sequence[str], same: set[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The pairs that keep the parts apart."""
    if len(taken) * len(rest) <= _PAIRS:
        return [(one, two) for one in sorted(taken) for two in rest]
    links = view.links_of(list(side.numbers))
    name = {stored.number: stored.record.id for stored in side.records}
    inside = np.isin(links.left, side.numbers) & np.isin(links.right, side.numbers)
    ends = zip(links.left[inside].tolist(), links.right[inside].tolist(), strict=True)
    linked = [(name[one], name[two]) for one, two in ends]
    across = {
        tuple(sorted(pair)) for pair in [*linked, *same] if (pair[0] in taken) != (pair[1] in taken)
    }
    across |= {tuple(sorted((one, rest[0]))) for one in taken}
    across |= {tuple(sorted((min(taken), one))) for one in rest}
    return [(one, two) for one, two in sorted(across)]
