"""Links as objects: what is known of two entities, in the colors of the EU's Multiple-Identity
Detector (Regulation (EU) 2019/817, Articles 30 to 33), and the end of links whose last day is over.

| color | meaning | comes from |
|---|---|---|
| yellow | nobody has verified it | a pair that waits for a steward |
| white | the same person, lawfully | a decision *same*, or a match of the program |
| green | different persons with similar data | a decision *different*, or the program |
| red | the same person under unlawfully different identities | two stewards who say *red* |

A decision states authority, legal basis, reason and last day of a link. After the last day a worker
logs that it is over (`end_expired_links`). The decision then counts as reopened: *same* and *red*
join nothing any more, *different* still keeps apart, and the pair waits for a steward again.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resolver.hub.hub import Hub
from resolver.hub.reopening import load_decisions as load_marked
from resolver.records.decisions import Decision, Verdict
from resolver.records.visibility import Viewer, viewer_classes
from resolver.review.earlier_verdicts import (
    decision_views,
    effective_decisions,
    unconfirmed_decisions,
)
from resolver.review.models import DecisionStatus, DecisionView, StewardVerdict
from resolver.review.queue_filters import visible_row, visible_rows_filter
from resolver.review.queue_refresh import refresh_queue
from resolver.review.refusals import find_entity, load_decisions
from resolver.store import (
    LinkColor,
    NewDecision,
    StoredDecision,
    StoreView,
    utc_text,
    waiting_queue,
)

if TYPE_CHECKING:
    from resolver.check.screener import ScreeningResult

EXPIRY = "end of links"
"""Who logs that the last day of a link is over."""
_COLOR_OF = {
    StewardVerdict.SAME: LinkColor.WHITE,
    StewardVerdict.DIFFERENT: LinkColor.GREEN,
    StewardVerdict.RED: LinkColor.RED,
}
_OPEN = (DecisionStatus.WAITING, DecisionStatus.REOPENED)
_MAX_LINKS = 100
"""Maximum number of links that are shown with an entity. Red links come first, then green, white
and yellow.
"""
_MAX_KEPT = 2_000
"""Maximum number of answers that `CandidateLinks` keeps, about 1 KB each."""
_ORDER = ("red", "green", "white", "yellow")


@dataclass(frozen=True, slots=True)
class LinkView:
    """Link of two entities or records as a viewer may see it.

    `color` is empty if the two have neither a decision nor a comparison that a steward should see.
    `decisions` are those across the two, the newest first.
    """

    left: str
    right: str
    color: str
    entities: tuple[str, str]
    decisions: tuple[DecisionView, ...]
    revision: int

    def to_json(self) -> dict[str, Any]:
        """Return the link for answers and commands."""
        return {
            "left": self.left,
            "right": self.right,
            "color": self.color,
            "entities": list(self.entities),
            "decisions": [describe_link_decision(row) for row in self.decisions],
            "version": self.revision,
        }


def describe_link_decision(row: DecisionView) -> dict[str, Any]:
    """Return a decision on a link as JSON."""
    color = _COLOR_OF.get(row.verdict)
    return {
        "id": row.id,
        "color": "" if color is None else color.label,
        "verdict": str(row.verdict),
        "state": str(row.status),
        "left": row.left_record,
        "right": row.right_record,
        "authority": row.authority,
        "legal_basis": row.legal_basis,
        "reason": row.reason,
        "expires": row.expires,
        "by": row.steward,
        "at": row.decided_at,
        "reopened": row.reopened,
    }


def read_link(hub: Hub, left: str, right: str, viewer: Viewer) -> LinkView:
    """Return the link between two entities or records. Raises `UnknownIdError` for an id that the
    viewer may not know.
    """
    refresh_queue(hub, complete=False, viewer=viewer)
    with hub.store.view() as view:
        entities = [find_entity(view, end, viewer) for end in (left, right)]
        # the id of a record means this record; the id of an entity means all of its records
        sides = [
            {end} if end in entity.records else set(entity.records)
            for end, entity in zip((left, right), entities, strict=True)
        ]
        log = [
            stored
            for stored in load_decisions(view, sorted(sides[0] | sides[1]), viewer)
            if _is_across(stored, sides)
        ]
        views = decision_views(log)
        numbers = [entity.number for entity in entities]
        waits = numbers[0] != numbers[1] and (
            visible_row(view, (min(numbers), max(numbers)), viewer) is not None
        )
        return LinkView(
            left,
            right,
            _find_color(views, is_one=numbers[0] == numbers[1], waits=waits),
            (entities[0].id, entities[1].id),
            views,
            view.revision,
        )


@dataclass(frozen=True, slots=True)
class EntityLink:
    """Link of an entity: the entity at its other end, and its color. A white or red link between
    records of one entity has this entity at its other end, too.
    """

    entity: str
    color: str

    def to_json(self) -> dict[str, str]:
        """Return the link for answers and commands."""
        return {"entity": self.entity, "color": self.color}


EntityLinks = Mapping[str, Sequence[EntityLink]]
"""Links by entity id; entities without links are missing."""


def read_entity_links(hub: Hub, entity_id: str, viewer: Viewer) -> tuple[EntityLink, ...]:
    """Return the links of an entity, as a viewer may see them: what stewards decided, and what
    waits for them. Raises `UnknownIdError` for an id that the viewer may not know.
    """
    refresh_queue(hub, complete=False, viewer=viewer)
    with hub.store.view() as present:
        view = present.seen_by(viewer)
        entity = find_entity(view, entity_id, viewer)
        rows = waiting_queue.rows_of_entities(
            view.connection, visible_rows_filter(viewer), [entity.number]
        )
        ids = view.entity_ids([end for row in rows for end in (row.low, row.high)])
        in_review = {entity.id: {*ids.values()} - {entity.id}}
        links = _collect_links(view, {entity.id: entity.records}, in_review, viewer)
        return tuple(links.get(entity.id, ()))


class CandidateLinks:
    """Links of the candidates of checks. Answers are kept as long as checks are answered from the
    same revision, so that a check takes no longer because of decisions that are hidden from its
    caller.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._kept: OrderedDict[object, EntityLinks] = OrderedDict()

    def of_answer(self, answer: ScreeningResult, revision: int, viewer: Viewer) -> EntityLinks:
        """Return the links of the candidates of an answer that was computed from a revision."""
        records = {match.entity["id"]: match.records for match in answer.matches}
        in_review = {match.entity["id"]: {*match.in_review} for match in answer.matches}
        stated = tuple((key, frozenset(ends)) for key, ends in in_review.items())
        key = revision, viewer_classes(viewer), stated
        links = self._kept.get(key)
        if links is None:
            ids = [record_id for own in records.values() for record_id in own]
            links = {}
            if any(in_review.values()) or self._hub.store.has_decisions(ids):
                with self._hub.store.view(revision) as view:
                    links = _collect_links(view.seen_by(viewer), records, in_review, viewer)
            self._kept[key] = links
            if len(self._kept) > _MAX_KEPT:
                self._kept.popitem(last=False)
        return links


