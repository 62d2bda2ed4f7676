"""Decisions of a store as labeled pairs: which are used, on which records, with which weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.matching.resolution_task import build_tables
from resolver.models import loader
from resolver.records import Kind
from resolver.records.decisions import Verdict
from resolver.store import NewDecision, Store
from resolver.training.data import training_decisions as module
from resolver.training.data.labeled_clusters import LabeledClusters
from resolver.training.data.labeled_pairs import JudgedPair
from resolver.training.data.training_decisions import label_decided_pairs, read_training_decisions
from resolver.training.training_data import reconcile_labels
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.records.samples import record
from tests.training.decision_store import create_store, pair_ids, people, rule_decisions, symbols

TABLES = build_tables(loader.load("tables"))


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with symbols():
        yield


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """Open a store without decisions."""
    with Hub.open(
        create_store(tmp_path / "hub.db", []), OPTIONS, index_dir=tmp_path / "index"
    ) as opened:
        yield opened


def test_only_effective_decisions_label_pairs(hub: Hub) -> None:
    red = make_decision(pair_ids(3), Verdict.SAME, 4)
    log = [
        *rule_decisions(2),
        make_decision(pair_ids(1), Verdict.UNSURE, 50),
        make_decision(pair_ids(2), Verdict.UNSURE, 3),
        replace(red, unlawful=True),
        replace(make_decision(pair_ids(4), Verdict.SAME, 5), unlawful=True),
        replace(make_decision(pair_ids(4), Verdict.SAME, 6), unlawful=True, decided_by="lee"),
        make_decision(pair_ids(8), Verdict.SAME, 10),
        make_decision(pair_ids(9), Verdict.DIFFERENT, 11),
        make_decision(("coast:p10", "coast:unknown"), Verdict.SAME, 12),
    ]
    hub.decide(log)
    with hub.store.view() as view:
        number = {stored.decision.pair: stored.number for stored in view.decisions()}
    for pair, verdict in ((8, "different"), (9, "different")):
        hub.store.steward_work.add_recheck(number[pair_ids(pair)], 1, "kim")
        hub.store.steward_work.answer_recheck(number[pair_ids(pair)], "lee", verdict, "")
    decisions = read_training_decisions(hub.store)
    assert set(decisions.judgments) == {
        JudgedPair(*pair_ids(0), same=True),
        JudgedPair(*pair_ids(4), same=True),
        JudgedPair(*pair_ids(9), same=False),
    }
    assert decisions.dropped == {
        module.UNSURE: 2,
        module.WAITING: 1,
        module.DISPUTED: 1,
        module.UNKNOWN: 1,
    }


def test_decisions_use_the_record_versions_shown(hub: Hub) -> None:
    first = hub.store.revision
    left, right = pair_ids(0)
    hub.add(make_intake([record(left, name="Somebody Else", birthDate="1911")]))
    hub.decide(
        [
            NewDecision(make_decision(pair_ids(0), Verdict.SAME, 1), {"version": first}),
            make_decision(pair_ids(1), Verdict.SAME, 2),
        ]
    )
    # a decision on another pair that shows the record as it is now
    hub.decide(
        [
            NewDecision(
                make_decision((left, pair_ids(2)[0]), Verdict.DIFFERENT, 3), {"version": first + 1}
            )
        ]
    )
    decisions = read_training_decisions(hub.store)
    names = {
        decision.judgment.right: decisions.records[decision.ends[0]].record.texts("name")
        for decision in decisions.decisions
        if decision.judgment.left == left
    }
    assert names[right] == tuple(people()[0].texts("name"))
    assert names[pair_ids(2)[0]] == ("Somebody Else",)
    pairs = label_decided_pairs(decisions, TABLES)[Kind.PERSON]
    assert len(pairs) == 3
    assert pairs.clusters[:, 0].tolist().count(left) == 2


def test_decision_labels_all_records_shown_with_total_weight_one(hub: Hub) -> None:
    (a, b), (c, d) = pair_ids(0), pair_ids(2)
    shown = {
        "left_records": [a, b],
        "right_records": [d, c],
        "version": hub.store.revision,
        "together": "x",
    }
    hub.decide(
        [NewDecision(make_decision((a, c), Verdict.DIFFERENT, 1), shown), *rule_decisions(4)[3:]]
    )
    decisions = read_training_decisions(hub.store)
    pairs = label_decided_pairs(decisions, TABLES)[Kind.PERSON]
    assert sorted(pairs.weights.tolist()) == [0.25, 0.25, 0.25, 0.25, 1.0]
    assert not pairs.labels.any()
    # records shown as one side are in one fold
    assert {tuple(sorted(row)) for row in pairs.clusters.tolist()} == {(a, c), pair_ids(3)}
    # a decision on two of the records themselves overrules what follows from others
    hub.decide([make_decision((b, d), Verdict.SAME, 5)])
    pairs = label_decided_pairs(read_training_decisions(hub.store), TABLES)[Kind.PERSON]
    assert int(pairs.labels.sum()) == 1
    assert len(pairs) == 5


def test_judgments_from_a_file_can_contradict_decisions(hub: Hub) -> None:
    hub.decide(rule_decisions(3))
    file = [
        JudgedPair(*pair_ids(0), same=False),
        JudgedPair(*pair_ids(1), same=False),
        JudgedPair(*pair_ids(5), same=True),
    ]
    consistent, others = reconcile_labels(
        read_training_decisions(hub.store),
        file,
        LabeledClusters({pair_ids(2)[0]: "x", pair_ids(2)[1]: "y"}, {}),
    )
    assert consistent.judgments == (JudgedPair(*pair_ids(1), same=False),)
    assert others == [JudgedPair(*pair_ids(5), same=True)]
    assert consistent.dropped == {
        "or judgements judged both ways": 2,
        "or judgements that the clusters contradict": 1,
    }


def test_same_log_gives_same_pairs(tmp_path: Path) -> None:
    pairs = []
    for name, log in (("a", rule_decisions()), ("b", rule_decisions()[::-1])):
        with Store.open(create_store(tmp_path / f"{name}.db", log)) as store:
            pairs.append(label_decided_pairs(read_training_decisions(store), TABLES)[Kind.PERSON])
    assert all(
        np.array_equal(getattr(pairs[0], column), getattr(pairs[1], column))
        for column in ("labels", "clusters")
    )
    assert pairs[0].evidence.tobytes() == pairs[1].evidence.tobytes()


def test_store_without_decisions_is_reported(hub: Hub) -> None:
    with pytest.raises(InputError, match="nothing is decided"):
        read_training_decisions(hub.store)
