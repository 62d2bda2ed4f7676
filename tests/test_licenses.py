"""Licenses: every package and every data file is on the page, with one that can be shipped."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def licenses(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("licenses", root / ".ci" / "licenses.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "reference" / "licenses.md").read_text("utf-8")


def test_every_package_is_on_the_page_with_its_license(licenses: ModuleType, page: str) -> None:
    packages: dict[str, str] = licenses.packages()
    assert len(packages) > 60
    for name, use in packages.items():
        license = licenses.license_of(name)
        assert licenses.is_allowed(license), f"{name}: {license or 'unknown license'}"
        assert f"| {name} | {license} | {use} |\n" in page, f"{name}: run `make pages`"


def test_the_page_has_no_package_that_is_gone(root: Path, licenses: ModuleType, page: str) -> None:
    names = re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
    locked = {licenses.normalized(line.partition("==")[0]) for line in open_lines(root)}
    assert "python-stdnum" in names
    assert [name for name in names if name not in locked | {"package"}] == []


def open_lines(root: Path) -> list[str]:
    """Return the packages and versions of all extras."""
    return [line for line in (root / "constraints.txt").read_text().splitlines() if "==" in line]


def test_every_data_file_is_on_the_page(licenses: ModuleType, page: str) -> None:
    files = list(licenses.data_files())
    assert "resolver/data/names.json" in files
    assert licenses.uncovered(files) == []
    for pattern, content, source, license in licenses.DATA:
        assert f"| `{pattern}` | {content} | {source} | {license} |\n" in page, "run `make pages`"
        assert license == "public domain" or licenses.is_allowed(license)
        assert any(Path(name).match(pattern) for name in files), f"{pattern} is gone"


def test_a_file_that_is_not_listed_is_found(licenses: ModuleType) -> None:
    assert licenses.uncovered(["models/card.md", "resolver/x.csv"]) == ["resolver/x.csv"]


@pytest.mark.parametrize(
    ("license", "allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("LGPL-2.1-or-later", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("MIT AND GPL-2.0-only", False),
        ("MIT AND (BSD-3-Clause OR GPL-2.0-only)", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_licenses_that_can_be_shipped(licenses: ModuleType, license: str, allowed: bool) -> None:
    assert licenses.is_allowed(license) is allowed
