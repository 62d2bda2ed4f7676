"""Decisions of a store as labelled pairs: which count, on what, how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.models import loader
from resolver.pipeline import tables_of
from resolver.records import Kind
from resolver.records.decisions import Verdict
from resolver.store import NewDecision, Store
from resolver.training.data import decided_pairs as module
from resolver.training.data.combined_pairs import agreed
from resolver.training.data.decided_pairs import decided_pairs, read_decided
from resolver.training.data.labeled_clusters import Clusters
from resolver.training.data.labeled_pairs import Judgement
from tests.hub.hubs import OPTIONS, decided, intake
from tests.records.samples import record
from tests.training.deciding import ends, fill, people, said, symbols

TABLES = tables_of(loader.load("tables"))


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with symbols():
        yield


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """Nothing is decided in it."""
    with Hub.open(fill(tmp_path / "hub.db", []), OPTIONS, index_dir=tmp_path / "index") as held:
        yield held


def test_only_what_counts_teaches(hub: Hub) -> None:
    red = decided(ends(3), Verdict.SAME, 4)
    log = [
        *said(2),
        decided(ends(1), Verdict.UNSURE, 50),
        decided(ends(2), Verdict.UNSURE, 3),
        replace(red, unlawful=True),
        replace(decided(ends(4), Verdict.SAME, 5), unlawful=True),
        replace(decided(ends(4), Verdict.SAME, 6), unlawful=True, who="lee"),
        decided(ends(8), Verdict.SAME, 10),
        decided(ends(9), Verdict.DIFFERENT, 11),
        decided(("coast:p10", "coast:unknown"), Verdict.SAME, 12),
    ]
    hub.decide(log)
    with hub.store.view() as view:
        number = {one.decision.pair: one.number for one in view.decisions()}
    for pair, verdict in ((8, "different"), (9, "different")):
        hub.store.people.ask_again(number[ends(pair)], 1, "kim")
        hub.store.people.answer_again(number[ends(pair)], "lee", verdict, "")
    found = read_decided(hub.store)
    assert set(found.judgements) == {
        Judgement(*ends(0), same=True), Judgement(*ends(4), same=True), Judgement(*ends(9), same=False),
    }  # fmt: skip
    assert found.dropped == {
        module.UNSURE: 2,
        module.WAITING: 1,
        module.DISPUTED: 1,
        module.UNKNOWN: 1,
    }


def test_the_version_that_was_seen_is_learnt_from(hub: Hub) -> None:
    first = hub.store.version
    left, right = ends(0)
    hub.add(intake([record(left, name="Somebody Else", birthDate="1911")]))
    hub.decide(
        [
            NewDecision(decided(ends(0), Verdict.SAME, 1), {"version": first}),
            decided(ends(1), Verdict.SAME, 2),
        ]
    )
    # a decision on another pair that shows the record as it is now
    hub.decide(
        [NewDecision(decided((left, ends(2)[0]), Verdict.DIFFERENT, 3), {"version": first + 1})]
    )
    found = read_decided(hub.store)
    names = {
        one.judgement.right: found.records[one.ends[0]].record.texts("name")
        for one in found.said
        if one.judgement.left == left
    }
    assert names[right] == tuple(people()[0].texts("name"))
    assert names[ends(2)[0]] == ("Somebody Else",)
    pairs = decided_pairs(found, TABLES)[Kind.PERSON]
    assert len(pairs) == 3
    assert pairs.clusters[:, 0].tolist().count(left) == 2


def test_a_decision_labels_all_that_was_shown_and_counts_once(hub: Hub) -> None:
    (a, b), (c, d) = ends(0), ends(2)
    shown = {
        "left_records": [a, b],
        "right_records": [d, c],
        "version": hub.store.version,
        "together": "x",
    }
    hub.decide([NewDecision(decided((a, c), Verdict.DIFFERENT, 1), shown), *said(4)[3:]])
    found = read_decided(hub.store)
    pairs = decided_pairs(found, TABLES)[Kind.PERSON]
    assert sorted(pairs.weights.tolist()) == [0.25, 0.25, 0.25, 0.25, 1.0]
    assert not pairs.labels.any()
    # what was shown as one is in one fold
    assert {tuple(sorted(row)) for row in pairs.clusters.tolist()} == {(a, c), ends(3)}
    # said of two of the records themselves, it counts for more
    hub.decide([decided((b, d), Verdict.SAME, 5)])
    pairs = decided_pairs(read_decided(hub.store), TABLES)[Kind.PERSON]
    assert int(pairs.labels.sum()) == 1
    assert len(pairs) == 5


def test_a_judgement_of_a_file_can_contradict_a_decision(hub: Hub) -> None:
    hub.decide(said(3))
    file = [
        Judgement(*ends(0), same=False),
        Judgement(*ends(1), same=False),
        Judgement(*ends(5), same=True),
    ]
    kept, others = agreed(
        read_decided(hub.store), file, Clusters({ends(2)[0]: "x", ends(2)[1]: "y"}, {})
    )
    assert kept.judgements == (Judgement(*ends(1), same=False),)
    assert others == [Judgement(*ends(5), same=True)]
    assert kept.dropped == {
        "or judgements judged both ways": 2,
        "or judgements that the clusters contradict": 1,
    }


def test_the_same_log_gives_the_same_pairs(tmp_path: Path) -> None:
    found = []
    for name, log in (("a", said()), ("b", said()[::-1])):
        with Store.open(fill(tmp_path / f"{name}.db", log)) as store:
            found.append(decided_pairs(read_decided(store), TABLES)[Kind.PERSON])
    assert all(
        np.array_equal(getattr(found[0], one), getattr(found[1], one))
        for one in ("labels", "clusters")
    )
    assert found[0].evidence.tobytes() == found[1].evidence.tobytes()


def test_a_store_without_decisions_is_one_error(hub: Hub) -> None:
    with pytest.raises(InputError, match="nothing is decided"):
        read_decided(hub.store)
