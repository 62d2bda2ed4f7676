"""A store with a network, where no two records are one entity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.hub.hub import Hub
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.network.networks import make_records


@pytest.fixture(scope="package")
def network_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("network")
    with Hub.open(f"sqlite:///{folder}/hub.db", OPTIONS, index_dir=folder) as hub:
        # the hub outlives the tests of this folder, and other tests need all symbols
        with quick_symbols("resolver.matching.pipeline"):
            hub.add(make_intake(make_records()))
        yield hub


@pytest.fixture
def empty_hub(tmp_path: Path) -> Iterator[Hub]:
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
    ):
        yield hub
