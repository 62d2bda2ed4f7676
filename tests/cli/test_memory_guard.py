"""A run that gets no memory, or is ended from outside: one clear line, exit code 1, nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from resolver.cli.memory_guard import ended_by
from tests.engines.test_robust import said, write_people


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Persons by the ten thousand."""
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


# while libraries are loaded, while lists are read, and once records are worked on
@pytest.mark.parametrize("mib", [130, 210, 300])
def test_a_memory_limit_that_is_hit(mib: int, table: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "RESOLVER_MEMORY_MIB": str(mib)}
    done = subprocess.run(
        call(table, tmp_path), capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 1
    assert said(done.stderr)[-1].startswith("error: ")
    assert "memory" in said(done.stderr)[-1]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_limit_under_which_nothing_runs(table: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "RESOLVER_MEMORY_MIB": "60"}
    done = subprocess.run(
        call(table, tmp_path), capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (
        2,
        "error: environment: no command runs in 60 MiB (allow 128 or more)\n",
    )


def test_a_run_that_is_ended_by_the_system(table: Path, tmp_path: Path) -> None:
    """As the kernel does when memory runs out: the process that works is killed, the one that watches tells it."""
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
    assert said(errors)[-1].startswith(
        "error: the run was ended from outside (SIGKILL), most likely because memory ran"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_whoever_ends_the_watching_process_ends_the_run(
    number: int, table: Path, tmp_path: Path
) -> None:
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


def test_what_is_said_of_signals() -> None:
    assert "a library gave up (SIGABRT)" in ended_by(signal.SIGABRT)
    assert (
        ended_by(signal.SIGTERM)
        == "the run was ended from outside (SIGTERM); nothing half done was left"
    )
