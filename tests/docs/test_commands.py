"""Every command in the README and the documentation runs as printed, on data the project makes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command_server import CommandServer
from tests.docs.page_blocks import Block, blocks, command_lines, pages

ROOT = Path(__file__).resolve().parents[2]
MOST_LEFT_OUT = 3
SECONDS = 300
# Commands that stand for themselves elsewhere in the suite or would install or test the project.
_COVERED = re.compile(r"^(git clone |cd resolver|make |python3? -m venv|\.?\S*pip install )")
_SERVE = re.compile(r"^(\S*/)?resolver serve\b(?!.*--prepare)")
BEGINNING = {
    "resolver demo --records 2000 --out demo": "demo",
    "resolver dedupe demo/lists --store sqlite:///hub.db": "hub.db*",
}
"""Commands that many pages begin with, and the files that they write."""
PAGES = [page for page in pages(ROOT) if any(block.is_run for block in blocks(page))]
LONG_PAGES = ("quality.md", "scale.md", "train.md")
"""Pages that start clusters or train models several times; they run at night."""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Demo:
    """What the commands that many pages begin with write, and the process that forks commands."""

    folder: Path
    server: CommandServer

    def copy(self, target: Path, pattern: str) -> None:
        """Copy the files and folders of a pattern to the folder of a page."""
        for path in self.folder.glob(pattern):
            if path.is_dir():
                shutil.copytree(path, target / path.name, dirs_exist_ok=True)
            else:
                shutil.copy(path, target)


class Session:
    """Folder, environment and background services of one page."""

    def __init__(self, folder: Path, demo: Demo) -> None:
        self.folder = folder
        self.demo = demo
        self.port = _free_port()
        self.scripts: list[str] = []
        self.waiting: Block | None = None
        self.services: list[subprocess.Popen[bytes]] = []
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {
            **os.environ,
            "PATH": path,
            "HOME": str(folder / "home"),
            "PYTHONPATH": str(ROOT),
        }

    def run(self, block: Block) -> None:
        """Write or execute one block."""
        if block.title:
            target = self.folder / block.title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, "utf-8")
        elif block.language == "python" and block.is_run:
            self.scripts.append(self._with_port(block.body))
            self.waiting = block
        elif block.is_run:
            self.run_scripts()
            for command in command_lines(block):
                self._run_command(self._with_port(command), block)

    def run_scripts(self) -> None:
        """Run the Python blocks so far as one script, unless that has been done."""
        if self.waiting is not None:
            script = "\n".join(self.scripts)
            self._call([sys.executable, "-c", script], self.waiting, script)
            self.waiting = None

    def _run_command(self, command: str, block: Block) -> None:
        if _COVERED.match(command):
            return
        if command.strip() in BEGINNING:
            self.demo.copy(self.folder, BEGINNING[command.strip()])
            return
        if _SERVE.match(command):
            self._serve(command, block)
            return
        environment = self.demo.server.environment(self.environment)
        self._call(["bash", "-euo", "pipefail", "-c", command], block, command, environment)

    def _call(
        self, call: list[str], block: Block, shown: str, environment: dict[str, str] | None = None
    ) -> None:
        done = subprocess.run(
            call,
            cwd=self.folder,
            env=environment or self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        place = f"{block.page.relative_to(ROOT)}:{block.line}"
        assert done.returncode == 0, (
            f"{place}: {shown}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )

    def _serve(self, command: str, block: Block) -> None:
        self.close()
        words = command if "--port" in command else f"{command} --port {self.port}"
        service = subprocess.Popen(
            ["bash", "-c", f"exec {words}"],
            cwd=self.folder,
            env=self.demo.server.environment(self.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.services.append(service)
        deadline = time.monotonic() + SECONDS
        while not _is_ready(self.port):
            assert service.poll() is None, f"{block.page.name}:{block.line}: {command} ended"
            assert time.monotonic() < deadline, f"{block.page.name}: {command} does not get ready"
            time.sleep(0.2)

    def _with_port(self, text: str) -> str:
        return re.sub(r"(127\.0\.0\.1|localhost):8000\b", rf"\1:{self.port}", text)

    def close(self) -> None:
        """Stop the services of the page."""
        for service in self.services:
            service.send_signal(signal.SIGTERM)
            service.wait(60)
        self.services.clear()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, command_server: CommandServer) -> Demo:
    """Run the commands that many pages begin with, once for all pages."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for command in BEGINNING:
        call = [sys.executable, "-m", *command.split()]
        subprocess.run(call, cwd=folder, env=environment, check=True)
    return Demo(folder, command_server)


@contextmanager
def session_of(folder: Path, demo: Demo) -> Iterator[Session]:
    (folder / "home").mkdir()
    caches = Path.home() / ".cache" / "resolver"
    if caches.is_dir():
        # Tables of symbols take seconds to make; pages find them as a second run would.
        (folder / "home" / ".cache").mkdir()
        (folder / "home" / ".cache" / "resolver").mkdir()
        for path in filter(Path.is_file, caches.iterdir()):
            (folder / "home" / ".cache" / "resolver" / path.name).symlink_to(path)
    session = Session(folder, demo)
    try:
        yield session
    finally:
        session.close()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            page,
            id=str(page.relative_to(ROOT)),
            marks=[pytest.mark.nightly] if page.name in LONG_PAGES else [],
        )
        for page in PAGES
    ],
)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path, demo: Demo) -> None:
    with session_of(tmp_path, demo) as session:
        for block in blocks(page):
            session.run(block)
        session.run_scripts()


def test_the_check_of_the_readme_finds_one_entity(tmp_path: Path, demo: Demo) -> None:
    page = ROOT / "README.md"
    commands = [line for block in blocks(page) if block.is_run for line in command_lines(block)]
    (command,) = (line for line in commands if line.startswith("resolver check "))
    with session_of(tmp_path, demo) as session:
        demo.copy(session.folder, BEGINNING["resolver dedupe demo/lists --store sqlite:///hub.db"])
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=session.folder,
            env=demo.server.environment(session.environment),
            capture_output=True,
            text=True,
            check=True,
        )
    rows = [line for line in done.stdout.splitlines() if re.match(r"[01]\.\d{4} ", line)]
    assert len(rows) == 1
    assert "2 more records of e-" in done.stdout


def test_few_blocks_are_left_out() -> None:
    left_out = [block for page in pages(ROOT) for block in blocks(page) if block.reason]
    assert len(left_out) <= MOST_LEFT_OUT, [f"{block.page}:{block.line}" for block in left_out]


def test_no_command_hides_in_an_indented_block() -> None:
    hidden = re.compile(r"^ {4,}(\$ )?(\S*/)?(resolver|make|curl|pip) ", re.MULTILINE)
    for page in pages(ROOT):
        text = re.sub(r"^( *)```.*?^\1```", "", page.read_text("utf-8"), flags=re.M | re.S)
        assert not hidden.search(text), f"{page.relative_to(ROOT)}: use a bash block"
