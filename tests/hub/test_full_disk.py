"""Full disk: a file system of two MiB in a mount namespace gives one clear error line and exit code
1.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import resolver
from resolver.hub.hub import Hub
from resolver.store import backup
from tests.engines.test_robust import error_lines, write_people
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record

pytestmark = pytest.mark.slow


RESOLVER = f"{shlex.quote(sys.executable)} -m resolver"
FULL_MESSAGES = (
    "no space left on device",
    "a disk of the cluster is full",
    "database or disk is full",
)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a list that needs more space than there is."""
    folder = tmp_path_factory.mktemp("lists")
    write_people(folder / "people.csv", 8_000)
    return folder


def run_on_full_disk(mount_point: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command with a file system of two MiB at `mount_point`."""
    mount_point.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare here, to make a small file system with")
    mounted = f"mount -t tmpfs -o size=2m none {shlex.quote(str(mount_point))}"
    unshare = ["unshare", "-rm", "sh", "-c"]
    if subprocess.run([*unshare, mounted], capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    return subprocess.run(
        [*unshare, f"{mounted}; {command}"], capture_output=True, text=True, check=False
    )


def error_line(done: subprocess.CompletedProcess[str]) -> str:
    (line,) = [line for line in error_lines(done.stderr) if line.startswith("error: ")]
    assert any(words in line.lower() for words in FULL_MESSAGES), line
    # Spark's own processes may say how they ended; ours end in that one line
    assert f'File "{Path(resolver.__file__).parent}' not in done.stderr
    return line


def test_checkpoints_of_a_run(lists: Path, tmp_path: Path) -> None:
    out = shlex.quote(str(tmp_path / "room" / "out"))
    call = f"{RESOLVER} dedupe {lists} --out {out} --resume; echo code $?; find {out} -type f"
    done = run_on_full_disk(tmp_path / "room", call)
    error_line(done)
    assert done.stdout == "code 1\n"


def test_a_commit_to_a_store(lists: Path, tmp_path: Path) -> None:
    store = f"--store sqlite:///{shlex.quote(str(tmp_path / 'room' / 'hub.db'))}"
    done = run_on_full_disk(
        tmp_path / "room",
        f"{RESOLVER} dedupe {lists} {store}; echo code $?; {RESOLVER} status {store}",
    )
    error_line(done)
    code, *status = done.stdout.splitlines()
    assert code == "code 1"
    # that nothing was committed can still be read, unless there is no space to open the store
    assert not status or status[0].startswith("Revision 0: 0 records are 0 entities")


def test_result_files_after_a_commit(lists: Path, tmp_path: Path) -> None:
    store = f"--store sqlite:///{shlex.quote(str(tmp_path / 'hub.db'))}"
    out = shlex.quote(str(tmp_path / "room"))
    done = run_on_full_disk(
        tmp_path / "room",
        f"{RESOLVER} dedupe {lists} {store} --out {out}; echo code $?; {RESOLVER} status {store}",
    )
    line = error_line(done)
    assert line.startswith("error: the lists are in the store, as version 1, but the files in")
    assert "were not written: " in line
    assert "repeat the command, which adds nothing twice" in line
    assert "`resolver export`" in line
    code, *status = done.stdout.splitlines()
    assert code == "code 1"
    assert status[0].startswith("Revision 1: 8,000 records")


def test_a_restore(lists: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    with Hub.open(url, OPTIONS) as hub:
        notes = (os.urandom(4_000).hex() for _ in range(400))
        hub.add(
            make_intake(record(f"a:{at}", name="Ann", notes=note) for at, note in enumerate(notes))
        )
        backup(hub.store, tmp_path / "hub.backup")
    restored = shlex.quote(str(tmp_path / "room" / "restored.db"))
    done = run_on_full_disk(
        tmp_path / "room",
        f"{RESOLVER} restore {shlex.quote(str(tmp_path / 'hub.backup'))} --store"
        f" sqlite:///{restored}; echo code $?; find {shlex.quote(str(tmp_path / 'room'))} -type f",
    )
    error_line(done)
    assert done.stdout == "code 1\n"


@pytest.mark.nightly
def test_spilled_data_of_a_cluster(lists: Path, tmp_path: Path) -> None:
    pytest.importorskip(
        "pyspark", reason="pyspark is not installed (pip install 'watchlist-resolver[spark]')"
    )
    if shutil.which("java") is None:
        pytest.skip("there is no Java, which Spark runs on")
    out = tmp_path / "out"
    local_dirs = f"SPARK_LOCAL_DIRS={shlex.quote(str(tmp_path / 'room'))}"
    spark = f"env {local_dirs} {RESOLVER} dedupe {lists} --engine spark"
    done = run_on_full_disk(
        tmp_path / "room",
        f"{spark} --master 'local[2]' --out {shlex.quote(str(out))}; echo code $?",
    )
    error_line(done)
    assert done.stdout == "code 1\n"
    assert list(out.iterdir()) == []
