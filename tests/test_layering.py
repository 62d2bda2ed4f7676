"""Layering rules read from the source: allowed imports between packages, and forbidden things.

The tables below are the rules; `docs/explanation/architecture.md` explains them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

BASE = {
    f"resolver.{name}" for name in ("records", "reference", "data", "errors", "settings", "runtime")
}
# Each has the forms, the comparators and the kernels of its values; they use each other's.
SUBJECTS = {"resolver.names", "resolver.values"}
STAGES = {
    "resolver.lists",
    "resolver.matching",
    "resolver.matching.preparation",
    "resolver.matching.blocking",
    "resolver.matching.comparators",
    "resolver.matching.scoring",
    "resolver.matching.clustering",
    "resolver.merging",
}
# Compiled loops that several stages call.
SHARED = {"resolver.matching.kernels"}
STORE = {"resolver.store"}
LEAVES = {"resolver.report", "resolver.world"}
MODELS = {"resolver.models"}
COMPOSERS = {
    f"resolver.{name}"
    for name in (
        "matching.run_options",
        "matching.resolution_task",
        "matching.population_scoring",
        "matching.pipeline",
        "engines",
        "spark",
        "feeds",
        "frames",
        "hub",
        "check",
        "screening",
        "search",
        "network",
        "notices",
        "trust",
        "review",
        "training",
    )
}
ENTRIES = {"resolver.cli", "resolver.client", "resolver.__main__", "resolver.api"}
# Entry points read lists before a composer sees them.
READERS = {"resolver.lists"}

# package -> packages it may import besides itself
ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(BASE, BASE),
    **dict.fromkeys(SUBJECTS | SHARED, BASE | SUBJECTS | SHARED),
    **dict.fromkeys(STAGES | STORE | LEAVES, BASE | SUBJECTS | SHARED),
    "resolver.models": BASE,
    **dict.fromkeys(COMPOSERS, BASE | SUBJECTS | SHARED | STAGES | STORE | MODELS | COMPOSERS),
    "resolver": BASE | COMPOSERS,
    "resolver.__main__": {"resolver.cli"},
    **dict.fromkeys(
        ENTRIES - {"resolver.__main__"},
        BASE | SUBJECTS | COMPOSERS | MODELS | LEAVES | READERS | {"resolver"},
    ),
}
ALLOWED["resolver.api"] = ALLOWED["resolver.api"] | {"resolver.client"}
# Charts show the figures of the report, and a screening has a report of its own.
for _package in ("resolver.frames", "resolver.screening"):
    ALLOWED[_package] = ALLOWED[_package] | {"resolver.report"}
PROJECT = {"resolver", "api", "models", "tests", "benchmarks"}
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "raise NotImplemented" + "Error")
# Loading a file with one of these executes code from the file.
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
READS_ITS_OWN = "resolver/runtime/processes.py"
"""Module that loads nothing but what a copy of its own process sends it."""
# PyICU is compiled where it is installed, against any ICU, and these libraries bring it; `hanja`
# brings the tools of its tests; `pykakasi` is under the GPL.
REPLACED_MODULES = {
    "icu": "resolver.runtime.icu",
    "normality": "resolver.reference",
    "rigour": "resolver.reference",
    "followthemoney": "resolver.reference.ftm",
    "hanja": "resolver.names.scripts",
    "pykakasi": "resolver.names.scripts",
}


def sources(root: Path) -> list[Path]:
    """Return the modules that the wheel ships, from the folders they really lie in."""
    folders = ("resolver", "api", "models")
    return sorted(path for folder in folders for path in (root / folder).rglob("*.py"))


def module_name(root: Path, path: Path) -> str:
    """Return the dotted name under which a file is imported."""
    parts = path.relative_to(root).with_suffix("").parts
    if parts[0] in ("api", "models"):
        parts = ("resolver", *parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(module: str) -> str:
    """Return the row of the table: `resolver.hub.growth` -> `resolver.hub`.

    Parts of `resolver.matching` have rows of their own.
    """
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[:2] == ["resolver", "matching"] else 2])


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Return the nodes of a source that the rules look at, in any order."""
    kinds = (ast.Import, ast.ImportFrom, ast.Call, ast.Attribute)
    return tuple(node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds))


