"""Compressed JSON answers: who gets them, and what stays uncompressed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, send_file

from resolver.api.server.responses import JSON_LINES, MIN_COMPRESSED, install_compression
from tests.api.conftest import Client

QUERY = {"schema": "Person", "properties": {"name": ["Maria Quispe Huanca"]}}
BODY = {"queries": {str(number): QUERY for number in range(10)}}
GZIP = {"Accept-Encoding": "gzip, br"}


def match(client: Client, **headers: str) -> Any:
    return client.post("/match/default", json=BODY, headers=headers)


def test_a_long_answer_is_compressed_for_clients_that_accept_it(client: Client) -> None:
    plain, packed = match(client), match(client, **GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert 5 * len(packed.data) < len(plain.data)
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", ""])
def test_other_clients_get_it_as_it_is(accepted: str, client: Client) -> None:
    assert "Content-Encoding" not in match(client, **{"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize(
    ("mimetype", "size"), [("text/html", 10_000), ("application/json", MIN_COMPRESSED - 1)]
)
def test_pages_and_short_answers_stay_as_they_are(mimetype: str, size: int) -> None:
    client = app_with(b"x" * size, mimetype).test_client()
    assert "Content-Encoding" not in client.get("/", headers=GZIP).headers


def test_an_answer_to_an_address_with_a_key_stays_as_it_is() -> None:
    client = app_with(b"x" * 10_000, "application/json").test_client()
    assert client.get("/", headers=GZIP).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/?api_key=k", headers=GZIP).headers


def test_each_part_of_a_stream_can_be_read_at_once() -> None:
    lines = [b'{"line": 1}\n', b'{"line": 2}\n']
    answer = app_with(iter(lines), JSON_LINES).test_client().get("/", headers=GZIP)
    parts = list(answer.iter_encoded())
    assert gzip.decompress(b"".join(parts)) == b"".join(lines)
    assert len(parts) == 3


def test_a_compressed_file_has_neither_length_nor_ranges_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_bytes(b'{"line": 1}\n' * 10_000)
    app = app_with(b"", "application/json")
    view = lambda: send_file(path, mimetype=JSON_LINES)  # noqa: E731
    app.add_url_rule("/file", endpoint="file", view_func=view)
    client = app.test_client()
    with client.get("/file", headers=GZIP) as packed:
        assert gzip.decompress(packed.data) == path.read_bytes()
        assert packed.headers.get("Content-Length") in (None, str(len(packed.data)))
        assert "Accept-Ranges" not in packed.headers
        assert packed.get_etag()[1]
    with client.get("/file", headers={**GZIP, "Range": "bytes=12-23"}) as part:
        assert (part.status_code, part.data) == (206, b'{"line": 1}\n')
        assert "Content-Encoding" not in part.headers


def app_with(body: Any, mimetype: str) -> Flask:
    app = Flask(__name__, static_folder=None)
    install_compression(app)
    app.add_url_rule("/", view_func=lambda: Response(body, mimetype=mimetype))
    return app
