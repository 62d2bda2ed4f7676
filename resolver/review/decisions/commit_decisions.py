"""Commit of decisions: log them, keep the entities they name together, and report the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

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
    _rounds: int = field(default=0, init=False)
    _decided: set[tuple[str, str]] = field(default_factory=set, init=False)
    """Pairs that the act decides or that were decided before, none of them twice."""

    def build_decisions(self, view: StoreView) -> Sequence[NewDecision]:
        """Return the decisions of the act (callback of `Hub.decide`)."""
        self.plan, self._rounds = self.build_plan(view), 0
        self._decided = {new.decision.pair for new in self.plan.decisions}
        self._decided |= {_ordered(*ends) for ends in self.plan.merge_sets if len(ends) == 2}
        return self.plan.decisions

    def follow_up(
        self, view: StoreView, index: RecordIndex, increment: Increment
    ) -> Sequence[NewDecision]:
        """Return further decisions that keep together what the evidence alone would not.

        First each part is tied to the largest one, then each record to one of them. Raises
        `DecisionNotAllowedError` if the entities fall apart all the same: the act is refused.
        """
        del index
        assert self.plan is not None
        # an act that waits for a second steward has no effect yet
        merge_sets = () if self.plan.second_reasons else self.plan.merge_sets
        torn = [parts for parts in _find_parts(increment, merge_sets) if len(parts) > 1]
        if not torn:
            if self.observe is not None:
                self.observe(view, increment)
            return ()
        tied: set[tuple[str, str]] = set()
        while not tied:
            if self._rounds == len(_TIE_ROUNDS):
                raise _build_refusal(view, torn[0])
            find_ties, self._rounds = _TIE_ROUNDS[self._rounds], self._rounds + 1
            tied = {_ordered(*pair) for parts in torn for pair in find_ties(view, parts)}
            tied -= self._decided
        self._decided |= tied
        return _build_ties(view, self.plan.entry, sorted(tied))


def _ordered(left: str, right: str) -> tuple[str, str]:
    return min(left, right), max(left, right)


_Parts = Sequence[Sequence[str]]
"""Records of a merge set by the entity that they are in, the largest part first."""


def _find_parts(increment: Increment, merge_sets: Iterable[Sequence[str]]) -> Iterator[_Parts]:
    """Yield the parts of each merge set."""
    ids = increment.resolution.batch.ids.to_pylist()
    label_of = dict(zip(ids, increment.resolution.labels.tolist(), strict=True))
    for merge_set in merge_sets:
        parts: dict[int, list[str]] = {}
        for record_id in merge_set:
            if record_id in label_of:
                parts.setdefault(label_of[record_id], []).append(record_id)
        yield [parts[label] for label in sorted(parts, key=lambda end: (-len(parts[end]), end))]


def _tie_parts(view: StoreView, parts: _Parts) -> list[tuple[str, str]]:
    """Return a pair of records for each part that ties it to the largest one."""
    largest = parts[0]
    return [find_widest_pair(view, largest, part) or (largest[0], part[0]) for part in parts[1:]]


def _tie_records(view: StoreView, parts: _Parts) -> list[tuple[str, str]]:
    """Return pairs that tie each record of all parts to the one that the most viewers see."""
    records = [record_id for part in parts for record_id in part]
    center, _ = find_widest_pair(view, records, records) or (records[0], "")
    return [(center, record_id) for record_id in records if record_id != center]


_TIE_ROUNDS = (_tie_parts, _tie_records)


def _build_ties(
    view: StoreView, entry: LogEntry, pairs: Sequence[tuple[str, str]]
) -> list[NewDecision]:
    """Return `same` decisions on some pairs, of the same act as an entry."""
    context = {**entry.context, "holds": "the entity as a whole"}
    tie = replace(entry, verdict=StewardVerdict.SAME, needs_two=False, context=context)
    log = view.decisions(sorted({record_id for pair in pairs for record_id in pair}))
    return tie.build_decisions(pairs, log, undoes={})


def _build_refusal(view: StoreView, parts: _Parts) -> DecisionNotAllowedError:
    """Return the error that some parts cannot be one entity, with what stands against it."""
    ends = parts[0][0], parts[1][0]
    left, right = (view.record(end) for end in ends)
    deduplicated = {source.name for source in view.sources() if source.deduplicated}
    if left is not None and right is not None and not left.record.kind & right.record.kind:
        kinds = left.record.kind.label, right.record.kind.label
        reason = f"{ends[0]} is a {kinds[0]}, {ends[1]} a {kinds[1]}"
    elif shared := _find_shared_source(parts, deduplicated):
        reason = f"{shared[0]} and {shared[1]} are in one list, whose records all differ"
    else:
        reason = f"other decisions, or what lists state, keep {ends[0]} and {ends[1]} apart"
    return DecisionNotAllowedError(
        f"the records cannot be one entity: {reason}",
        hint="split the record that does not belong there first, or leave the pair unsure",
    )


def _find_shared_source(parts: _Parts, deduplicated: set[str]) -> tuple[str, str] | None:
    """Return two records of different parts that are of one deduplicated source, or None."""
    first_of: dict[str, tuple[int, str]] = {}
    for place, part in enumerate(parts):
        for record_id in part:
            source = record_id.partition(":")[0]
            other, earlier = first_of.setdefault(source, (place, record_id))
            if source in deduplicated and other != place:
                return earlier, record_id
    return None


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
    with hub.store.view() as present:
        view = present.seen_by(steward.viewer)
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
