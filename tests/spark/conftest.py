"""Fixtures of Spark tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from resolver.spark.session import managed_context
from tests.spark.clusters import MASTER


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Open a context for all tests: engines use the context that is open."""
    pytest.importorskip(
        "pyspark", reason="pyspark is not installed (pip install 'watchlist-resolver[spark]')"
    )
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    with managed_context(MASTER):
        yield MASTER
