"""Input files: decompressed while reading, never unpacked to disk, and never trusted.

A `SourceFile` is a plain file, a gzip, or one member of a zip, judged by the first bytes, not by
the name. Reading is limited: a stream that unpacks to more than `MAX_RATIO` times its packed size
(beyond `FREE_BYTES`) counts as a decompression bomb. Damage (truncation, bad checksums, encryption)
is an `InputError` with one line of text. Labels hold no absolute paths, so that outputs do not
depend on the location of the files.
"""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from resolver.errors import InputError

MAX_RATIO = 200
FREE_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 1_000
"""Maximum number of files of an archive. Each takes some milliseconds, however little is in it."""
HEAD_BYTES = 65_536

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
PARQUET_MAGIC = b"PAR1"
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")
_EMPTY_ARCHIVE = b"PK\x05\x06" + bytes(18)
_STOP_CHECK: ContextVar[Callable[[], None] | None] = ContextVar("stop_check", default=None)
_DAMAGE = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
)


@contextmanager
def stoppable(check: Callable[[], None]) -> Iterator[None]:
    """Call `check` often while lists are read within the context, so that it can stop the reading.

    It is called for each piece of a file and for each item that is read from it. It stops the
    reading by raising an error other than `InputError`.
    """
    token = _STOP_CHECK.set(check)
    try:
        yield
    finally:
        _STOP_CHECK.reset(token)


def check_stopped() -> None:
    """Raise the error of the check that wants to stop the reading (`stoppable`)."""
    check = _STOP_CHECK.get()
    if check is not None:
        check()


@dataclass(frozen=True, slots=True)
class WorksheetFile:
    """CSV file that a sheet of a workbook was extracted to; it exists as long as its `owner`."""

    path: Path
    is_first: bool
    owner: object


@dataclass(frozen=True, slots=True)
class SourceFile:
    """File that is to be read. `member`: file inside a zip; `name`: label, by default the file's
    name.

    `worksheet`: the member is a sheet of a workbook, extracted to a file of its own. `encoding`:
    codec of the text, if it is stated; the text is then read as UTF-8. XML and Parquet state their
    encoding themselves and are read as they are. `code_pages`: the code pages in which lines were
    decoded so far because they are not UTF-8.
    """

    path: Path
    member: str = ""
    name: str = ""
    worksheet: WorksheetFile | None = field(default=None, compare=False)
    encoding: str = ""
    code_pages: set[str] = field(default_factory=set, compare=False, repr=False)

    @property
    def label(self) -> str:
        """Return the name in messages (`sdn.csv`, `lists.zip!sdn.csv`), never an absolute path."""
        outer = self.name or self.path.name
        return f"{outer}!{self.member}" if self.member else outer

    @property
    def _inner(self) -> PurePosixPath:
        if self.worksheet is not None:
            # A sheet that is added later does not change the names of the other sheets.
            stem = self.path.stem if self.worksheet.is_first else f"{self.path.stem}-{self.member}"
            return PurePosixPath(f"{stem.replace('/', '-')}.csv")
        inner = PurePosixPath(self.member.replace("\\", "/") if self.member else self.path.name)
        return inner.with_suffix("") if inner.suffix.lower() in (".gz", ".gzip") else inner

    @property
    def stem(self) -> str:
        """Return the inner name without suffix: `sdn` for `lists.zip!a/sdn.csv.gz`."""
        return self._inner.stem

    @property
    def suffix(self) -> str:
        """Return the inner suffix in lower case, without `.gz`: `.csv`, or an empty text."""
        return self._inner.suffix.lower()

    def open(self, *, max_ratio: int = MAX_RATIO, free_bytes: int = FREE_BYTES) -> BinaryIO:
        """Open the decompressed bytes.

        Opening and reading raise `InputError` for missing, damaged or bomb-like files.
        """
        path = self.path if self.worksheet is None else self.worksheet.path
        try:
            raw: IO[bytes] = path.open("rb")
            size = path.stat().st_size
        except OSError as error:
            raise InputError(
                f"cannot be opened: {error.strerror or error}", place=self.label
            ) from None
        streams: list[IO[bytes]] = [raw]
        try:
            if self.member and self.worksheet is None:
                archive, info = _open_archive(raw, self.member)
                # The archive may state a false size; the size of the file is certain.
                size = min(info.compress_size, size)
                raw = archive.open(info)
                streams.append(raw)
            buffered = io.BufferedReader(
                _BoundedStream(self.label, raw, streams, size, max_ratio, free_bytes), HEAD_BYTES
            )
            if buffered.peek(2)[:2] == GZIP_MAGIC:
                unpacked = cast("IO[bytes]", gzip.GzipFile(fileobj=buffered))
                bounded = _BoundedStream(
                    self.label, unpacked, [buffered, unpacked], size, max_ratio, free_bytes
                )
                buffered = io.BufferedReader(bounded, HEAD_BYTES)
        except KeyError:
            _close_all(streams)
            raise InputError(f"the archive has no file {self.member!r}", place=self.label) from None
        except _DAMAGE as error:
            _close_all(streams)
            raise _damage_error(self.label, error) from None
        except InputError:
            _close_all(streams)
            raise
        if self.encoding and self.worksheet is None and not self._states_encoding(buffered):
            return io.BufferedReader(_RecodedStream(buffered, self.encoding), HEAD_BYTES)
        return buffered

    @staticmethod
    def _states_encoding(stream: io.BufferedReader[Any]) -> bool:
        return stream.peek(4)[:4].startswith((*_XML_STARTS, PARQUET_MAGIC))

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return the first `size` decompressed bytes, or fewer if the file is shorter."""
        with self.open() as stream:
            return stream.read(size)


def _open_archive(raw: IO[bytes], member: str) -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
    """Return an open archive and the entry of a member.

    The list of members is read only once for each archive: a member is opened several times, and
    reading a long list each time would take hours. Raises `KeyError`.
    """
    state = os.fstat(raw.fileno())
    info = _members(raw.name, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)[member]
    archive = zipfile.ZipFile(io.BytesIO(_EMPTY_ARCHIVE))
    archive.fp = raw
    return archive, info


@lru_cache(maxsize=4)
def _members(path: str, *_state: int) -> dict[str, zipfile.ZipInfo]:
    """Return the entries of an archive by name. `_state` distinguishes files from later files at
    the same path.
    """
    with zipfile.ZipFile(path) as archive:
        return {info.filename: info for info in archive.infolist()}


def is_zip(path: Path) -> bool:
    """Return whether the file begins like a zip. Raises `InputError` if it cannot be opened."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) in ZIP_MAGICS
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", place=path.name) from None


