"""Hub on both databases: the same export, backup and change feed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.errors import StoreError
from resolver.hub.exports import export_lines
from resolver.hub.hub import Hub
from resolver.records import Record
from resolver.records.decisions import Verdict
from resolver.store import backup, restore
from resolver.synthetic import generate
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
from tests.normalize.preparing import quick_symbols


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture(scope="module")
def world() -> list[Record]:
    return sorted(generate(120, seed=3).records, key=lambda generated: generated.id)


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
