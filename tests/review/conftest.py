"""Stores for review tests on both databases: a small world with waiting pairs, filled once and
copied for each test.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from resolver.hub.hub import Hub
from resolver.world import generate
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.store.conftest import postgres_url

__all__ = ["postgres_url"]

Open = Callable[[], Hub]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """URL of a filled store, and the folder of its index."""
    folder = tmp_path_factory.mktemp("filled")
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/store.db"
    else:
        # a new one each time the tests turn to this database
        url = _database(request.getfixturevalue("postgres_url"), f"filled{uuid.uuid4().hex}")
    small = quick_symbols("resolver.matching.pipeline")
    with small, Hub.open(url, OPTIONS, index_dir=folder) as hub:
        hub.add(make_intake(generate(240, seed=5).records))
    return url, folder


def _database(server: str, name: str, template: str = "") -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        )
    engine.dispose()
    return make_url(server).set(database=name).render_as_string()


@pytest.fixture
def store_url(
    filled: tuple[str, Path], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """URL of a copy of the filled store."""
    url, _ = filled
    if url.startswith("sqlite"):
        path = tmp_path / "store.db"
        shutil.copy(make_url(url).database or "", path)
        yield f"sqlite:///{path}"
        return
    server, name = request.getfixturevalue("postgres_url"), f"d{uuid.uuid4().hex}"
    yield _database(server, name, template=make_url(url).database or "")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def open_hub(store_url: str, tmp_path: Path) -> Iterator[Open]:
    """Opener of the store, each time as another process would."""
    with ExitStack() as stack:

        def again() -> Hub:
            return stack.enter_context(
                Hub.open(store_url, OPTIONS, index_dir=tmp_path / uuid.uuid4().hex)
            )

        yield again


@pytest.fixture
def hub(open_hub: Open) -> Hub:
    return open_hub()
