"""Small world, generated once for all tests of the generator."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.world import World, generate, write_world

RECORDS = 6_000


@pytest.fixture(scope="session")
def world() -> World:
    """Return the records of a world of eight agencies."""
    return generate(RECORDS, seed=3)


@pytest.fixture(scope="session")
def world_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the files of the same world."""
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, RECORDS, seed=3)
    return folder
