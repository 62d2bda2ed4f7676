"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# before any library starts its threads: several workers with several threads each wait for each other most of the time
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
FIRST = """
api/desk/test_browser
api/test_kill
engines/spark/test_engine
cli/model/test_train
hub/test_full_disk
benchmarks/test_cluster
api/test_openapi
api/test_client
api/test_bad_input
engines/spark/test_worker_stages
benchmarks/test_growth
training/data/test_labeled_pairs
training/fit/test_correction
benchmarks/test_learning
benchmarks/test_quality
api/server/test_http_workers
store/test_kill
api/server/test_request_limits
api/test_try
cli/test_memory_guard
blocking/test_diagnosis
blocking/retrieval/test_word_lookup
api/desk/test_learning
cli/model/test_sample
api/routes/test_batches
test_wheel
benchmarks/test_families
engines/test_robust
""".split()
"""The files that take longest, the longest first: begun last, one of them would run on while the other worker waits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, all else in its order."""
    places = {ROOT / "tests" / f"{name}.py": place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real lists beside the project; tests that need them skip where they are absent."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("no real lists beside the project (../shared/data)")
    return path
