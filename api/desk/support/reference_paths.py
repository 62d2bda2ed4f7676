"""Ids in addresses.

An id of a record may hold a slash, which would end a part of a path. As in a JSON pointer (RFC
6901) a slash is written `~1`, and a tilde `~0`.
"""

from __future__ import annotations

from werkzeug.routing import BaseConverter


class ReferenceConverter(BaseConverter):
    """Path converter for the id of an entity or a record."""

    def to_python(self, value: str) -> str:
        """Return the id of a part of a path."""
        return value.replace("~1", "/").replace("~0", "~")

    def to_url(self, value: str) -> str:
        """Return the part of a path for an id."""
        return str(super().to_url(value.replace("~", "~0").replace("/", "~1")))
