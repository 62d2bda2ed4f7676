"""Records forwarded to the writer, within one process: answers, errors and the end of a writer."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

import resolver.api.server.writer
from resolver.api.server.http_workers import _ConnectionCounts
from resolver.api.server.writer import WriterClient, WriterServer
from resolver.errors import InputError, OwnerError, ReusedIdError, StoreError
from resolver.hub.group_commit import GroupCommit, RecordPost
from resolver.hub.ownership import RecordOwner
from resolver.records import Identifier
from resolver.synthetic import generate
from tests.hub.hubs import (
    Step,
    Stores,
    export_canonical,
    export_steps,
    seed_population,
)
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

Make = Callable[..., WriterClient]
STRANGER = RecordOwner("b", "B", may_change_all=False)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture
def path() -> Iterator[Path]:
    # a socket's path may have 107 characters
    with tempfile.TemporaryDirectory(prefix="pass-") as folder:
        yield Path(folder) / "landing"


@contextmanager
def running_server(path: Path, group_commit: Callable[[], GroupCommit]) -> Iterator[WriterServer]:
    """Run a writer server as long as the context lasts."""
    server, stopping = WriterServer(path, group_commit, lambda: None), threading.Event()
    thread = threading.Thread(target=server.run, args=(lambda: not stopping.is_set(),))
    thread.start()
    try:
        yield server
    finally:
        stopping.set()
        thread.join()
        server.close()


@pytest.fixture
def make_client(path: Path) -> Iterator[Make]:
    """Return a function that makes clients of the server."""
    clients: list[WriterClient] = []

    def make(fallback: Callable[[], GroupCommit] = no_fallback) -> WriterClient:
        clients.append(WriterClient(path, fallback))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def no_fallback() -> GroupCommit:
    raise AssertionError("nobody may land alone here")


def test_records_of_many_clients_are_committed_like_one_batch(
    stores: Stores, path: Path, make_client: Make
) -> None:
    some_records = list(generate(60, seed=8).records)[:50]
    with stores.new() as hub:
        seed_population(hub)
        group_commit = GroupCommit(hub)
        with running_server(path, lambda: group_commit), ThreadPoolExecutor(8) as pool:
            others = [make_client(), make_client()]
            alternating = [others[i % 2] for i in range(len(some_records))]
            posts = zip(alternating, some_records, strict=True)
            answers = list(pool.map(lambda post: post[0].post(post[1]), posts))
        assert hub.store.revision == max(answer.revision for answer in answers) < len(some_records)
        assert export_canonical(hub) == export_steps(stores, [Step(tuple(some_records))])


def test_a_record_arrives_as_it_was_sent(stores: Stores, path: Path, make_client: Make) -> None:
    number = Identifier("passportNumber", "X482916", "ru", "passport", "2001", origin="page 2")
    sent = record("s:1", name="Ann Lee", birthDate="1962", identifiers=[number])
    with stores.new() as hub:
        with running_server(path, lambda: GroupCommit(hub)):
            posted = make_client().post(sent)
        with hub.store.view() as view:
            stored, entity = view.record("s:1"), view.entity(posted.entity_id)
        assert stored is not None
        assert stored.record.content_hash() == sent.content_hash()
        assert entity is not None
        assert entity.records == ("s:1",)


def test_errors_keep_their_type(stores: Stores, path: Path, make_client: Make) -> None:
    with stores.new() as hub, running_server(path, lambda: GroupCommit(hub)):
        client = make_client()
        assert client.post(record("s:1", name="Ann Lee")).revision == 1
        with pytest.raises(OwnerError, match="does not belong to B"):
            client.post(record("s:2", name="Ann Lee"), STRANGER)
        with pytest.raises(OwnerError):
            client.withdraw("s:1", STRANGER)
        with pytest.raises(InputError, match="has no record s:9"):
            client.withdraw("s:9")
        # what may not enter goes nowhere
        with pytest.raises(InputError):
            client.post(record("s:3"))
        assert client.withdraw("s:1") == 2


def test_a_refused_record_does_not_harm_others(stores: Stores) -> None:
    with stores.new() as hub:
        group_commit = GroupCommit(hub)
        group_commit.post(record("s:1", name="Ann Lee"))
        results = group_commit.post_all(
            [
                RecordPost(record("t:1", name="Boris Lang")),
                RecordPost(record("s:2", name="Ann Lee"), STRANGER),
                RecordPost(record("t:1", name="Boris Lange")),
                RecordPost(record("s:1", name="Walid Omar")),
                RecordPost(record("s:3", name="Walid Omar")),
            ]
        )
        assert isinstance(results[1], OwnerError)
        assert isinstance(results[3], ReusedIdError)
        # two versions of a record are committed one after the other
        committed = [result for result in results if not isinstance(result, Exception)]
        assert [result.revision for result in committed] == [2, 3, 2]


def test_unexpected_errors_reach_the_clients(path: Path, make_client: Make) -> None:
    class Broken(GroupCommit):
        def post_all(self, received: object) -> list[object]:  # type: ignore[override]
            raise ZeroDivisionError

    broken = Broken(None)  # type: ignore[arg-type]
    with (
        running_server(path, lambda: broken),
        pytest.raises(RuntimeError, match="ZeroDivisionError"),
    ):
        make_client().post(record("s:1", name="Ann Lee"))


def test_a_successor_gets_the_next_request(stores: Stores, path: Path, make_client: Make) -> None:
    with stores.new() as hub:
        client = make_client()
        with running_server(path, lambda: GroupCommit(hub)):
            assert client.post(record("s:1", name="Ann Lee")).revision == 1
        with running_server(path, lambda: GroupCommit(hub)):
            # committing the same record again changes nothing
            entity = client.post(record("s:1", name="Ann Lee")).entity_id
        with hub.store.view() as view:
            assert len(view.record_versions("s:1")) == 1
            stored = view.entity(entity)
            assert stored is not None
            assert stored.records == ("s:1",)


def test_without_a_writer_the_client_commits_itself(
    stores: Stores, path: Path, monkeypatch: pytest.MonkeyPatch, make_client: Make
) -> None:
    monkeypatch.setattr(resolver.api.server.writer, "_CONNECT_SECONDS", 0.1)
    with stores.new() as hub:
        client = make_client(lambda: GroupCommit(hub))
        assert client.post(record("s:1", name="Ann Lee")).revision == 1
        assert client.withdraw("s:1") == 2


def test_a_record_that_kills_writers_is_given_up(path: Path, make_client: Make) -> None:
    ended: list[int] = []

    def dies() -> None:
        while len(ended) < 3:
            connection, _ = listener.accept()
            connection.recv(1)
            connection.close()
            ended.append(1)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=dies)
        thread.start()
        with pytest.raises(StoreError, match="ended again"):
            make_client().post(record("s:1", name="Ann Lee"))
        thread.join()


def test_a_client_that_ends_within_a_request_is_dropped(
    stores: Stores, path: Path, make_client: Make
) -> None:
    with stores.new() as hub, running_server(path, lambda: GroupCommit(hub)) as server:
        with socket.socket(socket.AF_UNIX) as half:
            half.connect(str(path))
            half.sendall(b"\0\0\1\0{")
        assert make_client().post(record("s:1", name="Ann Lee")).revision == 1
        assert server.has_clients


def test_slots_for_more_workers_than_planned() -> None:
    counts = _ConnectionCounts(2)
    workers = [object() for _ in range(12)]
    places = [counts.assign_slot(worker) for worker in workers]
    assert places[:7] == [0, 1, 2, 3, 4, 5, 6]
    # the others share one, and any of them may end
    assert set(places[7:]) == {7}
    for worker in workers:
        counts.free(worker)
    assert counts.assign_slot(object()) == 0


def test_busier_workers_leave_connections_to_others() -> None:
    counts = _ConnectionCounts(2)
    busy, second = counts.assign_slot(object()), counts.assign_slot(object())
    counts.count(busy, 3)
    assert not counts.holds_more_than_another(busy)
    counts.count(second, 2)
    assert counts.holds_more_than_another(busy)
    assert not counts.holds_more_than_another(second)


def test_a_request_that_kills_writers_is_sent_three_times(path: Path, make_client: Make) -> None:
    received: list[int] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def dies() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                received.append(len(connection.recv(1 << 16)))
                connection.close()

        thread = threading.Thread(target=dies)
        thread.start()
        with pytest.raises(StoreError, match="has ended again and again"):
            make_client().post(record("s:1", name="Ann Lee"))
        thread.join(timeout=60)
    assert len(received) == 3
    assert all(received)
