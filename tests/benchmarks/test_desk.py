"""Load script of the steward's desk, on a small store."""

from __future__ import annotations

from pathlib import Path

from benchmarks.desk import measure_library
from resolver.hub.hub import Hub
from resolver.world import generate
from tests.hub.hubs import OPTIONS, export_canonical, make_intake
from tests.matching.preparing import quick_symbols


def test_desk_is_measured_and_restored(tmp_path: Path) -> None:
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
    ):
        hub.add(make_intake(generate(240, seed=5).records))
        before = export_canonical(hub)
        figures = measure_library(hub, 4)
        assert figures["decisions"] == 4
        assert figures["waiting"] > 0
        assert figures["decide and next ms"] > 0
        assert export_canonical(hub) == before
