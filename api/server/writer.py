"""Single writer process, to which the HTTP workers forward posted records.

`WriterServer` runs in the writer process, and hands requests of workers to its `GroupCommit`.
`WriterClient` is used in a worker, instead of its own `GroupCommit`. They communicate over a Unix
socket in a folder that only their user can open (`multiprocessing.connection`). Each connection
carries one request and its answer at a time, each as a JSON message.

No answered record can be lost, because the answer follows the commit. When the writer dies, its
successor gets the request again, because committing an already committed record changes nothing. If
there is no writer for long, each worker commits its own records.

The parent of the workers starts the writer, starts it again when it dies, and ends it after the
workers. The writer ends by itself when the last process that could send it a record has ended. It
learns this from a pipe to which nobody writes: the parent and, by inheritance, each worker hold the
writing end. Reading ends once all of them have closed it, even if they were killed. The writer
ignores signals to stop, which a terminal sends to all processes of a service.

All processes of a service also share the revisions that callers have written. If a caller has
posted a record and sends a request at once, another process may answer, whose entity index is a
moment behind. The process that answers reads here which revision its index must have reached.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any, NoReturn

import orjson
import structlog

from resolver.api.server.limits import BACKLOG
from resolver.errors import (
    DatabaseError,
    InputError,
    OwnerError,
    ResolverError,
    ReusedIdError,
    StoreError,
    StoreFullError,
)
from resolver.hub.group_commit import CommittedRecord, GroupCommit, check_admission
from resolver.hub.ownership import HUB_OWNER, RecordOwner
from resolver.records import Kind, Record
from resolver.records.packing import pack, unpack

_LOG = structlog.get_logger("api")
_ERRORS: Mapping[str, type[ResolverError]] = {
    kind.__name__: kind
    for kind in (InputError, OwnerError, ReusedIdError, StoreFullError, DatabaseError, StoreError)
}
"""Error types that are raised again in the worker, by name."""
_CONNECT_SECONDS, _RETRY_SECONDS = 5.0, 0.05
"""Seconds for which a worker waits for a writer, and between two attempts."""
_MAX_ATTEMPTS = 3
"""Maximum number of attempts of one request, because its record may be the reason why the writer
dies.
"""
_Message = dict[str, Any]


class WriterClient:
    """Writer of records in a worker: forwards them to the writer process; thread-safe.

    `path`: socket of the writer process. `fallback`: writer of this process, used if there is no
    other.
    """

    def __init__(
        self, path: Path, fallback: Callable[[], GroupCommit], *, accept_restricted: bool = False
    ) -> None:
        self._path, self._fallback = path, fallback
        self._accept_restricted = accept_restricted
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    def post(
        self, record: Record, sender: RecordOwner = HUB_OWNER, *, accept_large: bool = False
    ) -> CommittedRecord:
        """Add a record or a new version of it, as `GroupCommit.post` does."""
        check_admission(record, accept_restricted=self._accept_restricted)
        request = {
            "post": [record.id, record.source, int(record.kind), record.schema, pack(record)],
            "accept_large": accept_large,
        }
        answer = self._ask({**request, "sender": _encode_sender(sender)})
        if answer is None:
            return self._fallback().post(record, sender, accept_large=accept_large)
        return CommittedRecord(answer["version"], answer["entity"], answer["shortened"])

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
        """Return the writer's answer, or None if there is no writer.

        Raises the error that the writer answers with, and `StoreError` if writers keep dying.
        """
        body = orjson.dumps(request)
        for _ in range(_MAX_ATTEMPTS):
            connection = self._connect()
            if connection is None:
                return None
            try:
                connection.send_bytes(body)
                reply = connection.recv_bytes()
            except (EOFError, OSError):
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

    def _connect(self) -> Connection | None:
        """Return an idle or a new connection, or None if no writer has listened for a long time."""
        connection = self._take_idle()
        until = time.monotonic() + _CONNECT_SECONDS
        while connection is None and time.monotonic() < until:
            try:
                connection = Client(str(self._path), "AF_UNIX")
            except OSError:
                time.sleep(_RETRY_SECONDS)
        return connection

    def _take_idle(self) -> Connection | None:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None or not connection.poll():
                return connection
            # no request is open, so if it is readable, the other end is gone
            connection.close()


class WriterServer:
    """Server of the writer process, with a thread for each connection.

    `group_commit`: function that returns the writer of this process.
    """

    def __init__(self, path: Path, group_commit: Callable[[], GroupCommit]) -> None:
        self._path, self._group_commit = path, group_commit
        # the socket of a writer that was killed
        path.unlink(missing_ok=True)
        self._listener = Listener(str(path), "AF_UNIX", backlog=BACKLOG)
        self._closing = threading.Event()

    def run(self) -> None:
        """Serve until it is closed. Raises `OSError` if it cannot accept connections."""
        with self._listener:
            while True:
                connection = self._listener.accept()
                if self._closing.is_set():
                    connection.close()
                    return
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Make `run` return; open connections are served until their clients end them."""
        self._closing.set()
        # closing a socket does not wake a thread that waits for a connection
        with suppress(OSError):
            Client(str(self._path), "AF_UNIX").close()

    def _serve(self, connection: Connection) -> None:
        """Answer the requests of a connection until its client ends."""
        with connection, suppress(EOFError, OSError):
            while True:
                request = orjson.loads(connection.recv_bytes())
                connection.send_bytes(orjson.dumps(self._answer(request)))

    def _answer(self, request: _Message) -> _Message:
        """Commit what a request asks for; return the result or the error."""
        sender = RecordOwner(*request["sender"])
        try:
            if "withdraw" in request:
                return {"version": self._group_commit().withdraw(request["withdraw"], sender)}
            committed = self._group_commit().post_admitted(
                _decode_record(request["post"]), sender, accept_large=request["accept_large"]
            )
            return {
                "version": committed.revision,
                "entity": committed.entity_id,
                "shortened": committed.is_shortened,
            }
        except Exception as error:
            # the waiting client must get an answer, whatever the error is
            return _encode_error(error)


