"""PostgreSQL server for tests, if its programs are installed.

PostgreSQL refuses to run as root, so root starts it as another user.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_USERS = ("postgres", "nobody")


def programs() -> Path | None:
    """Return the folder of the newest `initdb` and `pg_ctl`, or None."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if candidates:
        return candidates[-1].parent
    executable = shutil.which("initdb")
    return Path(executable).resolve().parent if executable else None


def _user() -> str | None:
    """Return the user to run the server as; None: the current user."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in _USERS if name in names), None)


@dataclass(frozen=True)
class Server:
    """Server that can be stopped and started again; `url` is the URL of its database."""

    url: str
    stop: Callable[[], None]
    start: Callable[[], None]


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server within the context and yield its URL; its data goes to a folder in `folder`."""
    with stoppable(folder) as running:
        yield running.url


@contextmanager
def stoppable(folder: Path) -> Iterator[Server]:
    """Run a server as `server` does, with functions to stop and start it."""
    place = programs()
    assert place is not None
    user = _user()
    # paths of sockets are limited to 107 characters, so `folder` has a short path
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=folder))
    try:
        if user:
            shutil.chown(home, user)
        data = home / "data"
        _run(
            user,
            place / "initdb",
            "-D",
            data,
            "-U",
            "tests",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        )
        options = (
            f"-k {home} -c listen_addresses='' -c fsync=off -c full_page_writes=off "
            "-c max_connections=50"
        )

        def start() -> None:
            _run(
                user, place / "pg_ctl", "-D", data, "-o", options, "-l", home / "log", "-w", "start"
            )

        def stop() -> None:
            _run(user, place / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")

        start()
        try:
            yield Server(f"postgresql+psycopg://tests@/postgres?host={home}", stop, start)
        finally:
            stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _run(user: str | None, *command: object) -> None:
    options = (
        {}
        if user is None or user == getpass.getuser()
        else {"user": user, "group": pwd.getpwnam(user).pw_gid}
    )
    done = subprocess.run(
        [str(word) for word in command],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        extra_groups=[] if options else None,
        **options,  # type: ignore[call-overload]
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}"
