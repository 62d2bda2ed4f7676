"""Load shipped or own models: JSON only, checked by whoever builds something from it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from resolver.errors import ModelError

HERE = Path(__file__).resolve().parent
KINDS = ("person", "group", "asset")


def load(name: str, directory: Path | None = None) -> dict[str, Any]:
    """The content of `<name>.json` in a model directory (default: the shipped one). Raises `ModelError`."""
    path = (directory or HERE) / f"{name}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"there is no model file {path.name}",
            where=str(path.parent),
            mend="run `resolver train`",
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(
            f"cannot read the model file: {error}",
            where=str(path),
            mend="restore it or train again",
        ) from error
    if not isinstance(data, dict):
        raise ModelError(
            "the model file holds no JSON object", where=str(path), mend="restore it or train again"
        )
    return data


def save(name: str, data: dict[str, Any], directory: Path) -> Path:
    """Write `<name>.json`, keys sorted, so that the same content gives the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.json"
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def digest(data: dict[str, Any]) -> str:
    """Eight hex digits that name a model's content."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
