"""Counts of records by source are right at each revision."""

from __future__ import annotations

from pathlib import Path

from resolver.hub.hub import Hub
from resolver.ingest.reader_types import ListInfo
from resolver.store.views.source_counts import _CACHE
from tests.hub.hubs import OPTIONS, make_intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


def record_counts(hub: Hub, revision: int | None = None) -> dict[str, int]:
    with hub.store.view(revision) as view:
        return {source.name: source.records for source in view.sources(counted=True)}


def test_counts_follow_commits_and_withdrawals(tmp_path: Path) -> None:
    def add_list(version: str, *names: str) -> None:
        records = [record(f"coast:{name}", name=name) for name in names]
        hub.add(
            make_intake(
                records, ListInfo("coast", "test", ("coast",), version, len(records), 0, True)
            )
        )

    with (
        quick_symbols("resolver.pipeline"),
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
    ):
        add_list("1", "Anna Abel", "Boris Born", "Clara Crane")
        assert record_counts(hub) == {"coast": 3}
        hub.add(make_intake([record("river:one", name="Dora Dahl")]))
        add_list("2", "Anna Abel", "Emil Eberhard")
        assert record_counts(hub) == {"coast": 2, "river": 1}
        assert record_counts(hub, 1) == {"coast": 3, "river": 0}
        assert record_counts(hub) == {"coast": 2, "river": 1}
        _CACHE.clear()
        assert record_counts(hub) == {"coast": 2, "river": 1}
