"""Arrays in one file, memory-mapped when they are read, and texts as such arrays.

The file: 8 bytes that name the form, 8 bytes with the length of the head, the head (JSON: what the file says of itself,
and for each array its type, place and length), then the arrays, each at a multiple of 64 bytes. It is written to a
temporary name, synced and moved, so that a file that is there is whole.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from resolver.errors import StoreError

_FORM = b"wlrseg02"
_STEP = 64
_GOOD = "user.resolver.good"
"""The mark of a file that was read whole and found right: what it was then."""
_LARGE_PAGES = getattr(mmap, "MADV_HUGEPAGE", None)
AnyArray = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """An open file: what it says of itself, and its arrays by name (read-only)."""

    about: Mapping[str, Any]
    arrays: Mapping[str, AnyArray]


def write_arrays(
    path: Path,
    arrays: Mapping[str, AnyArray],
    about: Mapping[str, Any],
    *,
    large_pages: bool = False,
) -> None:
    """Write a file whole; with `large_pages` for those who will read it in such. Raises `OSError`."""
    places: dict[str, tuple[str, int, int]] = {}
    position = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, position, len(array))
        position += -(-array.nbytes // _STEP) * _STEP
    head = orjson.dumps(
        {"about": dict(about), "arrays": places, "bytes": position, "sum": _sum(arrays.values())}
    )
    start = -(-(16 + len(head)) // _STEP) * _STEP
    with replaced(path) as file:
        file.write(_FORM + len(head).to_bytes(8, "little") + head)
        for key, (_, place, _) in places.items():
            file.seek(start + place)
            file.write(np.ascontiguousarray(arrays[key]).data)
        file.truncate(start + position)
    if large_pages and hasattr(os, "posix_fadvise"):
        # what the system holds of a file since that was written lies in small pages, and stays so until it is read anew
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of `path` when it is complete and synced, and leaves nothing otherwise. What
    is no plain file (a pipe, `/dev/stdout`) is written through."""
    if path.exists() and not path.is_file():
        with open(path, "wb") as file:
            yield file
        return
    # made for its owner alone, and it stays so: what is written here is about people
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sum(arrays: Iterable[AnyArray]) -> int:
    """The CRC-32 of all arrays, one after the other."""
    found = 0
    for array in arrays:
        found = zlib.crc32(
            np.ascontiguousarray(array).view(np.uint8).data if array.nbytes else b"", found
        )
    return found


def open_arrays(path: Path, *, checked: bool = False, large_pages: bool = False) -> ArrayFile:
    """Map a file. `checked`: read it to see that every byte is as it was written (about a second a gigabyte), unless
    that was seen before and the file has not been written since. `large_pages`: ask the system for pages of 2 MB, where
    it has these for files: for one that is read here and there, a few bytes at a time.
    Raises `StoreError` for one that is not of this form, cut short or, where that is checked, altered."""
    try:
        mapped = _mapped(path, large_pages)
        if mapped[:8] != _FORM:
            raise ValueError("another form")
        length = int.from_bytes(mapped[8:16], "little")
        head = orjson.loads(mapped[16 : 16 + length])
        start = -(-(16 + length) // _STEP) * _STEP
        if len(mapped) != start + head["bytes"]:
            raise ValueError("its length is wrong")
        plain = np.frombuffer(mapped, dtype=np.uint8)
        arrays = {}
        for name, (kind, place, count) in head["arrays"].items():
            width = np.dtype(kind).itemsize
            arrays[name] = plain[start + place : start + place + width * count].view(kind)
        if checked and not _known_good(path):
            if _sum(arrays.values()) != head["sum"]:
                raise ValueError("its bytes have changed")
            _mark_good(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"the index file is damaged: {error}",
            where=str(path),
            mend="delete it; it is made again",
        ) from error
    return ArrayFile(head["about"], arrays)


def _mapped(path: Path, large_pages: bool) -> mmap.mmap:
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if large_pages and _LARGE_PAGES is not None:
        # a system without them refuses, and does as ever
        with suppress(OSError):
            mapped.madvise(_LARGE_PAGES)
    return mapped


def _known_good(path: Path) -> bool:
    """Whether all bytes were seen to be right and the file has not been written since."""
    with suppress(OSError):
        return os.getxattr(path, _GOOD) == _state(path)
    return False


def _mark_good(path: Path) -> None:
    # a file system without such marks has its files read at every start
    with suppress(OSError):
        os.setxattr(path, _GOOD, _state(path))


def _state(path: Path) -> bytes:
    told = path.stat()
    return f"{told.st_ino} {told.st_size} {told.st_mtime_ns}".encode("ascii")


def text_arrays(name: str, texts: pa.StringArray) -> dict[str, AnyArray]:
    """Texts as two arrays: where each ends, and all their bytes."""
    texts = pa.concat_arrays([texts]) if texts.offset else texts
    _, ends, data = texts.buffers()
    offsets = (
        np.frombuffer(ends, dtype=np.int32)[: len(texts) + 1]
        if ends
        else np.zeros(1, dtype=np.int32)
    )
    first, last = (int(offsets[0]), int(offsets[-1])) if len(texts) else (0, 0)
    held = (
        np.frombuffer(data, dtype=np.uint8)[first:last]
        if data and last > first
        else np.zeros(0, dtype=np.uint8)
    )
    return {f"{name}.ends": (offsets - first).astype(np.int32), f"{name}.bytes": held}


def texts_of(name: str, arrays: Mapping[str, AnyArray]) -> pa.StringArray:
    """The inverse of `text_arrays`, without a copy."""
    ends = arrays[f"{name}.ends"]
    return pa.StringArray.from_buffers(
        len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(arrays[f"{name}.bytes"])
    )
