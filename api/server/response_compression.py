"""Compression of JSON responses with gzip, for clients that accept it.

Pages are never compressed. Their length would tell a network observer how far what a request
repeats in the page resembles a secret in it, such as a CSRF token (the attack BREACH:
https://breachattack.com). For the same reason an answer to a request with a key in its address is
not. Other answers of the API hold no secret: a request comes with its key in a header, which no
page of another origin can make a browser send.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator

from flask import Flask, Response, request

from resolver.api.endpoints import is_self_guarded

MIN_COMPRESSED = 1_400
"""Bytes from which an answer is compressed; a shorter one is one network packet anyway."""
_LEVEL = 5
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
JSON_LINES = "application/x-ndjson"
_MEDIA_TYPES = frozenset({"application/json", "application/vnd.senzing+json", JSON_LINES})


def install_compression(app: Flask) -> None:
    """Compress the JSON responses of an application."""

    @app.after_request
    def compress(response: Response) -> Response:
        """Compress a response if its client accepts that and it is worth it."""
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        if media_type not in _MEDIA_TYPES or is_self_guarded():
            return response
        vary = response.headers.get("Vary")
        response.headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
        if not _is_compressible(response):
            return response
        # the wrapper of a file may have a length, which is not that of its content
        if response.is_streamed or response.direct_passthrough:
            response.response = _compress_parts(response.iter_encoded(), response.response)
            response.direct_passthrough = False
            # the length and the byte ranges of the content that was not compressed
            for name in ("Content-Length", "Accept-Ranges"):
                response.headers.pop(name, None)
        elif len(body := response.get_data()) >= MIN_COMPRESSED:
            response.set_data(gzip.compress(body, _LEVEL, mtime=0))
        else:
            return response
        response.headers["Content-Encoding"] = "gzip"
        etag, is_weak = response.get_etag()
        if etag is not None and not is_weak:
            # other bytes than those that the tag was made for
            response.set_etag(etag, weak=True)
        return response


def _is_compressible(response: Response) -> bool:
    return (
        # most programs accept none, and parsing takes longer than looking
        "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "")
        and request.accept_encodings.quality("gzip") > 0
        and "api_key" not in request.args
        and "Content-Encoding" not in response.headers
        and "Content-Range" not in response.headers
    )


def _compress_parts(parts: Iterable[bytes], source: object) -> Iterator[bytes]:
    """Yield compressed parts, each of which a client can read as soon as it has come.

    source: what the parts come from; closed at the end if it can be.
    """
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    try:
        for part in parts:
            yield compressor.compress(part) + compressor.flush(zlib.Z_SYNC_FLUSH)
        yield compressor.flush()
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()
