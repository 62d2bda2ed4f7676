"""Digests of outputs: JSON and tables without what is written for people or differs by run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RAW = "raw-"
"""Prefix of the files that are kept to be read and have no digest."""
PROSE = frozenset({"detail", "warnings"})
"""Keys of JSON answers that hold sentences for people: the key counts, the words do not."""
EVIDENCE_VALUES = frozenset({"query", "candidate"})
"""Keys of an evidence row that show the compared values; they have a digest of their own."""
VOLATILE = frozenset({"version", "model", "store", "stamp", "at", "first_seen", "last_change"})
"""Keys whose values are times, random ids or the version of a model."""


def comparable_json(value: Any, dropped: frozenset[str] = PROSE) -> Any:
    """Return JSON data without the words of `dropped` keys and the values of `VOLATILE` ones.

    Only named keys lose anything: everything else must be the same, order of keys and types of
    numbers included.
    """
    if isinstance(value, dict):
        return {key: _comparable_value(key, item, dropped) for key, item in value.items()}
    if isinstance(value, list):
        return [comparable_json(item, dropped) for item in value]
    return value


def _comparable_value(key: str, value: Any, dropped: frozenset[str]) -> Any:
    if key in VOLATILE:
        return "volatile"
    if key in dropped and isinstance(value, str):
        return "text"
    if key in dropped and isinstance(value, list):
        return ["text"] * len(value)
    return comparable_json(value, dropped)


def comparable_answer(answer: Any) -> Any:
    """Return what counts of a response: evidence rows keep their keys and numbers alone."""
    answer_json = comparable_json(answer)
    for result in answer_json.get("results", []):
        rows = result.get("explanations", {})
        result["explanations"] = {
            name: comparable_json(row, PROSE | EVIDENCE_VALUES) for name, row in rows.items()
        }
    return answer_json


def evidence_values(value: Any) -> Any:
    """Return per result of a response the texts that evidence rows compare, by feature."""
    return [
        [
            result.get("id"),
            {
                name: [row.get(key) for key in sorted(EVIDENCE_VALUES)]
                for name, row in result.get("explanations", {}).items()
            },
        ]
        for result in value.get("results", [])
    ]


def reject_places(path: Path, folders: Sequence[Path]) -> str:
    """Return the columns `file,line` of a rejects.csv, with paths relative to the given folders."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["file"], row["line"]) for row in csv.DictReader(file)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name, line in [("file", "line"), *rows]:
        writer.writerow([_relative(name, folders), line])
    return out.getvalue()


def _relative(name: str, folders: Sequence[Path]) -> str:
    for folder in folders:
        for prefix in {f"{folder}/", f"{folder.resolve()}/"}:
            if name.startswith(prefix):
                return name.removeprefix(prefix)
    return name


def export_lines(path: Path) -> str:
    """Return the lines of a full export without volatile values."""
    lines = path.read_text("utf-8").splitlines()
    return "".join(json.dumps(comparable_json(json.loads(line))) + "\n" for line in lines)


def digests_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 digest of each file of a folder, by name, but for the raw ones."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if not path.name.startswith(RAW)
    }
