"""What a run has finished, kept so that one that was stopped goes on from there.

A stage that takes long is kept in a folder, one file a stage, written to a temporary name and moved. Each file names
what its content depends on (`depends`): records, plan, model, tables of libraries. What does not fit, or is damaged, is
made anew; results are the same either way. Whoever has written the results takes the folder away.
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
FOLDER = ".resume"
"""Where a run keeps its stages, within the folder of its results."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The finished stages of one run."""

    folder: Path
    depends: str

    def stage(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """The arrays of a stage: those kept, or made now and kept. Raises `OSError` where they cannot be written."""
        path = self.folder / f"{name}.npz"
        held = self._read(path)
        if held is None:
            held = make()
            self._write(path, held)
        return held

    def _read(self, path: Path) -> Arrays | None:
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                if str(file["depends"]) != self.depends:
                    return None
                return {name: file[name] for name in file.files if name != "depends"}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def _write(self, path: Path, held: Mapping[str, npt.NDArray[Any]]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                np.savez(file, allow_pickle=False, depends=np.array(self.depends), **held)
            os.replace(partial, path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            error.filename = str(self.folder)
            raise


def digest(batch: Batch, *others: object) -> str:
    """A digest of a batch's content and of what else counts (anything that JSON can say)."""
    found = hashlib.blake2b(
        json.dumps(others, sort_keys=True, default=str).encode("utf-8"), digest_size=16
    )
    for part in _parts(batch):
        found.update(part)
        found.update(b"/")
    return found.hexdigest()


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
