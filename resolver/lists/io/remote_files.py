"""Lists from standard input (`-`) and from URLs, copied to local files while they are read.

Only arguments of the command line become a `RemotePath`: paths of uploads and of the Python
interface are never fetched. A URL is opened by fsspec (extra `url`). A download that stalls, or
that exceeds `MAX_BYTES`, is given up.
"""

from __future__ import annotations

import queue
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from resolver.errors import InputError

STANDARD_INPUT = "-"
SCHEMES = ("https", "http", "s3")
"""Schemes of URLs that are opened."""
MAX_BYTES = 4 << 30
MAX_STALL = 60.0
"""Seconds without any data after which a URL is given up."""
MAX_SECONDS = 3_600.0
_CHUNK = 1 << 20
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:.+:)?//", re.DOTALL)
_QUERY = re.compile(r"\?[^\s'\"]*")
_NOT_FOUND = 404
_UNSAFE = re.compile(r"[^\w.-]+")


class RemotePath(PosixPath):
    """Argument that is a URL or `-`. `text` keeps double slashes, which a path would join."""

    text: str

    @classmethod
    def from_text(cls, text: str) -> RemotePath:
        """Return the argument as it was given."""
        path = cls(text)
        path.text = text
        return path


def is_remote(text: str) -> bool:
    """Return whether an argument is standard input or a URL, not a path."""
    return text == STANDARD_INPUT or bool(_URL.match(text))


@contextmanager
def local_copies(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield local paths of the same lists; copies of URLs and standard input live in the context.

    Raises `InputError` for a URL that cannot be fetched.
    """
    remote = [path.text for path in paths if isinstance(path, RemotePath)]
    if remote.count(STANDARD_INPUT) > 1:
        raise InputError("standard input (-) can be read once", place=STANDARD_INPUT)
    with tempfile.TemporaryDirectory(prefix="resolver-fetched-") as folder:
        yield [
            _copy(path.text, Path(folder) / str(number)) if isinstance(path, RemotePath) else path
            for number, path in enumerate(paths)
        ]


def _copy(text: str, folder: Path) -> Path:
    """Copy standard input or a URL into a new folder and return the file."""
    folder.mkdir()
    if text == STANDARD_INPUT:
        path = folder / "stdin"
        with path.open("wb") as target:
            _write(iter(lambda: sys.stdin.buffer.read(_CHUNK), b""), target, "standard input")
        return path
    place = describe_url(text)
    name = _UNSAFE.sub("-", urlsplit(text).path.rsplit("/", 1)[-1]).strip(".-")[-100:]
    path = folder / (name or "download")
    with path.open("wb") as target:
        _write(_receive(text, place), target, place)
    return path


def describe_path(path: Path) -> str:
    """Return a path, a URL without its secrets, or `-`, for messages."""
    if not isinstance(path, RemotePath):
        return str(path)
    return path.text if path.text == STANDARD_INPUT else describe_url(path.text)


def describe_url(url: str) -> str:
    """Return a URL for messages, without user, password and query, which may be secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _write(pieces: Iterator[bytes], target: BinaryIO, place: str) -> None:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_BYTES:
            raise InputError(
                f"sends more than {MAX_BYTES >> 20:,} MiB",
                place=place,
                hint="fetch it yourself and give the file",
            )
        target.write(piece)


def _receive(url: str, place: str) -> Iterator[bytes]:
    """Yield the content of a URL as it comes.

    A thread of its own waits for the data, so that no kind of server can hold up the caller.
    """
    source = _opener(url, place)
    pieces: queue.Queue[bytes | Exception] = queue.Queue(maxsize=8)
    threading.Thread(target=_fetch, args=(source, pieces), daemon=True).start()
    end = time.monotonic() + MAX_SECONDS
    while True:
        try:
            piece = pieces.get(timeout=MAX_STALL)
        except queue.Empty:
            reason = f"sent nothing for {MAX_STALL:g} s and is given up"
            raise InputError(reason, place=place, hint="try again later") from None
        if isinstance(piece, Exception):
            raise _fetch_error(piece, url, place) from None
        if not piece:
            return
        if time.monotonic() > end:
            raise InputError(f"was not complete after {MAX_SECONDS:g} s", place=place)
        yield piece


def _opener(url: str, place: str) -> Any:
    """Return the file object of fsspec that opens a URL; raise `InputError` if none can."""
    scheme = urlsplit(url).scheme.lower()
    if scheme not in SCHEMES or "::" in url:
        raise InputError(
            "URLs of this kind are not read", place=place, hint=f"known are {', '.join(SCHEMES)}"
        )
    try:
        import fsspec

        fsspec.get_filesystem_class(scheme)
        options = {} if scheme == "s3" else _http_options()
    except ImportError:
        package = "s3fs" if scheme == "s3" else "'watchlist-resolver[url]'"
        hint = f"pip install {package}, or fetch the file and give its path"
        raise InputError("reading URLs needs fsspec", place=place, hint=hint) from None
    return fsspec.open(url, mode="rb", **options)


def _http_options() -> dict[str, Any]:
    """Return options to stream a file instead of reading it in ranges, for as long as it takes."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=MAX_SECONDS)
    return {"block_size": 0, "client_kwargs": {"timeout": timeout}}


def _fetch(source: Any, pieces: queue.Queue[bytes | Exception]) -> None:
    """Put the content of a file into a queue: its pieces, then an empty piece or an error."""
    try:
        with source as stream:
            while piece := stream.read(_CHUNK):
                pieces.put(piece)
        pieces.put(b"")
    except Exception as error:  # each file system has errors of its own
        pieces.put(error)


def _fetch_error(error: Exception, url: str, place: str) -> InputError:
    # fsspec reports an absent file, whatever the reason is.
    while isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    if isinstance(error, FileNotFoundError) or getattr(error, "status", 0) == _NOT_FOUND:
        return InputError("there is no such file", place=place)
    reason = _QUERY.sub("", str(error).replace(url, place))[:200]
    return InputError(f"cannot be fetched: {type(error).__name__} {reason}".rstrip(), place=place)
