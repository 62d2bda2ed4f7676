"""Commit of decisions: log them, make sure that they take effect, and report the outcome.

The module reads in this order:

1. `choose_records`: the pair of records that a verdict on two entities is logged on. A restricted
   record cannot merge entities that others see (`resolver.matching.clustering`). So a merge is
   logged on the two records that most viewers can see together. These viewers then also see the
   decision.
2. `LogEntry`: new entries of the decision log, with verdict, context and time.
3. `DecisionPlan` and `PlannedCommit`: the decisions of one act. If the evidence would not keep an
   entity together after the act, further `same` decisions are added (`follow_up`).
4. `commit_plan`: commit the act and return its outcome.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from resolver.errors import DecisionError
from resolver.hub.committer import CommitResult
from resolver.hub.hub import Hub
from resolver.hub.increment import Increment
from resolver.hub.record_index import RecordIndex
from resolver.records import Handling
from resolver.records.decisions import Decision
from resolver.records.visibility import OPERATOR, STRANGER, classify, is_visible
from resolver.review import earlier_verdicts, models
from resolver.review.entity_sides import EntitySide
from resolver.review.pair import StrongestPair
from resolver.review.refusals import DecisionNotAllowedError, DecisionRefusedError, load_decisions
from resolver.store import NewDecision, StoredDecision, StoreView


def choose_records(
    view: StoreView,
    ends: tuple[str, str],
    sides: tuple[EntitySide, EntitySide],
    strongest: StrongestPair,
    verdict: models.StewardVerdict,
) -> tuple[str, str]:
    """Return the two records that a verdict is logged on.

    These are the `ends` of the request if they are records of the sides. Otherwise it is the
    strongest pair, or for a merge with restricted records the pair that most viewers can see.
    """
    left, right = (side.record_ids for side in sides)
    if ends[0] in left and ends[1] in right:
        return ends
    widest = find_widest_pair(view, left, right) if verdict.is_merge else None
    ids = view.record_ids([strongest.left, strongest.right])
    return widest or (ids[strongest.left], ids[strongest.right])


def find_widest_pair(
    view: StoreView, left: Sequence[str], right: Sequence[str]
) -> tuple[str, str] | None:
    """Return the pair of records, one of each side, that the first class of viewers can see.

    Classes are ordered: strangers first, and those who see everything last. Ties go to the records
    that come first in their side. None if everybody may see all records.
    """
    ids = list(dict.fromkeys([*left, *right]))
    number_of = {record_id: number for record_id, (number, _) in view.numbers_of(ids).items()}
    handling_of = view.handling_of(sorted(number_of.values()))
    handlings = [handling_of.get(number_of.get(end, 0), Handling()) for end in ids]
    if all(is_visible(handling, STRANGER) for handling in handlings):
        return None
    classes = classify(handlings, np.arange(len(ids), dtype=np.int32))
    place_of = {record_id: index for index, record_id in enumerate(ids)}
    first_of_side = []
    for side in (left, right):
        positions = np.array([place_of[end] for end in side], dtype=np.int32)
        _, first = np.unique(classes.compartment[positions], return_index=True)
        first_of_side.append(positions[np.sort(first)])
    pairs = np.stack(np.meshgrid(*first_of_side, indexing="ij"), axis=-1).reshape(-1, 2)
    best = pairs[int(np.argmin(classes.find_first(pairs[:, 0], pairs[:, 1])))]
    return ids[best[0]], ids[best[1]]


MAX_SHOWN_IDS = 500
"""Maximum number of ids of shown records that the log stores for each side."""
_SMALLEST_STEP = datetime.timedelta(microseconds=1)
_SECOND_STEWARD = "\x1f second steward"
"""Name of the second steward in trial commits. No user can have this name."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Verdict of a steward on pairs of records: one act, which can only be undone as a whole."""

    steward: models.Steward
    verdict: models.StewardVerdict
    reason: str
    comment: str
    needs_two: bool
    context: Mapping[str, Any]
    act_id: str
    link: models.LinkBasis = models.NO_LINK_BASIS

    def build_decisions(
        self,
        pairs: Iterable[tuple[str, str]],
        log: Sequence[StoredDecision],
        *,
        undoes: Mapping[tuple[str, str], int],
    ) -> list[NewDecision]:
        """Return a decision on each pair of ids, later in time than all other decisions on this
        pair.
        """
        last_times: dict[tuple[str, str], datetime.datetime] = {}
        for stored in log:
            if stored.decision.decided_at is not None:
                last_times[stored.decision.pair] = max(
                    stored.decision.decided_at, last_times.get(stored.decision.pair, _EARLIEST)
                )
        now = datetime.datetime.now(datetime.UTC)
        return [
            self._new_decision(tuple(sorted(pair)), now, last_times, undoes)
            for pair in sorted({*pairs})
        ]

    def _new_decision(
        self,
        pair: tuple[str, ...],
        now: datetime.datetime,
        last_times: Mapping[tuple[str, str], datetime.datetime],
        undoes: Mapping[tuple[str, str], int],
    ) -> NewDecision:
        left, right = pair
        when = max(now, last_times.get((left, right), _EARLIEST) + _SMALLEST_STEP)
        is_red, author = self.verdict is models.StewardVerdict.RED, self.steward.name
        decision = Decision(
            left,
            right,
            earlier_verdicts.logged_verdict(self.verdict),
            author,
            when,
            self.reason,
            is_red,
            needs_two=self.needs_two,
            undoes=undoes.get((left, right), 0),
            authority=self.link.authority,
            legal_basis=self.link.legal_basis,
            expires=self.link.expires,
        )
        context = {**self.context, earlier_verdicts.ACT_KEY: self.act_id}
        if self.comment:
            context[earlier_verdicts.COMMENT_KEY] = self.comment
        if (left, right) in undoes:
            context[earlier_verdicts.UNDOES_KEY] = undoes[left, right]
        return NewDecision(decision, context)


