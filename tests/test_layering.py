"""The rules of the house, read from the source: who may import whom, and a few things that age badly.

The tables below are the rules; `docs/architecture.md` shows them as a picture.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE = {"resolver.records", "resolver.errors", "resolver.settings"}
STAGES = {
    f"resolver.{name}"
    for name in ("ingest", "normalise", "block", "compare", "classify", "cluster", "merge")
}
STORE = {"resolver.store"}
LEAVES = {"resolver.report", "resolver.synthetic"}
MODELS = {"models"}
COMPOSERS = {
    f"resolver.{name}"
    for name in ("pipeline", "judging", "explaining", "engines", "review", "training", "output")
}
ENTRIES = {"resolver.cli", "resolver.client", "resolver.__main__", "api"}
# Lists come in through `ingest` before any composer sees them, so entry points may knock there.
DOORS = {"resolver.ingest"}

# room -> what it may import besides itself
ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(BASE, BASE),
    **dict.fromkeys(STAGES | STORE | LEAVES, BASE),
    "models": BASE,
    **dict.fromkeys(COMPOSERS, BASE | STAGES | STORE | MODELS | COMPOSERS),
    "resolver": BASE | COMPOSERS,
    "resolver.__main__": {"resolver.cli"},
    **dict.fromkeys(
        ENTRIES - {"resolver.__main__"}, BASE | COMPOSERS | MODELS | LEAVES | DOORS | {"resolver"}
    ),
}
ALLOWED["api"] = ALLOWED["api"] | {"resolver.client"}
OURS = {"resolver", "api", "models", "tests", "benchmarks"}
MAX_LINES = 350
# Files that are long for a reason: path -> the reason.
LARGE: dict[str, str] = {}
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "raise NotImplemented" + "Error")
# Loading a file with one of these runs what is in it.
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}


def sources(root: Path) -> list[Path]:
    """Every module that the wheel ships."""
    return sorted(
        path for top in ("resolver", "api", "models") for path in (root / top).rglob("*.py")
    )


def module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """`resolver.blocking.rules` -> `resolver.blocking`; `resolver.api.app` -> `api`."""
    first, _, rest = module.partition(".")
    if first != "resolver" or not rest:
        return first
    return f"resolver.{rest.split('.')[0]}"


def imports(module: str, is_package: bool, source: str) -> Iterator[tuple[int, str]]:
    """(line, absolute module) of every import, wherever it stands, `import_module("…")` included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, is_package, node)
            yield node.lineno, base
            yield from (
                (node.lineno, f"{base}.{alias.name}") for alias in node.names if base in OURS
            )
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            yield from (
                (node.lineno, arg.value)
                for arg in node.args[:1]
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
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
    """One line for each import that the table does not allow."""
    room = room_of(module)
    if room not in ALLOWED:
        return [f"{module}: the room {room} has no row in the table of who may import whom"]
    allowed = ALLOWED[room] | {room}
    found = []
    for line, target in imports(module, is_package, source):
        wanted = room_of(target)
        # `from resolver import x` is judged by x where x is a room, else as the package's public names
        if wanted == "resolver" and target != "resolver" and target not in ALLOWED:
            continue
        if target.split(".")[0] in OURS and wanted not in allowed and not _public_name(target):
            found.append(f"{module}:{line}: {room} may not import {target}")
    return found


def _public_name(target: str) -> bool:
    """`resolver.Resolver` and the like: a name of the package itself, not a room."""
    return (
        target.startswith("resolver.")
        and target.count(".") == 1
        and target.split(".")[1][:1].isupper()
    )


def ageing(path: str, module: str, source: str) -> list[str]:
    """One line for each thing that the house does not want to find in a module."""
    found = []
    lines = source.count("\n") + 1
    if lines > MAX_LINES and path not in LARGE:
        found.append(f"{path}: {lines} lines; more than {MAX_LINES}: is it still one thing?")
    found += [f"{path}: holds {word}" for word in UNFINISHED if word in source]
    for node in ast.walk(ast.parse(source)):
        reads = (
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and _is_os(node)
        )
        if reads and module != "resolver.settings":
            found.append(
                f"{path}:{getattr(node, 'lineno', 0)}: only resolver.settings reads the environment"
            )
    for line, target in imports(module, path.endswith("__init__.py"), source):
        if target.split(".")[0] in UNSAFE_MODULES:
            found.append(f"{path}:{line}: {target} runs what it loads")
    return found


def _is_os(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "os"


def test_imports_follow_the_table(root: Path) -> None:
    wrong = []
    for path in sources(root):
        is_package = path.name == "__init__.py"
        wrong += wrong_imports(module_name(root, path), is_package, path.read_text("utf-8"))
    assert not wrong, "\n".join(wrong)


def test_nothing_that_ages_badly(root: Path) -> None:
    wrong = []
    for path in sources(root):
        wrong += ageing(
            path.relative_to(root).as_posix(), module_name(root, path), path.read_text("utf-8")
        )
    assert not wrong, "\n".join(wrong)


def test_the_list_of_large_files_is_current(root: Path) -> None:
    for path in LARGE:
        assert (root / path).read_text("utf-8").count("\n") >= MAX_LINES, (
            f"{path} is no longer large"
        )


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("resolver.blocking.rules", "from resolver.comparison import x"),
        ("resolver.blocking.rules", "import resolver.pipeline"),
        ("resolver.blocking.rules", "from ..compare import x"),
        ("resolver.blocking.rules", "from resolver import pipeline"),
        ("resolver.blocking.rules", "def f():\n    from models import loader"),
        (
            "resolver.blocking.rules",
            "import importlib\nimportlib.import_module('resolver.store.db')",
        ),
        ("resolver.ingest.formats.ofac", "from resolver.normalize.name_tokens import x"),
        ("resolver.records.batch", "from resolver.ingest.reader_types import Intake"),
        ("resolver.scoring.model", "from resolver.models.loader import load"),
        ("resolver.store.db", "from resolver.merging import golden"),
        ("resolver.report.html", "from resolver.pipeline import RunOptions"),
        ("resolver.synthetic.world", "from resolver.ingest.readers import READERS"),
        ("resolver.pipeline", "from resolver.report import render_report"),
        ("resolver.pipeline", "from resolver.cli import main"),
        ("resolver.engines.local", "import resolver.api.app"),
        ("resolver.cli.resolve.dedupe", "from resolver.blocking.rules import RULES"),
        ("resolver.cli.resolve.dedupe", "import tests.conftest"),
        ("resolver.models.loader", "from resolver.scoring import Model"),
        ("resolver.newcomer", "import os"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert wrong_imports(module, False, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "resolver.blocking.rules",
            "from resolver.records import Batch\nfrom resolver.blocking.keys import k\nimport numpy",
        ),
        ("resolver.blocking.rules", "from .keys import k\nfrom ..errors import ModelError"),
        ("resolver.pipeline", "from resolver.merging import golden\nfrom models import loader"),
        (
            "resolver.cli.resolve.dedupe",
            "from resolver.engines.local import dedupe\nfrom resolver.report import render_report",
        ),
        ("resolver.api.app", "from resolver import Resolver\nfrom resolver.client import Client"),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    assert wrong_imports(module, False, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n" * 351,
        "import os\nA = os.environ",
        "# " + UNFINISHED[0],
        "import pickle",
        "from joblib import load",
    ],
)
def test_what_ages_badly_is_found(source: str) -> None:
    assert ageing("resolver/blocking/rules.py", "resolver.blocking.rules", source)
