"""Models corrected by the decisions of a store, and compared with those before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resolver.engines.pair_explanation import explain
from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.ingest.reader_types import Intake
from resolver.pipeline import RunOptions, load_models
from resolver.records import Batch, Kind
from resolver.store import Store
from resolver.training.data.combined_pairs import with_decided
from resolver.training.data.decided_pairs import read_decided
from resolver.training.data.labeled_pairs import Judgement
from resolver.training.evaluate.model_comparison import beside
from resolver.training.fit.correction import relearn
from resolver.training.store_learning import learn, learn_from
from resolver.training.train import Material
from tests.hub.hubs import OPTIONS
from tests.training.deciding import PAIRS, ends, fill, people, said, symbols


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with symbols():
        yield


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All but the last four pairs are decided."""
    return fill(tmp_path_factory.mktemp("relearn") / "hub.db", said(PAIRS - 4))


def test_decisions_make_a_better_model_and_the_same_one_again(url: str, tmp_path: Path) -> None:
    one, two = (learn(url, tmp_path / name, version="mine") for name in "ab")
    assert one.beside.to_json() == two.beside.to_json()
    for name in ("person", "group", "asset", "tables"):
        texts = [(tmp_path / folder / f"{name}.json").read_bytes() for folder in "ab"]
        assert texts[0] == texts[1]
    (told,) = one.beside.held_out.values()
    assert told["pairs"] == PAIRS - 4
    assert told["gain"] > 0
    assert told["gain_low"] <= told["gain"] <= told["gain_high"]
    assert told["new"]["log_loss"] < told["old"]["log_loss"]
    assert "| person | decided |" in (tmp_path / "a" / "card.md").read_text("utf-8")
    # the rows of an explanation still add up
    batch = Batch.from_records(people()).canonical()
    for number in range(4):
        found = explain(batch, *ends(number), RunOptions(model_dir=tmp_path / "a", plan="S"))
        assert sum(row.weight for row in found.rows) == found.logodds


def test_a_model_is_compared_on_what_it_has_not_learnt_from(url: str, tmp_path: Path) -> None:
    learn(url, tmp_path / "new", version="mine")
    before, after = load_models(), load_models(tmp_path / "new")
    with Hub.open(url, OPTIONS, index_dir=tmp_path / "index") as hub:
        nothing = beside(hub.store, before, after)
        assert (nothing.unseen, nothing.fresh, nothing.worse) == (0, {}, [])
        hub.decide(said()[-4:])
        found = beside(hub.store, before, after)
        assert found.unseen == 4
        assert found.fresh["person"].pairs == 4
        assert found.fresh["person"].gain > 0
        assert sum(found.waiting.bands.values()) == found.waiting.looked_at == found.waiting.waiting
        with pytest.raises(InputError, match="are the same"):
            beside(hub.store, before, before)


def test_too_few_decisions_make_no_model(tmp_path: Path) -> None:
    url = fill(tmp_path / "hub.db", said(12))
    with (
        Store.open(url) as store,
        pytest.raises(InputError, match="fewer than 10 decisions of either verdict"),
    ):
        learn_from(store, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_model_that_is_no_better_on_what_it_has_not_seen_is_not_made(tmp_path: Path) -> None:
    # what stewards say has nothing to do with what the records say
    log = [one for one in said() if int(one.left_id[-2:]) % 2 == 0]
    with Store.open(fill(tmp_path / "hub.db", log)) as store:
        decided = read_decided(store)
    models = load_models()
    with pytest.raises(InputError, match="fewer than 10"):
        relearn(replace(decided, said=decided.said[:3]), models, "mine")
    halves = tuple(
        replace(
            one,
            judgement=replace(one.judgement, same=place % 2 == 0),
            ends=decided.said[0].ends,
            shown=((), ()),
        )
        for place, one in enumerate(decided.said)
    )
    assert len(halves) >= 20
    # one pair of records, called the same and different by turns, cannot be learnt
    alike = replace(decided, said=halves)
    with pytest.raises(InputError, match="keep the old one"):
        relearn(alike, models, "mine")


def test_decisions_join_other_material(url: str) -> None:
    with Store.open(url) as store:
        decided = read_decided(store)
    intake = Intake(Batch.from_records(people()).canonical(), (), ())
    judgements = [Judgement(ends(0)[0], ends(2)[0], same=True)]
    found = with_decided(Material({}, 0), intake, judgements, decided, loaded_tables())
    data = found.pairs[Kind.PERSON]
    assert set(data.origin.tolist()) == {"decided"}
    # what the file ties is in one fold with what stewards tie
    names = {one for pair in data.clusters.tolist() for one in pair}
    assert ends(0)[0] in names
    assert not names & {ends(0)[1], *ends(2)}
    # and decisions on records that no list holds are learnt from all the same
    empty = Intake(Batch.from_records([]).canonical(), (), ())
    assert len(
        with_decided(Material({}, 0), empty, [], decided, loaded_tables()).pairs[Kind.PERSON]
    ) == len(data)
    assert np.array_equal(np.unique(data.labels), [0, 1])


def loaded_tables() -> dict[str, object]:
    from resolver.models import loader

    return loader.load("tables")
