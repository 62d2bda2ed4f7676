"""Files as readers see them: decompressed on the way, never unpacked to disk, and never trusted.

A `SourceFile` is a plain file, a gzip, or one member of a zip; which of them is told from the first bytes, not from the
name. Reading is bounded: a stream that unpacks to more than `MAX_RATIO` times its packed size (beyond `FREE_BYTES`) is
taken for a bomb. Damage (truncation, bad checksums, encryption) is an `InputError` with one line of text. Labels hold
no absolute paths, so that nothing written depends on where the files lie.
"""

from __future__ import annotations

import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from resolver.errors import InputError
from resolver.ingest.io.codepages import WESTERN, code_page

MAX_RATIO = 200
FREE_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 10_000
MAX_LINE = 16 * 1024 * 1024
HEAD_BYTES = 65_536

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_DAMAGE = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read. `member`: the file inside a zip; `name`: what messages call it (default: the file's name)."""

    path: Path
    member: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """How messages and outputs name it: `sdn.csv`, `lists.zip!sdn.csv`; never an absolute path."""
        outer = self.name or self.path.name
        return f"{outer}!{self.member}" if self.member else outer

    @property
    def _inner(self) -> PurePosixPath:
        inner = PurePosixPath(self.member.replace("\\", "/") if self.member else self.path.name)
        return inner.with_suffix("") if inner.suffix.lower() in (".gz", ".gzip") else inner

    @property
    def stem(self) -> str:
        """The inner name without suffix: `sdn` for `lists.zip!a/sdn.csv.gz`."""
        return self._inner.stem

    @property
    def suffix(self) -> str:
        """The inner suffix in lower case, without `.gz`: `.csv`, or empty."""
        return self._inner.suffix.lower()

    def open(self, *, max_ratio: int = MAX_RATIO, free_bytes: int = FREE_BYTES) -> BinaryIO:
        """The decompressed bytes. Opening and reading raise `InputError` for absent, damaged or bomb-like files."""
        try:
            raw: IO[bytes] = self.path.open("rb")
            size = self.path.stat().st_size
        except OSError as error:
            raise InputError(
                f"cannot be opened: {error.strerror or error}", where=self.label
            ) from None
        held: list[IO[bytes]] = [raw]
        try:
            if self.member:
                archive = zipfile.ZipFile(raw)
                info = archive.getinfo(self.member)
                # the size the archive states may lie, the file's own cannot
                size = min(info.compress_size, size)
                raw = archive.open(info)
                held.append(raw)
            buffered = io.BufferedReader(
                _Bounded(self.label, raw, held, size, max_ratio, free_bytes), HEAD_BYTES
            )
            if buffered.peek(2)[:2] == GZIP_MAGIC:
                unpacked = cast("IO[bytes]", gzip.GzipFile(fileobj=buffered))
                bounded = _Bounded(
                    self.label, unpacked, [buffered, unpacked], size, max_ratio, free_bytes
                )
                buffered = io.BufferedReader(bounded, HEAD_BYTES)
        except KeyError:
            _close(held)
            raise InputError(f"the archive has no file {self.member!r}", where=self.label) from None
        except _DAMAGE as error:
            _close(held)
            raise _damaged(self.label, error) from None
        except InputError:
            _close(held)
            raise
        return buffered

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """At most the first `size` decompressed bytes."""
        with self.open() as stream:
            return stream.read(size)


def is_zip(path: Path) -> bool:
    """Whether the file's first bytes are those of a zip. Raises `InputError` where it cannot be opened."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) in ZIP_MAGICS
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", where=path.name) from None


def zip_members(path: Path, name: str = "") -> list[SourceFile]:
    """The files in a zip, sorted by name; nothing is unpacked, so a name like `../x` is only a name.

    Raises `InputError` for a damaged archive, for too many members, and for one whose stated sizes are those of a bomb.
    """
    label = name or path.name
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _DAMAGE as error:
        raise _damaged(label, error) from None
    if len(infos) > MAX_MEMBERS:
        raise InputError(
            f"the archive holds {len(infos)} files, more than {MAX_MEMBERS}", where=label
        )
    # a member never unpacks to more than its stated size, so the sum bounds the whole
    _check_ratio(
        label, sum(info.file_size for info in infos), path.stat().st_size, MAX_RATIO, FREE_BYTES
    )
    return [SourceFile(path, member, name) for member in sorted({info.filename for info in infos})]


class _Bounded(io.RawIOBase):
    """A raw stream that counts what it gives and turns damage into `InputError`."""

    def __init__(
        self,
        label: str,
        inner: IO[bytes],
        held: list[IO[bytes]],
        packed: int,
        ratio: int,
        free: int,
    ) -> None:
        self._label, self._inner, self._held = label, inner, held
        self._packed, self._ratio, self._free = packed, ratio, free
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        try:
            data = self._inner.read(len(view))
        except _DAMAGE as error:
            raise _damaged(self._label, error) from None
        self._given += len(data)
        _check_ratio(self._label, self._given, self._packed, self._ratio, self._free)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            _close(self._held)
        super().close()


def _close(held: list[IO[bytes]]) -> None:
    for stream in reversed(held):
        stream.close()


def _check_ratio(label: str, given: int, packed: int, ratio: int, free: int) -> None:
    if given > free and given > ratio * max(packed, 1):
        raise InputError(
            f"unpacks to more than {ratio} times its size, as a decompression bomb does",
            where=label,
            mend="unpack it yourself and give the files if you trust them",
        )


def _damaged(label: str, error: Exception) -> InputError:
    if isinstance(error, RuntimeError) and "password" in str(error):
        return InputError("the archive is encrypted", where=label, mend="decrypt it first")
    if isinstance(error, EOFError):
        return InputError(
            "the compressed file is truncated", where=label, mend="fetch the file again"
        )
    return InputError(f"the file is damaged: {error}", where=label, mend="fetch the file again")


def text_lines(file: SourceFile) -> Iterator[tuple[int, str]]:
    """The lines of a text file as (1-based number, text without line end), streamed.

    UTF-8 and UTF-16 by byte-order mark (UTF-16 also by its zero bytes), else UTF-8. A line that is no UTF-8 is read in
    the code page of the beginning of the file (`codepages`), Western or Cyrillic, where it looks like it, so one stray
    byte does not change how the rest of a file is read. A line that no decoding fits, that holds NUL, or that is longer
    than `MAX_LINE` characters (it is cut to `MAX_LINE + 1`) is given all the same: `line_fault` says what is wrong with
    it, and the reader makes a `Reject` of it.
    """
    with file.open() as binary:
        head = cast("io.BufferedReader", binary).peek(HEAD_BYTES)[:HEAD_BYTES]
        encoding, page = encoding_of(head[:4096]), code_page(head)
        errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
        with io.TextIOWrapper(binary, encoding=encoding, errors=errors) as stream:
            number = 0
            try:
                while line := stream.readline(MAX_LINE + 1):
                    number += 1
                    yield number, _mended(line.rstrip("\r\n"), page)
                    while len(line) > MAX_LINE and not line.endswith("\n"):
                        line = stream.readline(MAX_LINE + 1)
            except UnicodeDecodeError:
                what = f"line {number + 1} cannot be read as {encoding}"
                raise InputError(what, where=file.label, mend="convert the file to UTF-8") from None


def line_fault(text: str) -> str:
    """What makes a line or a cell unusable, or an empty text: too long, NUL bytes, bytes of an unknown encoding."""
    if len(text) > MAX_LINE:
        return f"the line is longer than {MAX_LINE} characters"
    if "\x00" in text:
        return "the row holds NUL bytes"
    if not text.isascii() and _ESCAPED.search(text):
        return "the row is neither UTF-8 nor windows-1252 or -1251; convert the file to UTF-8"
    return ""


def encoding_of(head: bytes) -> str:
    """The Python codec for a text that begins with `head`; `utf-8` where nothing says otherwise."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(head) >= 16:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > len(head) * 0.15 and not even:
            return "utf-16-le"
        if even > len(head) * 0.15 and not odd:
            return "utf-16-be"
    return "utf-8"


_ESCAPED = re.compile("[\udc80-\udcff]")
_WHOLE = re.compile("[^\x00-\x7f\udc80-\udcff]")
# What windows-1252 text never holds but other code pages read as windows-1252 do: words of accented letters only
# (Cyrillic, Greek, Arabic code pages), or signs inside words (Central European ones).
_NOT_WESTERN = re.compile("[À-ÿ]{4}|[a-zÀ-ÿ][¢£¥¦§©¬®±²³¹¶¼½¾¿][a-zÀ-ÿ]")


def _mended(line: str, page: str) -> str:
    """A line read in a code page where it is no UTF-8; a Western one that holds whole UTF-8 letters too is damaged
    UTF-8 (two Cyrillic letters may well look like one)."""
    if (
        not page
        or line.isascii()
        or not _ESCAPED.search(line)
        or (page == WESTERN and _WHOLE.search(line))
    ):
        return line
    try:
        read = line.encode("utf-8", "surrogateescape").decode(page)
    except UnicodeDecodeError:
        return line
    return line if page == WESTERN and _NOT_WESTERN.search(read) else read
