"""Records passed on from the processes that answer to the one that lands: what many send at once lands together.

`Taker` is the one that lands: it reads what all others have passed on and lands it as one. `Passing` stands in the
others, in place of a `Posting` of their own. Both speak over a Unix socket that only their user can reach: one request
and its answer at a time on each connection, each a length of four bytes and JSON.

Nothing that was answered can be lost, since an answer follows the landing. Where the one that lands dies its successor
is asked again: to land a record once more that has landed changes nothing. Where there is none for long, each lands for
itself.
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

from resolver.errors import InputError, OwnerError, ResolverError, StoreError, StoreFullError
from resolver.hub.group_commit import Posted, Posting, admitted
from resolver.hub.ownership import HUB, Sender
from resolver.records import Kind, Record
from resolver.records.packing import pack, unpack

_LOG = structlog.get_logger("api")
_LENGTH = struct.Struct("!I")
_ERRORS: Mapping[str, type[ResolverError]] = {
    one.__name__: one for one in (InputError, OwnerError, StoreError, StoreFullError)
}
_ABSENT, _LOOK = 5.0, 0.05
"""Seconds for which one that lands is waited for, and between two looks."""
_DEATHS = 3
"""Whoever asked so many times in vain asks no more: what it asks may be why."""
_PIECE = 2.0
"""Seconds that the rest of a request may take to come."""
_SHARE, _MOMENT = 0.4, 0.1
"""Of the time that the last landing took, for which more are waited for; seconds at most."""
_IDLE = 0.5


class Passing:
    """Takes records from many threads of a process that does not land itself. `path`: where the one that lands listens;
    `alone`: who lands where there is none."""

    def __init__(
        self, path: Path, alone: Callable[[], Posting], *, accept_restricted: bool = False
    ) -> None:
        self._path, self._alone, self._accept_restricted = path, alone, accept_restricted
        self._free: list[socket.socket] = []
        self._lock = threading.Lock()

    def post(self, record: Record, sender: Sender = HUB) -> Posted:
        """As `Posting.post`."""
        admitted(record, accept_restricted=self._accept_restricted)
        said = self._answer({"post": _told(record), "sender": _sender_told(sender)})
        if said is None:
            return self._alone().post(record, sender)
        return Posted(said["version"], said["entity"])

    def withdraw(self, record_id: str, sender: Sender = HUB) -> int:
        """As `Posting.withdraw`."""
        said = self._answer({"withdraw": record_id, "sender": _sender_told(sender)})
        if said is None:
            return self._alone().withdraw(record_id, sender)
        return int(said["version"])

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            free, self._free = self._free, []
        for one in free:
            one.close()

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer; None where nobody is there to give one. Raises what it says."""
        body = orjson.dumps(request)
        for _ in range(_DEATHS):
            connection = self._connected()
            if connection is None:
                return None
            try:
                _send(connection, body)
                said = _received(connection)
            except OSError:
                said = None
            if said is None:
                connection.close()
                # nor will the other connections to it do, nor one to a listener that is about to go
                self.close()
                time.sleep(_LOOK)
                continue
            with self._lock:
                self._free.append(connection)
            found: dict[str, Any] = orjson.loads(said)
            if "error" in found:
                raise _error_of(found)
            return found
        raise StoreError(
            "the process that lands records has ended again and again",
            mend="see the log; send it again",
        )

    def _connected(self) -> socket.socket | None:
        while True:
            with self._lock:
                held = self._free.pop() if self._free else None
            if held is None:
                break
            if not _readable(held):
                return held
            # it says something that nobody asked for: that its other end is gone
            held.close()
        until = time.monotonic() + _ABSENT
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._path))
            except OSError:
                connection.close()
                if time.monotonic() > until:
                    return None
                time.sleep(_LOOK)
            else:
                return connection