def _collect_links(
    view: StoreView,
    records: Mapping[str, Sequence[str]],
    in_review: Mapping[str, set[str]],
    viewer: Viewer,
) -> EntityLinks:
    """Return the links of some entities. `records`: ids of the records of each entity that the
    viewer may see. `in_review`: ids of the entities that wait for a steward with each.
    """
    entity_of = {end: entity for entity, own in records.items() for end in own}
    log = load_decisions(view, entity_of, viewer)
    others = {end for stored in log for end in stored.decision.pair} - entity_of.keys()
    numbers = {end: number for end, (number, _) in view.numbers_of(sorted(others)).items()}
    record, owner, _ = view.memberships(sorted(numbers.values()))
    entity_ids = view.entity_ids(sorted({*owner.tolist()}))
    id_of = {number: end for end, number in numbers.items()}
    for number, entity in zip(record.tolist(), owner.tolist(), strict=True):
        entity_of[id_of[number]] = entity_ids[entity]
    across: dict[tuple[str, str], list[StoredDecision]] = {}
    for stored in log:
        first, second = (entity_of.get(end) for end in stored.decision.pair)
        # the list has withdrawn a record of this decision
        if first is None or second is None:
            continue
        for ends in {(first, second), (second, first)}:
            if ends[0] in records:
                across.setdefault(ends, []).append(stored)
    links: dict[str, list[EntityLink]] = {}
    for own, waiting in sorted(in_review.items()):
        for other in {other for entity, other in across if entity == own} | waiting:
            views = decision_views(across.get((own, other), ()))
            if color := _find_color(views, is_one=False, waits=other in waiting):
                links.setdefault(own, []).append(EntityLink(other, color))
    return {
        own: tuple(sorted(rows, key=lambda row: (_ORDER.index(row.color), row.entity))[:_MAX_LINKS])
        for own, rows in links.items()
    }


