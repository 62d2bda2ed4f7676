"""Models corrected by the decisions of a store, and compared with the models before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resolver.engines.pair_explanation import explain_pair
from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import RunOptions, load_models
from resolver.records import Batch, Kind
from resolver.store import Store
from resolver.training.data.labeled_pairs import JudgedPair
from resolver.training.data.training_decisions import read_training_decisions
from resolver.training.fit.correction import correct_models
from resolver.training.store_learning import compare_models, learn_at_url, learn_from_store
from resolver.training.training_data import TrainingData, add_decided_pairs
from tests.hub.hubs import OPTIONS
from tests.training.decision_store import (
    PAIRS,
    create_store,
    pair_ids,
    people,
    rule_decisions,
    symbols,
)


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with symbols():
        yield


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Create a store in which all but the last four pairs are decided."""
    return create_store(tmp_path_factory.mktemp("relearn") / "hub.db", rule_decisions(PAIRS - 4))


def test_decisions_improve_the_model_reproducibly(url: str, tmp_path: Path) -> None:
    first, second = (learn_at_url(url, tmp_path / name, version="mine") for name in "ab")
    assert first.comparison.to_json() == second.comparison.to_json()
    for name in ("person", "group", "asset", "tables"):
        texts = [(tmp_path / folder / f"{name}.json").read_bytes() for folder in "ab"]
        assert texts[0] == texts[1]
    (figures,) = first.comparison.held_out.values()
    assert figures["pairs"] == PAIRS - 4
    assert figures["gain"] > 0
    assert figures["gain_low"] <= figures["gain"] <= figures["gain_high"]
    assert figures["new"]["log_loss"] < figures["old"]["log_loss"]
    assert "| person | decided |" in (tmp_path / "a" / "card.md").read_text("utf-8")
    # the rows of an explanation still add up
    batch = Batch.from_records(people()).canonical()
    for number in range(4):
        explanation = explain_pair(
            batch, *pair_ids(number), RunOptions(model_dir=tmp_path / "a", plan="S")
        )
        assert sum(row.weight for row in explanation.rows) == explanation.logodds


def test_models_are_compared_on_decisions_they_have_not_learned_from(
    url: str, tmp_path: Path
) -> None:
    learn_at_url(url, tmp_path / "new", version="mine")
    before, after = load_models(), load_models(tmp_path / "new")
    with Hub.open(url, OPTIONS, index_dir=tmp_path / "index") as hub:
        nothing = compare_models(hub.store, before, after)
        assert (nothing.unseen, nothing.fresh, nothing.worse) == (0, {}, [])
        hub.decide(rule_decisions()[-4:])
        compared = compare_models(hub.store, before, after)
        assert compared.unseen == 4
        assert compared.fresh["person"].pairs == 4
        assert compared.fresh["person"].gain > 0
        assert (
            sum(compared.waiting.bands.values())
            == compared.waiting.looked_at
            == compared.waiting.waiting
        )
        with pytest.raises(InputError, match="are the same"):
            compare_models(hub.store, before, before)


def test_too_few_decisions_make_no_model(tmp_path: Path) -> None:
    url = create_store(tmp_path / "hub.db", rule_decisions(12))
    with (
        Store.open(url) as store,
        pytest.raises(InputError, match="fewer than 10 decisions of either verdict"),
    ):
        learn_from_store(store, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_model_that_is_no_better_on_held_out_decisions_is_not_made(tmp_path: Path) -> None:
    # what stewards say has nothing to do with what the records say
    log = [decision for decision in rule_decisions() if int(decision.left_id[-2:]) % 2 == 0]
    with Store.open(create_store(tmp_path / "hub.db", log)) as store:
        decided = read_training_decisions(store)
    models = load_models()
    with pytest.raises(InputError, match="fewer than 10"):
        correct_models(replace(decided, decisions=decided.decisions[:3]), models, "mine")
    halves = tuple(
        replace(
            decision,
            judgment=replace(decision.judgment, same=place % 2 == 0),
            ends=decided.decisions[0].ends,
            shown=((), ()),
        )
        for place, decision in enumerate(decided.decisions)
    )
    assert len(halves) >= 20
    # one pair of records, called the same and different by turns, cannot be learned
    alike = replace(decided, decisions=halves)
    with pytest.raises(InputError, match="keep the one in use"):
        correct_models(alike, models, "mine")


def test_decisions_join_other_training_data(url: str) -> None:
    with Store.open(url) as store:
        decided = read_training_decisions(store)
    intake = Intake(Batch.from_records(people()).canonical(), (), ())
    judgments = [JudgedPair(pair_ids(0)[0], pair_ids(2)[0], same=True)]
    training_data = add_decided_pairs(
        TrainingData({}, 0), intake, judgments, decided, loaded_tables()
    )
    data = training_data.pairs[Kind.PERSON]
    assert set(data.origin.tolist()) == {"decided"}
    # what the file ties is in one fold with what stewards tie
    names = {name for pair in data.clusters.tolist() for name in pair}
    assert pair_ids(0)[0] in names
    assert not names & {pair_ids(0)[1], *pair_ids(2)}
    # and decisions on records that no list holds are used all the same
    empty = Intake(Batch.from_records([]).canonical(), (), ())
    assert len(
        add_decided_pairs(TrainingData({}, 0), empty, [], decided, loaded_tables()).pairs[
            Kind.PERSON
        ]
    ) == len(data)
    assert np.array_equal(np.unique(data.labels), [0, 1])


def loaded_tables() -> dict[str, object]:
    from resolver.models import loader

    return loader.load("tables")
