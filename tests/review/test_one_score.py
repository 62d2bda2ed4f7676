"""One score: links, queue, pair page, explanations and files state what was decided on."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resolver.engines.local import dedupe
from resolver.engines.pair_explanation import explain_pair, explain_resolved_pair
from resolver.engines.result_files import write_results
from resolver.hub.hub import Hub
from resolver.hub.link_changes import TABLE_COLUMNS
from resolver.hub.stored_results import find_stored_decision, load_commit_results
from resolver.matching.scoring import Thresholds, scores
from resolver.records import Record, Relation, RelationType
from resolver.records.results.resolution import Band, Basis, Outcome
from resolver.records.visibility import OPERATOR
from resolver.report import build_report
from resolver.review import (
    DecisionRequest,
    QueueReason,
    Steward,
    StewardVerdict,
    decide_pair,
    undo_decision,
)
from resolver.review.pair import build_pair_view
from resolver.review.queue_pages import list_waiting
from resolver.store import Store
from resolver.store.backup import backup, restore
from tests.hub.hubs import OPTIONS, make_intake
from tests.hub.stored_links import StoredLink, stored_links
from tests.records.network_records import generate_drivers_of_two_lists
from tests.records.partial_records import generate_partial_records
from tests.records.samples import record

pytestmark = pytest.mark.slow
NAME = "Gholamreza Esfandiar Tabrizchi"
FATHER = record(
    "kin:1",
    name=NAME,
    birthDate="1931-03-04",
    birthPlace="Tabriz",
    nationality="ir",
    relations=[Relation(RelationType.FAMILY_OF, "kin:2")],
)
SON = record("kin:2", name=NAME, birthDate="1981-11-20", birthPlace="Tabriz", nationality="ir")
THIRD = record("other:1", name=NAME, birthPlace="Tabriz", nationality="ir")
KIM = Steward("kim", "aa")
DECIDED = (Basis.DECISION, Basis.STATEMENT)


def make_records() -> list[Record]:
    return [*generate_partial_records(60, 5), *generate_drivers_of_two_lists(), FATHER, SON, THIRD]


def _ends(table: object) -> list[tuple[int, int]]:
    left, right = (getattr(table, side).tolist() for side in ("left", "right"))
    return list(zip(left, right, strict=True))


def check_band(score: float, band: Band, outcome: Outcome, basis: Basis) -> None:
    """Check that a band is that of the score, or that the basis says why it is not."""
    thresholds = Thresholds()
    assert band == (Band.MATCH if outcome is Outcome.MERGED else Band.REVIEW)
    if basis in DECIDED:
        return
    kept_apart = basis in (Basis.AMBIGUOUS, Basis.OTHERS)
    assert thresholds.band(score) is band or (kept_apart and score >= thresholds.match)


def test_files_and_explanations_of_lists_agree(tmp_path: Path) -> None:
    intake = make_intake(make_records())
    resolution = dedupe(intake, OPTIONS)
    write_results(tmp_path, resolution, rejects=[], report="")
    with open(tmp_path / "links.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    bases = Counter(row["basis"] for row in rows)
    assert {"records", "profiles", "relations", "score"} <= bases.keys()
    shown: Counter[str] = Counter()
    for row in rows:
        score, basis = float(row["score"]), Basis[row["basis"].upper()]
        outcome, band = Outcome[row["outcome"].upper()], Band[row["band"].upper()]
        check_band(score, band, outcome, basis)
        shown[basis.label] += 1
        if shown[basis.label] > 4:
            continue
        pair = row["right_id"], row["left_id"]
        explanation = explain_resolved_pair(resolution, *pair, OPTIONS)
        assert sum(item.weight for item in explanation.rows) == explanation.logodds
        assert explanation.score == pytest.approx(score, abs=1e-6)
        assert explanation.record_score == pytest.approx(float(row["record_score"]), abs=1e-6)
        assert (explanation.band, explanation.basis) == (band, basis.label)


def test_a_store_states_one_score_after_an_increment(hub: Hub) -> None:
    hub.add(make_intake(generate_partial_records(60, 5)[:30]))
    result = hub.add(make_intake(make_records()))
    items = {
        (item.left_record, item.right_record): item
        for item in list_waiting(hub, limit=1_000, viewer=OPERATOR).items
    }
    shown: Counter[Basis] = Counter()
    with hub.store.view() as view:
        links = stored_links(view).values()
        for link in links:
            check_band(link.score, _stated(link), link.outcome, link.basis)
            assert link.score == scores(np.array([link.logodds]))[0]
            shown[link.basis] += 1
            if shown[link.basis] > 3:
                continue
            pair = link.left_id, link.right_id
            decided = find_stored_decision(hub, view, pair)
            assert decided is not None
            assert (decided.logodds, decided.basis) == (link.logodds, link.basis)
            if link.outcome is not Outcome.QUEUED:
                continue
            item = items.get(pair) or items[pair[::-1]]
            evidence = build_pair_view(hub, item.left.id, item.right.id).evidence
            assert evidence is not None
            assert evidence.score == item.score == link.score
            assert evidence.logodds == sum(step.row.weight for step in evidence.steps)
            assert item.record_score == scores(np.array([link.record_logodds]))[0]
    queued = [link for link in links if link.outcome is Outcome.QUEUED]
    assert len(items) == len(queued) > 10
    check_report(hub, result, queued)


def check_report(hub: Hub, result: object, queued: list[StoredLink]) -> None:
    """Check that the report of a commit shows the pairs of its entities that wait."""
    resolution = load_commit_results(hub, result, OPERATOR).resolution  # type: ignore[arg-type]
    own, ids = set(result.ids), resolution.batch.ids.to_pylist()  # type: ignore[attr-defined]
    waiting = {
        (ids[left], ids[right])
        for left, right in _ends(resolution.links)
        if resolution.labels[left] != resolution.labels[right]
    }
    expected = {
        (link.left_id, link.right_id) for link in queued if own & {link.left_id, link.right_id}
    }
    assert expected <= waiting
    assert build_report(resolution).totals.queued >= len(expected) > 0


def _stated(link: StoredLink) -> Band:
    return Band.MATCH if link.outcome is Outcome.MERGED else Band.REVIEW


def test_ambiguous_records_are_shown_with_both(hub: Hub) -> None:
    hub.add(make_intake(make_records()))
    items = {
        (item.left_record, item.right_record): item
        for item in list_waiting(hub, limit=1_000, viewer=OPERATOR).items
        if item.reason is QueueReason.AMBIGUOUS
    }
    rivals = {pair: item.why.split(" also matches ")[1] for pair, item in items.items()}
    assert {pair: text.partition(",")[0] for pair, text in rivals.items()} == {
        ("kin:1", "other:1"): "kin:2",
        ("kin:2", "other:1"): "kin:1",
    }
    item = items["kin:1", "other:1"]
    pair = build_pair_view(hub, item.left.id, item.right.id)
    assert (pair.reason, pair.why) == (QueueReason.AMBIGUOUS, item.why)
    with hub.store.view() as view:
        decided = find_stored_decision(hub, view, ("kin:1", "other:1"))
    assert decided is not None
    assert (decided.basis, decided.rival) == (Basis.AMBIGUOUS, "kin:2")


def describe_links(hub: Hub) -> list[tuple[Any, ...]]:
    """Return all that links of a store say, with ids in place of numbers."""
    with hub.store.view() as view:
        links = view.all_links()
        ends = (links.left, links.right, links.rival)
        ids = {0: "", **view.record_ids(np.unique(np.concatenate(ends)).tolist())}
        columns = [getattr(links, name).tolist() for name in TABLE_COLUMNS]
    named = [
        [ids[number] for number in column] if name in ("left", "right", "rival") else column
        for name, column in zip(TABLE_COLUMNS, columns, strict=True)
    ]
    return sorted(zip(*named, strict=True))


def test_links_say_the_same_whichever_way_a_store_came_to_them(hub: Hub, tmp_path: Path) -> None:
    """After a decision and its undo, a rebuild, and a restored backup; on a cluster see
    `tests/spark/test_store_commits.py`.
    """
    hub.add(make_intake(make_records()))
    hub.rebuild()
    expected = describe_links(hub)
    assert {Basis(row[TABLE_COLUMNS.index("basis")]) for row in expected} >= {
        *(Basis.RECORDS, Basis.PROFILES, Basis.RELATIONS, Basis.SCORE, Basis.STATEMENT),
        Basis.AMBIGUOUS,
    }
    waiting = list_waiting(hub, limit=1_000, viewer=OPERATOR).items
    item = next(row for row in waiting if row.reason is QueueReason.AMBIGUOUS)
    outcome = decide_pair(
        hub, DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.SAME, reason="r")
    )
    assert describe_links(hub) != expected
    undo_decision(hub, KIM, outcome.ids[0])
    assert describe_links(hub) == expected
    hub.rebuild()
    assert describe_links(hub) == expected
    backup(hub.store, tmp_path / "backup")
    with Store.open(f"sqlite:///{tmp_path}/restored.db") as store:
        restore(tmp_path / "backup", store)
    with Hub.open(f"sqlite:///{tmp_path}/restored.db", OPTIONS) as restored:
        assert describe_links(restored) == expected


def test_explanations_add_up_for_any_pair_of_one_entity() -> None:
    """Also where the two records alone are below the score from which pairs have a link."""
    resolution = dedupe(make_intake(make_records()), OPTIONS)
    ids, links = resolution.batch.ids.to_pylist(), resolution.links
    linked = set(_ends(links))
    rows = np.arange(len(ids))
    pairs = [
        (left, right)
        for left in rows.tolist()
        for right in rows.tolist()
        if left < right
        and resolution.labels[left] == resolution.labels[right]
        and (left, right) not in linked
    ]
    for left, right in pairs[:5]:
        own = explain_pair(
            resolution.batch, ids[left], ids[right], OPTIONS, (), resolution.stats.population
        )
        explained = explain_resolved_pair(resolution, ids[left], ids[right], OPTIONS)
        assert (explained.band, explained.record_score) == (Band.MATCH, own.score)
        assert sum(row.weight for row in explained.rows) == explained.logodds
