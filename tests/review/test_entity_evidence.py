"""Explanations of waiting entities: desk and command show the score of the entities, as a sum."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from resolver.cli.app import main
from resolver.engines.pair_explanation import DecidedPair, explain_decided
from resolver.hub.hub import Hub
from resolver.hub.stored_results import find_stored_decision
from resolver.matching.scoring import scores
from resolver.records.results.explanation import EvidenceRow, Explanation
from resolver.records.results.resolution import Band, Basis, Outcome
from resolver.records.visibility import OPERATOR
from resolver.review.pair import build_pair_view
from resolver.review.queue_pages import list_waiting
from tests.hub.hubs import OPTIONS, make_intake
from tests.hub.stored_links import StoredLink, stored_links
from tests.matching.preparing import quick_symbols
from tests.records.partial_records import generate_partial_records

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"


@pytest.fixture(scope="module")
def hub(url: str) -> Iterator[Hub]:
    with quick_symbols("resolver.matching.pipeline"), Hub.open(url, OPTIONS) as opened:
        opened.add(make_intake(generate_partial_records(60, 5)))
        yield opened


def list_links(hub: Hub) -> list[StoredLink]:
    with hub.store.view() as view:
        return list(stored_links(view).values())


def test_queue_page_and_links_state_one_score(hub: Hub) -> None:
    """It is the score that was decided on, and its rows sum to it."""
    waiting = {
        (link.left_id, link.right_id): link
        for link in list_links(hub)
        if link.outcome is not Outcome.MERGED
    }
    items = list_waiting(hub, limit=1000, viewer=OPERATOR).items
    assert len(items) == len(waiting) > 5
    assert any(link.record_logodds != link.logodds for link in waiting.values())
    for item in items:
        link = waiting[_ordered(item.left_record, item.right_record)]
        evidence = build_pair_view(hub, item.left.id, item.right.id).evidence
        assert evidence is not None
        assert evidence.logodds == link.logodds == item.logodds
        assert evidence.score == link.score == item.score
        assert sum(step.row.weight for step in evidence.steps) == link.logodds
        assert item.record_score == scores(np.array([link.record_logodds]))[0]


def _ordered(left: str, right: str) -> tuple[str, str]:
    return min(left, right), max(left, right)


def explain(url: str, pair: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    with pytest.raises(SystemExit) as ended:
        main(["explain", *pair, "--store", url, "--json"])
    assert ended.value.code == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    total = sum(round(1000 * row["weight"]) for row in answer["evidence"])
    assert total == round(1000 * answer["logodds"])
    return answer


def test_the_command_explains_what_was_decided(
    hub: Hub, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """So it does for what waits and for what is merged."""
    links = [link for link in list_links(hub) if link.record_logodds != link.logodds]
    chosen = [
        next(link for link in links if link.outcome is outcome)
        for outcome in (Outcome.QUEUED, Outcome.MERGED)
    ]
    for link, band in zip(chosen, ("review", "match"), strict=True):
        answer = explain(url, [link.right_id, link.left_id], capsys)
        assert round(1000 * answer["logodds"]) == link.logodds
        assert (answer["band"], answer["basis"]) == (band, link.basis.label)
        assert answer["record_score"] == scores(np.array([link.record_logodds]))[0]
        assert answer["evidence"][-1]["name"] == "entities"


def test_on_strangers_nothing_was_decided(hub: Hub) -> None:
    with hub.store.view() as view:
        ids = sorted(view.record_ids(list(range(1, 61))).values())
        decided = [find_stored_decision(hub, view, (ids[0], other)) for other in ids[1:]]
        assert None in decided
        assert find_stored_decision(hub, view, (ids[0], ids[0])) is None


def test_the_row_of_entities_is_what_other_records_add() -> None:
    row = EvidenceRow("prior", "", "", "", None, 100)
    waiting = Explanation("a:1", "a:2", 0.52, Band.REVIEW, 100, (row,))
    decided = DecidedPair(350, Basis.SCORE, Outcome.QUEUED, (), 2, 1)
    explained = explain_decided(waiting, decided)
    assert [item.weight for item in explained.rows] == [100, 250]
    assert (explained.rows[1].left, explained.rows[1].right) == ("2 records", "1 record")
    assert (explained.logodds, explained.score) == (350, 0.586618)
    assert (explained.record_score, explained.basis) == (0.52, "score")
    single = replace(decided, logodds=100, left_records=1)
    assert explain_decided(waiting, single).rows == waiting.rows
    match = Explanation("a:1", "a:2", 0.99, Band.MATCH, 4600, (row,))
    assert explain_decided(match, decided).band is Band.REVIEW
    merged = DecidedPair(4600, Basis.RECORDS, Outcome.MERGED)
    assert explain_decided(waiting, merged).band is Band.MATCH


def test_a_rival_is_named_in_a_note() -> None:
    waiting = Explanation("a:1", "a:2", 0.97, Band.MATCH, 3500, ())
    decided = DecidedPair(3500, Basis.AMBIGUOUS, Outcome.QUEUED, (), 1, 1, "c:7")
    explained = explain_decided(waiting, decided)
    assert explained.band is Band.REVIEW
    assert "c:7" in explained.notes[0]
