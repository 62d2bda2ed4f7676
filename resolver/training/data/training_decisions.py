"""Steward decisions as labeled pairs of the record versions that the stewards saw.

- A decision counts if it is the latest decision on its pair and awaits no second steward, as it
  does for entities. Decisions that cannot train a model are left out and counted.
- A decision concerns two entities, so it labels all pairs between the records shown. The strongest
  pair alone would teach overconfidence. A decision has weight 1, however many pairs it labels.
- Judgments that contradict each other are left out and counted. Contradictions are one pair judged
  both ways, and A = B, B = C, A ≠ C. It is unknown which judgment is wrong, so all judgments of the
  shortest proof of a contradiction are left out. Labeled clusters (record id → cluster) overrule
  judgments.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolver.errors import InputError
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import prepare
from resolver.matching.scoring.model import choose_model_kinds
from resolver.records import Batch, Kind
from resolver.records.decisions import Verdict, settle_decisions, waiting_decisions
from resolver.records.prepared.population import FrequencyTables
from resolver.store import Store, StoredDecision, StoredRecord, StoreView
from resolver.store.steward_work import RecheckRow
from resolver.training.data.labeled_pairs import (
    JudgedPair,
    LabeledPairs,
    evidence_by_kind,
    name_clusters,
)
from resolver.training.model_card import DECIDED_ORIGIN

BOTH_VERDICTS, CONTRADICTING_CHAIN, AGAINST_CLUSTERS = (
    "judged both ways",
    "in a chain that contradicts itself",
    "that the clusters contradict",
)


def quarantine_contradictions(
    judgments: Iterable[JudgedPair], cluster_of: Mapping[str, str] | None = None
) -> tuple[list[JudgedPair], dict[str, int]]:
    """Return the consistent judgments in order, and the number of judgments left out by reason."""
    every, clusters = list(judgments), cluster_of or {}
    verdicts: dict[tuple[str, str], set[bool]] = {}
    for judgment in every:
        verdicts.setdefault(_pair_ids(judgment), set()).add(judgment.same)
    agreed = [judgment for judgment in every if len(verdicts[_pair_ids(judgment)]) == 1]
    allowed = [judgment for judgment in agreed if not _contradicts_clusters(judgment, clusters)]
    remaining = allowed
    while contradiction := _shortest_contradiction(remaining):
        remaining = [judgment for judgment in remaining if _pair_ids(judgment) not in contradiction]
    dropped = {
        BOTH_VERDICTS: len(every) - len(agreed),
        AGAINST_CLUSTERS: len(agreed) - len(allowed),
        CONTRADICTING_CHAIN: len(allowed) - len(remaining),
    }
    return remaining, {reason: count for reason, count in dropped.items() if count}


def _pair_ids(judgment: JudgedPair) -> tuple[str, str]:
    return min(judgment.left, judgment.right), max(judgment.left, judgment.right)


def _contradicts_clusters(judgment: JudgedPair, cluster_of: Mapping[str, str]) -> bool:
    if judgment.left not in cluster_of or judgment.right not in cluster_of:
        return False
    return (cluster_of[judgment.left] == cluster_of[judgment.right]) != judgment.same


def _shortest_contradiction(judgments: Sequence[JudgedPair]) -> set[tuple[str, str]]:
    """Return the pairs of the shortest contradiction (the first by id of equally short ones); an
    empty set if there is none.
    """
    neighbors: dict[str, list[str]] = {}
    for judgment in judgments:
        if judgment.same:
            neighbors.setdefault(judgment.left, []).append(judgment.right)
            neighbors.setdefault(judgment.right, []).append(judgment.left)
    shortest: list[str] = []
    for judgment in sorted(
        (judgment for judgment in judgments if not judgment.same), key=_pair_ids
    ):
        path = _shortest_path(*_pair_ids(judgment), neighbors)
        if path and (not shortest or len(path) < len(shortest)):
            shortest = path
    if not shortest:
        return set()
    steps = zip(shortest, [*shortest[1:], shortest[0]], strict=True)
    return {(min(pair), max(pair)) for pair in steps}


def _shortest_path(start: str, end: str, neighbors: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the shortest chain of judgments "the same" between two records, with both records; []
    if there is none.
    """
    previous = {start: start}
    queue = deque([start])
    while queue:
        current = queue.popleft()
        if current == end:
            path = [end]
            while path[-1] != start:
                path.append(previous[path[-1]])
            return path
        for neighbor in sorted(neighbors.get(current, ())):
            if neighbor not in previous:
                previous[neighbor] = current
                queue.append(neighbor)
    return []


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
    """Decision that labels pairs, with the record versions on which it was made.

    `ends` are the versions of the two records that the decision names; `shown` are the versions
    shown on either side. Decisions made together share an `act`.
    """

    number: int
    judgment: JudgedPair
    ends: tuple[int, int]
    shown: tuple[tuple[int, ...], tuple[int, ...]]
    act: str


