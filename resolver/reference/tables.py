"""Tables from libraries, in JSON or packed, and the versions of the libraries."""

from __future__ import annotations

import lzma
from functools import cache
from typing import Any

import orjson

from resolver.data import FOLDER

RIGOUR_VERSION = "2.6.1"
"""Version of `rigour` whose names, legal forms and territories the tables hold."""
FTM_VERSION = "4.11.2"
"""Version of FollowTheMoney whose model the tables hold."""


@cache
def read_table(name: str) -> dict[str, Any]:
    """Return the content of `name.json`. Shared: callers must not change it."""
    table: dict[str, Any] = orjson.loads((FOLDER / f"{name}.json").read_bytes())
    return table


def read_person_names() -> str:
    """Return lines `form, form, form => id`: spellings of given and family names (10 MB)."""
    return lzma.decompress((FOLDER / "person_names.txt.xz").read_bytes()).decode("utf-8")