def _is_across(stored: StoredDecision, sides: Sequence[set[str]]) -> bool:
    first, second = stored.decision.pair
    return (first in sides[0] and second in sides[1]) or (first in sides[1] and second in sides[0])


def _find_color(views: Sequence[DecisionView], *, is_one: bool, waits: bool) -> str:
    """Return the color of a link: that of the decisions in effect, red before green before white;
    else yellow for what waits, and white for one entity.
    """
    stated = {_COLOR_OF.get(row.verdict) for row in views if row.status is DecisionStatus.ACTIVE}
    for color in (LinkColor.RED, LinkColor.GREEN, LinkColor.WHITE):
        if color in stated:
            return color.label
    if waits or any(row.status in _OPEN for row in views):
        return LinkColor.YELLOW.label
    return LinkColor.WHITE.label if is_one else ""


def end_expired_links(hub: Hub, today: datetime.date | None = None) -> int:
    """Log the end of each decision in effect whose last day is over, in one commit; return how many
    ended. The pairs then wait for a steward. Raises `StoreError`.
    """
    day = (today or datetime.datetime.now(datetime.UTC).date()).isoformat()
    ended: list[NewDecision] = []

    def build_ends(view: StoreView) -> list[NewDecision]:
        # a commit asks again after others have committed, who may have ended or renewed a link
        ended[:] = map(_end_of, _find_due(view, day))
        return list(ended)

    with hub.store.view() as view:
        if not build_ends(view):
            return 0
    hub.decide(build_ends, actor=EXPIRY)
    return len(ended)


def _end_of(stored: StoredDecision) -> NewDecision:
    """Return the entry of the log that ends a decision."""
    now, moment = datetime.datetime.now(datetime.UTC), datetime.timedelta(microseconds=1)
    return NewDecision(
        Decision(
            *stored.decision.pair,
            Verdict.UNSURE,
            EXPIRY,
            max(now, (stored.decision.decided_at or now) + moment),
            f"its last day was {stored.decision.expires}",
            ends=stored.number,
        )
    )


def _find_due(view: StoreView, day: str) -> list[StoredDecision]:
    """Return the decisions that are in effect, or wait for a second steward, beyond their last
    day.
    """
    expired = {stored.number: stored for stored in view.expired_decisions(day)}
    if not expired:
        return []
    ids = {end for stored in expired.values() for end in stored.decision.pair}
    log = load_marked(view, sorted(ids))
    standing = {row.number: row for row in effective_decisions(log)}
    standing |= {row.number: row for row in unconfirmed_decisions(log)}
    ended = {row.decision.ends for row in log}
    return [standing[number] for number in sorted(standing.keys() & expired.keys() - ended)]


class LinkExpiry:
    """Ends links when their last day is over, at most once a day and revision."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._last: tuple[str, int] | None = None

    def run_due(self) -> int:
        """End what is due; return how many links ended. Raises `StoreError`."""
        state = utc_text()[:10], self._hub.store.revision
        if state == self._last:
            return 0
        count = end_expired_links(self._hub)
        self._last = state if not count else (state[0], self._hub.store.revision)
        return count
