"""Hub on both databases: the same export, backup and change feed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.errors import StoreError
from resolver.hub.committer import CommitResult
from resolver.hub.hub import Hub
from resolver.hub.stored_results import export_lines
from resolver.lists.reader_types import ListInfo
from resolver.records import Record
from resolver.records.decisions import Verdict
from resolver.store import Acceptance, backup, restore, utc_text
from resolver.trust.erasure import ask_for_erasure, erase
from resolver.world import generate
from tests.hub.hubs import (
    OPTIONS,
    Step,
    Stores,
    export_canonical,
    export_steps,
    make_decision,
    make_intake,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="module")
def world() -> list[Record]:
    return sorted(generate(120, seed=3).records, key=lambda generated: generated.id)


def test_both_databases_hold_nothing_of_an_erased_record(url: str, tmp_path: Path) -> None:
    gone = record("coast:77-1", name="Anselmo Huancavelica", passportNumber="A4419207")
    with Hub.open(url, OPTIONS, index_dir=tmp_path) as hub:
        hub.add(make_intake([gone, record("port:6", name="Berta Quispe")]))
        hub.decide([make_decision(("coast:77-1", "port:6"), Verdict.DIFFERENT, 0)])
        backup(hub.store, tmp_path / "copy")
        assert b"huancavelica" in gzip.decompress((tmp_path / "copy").read_bytes()).lower()
        ids = ["coast:77-1"]
        erasure = ask_for_erasure(hub.store, ids, "order", who="ada", confirmed=True)
        result = erase(hub, erasure)
        assert (result.waits, result.erasure.proof["found"]) == ((), {})
        backup(hub.store, tmp_path / "copy")
        left = gzip.decompress((tmp_path / "copy").read_bytes()).lower()
        assert [text for text in (b"huancavelica", b"a4419207", b"77-1") if text in left] == []
        assert hub.store.audit_events.verify().faults == []
        assert bool(result.erasure.proof["notes"]) == url.startswith("postgresql")


def test_both_databases_give_the_same_export(
    url: str, stores: Stores, world: list[Record], tmp_path: Path
) -> None:
    records = world[:60]
    decision = make_decision((records[0].id, records[1].id), Verdict.SAME, 0)
    expected = export_steps(stores, [Step(tuple(records), (decision,))])
    with Hub.open(url, OPTIONS, index_dir=tmp_path) as hub:
        seed_population(hub)
        hub.add(make_intake(records[::2]))
        hub.add(make_intake(records[1::2]))
        hub.decide([decision])
        assert export_canonical(hub) == expected
        everything = list(export_lines(hub))
        assert len(everything) > expected.count(b"\n")
        backup(hub.store, tmp_path / "copy")
        with hub.store.view() as view:
            changes = view.changes(0)
        with pytest.raises(StoreError, match="not empty"):
            restore(tmp_path / "copy", hub.store)
    with Hub.open(f"sqlite:///{tmp_path}/restored.db", OPTIONS) as restored:
        assert restore(tmp_path / "copy", restored.store) == 4
        assert export_canonical(restored) == expected
        assert restored.changes(0) == changes
        restored.add(make_intake(world[60:62]))


def test_what_was_accepted_later_stays_though_it_was_committed_earlier(
    url: str, tmp_path: Path
) -> None:
    """A list that waited or took long changes nothing of what came after it."""

    def add(hub: Hub, name: str, *numbers: int, at: Acceptance | None = None) -> CommitResult:
        records = [record(f"q:{number}", name=f"{name} Number{number}") for number in numbers]
        is_complete = name == "Complete"
        info = ListInfo("q", "test", ("q",), "", len(records), 0, False, complete=is_complete)
        return hub.add(make_intake(records, info), acceptance=at)

    def accept_now(hub: Hub) -> Acceptance:
        return Acceptance(hub.store.revision, utc_text())

    def shown(hub: Hub) -> dict[int, str]:
        with hub.store.view() as view:
            stored = view.records(sorted(view.records_of_sources(["q"]).values()))
        return {int(row.record.id[2:]): row.record.caption.split()[0] for row in stored}

    with Hub.open(url, OPTIONS, index_dir=tmp_path) as hub:
        add(hub, "First", 1, 2, 3)
        long, short = accept_now(hub), accept_now(hub)
        # a post, a withdrawal and a list of the command line came while the two lists waited
        add(hub, "Posted", 1)
        hub.withdraw(["q:2"])
        result = add(hub, "Long", 1, 2, 3, 4, at=long)
        assert shown(hub) == {1: "Posted", 3: "Long", 4: "Long"}
        assert [note for note in result.notes if "after this list was accepted" in note] == [
            "q: records that were changed after this list was accepted stay as they are (2)"
        ]
        assert result.outdated_ids == ("q:2",)
        # the list accepted before it has changed the store since, but not later than it
        add(hub, "Short", 1, 3, at=short)
        assert shown(hub) == {1: "Posted", 3: "Short", 4: "Long"}
        # taken up once more, as after a kill, the first one leaves alone what came later
        add(hub, "Long", 1, 2, 3, 4, at=long)
        assert shown(hub) == {1: "Posted", 3: "Short", 4: "Long"}
        # a complete list withdraws nothing that came later
        late = accept_now(hub)
        add(hub, "Posted", 5)
        add(hub, "Complete", 1, 3, at=late)
        assert shown(hub) == {1: "Complete", 3: "Complete", 5: "Posted"}
        # nor does an earlier list bring back what a complete one left out
        waiting = accept_now(hub)
        add(hub, "Complete", 3)
        add(hub, "Held", 1, 3, 6, at=waiting)
        assert shown(hub) == {3: "Complete"}
        backup(hub.store, tmp_path / "copy")
    with Hub.open(f"sqlite:///{tmp_path}/restored.db", OPTIONS) as restored:
        restore(tmp_path / "copy", restored.store)
        add(restored, "Held", 1, 3, 6, at=waiting)
        assert shown(restored) == {3: "Complete"}
