"""Pairs of entities in review, on both databases."""

from __future__ import annotations

from pathlib import Path

from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

Pairs = set[frozenset[int]]


def test_entities_in_review_at_a_revision(url: str, tmp_path: Path) -> None:
    people = [
        record(f"a:{number}", name="Ivan Petrov", birthDate=f"19{year}-0{number + 1}-02")
        for number, year in enumerate((32, 46, 60))
    ]
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(url, OPTIONS, index_dir=tmp_path) as hub,
    ):
        hub.add(make_intake(people))
        hub.decide([make_decision(("a:0", "a:1"), Verdict.DIFFERENT, 0)])
        with hub.store.view() as view:
            numbers = [view.numbers_of([row.id])[row.id][0] for row in people]
            record_numbers, owners, _ = view.memberships(numbers)
        assert record_numbers.tolist() == sorted(numbers)
        owner_of = dict(zip(record_numbers.tolist(), owners.tolist(), strict=True))
        first, second, third = (owner_of[number] for number in numbers)

        def in_review(revision: int, *entities: int) -> Pairs:
            pairs = hub.store.entities_in_review(revision, entities)
            return {frozenset(pair) for pair in pairs}

        before = {frozenset(pair) for pair in ((first, second), (first, third), (second, third))}
        assert in_review(1, first, second, third) == before
        # pairs that were decided no longer wait
        assert in_review(2, first, second, third) == before - {frozenset((first, second))}
        assert in_review(2, first, third) == {frozenset((first, third))}
        assert in_review(2, first) == set()
