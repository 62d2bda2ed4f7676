"""A publisher of lists on this machine: serves files as they should be, or with one fault."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from resolver.feeds.transfer import NetworkRules

HERE = NetworkRules(private_networks=(ip_network("127.0.0.0/8"),))
"""Rules that allow this machine, as an operator would for a publisher within the house."""


@dataclass
class Publisher:
    """What the server does with the next requests. `fault`: one of the names in `_Handler`."""

    body: bytes = b"id,name\n1,Ana\n"
    files: dict[str, bytes] = field(default_factory=dict)
    """Contents of further paths, such as `/delta.json`."""
    content_type: str = "text/csv"
    etag: str = ""
    last_modified: str = ""
    status: int = 200
    fault: str = ""
    location: str = ""
    honors_conditions: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    address: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1].split("/")[0])


class _Handler(BaseHTTPRequestHandler):
    publisher: Publisher
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Keep the output of the tests clean."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self._note(self.rfile.read(length).decode())
        self._answer(200, b"thanks")

    def do_GET(self) -> None:
        plan = self.publisher
        self._note("")
        seen = {value.strip() for value in self.headers.get("If-None-Match", "").split(",")} - {""}
        since = self.headers.get("If-Modified-Since", "")
        same = (plan.etag and plan.etag in seen) or (not seen and since == plan.last_modified != "")
        if (plan.fault == "always 304" and (seen or since)) or (plan.honors_conditions and same):
            self._answer(304, b"")
        elif plan.fault in ("stall", "drip", "header drip", "truncated", "broken chunks", "bomb"):
            getattr(self, "_" + plan.fault.replace(" ", "_"))()
        elif self.path in plan.files:
            self._answer(200, plan.files[self.path])
        elif plan.location and self.path == "/list":
            self._answer(302, b"", {"Location": plan.location})
        else:
            self._answer(plan.status, plan.body)

    def _note(self, body: str) -> None:
        self.publisher.requests.append(
            {
                **{name.title(): value for name, value in self.headers.items()},
                "path": self.path,
                "body": body,
            }
        )

    def _answer(self, status: int, body: bytes, extra: dict[str, str] | None = None) -> None:
        plan = self.publisher
        self.send_response(status)
        facts = {"ETag": plan.etag, "Last-Modified": plan.last_modified}
        facts |= {"Content-Type": plan.content_type, **plan.headers, **(extra or {})}
        for name, value in facts.items():
            if value:
                self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stall(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"id,name\n")
        self.wfile.flush()
        self.publisher.stop.wait(20)
        self.close_connection = True

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self._write_slowly(b"x" * 1000)

    def _header_drip(self) -> None:
        self._write_slowly(b"HTTP/1.1 200 OK\r\nX-Pad: " + b"x" * 1000)

    def _write_slowly(self, data: bytes) -> None:
        self.close_connection = True
        for byte in data:
            if self.publisher.stop.wait(0.05):
                return
            try:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
            except OSError:
                return

    def _truncated(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.publisher.body) + 500))
        self.end_headers()
        self.wfile.write(self.publisher.body)
        self.close_connection = True

    def _broken_chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        body = self.publisher.body
        self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        self.close_connection = True

    def _bomb(self) -> None:
        packed = gzip.compress(bytes(80 << 20), 9)
        self._answer(200, packed, {"Content-Encoding": "gzip"})


@contextmanager
def publish(**plan: object) -> Iterator[Publisher]:
    """Run a publisher on a free port; `plan` are fields of `Publisher`."""
    publisher = Publisher(**plan)  # type: ignore[arg-type]
    handler = type("Handler", (_Handler,), {"publisher": publisher})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    publisher.address = f"http://127.0.0.1:{server.server_port}/list"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield publisher
    finally:
        publisher.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
        time.sleep(0)