def imports(module: str, is_package: bool, source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, absolute module) of imports anywhere, `import_module("…")` included."""
    for node in nodes_of(source):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, is_package, node)
            yield node.lineno, base
            if base in PROJECT:
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            yield from (
                (node.lineno, argument.value)
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )


def _absolute(module: str, is_package: bool, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def wrong_imports(module: str, is_package: bool, source: str) -> list[str]:
    """Return one line per import that the table does not allow."""
    package = package_of(module)
    if package not in ALLOWED:
        return [f"{module}: package {package} has no row in the table of allowed imports"]
    allowed = ALLOWED[package] | {package}
    lines = []
    for line, target in imports(module, is_package, source):
        if target.split(".")[0] not in PROJECT or _is_public_name(target):
            continue
        imported = package_of(target)
        if imported not in allowed:
            lines.append(f"{module}:{line}: {package} may not import {target}")
    return lines


def _is_public_name(target: str) -> bool:
    """Return whether a target is a name of the package itself, such as `resolver.Resolver`."""
    first, _, name = target.partition(".")
    return first == "resolver" and "." not in name and name[:1] in "_ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def composer_cycles(edges: dict[str, set[str]]) -> list[str]:
    """Return the packages that can reach themselves over imports of other packages."""
    return sorted(name for name in edges if name in _reachable(name, edges))


def _reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    pending = list(edges.get(start, ()))
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += edges.get(name, ())
    return reached


def find_faults(path: str, module: str, source: str) -> list[str]:
    """Return one line per thing that no module may hold."""
    lines = []
    lines += [f"{path}: holds {word}" for word in UNFINISHED if word in source]
    for node in nodes_of(source):
        if module != "resolver.settings" and _reads_environment(node):
            place = f"{path}:{getattr(node, 'lineno', 0)}"
            lines.append(f"{place}: only resolver.settings reads the environment")
    for line, target in imports(module, path.endswith("__init__.py"), source):
        if target.split(".")[0] in UNSAFE_MODULES and path != READS_ITS_OWN:
            lines.append(f"{path}:{line}: {target} executes what it loads")
        if target.split(".")[0] in REPLACED_MODULES:
            lines.append(f"{path}:{line}: use {REPLACED_MODULES[target.split('.')[0]]}")
        if target.split(".")[0] in ("api", "models"):
            lines.append(f"{path}:{line}: import resolver.{target}")
    return lines


def _reads_environment(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    )


def test_imports_follow_the_table(root: Path) -> None:
    wrong = []
    for path in sources(root):
        is_package = path.name == "__init__.py"
        wrong += wrong_imports(module_name(root, path), is_package, path.read_text("utf-8"))
    assert not wrong, "\n".join(wrong)


def test_composers_import_each_other_without_circles(root: Path) -> None:
    edges: dict[str, set[str]] = {}
    for path in sources(root):
        module = module_name(root, path)
        package = package_of(module)
        if package in COMPOSERS:
            targets = imports(module, path.name == "__init__.py", path.read_text("utf-8"))
            packages = {package_of(target) for _, target in targets} & COMPOSERS
            edges.setdefault(package, set()).update(packages - {package})
    assert composer_cycles(edges) == []
    assert composer_cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]


def test_modules_have_no_faults(root: Path) -> None:
    wrong = []
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        wrong += find_faults(name, module_name(root, path), path.read_text("utf-8"))
    assert not wrong, "\n".join(wrong)


def test_links_lead_to_the_folders_at_the_top(root: Path) -> None:
    for name in ("api", "models"):
        assert (root / "resolver" / name).resolve() == root / name


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("resolver.matching.blocking.rules", "from resolver.matching.comparators import x"),
        ("resolver.matching.blocking.rules", "import resolver.matching.pipeline"),
        ("resolver.matching.blocking.rules", "from ..comparators import x"),
        ("resolver.matching.blocking.rules", "from resolver.matching import pipeline"),
        ("resolver.matching.blocking.rules", "def f():\n    from resolver.models import loader"),
        (
            "resolver.matching.blocking.rules",
            "import importlib\nimportlib.import_module('resolver.store.database')",
        ),
        ("resolver.lists.formats.ofac", "from resolver.matching.scoring.model import Model"),
        ("resolver.records.batch", "from resolver.lists.reader_types import Intake"),
        (
            "resolver.matching.kernels.agreement_patterns",
            "from resolver.matching.scoring.model import Model",
        ),
        ("resolver.matching.scoring.model", "from resolver.models.loader import load"),
        ("resolver.store.database", "from resolver.merging import golden_record"),
        ("resolver.report.build_report", "from resolver.matching.pipeline import RunOptions"),
        ("resolver.world", "from resolver.lists.readers import READERS"),
        ("resolver.matching.pipeline", "from resolver.report import render_report"),
        ("resolver.matching.pipeline", "from resolver.cli import main"),
        ("resolver.engines.local", "import resolver.api.service"),
        ("resolver.cli.resolve.dedupe", "from resolver.matching.blocking.rules import RULES"),
        ("resolver.cli.resolve.dedupe", "import tests.conftest"),
        ("resolver.models.loader", "from resolver.matching.scoring import Model"),
        ("resolver.newcomer", "import os"),
    ],
)
def test_a_wrong_import_is_reported(module: str, source: str) -> None:
    assert wrong_imports(module, False, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "resolver.matching.blocking.rules",
            "from resolver.records import Batch\nfrom resolver.matching.blocking.keys import k\n"
            "import numpy",
        ),
        (
            "resolver.matching.blocking.rules",
            "from .keys import k\nfrom ...errors import ModelError",
        ),
        ("resolver.matching.blocking.rules", "from resolver.matching.kernels.pair_union import x"),
        (
            "resolver.matching.pipeline",
            "from resolver.merging import golden\nfrom resolver.models import loader",
        ),
        (
            "resolver.cli.resolve.dedupe",
            "from resolver.engines.local import dedupe\nfrom resolver.report import render_report",
        ),
        (
            "resolver.api.service",
            "from resolver import Resolver\nfrom resolver.client import Client",
        ),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    assert wrong_imports(module, False, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os\nA = os.environ",
        "# " + UNFINISHED[0],
        "import pickle",
        "from joblib import load",
        "from icu import Transliterator",
        "def f():\n    from rigour.names import tokenize_name",
        "from api.app import create_app",
    ],
)
def test_faults_are_reported(source: str) -> None:
    assert find_faults(
        "resolver/matching/blocking/rules.py", "resolver.matching.blocking.rules", source
    )
