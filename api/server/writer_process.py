"""Run the writer process beside the workers: start it, start it again, and end it after them.

The process ends when the last process that could send it a record has ended. It learns that from a
pipe which nobody writes to: the parent and, by inheritance, each worker hold the writing end, and
reading ends once all of them have closed it, even if they were killed. Signals to stop, which a
terminal sends to all processes of a service, are none of its business.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import structlog

_LOG = structlog.get_logger("api")
_RESTART_SECONDS, _LAST_COMMIT_SECONDS = 0.1, 10.0
"""Seconds before a successor starts, and for which the parent waits at the end."""
_SWITCH_SECONDS = 0.0005
"""Seconds after which a thread leaves Python to another that waits; 5 ms by default, which each of
the threads that take records and send answers would wait for, while another commits.
"""
_MAX_FOLDER = 80
"""Characters of a folder in which a Unix socket can lie."""


class WriterProcess:
    """Child process that a thread of this process starts, and starts again whenever it has ended.

    The child is forked beside a main thread that waits for signals, and holds no lock meanwhile.

    write: function that the child runs; when it returns or raises, the child ends.
    close: function that the child runs at the end of the service.
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
        """Wait until the process has ended; kill it where it does not."""
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
        # workers come by here too when they end
        if os.getpid() == owner_pid:
            shutil.rmtree(folder, ignore_errors=True)
