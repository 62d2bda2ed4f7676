"""Commands of `resolver` without the seconds of a start: each is a fork of one process.

`CommandServer` starts a process that imports the program, and a folder with an executable
`resolver`. That hands its arguments, folder, environment and standard streams over; a fork that
has opened nothing yet runs the real `main` with them, and its exit code is handed back.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Run by an interpreter without site-packages, which starts in some ten milliseconds.
_CLIENT = """#!{python} -IS
import json, os, signal, socket, struct, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    request = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(server, [struct.pack("!I", len(request))], [0, 1, 2])
    server.sendall(request)
    (child,) = struct.unpack("!i", server.recv(4))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: os.kill(child, number))
    code = server.recv(4)
sys.exit(struct.unpack("!i", code)[0] if len(code) == 4 else 70)
"""


class CommandServer:
    """Process that forks commands. `folder` holds the executable `resolver`."""

    def __init__(self) -> None:
        # the address of a socket has a hundred characters at most
        self._temporary = tempfile.TemporaryDirectory(prefix="cmd", dir="/tmp")
        self.folder = Path(self._temporary.name)
        address = str(self.folder / "socket")
        client = self.folder / "resolver"
        client.write_text(_CLIENT.format(python=sys.executable, address=address), "utf-8")
        client.chmod(0o755)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.command_server", address],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    @property
    def command(self) -> list[str]:
        """Return the words that take the place of `python -m resolver`."""
        return [str(self.folder / "resolver")]

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Return an environment in which `resolver` is a fork of the process."""
        return {**inherited, "PATH": f"{self.folder}{os.pathsep}{inherited['PATH']}"}

    def close(self) -> None:
        """End the process; commands that still run go on."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._temporary.cleanup()


def _preload() -> None:
    """Import all commands, and load the models, word tables and kernels of a run."""
    from resolver.cli.app import COMMANDS, load_command
    from resolver.engines.local import dedupe
    from resolver.hub.segment_contents import fingerprint_records
    from tests.hub.hubs import OPTIONS, make_intake

    for name in COMMANDS:
        load_command(name)
    # records in many scripts, of which some merge
    dedupe(make_intake(fingerprint_records().to_records()), OPTIONS)
    # a fork has no threads but the one that forks
    assert threading.active_count() == 1


def _serve(address: str) -> None:
    """Fork a process for each request, for ever."""
    running: set[int] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(16)
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            child = os.fork()
            if not child:
                listener.close()
                _answer(connection)
                os._exit(0)
            connection.close()
            running.add(child)
            running -= {ended for ended in running if os.waitpid(ended, os.WNOHANG)[0]}


def _answer(connection: socket.socket) -> None:
    """Run one command in a fork; send the number of that process, and then its exit code."""
    from resolver.cli.app import main

    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    (size,) = struct.unpack("!I", head)
    with connection.makefile("rb") as file:
        arguments, folder, environment = json.loads(file.read(size))
    child = os.fork()
    if not child:
        connection.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["resolver", *arguments]
        # ends the process, as it ends that of the installed command
        main()
    for stream in streams:
        os.close(stream)
    connection.sendall(struct.pack("!i", child))
    ended = os.pidfd_open(child)
    readable, _, _ = select.select([ended, connection.fileno()], [], [])
    if ended not in readable:
        # the client was killed, which ends the command in its place
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if ended in readable:
        connection.sendall(struct.pack("!i", os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    _preload()
    _serve(sys.argv[1])
