"""Dependencies of an installation: none is compiled there, and every import has one."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

SOURCES = ("resolver", "api", "models")
# Modules that only an extra needs: import -> extra.
EXTRA_OF = {
    "aiohttp": "url",
    "altair": "charts",
    "authlib": "server",
    "faker": "train",
    "fontTools": "pdf",
    "fpdf": "pdf",
    "fsspec": "url",
    "gunicorn": "server",
    "joserfc": "server",
    "llvmlite": "source",
    "numba": "source",
    "prometheus_client": "server",
    "pyspark": "spark",
    "python_calamine": "excel",
    "recordlinkage": "train",
    "scipy": "train",
    "sklearn": "train",
    "structlog": "server",
    "threadpoolctl": "train",
    "waitress": "server",
    "webauthn": "server",
}
TOOLS = "followthemoney hypothesis mypy normality pyicu pytest rigour ruff selenium".split()
"""Packages for tests and types, and those that are compiled where they are installed."""


@pytest.fixture(scope="module")
def stated(root: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required(requirements: Iterable[str]) -> set[str]:
    """Return the names of some requirements and of all that these require."""
    names: set[str] = set()
    pending = [(text, frozenset({""})) for text in requirements]
    while pending:
        text, extras = pending.pop()
        requirement = Requirement(text)
        name, marker = normalized(requirement.name), requirement.marker
        applies = marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)
        if applies and name not in names:
            names.add(name)
            inner = frozenset({"", *requirement.extras})
            pending += [(other, inner) for other in distribution(name).requires or ()]
    return names


def imported(root: Path) -> Iterator[tuple[str, str]]:
    """Yield module and top name of every import of the package that is no standard library."""
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module or ""]
                for name in {name.partition(".")[0] for name in names}:
                    if name not in sys.stdlib_module_names and name != "resolver":
                        yield path.relative_to(root).as_posix(), name


def test_no_default_dependency_is_compiled_where_it_is_installed(stated: dict[str, Any]) -> None:
    names = required(stated["dependencies"])
    assert names & set(TOOLS) == set()
    # the registry takes no wheel for `linux_x86_64`: one with this tag was built on this machine
    built = [
        name
        for name in sorted(names)
        if re.search(r"^Tag: \S+-linux_", distribution(name).read_text("WHEEL") or "", re.MULTILINE)
    ]
    assert built == []
    assert len(names) > 40


def test_a_locally_built_wheel_would_be_noticed() -> None:
    pytest.importorskip("icu")
    assert "-linux_" in (distribution("pyicu").read_text("WHEEL") or "")


def test_every_import_is_of_a_dependency_or_behind_an_extra(
    root: Path, stated: dict[str, Any]
) -> None:
    names = required(stated["dependencies"])
    extras = {extra: required(texts) for extra, texts in stated["optional-dependencies"].items()}
    providers = packages_distributions()
    unknown = []
    for place, module in imported(root):
        allowed = extras[EXTRA_OF[module]] if module in EXTRA_OF else names
        if not {normalized(name) for name in providers.get(module, ())} & allowed:
            unknown.append(f"{place} imports {module}")
    assert unknown == []
