"""More records of equal content than a key may have are one entity, in one batch or in many."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from resolver.engines.local import dedupe, link
from resolver.matching.blocking import PLANS, join_candidates, key_join
from resolver.matching.clustering import PairLogOdds
from resolver.matching.clustering.cluster_problem import group_twins
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import load_models
from resolver.records import Address, Identifier, Record, Relation, RelationType
from resolver.records.decisions import Decision, Verdict
from tests.examples import IS_NIGHTLY
from tests.hub.hubs import (
    OPTIONS,
    Step,
    Stores,
    export_canonical,
    export_steps,
    make_decision,
    make_intake,
    restrict_some,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(autouse=True)
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six records make more pairs than a key may."""
    monkeypatch.setattr(key_join, "MAX_BLOCK_PAIRS", 12)


_PASSPORT = [Identifier("passportNumber", "A4419207", "bo")]


def _equal(identity: str, name: str = "Ana Huanca") -> Record:
    return record(identity, name=name, birthDate="1962-02-11", identifiers=_PASSPORT)


def test_records_kept_apart_are_entities_of_their_own() -> None:
    """All others are one entity, one that is decided to be the same as another person included.

    They fit both of two that are decided to be different, and join neither.
    """
    people = [_equal(f"s:{number:02d}") for number in range(20)]
    people[7] = replace(people[7], relations=(Relation(RelationType.FAMILY_OF, "s:03"),))
    people.append(record("x:1", name="Boris Zelenko", birthDate="1944-07-01"))
    decisions = (
        make_decision(("s:04", "s:09"), Verdict.DIFFERENT, 1),
        make_decision(("s:12", "x:1"), Verdict.SAME, 2),
    )
    resolution = dedupe(make_intake(people), replace(OPTIONS, decisions=decisions))
    labels = resolution.labels.tolist()
    apart = {4, 7, 9}
    assert {row for row, label in enumerate(labels) if label == 0} == set(range(21)) - apart
    assert len({labels[row] for row in apart}) == len(apart)
    # the kin of one of them differs from all in what it states, so nothing equals it
    assert resolution.stats.uncompared == 1


def test_entries_of_a_deduplicated_list_are_compared_with_each_other() -> None:
    """Records of other lists do not join what differs by itself."""
    people = [_equal(f"{source}:{number}") for source in "st" for number in range(4)]
    batch = make_intake(people).batch
    prepared = normalize(batch, load_models(None), ["t"])
    pairs, _ = join_candidates(prepared, PLANS[0])
    assert pairs.twins.tolist() == [[0, 1], [0, 2], [0, 3], [0, 4], [4, 5], [4, 6], [4, 7]]
    for within_list, labels in ((5_000, [0] * 8), (0, [0] * 5 + [-1] * 3)):
        logodds = np.where(pairs.left == 4, within_list, 5_000)
        scored = PairLogOdds(pairs.left, pairs.right, logodds)
        groups = group_twins(pairs.twins, scored, 2_000, 8)
        assert groups is not None
        assert groups.tolist() == labels


def test_countries_of_other_records_do_not_matter(stores: Stores) -> None:
    """A batch numbers the countries that it states, and each batch states others."""
    people = [_equal(f"s:{number}") for number in range(8)]
    people = [
        replace(person, addresses=(Address(city="La Paz", country="bo"),)) for person in people
    ]
    others = [
        record(f"x:{code}", name=f"{code} Zelenko", nationality=code) for code in ("ad", "at")
    ]
    steps = [Step((*others, *people[:7])), Step((people[7],))]
    together = [Step((*others, *people))]
    assert export_steps(stores, steps) == export_steps(stores, together)


def test_linked_sets_join_their_equal_records() -> None:
    """One of each set stands for it: as many pairs as records, and none within a set."""
    left, right = ([_equal(f"{name}:{number}") for number in range(6)] for name in "lr")
    other = record("r:9", name="Boris Zelenko", birthDate="1944-07-01")
    resolution = link(make_intake([*left, right[0]]), make_intake([*right, other]), OPTIONS)
    ids = resolution.batch.ids.to_pylist()
    groups: dict[int, set[str]] = {}
    for record_id, label in zip(ids, resolution.labels.tolist(), strict=True):
        groups.setdefault(label, set()).add(record_id)
    assert sorted(map(len, groups.values())) == [1, 12]
    rows = resolution.links
    pairs = [
        (ids[first][0], ids[second][0])
        for first, second in zip(rows.left.tolist(), rows.right.tolist(), strict=True)
    ]
    # a record of both sets goes with either
    assert len(pairs) < 2 * len(ids)
    assert ("l", "l") not in pairs


def _draw_world(dice: random.Random) -> tuple[list[Record], list[Decision]]:
    """Return groups of equal records, some of which not everybody may see, and decisions."""
    people = [_equal(f"{dice.choice('st')}:{number}") for number in range(dice.randrange(4, 16))]
    people += [_equal(f"u:{number}", "Anna Huanca") for number in range(dice.randrange(8))]
    people += [
        record(f"v:{number}", name="Ana Huanca", birthDate="1962-02-11")
        for number in range(dice.randrange(9))
    ]
    people += [record(f"w:{number}", name="Ana Huanca") for number in range(dice.randrange(9))]
    people = restrict_some(people, dice.choice([0, 0, 0.3]), dice)
    dice.shuffle(people)
    ids = [person.id for person in people]
    pairs = zip(ids[:8:2], ids[1:8:2], strict=False)
    verdicts = [Verdict.DIFFERENT, Verdict.SAME]
    log = [make_decision(pair, dice.choice(verdicts), 0) for pair in pairs if dice.random() < 0.4]
    dice.shuffle(people)
    return people, log


@pytest.mark.parametrize("seed", range(60 if IS_NIGHTLY else 5))
def test_increments_equal_one_batch(stores: Stores, seed: int) -> None:
    """Records come in any order, some at a time, and some go again: keys pass the limit twice."""
    dice = random.Random(seed)
    people, log = _draw_world(dice)
    decided = {record_id for decision in log for record_id in decision.pair}
    gone = [person for person in people if person.id not in decided][: dice.randrange(8)]
    stay = [person for person in people if person not in gone]
    size, is_deduplicated = dice.choice([1, 5, 20]), dice.random() < 0.2
    with stores.new() as hub:
        seed_population(hub)
        for start in range(0, len(people), size):
            part = tuple(people[start : start + size])
            hub.add(Step(part, is_deduplicated=is_deduplicated).intake())
        if log:
            hub.add(make_intake([]), log)
        for person in gone:
            hub.withdraw([person.id])
        exported = export_canonical(hub)
    whole = Step(tuple(stay), tuple(log), is_deduplicated=is_deduplicated)
    assert exported == export_steps(stores, [whole])
