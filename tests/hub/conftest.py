"""Fixtures of hub tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resolver.hub.hub import Hub
from resolver.records import Record
from resolver.world import generate
from tests.hub.hubs import Stores


@pytest.fixture
def hub(stores: Stores) -> Iterator[Hub]:
    with stores.new() as opened:
        yield opened


@pytest.fixture(scope="module")
def world() -> list[Record]:
    return sorted(generate(120, seed=3).records, key=lambda generated: generated.id)
