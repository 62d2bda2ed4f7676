"""Fixtures of engine tests."""

from __future__ import annotations

import pytest

from resolver.engines.local import dedupe
from resolver.records.results.resolution import Resolution
from resolver.world import World, generate
from tests.engines.local_runs import OPTIONS, build_intake


@pytest.fixture(scope="module")
def world() -> World:
    return generate(1_500, seed=41)


@pytest.fixture(scope="module")
def resolution(world: World) -> Resolution:
    return dedupe(build_intake(world.records), OPTIONS)
