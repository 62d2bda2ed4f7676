"""Forward posted records from HTTP workers to the single writer process.

`WriterServer` runs in the writer process: it reads what the workers have sent and commits it as one
group. `WriterClient` stands in a worker, in place of a `GroupCommit` of its own. They speak over a
Unix socket that only their user can reach: on each connection one request and its answer at a time,
each a length of four bytes followed by JSON.

No answered record can be lost, since the answer follows the commit. When the writer dies, its
successor gets the request again, because committing an already committed record changes nothing.
When there is no writer for long, each worker commits for itself.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import structlog

from resolver import errors
from resolver.errors import ResolverError, StoreError
from resolver.hub.group_commit import CommittedRecord, GroupCommit, RecordPost, check_admission
from resolver.hub.ownership import HUB_OWNER, RecordOwner
from resolver.records import Kind, Record
from resolver.records.packing import pack, unpack

_LOG = structlog.get_logger("api")
_LENGTH = struct.Struct("!I")
_ERRORS: Mapping[str, type[ResolverError]] = {
    name: getattr(errors, name)
    for name in ("InputError", "OwnerError", "ReusedIdError", "StoreError", "StoreFullError")
}
"""Error types that are raised again in the worker, by name."""
_CONNECT_SECONDS, _RETRY_SECONDS = 5.0, 0.05
"""Seconds for which a worker waits for a writer, and between two attempts."""
_MAX_ATTEMPTS = 3
"""Attempts of one request: its record may be what the writer dies of."""
_READ_SECONDS = 2.0
"""Seconds that the rest of a message may take to arrive."""
_GATHER_SHARE, _MAX_GATHER_SECONDS = 0.4, 0.1
"""Share of the last commit's duration for which more records are gathered, and its upper bound."""
_POLL_SECONDS = 0.5
_Message = dict[str, Any]


class WriterClient:
    """Writer of records in a worker: forwards them to the writer process; thread-safe.

    path: socket of the writer process.
    fallback: writer of this process, for when there is no other.
    """

    def __init__(
        self, path: Path, fallback: Callable[[], GroupCommit], *, accept_restricted: bool = False
    ) -> None:
        self._path, self._fallback = path, fallback
        self._accept_restricted = accept_restricted
        self._idle: list[socket.socket] = []
        self._lock = threading.Lock()

    def post(
        self, record: Record, sender: RecordOwner = HUB_OWNER, *, accept_large: bool = False
    ) -> CommittedRecord:
        """Add a record or a new version of it, as `GroupCommit.post` does."""
        check_admission(record, accept_restricted=self._accept_restricted)
        request = {"post": _encode_record(record), "accept_large": accept_large}
        answer = self._ask({**request, "sender": _encode_sender(sender)})
        if answer is None:
            return self._fallback().post(record, sender, accept_large=accept_large)
        return CommittedRecord(answer["version"], answer["entity"])

    def withdraw(self, record_id: str, sender: RecordOwner = HUB_OWNER) -> int:
        """Withdraw a record and return the revision, as `GroupCommit.withdraw` does."""
        answer = self._ask({"withdraw": record_id, "sender": _encode_sender(sender)})
        if answer is None:
            return self._fallback().withdraw(record_id, sender)
        return int(answer["version"])

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _ask(self, request: Mapping[str, Any]) -> _Message | None:
        """Return the writer's answer, or None where there is no writer.

        Raises the error that the writer answers with, and `StoreError` when writers keep dying.
        """
        body = orjson.dumps(request)
        for _ in range(_MAX_ATTEMPTS):
            connection = self._connect()
            if connection is None:
                return None
            reply = _exchange(connection, body)
            if reply is None:
                connection.close()
                # the other connections lead to the same dead writer
                self.close()
                time.sleep(_RETRY_SECONDS)
                continue
            with self._lock:
                self._idle.append(connection)
            answer: _Message = orjson.loads(reply)
            if "error" in answer:
                raise _decode_error(answer)
            return answer
        raise StoreError(
            "the writer process has ended again and again",
            hint="see the log; send it again",
        )

    def _connect(self) -> socket.socket | None:
        """Return an idle or a new connection, or None where no writer listens for long."""
        connection = self._take_idle()
        if connection is not None:
            return connection
        until = time.monotonic() + _CONNECT_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._path))
            except OSError:
                connection.close()
                if time.monotonic() > until:
                    return None
                time.sleep(_RETRY_SECONDS)
            else:
                return connection

    def _take_idle(self) -> socket.socket | None:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None or not _is_readable(connection):
                return connection
            # no request is open, so readable means that the other end is gone
            connection.close()


