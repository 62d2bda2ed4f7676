"""Ids of entities that only restricted records make: what each agency sees tells of its own alone.

Two agencies keep records of the same persons to themselves; a third store has the records of one of
them only. Whatever the other agency does, the one sees the same ids, histories and redirects.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resolver.check.change_feed import read_changes, read_history
from resolver.check.entity_reader import read_entity
from resolver.check.screener import MatchQuery, Screener
from resolver.hub.hub import Hub
from resolver.lists.reader_types import ListInfo
from resolver.records import Batch, Handling, Record
from resolver.records.visibility import OPERATOR, Viewer
from resolver.store import Store, entity_queries
from resolver.store.bulk_rows import fetch_rows
from resolver.store.record_contents import INTERNAL_PREFIX
from tests.hub.hubs import OPTIONS, make_intake, make_namesake, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

RIVER, COAST = Viewer("eve", "River"), Viewer("kim", "Coast")
STEWARD = Viewer("sam", "", frozenset({"review"}))
Step = tuple[str, tuple[Record, ...]]
"""Agency that sends its whole list, and the records of this."""


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Return the file of an empty store, whose copies have the same secret."""
    Store.open(f"sqlite:///{tmp_path}/empty.db").close()
    return tmp_path / "empty.db"


def open_copy(empty: Path, name: str) -> Hub:
    path = empty.with_name(f"{name}.db")
    shutil.copy(empty, path)
    return Hub.open(f"sqlite:///{path}", OPTIONS, min_file_records=1)


def closed(row: Record, agency: str, code: str = "H3") -> Record:
    return replace(row, handling=Handling(agency, code))


def send(hub: Hub, agency: str, records: Sequence[Record]) -> int:
    """Replace the list of an agency; return the revision."""
    source = agency.lower()
    info = ListInfo(source, "test", (source,), f"v{hub.store.revision:04}", len(records), 0, False)
    hub.add(make_intake(records, info))
    return hub.store.revision


def describe(hub: Hub, viewer: Viewer, revisions: Sequence[int]) -> tuple[object, ...]:
    """Return all that a viewer gets of ids, with the numbers of revisions among some."""
    steps = {revision: step for step, revision in enumerate(revisions)}
    feed = read_changes(hub, 1, 1_000, viewer)
    events = [(steps[row.revision], row.kind, row.entity, row.other) for row in feed.events]
    ids = {row.entity for row in feed.events} | {row.other for row in feed.events} - {""}
    forms = {}
    for entity_id in sorted(ids):
        read = read_entity(hub, entity_id, viewer)
        assert read is not None
        own = None if read.entity is None else (read.entity["id"], read.entity["referents"])
        history = [
            (steps[row.revision], row.kind, row.entity, row.other)
            for row in read_history(hub, entity_id, viewer)
        ]
        assert history == [row for row in events if entity_id in row[2:]], entity_id
        forms[entity_id] = read.id, own
    results, _ = Screener(hub).check(
        [replace(make_namesake("q:1"), source="q")], MatchQuery(limit=50, cutoff=0, viewer=viewer)
    )
    matches = [(match.entity["id"], match.entity["referents"]) for match in results[0].matches]
    return sorted(events), forms, matches


