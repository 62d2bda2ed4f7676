"""Explanations of waiting entities: desk and command show the score of the entities, as a sum."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from resolver.cli.app import main
from resolver.engines.entity_explanation import explain_entities
from resolver.hub.hub import Hub
from resolver.hub.stored_results import load_entity_link
from resolver.records.results.explanation import EvidenceRow, Explanation
from resolver.records.results.resolution import Band, Outcome
from resolver.review.pair import build_pair_view
from resolver.store import StoredLink
from tests.hub.hubs import OPTIONS, make_intake
from tests.normalize.preparing import quick_symbols
from tests.records.partial_records import generate_partial_records

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"


@pytest.fixture(scope="module")
def hub(url: str) -> Iterator[Hub]:
    with quick_symbols("resolver.pipeline"), Hub.open(url, OPTIONS) as opened:
        opened.add(make_intake(generate_partial_records(60, 5)))
        yield opened


def entity_links(hub: Hub) -> list[tuple[StoredLink, int]]:
    """Return the links of entities in review, and the number of record pairs between the two."""
    with hub.store.view() as view:
        waiting = [link for link in view.queue(limit=1000) if link.band is Band.REVIEW]
        answers = [(link, load_entity_link(view, link.left_id, link.right_id)) for link in waiting]
    return [
        (link, answer.left_records * answer.right_records)
        for link, answer in answers
        if answer is not None and answer.logodds == link.logodds
    ]


def test_the_desk_explains_the_score_of_entities(hub: Hub) -> None:
    links = entity_links(hub)
    assert {pairs > 1 for _, pairs in links} == {True, False}
    for link, pairs in links:
        evidence = build_pair_view(hub, link.left_id, link.right_id).evidence
        assert evidence is not None
        rows = [step.row for step in evidence.steps]
        # a strongest pair in band match would have a link of its own
        assert evidence.logodds == link.logodds == sum(row.weight for row in rows)
        assert ("entities" in {row.name for row in rows}) == (pairs > 1)


def test_the_command_explains_the_score_of_entities(
    hub: Hub, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    link = next(link for link, pairs in entity_links(hub) if pairs > 1)
    arguments = ["explain", link.right_id, link.left_id, "--store", url, "--json"]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    answer = json.loads(capsys.readouterr().out)
    assert round(1000 * answer["logodds"]) == link.logodds
    assert answer["evidence"][-1]["name"] == "entities"
    total = sum(round(1000 * row["weight"]) for row in answer["evidence"])
    assert total == link.logodds


def test_records_within_an_entity_and_strangers_name_no_link(hub: Hub) -> None:
    with hub.store.view() as view:
        ids = sorted(view.record_ids(list(range(1, 61))).values())
        links = [link for identity in ids for link in view.links_of_record(identity)]
        merged = next(link for link in links if link.outcome is Outcome.MERGED)
        assert load_entity_link(view, merged.left_id, merged.right_id) is None
        linked = {(link.left_id, link.right_id) for link in links}
        strangers = next((ids[0], other) for other in ids[1:] if (ids[0], other) not in linked)
        assert load_entity_link(view, *strangers) is None


def test_only_review_and_several_records_add_a_row() -> None:
    row = EvidenceRow("prior", "", "", "", None, 100)
    waiting = Explanation("a:1", "a:2", 0.52, Band.REVIEW, 100, (row,))
    explained = explain_entities(waiting, 350, 2, 1)
    assert [item.weight for item in explained.rows] == [100, 250]
    assert (explained.rows[1].left, explained.rows[1].right) == ("2 records", "1 record")
    assert (explained.logodds, explained.score) == (350, 0.586618)
    assert explain_entities(waiting, 350, 1, 1) is waiting
    match = Explanation("a:1", "a:2", 0.99, Band.MATCH, 4600, (row,))
    assert explain_entities(match, 350, 2, 1) is match
