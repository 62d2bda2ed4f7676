"""Links as objects: color, authority, legal basis, and the end of their last day."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from resolver.check.screener import MatchQuery, Screener
from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.records import Handling
from resolver.records.decisions import parse_decision
from resolver.records.visibility import OPERATOR, STRANGER
from resolver.review import (
    CandidateLinks,
    ContradictionError,
    DecisionNotAllowedError,
    DecisionRequest,
    LinkBasis,
    LinkView,
    QueueReason,
    Steward,
    StewardVerdict,
    confirm_decision,
    decide_pair,
    end_expired_links,
    find_item,
    load_timeline,
    read_entity_links,
    read_link,
    undo_decision,
)
from tests.hub.hubs import make_intake
from tests.review.tables import entity_of, first_item

pytestmark = pytest.mark.slow

KIM, LEE = Steward("kim"), Steward("lee")
TODAY = datetime.datetime.now(datetime.UTC).date()
LATER = TODAY + datetime.timedelta(days=2)
FACTS = LinkBasis("Border police", "Regulation (EU) 2019/817, Article 33", TODAY.isoformat())


def decide(
    hub: Hub, pair: tuple[str, str], verdict: StewardVerdict, link: LinkBasis = FACTS
) -> str:
    return decide_pair(hub, DecisionRequest(KIM, *pair, verdict, "two passports", link=link)).ids[0]


def link_of(hub: Hub, pair: tuple[str, str]) -> LinkView:
    return read_link(hub, *pair, OPERATOR)


@pytest.fixture
def pair(hub: Hub) -> tuple[str, str]:
    item = first_item(hub)
    return item.left_record, item.right_record


def test_a_pair_is_yellow_until_two_stewards_make_it_red(hub: Hub, pair: tuple[str, str]) -> None:
    assert link_of(hub, pair).color == "yellow"
    first = decide(hub, pair, StewardVerdict.RED)
    assert link_of(hub, pair).color == "yellow"
    confirm_decision(hub, LEE, first)
    link = link_of(hub, pair)
    assert link.color == "red"
    # who confirms a link confirms what it states
    stated = [(row.authority, row.legal_basis, row.expires) for row in link.decisions]
    assert stated == [(FACTS.authority, FACTS.legal_basis, FACTS.expires)] * 2
    assert end_expired_links(hub) == 0
    assert end_expired_links(hub, LATER) == 1
    assert link_of(hub, pair).color == "yellow"
    assert entity_of(hub, pair[0]) != entity_of(hub, pair[1])


def test_the_end_of_a_link_puts_the_pair_back_into_the_queue(
    hub: Hub, pair: tuple[str, str]
) -> None:
    decide(hub, pair, StewardVerdict.SAME)
    assert link_of(hub, pair).color == "white"
    assert entity_of(hub, pair[0]) == entity_of(hub, pair[1])
    assert find_item(hub, *pair, viewer=OPERATOR) is None
    assert [end_expired_links(hub, LATER), end_expired_links(hub, LATER)] == [1, 0]
    assert entity_of(hub, pair[0]) != entity_of(hub, pair[1])
    ids = entity_of(hub, pair[0]), entity_of(hub, pair[1])
    item = find_item(hub, *ids, viewer=OPERATOR)
    assert item is not None
    assert item.reason is QueueReason.REOPENED
    assert f"its last day was {FACTS.expires}" in item.why
    # a rebuild comes to the same, and a later decision holds again
    hub.rebuild()
    assert entity_of(hub, pair[0]) != entity_of(hub, pair[1])
    again = decide(hub, pair, StewardVerdict.SAME, LinkBasis(expires=LATER.isoformat()))
    assert link_of(hub, pair).color == "white"
    # the undo brings back a decision that is over, and it ends again
    undo_decision(hub, KIM, again)
    assert end_expired_links(hub, LATER) == 1
    assert link_of(hub, pair).color == "yellow"
    ends = link_of(hub, pair).decisions[0]
    with pytest.raises(DecisionNotAllowedError, match="last day"):
        undo_decision(hub, KIM, ends.id)
    assert load_timeline(hub, entity_of(hub, pair[0]), OPERATOR)


def test_a_green_link_that_ends_still_keeps_apart(hub: Hub, pair: tuple[str, str]) -> None:
    decide(hub, pair, StewardVerdict.DIFFERENT)
    assert link_of(hub, pair).color == "green"
    assert end_expired_links(hub, LATER) == 1
    assert link_of(hub, pair).color == "yellow"
    assert entity_of(hub, pair[0]) != entity_of(hub, pair[1])


def test_a_link_that_another_worker_ends_meanwhile_ends_once(
    hub: Hub, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(hub, pair, StewardVerdict.DIFFERENT)
    commit = hub.decide

    def decide_later(*args: Any, **words: Any) -> Any:
        monkeypatch.undo()
        assert end_expired_links(hub, LATER) == 1
        return commit(*args, **words)

    monkeypatch.setattr(hub, "decide", decide_later)
    assert end_expired_links(hub, LATER) == 0
    assert [row.reason for row in link_of(hub, pair).decisions].count(
        f"its last day was {FACTS.expires}"
    ) == 1


def test_colors_that_contradict_are_refused_with_the_triangle(
    hub: Hub, pair: tuple[str, str]
) -> None:
    with hub.store.view() as view:
        records = sorted(view.record_ids(list(range(1, 40))).values())
    own = {entity_of(hub, end) for end in pair}
    third = next(record for record in records if entity_of(hub, record) not in own)
    nothing = LinkBasis()
    decide(hub, (pair[0], third), StewardVerdict.DIFFERENT, nothing)
    decide(hub, pair, StewardVerdict.SAME, nothing)
    with pytest.raises(ContradictionError) as refused:
        decide(hub, (pair[1], third), StewardVerdict.RED, nothing)
    ends = {end for tie in refused.value.chain for end in (tie.left_record, tie.right_record)}
    assert ends >= {pair[0], third}
    assert [tie.is_same for tie in refused.value.chain].count(False) == 1


def test_wrong_days_are_refused(hub: Hub, pair: tuple[str, str]) -> None:
    for expires in ("tomorrow", "2020-01-01"):
        with pytest.raises(InputError):
            decide(hub, pair, StewardVerdict.SAME, LinkBasis(expires=expires))
    with pytest.raises(InputError, match="too long"):
        decide(hub, pair, StewardVerdict.SAME, LinkBasis(authority="x" * 501))
    assert read_link(hub, *pair, STRANGER).decisions == ()


def test_a_file_of_decisions_states_them(hub: Hub, pair: tuple[str, str]) -> None:
    row = {"left_id": pair[0], "right_id": pair[1], "verdict": "same", "who": "ada"}
    facts = {"authority": "Court", "legal_basis": "Order 7", "expires": TODAY.isoformat()}
    hub.decide([parse_decision(row | facts)])
    (stated,) = link_of(hub, pair).decisions
    assert (stated.authority, stated.legal_basis, stated.expires) == tuple(facts.values())


def links_of(hub: Hub, record_id: str) -> dict[str, str]:
    links = read_entity_links(hub, entity_of(hub, record_id), OPERATOR)
    return {link.entity: link.color for link in links}


def checked_links(hub: Hub, pair: tuple[str, str]) -> dict[str, dict[str, str]]:
    with hub.store.view() as view:
        numbers = [number for number, _ in view.numbers_of([*pair]).values()]
        queries = [stored.record for stored in view.records(numbers)]
    screener = Screener(hub)
    answers, revision = screener.check(queries, MatchQuery(20, 0.0, viewer=OPERATOR))
    links = CandidateLinks(hub)
    found: dict[str, dict[str, str]] = {}
    for answer in [*answers, *answers]:
        for own, rows in links.of_answer(answer, revision.revision, OPERATOR).items():
            found.setdefault(own, {}).update({row.entity: row.color for row in rows})
    return found


def test_entities_and_candidates_of_checks_have_the_colors_of_their_links(
    hub: Hub, pair: tuple[str, str]
) -> None:
    left, right = (entity_of(hub, end) for end in pair)
    assert links_of(hub, pair[0])[right] == links_of(hub, pair[1])[left] == "yellow"
    found = checked_links(hub, pair)
    assert found[left][right] == found[right][left] == "yellow"
    first = decide(hub, pair, StewardVerdict.DIFFERENT)
    assert links_of(hub, pair[0])[right] == links_of(hub, pair[1])[left] == "green"
    found = checked_links(hub, pair)
    assert found[left][right] == found[right][left] == "green"
    undo_decision(hub, KIM, first)
    second = decide(hub, pair, StewardVerdict.RED)
    assert links_of(hub, pair[0])[right] == "yellow"
    confirm_decision(hub, LEE, second)
    whole = entity_of(hub, pair[0])
    # both records are one entity now, and the link is between its own records
    assert links_of(hub, pair[0])[whole] == checked_links(hub, pair)[whole][whole] == "red"


def test_what_waits_is_shown_before_anybody_has_read_the_queue(hub: Hub) -> None:
    # whether somebody has read it may depend on records that the viewer may not see
    with hub.store.view() as view:
        assert not hub.store.queue.is_built(view.connection)
        entities = view.entity_ids(view.all_members()[1].tolist()).values()
    colors = {
        link.color
        for entity in sorted(entities)
        for link in read_entity_links(hub, entity, STRANGER)
    }
    assert "yellow" in colors


def test_a_link_to_a_hidden_record_is_not_shown(hub: Hub, pair: tuple[str, str]) -> None:
    decide(hub, pair, StewardVerdict.DIFFERENT)
    with hub.store.view() as view:
        stored = view.record(pair[1])
    assert stored is not None
    secret = replace(stored.record, handling=Handling("coast", "H3"))
    hub.add(make_intake([secret]))
    entity = entity_of(hub, pair[0])
    shown = [link.entity for link in read_entity_links(hub, entity, STRANGER)]
    assert entity_of(hub, pair[1]) not in shown
    assert entity_of(hub, pair[1]) in links_of(hub, pair[0])
