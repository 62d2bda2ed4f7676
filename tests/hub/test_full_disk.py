"""A disk that is really full: a file system of two MiB in a mount namespace of its own. One clear line, exit code 1,
nothing half done."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import resolver
from tests.engines.test_robust import said, write_people

RESOLVER = f"{shlex.quote(sys.executable)} -m resolver"
FULL = "no space left on device", "a disk of the cluster is full", "database or disk is full"


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list that needs more room than there is."""
    folder = tmp_path_factory.mktemp("lists")
    write_people(folder / "people.csv", 20_000)
    return folder


def on_a_full_disk(room: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A shell command that finds two MiB at `room`."""
    room.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare here, to make a small file system with")
    mounted = f"mount -t tmpfs -o size=2m none {shlex.quote(str(room))}"
    unshare = ["unshare", "-rm", "sh", "-c"]
    if subprocess.run([*unshare, mounted], capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    return subprocess.run(
        [*unshare, f"{mounted}; {command}"], capture_output=True, text=True, check=False
    )


def told(done: subprocess.CompletedProcess[str]) -> str:
    (line,) = [line for line in said(done.stderr) if line.startswith("error: ")]
    assert any(words in line.lower() for words in FULL), line
    # Spark's own processes may say how they ended; ours end in that one line
    assert f'File "{Path(resolver.__file__).parent}' not in done.stderr
    return line


def test_what_is_kept_of_a_run(lists: Path, tmp_path: Path) -> None:
    out = shlex.quote(str(tmp_path / "room" / "out"))
    call = f"{RESOLVER} dedupe {lists} --out {out} --resume; echo code $?; find {out} -type f"
    done = on_a_full_disk(tmp_path / "room", call)
    told(done)
    assert done.stdout == "code 1\n"


def test_a_landing_in_a_store(lists: Path, tmp_path: Path) -> None:
    store = f"--store sqlite:///{shlex.quote(str(tmp_path / 'room' / 'hub.db'))}"
    done = on_a_full_disk(
        tmp_path / "room",
        f"{RESOLVER} dedupe {lists} {store}; echo code $?; {RESOLVER} status {store}",
    )
    told(done)
    code, *status = done.stdout.splitlines()
    assert code == "code 1"
    # that nothing landed can still be read, unless there is no room to open it
    assert not status or status[0].startswith("Version 0: 0 records are 0 entities")


def test_what_a_cluster_spills(lists: Path, tmp_path: Path) -> None:
    pytest.importorskip(
        "pyspark", reason="pyspark is not installed (pip install 'watchlist-resolver[spark]')"
    )
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    out = tmp_path / "out"
    spark = f"env SPARK_LOCAL_DIRS={shlex.quote(str(tmp_path / 'room'))} {RESOLVER} dedupe {lists} --engine spark"
    done = on_a_full_disk(
        tmp_path / "room",
        f"{spark} --master 'local[2]' --out {shlex.quote(str(out))}; echo code $?",
    )
    told(done)
    assert done.stdout == "code 1\n"
    assert list(out.iterdir()) == []