_EARLIEST = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def new_log_entry(
    steward: models.Steward,
    verdict: models.StewardVerdict,
    reason: str,
    comment: str = "",
    *,
    needs_two: bool = False,
    context: Mapping[str, Any] | None = None,
    link: models.LinkBasis | None = None,
) -> LogEntry:
    """Return the entry of a new act, with an id of its own."""
    return LogEntry(
        steward,
        verdict,
        reason.strip(),
        comment.strip(),
        needs_two,
        context or {},
        uuid.uuid4().hex[:12],
        link or models.NO_LINK_BASIS,
    )


def snapshot_context(snapshot: models.PairSnapshot, queue_reason: str) -> dict[str, Any]:
    """Return the part of a snapshot that the log stores."""
    return {
        "model": snapshot.model,
        "version": snapshot.revision,
        "score": round(snapshot.score, 6),
        "logodds": snapshot.logodds,
        "band": snapshot.band,
        "hidden": snapshot.is_score_hidden,
        "queue": queue_reason,
        "left": snapshot.left,
        "right": snapshot.right,
        "left_records": list(snapshot.left_records[:MAX_SHOWN_IDS]),
        "right_records": list(snapshot.right_records[:MAX_SHOWN_IDS]),
        "left_digest": snapshot.left_digest,
        "right_digest": snapshot.right_digest,
    }


@dataclass(frozen=True, slots=True)
class DecisionPlan:
    """Decisions of one act to be logged.

    `merge_sets` are sets of record ids; each set must be one entity once the act takes effect.
    `bonds` are pairs of records that were decided to be the same before and must stay so.
    `second_reasons` explain why the act waits for a second steward.
    """

    entry: LogEntry
    decisions: tuple[NewDecision, ...]
    merge_sets: tuple[tuple[str, ...], ...] = ()
    second_reasons: tuple[str, ...] = ()
    bonds: tuple[tuple[str, str], ...] = ()
    pair: tuple[int, int] | None = None
    """Numbers of the two entities if they waited in the queue, with `rank`."""
    rank: int = 0

    def as_confirmed(self) -> DecisionPlan:
        """Return the plan as if a second steward confirmed its decisions at once."""
        if not self.second_reasons:
            return self
        both = []
        for new in self.decisions:
            when = (new.decision.decided_at or _EARLIEST) + _SMALLEST_STEP
            second = replace(new.decision, decided_by=_SECOND_STEWARD, decided_at=when)
            both += [new, replace(new, decision=second)]
        return replace(self, decisions=tuple(both), second_reasons=())


