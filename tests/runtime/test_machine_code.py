"""Machine code of kernels, made without the package and run without numba."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from resolver.runtime import just_in_time, machine_code
from resolver.runtime.just_in_time import signatures, stated_signatures
from resolver.runtime.machine_code import LEVELS, processor_levels, symbol

WITHOUT_NUMBA = """
import sys
from pathlib import Path
sys.modules["numba"] = sys.modules["llvmlite"] = None
from resolver.runtime import machine_code
machine_code.FOLDER = Path(sys.argv[1])
import numpy as np
from resolver.runtime.arrays import distinct_items, take_items
print(distinct_items(np.array([5, 3, 5, 1], dtype=np.int32)).tolist())
offsets, items = np.array([0, 2, 3], dtype=np.int32), np.array([7, 8, 9], dtype=np.int32)
print([array.tolist() for array in take_items(offsets, items, np.array([1, 0]))])
print(type(distinct_items).__name__)
"""


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run kernels in a process that has no numba."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMBA, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.skipif(not processor_levels(), reason="no level is known for this processor")
def test_machine_code_needs_no_numba(root: Path, tmp_path: Path) -> None:
    level = processor_levels()[0]
    kernels = [key for key in stated_signatures() if key.startswith("runtime.arrays.")]
    script = root / ".ci" / "compile_kernels.py"
    subprocess.run([sys.executable, script, level, tmp_path, *kernels], check=True)
    result = run(tmp_path)
    assert result.returncode == 0, result.stderr
    items, chosen, kind = result.stdout.splitlines()
    assert items == "[1, 3, 5]"
    assert chosen == "[[1, 2], [2, 0, 1], [9, 7, 8]]"
    assert "ispatcher" not in kind
    code = machine_code.code_file(tmp_path / level)
    code.rename(code.with_name(code.name.replace(code.name.split(".")[0][-32:], "0" * 32)))
    assert "pip install numba" in run(tmp_path).stderr


@pytest.mark.slow
def test_without_machine_code_and_numba_one_line_says_what_to_do(tmp_path: Path) -> None:
    lines = run(tmp_path / "nothing").stderr.splitlines()
    assert "pip install numba" in lines[-1]


def test_every_kernel_has_a_name_of_its_own() -> None:
    names = [symbol(module, name) for module, name, _ in signatures()]
    assert len(set(names)) == len(names) > 50


def test_the_best_levels_come_first() -> None:
    assert list(LEVELS) == sorted(LEVELS, reverse=True)


@pytest.mark.parametrize(
    ("machine", "features", "levels"),
    [
        ("x86_64", "cx16 popcnt sse4_2 ssse3 fpu", ("x86-64-v2",)),
        ("x86_64", "fpu", ()),
        ("AMD64", " ".join(sorted(LEVELS["x86-64-v3"] | LEVELS["x86-64-v2"])), tuple(LEVELS)),
        ("aarch64", "", ("generic",)),
        ("riscv64", "cx16 popcnt sse4_2 ssse3", ()),
    ],
)
def test_levels_follow_from_the_processor(
    machine: str, features: str, levels: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(machine_code, "_processor_features", lambda: frozenset(features.split()))
    assert processor_levels.__wrapped__() == levels


def test_compiling_on_the_first_run_says_so_in_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    report = just_in_time.CompilationReport()
    # each kernel takes 3 seconds, of which one that it calls takes 1; 50 s pass between two kernels
    for _ in range(8):
        report.on_start(None)
        clock[0] += 2.0
        report.on_start(None)
        clock[0] += 1.0
        report.on_end(None)
        report.on_end(None)
        clock[0] += 50.0
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        f"compiling kernels for {seconds} s" for seconds in (3, 15)
    ]
