"""Visitor of a served desk: keeps cookies, follows redirections, and sends forms and files."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from html import unescape
from http.cookiejar import CookieJar
from typing import NamedTuple

from urllib3.filepost import encode_multipart_formdata


class Page(NamedTuple):
    """Answer to a request: status, media type, address after redirections, and text."""

    status: int
    media_type: str
    address: str
    text: str


class Visitor:
    """Browser without scripts."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> Page:
        """Open a path, or a whole address."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.address, path)))

    def send(
        self, path: str, form: Mapping[str, str], file: tuple[str, bytes] | None = None
    ) -> Page:
        """Send a form, with the token of the session's forms, and a file (name and content)."""
        token = re.search(r'data-csrf="([^"]*)"', self.get("/desk/account").text)
        fields: dict[str, str | tuple[str, bytes]] = {
            "csrf": unescape(token[1]) if token else "",
            **form,
        }
        if file is not None:
            fields["file"] = file
        body, content_type = encode_multipart_formdata(fields)
        address = urllib.parse.urljoin(self.address, path)
        headers = {"Content-Type": content_type, "Origin": self.address}
        return self._open(urllib.request.Request(address, body, headers))

    def _open(self, request: urllib.request.Request) -> Page:
        request.add_header("Accept", "text/html,*/*;q=0.1")
        try:
            answer = self._opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode("utf-8", "replace")
            media_type = answer.headers.get_content_type()
            return Page(answer.status, media_type, answer.url, text)
