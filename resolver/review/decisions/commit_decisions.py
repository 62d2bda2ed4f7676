"""Commit of decisions: log them, keep the entities they name together, and report the outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from resolver.errors import DecisionError
from resolver.hub.hub import Hub
from resolver.hub.increments.increment import Increment
from resolver.hub.index.record_index import RecordIndex
from resolver.review.decisions.earlier_verdicts import ACT_KEY
from resolver.review.decisions.log_entries import LogEntry
from resolver.review.decisions.widest_pair import find_widest_pair
from resolver.review.models import DecisionOutcome, DecisionState, Steward, StewardVerdict
from resolver.review.refusals import DecisionNotAllowedError, DecisionRefusedError
from resolver.store import NewDecision, StoreView


@dataclass(frozen=True, slots=True)
class DecisionPlan:
    """Decisions of one act to be logged.

    `merge_sets` are sets of record ids that must each be one entity afterwards (only of decisions
    that take effect at once); `second_reasons` explain why the act waits for a second steward.
    """

    entry: LogEntry
    decisions: tuple[NewDecision, ...]
    merge_sets: tuple[tuple[str, ...], ...] = ()
    second_reasons: tuple[str, ...] = ()
    pair: tuple[int, int] | None = None
    """Numbers of the two entities if they waited in the queue, with `rank`."""
    rank: int = 0


BuildPlan = Callable[[StoreView], DecisionPlan]
"""Builder of a plan from a view of the revision that it is committed on; raises if the decision is
refused.
"""
ObserveIncrement = Callable[[StoreView, Increment], None]


@dataclass(slots=True)
class PlannedCommit:
    """Callbacks of one act for `Hub.decide`; the plan is rebuilt for each revision on which the
    commit is tried.
    """

    build_plan: BuildPlan
    observe: ObserveIncrement | None = None
    plan: DecisionPlan | None = field(default=None)

    def build_decisions(self, view: StoreView) -> Sequence[NewDecision]:
        """Return the decisions of the act (callback of `Hub.decide`)."""
        self.plan = self.build_plan(view)
        return self.plan.decisions

    def follow_up(
        self, view: StoreView, index: RecordIndex, increment: Increment
    ) -> Sequence[NewDecision]:
        """Return further decisions that keep together what the evidence alone would not."""
        del index
        assert self.plan is not None
        # an act that waits for a second steward has no effect yet
        ties = [] if self.plan.second_reasons else missing_ties(view, increment, self.plan)
        if not ties and self.observe is not None:
            self.observe(view, increment)
        return ties


def missing_ties(view: StoreView, increment: Increment, plan: DecisionPlan) -> list[NewDecision]:
    """Return `same` decisions that tie otherwise separate parts of merge sets to the largest."""
    ids = increment.resolution.batch.ids.to_pylist()
    label_of = dict(zip(ids, increment.resolution.labels.tolist(), strict=True))
    pairs = _missing_pairs(view, plan, label_of)
    if not pairs:
        return []
    tie = LogEntry(
        plan.entry.steward,
        StewardVerdict.SAME,
        plan.entry.reason,
        plan.entry.comment,
        False,
        {**plan.entry.context, "holds": "the entity as a whole"},
        plan.entry.act_id,
    )
    log = view.decisions(sorted({record_id for pair in pairs for record_id in pair}))
    return tie.build_decisions(pairs, log, undoes={})


def _missing_pairs(
    view: StoreView, plan: DecisionPlan, label_of: dict[str, int]
) -> list[tuple[str, str]]:
    pairs = []
    for merge_set in plan.merge_sets:
        parts: dict[int, list[str]] = {}
        for record_id in merge_set:
            if record_id in label_of:
                parts.setdefault(label_of[record_id], []).append(record_id)
        if len(parts) > 1:
            # the largest part stays; each smaller one is tied to it by one record
            largest = parts.pop(min(parts, key=lambda label: (-len(parts[label]), label)))
            for _, part in sorted(parts.items()):
                pairs.append(find_widest_pair(view, largest, part) or (largest[0], part[0]))
    return pairs


def commit_plan(
    hub: Hub, build_plan: BuildPlan, steward: Steward, pair: tuple[str, str] | None = None
) -> tuple[DecisionOutcome, DecisionPlan]:
    """Commit an act. `pair` names two records; the outcome states their entity if it is one now.

    Raises `DecisionNotAllowedError` where decisions that the steward may not see forbid the act.
    """
    commit = PlannedCommit(build_plan)
    try:
        committed = hub.decide(
            commit.build_decisions, actor=steward.name, follow_up=commit.follow_up
        )
    except DecisionError as error:
        if isinstance(error, DecisionRefusedError) or "admin" in steward.scopes:
            raise
        # the plan has settled all that the steward may see; the error names the records of others
        raise DecisionNotAllowedError(
            "the two cannot be decided so now", hint="leave the pair unsure, or ask an admin"
        ) from error
    plan = commit.plan
    assert plan is not None
    with hub.store.view() as view:
        logged = [
            stored
            for stored in view.decisions_in_revision(committed.revision)
            if stored.context.get(ACT_KEY) == plan.entry.act_id
        ]
        ids = view.entity_ids(committed.changed_entities.tolist())
        entity = _one_entity(view, pair) if pair else ""
    final_state = (
        DecisionState.NOTED if plan.entry.verdict is StewardVerdict.UNSURE else DecisionState.DONE
    )
    planned_pairs = {new.decision.pair for new in plan.decisions}
    ordered = sorted(
        logged, key=lambda stored: (stored.decision.pair not in planned_pairs, stored.number)
    )
    outcome = DecisionOutcome(
        DecisionState.WAITING if plan.second_reasons else final_state,
        tuple(stored.id for stored in ordered),
        committed.revision,
        tuple(sorted(ids.values())),
        entity,
        "",
        plan.second_reasons,
        tuple(stored.number for stored in ordered),
    )
    return outcome, plan


def _one_entity(view: StoreView, pair: tuple[str, str]) -> str:
    left_key, right_key = (view.entity_key(end) for end in pair)
    return left_key[1] if left_key is not None and left_key == right_key else ""
