"""Steward decisions that can train a model, with the record versions that the stewards saw.

A decision counts as it does for entities: the latest of its pair that awaits no second steward.
Decisions that cannot train a model are left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resolver.errors import InputError
from resolver.records.decisions import Verdict, settle_decisions, waiting_decisions
from resolver.store import Store, StoredDecision, StoredRecord, StoreView
from resolver.store.desk.steward_work import RecheckRow
from resolver.training.data.contradictions import quarantine_contradictions
from resolver.training.data.labeled_pairs import (
    JudgedPair,
)

MAX_SHOWN = 20
"""Maximum number of records per side that a decision refers to."""
UNSURE, WAITING = "left unsure or taken back", "that wait for a second steward"
DISPUTED = "on which a blind second look disagrees"
UNKNOWN = "on records that the store never held"
KINDS = "on records whose kinds exclude each other"
_SIDES = ("left_records", "right_records")
_TOGETHER, _VERSION = "together", "version"


@dataclass(frozen=True, slots=True)
class LabelingDecision:
    """Decision that labels pairs, with the record versions it was made on.

    `ends` are the versions of the two records it names, `shown` those shown on either side.
    Decisions made together share an `act`.
    """

    number: int
    judgment: JudgedPair
    ends: tuple[int, int]
    shown: tuple[tuple[int, ...], tuple[int, ...]]
    act: str


@dataclass(frozen=True)
class TrainingDecisions:
    """Decisions of a store that can train a model.

    `records` holds the record versions shown, by number; `dropped` the decisions left out, by
    reason; `until` the number of the last decision in the log; `plan` the blocking plan of the
    store; `deduplicated` its sources that are free of duplicates.
    """

    decisions: tuple[LabelingDecision, ...]
    records: Mapping[int, StoredRecord]
    dropped: Mapping[str, int]
    until: int
    plan: str
    deduplicated: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.decisions)

    @property
    def judgments(self) -> tuple[JudgedPair, ...]:
        """Decisions as judged pairs of record ids."""
        return tuple(decision.judgment for decision in self.decisions)

    @property
    def ties(self) -> list[JudgedPair]:
        """Pairs of records that must share a fold: decided the same, or shown as one side."""
        judgments = [decision.judgment for decision in self.decisions if decision.judgment.same]
        for decision in self.decisions:
            for side in decision.shown:
                ids = [self.records[number].record.id for number in side]
                judgments += [
                    JudgedPair(ids[0], other, same=True) for other in ids[1:] if other != ids[0]
                ]
        return judgments

    def restricted_to(
        self, judgments: Iterable[JudgedPair], dropped: Mapping[str, int]
    ) -> TrainingDecisions:
        """Return only the decisions in `kept`, with more counted as dropped."""
        remaining = set(judgments)
        decisions = tuple(decision for decision in self.decisions if decision.judgment in remaining)
        return replace(self, decisions=decisions, dropped={**self.dropped, **dropped})

    def logged_after(self, number: int) -> TrainingDecisions:
        """Return only the decisions logged after the one with this number."""
        return replace(
            self,
            decisions=tuple(decision for decision in self.decisions if decision.number > number),
        )


def read_training_decisions(store: Store) -> TrainingDecisions:
    """Return the decisions of a store that can train a model, without contradictions.

    Raises `InputError` if nothing was decided yet.
    """
    with store.view() as view:
        log = view.decisions()
        if not log:
            raise InputError(
                "nothing is decided in this store yet",
                hint="decide some pairs first (`resolver queue`)",
            )
        disputed = {
            recheck.decision
            for recheck in store.steward_work.rechecks()
            if recheck.verdict is not None and _is_disputed(view, recheck)
        }
        effective, dropped = _effective_decisions(log, disputed)
        versions = _record_versions(view, effective)
        deduplicated = tuple(
            sorted(source.name for source in view.sources() if source.deduplicated)
        )
        plan = view.head.plan
    labeling = [
        decision
        for stored in effective
        if (decision := _to_labeling_decision(stored, versions, dropped)) is not None
    ]
    decisions = TrainingDecisions(
        tuple(labeling),
        _used_versions(labeling, versions),
        {reason: count for reason, count in sorted(dropped.items()) if count},
        max(stored.number for stored in log),
        plan,
        deduplicated,
    )
    return decisions.restricted_to(*quarantine_contradictions(decisions.judgments))


def _used_versions(
    labeling: Iterable[LabelingDecision], versions: Mapping[str, list[StoredRecord]]
) -> dict[int, StoredRecord]:
    """Return the record versions that decisions refer to, by number."""
    used = {
        number
        for decision in labeling
        for number in (*decision.ends, *decision.shown[0], *decision.shown[1])
    }
    return {
        version.number: version
        for record_versions in versions.values()
        for version in record_versions
        if version.number in used
    }


def _is_disputed(view: StoreView, again: RecheckRow) -> bool:
    """Return whether a second steward, blind to the decision, disagreed with it."""
    stored = view.decision(again.decision)
    if stored is None:
        return False
    # for the model "red" is the same answer: the same person
    second = Verdict.SAME if again.verdict == "red" else Verdict(str(again.verdict))
    return stored.decision.verdict is not second


def _effective_decisions(
    log: Sequence[StoredDecision], disputed: set[int]
) -> tuple[list[StoredDecision], Counter[str]]:
    """Return the decisions in effect, one per pair, and the number of others by reason."""
    by_where = {decision.decision.place: decision for decision in log}
    unconfirmed_pairs = {
        decision.pair for decision in waiting_decisions(decision.decision for decision in log)
    }
    dropped: Counter[str] = Counter()
    effective = []
    for decision in settle_decisions(decision.decision for decision in log):
        stored = by_where[decision.place]
        if decision.verdict is Verdict.UNSURE:
            dropped[WAITING if decision.pair in unconfirmed_pairs else UNSURE] += 1
        elif stored.number in disputed:
            dropped[DISPUTED] += 1
        else:
            effective.append(stored)
    return effective, dropped


def _shown_record_ids(stored: StoredDecision) -> tuple[list[str], list[str]]:
    """Return ids of the records shown on the side of a decision's left and right record."""
    left, right = stored.decision.pair
    left_ids, right_ids = (list(stored.context.get(side) or ()) for side in _SIDES)
    if left in right_ids or right in left_ids:
        left_ids, right_ids = right_ids, left_ids
    # without the decided records among those shown, only these two count
    if left not in left_ids or right not in right_ids:
        return [left], [right]
    return left_ids, right_ids


