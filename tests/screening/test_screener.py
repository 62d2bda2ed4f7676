"""Profiles, and answers from them, against the obvious way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from resolver.records import Batch, Kind
from resolver.screening.entity_profiles import profiles
from resolver.screening.screener import Screen, Wish
from resolver.synthetic import generate
from tests.hub.hubs import Stores, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
        yield


def test_a_profile_says_all_that_its_records_say() -> None:
    some = [
        record("a:1", name="A", birthDate="1970"),
        record("a:2", Kind.LEGAL, name=("A", "B")),
        record("a:3", Kind.GROUP, name="C", country="ru"),
        record("a:4", Kind.PERSON, name="D"),
    ]
    owner = np.array([0, 0, 1, 1])
    one, two = profiles(Batch.from_records(some).canonical(), owner, ["p0", "p1"]).to_records()
    assert (one.kind, one.texts("name"), one.texts("birthDate")) == (
        Kind.PERSON,
        ("A", "B"),
        ("1970",),
    )
    # kinds that exclude each other: any of them
    assert (two.kind, two.texts("name"), two.texts("country")) == (Kind.LEGAL, ("C", "D"), ("ru",))


def test_every_record_finds_its_own_entity(stores: Stores) -> None:
    some = list(generate(80, seed=4).records)[:120]
    with stores.new() as hub:
        hub.add(intake(some[:70]))
        hub.add(intake(some[70:]))
        answers, stand = Screen(hub).check(some, Wish(limit=3))
        assert stand.version == 2
        with hub.store.view() as view:
            missed = [
                one.id
                for one, answer in zip(some, answers, strict=True)
                if one.id
                not in {record for found in answer.found for record in found.entity["referents"]}
            ]
            assert not missed
            for answer in answers[:10]:
                for found in answer.found:
                    held = view.entity(found.entity["id"])
                    assert held is not None
                    assert list(held.records) == found.entity["referents"]


def test_an_answer_says_where_there_may_be_more(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins = [
        record(
            f"a:{year}",
            name="Ivan Petrov",
            birthDate=f"19{32 + 7 * year}-{year + 1:02d}-{3 * year + 2:02d}",
        )
        for year in range(8)
    ]
    asked = record("q:1", name="Ivan Petrov")
    with stores.new() as hub:
        hub.add(intake(twins))
        (answer,), _ = Screen(hub).check([asked], Wish(limit=3, cutoff=0.0))
        assert (len(answer.found), answer.total, answer.complete) == (3, 8, True)
        monkeypatch.setattr("resolver.screening.ranking.COMPARED", 4)
        monkeypatch.setattr("resolver.screening.ranking.MOST_COMPARED", 4)
        monkeypatch.setattr("resolver.screening.screener.MOST_COMPARED", 4)
        (answer,), _ = Screen(hub).check([asked], Wish(limit=3, cutoff=0.0))
        assert (answer.total, answer.complete) == (4, False)
