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
from pathlib import Path

import pytest

from tests.docs.page_blocks import Block, blocks, command_lines, pages

ROOT = Path(__file__).resolve().parents[2]
MOST_LEFT_OUT = 3
SECONDS = 300
# Commands that stand for themselves elsewhere in the suite or would install or test the project.
_COVERED = re.compile(r"^(git clone |cd resolver|make |python3? -m venv|\.?\S*pip install )")
_SERVE = re.compile(r"^(\S*/)?resolver serve\b(?!.*--prepare)")
PAGES = [page for page in pages(ROOT) if any(block.is_run for block in blocks(page))]

pytestmark = pytest.mark.slow


class Session:
    """Folder, environment and background services of one page."""

    def __init__(self, folder: Path, demo: Path) -> None:
        self.folder = folder
        self.demo = demo
        self.port = _free_port()
        self.scripts: list[str] = []
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
            self._call([sys.executable, "-c", "\n".join(self.scripts)], block, block.body)
        elif block.is_run:
            for command in command_lines(block):
                self._run_command(self._with_port(command), block)

    def _run_command(self, command: str, block: Block) -> None:
        if _COVERED.match(command):
            return
        if _is_demo(command):
            shutil.copytree(self.demo, self.folder / "demo", dirs_exist_ok=True)
            return
        if _SERVE.match(command):
            self._serve(command, block)
            return
        self._call(["bash", "-euo", "pipefail", "-c", command], block, command)

    def _call(self, call: list[str], block: Block, shown: str) -> None:
        done = subprocess.run(
            call,
            cwd=self.folder,
            env=self.environment,
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
            env=self.environment,
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


def _is_demo(command: str) -> bool:
    return bool(re.fullmatch(r"(\S*/)?resolver demo --records 2000 --out demo", command.strip()))


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
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of the command that pages begin with, run once for all pages."""
    folder = tmp_path_factory.mktemp("demo")
    call = [sys.executable, "-m", "resolver", "demo", "--records", "2000", "--out", "demo"]
    subprocess.run(call, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    return folder / "demo"


@contextmanager
def session_of(folder: Path, demo: Path) -> Iterator[Session]:
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path, demo: Path) -> None:
    with session_of(tmp_path, demo) as session:
        for block in blocks(page):
            session.run(block)


def test_few_blocks_are_left_out() -> None:
    left_out = [block for page in pages(ROOT) for block in blocks(page) if block.reason]
    assert len(left_out) <= MOST_LEFT_OUT, [f"{block.page}:{block.line}" for block in left_out]


def test_no_command_hides_in_an_indented_block() -> None:
    hidden = re.compile(r"^ {4,}(\$ )?(\S*/)?(resolver|make|curl|pip) ", re.MULTILINE)
    for page in pages(ROOT):
        text = re.sub(r"^( *)```.*?^\1```", "", page.read_text("utf-8"), flags=re.M | re.S)
        assert not hidden.search(text), f"{page.relative_to(ROOT)}: use a bash block"
