"""Entities with their relations: equal whatever else the related entities are related to."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from resolver.check import entity_reader
from resolver.records import Handling, Record, Relation, RelationType
from resolver.records.visibility import OPERATOR, STRANGER
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def without_notes(value: Any, stored_ids: list[str]) -> Any:
    """Remove notes on stored records from a document: in a complete document these are entities,
    not notes.
    """
    if isinstance(value, dict):
        parts = {name: without_notes(part, stored_ids) for name, part in value.items()}
        return {name: part for name, part in parts.items() if name != "notes" or part}
    if isinstance(value, list):
        remaining = [
            item
            for item in value
            if not (
                isinstance(item, str) and any(item.endswith(f"[{name}]") for name in stored_ids)
            )
        ]
        return [without_notes(item, stored_ids) for item in remaining]
    return value


def people(seed: int) -> list[Record]:
    """Return records, partly two per person, related crosswise, to themselves, to unknown records
    and by name alone.
    """
    dice = random.Random(seed)
    names = [
        f"{first} {last}"
        for first in ("Zora", "Boris", "Quentin", "Ngozi")
        for last in ("Adeyemi", "Novak", "Lund")
    ]
    records = []
    for number, name in enumerate([*names, *names[:5]]):
        relations = [
            Relation(
                dice.choice(list(RelationType)),
                dice.choice([f"s:{dice.randrange(17)}", "s:99", ""]),
                "Ann Lee",
            )
            for _ in range(dice.randrange(6))
        ]
        born = f"19{50 + number % 12}-03-04"
        records.append(
            replace(record(f"s:{number}", name=name, birthDate=born), relations=tuple(relations))
        )
    return records


@pytest.mark.parametrize("seed", range(4))
def test_relations_of_related_entities_play_no_part(
    seed: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stores(tmp_path_factory.mktemp("stores")).new() as hub:
        hub.add(make_intake(people(seed)))
        record_ids = stored_ids = [f"s:{number}" for number in range(17)]
        expected = [
            entity_reader.read_entity(hub, record_id, STRANGER, with_relations=True)
            for record_id in record_ids
        ]
        monkeypatch.setattr(
            entity_reader,
            "_drop_foreign_relations",
            lambda _view, batch, *_: batch,
        )
        whole = [
            entity_reader.read_entity(hub, record_id, STRANGER, with_relations=True)
            for record_id in record_ids
        ]
        assert [
            document and replace(document, entity=without_notes(document.entity, stored_ids))
            for document in whole
        ] == expected
        assert whole != expected


def test_a_relation_to_a_hidden_record_has_the_note_of_one_to_an_unknown_id(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Else whoever may send a related record finds out by trying which ids exist."""
    hidden = replace(
        record("b:5", name="Piet Zonderling", birthDate="1955-01-02"),
        handling=Handling("River", "H3"),
    )
    related = record("a:2", name="Boris Lang", birthDate="1971-03-09")
    related = replace(
        related,
        relations=tuple(
            Relation(RelationType.ASSOCIATE_OF, end, "Somebody") for end in ("a:1", "b:5", "b:6")
        ),
    )
    own = record("a:1", name="Ann Lee", birthDate="1980-11-02")
    with Stores(tmp_path_factory.mktemp("stores")).new() as hub:
        hub.add(make_intake([own, related, hidden]))
        document = entity_reader.read_entity(hub, "a:1", STRANGER, with_relations=True)
        assert document is not None
        notes = [note for note in list_notes(document.entity) if "[b:" in note]
        assert notes == [notes[0], notes[0].replace("b:5", "b:6")]
        everything = entity_reader.read_entity(hub, "a:1", OPERATOR, with_relations=True)
        assert everything is not None
        assert "[b:5]" not in "".join(list_notes(everything.entity))


def list_notes(value: Any) -> list[str]:
    """Return all notes of a document, those of nested entities included."""
    if isinstance(value, dict):
        own = value.get("notes", ()) if isinstance(value.get("notes"), list) else ()
        return [*own, *(note for part in value.values() for note in list_notes(part))]
    return [note for item in value for note in list_notes(item)] if isinstance(value, list) else []


def test_an_id_within_a_source_is_read_as_if_hidden_records_were_absent(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    hidden = replace(
        record("b:NK-7", name="Piet Zonderling", birthDate="1955-01-02"),
        handling=Handling("River", "H3"),
    )
    rows = [
        record("a:NK-7", name="Ann Lee", birthDate="1980-11-02"),
        record("a:NK-8", name="Boris Lang", birthDate="1971-03-09"),
        record("c:NK-8", name="Zora Novak", birthDate="1962-07-05"),
        replace(hidden, id="b:NK-9"),
    ]
    with Stores(tmp_path_factory.mktemp("stores")).new() as hub:
        hub.add(make_intake([*rows, hidden]))
        document = entity_reader.read_entity(hub, "NK-7", STRANGER)
        assert document == entity_reader.read_entity(hub, "a:NK-7", STRANGER)
        assert document is not None
        # two entities have this id, one that is hidden has that, and nobody has the last
        for native_id in ("NK-8", "NK-9", "NK-10", ""):
            assert entity_reader.read_entity(hub, native_id, STRANGER) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("e-1f", True), ("a:NK-7", True), ("NK-7", True), ("36", True), ("X482916", True)),
        *(("", False), ("putin", False), ("Путин", False), ("नरेन्द्र", False), ("a b:1", False)),
    ],
)
def test_words_of_letters_are_no_ids(text: str, expected: bool) -> None:
    assert entity_reader.may_be_id(text) == expected


def test_an_id_that_a_list_gives_is_read_as_if_hidden_records_were_absent(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows = [
        record("a:1", name="Ann Lee", birthDate="1980-11-02", referents=("x-1", "x-2")),
        record("a:2", name="Boris Lang", birthDate="1971-03-09", referents=("x-2", "y")),
        record("a:x-3", name="Zora Novak", birthDate="1962-07-05"),
        record("b:4", name="Quentin Lund", birthDate="1949-02-01", referents="x-3"),
    ]
    hidden = replace(
        record("b:5", name="Piet Zonderling", birthDate="1955-01-02", referents=("x-1", "x-4")),
        handling=Handling("River", "H3"),
    )
    with Stores(tmp_path_factory.mktemp("stores")).new() as hub:
        hub.add(make_intake([*rows, hidden]))
        for referent, record_id in (("x-1", "a:1"), ("x-3", "a:x-3")):
            document = entity_reader.read_entity(hub, referent, STRANGER)
            assert document is not None
            assert document == entity_reader.read_entity(hub, record_id, STRANGER)
        # two list this, a hidden one lists that, nobody lists the next, and no id is without digits
        for referent in ("x-2", "x-4", "x-5", "y"):
            assert entity_reader.read_entity(hub, referent, STRANGER) is None
