"""Standard input and URLs as lists, from a real server on this machine."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.lists.io import remote_files
from resolver.lists.io.remote_files import (
    RemotePath,
    describe_path,
    describe_url,
    is_remote,
    local_copies,
)
from resolver.lists.readers import plan_reads, read_lists

PEOPLE = b"id,name\n1,Anna Ek\n"


_EMPTY_BUCKET = b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"
_MODIFIED = "Thu, 01 Jan 2026 00:00:00 GMT"


class _Handler(BaseHTTPRequestHandler):
    """Server of one list, in several moods."""

    def do_GET(self) -> None:
        """Answer by the last part of the path."""
        mood = self.path.rsplit("/", 1)[-1].partition("?")[0]
        if "list-type=" in self.path:
            self._begin(200, {"Content-Length": str(len(_EMPTY_BUCKET))})
            self.wfile.write(_EMPTY_BUCKET)
        elif mood == "moved.csv":
            self._begin(302, {"Location": "/people.csv", "Content-Length": "0"})
        elif mood in ("people.csv", "stalled.csv", "cut.csv"):
            size = len(PEOPLE) + (0 if mood == "people.csv" else 1_000)
            self._begin(200, {"Content-Length": str(size)})
            self.wfile.write(PEOPLE)
            self.wfile.flush()
            if mood == "stalled.csv":
                time.sleep(3)
        elif mood == "endless.csv":
            self._begin(200, {})
            for _ in range(2_000):
                self.wfile.write(PEOPLE * 1_000)
        else:
            self.send_error(403 if mood == "secret.csv" else 404)

    def do_HEAD(self) -> None:
        """Answer a store of objects, which asks for the size first."""
        size = len(PEOPLE) if self.path == "/bucket/people.csv" else 0
        headers = {"Content-Length": str(size), "ETag": '"1"', "Last-Modified": _MODIFIED}
        self._begin(200 if size else 404, headers)

    def _begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def handle(self) -> None:
        """Handle a request; a client that leaves is no fault."""
        try:
            super().handle()
        except ConnectionError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """Write no log."""


@pytest.fixture
def server() -> Iterator[str]:
    pytest.importorskip("fsspec")
    pytest.importorskip("aiohttp")
    service = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    service.daemon_threads = True
    threading.Thread(target=service.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{service.server_port}"
    service.shutdown()
    service.server_close()


def fetch(url: str) -> list[str]:
    """Return the captions of the records of a URL."""
    with local_copies([RemotePath.from_text(url)]) as paths:
        return [record.caption for record in read_lists(paths).batch.to_records()]


@pytest.mark.parametrize("name", ["people.csv", "moved.csv", "a//people.csv?key=1"])
def test_a_list_is_fetched_from_a_url(server: str, name: str) -> None:
    assert fetch(f"{server}/{name}") == ["Anna Ek"]


def test_copies_are_named_like_the_url_and_removed(server: str, tmp_path: Path) -> None:
    local = tmp_path / "other.csv"
    url = RemotePath.from_text(f"{server}/people.csv?key=1")
    with local_copies([local, url]) as (first, second):
        assert (first, second.name) == (local, "people.csv")
        assert second.read_bytes() == PEOPLE
    assert not second.exists()


def test_a_list_is_fetched_from_a_store_of_objects(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("s3fs")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "word")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert fetch("s3://bucket/people.csv") == ["Anna Ek"]
    with pytest.raises(InputError, match=r"^s3://bucket/absent\.csv: there is no such file"):
        fetch("s3://bucket/absent.csv")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("stalled.csv", "sent nothing for 0.5 s and is given up"),
        ("cut.csv", "cannot be fetched: ClientPayloadError"),
        ("absent.csv", "there is no such file"),
        ("secret.csv", "cannot be fetched: ClientResponseError 403"),
        ("endless.csv", "sends more than 1 MiB"),
    ],
)
def test_a_url_that_fails_is_one_clear_line(
    server: str, name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_files, "MAX_STALL", 0.5)
    monkeypatch.setattr(remote_files, "MAX_BYTES", 1 << 20)
    with pytest.raises(InputError, match=message) as caught:
        fetch(f"{server}/{name}?token=secret")
    line = caught.value.line()
    assert line.startswith(f"{server}/{name}: ")
    assert "token" not in line


def test_a_server_that_does_not_answer_is_one_clear_line() -> None:
    pytest.importorskip("aiohttp")
    with pytest.raises(InputError, match="cannot be fetched"):
        fetch("http://127.0.0.1:1/people.csv")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "zip::https://example.org/x", "memory://x"]
)
def test_other_kinds_of_urls_are_refused(url: str) -> None:
    with pytest.raises(InputError, match=r"not read .*known are https, http, s3"):
        fetch(url)


@pytest.mark.parametrize("package", ["fsspec", "aiohttp"])
def test_without_a_package_the_error_names_the_extra(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=r"reading URLs needs fsspec .*\[url\]"):
        fetch("https://example.invalid/people.csv")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-", True),
        ("https://example.org/x.csv", True),
        ("s3://bucket/x.csv", True),
        ("zip::https://example.org/x", True),
        ("x.csv", False),
        ("./-", False),
        ("C:/lists", False),
        ("a/b://c", False),
    ],
)
def test_urls_and_standard_input_are_told_from_paths(text: str, expected: bool) -> None:
    assert is_remote(text) == expected


def test_secrets_of_a_url_are_in_no_message() -> None:
    url = "https://user:word@example.org/a//b.csv?token=1#x"
    assert describe_url(url) == "https://example.org/a//b.csv"
    assert describe_path(RemotePath.from_text(url)) == describe_url(url)
    assert describe_path(RemotePath.from_text("-")) == "-"


def test_standard_input_is_read_once() -> None:
    twice = [RemotePath.from_text("-"), RemotePath.from_text("-")]
    with pytest.raises(InputError, match="can be read once"), local_copies(twice):
        raise AssertionError("not reached")


def test_readers_never_fetch_a_url(server: str) -> None:
    for path in (RemotePath.from_text(f"{server}/people.csv"), Path(f"{server}/people.csv")):
        with pytest.raises(InputError, match="there is no such file"):
            plan_reads([path])