def _record_versions(
    view: StoreView, decisions: Sequence[StoredDecision]
) -> dict[str, list[StoredRecord]]:
    """Return all versions of the records shown, oldest first."""
    ids = sorted(
        {end for decision in decisions for side in _shown_record_ids(decision) for end in side}
    )
    numbers = sorted(
        number
        for version_numbers in view.record_numbers(ids).values()
        for number in version_numbers
    )
    versions: dict[str, list[StoredRecord]] = {}
    for stored in view.records(numbers):
        versions.setdefault(stored.record.id, []).append(stored)
    return versions


def _to_labeling_decision(
    stored: StoredDecision, versions: Mapping[str, list[StoredRecord]], dropped: Counter[str]
) -> LabelingDecision | None:
    moment = int(stored.context.get(_VERSION, stored.revision))
    left, right = (_version_at(versions.get(end, ()), moment) for end in stored.decision.pair)
    if left is None or right is None:
        dropped[UNKNOWN] += 1
        return None
    if not left.record.kind & right.record.kind:
        dropped[KINDS] += 1
        return None
    shown = []
    for end, side in zip((left, right), _shown_record_ids(stored), strict=True):
        shown_versions = (_version_at(versions.get(identity, ()), moment) for identity in side)
        numbers = {version.number for version in shown_versions if version is not None}
        shown.append((end.number, *sorted(numbers - {end.number})[: MAX_SHOWN - 1]))
    judgment = JudgedPair(*stored.decision.pair, stored.decision.verdict is Verdict.SAME)
    act = str(stored.context.get(_TOGETHER) or stored.number)
    ends = left.number, right.number
    return LabelingDecision(stored.number, judgment, ends, (shown[0], shown[1]), act)


def _version_at(versions: Sequence[StoredRecord], moment: int) -> StoredRecord | None:
    """Return the version valid at a revision, or the first one after it.

    That revision is the one shown to the steward, or else (for decisions from a file) the one that
    committed the decision.
    """
    earlier = [version for version in versions if version.valid_from <= moment]
    return earlier[-1] if earlier else next(iter(versions), None)
