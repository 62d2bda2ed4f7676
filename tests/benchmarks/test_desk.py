"""The load script of the steward's desk, on a small store."""

from __future__ import annotations

from pathlib import Path

from benchmarks.desk import measure
from resolver.hub.hub import Hub
from resolver.synthetic import generate
from tests.hub.hubs import OPTIONS, exported, intake
from tests.normalize.preparing import quick_symbols


def test_the_desk_is_measured_and_left_as_it_was(tmp_path: Path) -> None:
    with (
        quick_symbols("resolver.pipeline"),
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
    ):
        hub.add(intake(generate(240, seed=5).records))
        before = exported(hub)
        said = measure(hub, 4)
        assert said["decisions"] == 4
        assert said["waiting"] > 0
        assert said["decide and next ms"] > 0
        assert exported(hub) == before
