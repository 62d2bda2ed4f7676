"""Territories by name: what `rigour.territories.lookup_territory` says, without its second of preparation.

It transliterates its 25,000 names each time a process asks for the first one. Their normal forms depend on the version
of `rigour` alone, so they are kept in a file of the user's cache folder, under a digest; without one that can be read
or written, `rigour` itself is asked. Answers are the same either way.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import orjson
from rigour.territories import lookup_by_identifier
from rigour.territories.lookup import _get_territory_names
from rigour.territories.util import normalize_territory_name


def territory_code(text: str) -> str:
    """The code of the territory that a text names or is a code of; empty where nobody knows it."""
    territory = lookup_by_identifier(text)
    if territory is not None:
        return str(territory.code)
    return _names(Path.home() / ".cache" / "resolver").get(normalize_territory_name(text), "")


@cache
def _names(folder: Path) -> dict[str, str]:
    """Normal form of a name → code of its territory."""
    path = folder / f"territories-{version('rigour')}.json"
    names = _read(path)
    if names is None:
        names = {name: str(territory.code) for name, territory in _get_territory_names().items()}
        # a cache that cannot be written costs time, never a result
        with suppress(OSError):
            _write(path, names)
    return names


def _read(path: Path) -> dict[str, str] | None:
    """The names in a file; None where there is none, or it is damaged."""
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if digest.decode("ascii", "replace") != hashlib.sha256(content).hexdigest():
        return None
    names: dict[str, str] = orjson.loads(content)
    return names


def _write(path: Path, names: dict[str, str]) -> None:
    content = orjson.dumps(names)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).hexdigest().encode("ascii") + b"\n" + content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
