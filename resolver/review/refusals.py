"""Refusals of a decision, and the rules from which they follow.

A refusal is a `DecisionRefusedError` with a one-line message, a hint and fields for pages. There
are three sorts of rules:

- *Rules of the desk* (`DeskRules`): lease of a pair, share of blind rechecks, capacity.
- *Four-eyes rules*: which decisions take a second steward.
- *Limits of review*: the entities, records and decisions that a viewer may know. If a viewer may
  not see a record, the store behaves as if it did not have it: the id is unknown, and only the
  visible records of an entity count. So no refusal, count or history reveals that there is more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resolver.check.visible_history import was_ever_visible
from resolver.errors import DecisionError, UnknownIdError
from resolver.hub.reopening import mark_stored
from resolver.records.visibility import Viewer, is_visible, may_read_all
from resolver.review.entity_sides import EntitySide
from resolver.review.models import DecisionView, StewardVerdict
from resolver.settings import Settings
from resolver.store import StoredDecision, StoredEntity, StoredSource, StoreView


class DecisionRefusedError(DecisionError):
    """Refused decision; nothing has changed."""


class DecidedMeanwhileError(DecisionRefusedError):
    """Another steward has decided the pair since it was shown; `decision` is their decision."""

    def __init__(self, decision: DecisionView) -> None:
        self.decision = decision
        super().__init__(
            f"{decision.steward or 'somebody'} has decided this pair meanwhile: "
            f"{decision.verdict}, on {_minute(decision.decided_at)} (decision {decision.id})",
            hint="look at the pair again; undo that decision if you disagree",
        )


class ChangedMeanwhileError(DecisionRefusedError):
    """An entity has other records, or other versions of records, than were shown; `entity` is its
    id.
    """

    def __init__(self, entity: str, change: str) -> None:
        self.entity = entity
        super().__init__(
            f"{entity} has changed since it was shown: {change}", hint="look at the pair again"
        )


class RetiredMeanwhileError(DecisionRefusedError):
    """An entity no longer exists. `entity` is its id, and `successor` the entity that now has its
    records, or empty.
    """

    def __init__(self, entity: str, successor: str, reason: str) -> None:
        self.entity, self.successor = entity, successor
        super().__init__(
            f"{entity} no longer exists as an entity: {reason}",
            hint=f"go on with {successor}"
            if successor
            else "its records were withdrawn; go on to the next pair",
        )


class PairLockedError(DecisionRefusedError):
    """Another steward (`holder`) has the pair open until `until` (UTC time)."""

    def __init__(self, holder: str, until: str) -> None:
        self.holder, self.until = holder, until
        super().__init__(
            f"{holder} has this pair open until {_minute(until)}",
            hint="take the next one, or ask them",
        )


class DecisionNotAllowedError(DecisionRefusedError):
    """The steward may not do this; for example, nobody may confirm their own decision."""


@dataclass(frozen=True, slots=True)
class ContradictionTie:
    """Link in a chain of contradiction: two records that are the same (`is_same`) or different, by
    a decision or, if `decision` is None, by the evidence.
    """

    left_record: str
    right_record: str
    is_same: bool
    decision: DecisionView | None

    def __str__(self) -> str:
        word = "the same as" if self.is_same else "different from"
        decision = self.decision
        if decision is None:
            source = "by the evidence"
        else:
            time = _minute(decision.decided_at)
            source = f"{decision.steward or 'somebody'} on {time}, decision {decision.id}"
        return f"{self.left_record} is {word} {self.right_record} ({source})"


class ContradictionError(DecisionRefusedError):
    """The decision contradicts earlier decisions.

    `chain` lists the ties from one record to the other, including the tie that forbids the
    decision. `withdrawals` are the ids of the decisions to withdraw so that the new decision can
    take effect (pass them as `over`).
    """

    def __init__(self, chain: tuple[ContradictionTie, ...], withdrawals: tuple[str, ...]) -> None:
        self.chain, self.withdrawals = chain, withdrawals
        super().__init__(
            "this contradicts earlier decisions: " + "; ".join(map(str, chain)),
            hint="withdraw one of them, take records out of an entity, or leave the pair unsure",
        )


def _minute(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC" if len(text) > 16 else text or "an unknown date"


@dataclass(frozen=True, slots=True)
class DeskRules:
    """Rules of an installation; see the settings `four_eyes_*` and `review_*`. A red verdict always
    takes two stewards.
    """

    has_agency_rule: bool = False
    """Require two stewards for a decision that touches several agencies."""
    record_limit: int = 0
    """Records above which a decision takes two stewards; 0 disables the rule."""
    has_vulnerable_rule: bool = True
    """Require two stewards for a decision on victims or witnesses."""
    lease_seconds: int = 600
    recheck_share: float = 0.0
    """Share of decisions (0…1) that come back blind to another steward."""
    review_capacity: int | None = None
    """Reviews that all stewards together can do in a day; None: not stated."""

    @classmethod
    def from_settings(cls, settings: Settings) -> DeskRules:
        """Return the rules that the settings of an installation define."""
        return cls(
            settings.four_eyes_agencies,
            settings.four_eyes_records,
            settings.four_eyes_vulnerable,
            60 * settings.review_lease_minutes,
            settings.review_again_share,
            settings.review_capacity,
        )


_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def find_entity(view: StoreView, entity_id: str, viewer: Viewer) -> StoredEntity:
    """Find the entity of an id, with the records that the viewer may see. The id may be its own id,
    a retired id that redirects to it, or the id of a record.

    Raises `UnknownIdError` for an id that the store does not have or the viewer may not know.
    """
    view = view.seen_by(viewer)
    stored = view.entity(entity_id)
    if stored is None or not _may_know(view, stored, viewer):
        raise UnknownIdError(
            f"the store has no entity or record {entity_id}", hint="ids are e-… or <source>:<id>"
        )
    hidden = find_hidden_records(view, stored.records, viewer)
    if not hidden:
        return stored
    return replace(
        stored, records=tuple(record for record in stored.records if record not in hidden)
    )


def _may_know(view: StoreView, stored: StoredEntity, viewer: Viewer) -> bool:
    if stored.requested_id in stored.records:
        return not find_hidden_records(view, [stored.requested_id], viewer)
    return was_ever_visible(view, stored.requested_id, viewer)


def find_hidden_records(view: StoreView, record_ids: Collection[str], viewer: Viewer) -> set[str]:
    """Return the records among some ids whose latest version the viewer may not see."""
    if may_read_all(viewer) or not record_ids:
        return set()
    versions = view.record_numbers(sorted(record_ids))
    id_of = {numbers[-1]: record_id for record_id, numbers in versions.items()}
    visible = select_visible_numbers(view, sorted(id_of), viewer)
    return set(id_of.values()) - {id_of[number] for number in visible}


def select_visible_numbers(view: StoreView, numbers: Sequence[int], viewer: Viewer) -> list[int]:
    """Return the record numbers whose version the viewer may see, in order."""
    if may_read_all(viewer):
        return list(numbers)
    hidden = {
        stored.number
        for stored in view.records_with_handling(numbers)
        if not is_visible(stored.record.handling, viewer)
    }
    return [number for number in numbers if number not in hidden]


def visible_decisions(
    view: StoreView, log: Sequence[StoredDecision], viewer: Viewer
) -> list[StoredDecision]:
    """Return the decisions whose two records the viewer may see."""
    hidden = find_hidden_records(
        view, {end for stored in log for end in stored.decision.pair}, viewer
    )
    return [stored for stored in log if hidden.isdisjoint(stored.decision.pair)]


def load_decisions(
    view: StoreView, record_ids: Iterable[str], viewer: Viewer
) -> list[StoredDecision]:
    """Load the decisions on some records, if the viewer may see both records of a decision;
    reopened decisions are marked.
    """
    ids = sorted(set(record_ids))
    return visible_decisions(view, mark_stored(view, view.decisions(ids)), viewer) if ids else []


def find_decision(view: StoreView, decision_id: str, viewer: Viewer) -> StoredDecision:
    """Find a decision by id. Raises `UnknownIdError` for an id that the log does not have or the
    viewer may not know.

    Viewers who see everything, such as commands, may also name a decision by its number in the log.
    """
    stored = view.decision_by_id(decision_id)
    if stored is None and may_read_all(viewer) and _NUMBER.fullmatch(decision_id):
        stored = view.decision(int(decision_id))
    if stored is None or not visible_decisions(view, [stored], viewer):
        raise UnknownIdError(
            f"there is no decision {decision_id[:40]}", hint="see the history of the entity"
        )
    return stored


def _involved_agencies(
    sides: Sequence[EntitySide], sources: Mapping[str, StoredSource]
) -> list[str]:
    names = {name for side in sides for name in side.golden.sources}
    return sorted({sources[name].agency or name for name in names})


def second_steward_reasons(
    sides: Sequence[EntitySide],
    sources: Mapping[str, StoredSource],
    rules: DeskRules,
    verdict: StewardVerdict | None = None,
) -> tuple[str, ...]:
    """Return the reasons why a decision takes a second steward, one sentence each."""
    if verdict is StewardVerdict.UNSURE:
        return ()
    reasons = ["red takes two stewards"] if verdict is StewardVerdict.RED else []
    agencies = _involved_agencies(sides, sources)
    if rules.has_agency_rule and len(agencies) > 1:
        reasons.append(f"it touches {len(agencies)} agencies: {', '.join(agencies[:5])}")
    count = sum(len(side.records) for side in sides)
    if rules.record_limit and count > rules.record_limit:
        reasons.append(f"it touches {count:,} records, more than {rules.record_limit:,}")
    vulnerable = _vulnerable_categories(sides)
    if rules.has_vulnerable_rule and vulnerable:
        reasons.append(f"it touches the data of a {' and a '.join(vulnerable)}")
    return tuple(reasons)


def _vulnerable_categories(sides: Sequence[EntitySide]) -> list[str]:
    handlings = [stored.record.handling for side in sides for stored in side.records]
    return sorted(
        {item.subject_category.strip().lower() for item in handlings if item.is_vulnerable}
    )
