"""A merge keeps the two entities together as a whole, or is refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from resolver.cli.app import run
from resolver.hub.hub import Hub
from resolver.records import Handling, Identifier, Record, Relation, RelationType
from resolver.records.decisions import Verdict
from resolver.review import (
    DecisionNotAllowedError,
    DecisionRequest,
    DecisionState,
    DeskRules,
    Steward,
    StewardVerdict,
    commit_decisions,
    confirm_decision,
    decide_pair,
    list_pending,
    preview_decision,
    preview_split,
    split_entity,
    undo_decision,
)
from tests.hub.hubs import Stores, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record
from tests.review.tables import entity_of

ROOT = Steward("root", "", frozenset({"review", "admin"}))
EVE = Steward("eve", "River")


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture
def hub(stores: Stores) -> Iterator[Hub]:
    with stores.new() as opened:
        yield opened


def make_ana(key: str, *kin: str) -> Record:
    passport = [Identifier("passportNumber", "A4419207", "")]
    relations = [Relation(RelationType.FAMILY_OF, target) for target in kin]
    return record(
        key,
        name="Ana Huanca",
        birthDate="1962-02-11",
        identifiers=passport,
        relations=relations,
    )


def make_boris(key: str) -> Record:
    passport = [Identifier("passportNumber", "B777", "")]
    return record(key, name="Boris Zelenko", birthDate="1944-07-01", identifiers=passport)


def list_entities(hub: Hub, ids: Sequence[str]) -> set[str]:
    return {entity_of(hub, key) for key in ids}


def test_a_statement_on_a_restricted_record_tears_nothing_out(hub: Hub) -> None:
    """One record states that it is kin to a restricted one of the other entity."""
    restricted = replace(make_boris("b:2"), handling=Handling("Coast", "H2"))
    hub.add(make_intake([make_ana("a:1"), make_ana("a:2", "b:2"), make_boris("b:1"), restricted]))
    ids = ["a:1", "a:2", "b:1", "b:2"]
    before = {key: entity_of(hub, key) for key in ids}
    assert len(set(before.values())) == 2
    request = DecisionRequest(ROOT, "a:1", "b:1", StewardVerdict.SAME, "r")
    (shown,) = preview_decision(hub, request).after
    assert shown.records == tuple(ids)
    outcome = decide_pair(hub, request)
    assert (outcome.state, len(list_entities(hub, ids))) == (DecisionState.DONE, 1)
    undo_decision(hub, ROOT, outcome.ids[0])
    assert {key: entity_of(hub, key) for key in ids} == before


def test_a_restricted_record_that_is_decided_to_be_in_cannot_leave(hub: Hub) -> None:
    """It would leave all records of the entity, that which it was decided to be included."""
    restricted = replace(make_boris("b:1"), handling=Handling("Coast", "H3"))
    hub.add(make_intake([restricted, make_ana("a:1"), make_ana("a:2")]))
    same = decide_pair(hub, DecisionRequest(ROOT, "a:1", "b:1", StewardVerdict.SAME, "r"))
    request = DecisionRequest(ROOT, "a:2", "b:1", StewardVerdict.DIFFERENT, "r")
    ids, revision = ["a:1", "a:2", "b:1"], hub.store.revision
    for act in (decide_pair, preview_decision):
        with pytest.raises(DecisionNotAllowedError, match="cannot be one entity"):
            act(hub, request)
    assert (len(list_entities(hub, ids)), hub.store.revision) == (1, revision)
    undo_decision(hub, ROOT, same.ids[0])
    assert len(list_entities(hub, ids)) == 2


def test_a_different_that_would_tear_a_restricted_record_out_does_not_wait(hub: Hub) -> None:
    """It is refused when it is logged, or when it is confirmed, if the bond came in between."""
    restricted = replace(make_ana("b:1"), handling=Handling("Coast", "H3"))
    hub.add(make_intake([restricted, make_ana("a:1"), make_ana("a:2")]))
    ids, rules = ["a:1", "a:2", "b:1"], DeskRules(record_limit=1)
    assert len(list_entities(hub, ids)) == 1
    request = DecisionRequest(ROOT, "a:2", "b:1", StewardVerdict.DIFFERENT, "r")
    waits = decide_pair(hub, request, rules)
    assert waits.state is DecisionState.WAITING
    decide_pair(hub, DecisionRequest(ROOT, "a:1", "b:1", StewardVerdict.SAME, "r"))
    other = replace(ROOT, name="lee")
    with pytest.raises(DecisionNotAllowedError, match="cannot be one entity"):
        confirm_decision(hub, other, waits.ids[0])
    undo_decision(hub, ROOT, waits.ids[0])
    with pytest.raises(DecisionNotAllowedError, match="cannot be one entity"):
        decide_pair(hub, request, rules)
    assert (len(list_entities(hub, ids)), list_pending(hub, ROOT.viewer)) == (1, ())


def test_a_part_that_a_split_leaves_with_two_records_is_tied(hub: Hub) -> None:
    """Two records that only a third one held together stay together without it."""
    chen = record("c:1", name="Chen Wei", birthDate="1988-03-03")
    hub.add(make_intake([make_ana("a:1"), make_boris("b:1"), chen]))
    ids = ["a:1", "b:1", "c:1"]
    for end in ids[:2]:
        decide_pair(hub, DecisionRequest(EVE, end, "c:1", StewardVerdict.SAME, "r"))
    assert len(list_entities(hub, ids)) == 1
    (shown,) = (
        part for part in preview_split(hub, EVE, "c:1", ["c:1"]).after if "a:1" in part.records
    )
    outcome = split_entity(hub, EVE, "c:1", ["c:1"], "r")
    assert list(shown.records) == ids[:2]
    assert (len(list_entities(hub, ids[:2])), len(list_entities(hub, ids))) == (1, 2)
    undo_decision(hub, EVE, outcome.ids[0])
    assert len(list_entities(hub, ids)) == 1


def test_no_refusal_names_a_record_that_the_steward_may_not_see(hub: Hub) -> None:
    """Hidden decisions forbid the merge; neither the act nor its preview says on which record."""
    secret = replace(make_boris("h:9"), handling=Handling("Coast", "H3"))
    chen = record("b:1", name="Chen Wei", birthDate="1988-03-03")
    hub.add(make_intake([make_ana("a:1"), chen, secret]))
    for end, verdict in (("a:1", StewardVerdict.SAME), ("b:1", StewardVerdict.DIFFERENT)):
        decide_pair(hub, DecisionRequest(ROOT, end, "h:9", verdict, "r"))
    request = DecisionRequest(EVE, "a:1", "b:1", StewardVerdict.SAME, "r")
    for attempt in (preview_decision, decide_pair):
        with pytest.raises(DecisionNotAllowedError, match="cannot be decided so now") as refusal:
            attempt(hub, request)
        assert "h:9" not in refusal.value.line()


def test_a_restricted_record_that_may_not_join_takes_none_out(hub: Hub) -> None:
    """It equals one that was decided to be in, and was decided to be another than a third."""
    secret = Handling("Coast", "H3")
    inside, outside = (replace(make_boris(key), handling=secret) for key in ("h:1", "h:2"))
    chen = record("c:1", name="Chen Wei")
    hub.add(make_intake([make_boris("b:1"), make_boris("b:2"), chen, inside]))
    decide_pair(hub, DecisionRequest(ROOT, "c:1", "h:1", StewardVerdict.SAME, "r"))
    ids = ["b:1", "b:2", "c:1", "h:1"]
    assert len(list_entities(hub, ids)) == 1
    hub.decide([make_decision(("b:2", "h:2"), Verdict.DIFFERENT, 1)])
    hub.add(make_intake([outside]))
    assert len(list_entities(hub, ids)) == 1
    assert entity_of(hub, "h:2") != entity_of(hub, "h:1")
    hub.rebuild()
    assert len(list_entities(hub, ids)) == 1


def test_many_statements_tear_nothing_out(hub: Hub) -> None:
    """Each record of one entity states that it is kin to one of the other entity."""
    ids = [f"{source}:{number:02d}" for source in "ab" for number in range(11)]
    hub.add(
        make_intake(
            make_boris(key) if key in ids[:11] else make_ana(key, f"a:{key[2:]}") for key in ids
        )
    )
    before = {key: entity_of(hub, key) for key in ids}
    assert len(set(before.values())) == 2
    request = DecisionRequest(EVE, "a:00", "b:00", StewardVerdict.SAME, "r")
    (shown,) = preview_decision(hub, request).after
    assert shown.records == tuple(ids)
    outcome = decide_pair(hub, request)
    assert len(list_entities(hub, ids)) == 1
    hub.rebuild()
    assert len(list_entities(hub, ids)) == 1
    undo_decision(hub, EVE, outcome.ids[-1])
    assert {key: entity_of(hub, key) for key in ids} == before


def test_what_cannot_be_kept_is_refused(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As if no decision could hold the records together."""
    monkeypatch.setattr(commit_decisions, "_TIE_ROUNDS", ())
    hub.add(make_intake([make_ana("a:1"), make_ana("a:2", "b:2"), make_boris("b:1")]))
    hub.add(make_intake([make_boris("b:2")]))
    revision = hub.store.revision
    request = DecisionRequest(EVE, "a:1", "b:1", StewardVerdict.SAME, "r")
    for attempt in (preview_decision, decide_pair):
        with pytest.raises(DecisionNotAllowedError, match=r"cannot be one entity: .*keep .* apart"):
            attempt(hub, request)
    # one that would wait for a second steward could never be confirmed
    with pytest.raises(DecisionNotAllowedError, match="cannot be one entity"):
        decide_pair(hub, replace(request, verdict=StewardVerdict.RED))
    options = ["--store", hub.store.url, "--who", "eve", "--why", "r"]
    assert run(["decide", "a:1", "b:1", "same", *options]) == 1
    assert "cannot be one entity" in capsys.readouterr().err
    assert hub.store.revision == revision
