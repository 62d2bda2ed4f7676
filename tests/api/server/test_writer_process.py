"""Writer process: started again when it is killed, ended after all that could send it records."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from resolver.api.server.writer import WriterClient, WriterProcess, WriterServer, socket_folder
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from tests.hub.hubs import OPTIONS, Stores
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that has ended may wait to be collected."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_a_successor_takes_the_records_of_a_killed_writer(stores: Stores) -> None:
    with stores.new() as hub, socket_folder() as folder:
        path, url = folder / "writer", str(hub.store.engine.url)

        def write() -> None:
            group_commit = GroupCommit(Hub.open(url, OPTIONS))
            WriterServer(path, lambda: group_commit).run()

        writer, client = WriterProcess(write, lambda: None), WriterClient(path, no_fallback)
        writer.start()
        assert client.post(record("s:1", name="Ann Lee")).revision == 1
        first = writer.pid
        os.kill(first, signal.SIGKILL)
        # committing the same record again changes nothing
        repeated = client.post(record("s:1", name="Ann Lee"))
        assert client.post(record("s:2", name="Boris Lang")).revision > repeated.revision
        assert writer.pid != first
        client.close()
        writer.stop()
        assert not is_running(writer.pid)
        with hub.store.view() as view:
            assert len(view.record_versions("s:1")) == 1


def no_fallback() -> GroupCommit:
    raise AssertionError("the writer process commits, not its client")


def test_a_writer_that_fails_is_started_again_until_the_end() -> None:
    def fail() -> None:
        raise OSError

    writer = WriterProcess(fail, lambda: None)
    writer.start()
    pids: set[int] = set()

    def has_successors() -> bool:
        pids.add(writer.pid)
        return len(pids - {0}) > 2

    wait_until(has_successors)
    writer.stop()
    assert not is_running(writer.pid)


def test_signals_to_stop_do_not_end_a_writer() -> None:
    writer = WriterProcess(lambda: time.sleep(60), lambda: None)
    writer.start()
    wait_until(lambda: writer.pid > 0)
    time.sleep(0.2)
    pid = writer.pid
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(pid, number)
    time.sleep(0.2)
    assert is_running(pid)
    writer.stop()
    assert not is_running(pid)


def test_a_writer_lasts_as_long_as_any_process_that_may_write() -> None:
    reader, end = os.pipe()
    parent = os.fork()
    if parent == 0:
        writer = WriterProcess(lambda: time.sleep(60), lambda: None)
        writer.start()
        wait_until(lambda: writer.pid > 0)
        worker = os.fork()
        if worker:
            os.write(end, f"{worker} {writer.pid}".encode())
        time.sleep(60)
        os._exit(0)
    worker, pid = map(int, os.read(reader, 100).split())
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    time.sleep(0.2)
    assert is_running(pid)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
    os.close(reader)
    os.close(end)
