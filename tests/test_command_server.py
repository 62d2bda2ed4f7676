"""Forked commands: streams, folder and exit code are theirs, and no command outlives its client."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import resolver
from tests.api.serving import served
from tests.command_server import CommandServer

pytestmark = pytest.mark.slow


def call(server: CommandServer, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*server.command, *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_streams_folder_and_exit_code_are_those_of_the_command(
    command_server: CommandServer, tmp_path: Path
) -> None:
    done = call(command_server, "--version", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"resolver {resolver.__version__}\n")
    (tmp_path / "one.csv").write_text("id,name\n1,Ann Lee\n", "utf-8")
    done = call(command_server, "preview", "one.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Ann Lee" in done.stdout
    done = call(command_server, "absent", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: There is no command 'absent'")


def test_a_killed_client_ends_its_command(command_server: CommandServer, tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path}/hub.db", command=command_server.command) as (_, address, _):
        assert urllib.request.urlopen(f"{address}/healthz", timeout=60).status == 200
    deadline = time.monotonic() + 60
    parts = urlsplit(address)
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex((parts.hostname, parts.port)):
                return
        time.sleep(0.05)
    pytest.fail("the service goes on")
