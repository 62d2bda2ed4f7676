"""Progress bars and lines."""

from __future__ import annotations

import re

import pytest

from resolver.cli.progress_bars import ProgressBars, format_counts, format_times
from resolver.records.progress import Progress


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