BuildPlan = Callable[[StoreView], DecisionPlan]
"""Function that builds a plan from a view of the revision that the act is committed on.

It raises an error if the decision is refused.
"""
ObserveIncrement = Callable[[StoreView, Increment], None]


class _UntriedError(Exception):
    """An act waits for a second steward, and no trial commit has shown that it can take effect."""


@dataclass(slots=True)
class PlannedCommit:
    """Callbacks of one act for `Hub.decide`.

    If another commit comes first, `Hub.decide` tries again and the plan is built anew.
    """

    build_plan: BuildPlan
    observe: ObserveIncrement | None = None
    is_tried: bool = True
    """False: an act that waits for a second steward raises `_UntriedError`."""
    plan: DecisionPlan | None = field(default=None)
    _rounds: int = field(default=0, init=False)
    _decided: set[tuple[str, str]] = field(default_factory=set, init=False)
    """Pairs that the act decides, and pairs of earlier decisions. They get no further decision."""

    def build_decisions(self, view: StoreView) -> Sequence[NewDecision]:
        """Return the decisions of the act (callback of `Hub.decide`)."""
        self.plan, self._rounds = self.build_plan(view), 0
        if self.plan.second_reasons and not self.is_tried:
            raise _UntriedError
        _check_whole(view, self.plan)
        self._decided = {new.decision.pair for new in self.plan.decisions}
        self._decided |= {_ordered(*bond) for bond in self.plan.bonds}
        return self.plan.decisions

    def follow_up(
        self, view: StoreView, index: RecordIndex, increment: Increment
    ) -> Sequence[NewDecision]:
        """Return further `same` decisions for merge sets that the evidence does not keep together.

        The first round ties each part to the largest part. The second round ties each record to
        one record. Raises `DecisionNotAllowedError` if a merge set still falls apart: the act is
        then refused.
        """
        del index
        assert self.plan is not None
        # an act that waits for a second steward has no effect yet
        merge_sets = () if self.plan.second_reasons else (*self.plan.merge_sets, *self.plan.bonds)
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


def _check_whole(view: StoreView, plan: DecisionPlan) -> None:
    """Raise `DecisionNotAllowedError` if only a part of an act would take effect now.

    A decision that needs two stewards takes effect on a pair at once if an equal decision of
    another steward waits on this pair. On all other pairs of the act it would wait.
    """
    if not plan.entry.needs_two:
        return
    verdicts = {
        new.decision.pair: earlier_verdicts.steward_verdict(new.decision) for new in plan.decisions
    }
    log = load_decisions(view, {end for pair in verdicts for end in pair}, OPERATOR)
    author = plan.entry.steward.name.casefold()
    confirmed = {
        stored.decision.pair: stored
        for stored in earlier_verdicts.unconfirmed_decisions(log)
        if stored.decision.decided_by.casefold() != author
        and verdicts.get(stored.decision.pair) is earlier_verdicts.steward_verdict(stored.decision)
    }
    if confirmed and confirmed.keys() != verdicts.keys():
        raise DecisionNotAllowedError(
            f"decision {min(confirmed.items())[1].id} on some of these records waits for a second "
            "steward",
            hint="confirm it first, or ask for it to be taken back",
        )


def _ordered(left: str, right: str) -> tuple[str, str]:
    return min(left, right), max(left, right)


_Parts = Sequence[Sequence[str]]
"""Record ids of a merge set, grouped by the entity that they are in, largest group first."""


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
    """Return a pair of records for each smaller part, which ties it to the largest part."""
    largest = parts[0]
    return [find_widest_pair(view, largest, part) or (largest[0], part[0]) for part in parts[1:]]