# --- messages


def _decode_record(row: Sequence[Any]) -> Record:
    record_id, source, kind, schema, packed = row
    values = unpack([(entry[0], entry[1], entry[2]) for entry in packed])
    return Record(record_id, source, Kind(kind), schema, **values)  # type: ignore[arg-type]


def _encode_sender(sender: RecordOwner) -> list[Any]:
    return [sender.name, sender.agency, sender.may_change_all]


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


_RESTART_SECONDS, _LAST_COMMIT_SECONDS = 0.1, 10.0
"""Seconds before a successor starts, and for which the parent waits at the end."""
_SWITCH_SECONDS = 0.0005
"""Switch interval of the interpreter, in seconds. With the default of 5 ms, each thread that takes
records or sends answers would wait 5 ms while another thread commits.
"""
_MAX_FOLDER = 80
"""Maximum number of characters in a folder in which a Unix socket can lie."""


class WriterProcess:
    """Child process that a thread of this process starts, and starts again whenever it ends.

    The child is forked beside a main thread that waits for signals and holds no lock meanwhile.

    `write`: function that the child runs; when it returns or raises, the child ends. `close`:
    function that the child runs at the end of the service.
    """

    def __init__(self, write: Callable[[], None], close: Callable[[], None]) -> None:
        self._write, self._close = write, close
        self._pipe, self._pipe_end = os.pipe()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="writer", daemon=True)
        self.pid = 0
        """Process id; 0 before the first start."""

    def start(self) -> None:
        """Start the process."""
        self._thread.start()

    def stop(self) -> None:
        """Wait until the process has ended; kill it if it does not end."""
        self._stopping.set()
        os.close(self._pipe_end)
        self._thread.join(timeout=_LAST_COMMIT_SECONDS)
        if self._thread.is_alive():
            # a commit is whole or absent
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._thread.join()
        os.close(self._pipe)

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            try:
                self.pid = os.fork()
            except OSError as error:
                _LOG.error("cannot start the writer process", error=type(error).__name__)
            else:
                if self.pid == 0:
                    self._run()
                # gunicorn may have collected it already, as it does with every child
                with suppress(ChildProcessError):
                    os.waitpid(self.pid, 0)
                if not self._stopping.is_set():
                    _LOG.error("the writer process has ended")
            self._stopping.wait(_RESTART_SECONDS)

    def _run(self) -> NoReturn:
        """Write in a thread until the pipe ends, and leave this process."""
        try:
            with suppress(OSError):
                os.close(self._pipe_end)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
                signal.signal(number, signal.SIG_IGN)
            sys.setswitchinterval(_SWITCH_SECONDS)
            threading.Thread(target=self._write_or_end, daemon=True).start()
            os.read(self._pipe, 1)
            self._close()
        finally:
            os._exit(0)

    def _write_or_end(self) -> None:
        try:
            self._write()
        except Exception as error:
            _LOG.error("cannot serve the writer process", error=type(error).__name__)
        finally:
            os._exit(1)


@contextmanager
def socket_folder() -> Iterator[Path]:
    """Make a folder for a socket that only this user can reach."""
    owner_pid = os.getpid()
    folder = tempfile.mkdtemp(prefix="resolver-")
    if len(folder) > _MAX_FOLDER:
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix="resolver-", dir="/tmp")
    try:
        yield Path(folder)
    finally:
        # workers also get here when they end
        if os.getpid() == owner_pid:
            shutil.rmtree(folder, ignore_errors=True)