def zip_members(path: Path, name: str = "") -> list[SourceFile]:
    """Return the files in a zip, sorted by name (only a label, since nothing is unpacked here).

    Raises `InputError` for a damaged archive, too many members or two of one name, or the stated
    sizes of a bomb.
    """
    label = name or path.name
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _DAMAGE as error:
        raise _damage_error(label, error) from None
    if len(infos) > MAX_MEMBERS:
        raise InputError(
            f"the archive holds {len(infos)} files, more than {MAX_MEMBERS}", place=label
        )
    # A member never unpacks to more than its stated size, so the sum is an upper bound.
    _check_ratio(
        label, sum(info.file_size for info in infos), path.stat().st_size, MAX_RATIO, FREE_BYTES
    )
    members = sorted(info.filename for info in infos)
    for member, following in pairwise(members):
        if member == following:
            raise InputError(
                f"the archive holds several files called {member[:200]}",
                place=label,
                hint="give each a name of its own",
            )
    return [SourceFile(path, member, name) for member in members]


class _BoundedStream(io.RawIOBase):
    """Raw stream that counts its output and turns damage into `InputError`."""

    def __init__(
        self,
        label: str,
        inner: IO[bytes],
        streams: list[IO[bytes]],
        packed: int,
        ratio: int,
        free: int,
    ) -> None:
        self._label, self._inner, self._streams = label, inner, streams
        self._packed, self._ratio, self._free = packed, ratio, free
        self._count = 0

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer. Raises `InputError` for damaged or bomb-like data."""
        check_stopped()
        view = memoryview(buffer)
        try:
            data = self._inner.read(len(view))
        except _DAMAGE as error:
            raise _damage_error(self._label, error) from None
        self._count += len(data)
        _check_ratio(self._label, self._count, self._packed, self._ratio, self._free)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close this stream and the streams below it."""
        if not self.closed:
            _close_all(self._streams)
        super().close()


DAMAGE = "\udcff"
"""Stands for bytes that a stated encoding cannot decode: a byte that UTF-8 never has."""


def _mark_damage(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for bytes that a stated encoding cannot decode."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return DAMAGE, error.end


codecs.register_error("mark-damage", _mark_damage)


class _RecodedStream(io.RawIOBase):
    """Raw stream of a text in another encoding, as UTF-8."""

    def __init__(self, inner: IO[bytes], encoding: str) -> None:
        self._inner = inner
        self._decoder = codecs.getincrementaldecoder(encoding)("mark-damage")
        self._pending = b""
        self._is_done = False

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer. Raises the errors of the stream below."""
        view = memoryview(buffer)
        while not self._pending and not self._is_done:
            data = self._inner.read(HEAD_BYTES)
            self._is_done = not data
            text = self._decoder.decode(data, final=self._is_done)
            self._pending = text.encode("utf-8", "surrogateescape")
        taken, self._pending = self._pending[: len(view)], self._pending[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        """Close this stream and the stream below it."""
        if not self.closed:
            self._inner.close()
        super().close()


def _close_all(streams: list[IO[bytes]]) -> None:
    for stream in reversed(streams):
        stream.close()


def _check_ratio(label: str, unpacked: int, packed: int, ratio: int, free: int) -> None:
    if unpacked > free and unpacked > ratio * max(packed, 1):
        raise InputError(
            f"unpacks to more than {ratio} times its size, as a decompression bomb does",
            place=label,
            hint="unpack it yourself and give the files if you trust them",
        )


def _damage_error(label: str, error: Exception) -> InputError:
    if isinstance(error, RuntimeError) and "password" in str(error):
        return InputError("the archive is encrypted", place=label, hint="decrypt it first")
    if isinstance(error, EOFError):
        return InputError(
            "the compressed file is truncated", place=label, hint="fetch the file again"
        )
    return InputError(f"the file is damaged: {error}", place=label, hint="fetch the file again")
