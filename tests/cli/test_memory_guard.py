"""Runs without memory, or killed from outside: one clear line, exit code 1, no results."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from resolver.cli.process_start import describe_signal
from tests.engines.test_robust import error_lines, write_people

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a table of 20,000 persons."""
    path = tmp_path_factory.mktemp("table") / "people.csv"
    write_people(path, 20_000)
    return path


def call(table: Path, out: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "resolver",
        "dedupe",
        str(table),
        "--out",
        str(out),
        "--only",
        "entities",
    ]


# hit while libraries are loaded (at 162 and 250, those with OpenBLAS), while lists are read, and
# while records are compared
@pytest.mark.parametrize("mib", [130, 162, 210, 250, 300])
def test_exceeded_memory_limit(mib: int, table: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "RESOLVER_MEMORY_MIB": str(mib)}
    done = subprocess.run(
        call(table, tmp_path),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=120,
    )
    assert done.returncode == 1
    assert error_lines(done.stderr)[-1].startswith("error: ")
    assert "memory" in error_lines(done.stderr)[-1]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_memory_limit_that_is_too_low(table: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "RESOLVER_MEMORY_MIB": "60"}
    done = subprocess.run(
        call(table, tmp_path), capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (
        2,
        "error: environment: no command runs in 60 MiB (allow 128 or more)\n",
    )


def test_killed_run_is_reported(table: Path, tmp_path: Path) -> None:
    """Kill the child, as the kernel does when memory runs out; the parent reports it."""
    process = subprocess.Popen(
        call(table, tmp_path), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    give_up = time.monotonic() + 60
    while not (working := psutil.Process(process.pid).children()) and time.monotonic() < give_up:
        time.sleep(0.01)
    time.sleep(0.3)
    working[0].kill()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error_lines(errors)[-1].startswith(
        "error: the run was killed from outside (SIGKILL), most likely because memory ran"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_run_ends_with_its_parent(number: int, table: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        call(table, tmp_path), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    give_up = time.monotonic() + 60
    while not (working := psutil.Process(process.pid).children()) and time.monotonic() < give_up:
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode in (1, -number)
    working[0].wait(30)
    assert list(tmp_path.iterdir()) == []


def test_messages_for_signals() -> None:
    assert "a library aborted (SIGABRT)" in describe_signal(signal.SIGABRT)
    assert (
        describe_signal(signal.SIGTERM)
        == "the run was ended from outside (SIGTERM); no incomplete results were left"
    )
