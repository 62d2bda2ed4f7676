"""Counts of records by source follow what begins and ends, at whatever version they are asked for."""

from __future__ import annotations

from pathlib import Path

from resolver.hub.hub import Hub
from resolver.ingest.reader_types import ListInfo
from resolver.store.source_counts import _COUNTED
from tests.hub.hubs import OPTIONS, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


def counted(hub: Hub, version: int | None = None) -> dict[str, int]:
    with hub.store.view(version) as view:
        return {one.name: one.records for one in view.sources(counted=True)}


def test_counts_follow_landings_and_withdrawals(tmp_path: Path) -> None:
    def listed(version: str, *names: str) -> None:
        made = [record(f"coast:{name}", name=name) for name in names]
        hub.add(intake(made, ListInfo("coast", "test", ("coast",), version, len(made), 0, True)))

    with (
        quick_symbols("resolver.pipeline"),
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
    ):
        listed("1", "Anna Abel", "Boris Born", "Clara Crane")
        assert counted(hub) == {"coast": 3}
        hub.add(intake([record("river:one", name="Dora Dahl")]))
        listed("2", "Anna Abel", "Emil Eberhard")
        assert counted(hub) == {"coast": 2, "river": 1}
        assert counted(hub, 1) == {"coast": 3, "river": 0}
        assert counted(hub) == {"coast": 2, "river": 1}
        _COUNTED.clear()
        assert counted(hub) == {"coast": 2, "river": 1}
