"""Application over the lists of `tests.api.yente.world`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resolver.api import ServiceSettings, create_app
from tests.api.conftest import Client
from tests.api.yente import world
from tests.matching.preparing import quick_symbols


@pytest.fixture(scope="package")
def yente_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("yente")
    url = f"sqlite:///{folder}/hub.db"
    world.fill(url, folder)
    return url


@pytest.fixture(scope="module")
def yente(yente_url: str) -> Iterator[Client]:
    """Client that follows redirects, as yente's clients do. It ends with its module, since tests of
    other folders need all symbols.
    """
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        app = create_app(ServiceSettings(yente_url))
        app.extensions["resolver"].warm()
        yield app.test_client()
        app.extensions["resolver"].close()
