"""Territories by name: the answers of `rigour.territories.lookup_territory`, faster to load.

`rigour` transliterates its 25,000 names in every process, which takes a second. Their normal forms
depend on its version alone, so they are stored in the user's cache folder with a digest. If that
file cannot be read or written, `rigour` itself answers; the answers are the same.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import orjson
from rigour.territories import get_territory, lookup_by_identifier
from rigour.territories.lookup import _get_territory_names
from rigour.territories.util import normalize_territory_name

_FOLDER = Path.home() / ".cache" / "resolver"
_HAN = re.compile("[\u4e00-\u9fff]{2,}")


def territory_code(text: str) -> str:
    """Return the code of a territory by its name or code; empty if there is none."""
    territory = lookup_by_identifier(text)
    if territory is not None:
        return str(territory.code)
    return _names(_FOLDER).get(normalize_territory_name(text), "")


def territory_name(code: str) -> str:
    """Return the English name of the territory of a code; empty if there is none."""
    territory = get_territory(code)
    return "" if territory is None else str(territory.name)


def han_territories() -> dict[str, str]:
    """Return the territories named in Chinese characters alone → their English names."""
    codes = {name: code for name, code in _names(_FOLDER).items() if _HAN.fullmatch(name)}
    territories = {code: get_territory(code) for code in set(codes.values())}
    return {
        name: territory.name.lower()
        for name, code in codes.items()
        if (territory := territories[code])
    }


@cache
def _names(folder: Path) -> dict[str, str]:
    """Return normal form of a name → code of its territory."""
    path = folder / f"territories-{version('rigour')}.json"
    names = _read(path)
    if names is None:
        names = {name: str(territory.code) for name, territory in _get_territory_names().items()}
        # Without the file the next process prepares the names again.
        with suppress(OSError):
            _write(path, names)
    return names


def _read(path: Path) -> dict[str, str] | None:
    """Return the names in a file; None if there is none, or it is damaged."""
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
