"""Read and write model files: JSON only; the reader of a file checks its content."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from resolver.errors import ModelError

MODEL_DIR = Path(__file__).resolve().parent
KINDS = ("person", "group", "asset")


def load(name: str, directory: Path | None = None) -> dict[str, Any]:
    """Return the content of `<name>.json` in a model directory (default: the shipped one).

    Raises `ModelError` if the file is missing or is not a JSON object.
    """
    path = (directory or MODEL_DIR) / f"{name}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"there is no model file {path.name}",
            place=str(path.parent),
            hint="run `resolver train`",
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(
            f"cannot read the model file: {error}",
            place=str(path),
            hint="restore it or train again",
        ) from error
    if not isinstance(data, dict):
        raise ModelError(
            "the model file holds no JSON object", place=str(path), hint="restore it or train again"
        )
    return data


def save(name: str, data: dict[str, Any], directory: Path) -> Path:
    """Write `<name>.json` with sorted keys, so that equal content gives equal bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.json"
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def digest(data: dict[str, Any]) -> str:
    """Return eight hex digits that identify the content of a model."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
