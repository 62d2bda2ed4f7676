"""Symbols of tokens from a process that keeps `rigour`'s table, asked over a socket that only its user can reach.

The table takes seconds and hundreds of megabytes to load. A service starts this process first, reads its own data
meanwhile, and all its workers ask it for the few words that no list holds. It ends with whoever started it. A line of
JSON (tokens) is answered by one (their symbol ids).
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import orjson

Symbols = tuple[int, ...]
_WAIT = 120.0
"""Seconds in which the table must have loaded, on however busy a machine."""


class Asked:
    """A process that is asked. Safe to use from several threads, and after a fork in either process. Raises `OSError`
    where it cannot be started."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="resolver-symbols-")
        self._path = str(Path(self._folder) / "ask")
        self._mine = os.getpid()
        self._free: list[tuple[int, IO[bytes]]] = []
        with socket.socket(socket.AF_UNIX) as listening:
            # listens before there is anybody to answer, so that nobody need try again
            listening.bind(self._path)
            listening.listen(256)
            root = str(Path(__file__).resolve().parents[2])
            code = f"import sys; sys.path.insert(0, {root!r}); from resolver.normalise.asked import answer; answer()"
            number = listening.fileno()
            self._child = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-c", code, str(number), str(self._mine)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[number],
            )
        atexit.register(self.close)

    def symbols(self, tokens: Sequence[str]) -> list[Symbols]:
        """The symbol ids of each token. Raises `OSError` where nobody answers."""
        if not tokens:
            return []
        line = orjson.dumps([token.encode("utf-8", "surrogatepass").hex() for token in tokens])
        # a connection that was left may have ended; a new one tells whether there is still somebody
        while (file := self._left()) is not None:
            with suppress(OSError, ValueError):
                return self._answered(line, file)
            file.close()
        file = self._connected()
        try:
            return self._answered(line, file)
        except (OSError, ValueError) as error:
            file.close()
            raise OSError("the process with the symbols ended") from error

    def _answered(self, line: bytes, file: IO[bytes]) -> list[Symbols]:
        file.write(line + b"\n")
        file.flush()
        found = [tuple(ids) for ids in orjson.loads(file.readline())]
        self._free.append((os.getpid(), file))
        return found

    def _left(self) -> IO[bytes] | None:
        """A connection of this process that nobody uses now."""
        while self._free:
            # one step for the interpreter, so threads need no lock; a fork leaves those of the other process
            with suppress(IndexError):
                owner, file = self._free.pop()
                if owner == os.getpid():
                    return file
                file.close()
        return None

    def _connected(self) -> IO[bytes]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_WAIT)
            connection.connect(self._path)
            return cast("IO[bytes]", connection.makefile("rwb"))

    def close(self) -> None:
        """End the process, if this one started it."""
        atexit.unregister(self.close)
        while (file := self._left()) is not None:
            file.close()
        if os.getpid() == self._mine:
            self._child.kill()
            self._child.wait()
            shutil.rmtree(self._folder, ignore_errors=True)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Answer line by line."""
        table: Callable[[Sequence[str]], list[Symbols]] = self.server.table  # type: ignore[attr-defined]
        for line in self.rfile:
            tokens = [bytes.fromhex(text).decode("utf-8", "surrogatepass") for text in orjson.loads(line)]
            self.wfile.write(orjson.dumps(table(tokens)) + b"\n")


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def answer() -> None:
    """The process: load the table, then answer until whoever started it has ended."""
    from resolver.normalise.symbols import person_symbols

    number, parent = int(sys.argv[1]), int(sys.argv[2])
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    person_symbols(["a"])
    server = _Server("", _Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=number)
    server.table = person_symbols  # type: ignore[attr-defined]
    server.serve_forever()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)
