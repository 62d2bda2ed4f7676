"""Fingerprint of the program that an index belongs to, kept beside the index.

Computing it takes half a second, since it reads what every script needs. It stays the same while
the program, the libraries beside it and the stamp of the index do.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

import resolver
from resolver.store.array_files import replace_file

_FILE = "program.json"
_LEFT_OUT = frozenset({"__pycache__"})


def keep_fingerprint(
    folder: Path, stamp: Mapping[str, str], compute: Callable[[], str], program: str | None = None
) -> str:
    """Return what `compute` returns, or returned for the same program and stamp before.

    `folder`: that of the index; nothing is kept where it does not exist or cannot be written.
    `program`: digest of the program's files (None: those of this installation).
    """
    key = [program or digest_program(), dict(sorted(stamp.items()))]
    path = folder / _FILE
    with suppress(OSError, ValueError, TypeError, KeyError):
        noted = json.loads(path.read_bytes())
        if noted["key"] == key and isinstance(noted["fingerprint"], str):
            return noted["fingerprint"]
    fingerprint = compute()
    if folder.is_dir():
        with suppress(OSError), replace_file(path) as file:
            file.write(json.dumps({"key": key, "fingerprint": fingerprint}).encode())
    return fingerprint


@cache
def digest_program() -> str:
    """Return a digest of what this program is made of: names, sizes and times of its files, and
    when a library was last installed beside it.
    """
    digest = hashlib.sha256(sys.version.encode())
    for root in (Path(resolver.__file__).parent, *_resolve_links(Path(resolver.__file__).parent)):
        for path in _files(root):
            # an editor's or a compiler's temporary file may lead nowhere, or be gone
            with suppress(FileNotFoundError):
                state = path.lstat()
                digest.update(f"{path}|{state.st_size}|{state.st_mtime_ns}\n".encode())
    libraries = Path(np.__file__).parent.parent
    digest.update(str(libraries.stat().st_mtime_ns).encode())
    return digest.hexdigest()[:32]


def _resolve_links(folder: Path) -> Iterator[Path]:
    """Yield the folders that links in a folder lead to: parts of the package in a checkout."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() and path.is_dir():
            yield path.resolve()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder, in a fixed order, bytecode left out."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _LEFT_OUT)
        for name in sorted(names):
            yield Path(root, name)
