"""Entities with what they are related to: the same whatever else those are related to."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from resolver.records import Record, Relation, RelationType
from resolver.records.visibility import STRANGER
from resolver.screening import entity_reader
from tests.hub.hubs import Stores, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


def without_notes(said: Any, held: list[str]) -> Any:
    """An answer without notes on records that the store holds: where all else is there they are entities, not notes."""
    if isinstance(said, dict):
        parts = {name: without_notes(part, held) for name, part in said.items()}
        return {name: part for name, part in parts.items() if name != "notes" or part}
    if isinstance(said, list):
        kept = [
            one
            for one in said
            if not (isinstance(one, str) and any(one.endswith(f"[{name}]") for name in held))
        ]
        return [without_notes(one, held) for one in kept]
    return said


def people(seed: int) -> list[Record]:
    """Some of two records each, related crosswise, to themselves, to nobody known and by name alone."""
    dice = random.Random(seed)
    names = [
        f"{one} {two}"
        for one in ("Zora", "Boris", "Quentin", "Ngozi")
        for two in ("Adeyemi", "Novak", "Lund")
    ]
    found = []
    for number, name in enumerate([*names, *names[:5]]):
        said = [
            Relation(
                dice.choice(list(RelationType)),
                dice.choice([f"s:{dice.randrange(17)}", "s:99", ""]),
                "Ann Lee",
            )
            for _ in range(dice.randrange(6))
        ]
        born = f"19{50 + number % 12}-03-04"
        found.append(
            replace(record(f"s:{number}", name=name, birthDate=born), relations=tuple(said))
        )
    return found


@pytest.mark.parametrize("seed", range(4))
def test_what_others_are_related_to_plays_no_part(
    seed: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stores(tmp_path_factory.mktemp("stores")).new() as hub:
        hub.add(intake(people(seed)))
        asked = held = [f"s:{number}" for number in range(17)]
        found = [entity_reader.entity(hub, one, STRANGER, nested=True) for one in asked]
        monkeypatch.setattr(
            entity_reader, "_without_others", lambda _view, batch, _owner, _number, _ids: batch
        )
        whole = [entity_reader.entity(hub, one, STRANGER, nested=True) for one in asked]
        assert [
            one and replace(one, entity=without_notes(one.entity, held)) for one in whole
        ] == found
        assert whole != found
