"""Memory-mapped files of named arrays, and texts as such arrays.

A file has 8 bytes that name its format, 8 bytes with the length of the header, and the header
(JSON: metadata, and for each array its type, offset and length). Then come the arrays, each at a
multiple of 64 bytes. Files are written under a temporary name, synced and renamed, so any existing
file is complete.
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

_FORMAT = b"wlrseg02"
_ALIGNMENT = 64
_VERIFIED = "user.resolver.good"
"""Extended attribute of a file whose checksum was verified: its inode, size and time of change
then.
"""
_LARGE_PAGES = getattr(mmap, "MADV_HUGEPAGE", None)
AnyArray = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """Open file: its metadata (`about`) and its read-only arrays by name."""

    about: Mapping[str, Any]
    arrays: Mapping[str, AnyArray]


def write_arrays(
    path: Path,
    arrays: Mapping[str, AnyArray],
    about: Mapping[str, Any],
    *,
    large_pages: bool = False,
) -> None:
    """Write a file atomically; with `large_pages`, prepare it for readers that map it in large
    pages. Raises `OSError`.
    """
    places: dict[str, tuple[str, int, int]] = {}
    position = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, position, len(array))
        position += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    head = orjson.dumps(
        {
            "about": dict(about),
            "arrays": places,
            "bytes": position,
            "sum": _checksum(arrays.values()),
        }
    )
    start = -(-(16 + len(head)) // _ALIGNMENT) * _ALIGNMENT
    with replace_file(path) as file:
        file.write(_FORMAT + len(head).to_bytes(8, "little") + head)
        for key, (_, place, _) in places.items():
            file.seek(start + place)
            file.write(np.ascontiguousarray(arrays[key]).data)
        file.truncate(start + position)
    if large_pages and hasattr(os, "posix_fadvise"):
        # the page cache has the written file in small pages; drop them, so that it is read again in
        # large ones
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def replace_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that replaces `path` once it is complete and synced.

    On an error nothing is left behind. Pipes and devices (`/dev/stdout`) are written directly.
    """
    if path.exists() and not path.is_file():
        with open(path, "wb") as file:
            yield file
        return
    # readable by its owner only: the contents are personal data
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


def _checksum(arrays: Iterable[AnyArray]) -> int:
    """Return the CRC-32 of all arrays in sequence."""
    checksum = 0
    for array in arrays:
        checksum = zlib.crc32(
            np.ascontiguousarray(array).view(np.uint8).data if array.nbytes else b"", checksum
        )
    return checksum


def open_arrays(path: Path, *, checked: bool = False, large_pages: bool = False) -> ArrayFile:
    """Map a file.

    `checked` verifies the checksum (about one second per gigabyte), unless this was done before and
    the file has not been written since. `large_pages` asks the system for pages of 2 MB, for files
    that are read in small pieces at random. Raises `StoreError` for a file of another format, a
    truncated one or, if checked, an altered one.
    """
    try:
        mapped = _map_file(path, large_pages)
        if mapped[:8] != _FORMAT:
            raise ValueError("another format")
        length = int.from_bytes(mapped[8:16], "little")
        head = orjson.loads(mapped[16 : 16 + length])
        start = -(-(16 + length) // _ALIGNMENT) * _ALIGNMENT
        if len(mapped) != start + head["bytes"]:
            raise ValueError("its length is wrong")
        plain = np.frombuffer(mapped, dtype=np.uint8)
        arrays = {}
        for name, (kind, place, count) in head["arrays"].items():
            width = np.dtype(kind).itemsize
            arrays[name] = plain[start + place : start + place + width * count].view(kind)
        if checked and not _is_verified(path):
            if _checksum(arrays.values()) != head["sum"]:
                raise ValueError("its bytes have changed")
            _mark_verified(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"the index file is damaged: {error}",
            place=str(path),
            hint="delete it; it is rebuilt",
        ) from error
    return ArrayFile(head["about"], arrays)


def _map_file(path: Path, large_pages: bool) -> mmap.mmap:
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if large_pages and _LARGE_PAGES is not None:
        # systems without large pages refuse; the mapping works all the same
        with suppress(OSError):
            mapped.madvise(_LARGE_PAGES)
    return mapped


def _is_verified(path: Path) -> bool:
    """Return whether the checksum was verified and the file has not been written since."""
    with suppress(OSError):
        return os.getxattr(path, _VERIFIED) == _file_state(path)
    return False


def _mark_verified(path: Path) -> None:
    # without extended attributes files are verified at every start
    with suppress(OSError):
        os.setxattr(path, _VERIFIED, _file_state(path))


def _file_state(path: Path) -> bytes:
    status = path.stat()
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}".encode("ascii")


def encode_texts(name: str, texts: pa.StringArray) -> dict[str, AnyArray]:
    """Return texts as two arrays: the end offset of each, and all their bytes."""
    texts = pa.concat_arrays([texts]) if texts.offset else texts
    _, ends, data = texts.buffers()
    offsets = (
        np.frombuffer(ends, dtype=np.int32)[: len(texts) + 1]
        if ends
        else np.zeros(1, dtype=np.int32)
    )
    first, last = (int(offsets[0]), int(offsets[-1])) if len(texts) else (0, 0)
    letters = (
        np.frombuffer(data, dtype=np.uint8)[first:last]
        if data and last > first
        else np.zeros(0, dtype=np.uint8)
    )
    return {f"{name}.ends": (offsets - first).astype(np.int32), f"{name}.bytes": letters}


def decode_texts(name: str, arrays: Mapping[str, AnyArray]) -> pa.StringArray:
    """Return the texts of two arrays made by `encode_texts`, without a copy."""
    ends = arrays[f"{name}.ends"]
    return pa.StringArray.from_buffers(
        len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(arrays[f"{name}.bytes"])
    )
