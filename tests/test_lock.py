"""Locked versions: every file that an installation fetches is named by its hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("constraints.txt", "deploy/requirements.txt")
REQUIREMENT = re.compile(r"(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")
NAME = re.compile(r"[A-Za-z0-9._-]+")


def locked(path: Path) -> dict[tuple[str, str], frozenset[str]]:
    """Return the hashes in a file by name and version."""
    hashes: dict[tuple[str, str], frozenset[str]] = {}
    for line in path.read_text("utf-8").replace("\\\n", " ").splitlines():
        if line.startswith("#"):
            continue
        requirement, *rest = re.split(r"\s+--hash=", line.strip())
        match = REQUIREMENT.fullmatch(requirement)
        assert match, line[:80]
        hashes[match["name"], match["version"]] = frozenset(rest)
    return hashes


def normalized(requirement: str) -> str:
    """Return the name in a requirement as the locks write it (PEP 503)."""
    match = NAME.match(requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_version_has_hashes(name: str, root: Path) -> None:
    for requirement, hashes in locked(root / name).items():
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in hashes), requirement


def test_locks_cover_the_dependencies(root: Path) -> None:
    stated = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    extras = stated["project"]["optional-dependencies"]
    build = stated["dependency-groups"]["build"]
    base = {normalized(text) for text in [*stated["project"]["dependencies"], *build]}
    everything = base | {normalized(text) for texts in extras.values() for text in texts}
    everything -= {stated["project"]["name"]}
    service = base | {
        normalized(text) for extra in ("postgres", "server", "train") for text in extras[extra]
    }
    service -= {stated["project"]["name"]}
    for name, needed in zip(LOCKS, (everything, service), strict=True):
        assert needed <= {package for package, _ in locked(root / name)}, name


def test_the_service_has_the_versions_that_are_tested(root: Path) -> None:
    everything, service = (locked(root / name) for name in LOCKS)
    assert service.items() <= everything.items()
    assert not {"pytest", "pyspark", "mkdocs"} & {name for name, _ in service}


def test_nothing_is_installed_without_its_hash(root: Path) -> None:
    script = (root / ".ci" / "install").read_text("utf-8")
    assert "--require-hashes" in script
    for name in ("Makefile", "deploy/Dockerfile", "docs/how-to/operate.md"):
        text = (root / name).read_text("utf-8")
        # uv, which writes the locks, is no part of an installation
        commands = re.findall(r"pip install (?!--quiet uv$).*", text, re.MULTILINE)
        assert commands == [], name
        assert ".ci/install" in text, name
