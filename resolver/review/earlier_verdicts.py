"""Earlier decisions on two entities: which are effective, and which wait for a second steward.

When stewards decide that two groups are different, they may state a relation. The decision
`different` keeps the two entities apart; its context also says, for example, that one is a faction
of the other. The latest decision in effect counts. A later decision without a relation withdraws
the relation, and so does an undo. A reopened decision states nothing until somebody has looked
again.

Some decided pairs are shown to another steward without the first verdict. This blind recheck
measures the agreement of stewards (Cohen 1960). The second verdict changes nothing by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records import Kind, RelationType
from resolver.records.decisions import Decision, Verdict, settle_decisions, waiting_decisions
from resolver.records.results.resolution import Band
from resolver.records.stated_links import RELATION_TYPES
from resolver.records.visibility import STRANGER, Viewer
from resolver.review import models
from resolver.review.entity_sides import EntitySide, build_party, load_record_side, sources_by_name
from resolver.review.refusals import DecisionNotAllowedError, find_hidden_records, visible_decisions
from resolver.store import StoredDecision, StoreView, steward_work, utc_text
from resolver.store.steward_work import RecheckRow

RELATION_KEY = "relation"
"""Key of the relation between two groups in the context that the log stores with a decision."""


@dataclass(frozen=True, slots=True)
class DecidedRelation:
    """Relation that a decision (id) states from the record `source` to the record `target`."""

    type: RelationType
    source: str
    target: str
    decision: str

    @property
    def sentence(self) -> str:
        """The relation in words."""
        return f"{self.source} {RELATION_TYPES[self.type].words} {self.target}"


def logged_relation(stored: StoredDecision) -> DecidedRelation | None:
    """Return the relation that a decision of the log states, or None."""
    stated = stored.context.get(RELATION_KEY)
    if not isinstance(stated, Mapping) or stored.decision.verdict is not Verdict.DIFFERENT:
        return None
    left, right = stored.decision.pair
    ends = (left, right) if left in stated["from"] else (right, left)
    return DecidedRelation(RelationType(stated["type"]), *ends, stored.id)


UNDOES_KEY, ACT_KEY, COMMENT_KEY = "undoes", "together", "comment"
"""Keys of the context that the log stores with a decision: number of the decision it takes back; id
shared by the decisions of one act; free comment.
"""
VERDICT_TEXTS = {
    models.StewardVerdict.SAME: "the same",
    models.StewardVerdict.DIFFERENT: "different",
    models.StewardVerdict.UNSURE: "unsure",
    models.StewardVerdict.RED: "red: one person under unlawfully different identities",
}
"""Verdicts in words."""
_NUMBERED_UNDO = re.compile(r"^undoes decision \d+$")


@dataclass(frozen=True, slots=True)
class PairVerdicts:
    """Decisions across two entities: the latest effective `different`, the latest decision that
    waits for a second steward, the latest `unsure` that a steward chose (not an undo), and the
    latest reopened decision.
    """

    different: StoredDecision | None
    unconfirmed: StoredDecision | None
    unsure: StoredDecision | None
    reopened: StoredDecision | None

    @property
    def is_reopened(self) -> bool:
        """True if a decision is reopened, and no decision in effect keeps the two apart."""
        stands = self.different is not None and not self.different.decision.reopened
        return self.reopened is not None and not stands


def summarize_verdicts(log: Iterable[StoredDecision]) -> PairVerdicts:
    """Summarize the decisions on pairs of records across two entities."""
    log = list(log)
    effective = effective_decisions(log)
    different = [stored for stored in effective if stored.decision.verdict is Verdict.DIFFERENT]
    # a decision in effect keeps apart, whatever happens to the reopened decisions
    different = [stored for stored in different if not stored.decision.reopened] or different
    unsure = [
        stored
        for stored in effective
        if stored.decision.verdict is Verdict.UNSURE and UNDOES_KEY not in stored.context
    ]
    unconfirmed = unconfirmed_decisions(log)
    return PairVerdicts(
        _latest(different), _latest(unconfirmed), _latest(unsure), _latest(reopened_decisions(log))
    )


def effective_decisions(log: Iterable[StoredDecision]) -> list[StoredDecision]:
    """Return the effective decisions, by pair. The log must be complete for each of its pairs."""
    by_key = {stored.decision.place: stored for stored in log}
    settled = settle_decisions(stored.decision for stored in by_key.values())
    # a pair with only unconfirmed decisions counts as unsure
    return [
        by_key[decision.place]
        for decision in settled
        if decision.verdict is by_key[decision.place].decision.verdict
    ]


def reopened_decisions(log: Iterable[StoredDecision]) -> list[StoredDecision]:
    """Return, by pair, the decisions that were in effect until a record changed.

    The log must be complete for each of its pairs, with reopened decisions marked.
    """
    by_key = {stored.decision.place: stored for stored in log}
    settled = settle_decisions(stored.decision for stored in by_key.values())
    return [
        by_key[decision.place]
        for decision in settled
        if decision.reopened and by_key[decision.place].decision.verdict is not Verdict.UNSURE
    ]


def unconfirmed_decisions(log: Iterable[StoredDecision]) -> list[StoredDecision]:
    """Return the decisions that wait for a second steward, by pair. The log must be complete for
    each of its pairs.
    """
    by_key = {stored.decision.place: stored for stored in log}
    waiting = waiting_decisions(stored.decision for stored in by_key.values())
    return [by_key[decision.place] for decision in waiting]


def _latest(decisions: Sequence[StoredDecision]) -> StoredDecision | None:
    return max(decisions, key=lambda stored: stored.number) if decisions else None


def steward_verdict(decision: Decision) -> models.StewardVerdict:
    """Return the verdict of the desk for a logged decision."""
    return (
        models.StewardVerdict.RED
        if decision.unlawful
        else models.StewardVerdict(str(decision.verdict))
    )


def logged_verdict(verdict: models.StewardVerdict) -> Verdict:
    """Return the verdict as the log stores it: red is stored as `same`, with a mark."""
    return Verdict.SAME if verdict is models.StewardVerdict.RED else Verdict(str(verdict))


def shown_reason(stored: StoredDecision) -> str:
    """Return the reason of a decision, without the number that earlier versions wrote into it."""
    return _NUMBERED_UNDO.sub("undoes an earlier decision", stored.decision.reason)


def decision_views(log: Sequence[StoredDecision]) -> tuple[models.DecisionView, ...]:
    """Return decisions as pages show them, newest first. The log must be complete for each of its
    pairs.
    """
    effective = {stored.decision.place for stored in effective_decisions(log)}
    unconfirmed = {stored.decision.place for stored in unconfirmed_decisions(log)}
    reopened = {stored.decision.place for stored in reopened_decisions(log)}
    id_of = {stored.number: stored.id for stored in log}
    undone = {int(stored.context[UNDOES_KEY]) for stored in log if UNDOES_KEY in stored.context}
    acts: dict[str, list[int]] = {}
    for stored in log:
        if stored.context.get(ACT_KEY):
            acts.setdefault(str(stored.context[ACT_KEY]), []).append(stored.number)
    return tuple(
        _build_view(
            stored,
            _find_status(stored, effective, reopened, unconfirmed, undone),
            id_of.get(_undone_number(stored), ""),
            acts,
        )
        for stored in sorted(log, key=lambda stored: -stored.number)
    )


def _undone_number(stored: StoredDecision) -> int:
    return int(stored.context.get(UNDOES_KEY, 0))


def _find_status(
    stored: StoredDecision,
    effective: set[str],
    reopened: set[str],
    unconfirmed: set[str],
    undone: set[int],
) -> models.DecisionStatus:
    place = stored.decision.place
    if place in unconfirmed:
        return models.DecisionStatus.WAITING
    if place in reopened:
        return models.DecisionStatus.REOPENED
    # an undo that still waits for a second steward has had no effect
    if place in effective:
        return models.DecisionStatus.ACTIVE
    return (
        models.DecisionStatus.UNDONE if stored.number in undone else models.DecisionStatus.REPLACED
    )


def _build_view(
    stored: StoredDecision,
    status: models.DecisionStatus,
    undoes: str,
    acts: Mapping[str, list[int]],
) -> models.DecisionView:
    decision, relation = stored.decision, logged_relation(stored)
    act_numbers = tuple(
        number
        for number in acts.get(str(stored.context.get(ACT_KEY)), ())
        if number != stored.number
    )
    return models.DecisionView(
        stored.id,
        stored.number,
        decision.left_id,
        decision.right_id,
        steward_verdict(decision),
        decision.decided_by,
        utc_text(decision.decided_at) if decision.decided_at else "",
        shown_reason(stored),
        str(stored.context.get(COMMENT_KEY, "")),
        status,
        undoes,
        _undone_number(stored),
        act_numbers,
        decision.reopened if status is models.DecisionStatus.REOPENED else "",
        relation.sentence if relation else "",
        decision.authority,
        decision.legal_basis,
        decision.expires,
    )


PAIR_RELATIONS = (
    RelationType.FACTION_OF,
    RelationType.SPLINTER_OF,
    RelationType.SUCCESSOR_OF,
    RelationType.MERGED_INTO,
)
"""Types of relation that a decision can state."""
_LEFT, _RIGHT = "left", "right"


@dataclass(frozen=True, slots=True)
class PairRelation:
    """Relation between the two sides of a pair, read from left to right or from right to left."""

    type: RelationType
    is_from_left: bool = True

    @property
    def key(self) -> str:
        """The relation as the text of a form field: `left factionOf`."""
        return f"{_LEFT if self.is_from_left else _RIGHT} {self.type.value}"

    @property
    def words(self) -> str:
        """Words of the relation: `faction of`."""
        return RELATION_TYPES[self.type].words

    @classmethod
    def parse(cls, key: str) -> PairRelation:
        """Return the relation that the text of a form field states. Raises `InputError` for any
        other text.
        """
        side, _, value = key.partition(" ")
        if side not in (_LEFT, _RIGHT) or value not in {kind.value for kind in PAIR_RELATIONS}:
            words = ", ".join(RELATION_TYPES[kind].words for kind in PAIR_RELATIONS)
            raise InputError("no relation was chosen", hint=f"choose one of {words}")
        return cls(RelationType(value), side == _LEFT)


ALL_PAIR_RELATIONS = tuple(
    PairRelation(kind, is_from_left) for kind in PAIR_RELATIONS for is_from_left in (True, False)
)
"""Relations of a pair, each from both sides."""


def may_relate(*kinds: Kind) -> bool:
    """Return whether a decision on two entities of some kinds can state a relation."""
    return all(kind & Kind.GROUP for kind in kinds)


def relation_context(
    relation: PairRelation | None,
    verdict: models.StewardVerdict,
    sides: tuple[EntitySide, EntitySide],
) -> dict[str, Any]:
    """Return the part of the log entry that stores a relation between two sides; empty if
    `relation` is None.

    Raises `InputError` unless the verdict is `different` and both sides may be groups.
    """
    if relation is None:
        return {}
    if verdict is not models.StewardVerdict.DIFFERENT or not may_relate(
        *(s.golden.kind for s in sides)
    ):
        raise InputError(
            "only a decision that two groups are different states a relation between them",
            hint="decide without it",
        )
    source = sides[0] if relation.is_from_left else sides[1]
    return {RELATION_KEY: {"type": relation.type.value, "from": list(source.record_ids)}}


def decided_relations(log: Sequence[StoredDecision]) -> list[DecidedRelation]:
    """Return the relations that decisions in effect state, by pair. The log must be complete for
    each of its pairs, with reopened decisions marked.
    """
    relations = (
        logged_relation(stored)
        for stored in effective_decisions(log)
        if not stored.decision.reopened
    )
    return [relation for relation in relations if relation is not None]


_DIGEST_RANGE = 1 << 32
LEFT_RECORDS, RIGHT_RECORDS = "left_records", "right_records"
"""Keys of the log for the ids of the records that were shown on either side."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of stewards on rechecked decisions: number of pairs, number with the same verdict,
    Cohen's kappa (-1…1; None without pairs or if all verdicts are equal), and the pairs with
    different verdicts.
    """

    pairs: int
    agreeing: int
    kappa: float | None
    disagreements: tuple[tuple[str, str, str, str, str], ...] = field(default=())
    """Rows of (decision id, first verdict, first steward, second verdict, second steward)."""


def is_drawn(digest: str, share: float) -> bool:
    """Return whether a decision is drawn for a recheck. The result depends only on its digest, so
    nobody can foresee or choose it.
    """
    number = int.from_bytes(hashlib.sha256(f"again {digest}".encode()).digest()[:4], "big")
    return number < share * _DIGEST_RANGE


def find_recheck_item(
    view: StoreView,
    steward: models.Steward | None,
    filters: models.Filters,
    max_rank: int | None,
    place: tuple[int, int, int] | None,
    *,
    decision: StoredDecision | None = None,
    viewer: Viewer = STRANGER,
) -> models.QueueItem | None:
    """Find the recheck of highest priority among other stewards' decisions (or the recheck of
    `decision`), as a queue item.

    It must be before `max_rank` of the queue and after `place`. None if there is no recheck, or if
    the viewer may not see all of its records.
    """
    viewer = steward.viewer if steward is not None else viewer
    if filters != models.Filters() and filters.reason != models.QueueReason.BLIND:
        return None
    if decision is not None:
        row = steward_work.recheck_of(view.connection, decision.number)
        return _build_item(view, row, viewer) if row is not None else None
    name = steward.name if steward else ""
    for row in steward_work.open_rechecks(view.connection, name, max_rank):
        if place is not None and place >= (row.rank, -row.decision, -row.decision):
            continue
        item = _build_item(view, row, viewer)
        if item is not None:
            return item
    return None


def _build_item(view: StoreView, row: RecheckRow, viewer: Viewer) -> models.QueueItem | None:
    """Build the queue item of a recheck; None if the viewer may not see all records that it rests
    on.
    """
    stored = view.decision(row.decision)
    if stored is None:
        return None
    sides = shown_records(stored)
    if find_hidden_records(view, {record for _, records in sides for record in records}, viewer):
        return None
    try:
        left, right = (
            load_record_side(view, record_id, records, viewer) for record_id, records in sides
        )
    except InputError:
        return None
    sources = sources_by_name(view)
    return models.QueueItem(
        f"{stored.id}.{stored.id}",
        build_party(left, sources),
        build_party(right, sources),
        stored.decision.left_id,
        stored.decision.right_id,
        0.5,
        0,
        Band.REVIEW,
        1,
        -row.rank,
        models.QueueReason.BLIND,
        "decided before by another steward; give your own verdict",
        row.since,
        "",
        "",
        stored.id,
        (row.rank, -row.decision, -row.decision),
    )


def shown_records(
    stored: StoredDecision,
) -> tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]:
    """Return the two sides of a decision: the record it names, and all records that were shown with
    it.
    """
    decision = stored.decision
    sides = (
        (decision.left_id, stored.context.get(LEFT_RECORDS)),
        (decision.right_id, stored.context.get(RIGHT_RECORDS)),
    )
    (left, left_records), (right, right_records) = (
        (end, tuple(shown) if shown else (end,)) for end, shown in sides
    )
    if left in right_records or right in left_records:
        # the log orders a pair by id, so the sides as shown may be swapped
        left_records, right_records = right_records, left_records
    return (left, left_records), (right, right_records)


def answer_recheck(
    hub: Hub,
    steward: models.Steward,
    stored: StoredDecision,
    verdict: models.StewardVerdict,
    why: str,
) -> None:
    """Record the verdict of another steward on a decision.

    Raises `DecisionNotAllowedError` if the decision is their own or was rechecked already.
    """
    rows = hub.store.steward_work.rechecks(stored.number)
    if not rows or rows[0].verdict is not None:
        raise DecisionNotAllowedError(
            f"decision {stored.id} does not wait for a second look", hint="go on to the next pair"
        )
    if rows[0].first_steward == steward.name:
        raise DecisionNotAllowedError(
            f"decision {stored.id} is your own", hint="leave it to another steward"
        )
    is_first = hub.store.steward_work.answer_recheck(stored.number, steward.name, str(verdict), why)
    if not is_first:
        raise DecisionNotAllowedError(
            f"decision {stored.id} has had its second look meanwhile", hint="go on to the next pair"
        )


def measure_agreement(hub: Hub, viewer: Viewer = STRANGER) -> Agreement:
    """Measure the agreement of stewards on the rechecked decisions that the viewer may see."""
    verdicts: list[tuple[models.StewardVerdict, models.StewardVerdict]] = []
    disagreements = []
    with hub.store.view() as view:
        answered = [row for row in hub.store.steward_work.rechecks() if row.verdict is not None]
        log = [view.decision(row.decision) for row in answered]
        visible = visible_decisions(view, [stored for stored in log if stored], viewer)
        decision_of = {stored.number: stored for stored in visible}
        for row in answered:
            stored = decision_of.get(row.decision)
            if stored is None or row.verdict is None:
                continue
            first, second = steward_verdict(stored.decision), models.StewardVerdict(row.verdict)
            verdicts.append((first, second))
            if first is not second:
                disagreements.append(
                    (stored.id, str(first), row.first_steward, str(second), row.second_steward)
                )
    agreeing = sum(first is second for first, second in verdicts)
    return Agreement(len(verdicts), agreeing, cohen_kappa(verdicts), tuple(disagreements))


def cohen_kappa(
    verdicts: list[tuple[models.StewardVerdict, models.StewardVerdict]],
) -> float | None:
    """Return Cohen's kappa of pairs of verdicts, in -1…1.

    None without pairs, or if chance explains everything (all verdicts are equal). Cohen, A
    coefficient of agreement for nominal scales (1960).
    """
    if not verdicts:
        return None
    count = len(verdicts)
    observed = sum(first is second for first, second in verdicts) / count
    expected = sum(
        sum(first is verdict for first, _ in verdicts)
        * sum(second is verdict for _, second in verdicts)
        for verdict in models.StewardVerdict
    ) / (count * count)
    return None if expected == 1 else (observed - expected) / (1 - expected)
