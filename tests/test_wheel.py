"""Test that the wheel is complete: build it, install it elsewhere, run it outside the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
MAX_INSTALLED = 600 << 20
"""Bytes of an environment with nothing but the package for one platform, without bytecode."""


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with nothing but the installed wheel."""
    pytest.importorskip("hatchling")
    dist, target = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    call(["-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(root)], dist)
    (wheel,) = dist.glob("*.whl")
    options = ["--quiet", "--no-deps", "--no-index", "--target", str(target)]
    call(["-m", "pip", "install", *options, str(wheel)], dist)
    share_kernels(root, target)
    return target


def share_kernels(root: Path, site: Path) -> None:
    """Copy the compiled kernels of the checkout to the same sources of the wheel.

    Compiling takes minutes and is not tested here. Numba finds compiled code by its source.
    """
    for source in (site / "resolver").rglob("*.py"):
        place = source.relative_to(site)
        top = place.parts[1] in ("api", "models")
        checkout_file = root / (place.relative_to("resolver") if top else place)
        assert source.read_bytes() == checkout_file.read_bytes()
        cache = source.parent / "__pycache__"
        cache.mkdir(exist_ok=True)
        # copy the index last, since it refers to the other files
        for ending in ("nbc", "nbi"):
            for compiled in (checkout_file.parent / "__pycache__").glob(
                f"{source.stem}.*.{ending}"
            ):
                shutil.copy2(compiled, cache)


def call(args: list[str], folder: Path, path: Path | None = None) -> str:
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    process = subprocess.run(
        [sys.executable, *args],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_wheel_adds_one_import_package(site: Path, root: Path) -> None:
    names = {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")}
    assert names - {"bin"} == {"resolver"}
    assert (site / "resolver" / "py.typed").exists()
    kinds = (".py", ".json", ".html", ".css", ".js", ".svg")
    missing = []
    for source, target in (("resolver", ""), ("models", "models"), ("api", "api")):
        files = [path for path in (root / source).rglob("*") if path.suffix in kinds]
        placed = {path: Path(target) / path.relative_to(root / source) for path in files}
        missing += [
            str(path) for path in placed.values() if not (site / "resolver" / path).exists()
        ]
    assert missing == []


def test_modules_named_models_and_api_do_not_conflict(site: Path, tmp_path: Path) -> None:
    for name in ("models", "api"):
        (tmp_path / f"{name}.py").write_text("OWN = True\n")
    code = (
        "import api, models, resolver.models.loader, resolver.api.app;"
        "print(api.OWN, models.OWN, len(resolver.models.loader.load('person')) > 0)"
    )
    assert call(["-c", code], tmp_path, site).split() == ["True"] * 3


def test_a_wheel_for_one_platform_brings_compiled_files(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Build a wheel with a file in place of the kernels, as `.ci/wheels` does."""
    for name in ("kernels/level", "words"):
        (tmp_path / "compiled" / name).mkdir(parents=True)
    (tmp_path / "compiled" / "kernels" / "level" / "code.so").write_bytes(
        b"-GLIBC_2.2.5-GLIBC_2.99-"
    )
    (tmp_path / "compiled" / "words" / "words-1.bin").touch()
    monkeypatch.setenv("RESOLVER_COMPILED", str(tmp_path / "compiled"))
    call(
        ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(root)], tmp_path
    )
    (wheel,) = tmp_path.glob("*.whl")
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert f"-{python}-{python}-" in wheel.name
    assert not sys.platform.startswith("linux") or "-manylinux_2_99_" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = (name for name in names if name.endswith("/METADATA"))
        stated = archive.read(metadata).decode("utf-8")
    assert "resolver/kernels/compiled/level/code.so" in names
    assert "resolver/reference/data/words-1.bin" in names
    assert re.findall(r"^Requires-Dist: (?:numba|llvmlite)(?!.*extra)", stated, re.MULTILINE) == []


def without_compilers(folder: Path) -> dict[str, str]:
    """Return an environment in which no compiler and no other program is found."""
    folder.mkdir()
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {name: text for name, text in os.environ.items() if name not in hidden}
    return {**environment, "PATH": str(folder), "CC": "/bin/false", "CXX": "/bin/false"}


@pytest.mark.nightly
def test_the_wheel_is_installed_without_a_compiler(root: Path, tmp_path: Path) -> None:
    """Install the wheel for this platform and all that it needs in a fresh environment."""
    subprocess.run([root / ".ci" / "wheels", sys.executable, tmp_path], check=True, timeout=1_200)
    (wheel,) = tmp_path.glob("*.whl")
    environment = without_compilers(tmp_path / "nothing")
    fresh = tmp_path / "fresh"
    call(["-m", "venv", str(fresh)], tmp_path)
    (tmp_path / "models.py").write_text("OWN = True\n")
    (tmp_path / "api.py").write_text("OWN = True\n")
    steps = (
        ["-m", "pip", "install", "--quiet", "--no-compile", str(wheel)],
        ["-m", "pip", "check"],
        ["-c", "import api, models, resolver.models.loader; assert api.OWN and models.OWN"],
        ["-m", "resolver", "demo", "--records", "300", "--out", "demo"],
    )
    for step in steps:
        subprocess.run(
            [fresh / "bin" / "python", *step],
            cwd=tmp_path,
            env=environment,
            check=True,
            timeout=1_200,
        )
    assert not list(fresh.glob("lib/python*/site-packages/numba"))
    own = tmp_path / "own"
    call(["-m", "resolver", "demo", "--records", "300", "--out", str(own)], tmp_path, root)
    for name in ("links.csv", "entities.ftm.json", "statements.csv"):
        content = (tmp_path / "demo" / "result" / name).read_bytes()
        assert content == (own / "result" / name).read_bytes()
    installed = sum(path.stat().st_size for path in fresh.rglob("*") if path.is_file())
    assert installed < MAX_INSTALLED


def test_demo_runs_from_the_wheel(site: Path, tmp_path: Path) -> None:
    code = "import resolver, resolver.models; print(resolver.__file__, resolver.models.__file__)"
    places = call(["-c", code], tmp_path, site)
    assert all(name.startswith(str(site)) for name in places.split())
    output = call(["-m", "resolver", "demo", "--records", "300", "--out", "demo"], tmp_path, site)
    assert "report.html" in output
    for name in (
        "links.csv",
        "entities.csv",
        "entities.ftm.json",
        "statements.csv",
        "rejects.csv",
        "report.html",
    ):
        assert (tmp_path / "demo" / "result" / name).stat().st_size > 0
