"""Fixtures for all tests, and the order in which test files run."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from resolver.runtime import machine_code
from tests.examples import DEFAULT_EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command_server import CommandServer
    from tests.hub.hubs import Stores

ROOT = Path(__file__).resolve().parent.parent
# Set before any library starts its threads: with several threads in each of several workers, the
# threads would mostly wait for each other.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# In this process kernels are compiled when they are called, so that their types can be watched.
# Tests of one folder read its own fixtures, which load kernels, before `pytest_configure`.
machine_code.FOLDER = ROOT / "no machine code"
# An example may take as long as a busy machine needs.
settings.register_profile("unhurried", deadline=None, max_examples=DEFAULT_EXAMPLES)
settings.load_profile("unhurried")
SLOW_FILES = """
docs/test_commands
api/desk/test_browser
api/desk/test_hidden_against_absent
upgrades/test_upgrades
hub/increments/test_increment
spark/test_parquet_run
spark/test_engine
spark/test_store_commits
docs/test_notebook
api/test_killed_processes
api/test_killed_phases
benchmarks/test_checks
hub/increments/test_component_cache
cli/model/test_train
hub/test_full_disk
benchmarks/test_cluster
benchmarks/test_behavior
benchmarks/test_cores
names/lexicons/test_symbols
api/test_openapi
api/desk/test_review
benchmarks/test_desk_browser
api/test_client
api/test_async_client
api/test_bad_input
spark/test_worker_stages
benchmarks/test_growth
training/data/test_labeled_pairs
training/fit/test_correction
benchmarks/test_learning
benchmarks/test_quality
api/server/test_http_workers
store/test_kill
test_patterns
api/test_resident_memory
api/server/test_request_limits
api/test_docs_page
cli/test_memory_guard
matching/blocking/test_diagnosis
matching/blocking/retrieval/test_word_lookup
api/desk/test_learning
cli/model/test_sample
api/routes/test_batch_jobs
api/routes/test_batches
test_wheel
benchmarks/test_families
engines/test_robust
""".split()
"""Slow test files, the slowest first; they run first, so that no worker waits for a late one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option of this project."""
    text = "state types that kernels are called with, instead of refusing those not stated"
    parser.addoption("--record-kernels", action="store_true", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Let kernels take only the types that their machine code takes.

    In this process they are compiled when they are called; processes that tests start run machine
    code where `make setup` has made some.
    """
    from resolver.runtime import just_in_time

    watch = just_in_time.record if config.getoption("--record-kernels") else None
    just_in_time.WATCHERS.append(watch or just_in_time.refuse_unstated)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move slow files to the front and keep the order of the others."""
    places = {ROOT / "tests" / f"{name}.py": place for place, name in enumerate(SLOW_FILES)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root folder of the project."""
    return ROOT


@pytest.fixture(scope="module", autouse=True)
def _own_log() -> Iterator[None]:
    """Undo after each file how its tests set up the log, so that they do not change later tests."""
    loggers = [logging.getLogger(name) for name in ("resolver", "gunicorn.error", "sqlalchemy")]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    yield
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture(scope="module", autouse=True)
def _all_symbols() -> Iterator[None]:
    """Fail a file whose fixtures leave the small table of names in place, since later tests of the
    process would know few names.
    """
    yield
    for name in ("resolver.matching.pipeline", "resolver.check.screener"):
        source = getattr(sys.modules.get(name), "symbol_source", None)
        assert source is None or source.__name__ == "symbol_source", f"{name} has {source}"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real lists; skip the test where it is absent."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("real lists are not installed (../shared/data)")
    return path


@pytest.fixture(scope="session")
def command_server() -> Iterator[CommandServer]:
    """Yield a process that runs commands of `resolver` as forks of itself."""
    from tests.command_server import CommandServer

    server = CommandServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def forked_commands(command_server: CommandServer) -> Iterator[None]:
    """Let `benchmarks.baseline.processes` run its commands as forks."""
    from benchmarks.baseline import processes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "COMMAND", command_server.command)
        yield


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Return a maker of new stores."""
    # libraries must not be imported before the environment is set above
    from tests.hub.hubs import Stores

    return Stores(tmp_path_factory.mktemp("stores"))