@dataclass(frozen=True)
class TrainingDecisions:
    """Decisions of a store that can train a model.

    `records` has the record versions shown, by number; `dropped` has the number of decisions left
    out, by reason; `until` is the number of the last decision in the log; `plan` is the blocking
    plan of the store; `deduplicated` are its sources that are free of duplicates.
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
        """Pairs of records that must be in one fold: decided the same, or shown as one side."""
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
        """Return only the decisions in `judgments`, with the counts `dropped` added."""
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

    Raises `InputError` if no decision was made yet.
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
    """Return the decisions in effect, one for each pair, and the number of the other decisions by
    reason.
    """
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
    """Return the ids of the records shown on the left side of a decision, and on its right side."""
    left, right = stored.decision.pair
    left_ids, right_ids = (list(stored.context.get(side) or ()) for side in _SIDES)
    if left in right_ids or right in left_ids:
        left_ids, right_ids = right_ids, left_ids
    # if the records shown do not include the decided records, only the decided ones count
    if left not in left_ids or right not in right_ids:
        return [left], [right]
    return left_ids, right_ids


def _record_versions(
    view: StoreView, decisions: Sequence[StoredDecision]
) -> dict[str, list[StoredRecord]]:
    """Return all versions of the records shown, the oldest first."""
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
    """Return the version that is valid at a revision, or else the first version after it.

    That revision is the one shown to the steward or, for decisions from a file, the revision that
    committed the decision.
    """
    earlier = [version for version in versions if version.valid_from <= moment]
    return earlier[-1] if earlier else next(iter(versions), None)


@dataclass(frozen=True, slots=True)
class _LabeledVersions:
    """Labeled pairs of record versions (by number), with weights."""

    pairs: tuple[tuple[int, int], ...]
    labels: tuple[bool, ...]
    weights: tuple[float, ...]


def _label_pairs(decided: TrainingDecisions) -> _LabeledVersions:
    """Return all pairs that decisions label.

    A decision on two records overrules the labels of the same pair that follow from decisions on
    other records; pairs for which both labels follow are left out.
    """
    direct = {
        _ordered_pair(*decision.ends): (decision.judgment.same, decision.act)
        for decision in decided.decisions
    }
    labels_of = direct | _implied_labels(decided)
    pairs_per_act = Counter(act for _, act in labels_of.values())
    order = sorted(labels_of)
    weights = tuple(1 / pairs_per_act[labels_of[pair][1]] for pair in order)
    return _LabeledVersions(tuple(order), tuple(labels_of[pair][0] for pair in order), weights)


def _shown_pairs(decision: LabelingDecision) -> Iterator[tuple[int, int]]:
    return (
        _ordered_pair(left, right)
        for left in decision.shown[0]
        for right in decision.shown[1]
        if left != right
    )


def _ordered_pair(first: int, second: int) -> tuple[int, int]:
    return min(first, second), max(first, second)


def _implied_labels(decided: TrainingDecisions) -> dict[tuple[int, int], tuple[bool, str]]:
    """Return verdict and act of the pairs whose verdict follows from decisions on other pairs
    without contradiction.
    """
    judged_ids = {
        (min(decision.left, decision.right), max(decision.left, decision.right))
        for decision in decided.judgments
    }
    implied: dict[tuple[int, int], set[bool]] = {}
    acts: dict[tuple[int, int], str] = {}
    for decision in decided.decisions:
        for pair in _shown_pairs(decision):
            ids = sorted(decided.records[number].record.id for number in pair)
            if (ids[0], ids[1]) not in judged_ids:
                implied.setdefault(pair, set()).add(decision.judgment.same)
                acts.setdefault(pair, decision.act)
    return {
        pair: (min(verdicts), acts[pair])
        for pair, verdicts in implied.items()
        if len(verdicts) == 1
    }


def label_decided_pairs(
    decided: TrainingDecisions, tables: FrequencyTables, names: Mapping[str, str] | None = None
) -> dict[Kind, LabeledPairs]:
    """Return evidence of the pairs that decisions label, by kind.

    `names` maps record id → true cluster for cross-validation, if more is known than the decisions
    say.
    """
    labeled = _label_pairs(decided)
    if not labeled.pairs:
        return {}
    numbers = sorted({number for pair in labeled.pairs for number in pair})
    batch, row_of = _batch_of_versions(decided, numbers)
    record_ids = {row_of[number]: decided.records[number].record.id for number in numbers}
    clusters = names or cluster_tied_records(decided.ties, record_ids.values())
    cluster_of_row = [clusters.get(record_ids[row], record_ids[row]) for row in range(len(batch))]
    rows = np.array(
        [[row_of[first], row_of[second]] for first, second in labeled.pairs], dtype=np.int32
    )
    left, right = rows.min(axis=1), rows.max(axis=1)
    prepared = prepare(batch, tables, symbol_source().lookup, decided.deduplicated)
    labels = np.array(labeled.labels, dtype=np.int8)
    pairs_by_kind = evidence_by_kind(
        prepared, left, right, labels, cluster_of_row, DECIDED_ORIGIN, tables
    )
    for data in pairs_by_kind.values():
        data.plans[:] = decided.plan or "S"
    model_kind = choose_model_kinds(prepared.kinds, left, right)
    weights = np.array(labeled.weights, dtype=np.float64)
    return {
        kind: replace(data, weights=weights[model_kind == int(kind)])
        for kind, data in sorted(pairs_by_kind.items())
    }


def _batch_of_versions(
    decided: TrainingDecisions, numbers: Sequence[int]
) -> tuple[Batch, dict[int, int]]:
    """Return the record versions with the given numbers as a batch, and number → row."""
    records = {number: decided.records[number].record for number in numbers}
    version_count = Counter(record.id for record in records.values())
    # two versions of one record are two rows, so they need different ids
    row_records = {
        number: replace(record, id=f"{record.id}#{number}")
        if version_count[record.id] > 1
        else record
        for number, record in records.items()
    }
    batch = Batch.from_records(row_records.values()).canonical()
    row_of_id = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    return batch, {number: row_of_id[record.id] for number, record in row_records.items()}


def cluster_tied_records(ties: Sequence[JudgedPair], ids: Iterable[str]) -> dict[str, str]:
    """Return the cluster of each record in `ids` and in `ties`."""
    order = sorted({*ids, *(end for tie in ties for end in (tie.left, tie.right))})
    return dict(zip(order, name_clusters(order, ties), strict=True))