class WriterServer:
    """Server of the writer process: commits the records of all workers in groups."""

    def __init__(
        self, path: Path, group_commit: Callable[[], GroupCommit], warm: Callable[[], None]
    ) -> None:
        self._group_commit, self._warm = group_commit, warm
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1024)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._last_clients: set[socket.socket] = set()
        self._last_seconds = 0.0

    @property
    def has_clients(self) -> bool:
        """Return whether a worker is connected."""
        return len(self._selector.get_map() or ()) > 1

    def run(self, is_running: Callable[[], bool]) -> None:
        """Load what a commit needs, then read and commit while `is_running` returns True."""
        self._warm()
        while is_running():
            requests = self._gather()
            if requests:
                started = time.monotonic()
                self._serve(list(requests.items()))
                self._last_clients = set(requests)
                self._last_seconds = time.monotonic() - started

    def close(self) -> None:
        """Close the listener and every connection."""
        for key in list((self._selector.get_map() or {}).values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def _gather(self) -> dict[socket.socket, _Message]:
        """Return the requests that have arrived, by connection.

        Waits a moment for the clients of the last commit to send again: one commit for all of them
        costs little more than one for those who sent during the last commit.
        """
        requests = self._read(_POLL_SECONDS)
        until = time.monotonic() + min(_GATHER_SHARE * self._last_seconds, _MAX_GATHER_SECONDS)
        while requests and not self._last_clients <= set(requests):
            seconds_left = until - time.monotonic()
            if seconds_left <= 0:
                break
            requests |= self._read(seconds_left)
        return requests

    def _read(self, seconds: float) -> dict[socket.socket, _Message]:
        """Return the requests that arrive within some seconds, by connection."""
        requests: dict[socket.socket, _Message] = {}
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._listener:
                connection, _ = self._listener.accept()
                connection.settimeout(_READ_SECONDS)
                self._selector.register(connection, selectors.EVENT_READ)
                continue
            connection = key.fileobj  # type: ignore[assignment]
            try:
                body = _receive(connection)
            except OSError:
                body = None
            if body is None:
                self._drop(connection)
            else:
                requests[connection] = orjson.loads(body)
        return requests

    def _drop(self, connection: socket.socket) -> None:
        self._last_clients.discard(connection)
        self._selector.unregister(connection)
        connection.close()

    def _serve(self, requests: Sequence[tuple[socket.socket, _Message]]) -> None:
        posts = [(connection, request) for connection, request in requests if "post" in request]
        answers = self._commit([request for _, request in posts])
        for (connection, _), answer in zip(posts, answers, strict=True):
            self._send_answer(connection, answer)
        for connection, request in requests:
            if "withdraw" in request:
                self._send_answer(connection, self._withdraw(request))

    def _commit(self, requests: Sequence[_Message]) -> list[_Message]:
        """Commit the posted records as one group and return the answer to each."""
        if not requests:
            return []
        try:
            results = self._group_commit().post_all([_decode_post(post) for post in requests])
        except Exception as error:
            # the waiting clients must get an answer, whatever the error is
            return [_encode_error(error)] * len(requests)
        return [
            _encode_error(result)
            if isinstance(result, Exception)
            else {"version": result.revision, "entity": result.entity_id}
            for result in results
        ]

    def _withdraw(self, request: _Message) -> _Message:
        try:
            sender = _decode_sender(request["sender"])
            return {"version": self._group_commit().withdraw(request["withdraw"], sender)}
        except Exception as error:
            return _encode_error(error)

    def _send_answer(self, connection: socket.socket, answer: _Message) -> None:
        try:
            _send(connection, orjson.dumps(answer))
        except OSError:
            # the client has ended
            with suppress(KeyError, ValueError):
                self._drop(connection)


# --- messages


def _exchange(connection: socket.socket, body: bytes) -> bytes | None:
    """Send a message and return the reply, or None where the other end is gone."""
    try:
        _send(connection, body)
        return _receive(connection)
    except OSError:
        return None


def _send(connection: socket.socket, body: bytes) -> None:
    connection.sendall(_LENGTH.pack(len(body)) + body)


def _receive(connection: socket.socket) -> bytes | None:
    """Return a message, or None where the other end is gone."""
    head = _read_exactly(connection, _LENGTH.size)
    return None if head is None else _read_exactly(connection, _LENGTH.unpack(head)[0])


def _read_exactly(connection: socket.socket, count: int) -> bytes | None:
    parts = []
    while count:
        part = connection.recv(min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _is_readable(connection: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(0))


def _encode_record(record: Record) -> list[Any]:
    return [record.id, record.source, int(record.kind), record.schema, pack(record)]


def _decode_record(row: Sequence[Any]) -> Record:
    record_id, source, kind, schema, packed = row
    values = unpack([(entry[0], entry[1], entry[2]) for entry in packed])
    return Record(record_id, source, Kind(kind), schema, **values)  # type: ignore[arg-type]


def _decode_post(request: _Message) -> RecordPost:
    owner = _decode_sender(request["sender"])
    return RecordPost(_decode_record(request["post"]), owner, bool(request.get("accept_large")))


def _encode_sender(sender: RecordOwner) -> list[Any]:
    return [sender.name, sender.agency, sender.may_change_all]


def _decode_sender(row: Sequence[Any]) -> RecordOwner:
    return RecordOwner(*row)


def _encode_error(error: Exception) -> _Message:
    if isinstance(error, ResolverError):
        kind = next(
            (base.__name__ for base in type(error).__mro__ if base.__name__ in _ERRORS),
            StoreError.__name__,
        )
        return {"error": kind, "message": error.message, "place": error.place, "hint": error.hint}
    _LOG.error("cannot commit records", error=type(error).__name__)
    return {"error": "", "message": type(error).__name__}


def _decode_error(answer: _Message) -> Exception:
    kind = _ERRORS.get(answer["error"])
    if kind is None:
        return RuntimeError(f"cannot commit records: {answer['message']}")
    return kind(answer["message"], place=answer["place"], hint=answer["hint"])
