"""Records forwarded to the writer, within one process: answers, errors and the end of a writer."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import resolver.api.server.writer
from resolver.api.server.writer import WriterClient, WriterServer
from resolver.errors import InputError, OwnerError, ReusedIdError, StoreError
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.ownership import HUB_OWNER, RecordOwner
from resolver.records import Identifier
from resolver.world import generate
from tests.hub.hubs import (
    Step,
    Stores,
    export_canonical,
    export_steps,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

Make = Callable[..., WriterClient]
Start = Callable[[Hub], None]
STRANGER = RecordOwner("b", "B", may_change_all=False)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture
def path() -> Iterator[Path]:
    # a socket's path may have 107 characters
    with tempfile.TemporaryDirectory(prefix="pass-") as folder:
        yield Path(folder) / "landing"


@pytest.fixture
def start_server(path: Path) -> Iterator[Start]:
    """Return a function that starts a server, which lasts as long as its clients."""
    servers: list[tuple[WriterServer, threading.Thread]] = []

    def start(hub: Hub) -> None:
        group_commit = GroupCommit(hub)
        server = WriterServer(path, lambda: group_commit)
        thread = threading.Thread(target=server.run, daemon=True)
        servers.append((server, thread))
        thread.start()

    yield start
    for server, thread in servers:
        server.close()
        thread.join()


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
    stores: Stores, start_server: Start, make_client: Make
) -> None:
    some_records = list(generate(60, seed=8).records)[:50]
    with stores.new() as hub:
        seed_population(hub)
        start_server(hub)
        with ThreadPoolExecutor(8) as pool:
            others = [make_client(), make_client()]
            alternating = [others[i % 2] for i in range(len(some_records))]
            posts = zip(alternating, some_records, strict=True)
            answers = list(pool.map(lambda post: post[0].post(post[1]), posts))
        assert hub.store.revision == max(answer.revision for answer in answers) < len(some_records)
        assert export_canonical(hub) == export_steps(stores, [Step(tuple(some_records))])


def test_a_record_arrives_as_it_was_sent(
    stores: Stores, start_server: Start, make_client: Make
) -> None:
    number = Identifier("passportNumber", "X482916", "ru", "passport", "2001", origin="page 2")
    sent = record("s:1", name="Ann Lee", birthDate="1962", identifiers=[number])
    with stores.new() as hub:
        start_server(hub)
        posted = make_client().post(sent)
        with hub.store.view() as view:
            stored, entity = view.record("s:1"), view.entity(posted.entity_id)
        assert stored is not None
        assert stored.record.content_hash() == sent.content_hash()
        assert entity is not None
        assert entity.records == ("s:1",)


def test_errors_keep_their_type(stores: Stores, start_server: Start, make_client: Make) -> None:
    with stores.new() as hub:
        start_server(hub)
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


def test_a_refused_record_does_not_harm_others(
    stores: Stores, start_server: Start, make_client: Make
) -> None:
    posts = [
        (record("t:1", name="Boris Lang"), HUB_OWNER),
        (record("s:2", name="Ann Lee"), STRANGER),
        (record("s:1", name="Walid Omar"), HUB_OWNER),
        (record("s:3", name="Walid Omar"), HUB_OWNER),
    ]
    with stores.new() as hub, ThreadPoolExecutor(4) as pool:
        start_server(hub)
        client = make_client()
        client.post(record("s:1", name="Ann Lee"))
        answers = [pool.submit(client.post, *post) for post in posts]
        kinds = [type(answer.exception()) for answer in answers]
    assert kinds == [type(None), OwnerError, ReusedIdError, type(None)]


def test_unexpected_errors_reach_the_clients(start_server: Start, make_client: Make) -> None:
    start_server(None)  # type: ignore[arg-type]
    client = make_client()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="AttributeError"):
            client.post(record("s:1", name="Ann Lee"))


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


def test_a_client_that_ends_within_a_request_harms_nobody(
    stores: Stores, path: Path, start_server: Start, make_client: Make
) -> None:
    with stores.new() as hub:
        start_server(hub)
        with socket.socket(socket.AF_UNIX) as half:
            half.connect(str(path))
            half.sendall(b"\0\0\1\0{")
        assert make_client().post(record("s:1", name="Ann Lee")).revision == 1


def test_a_closed_server_accepts_nobody(path: Path) -> None:
    server = WriterServer(path, no_fallback)
    thread = threading.Thread(target=server.run)
    thread.start()
    server.close()
    thread.join(timeout=60)
    assert not thread.is_alive()
    with socket.socket(socket.AF_UNIX) as late, pytest.raises(FileNotFoundError):
        late.connect(str(path))


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
