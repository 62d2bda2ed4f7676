"""Copies of the checkout with a property more, as an engineer would add it: rows and a module."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def extend_checkout(folder: Path, row: str, *, comparator: str, function: str, like: str) -> Path:
    """Make a copy of the checkout in a folder, in which a property and its comparator are added.

    `row`: row of `PROPERTIES`; `comparator`: row of `COMPARATORS`; `function`: the module with the
    comparator's function; `like`: comparator whose weights the model gives the new one. Files that
    stay the same are links.
    """
    _link_all(ROOT / "resolver", folder / "resolver", but=("records", "matching", "models"))
    for package in ("records", "matching"):
        _link_all(ROOT / "resolver" / package, folder / "resolver" / package)
    shutil.copytree(ROOT / "models", folder / "resolver" / "models")
    name = comparator.split('"')[1]
    _insert(folder / "resolver/records/properties.py", "PROPERTIES: tuple[Property, ...] = (", row)
    module = folder / "resolver/matching" / f"{name}.py"
    module.write_text(function, encoding="utf-8")
    table = folder / "resolver/matching/comparators.py"
    _insert(table, "COMPARATORS: tuple[Comparator, ...] = (", comparator)
    _insert(
        table,
        "from __future__ import annotations",
        f"from resolver.matching.{name} import {name}",
    )
    _weigh(folder / "resolver/models/person.json", name, like)
    return folder


def _link_all(source: Path, target: Path, but: tuple[str, ...] = ()) -> None:
    """Make a folder with a link to everything in another one."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.name not in (*but, "__pycache__"):
            (target / path.name).symlink_to(path)


def _insert(path: Path, after: str, text: str) -> None:
    """Replace a link by a copy with some lines after a line."""
    source = path.read_text(encoding="utf-8")
    assert source.count(after) == 1
    path.unlink()
    path.write_text(source.replace(after, f"{after}\n{text}"), encoding="utf-8")


def _weigh(path: Path, name: str, like: str) -> None:
    """Give a new comparator, the first of the table, the weights of another one."""
    model = json.loads(path.read_text(encoding="utf-8"))
    for part in (model, model["alone"]):
        part["features"].insert(0, name)
        for terms in (part["terms"], part["population"]["terms"] if "population" in part else []):
            terms += [{**term, "feature": name} for term in terms if term["feature"] == like]
    path.write_text(json.dumps(model), encoding="utf-8")