class Taker:
    """The one that lands, of all that the others pass on."""

    def __init__(
        self, path: Path, posting: Callable[[], Posting], warm: Callable[[], None]
    ) -> None:
        self._posting, self._warm = posting, warm
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1024)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._last: set[socket.socket] = set()
        self._took = 0.0

    @property
    def asked(self) -> bool:
        """Whether anybody holds a connection."""
        return len(self._selector.get_map() or ()) > 1

    def run(self, going: Callable[[], bool]) -> None:
        """Take and land for as long as `going` says, once what a landing needs is loaded."""
        self._warm()
        while going():
            waiting = self._gathered()
            if waiting:
                began = time.monotonic()
                self._serve(list(waiting.items()))
                self._last, self._took = set(waiting), time.monotonic() - began

    def close(self) -> None:
        """Let go of everybody."""
        for key in list((self._selector.get_map() or {}).values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def _gathered(self) -> dict[socket.socket, dict[str, Any]]:
        """What has come, of whom. Those who have just been served are waited for a moment to come again: a landing
        costs little more for all than for those who came while the last one was under way."""
        waiting = self._read(_IDLE)
        until = time.monotonic() + min(_SHARE * self._took, _MOMENT)
        while waiting and not self._last <= set(waiting) and (left := until - time.monotonic()) > 0:
            waiting |= self._read(left)
        return waiting

    def _read(self, seconds: float) -> dict[socket.socket, dict[str, Any]]:
        """What has come within some seconds, of whom."""
        found: dict[socket.socket, dict[str, Any]] = {}
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._listener:
                connection, _ = self._listener.accept()
                connection.settimeout(_PIECE)
                self._selector.register(connection, selectors.EVENT_READ)
                continue
            connection = key.fileobj  # type: ignore[assignment]
            try:
                said = _received(connection)
            except OSError:
                said = None
            if said is None:
                self._drop(connection)
            else:
                found[connection] = orjson.loads(said)
        return found

    def _drop(self, connection: socket.socket) -> None:
        self._last.discard(connection)
        self._selector.unregister(connection)
        connection.close()

    def _serve(self, waiting: Sequence[tuple[socket.socket, dict[str, Any]]]) -> None:
        posts = [(connection, said) for connection, said in waiting if "post" in said]
        answers = self._landed([said for _, said in posts])
        for (connection, _), answer in zip(posts, answers, strict=True):
            self._say(connection, answer)
        for connection, said in waiting:
            if "withdraw" in said:
                self._say(connection, self._withdrawn(said))

    def _landed(self, said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        if not said:
            return []
        try:
            asked = [(_record_of(one["post"]), Sender(**one["sender"])) for one in said]
            found = self._posting().post_all(asked)
        except Exception as error:
            # whatever it is, those who wait must hear of it
            return [_told_error(error)] * len(said)
        return [
            _told_error(one)
            if isinstance(one, Exception)
            else {"version": one.version, "entity": one.entity}
            for one in found
        ]

    def _withdrawn(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"version": self._posting().withdraw(said["withdraw"], Sender(**said["sender"]))}
        except Exception as error:
            return _told_error(error)

    def _say(self, connection: socket.socket, answer: Mapping[str, Any]) -> None:
        try:
            _send(connection, orjson.dumps(answer))
        except OSError:
            # whoever asked has ended
            with suppress(KeyError, ValueError):
                self._drop(connection)


# --- what is said


def _send(connection: socket.socket, body: bytes) -> None:
    connection.sendall(_LENGTH.pack(len(body)) + body)


def _received(connection: socket.socket) -> bytes | None:
    """What was sent; None where the other end is gone."""
    head = _exactly(connection, _LENGTH.size)
    return None if head is None else _exactly(connection, _LENGTH.unpack(head)[0])


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    parts = []
    while count:
        part = connection.recv(min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _readable(connection: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(0))


def _told(record: Record) -> list[Any]:
    return [record.id, record.source, int(record.kind), record.schema, pack(record)]


def _record_of(said: Sequence[Any]) -> Record:
    identity, source, kind, schema, rows = said
    values = unpack([(row[0], row[1], row[2]) for row in rows])
    return Record(identity, source, Kind(kind), schema, **values)  # type: ignore[arg-type]


def _sender_told(sender: Sender) -> dict[str, Any]:
    return {"name": sender.name, "agency": sender.agency, "may_all": sender.may_all}


def _told_error(error: Exception) -> dict[str, Any]:
    if isinstance(error, ResolverError):
        kind = next(
            (one.__name__ for one in type(error).__mro__ if one.__name__ in _ERRORS),
            StoreError.__name__,
        )
        return {"error": kind, "what": error.what, "where": error.where, "mend": error.mend}
    _LOG.error("records could not be landed", error=type(error).__name__)
    return {"error": "", "what": type(error).__name__}


def _error_of(said: Mapping[str, Any]) -> Exception:
    kind = _ERRORS.get(said["error"])
    if kind is None:
        return RuntimeError(f"records could not be landed: {said['what']}")
    return kind(said["what"], where=said["where"], mend=said["mend"])
