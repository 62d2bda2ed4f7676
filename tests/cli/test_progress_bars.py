"""Progress bars and lines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resolver.cli.process_start import ProgressBars, format_counts, format_times
from resolver.records.progress import Progress
from resolver.runtime.processes import map_equal_parts


def drive(progress: Progress) -> None:
    progress.start("read", 2000, "records")
    progress.advance(1500)
    progress.advance(500)
    progress.start("score")
    progress.finish()


def test_no_progress_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBars(terminal=False) as bars:
        drive(bars)
    assert capsys.readouterr() == ("", "")


def test_verbose_prints_a_line_per_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBars(terminal=False, verbose=True) as bars:
        drive(bars)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.fullmatch(r"read: 2,000 records in \d+\.\d s\nscore: in \d+\.\d s\n", shown.err)


def test_bars_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with ProgressBars(terminal=True) as bars:
        drive(bars)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)
    assert "read" in shown
    assert "2,000 records" in shown


def check_processes() -> None:
    """Check that bars on a terminal go on beside work in several processes."""
    with ProgressBars(terminal=True) as bars:
        bars.start("read", 2000, "records")
        first, second = map_equal_parts(lambda start, stop: os.getpid(), 4, 2, 2)
        assert first == os.getpid() != second
        bars.advance(1500)
        time.sleep(0.5)


def test_bars_on_a_terminal_leave_all_cores_to_the_work(root: Path) -> None:
    """A worker of the test runner may have threads, and then makes no copies."""
    code = "from tests.cli.test_progress_bars import check_processes; check_processes()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    # drawn before the stage ends, by the thread
    assert "1,500 of 2,000 records" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", done.stderr)


@pytest.mark.parametrize(
    ("done", "total", "unit", "text"),
    [
        (812, 1445.0, "records", "812 of 1,445 records"),
        (0, 1445.0, "records", "0 of 1,445 records"),
        (1445, None, "records", "1,445 records"),
        (7, None, "", "7"),
        (0, None, "records", ""),
    ],
)
def test_counts(done: int, total: float | None, unit: str, text: str) -> None:
    assert format_counts(done, total, unit) == text


@pytest.mark.parametrize(
    ("elapsed", "remaining", "text"),
    [
        (0.2, None, "0 s"),
        (12.3, 40.0, "12 s, 40 s left"),
        (61.0, 3600.0, "1 min 01 s, 60 min 00 s left"),
    ],
)
def test_times(elapsed: float, remaining: float | None, text: str) -> None:
    assert format_times(elapsed, remaining) == text


def test_errors_are_not_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with ProgressBars(terminal=False, verbose=True) as bars:
            bars.start("read")
            raise KeyError("x")

    with pytest.raises(KeyError):
        fail()
    assert capsys.readouterr().err == ""


def test_counts_as_totals() -> None:
    bars = ProgressBars(terminal=False)
    bars.start("read", unit="records")
    for count in (10, 25, 25):
        bars.reach(count)
    assert bars._done == 25
