"""Command line: help, errors, exit codes, start-up."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

import resolver
from resolver.cli import app
from resolver.cli.app import COMMANDS, LISTED_COMMANDS, CommandRow, describe_failure, run
from resolver.errors import InputError, UsageError

pytestmark = pytest.mark.slow


INVALID_USAGE = (
    ["dedupe"],
    ["dedupe", "x.csv"],
    ["check"],
    ["check", "x"],
    ["dedupe", "x", "--out", "o", "--plan", "Q"],
)
SLOW_IMPORTS = (
    "numpy",
    "pandas",
    "pyarrow",
    "numba",
    "sklearn",
    "rigour",
    "followthemoney",
    "pydantic",
    "rich",
    "faker",
)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"resolver {resolver.__version__}\n"


@pytest.mark.parametrize("name", LISTED_COMMANDS)
def test_help_has_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: resolver {name}" in shown
    assert "Example" in shown
    assert f"resolver {name}" in shown.split("Example", 1)[1]


def test_help_lists_all_commands(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    modules = {path for path in (root / "resolver" / "cli").rglob("*.py") if path.stem != "app"}
    texts = "".join(path.read_text() for path in sorted(modules))
    pattern = r"^@click\.(?:command|group)\(.*?^def (\w+)_command\("
    functions = re.findall(pattern, texts, re.MULTILINE | re.DOTALL)
    assert sorted(functions) == sorted(LISTED_COMMANDS)
    assert all(f"  {name} " in shown for name in LISTED_COMMANDS)


@pytest.mark.parametrize(
    "args", [["--help"], *([name, "--help"] for name in COMMANDS)], ids=lambda args: args[0]
)
def test_help_imports_nothing_slow(args: list[str]) -> None:
    code = (
        "import sys; from resolver.cli.app import run; run(sys.argv[2:]);"
        "print([name for name in sys.argv[1].split(',') if name in sys.modules])"
    )
    call = [sys.executable, "-c", code, ",".join(SLOW_IMPORTS), *args]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_command_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Commands:\n  dedupe " in shown.err


def test_renamed_command_works_with_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replan", "--store", "sqlite:///absent.db"]) == 1
    note, error = capsys.readouterr().err.splitlines()
    assert note == "note: `replan` is now called `rebuild`: use that name"
    assert error.startswith("error: absent.db: there is no such store")


def test_renamed_command_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    assert "replan" not in capsys.readouterr().out
    assert run(["replann"]) == 2
    assert "replan?" not in capsys.readouterr().err


def test_misspelled_command_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dedup"]) == 2
    assert "Did you mean dedupe? (see: resolver --help)" in capsys.readouterr().err


@pytest.mark.parametrize("args", INVALID_USAGE)
def test_invalid_usage_exits_with_2(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(args) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert shown.count("\n") == 1


def test_invalid_setting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESOLVER_MERGE_AT", "2")
    assert run(["settings"]) == 2
    assert capsys.readouterr().err.startswith("error: environment: RESOLVER_MERGE_AT is '2'")


def _fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("broken")
    def broken() -> None:
        raise error

    def get_command(*_: object) -> click.Command:
        return broken

    monkeypatch.setitem(COMMANDS, "broken", CommandRow("broken", "Fails."))
    monkeypatch.setattr(app.CommandTable, "get_command", get_command)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (
            InputError("no list", place="a.csv", hint="give one"),
            1,
            "error: a.csv: no list (give one)",
        ),
        (UsageError("two things"), 2, "error: two things"),
        (
            OSError(errno.ENOSPC, "No space left on device", "out/links.csv"),
            1,
            "error: out/links.csv: no space left",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "out"),
            1,
            "error: out: permission denied (choose a place",
        ),
        (MemoryError(), 1, "error: there is not enough memory"),
        (
            ValueError("odd\nthing"),
            1,
            "error: unexpected ValueError: odd thing (set RESOLVER_DEBUG=1",
        ),
    ],
)
def test_errors_are_one_line(
    error: Exception,
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _fail_with(error, monkeypatch)
    assert run(["broken"]) == code
    shown = capsys.readouterr()
    assert shown.err.startswith(line)
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def test_debug_setting_shows_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESOLVER_DEBUG", "1")
    _fail_with(ValueError("odd"), monkeypatch)
    assert run(["broken"]) == 1
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "in broken" in shown


def test_interrupt_is_silent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _fail_with(KeyboardInterrupt(), monkeypatch)
    assert run(["broken"]) == 130
    assert capsys.readouterr().err.strip() == ""


def test_closed_pipe_is_silent() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        call = [sys.executable, "-m", "resolver", "settings"]
        done = subprocess.run(call, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 1


def test_os_error_without_number_is_reported() -> None:
    assert describe_failure(OSError("strange"))[0].startswith("unexpected OSError: strange")


def test_system_error_under_memory_limit_is_lack_of_memory() -> None:
    error = SystemError("<function command> returned NULL without setting an exception")
    soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, hard_limit))
    try:
        assert "not enough memory" in describe_failure(error)[0]
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft_limit, hard_limit))


def test_system_error_without_memory_limit_is_unexpected() -> None:
    error = SystemError("<function command> returned NULL without setting an exception")
    assert describe_failure(error)[0].startswith("unexpected SystemError: ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert "_RESOLVER_COMPLETE" in capsys.readouterr().out


def test_completion_of_commands() -> None:
    environment = os.environ | {
        "_RESOLVER_COMPLETE": "bash_complete",
        "COMP_WORDS": "resolver ded",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", "from resolver.cli.app import cli; cli.main(prog_name='resolver')"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["plain,dedupe"]