def test_an_own_record_tells_nothing_of_a_hidden_match(empty: Path) -> None:
    own = closed(make_namesake("coast:9"), "Coast")
    ids = []
    for name, others in (("absent", ()), ("hidden", ("river:1", "river:2"))):
        with open_copy(empty, name) as hub:
            seed_population(hub)
            first = [closed(make_namesake(other), "River") for other in others]
            send(hub, "River", first or [closed(record("river:8", name="Olga Marlow"), "River")])
            send(hub, "Coast", [own])
            send(hub, "Coast", [])
            # under another id, which is the first of all
            send(hub, "Coast", [closed(make_namesake("coast:0"), "Coast")])
            events = read_changes(hub, 2, 100, COAST).events
            shown = [(row.kind, row.entity, row.other) for row in events if row.revision > 2]
            ids.append(shown[-4:])
            assert not any(row.entity.startswith(INTERNAL_PREFIX) for row in events)
            with hub.store.view() as view:
                stored = {row.entity for row in view.changes(0)}
                internal = {row for row in stored if row.startswith(INTERNAL_PREFIX)}
                assert internal
                for viewer in (COAST, RIVER, OPERATOR):
                    seen = view.seen_by(viewer)
                    assert not any(map(seen.entity, internal))
            if others:
                both = read_entity(hub, "coast:0", OPERATOR)
                assert both is not None
                assert both.entity is not None
                assert both.entity["referents"] == ["coast:0", "river:1", "river:2"]
                river = read_entity(hub, "river:1", RIVER)
                coast = read_entity(hub, "coast:0", COAST)
                assert river is not None
                assert coast is not None
                assert river.id != coast.id
                assert read_entity(hub, river.id, COAST) is None
                assert read_entity(hub, coast.id, RIVER) is None
                # who sees both knows it by the elder, and finds it by either
                assert both.id == river.id
                assert read_entity(hub, coast.id, OPERATOR) == read_entity(hub, river.id, OPERATOR)
    assert ids[0] == ids[1]


@pytest.mark.parametrize("seed", range(4))
def test_ids_depend_on_visible_records_alone(empty: Path, seed: int) -> None:
    dice = random.Random(seed)
    names = {
        agency: [make_namesake(f"{agency.lower()}:{place}") for place in range(4)]
        + [
            record(f"{agency.lower()}:{place}", name="Ana Huanca", birthDate="1962-02-11")
            for place in range(4, 7)
        ]
        for agency in ("River", "Coast")
    }
    steps: list[Step] = []
    for _ in range(7):
        agency = dice.choice(["River", "Coast"])
        rows = dice.sample(names[agency], dice.randint(0, 5))
        codes = ["H3"] if agency == "River" else ["H2", "H3"]
        steps.append((agency, tuple(closed(row, agency, dice.choice(codes)) for row in rows)))
    answers = {}
    for name in ("absent", "hidden"):
        with open_copy(empty, name) as hub:
            seed_population(hub)
            revisions = []
            for agency, sent in steps:
                if agency == "Coast":
                    revisions.append(send(hub, agency, sent))
                elif name == "hidden":
                    send(hub, agency, sent)
            answers[name] = [describe(hub, viewer, revisions) for viewer in (COAST, STEWARD)]
    for absent, hidden in zip(answers["absent"], answers["hidden"], strict=True):
        for left, right in zip(absent, hidden, strict=True):
            assert left == right


def test_ids_of_public_records_are_those_without_a_store(empty: Path) -> None:
    from resolver.merging.golden_record import hash_ids

    with open_copy(empty, "public") as hub:
        hub.add(make_intake([make_namesake("a:1"), closed(make_namesake("b:1"), "River")]))
        batch = Batch.from_records([make_namesake("a:1")])
        expected = hash_ids("e-", batch.ids).to_pylist()
        for viewer in (COAST, RIVER, OPERATOR):
            read = read_entity(hub, "a:1", viewer)
            assert read is not None
            assert [read.id] == expected


def test_looking_up_a_hidden_record_costs_what_an_unknown_one_costs(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def note(connection: Any, sql: str, *rest: Any) -> Any:
        """Note each query of an entity."""
        asked.append(sql)
        return fetch_rows(connection, sql, *rest)

    with open_copy(empty, "lookups") as hub:
        seed_population(hub)
        hub.add(make_intake([closed(make_namesake("secret:1"), "River"), make_namesake("open:1")]))
        monkeypatch.setattr(entity_queries, "fetch_rows", note)

        def queries_of(record_id: str, viewer: Viewer) -> tuple[bool, list[str]]:
            asked.clear()
            return read_entity(hub, record_id, viewer) is not None, list(asked)

        unknown = queries_of("secret:2", COAST)
        assert queries_of("secret:1", COAST) == unknown
        assert not unknown[0]
        assert queries_of("secret:1", RIVER)[0]
        assert queries_of("open:1", COAST)[0]
