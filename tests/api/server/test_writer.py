"""Records passed on to the one that lands, within one process: what comes back, and what becomes of those who ask when
it ends."""

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
from resolver.api.server.http_workers import _Held
from resolver.api.server.writer import Passing, Taker
from resolver.errors import InputError, OwnerError, StoreError
from resolver.hub.group_commit import Posting
from resolver.hub.ownership import Sender
from resolver.records import Identifier
from resolver.synthetic import generate
from tests.hub.conftest import stores
from tests.hub.hubs import (
    Step,
    Stores,
    canonical,
    exported,
)
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

__all__ = ["stores"]
Make = Callable[..., Passing]
STRANGER = Sender("b", "B", may_all=False)


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
def taking(path: Path, posting: Callable[[], Posting]) -> Iterator[Taker]:
    """One that lands, as long as the context lasts."""
    taker, over = Taker(path, posting, lambda: None), threading.Event()
    thread = threading.Thread(target=taker.run, args=(lambda: not over.is_set(),))
    thread.start()
    try:
        yield taker
    finally:
        over.set()
        thread.join()
        taker.close()


@pytest.fixture
def passing(path: Path) -> Iterator[Make]:
    """Makes those who pass on to it."""
    made: list[Passing] = []

    def make(alone: Callable[[], Posting] = nobody) -> Passing:
        made.append(Passing(path, alone))
        return made[-1]

    yield make
    for one in made:
        one.close()


def nobody() -> Posting:
    raise AssertionError("nobody may land alone here")


def test_what_many_pass_on_lands_together_as_one_batch_would(
    stores: Stores, path: Path, passing: Make
) -> None:
    some = list(generate(60, seed=8).records)[:50]
    with stores.new() as hub:
        posting = Posting(hub)
        with taking(path, lambda: posting), ThreadPoolExecutor(8) as pool:
            others = [passing(), passing()]
            answers = list(pool.map(lambda one: others[one[0] % 2].post(one[1]), enumerate(some)))
        assert hub.store.version == max(answer.version for answer in answers) < len(some)
        assert exported(hub) == canonical(stores, [Step(tuple(some))])


def test_a_record_arrives_as_it_was_sent(stores: Stores, path: Path, passing: Make) -> None:
    number = Identifier("passportNumber", "X482916", "ru", "passport", "2001", origin="page 2")
    said = record("s:1", name="Ann Lee", birthDate="1962", identifiers=[number])
    with stores.new() as hub:
        with taking(path, lambda: Posting(hub)):
            posted = passing().post(said)
        with hub.store.view() as view:
            held, entity = view.record("s:1"), view.entity(posted.entity)
        assert held is not None
        assert held.record.content_hash() == said.content_hash()
        assert entity is not None
        assert entity.records == ("s:1",)


def test_errors_come_back_as_what_they_are(stores: Stores, path: Path, passing: Make) -> None:
    with stores.new() as hub, taking(path, lambda: Posting(hub)):
        mine = passing()
        assert mine.post(record("s:1", name="Ann Lee")).version == 1
        with pytest.raises(OwnerError, match="not of B"):
            mine.post(record("s:2", name="Ann Lee"), STRANGER)
        with pytest.raises(OwnerError):
            mine.withdraw("s:1", STRANGER)
        with pytest.raises(InputError, match="holds no record s:9"):
            mine.withdraw("s:9")
        # what may not enter goes nowhere
        with pytest.raises(InputError):
            mine.post(record("s:3"))
        assert mine.withdraw("s:1") == 2


def test_one_at_fault_does_not_harm_the_others(stores: Stores) -> None:
    with stores.new() as hub:
        posting = Posting(hub)
        posting.post(record("s:1", name="Ann Lee"))
        found = posting.post_all(
            [
                (record("t:1", name="Boris Lang"), Sender()),
                (record("s:2", name="Ann Lee"), STRANGER),
                (record("t:1", name="Boris Lange"), Sender()),
            ]
        )
        assert isinstance(found[1], OwnerError)
        # two versions of one record land one after the other
        assert [one.version for one in found if not isinstance(one, Exception)] == [2, 3]


def test_what_nobody_foresaw_is_told_to_those_who_wait(path: Path, passing: Make) -> None:
    class Broken(Posting):
        def post_all(self, asked: object) -> list[object]:  # type: ignore[override]
            raise ZeroDivisionError

    broken = Broken(None)  # type: ignore[arg-type]
    with taking(path, lambda: broken), pytest.raises(RuntimeError, match="ZeroDivisionError"):
        passing().post(record("s:1", name="Ann Lee"))


def test_a_successor_is_asked_again(stores: Stores, path: Path, passing: Make) -> None:
    with stores.new() as hub:
        mine = passing()
        with taking(path, lambda: Posting(hub)):
            assert mine.post(record("s:1", name="Ann Lee")).version == 1
        with taking(path, lambda: Posting(hub)):
            # what has landed already changes nothing
            entity = mine.post(record("s:1", name="Ann Lee")).entity
        with hub.store.view() as view:
            assert len(view.record_versions("s:1")) == 1
            held = view.entity(entity)
            assert held is not None
            assert held.records == ("s:1",)


def test_where_nobody_lands_each_does_it_alone(
    stores: Stores, path: Path, monkeypatch: pytest.MonkeyPatch, passing: Make
) -> None:
    monkeypatch.setattr(resolver.api.server.writer, "_ABSENT", 0.1)
    with stores.new() as hub:
        mine = passing(lambda: Posting(hub))
        assert mine.post(record("s:1", name="Ann Lee")).version == 1
        assert mine.withdraw("s:1") == 2


def test_what_ends_those_that_land_is_not_tried_further(path: Path, passing: Make) -> None:
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
            passing().post(record("s:1", name="Ann Lee"))
        thread.join()


def test_whoever_ends_halfway_through_a_request_is_let_go(
    stores: Stores, path: Path, passing: Make
) -> None:
    with stores.new() as hub, taking(path, lambda: Posting(hub)) as taker:
        with socket.socket(socket.AF_UNIX) as half:
            half.connect(str(path))
            half.sendall(b"\0\0\1\0{")
        assert passing().post(record("s:1", name="Ann Lee")).version == 1
        assert taker.asked


def test_places_of_more_workers_than_were_foreseen() -> None:
    held = _Held(2)
    workers = [object() for _ in range(12)]
    places = [held.give(one) for one in workers]
    assert places[:7] == [0, 1, 2, 3, 4, 5, 6]
    # the others share one, and any of them may end
    assert set(places[7:]) == {7}
    for one in workers:
        held.free(one)
    assert held.give(object()) == 0


def test_a_worker_leaves_connections_to_whom_holds_fewer() -> None:
    held = _Held(2)
    first, second = held.give(object()), held.give(object())
    held.count(first, 3)
    assert not held.most(first)
    held.count(second, 2)
    assert held.most(first)
    assert not held.most(second)


def test_what_the_one_that_lands_dies_of_is_asked_no_more(path: Path, passing: Make) -> None:
    asked: list[int] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def dies() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                asked.append(len(connection.recv(1 << 16)))
                connection.close()

        thread = threading.Thread(target=dies)
        thread.start()
        with pytest.raises(StoreError, match="has ended again and again"):
            passing().post(record("s:1", name="Ann Lee"))
        thread.join(timeout=60)
    assert len(asked) == 3
    assert all(asked)
