"""Stores that differ in what one agency keeps to itself, and in nothing else.

The agency `River` has lists, records, decisions, batches and a training of its own. Its records
share no entity with those of others, but some wait beside them, and some relate to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import update

from resolver.hub.hub import Hub
from resolver.hub.job_worker import BATCH_JOB
from resolver.hub.ownership import RecordOwner
from resolver.lists.reader_types import ListInfo
from resolver.records import Handling, Record, Relation, RelationType
from resolver.records.decisions import Decision, Verdict
from resolver.store import NewFeed, Store, UserRole
from resolver.store.schema import decisions, jobs, network_views
from resolver.store.steward_work import NetworkView
from resolver.training.learning_jobs import LEARN_JOB
from resolver.trust.erasure import erase
from tests.api.desk.conftest import PASSWORD
from tests.api.desk.world import near, word
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

OWNER = "River"
RIVER_OWNER, COAST_OWNER = RecordOwner("river-key", OWNER), RecordOwner("coast-key", "Coast")
VISIBLE_JOB, HIDDEN_JOB, LEARNED_JOB, ABSENT_JOB = "a" * 32, "b" * 32, "c" * 32, "d" * 32


def decision_id(minute: int) -> str:
    """Return the id that these stores give to the decision of a minute."""
    return f"d-{minute:016x}"


VISIBLE_DECISIONS = tuple(map(decision_id, (1, 2, 3, 4, 10)))
HIDDEN_DECISIONS = tuple(map(decision_id, (5, 6, 7, 8, 9)))
ABSENT_DECISION = decision_id(99)
VISIBLE_VIEW, HIDDEN_VIEW, MIXED_VIEW, ABSENT_VIEW = VIEWS = tuple(
    f"v-{number:016x}" for number in range(1, 5)
)
USERS = {
    "vera": (UserRole.VIEWER, "Coast"),
    "stella": (UserRole.STEWARD, "Coast"),
    "senta": (UserRole.SENIOR, ""),
    "victor": (UserRole.VIEWER, ""),
}
"""Users who may not see what `River` keeps to itself: their role and agency."""
READERS = {"H3": ("vera", "stella", "senta"), "H2": ("victor",)}
"""Users who may not see a record of another agency, by its handling code."""


def name_of(number: int) -> str:
    """Return a rare name of two words."""
    return f"{word(number)} {word(number + 37)}"


def visible_records() -> list[Record]:
    """Return the records that everybody may see; most wait in pairs."""
    rows = [row for number in range(8) for row in near(f"p{number}", name_of(number), year=1950)]
    to_hidden = Relation(RelationType.FAMILY_OF, "secret:kin", role="brother")
    rows.append(record("coast:kin", name="Sanaa Merkel", relations=[to_hidden]))
    rows.append(record("coast:lone", name=name_of(40), birthDate="1950"))
    rows.append(record("coast:gone", name="Piet Brouwer", birthDate="1955-01-02"))
    return rows


def hidden_records(code: str) -> list[Record]:
    """Return the records that only their agency may see; they are on lists of their own."""
    rows = [
        record(f"secret:q{number}-{year}", name=name_of(20 + number), birthDate=str(year + 25))
        for number in range(7)
        for year in (1950, 1951)
    ]
    to_visible = Relation(RelationType.FAMILY_OF, "coast:p1", role="sister")
    rows.append(record("secret:kin", name="Zeta Verborgen", relations=[to_visible]))
    # waits beside an entity that everybody may see
    rows.append(record("secret:near", name=name_of(40), birthDate="1951"))
    rows.append(record("secret:gone", name="Quirin Heimlich", birthDate="1930-05-05"))
    rows.append(record("secret:shredded", name=name_of(1), birthDate="1931-06-06"))
    return [replace(row, handling=Handling(OWNER, code)) for row in rows]


@dataclass(frozen=True)
class Ids:
    """Ids of entities, the same in both stores where both have them."""

    of_record: dict[str, str]
    retired: tuple[str, ...]
    erasures: tuple[str, ...]


def lists_of(rows: list[Record], version: str = "2026-03") -> list[ListInfo]:
    """Return one list for each source of some records; a newer version withdraws what is gone."""
    return [
        ListInfo(name, "test", (name,), version, len(rows), 0, False)
        for name in sorted({row.source for row in rows})
    ]


def _decision(left: str, right: str, verdict: Verdict, minute: int, **extra: Any) -> Decision:
    return replace(make_decision((left, right), verdict, minute), **extra)


def _visible_decisions() -> list[Decision]:
    return [
        _decision("coast:p4", "river:p4", Verdict.SAME, 1),
        _decision("coast:p5", "river:p5", Verdict.DIFFERENT, 2),
        _decision("coast:p6", "river:p6", Verdict.UNSURE, 3),
        _decision("coast:p7", "river:p7", Verdict.SAME, 4, needs_two=True),
    ]


def _hidden_decisions() -> list[Decision]:
    return [
        _decision("secret:q4-1950", "secret:q4-1951", Verdict.SAME, 5),
        _decision("secret:q5-1950", "secret:q5-1951", Verdict.DIFFERENT, 6),
        _decision("secret:q6-1950", "secret:q6-1951", Verdict.SAME, 7, needs_two=True),
        _decision("secret:near", "coast:p0", Verdict.DIFFERENT, 8),
        _decision("secret:q0-1950", "secret:q1-1950", Verdict.UNSURE, 9),
        _decision("secret:shredded", "coast:p1", Verdict.DIFFERENT, 11),
    ]


def fill(url: str, code: str) -> None:
    """Fill a store; with a handling code also what `River` keeps to itself."""
    visible = visible_records()
    with quick_symbols("resolver.matching.pipeline"), Hub.open(url, OPTIONS) as hub:
        if code:
            hidden = hidden_records(code)
            hub.add(make_intake(hidden, *lists_of(hidden)), owner=RIVER_OWNER)
        hub.add(make_intake(visible, *lists_of(visible)), owner=COAST_OWNER)
        staying = [row for row in visible if row.id != "coast:gone"]
        intake = make_intake(staying, *lists_of(staying, "2026-04"))
        hub.add(intake, _visible_decisions(), owner=COAST_OWNER)
        if code:
            staying = [row for row in hidden if row.id != "secret:gone"]
            intake = make_intake(staying, *lists_of(staying, "2026-04"))
            hub.add(intake, _hidden_decisions(), owner=RIVER_OWNER)
            _erase(hub)
        last = _decision("coast:p3", "river:p3", Verdict.UNSURE, 10)
        hub.add(make_intake([]), [last], owner=COAST_OWNER)
        _set_decision_ids(hub.store)
        _add_recheck(hub.store, VISIBLE_DECISIONS[1], -900_000, "kim")
        if code:
            _add_recheck(hub.store, HIDDEN_DECISIONS[1], -990_000, "rita")
        _add_jobs(hub.store, code)
        _add_feeds(hub.store, code)
        _add_view(hub.store, VISIBLE_VIEW, "coast:kin")
        if code:
            _add_view(hub.store, HIDDEN_VIEW, "secret:kin")
            _add_view(hub.store, MIXED_VIEW, "coast:kin", expand=["secret:kin"])
        for name, (role, agency) in USERS.items():
            hub.store.users.add(name, role, agency, PASSWORD)


def _erase(hub: Hub) -> None:
    """Erase a value of a hidden record, then the record, and ask for the erasure of another one."""
    rows = hub.store.erasures
    value = rows.ask(
        ["secret:shredded"],
        "a test",
        who="rita",
        agency=OWNER,
        confirmed=True,
        values=["birthDate"],
    )
    erase(hub, value)
    erase(hub, rows.ask(["secret:shredded"], "a test", who="rita", agency=OWNER, confirmed=True))
    rows.ask(["secret:near"], "a test", who="rita", agency=OWNER)


def _add_feeds(store: Store, code: str) -> None:
    """Add a feed of a visible list, which also brings hidden records, and one of these alone."""
    store.feeds.add(NewFeed("coast-feed", "https://lists.example.org/coast", "", 3600))
    store.feeds.note_sources("coast-feed", ["coast", "secret"] if code else ["coast"])
    if code:
        address = "https://lists.example.org/secret"
        store.feeds.add(NewFeed("secret-feed", address, "", 3600, agency=OWNER))
        store.feeds.note_sources("secret-feed", ["secret"])


def _set_decision_ids(store: Store) -> None:
    """Give each decision a known id instead of its random one; their numbers differ."""
    with store.view() as view, store.engine.begin() as connection:
        for stored in view.decisions():
            assert stored.decision.decided_at is not None
            known_id = decision_id(stored.decision.decided_at.minute)
            row = update(decisions).where(decisions.c.number == stored.number)
            connection.execute(row.values(id=known_id))


def _add_recheck(store: Store, name: str, rank: int, steward: str) -> None:
    with store.view() as view:
        stored = view.decision_by_id(name)
    assert stored is not None
    store.steward_work.add_recheck(stored.number, rank, steward)


def _add_jobs(store: Store, code: str) -> None:
    _add_job(store, VISIBLE_JOB, BATCH_JOB, "Coast", {"records": 3, "version": 2 if code else 1})
    trained = 40 if code else 20
    waiting = {"waiting": 0, "moved": []}
    result = {
        "waiting": waiting,
        "new": "2026.03",
        "decisions": trained,
        "notes": [],
        "held_out": {},
    }
    _add_job(store, LEARNED_JOB, LEARN_JOB, "", result)
    if code:
        _add_job(store, HIDDEN_JOB, BATCH_JOB, OWNER, {"records": 16, "version": 1})


def _add_job(store: Store, job_id: str, kind: str, agency: str, result: dict[str, Any]) -> None:
    """Add a job that is done, under a known id."""
    job = store.jobs.submit(kind, {"label": f"{agency} list"}, agency=agency, submitted_by=agency)
    leased = store.jobs.lease("worker")
    assert leased is not None
    store.jobs.finish(leased, result)
    with store.engine.begin() as connection:
        connection.execute(update(jobs).where(jobs.c.id == job.id).values(id=job_id))


def _add_view(store: Store, view_id: str, entity_id: str, **parameters: Any) -> None:
    """Share a view of a network under a known id."""
    view = NetworkView(
        "", "kim", "Coast", f"Around {entity_id}", "a note", entity_id, parameters, True, ""
    )
    saved = store.network_views.add(view)
    with store.engine.begin() as connection:
        row = update(network_views).where(network_views.c.id == saved.id)
        connection.execute(row.values(id=view_id))


def read_ids(url: str) -> Ids:
    """Read the ids of the entities of a store."""
    with Store.open(url) as store, store.view() as view:
        record_ids = [row.id for row in (*visible_records(), *hidden_records("H3"))]
        entities = {record_id: view.entity(record_id) for record_id in record_ids}
        living = {record_id: entity.id for record_id, entity in entities.items() if entity}
        events = view.changes(0)
        retired = tuple(sorted({row.entity for row in events} - {*living.values()}))
        return Ids(living, retired, tuple(row.id for row in store.erasures.list()))