def _tie_records(view: StoreView, parts: _Parts) -> list[tuple[str, str]]:
    """Return pairs that tie each record of all parts to the record that most viewers can see."""
    records = [record_id for part in parts for record_id in part]
    center, _ = find_widest_pair(view, records, records) or (records[0], "")
    return [(center, record_id) for record_id in records if record_id != center]


_TIE_ROUNDS = (_tie_parts, _tie_records)


def _build_ties(
    view: StoreView, entry: LogEntry, pairs: Sequence[tuple[str, str]]
) -> list[NewDecision]:
    """Return `same` decisions on some pairs, which belong to the act of an entry."""
    context = {**entry.context, "holds": "the entity as a whole"}
    tie = replace(entry, verdict=models.StewardVerdict.SAME, needs_two=False, context=context)
    log = view.decisions(sorted({record_id for pair in pairs for record_id in pair}))
    return tie.build_decisions(pairs, log, undoes={})


def _build_refusal(view: StoreView, parts: _Parts) -> DecisionNotAllowedError:
    """Return the error which says that some parts cannot be one entity, with the reason."""
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
    """Return two records of different parts that are in one deduplicated source, or None."""
    first_of: dict[str, tuple[int, str]] = {}
    for index, part in enumerate(parts):
        for record_id in part:
            source = record_id.partition(":")[0]
            other, earlier = first_of.setdefault(source, (index, record_id))
            if source in deduplicated and other != index:
                return earlier, record_id
    return None


def run_plan(
    hub: Hub, commit: PlannedCommit, steward: models.Steward, *, dry_run: bool = False
) -> CommitResult:
    """Commit an act; with `dry_run`, only compute its effect.

    Raises `DecisionNotAllowedError` if decisions that the steward may not see forbid the act.
    """
    try:
        return hub.decide(
            commit.build_decisions,
            actor=steward.name,
            dry_run=dry_run,
            follow_up=commit.follow_up,
        )
    except DecisionError as error:
        if isinstance(error, DecisionRefusedError) or "admin" in steward.scopes:
            raise
        # the plan has checked all decisions that the steward may see, so the error is about hidden
        # records, whose ids must not be shown
        raise DecisionNotAllowedError(
            "the two cannot be decided so now", hint="leave the pair unsure, or ask an admin"
        ) from error


def _build_confirmed(build_plan: BuildPlan, view: StoreView) -> DecisionPlan:
    return build_plan(view).as_confirmed()


def commit_plan(
    hub: Hub, build_plan: BuildPlan, steward: models.Steward, pair: tuple[str, str] | None = None
) -> tuple[models.DecisionOutcome, DecisionPlan]:
    """Commit an act and return its outcome and plan.

    `pair` names two records; the outcome has the id of their entity if they are in one entity now.
    If the act waits for a second steward, a trial commit checks that it could take effect if it
    were confirmed now; otherwise the act is refused. Raises the errors of `run_plan`.
    """
    try:
        commit = PlannedCommit(build_plan, is_tried=False)
        committed = run_plan(hub, commit, steward)
    except _UntriedError:
        run_plan(hub, PlannedCommit(partial(_build_confirmed, build_plan)), steward, dry_run=True)
        commit = PlannedCommit(build_plan)
        committed = run_plan(hub, commit, steward)
    plan = commit.plan
    assert plan is not None
    with hub.store.view() as present:
        view = present.seen_by(steward.viewer)
        logged = [
            stored
            for stored in view.decisions_in_revision(committed.revision)
            if stored.context.get(earlier_verdicts.ACT_KEY) == plan.entry.act_id
        ]
        ids = view.entity_ids(committed.changed_entities.tolist())
        entity = _one_entity(view, pair) if pair else ""
    final_state = (
        models.DecisionState.NOTED
        if plan.entry.verdict is models.StewardVerdict.UNSURE
        else models.DecisionState.DONE
    )
    planned_pairs = {new.decision.pair for new in plan.decisions}
    ordered = sorted(
        logged, key=lambda stored: (stored.decision.pair not in planned_pairs, stored.number)
    )
    outcome = models.DecisionOutcome(
        models.DecisionState.WAITING if plan.second_reasons else final_state,
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
