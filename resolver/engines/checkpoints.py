"""Checkpoints: files of finished stages, from which a run that was stopped continues.

A long stage is saved in a folder as one file, written under a temporary name and then moved. Each
file states what its content depends on (`depends`): records, plan, model, versions of libraries. A
file that does not match or is damaged is computed again; results are the same either way. The
caller removes the folder once the results are written.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.records import Batch

Arrays = dict[str, npt.NDArray[Any]]
RESUME_FOLDER = ".resume"
"""Name of the folder of checkpoints, within the folder of results."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Folder with the finished stages of one run; `depends` is a digest of what they depend on."""

    folder: Path
    depends: str

    def load_or_compute(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """Return the arrays of a stage from its file, or compute and save them.

        Raises `OSError` where the file cannot be written.
        """
        path = self.folder / f"{name}.npz"
        arrays = self._read(path)
        if arrays is None:
            arrays = compute()
            self._write(path, arrays)
        return arrays

    def _read(self, path: Path) -> Arrays | None:
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                if str(file["depends"]) != self.depends:
                    return None
                return {name: file[name] for name in file.files if name != "depends"}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def _write(self, path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                np.savez(file, allow_pickle=False, depends=np.array(self.depends), **arrays)
            os.replace(partial, path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            error.filename = str(self.folder)
            raise


def batch_digest(batch: Batch, *others: object) -> str:
    """Return a digest of a batch's content and of other values, which must be JSON."""
    state = hashlib.blake2b(
        json.dumps(others, sort_keys=True, default=str).encode("utf-8"), digest_size=16
    )
    for part in _parts(batch):
        state.update(part)
        state.update(b"/")
    return state.hexdigest()


def _parts(batch: Batch) -> Iterable[bytes | memoryview]:
    yield from _texts(batch.ids)
    yield np.ascontiguousarray(batch.kinds).data
    for coded in (batch.schemas, batch.sources):
        yield np.ascontiguousarray(coded.codes).data
        yield from _texts(coded.values)
    for prop in sorted(batch.columns):
        column = batch.columns[prop]
        yield prop.encode("utf-8")
        yield np.ascontiguousarray(column.rows).data
        yield np.ascontiguousarray(column.codes).data
        yield from _texts(column.values)


def _texts(texts: Any) -> Iterable[bytes | memoryview]:
    lengths = texts.cast("large_binary")
    _, offsets, data = lengths.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[
        lengths.offset : lengths.offset + len(lengths) + 1
    ]
    yield (ends - ends[0]).tobytes() if len(ends) else b""
    yield memoryview(data)[ends[0] : ends[-1]] if data is not None and len(ends) else b""
