"""Counts and newest versions of records by source are right at each revision."""

from __future__ import annotations

from pathlib import Path

from resolver.hub.hub import Hub
from resolver.lists.reader_types import ListInfo
from resolver.store.link_queries import _CACHE
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


def record_counts(hub: Hub, revision: int | None = None) -> dict[str, int]:
    with hub.store.view(revision) as view:
        return {source.name: source.records for source in view.sources(counted=True)}


def newest_versions(hub: Hub, revision: int | None = None) -> dict[int, tuple[int, int]]:
    with hub.store.view(revision) as view:
        return view.newest_version_of_sources()


def test_numbers_follow_commits_and_withdrawals(tmp_path: Path) -> None:
    def add_list(version: str, *names: str) -> None:
        records = [record(f"coast:{name}", name=name) for name in names]
        hub.add(
            make_intake(
                records, ListInfo("coast", "test", ("coast",), version, len(records), 0, True)
            )
        )

    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
    ):
        add_list("1", "Anna Abel", "Boris Born", "Clara Crane")
        assert record_counts(hub) == {"coast": 3}
        assert newest_versions(hub) == {1: (3, 1)}
        hub.add(make_intake([record("river:one", name="Dora Dahl")]))
        add_list("2", "Anna Abel", "Emil Eberhard")
        assert record_counts(hub) == {"coast": 2, "river": 1}
        assert newest_versions(hub) == {1: (5, 3), 2: (4, 2)}
        assert newest_versions(hub, 2) == {1: (3, 1), 2: (4, 2)}
        assert newest_versions(hub, 1) == {1: (3, 1)}
        assert record_counts(hub, 1) == {"coast": 3, "river": 0}
        assert record_counts(hub) == {"coast": 2, "river": 1}
        assert newest_versions(hub) == {1: (5, 3), 2: (4, 2)}
        _CACHE.clear()
        assert newest_versions(hub) == {1: (5, 3), 2: (4, 2)}
        assert record_counts(hub) == {"coast": 2, "river": 1}
