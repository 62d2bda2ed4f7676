"""Compiled code is cached until a source that went into it changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resolver.runtime import machine_code
from resolver.runtime.machine_code import stamp

pytestmark = pytest.mark.slow


KERNELS = """
from resolver.runtime.compiler import compiled
from resolver.tables import TABLE
from resolver.helper import scale


@compiled()
def add(x):
    return scale(x) + TABLE[0]
"""
HELPER = """
from resolver.runtime.compiler import compiled


@compiled(inline="always")
def scale(x):
    return x * {factor}
"""
RUN = """
from resolver.sums import add
print(add(1), sum(add.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path: Path, root: Path) -> Path:
    """Return a package of the same name with kernels of its own."""
    top = tmp_path / "resolver"
    ignored = shutil.ignore_patterns("__pycache__", "compiled")
    shutil.copytree(root / "resolver" / "runtime", top / "runtime", ignore=ignored)
    (top / "__init__.py").touch()
    (top / "sums.py").write_text(KERNELS)
    (top / "tables.py").write_text("TABLE = (100,)\n")
    (top / "helper.py").write_text(HELPER.format(factor=2))
    return top


def run(top: Path) -> tuple[int, int]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(top.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    process = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=top.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    result, hits = process.stdout.split()
    return int(result), int(hits)


def test_code_is_cached_until_a_source_changes(package: Path) -> None:
    assert run(package) == (102, 0)
    assert run(package) == (102, 1)
    (package / "tables.py").write_text("TABLE = (200,)\n")
    assert run(package) == (202, 0)
    (package / "helper.py").write_text(HELPER.format(factor=3))
    assert run(package) == (203, 0)
    for path in package.rglob("*.py"):
        path.touch()
    assert run(package) == (203, 1)


def test_stamp_covers_imported_modules(package: Path, tmp_path: Path) -> None:
    stamp.cache_clear()
    before = {name: fresh(package / f"{name}.py", package) for name in ("sums", "helper", "tables")}
    assert len(set(before.values())) == 3
    (package / "tables.py").write_text("TABLE = (200,)\n")
    after = {name: fresh(package / f"{name}.py", package) for name in before}
    assert {name for name in before if before[name] != after[name]} == {"sums", "tables"}
    elsewhere = tmp_path / "copy" / "resolver"
    shutil.copytree(package, elsewhere)
    assert fresh(elsewhere / "sums.py", elsewhere) == after["sums"]


@pytest.mark.parametrize(
    "line",
    [
        "import resolver.far",
        "from resolver import far",
        "from resolver.far import A, B",
        "from resolver.near.deep import (\n    A,\n)",
        "from resolver.near import (\n    deep,\n)",
    ],
)
def test_all_forms_of_import_count(package: Path, line: str) -> None:
    (package / "near").mkdir()
    (package / "near" / "__init__.py").touch()
    for path in (package / "far.py", package / "near" / "deep.py"):
        path.write_text("A = 1\n")
    (package / "helper.py").write_text(line + "\n")
    before = fresh(package / "helper.py", package)
    for path in (package / "far.py", package / "near" / "deep.py"):
        path.write_text("A = 2\n")
    assert fresh(package / "helper.py", package) != before


def fresh(source: Path, top: Path) -> str:
    """Return the stamp as a new process would compute it."""
    for cached in (stamp, machine_code._imports_of, machine_code._read):
        cached.cache_clear()
    return stamp(source, top)
