"""What tests of engines share."""

from __future__ import annotations

import pytest

from tests.hub.hubs import Stores


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"))
