"""Verdicts on hits: what was cleared stays away until its evidence changes, and says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from resolver.check.screener import MatchQuery, Screener
from resolver.errors import StoreError, UsageError
from resolver.hub.hub import Hub
from resolver.records import Identifier, Kind, Record
from resolver.review import (
    DecisionRequest,
    Steward,
    StewardVerdict,
    decide_pair,
    undo_decision,
)
from resolver.screening import (
    Screening,
    apply_verdicts,
    build_subject,
    find_hit,
    find_redress,
    give_verdict,
    read_expiry,
    screen_subjects,
)
from resolver.store import HitVerdict, utc_text
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

OWNER, OTHER = "agency Coast", "agency River"
NAME = "Abdulrahman Tikriti"
PASSENGER = record("people:P1", name=NAME, nationality="iq")
KIM = Steward("kim", "", scopes=frozenset({"admin"}))


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def listed(record_id: str, name: str = NAME, **values: str) -> Record:
    return record(record_id, Kind.PERSON, name=name, **values)  # type: ignore[arg-type]


def screen(hub: Hub, passenger: Record = PASSENGER, owner: str = OWNER) -> Screening:
    screening = screen_subjects(Screener(hub), [build_subject(passenger)], MatchQuery(20))
    return apply_verdicts(screening, hub.store.verdicts.list(owner), hub.store)


def clear(
    hub: Hub,
    passenger: Record = PASSENGER,
    *,
    verdict: HitVerdict = HitVerdict.CLEARED,
    anonymous: bool = False,
) -> str:
    """Give a verdict on all hits of a passenger, and return the id of the last one."""
    last = ""
    for hit in screen(hub, passenger).hits:
        last = give_verdict(
            hub.store,
            hit,
            verdict,
            owner=OWNER,
            who="kim",
            reason="another face",
            expires=read_expiry(""),
            anonymous=anonymous,
        ).id
    return last


def test_a_cleared_hit_stays_away_and_returns_when_withdrawn(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        assert len(screen(hub).hits) == 1
        verdict = clear(hub)
        screening = screen(hub)
        assert not screening.hits
        assert [hit.caption for hit in screening.cleared] == [NAME]
        # another agency knows nothing of it
        assert len(screen(hub, owner=OTHER).hits) == 1
        assert not hub.store.verdicts.list(OTHER)
        with pytest.raises(StoreError, match="no verdict"):
            hub.store.verdicts.withdraw(OTHER, verdict, "spy")
        hub.store.verdicts.withdraw(OWNER, verdict, "kim")
        assert [hit.status for hit in screen(hub).hits] == [""]


def test_a_reference_clears_the_same_person_at_every_agency(stores: Stores) -> None:
    born = record("people:P1", name=NAME, birthDate="1984-05-06", nationality="iq")
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        reference = clear(hub, born)
        assert reference
        screener = Screener(hub)

        def cleared(person: Record, text: str = reference) -> list[str]:
            return find_redress(hub.store, screener, person, text, MatchQuery(20))

        (entity,) = cleared(born)
        with hub.store.view() as view:
            stored = view.entity("list:1")
        assert stored is not None
        assert entity == stored.id
        assert cleared(record("q:1", name=NAME.upper(), birthDate="1984-05-06")) == [entity]
        # neither a namesake nor somebody who says less, nor another reference
        assert cleared(record("q:1", name=NAME, birthDate="1984-05-07")) == []
        assert cleared(record("q:1", name=NAME)) == []
        assert cleared(record("q:1", name="Ali Hasan", birthDate="1984-05-06")) == []
        assert cleared(born, "0" * 32) == []
        # the owner has confirmed the hit since, when the entity had another id
        (row,) = hub.store.verdicts.list(OWNER)
        other = replace(row.evidence, entity="e-other")
        facts = {"reason": "", "who": "kim", "expires": row.expires}
        later = hub.store.verdicts.add(OWNER, HitVerdict.CONFIRMED, row.subject, other, **facts)
        assert cleared(born) == []
        hub.store.verdicts.withdraw(OWNER, later.id, "kim")
        assert cleared(born) == [entity]
        # the evidence has changed: the list now states this birth date
        hub.add(make_intake([listed("list:1", nationality="iq", birthDate="1984-05-06")]))
        screener.refresh()
        assert cleared(born) == []
        hub.store.verdicts.withdraw(OWNER, reference, "kim")
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        screener.refresh()
        assert cleared(born) == []


@pytest.mark.parametrize("anonymous", [False, True])
def test_ten_versions_with_other_ids_and_order_bring_nothing_back(
    stores: Stores, *, anonymous: bool
) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq"), record("list:2", name="Ng Li")]))
        clear(hub, anonymous=anonymous)
        names = (NAME, "TIKRITI, Abdulrahman", NAME.upper(), "Tikriti Abdulrahman")
        for version in range(10):
            rows = [
                record(
                    f"list:{version}-1",
                    name=names[version % 4],
                    nationality="iq",
                    identifiers=(Identifier("authorityId", f"EU.{version}.7"),),
                ),
                record(f"list:{version}-0", name="Ng Li"),
            ]
            gone = [f"list:{version - 1}-{place}" for place in (0, 1)] if version else ["list:1"]
            hub.add(make_intake(rows))
            hub.withdraw(gone)
            screening = screen(hub)
            assert (screening.hits, len(screening.cleared)) == ((), 1), version


@pytest.mark.parametrize(
    ("fact", "change"),
    [
        ({"birthDate": "1984-03-02"}, "birth date added: 1984-03-02"),
        ({"gender": "male"}, "gender added: male"),
        ({"birthPlace": "Tikrit"}, "birth place added: Tikrit"),
    ],
)
def test_a_cleared_hit_with_another_fact_returns(
    stores: Stores, fact: dict[str, str], change: str
) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        clear(hub)
        hub.add(make_intake([listed("list:1", nationality="iq", **fact)]))
        (hit,) = screen(hub).hits
        assert (hit.status, hit.changes) == ("returned", (change,))
        # cleared again, with what is known now
        clear(hub)
        assert not screen(hub).hits


def test_a_fact_that_spoke_against_the_hit_and_is_gone_brings_it_back(stores: Stores) -> None:
    passenger = record("people:P1", name=NAME, birthDate="1990-01-05")
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", birthDate="1990-11-25")]))
        clear(hub, passenger)
        assert not screen(hub, passenger).hits
        hub.add(make_intake([listed("list:1")]))
        (hit,) = screen(hub, passenger).hits
        assert hit.changes == ("birth date removed: 1990-11-25",)


def test_another_birth_date_of_the_subject_brings_the_hit_back(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", birthDate="1990-11-25")]))
        passenger = record("people:P1", name=NAME, birthDate="1990")
        clear(hub, passenger)
        later = record("people:P1", name=NAME, birthDate="1990-11-25")
        assert screen(hub, later).hits[0].changes == ("the subject's birth date changed",)
        # the same values under another id are another subject
        assert screen(hub, record("people:P2", name=NAME, birthDate="1990")).hits[0].status == ""


def test_verdicts_outlast_merges_and_splits(stores: Stores) -> None:
    with stores.new() as hub:
        rows = [
            listed("list:1", birthDate="1960-05-06"),
            record("quay:7", name="Abdulrahman al-Tikriti", birthDate="1961-07-08"),
        ]
        hub.add(make_intake(rows))
        old = [hit.entity_id for hit in screen(hub).hits]
        assert len(old) == 2
        clear(hub)
        same = DecisionRequest(KIM, "list:1", "quay:7", StewardVerdict("same"))
        merged = decide_pair(hub, same)
        screening = screen(hub)
        assert (screening.hits, len(screening.cleared)) == ((), 1)
        undo_decision(hub, KIM, merged.ids[0])
        screening = screen(hub)
        assert (screening.hits, len(screening.cleared)) == ((), 2)
        decide_pair(hub, same)
        plain = screen_subjects(Screener(hub), [build_subject(PASSENGER)], MatchQuery(20))
        # an entity that was merged meanwhile is found by its former id
        assert {find_hit(plain.hits, entity, hub.store).entity_id for entity in old} == {
            plain.hits[0].entity_id
        }
        with pytest.raises(UsageError, match="no hit on"):
            find_hit(plain.hits, "e-absent", hub.store)


def test_a_record_that_left_a_cleared_entity_stays_cleared(stores: Stores) -> None:
    with stores.new() as hub:
        rows = [listed(name, birthDate="1960-05-06") for name in ("list:1", "quay:7")]
        hub.add(make_intake(rows))
        (hit,) = screen(hub).hits
        assert hit.records == ("list:1", "quay:7")
        clear(hub)
        # the record that keeps the id gets a fact, so that the hit returns and is cleared again
        decide_pair(hub, DecisionRequest(KIM, "list:1", "quay:7", StewardVerdict("different")))
        by_records = {row.records: row.entity_id for row in screen(hub).cleared}
        kept = next(row[0] for row, entity in by_records.items() if entity == hit.entity_id)
        hub.add(make_intake([listed(kept, birthDate="1960-05-06", gender="male")]))
        (returned,) = screen(hub).hits
        assert returned.changes == ("gender added: male",)
        clear(hub)
        # the other record is in an entity of its own, and nothing about it has changed
        assert not screen(hub).hits
        # the newest clearance is the only one to withdraw
        (verdict,) = hub.store.verdicts.list(OWNER)
        hub.store.verdicts.withdraw(OWNER, verdict.id, "kim")
        assert [row.status for row in screen(hub).hits] == ["", ""]


def test_a_newer_verdict_replaces_an_older_one_on_a_record_of_its_entity(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        (hit,) = screen(hub).hits
        # the entity had another id and fewer records when it was confirmed
        former = replace(hit, entity={**hit.entity, "id": "e-former"})
        for row, verdict in ((former, HitVerdict.CONFIRMED), (hit, HitVerdict.CLEARED)):
            give_verdict(
                hub.store,
                row,
                verdict,
                owner=OWNER,
                who="kim",
                reason="seen",
                expires=read_expiry(""),
            )
        screening = screen(hub)
        assert not screening.hits
        # all of them are withdrawn together
        assert len(screening.cleared[0].verdicts) == 2


def test_a_namesake_of_a_cleared_entity_is_a_hit(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", birthDate="1960-05-06")]))
        clear(hub)
        hub.add(make_intake([listed("list:2", birthDate="1931-02-03")]))
        screening = screen(hub)
        assert [hit.status for hit in screening.hits] == [""]
        assert len(screening.cleared) == 1


def test_confirmed_hits_are_marked(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        clear(hub, verdict=HitVerdict.CONFIRMED)
        assert [hit.status for hit in screen(hub).hits] == ["confirmed"]


def test_an_anonymous_verdict_keeps_no_value_of_its_subject(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        clear(hub, record("people:P1", name="Abdulrahmn Tikrity"), anonymous=True)
        (stored,) = hub.store.verdicts.list(OWNER)
        assert "Tikrity" not in repr(stored.subject)
        assert "P1" not in repr(stored.subject)


def test_a_verdict_ends_with_its_last_day(stores: Stores) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert read_expiry("", now).startswith("2027-05-01T12")
    assert read_expiry("2026-05-01", now).startswith("2026-05-01T23:59:59")
    for text in ("2026-04-30", "soon", "2050-01-01"):
        with pytest.raises(UsageError):
            read_expiry(text, now)
    with stores.new() as hub:
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        hit = screen(hub).hits[0]
        end = partial(give_verdict, hub.store, hit, HitVerdict.CLEARED, owner=OWNER, who="kim")
        end(reason="another face", expires=utc_text(now))
        assert len(screen(hub).hits) == 1
        with pytest.raises(UsageError, match="needs a reason"):
            end(reason="", expires="")


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("9999-12-31", "more than ten years away"),
        ("0001-01-01", "lies in the past"),
        ("2027-13-01", "is no date"),
    ],
)
def test_the_last_day_of_a_verdict_is_a_near_date(day: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_expiry(day)


def test_a_verdict_holds_until_the_end_of_its_last_day() -> None:
    now = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    assert read_expiry("2026-12-01", now) == utc_text(datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC))
