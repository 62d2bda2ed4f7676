"""Index of a store: it may be lost or damaged, and has few files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.hub.hub import Hub
from resolver.records import Record
from resolver.store import Store, backup, restore
from tests.hub.hubs import (
    OPTIONS,
    Step,
    Stores,
    export_canonical,
    export_steps,
    make_intake,
    seed_population,
)
from tests.matching.preparing import quick_symbols

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def test_a_lost_damaged_or_foreign_index_is_rebuilt(stores: Stores, world: list[Record]) -> None:
    whole = export_steps(stores, [Step(tuple(world))])
    with stores.new() as hub:
        seed_population(hub)
        hub.add(make_intake(world[::2]))
        folder, path = Path(f"{hub.store.path}.index"), Path(str(hub.store.path))
        shutil.rmtree(folder)
    with Store.open(f"sqlite:///{path}") as store:
        backup(store, path.parent / "half")
    with Hub.open(f"sqlite:///{path}", OPTIONS, min_file_records=1) as hub:
        hub.add(make_intake(world[1::4]))
        assert len(list(folder.iterdir())) in (1, 2)
    for segment in folder.iterdir():
        segment.write_bytes(segment.read_bytes()[:-100])
    with Hub.open(f"sqlite:///{path}", OPTIONS, min_file_records=1) as hub:
        hub.add(make_intake(world[3::4]))
        assert export_canonical(hub) == whole
    # an older copy of the store under a newer index
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    with Store.open(f"sqlite:///{path}") as store:
        restore(path.parent / "half", store)
    with Hub.open(f"sqlite:///{path}", OPTIONS, min_file_records=1) as hub:
        hub.add(make_intake(world[1::2]))
        assert export_canonical(hub) == whole


def test_many_small_commits_leave_few_segments(
    hub: Hub, stores: Stores, world: list[Record]
) -> None:
    seed_population(hub)
    for start in range(0, 40, 2):
        hub.add(make_intake(world[start : start + 2]))
    assert len(list(Path(f"{hub.store.path}.index").iterdir())) <= 6
    assert export_canonical(hub) == export_steps(stores, [Step(tuple(world[:40]))])


def test_small_commits_need_no_files(stores: Stores, world: list[Record]) -> None:
    empty = stores.new()
    url = empty.store.engine.url.render_as_string()
    empty.close()
    with Hub.open(url, OPTIONS, min_file_records=30) as hub:
        folder = Path(f"{hub.store.path}.index")
        for start, files in ((0, 0), (10, 0), (20, 1), (30, 1)):
            hub.add(make_intake(world[start : start + 10]))
            assert len(list(folder.glob("*.bin"))) == files
    with Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(world[40:50]))
        with stores.new() as other:
            other.add(make_intake(world[:50]))
            # their populations were counted at different sizes
            for opened in (hub, other):
                opened.rebuild()
            assert export_canonical(hub) == export_canonical(other)
