"""The wheel holds all that the program needs: it is built, laid down elsewhere, and run from outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but what the wheel installs."""
    pytest.importorskip("hatchling")
    dist, target = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    call(["-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(root)], dist)
    (wheel,) = dist.glob("*.whl")
    call(
        [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(target),
            str(wheel),
        ],
        dist,
    )
    share_kernels(root, target)
    return target


def share_kernels(root: Path, site: Path) -> None:
    """Lay what is compiled of the checkout beside the same sources of the wheel: compiling takes minutes and is no part
    of what is tested here. What has been compiled is known by what the sources say."""
    for source in (site / "resolver").rglob("*.py"):
        ours = root / source.relative_to(site)
        assert source.read_bytes() == ours.read_bytes()
        kept = source.parent / "__pycache__"
        kept.mkdir(exist_ok=True)
        # the index last: it names the others
        for ending in ("nbc", "nbi"):
            for compiled in (ours.parent / "__pycache__").glob(f"{source.stem}.*.{ending}"):
                shutil.copy2(compiled, kept)


def call(args: list[str], folder: Path, path: Path | None = None) -> str:
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, *args],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_holds_the_packages_and_no_tests(site: Path, root: Path) -> None:
    names = {path.name for path in site.iterdir()}
    assert {"resolver", "models"} <= names
    assert not names & {"tests", "benchmarks", "docs"}
    assert (site / "resolver" / "py.typed").exists()
    for top in ("resolver", "models", "api"):
        kinds = (".py", ".json", ".html", ".css", ".js", ".svg")
        shipped = {
            path.relative_to(root) for path in (root / top).rglob("*") if path.suffix in kinds
        }
        assert {str(path) for path in shipped if not (site / path).exists()} == set()


def test_the_demo_runs_from_it(site: Path, tmp_path: Path) -> None:
    where = call(
        ["-c", "import resolver, models; print(resolver.__file__, models.__file__)"], tmp_path, site
    )
    assert all(name.startswith(str(site)) for name in where.split())
    said = call(["-m", "resolver", "demo", "--records", "300", "--out", "demo"], tmp_path, site)
    assert "report.html" in said
    for name in (
        "links.csv",
        "entities.csv",
        "entities.ftm.json",
        "statements.csv",
        "rejects.csv",
        "report.html",
    ):
        assert (tmp_path / "demo" / "result" / name).stat().st_size > 0
